"""Opening the database, and keeping made-up and real data apart in it.

Belongs here: the engine for a URL, creation of the tables, the one-kind rule.
Does not belong here: what is written (frames.py, release/archive.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ccg_pipeline.storage.migration import add_missing_columns
from ccg_pipeline.storage.sql import database_kind, metadata
from expert_panels.foundation.fault import Fault


class DatabaseFault(Fault):
    """The database cannot be used as asked: one sentence that names the database or file and what to do."""


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    # The driver's own transaction control begins a write late and lets two writers deadlock; with it off,
    # SQLAlchemy's BEGIN below is the real one. WAL lets the UI read while a run writes.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    # A writer takes its lock at once: two that read first and write later would refuse each other.
    reading_only = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading_only else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection that only reads, and so waits for no writer."""
    with engine.connect().execution_options(reading=True) as connection:
        yield connection


def open_database(url: str) -> Engine:
    """Return an engine for `url` with every table in place, those of an earlier version made whole.

    `url` is an SQLAlchemy URL (`sqlite:///path`, `postgresql://…`). Raises DatabaseFault for one that
    cannot be understood or reached.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseFault(
            f"The database {url!r} is not a URL: write sqlite:///FILE or postgresql://HOST/NAME."
        ) from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
            Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _on_sqlite_connect)
            event.listen(engine, "begin", _on_sqlite_begin)
        metadata.create_all(engine)
        add_missing_columns(engine)
    except Exception as fault:
        shown = parsed.render_as_string(hide_password=True)
        raise DatabaseFault(f"The database {shown} cannot be opened: {str(fault).splitlines()[0]}") from fault
    return engine


def kind_of(connection: Connection) -> str:
    """Return 'made_up', 'real', or '' while nothing has been read into this database."""
    row = connection.execute(select(database_kind.c.kind)).first()
    return "" if row is None else str(row[0])


def admit(connection: Connection, file_name: str, is_made_up: bool) -> None:
    """Let a file's data in, or raise DatabaseFault when the database holds the other kind.

    The first file decides; the decision is part of the transaction that writes that file's rows.
    """
    kind = "made_up" if is_made_up else "real"
    held = kind_of(connection)
    if not held:
        connection.execute(insert(database_kind).values(only=1, kind=kind, decided_by=file_name))
    elif held != kind:
        words = {"made_up": "made-up", "real": "real"}
        raise DatabaseFault(
            f"{file_name} holds {words[kind]} data but this database holds {words[held]} data: "
            f"give --database another file or URL for it."
        )
