"""The doors of a database: for reading, for writing, and for whoever may make a new one.

Belongs here: the engine of each door, what each refuses, the rule that made-up and real data stay apart.
Does not belong here: the schema (schema.py), what is written (frames.py), what an error means (trouble.py).
"""

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import stamina
from sqlalchemy import URL, Connection, Engine, create_engine, event, insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError

from ccg_pipeline.storage import schema
from ccg_pipeline.storage.outside import kind_of, with_outside
from ccg_pipeline.storage.sql import database_kind
from ccg_pipeline.storage.trouble import known, meaning
from expert_panels.foundation.fault import Fault

_WAIT_MS = 30_000


class DatabaseFault(Fault):
    """The database cannot be used as asked: one sentence that names the database or file and what to do."""


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection that only reads, and so waits for no writer. Raises DatabaseFault for its trouble."""
    with _trouble(engine), engine.connect().execution_options(reading=True) as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open one transaction that writes: all of it, or nothing. Raises DatabaseFault for its trouble."""
    with _trouble(engine), engine.begin() as connection:
        yield connection


@contextmanager
def _trouble(engine: Engine) -> Iterator[None]:
    """Turn what is no fault of ours, a full disk or a server that went away, into a DatabaseFault."""
    try:
        yield
    except (DataError, IntegrityError):
        raise  # of the rows, and so of whoever wrote them
    except DBAPIError as error:
        raise DatabaseFault(f"The database {shown(engine.url)}: {meaning(error)}") from error


def open_for_reading(url: str) -> Engine:
    """Return an engine that cannot write, for a database that is there; nothing is made or changed.

    `url` is an SQLAlchemy URL (`sqlite:///path`, `postgresql://…`). An SQLite file may be one that nobody may
    write, in such a folder. Raises DatabaseFault for a URL that cannot be understood or reached, and for a
    database that does not exist, is empty, or is of another version.
    """
    address = address_of(url)
    return _current(_read_only(address), address)


def open_for_writing(url: str) -> Engine:
    """Return an engine for a database that is there. Raises DatabaseFault as `open_for_reading` does."""
    address = address_of(url)
    if (file := _existing(address)) and not _is_writable(file):
        raise DatabaseFault(
            f"The database {shown(address)} is read-only, and this has to write to it: what is not released "
            "is shown only where the view can be logged."
        )
    return _current(_read_write(address), address)


def open_database(url: str) -> Engine:
    """Return an engine for a database, which is made whole first where it is new.

    An SQLite file that it makes is for its owner alone. Raises DatabaseFault for a URL that cannot be
    understood or reached, and for a database of another version.
    """
    address = address_of(url)
    with _one_sentence(address, "opened"):
        if (file := file_of(address)) and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)  # the files that SQLite puts next to it get the same permissions
        engine = _read_write(address)
        with reading(engine) as connection:
            is_new = schema.state_of(connection) == "empty"
        if is_new:
            with writing(engine) as connection:
                schema.make(connection)
    return _current(engine, address)


def upgrade_database(url: str) -> list[str]:
    """Bring a database of an older version to this one, in one transaction.

    Returns the ledger's triggers that were missing and were made again. Raises DatabaseFault, with nothing
    changed, for a database that cannot be brought there.
    """
    address = address_of(url)
    _existing(address)
    engine = _read_write(address)
    try:
        with _one_sentence(address, "upgraded, and is as it was"), writing(engine) as connection:
            is_ours = schema.state_of(connection) in ("older", "current")
            return schema.upgrade(connection) if is_ours else []
    finally:
        engine.dispose()


def status_of(url: str) -> schema.State:
    """Return of which version a database is. Raises DatabaseFault where there is none."""
    address = address_of(url)
    engine = _read_only(address)
    try:
        with _one_sentence(address, "opened"), reading(engine) as connection:
            return schema.state_of(connection)
    finally:
        engine.dispose()


def address_of(url: str) -> URL:
    """Return a database's URL with its driver. Raises DatabaseFault for what is no URL."""
    written = "write sqlite:///FILE or postgresql://HOST/NAME"
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseFault(f"The database {url!r} is not a URL: {written}.") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseFault(
            f"The database {shown(parsed)} cannot be opened: it is neither SQLite nor PostgreSQL; {written}."
        )
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed


def shown(address: URL) -> str:
    """Return a database's URL as it is printed, without the password."""
    return address.render_as_string(hide_password=True)


def file_of(address: URL) -> Path | None:
    """Return the file of an SQLite database; None for one in memory and for a server's."""
    is_file = address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:")
    return Path(str(address.database)).absolute() if is_file else None


def _existing(address: URL) -> Path | None:
    """Return the file of an SQLite database, which must be there."""
    file = file_of(address)
    if file is not None and not file.is_file():
        raise DatabaseFault(
            f"There is no database {shown(address)}: check --database and CCG_DATABASE; `ccg run` makes a "
            "new one."
        )
    return file


def _is_writable(file: Path) -> bool:
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


def _read_write(address: URL) -> Engine:
    with _one_sentence(address, "opened"):
        engine = create_engine(address)
    if engine.dialect.name == "sqlite":
        # WAL lets everybody read while a run writes
        _prepare(engine, "journal_mode=WAL", "foreign_keys=ON")
    return engine


def _read_only(address: URL) -> Engine:
    file = _existing(address)
    if file is None:
        with _one_sentence(address, "opened"):
            return create_engine(address, execution_options={"reading": True, "postgresql_readonly": True})
    if _is_writable(file):
        mode = {"mode": "rw"}  # as the last to close it, it takes away what SQLite put next to it
    elif _is_in_use(file):
        mode = {"mode": "ro"}
    else:
        mode = {"mode": "ro", "immutable": "1"}  # else SQLite would want to put its locks next to the file
    query = {**address.query, **mode, "uri": "true"}
    engine = create_engine(
        address.set(database=file.as_uri(), query=query), execution_options={"reading": True}
    )
    _prepare(engine, "query_only=ON")
    return engine


def _is_in_use(file: Path) -> bool:
    """Return whether somebody writes to an SQLite file, or left something that is not in the file itself."""
    log, locks = (file.with_name(f"{file.name}-{what}") for what in ("wal", "shm"))
    return locks.exists() or (log.exists() and log.stat().st_size > 0)


def _is_locked(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def _prepare(engine: Engine, *settings: str) -> None:
    """Let every connection of an SQLite engine begin with `settings`, and its transactions as they should."""

    def connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction control begins a write late and lets two writers deadlock; with it off,
        # SQLAlchemy's BEGIN below is the real one.
        connection.isolation_level = None
        for setting in (f"busy_timeout={_WAIT_MS}", *settings):
            # SQLite waits for a lock everywhere but where a new file begins to be written ahead.
            for attempt in stamina.retry_context(
                on=_is_locked, attempts=None, timeout=_WAIT_MS / 1000, wait_initial=0.02, wait_max=0.5
            ):
                with attempt:
                    connection.execute(f"PRAGMA {setting}")

    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: two that read first and write later would refuse each other.
        only_reads = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)
    # The last to close an SQLite file moves into it what was written next to it: at the latest at the exit.
    weakref.finalize(engine, engine.pool.dispose)


def _current(engine: Engine, address: URL) -> Engine:
    """Return `engine`, whose database must be of this version."""
    with _one_sentence(address, "opened"), reading(engine) as connection:
        state = schema.state_of(connection)
    if state != "current":
        engine.dispose()
        raise DatabaseFault(f"The database {shown(address)} {WHAT_TO_DO[state]}")
    return with_outside(engine, address.render_as_string())


WHAT_TO_DO: dict[schema.State, str] = {
    "empty": "holds nothing yet: `ccg run` fills it.",
    "older": "is of an older version of ccg: save a copy of it, then run `ccg database upgrade`.",
    "newer": "is of a newer version of ccg than this one: update ccg.",
}


@contextmanager
def _one_sentence(address: URL, what: str) -> Iterator[None]:
    """Turn whatever the driver or the schema raises into a DatabaseFault."""
    try:
        yield
    except Exception as error:
        fault = error.__cause__ if isinstance(error, DatabaseFault) and error.__cause__ else error
        said = known(fault) if isinstance(fault, DBAPIError) else ""
        reason = said or (str(fault).splitlines() or [type(fault).__name__])[0]
        raise DatabaseFault(f"The database {shown(address)} cannot be {what}: {reason}") from error


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
