"""The schema of a database: which version it has, making it in a new one, upgrading an older one.

Belongs here: running Alembic on a connection, and what is compared afterwards.
Does not belong here: the definitions of tables (sql.py, expert_panels), a change of them
(migrations/versions), opening a database (database.py).
"""

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Literal

from sqlalchemy import Connection, column, inspect, select, table

from ccg_pipeline.storage.insert_only import IS_INSERT_ONLY, triggers_of, unsound_triggers
from ccg_pipeline.storage.insert_only import guard as guard_rows
from ccg_pipeline.storage.sql import metadata
from expert_panels.ledger.table import faults_of_strangers, guard
from expert_panels.schema import METADATA as PANELS_METADATA

METADATA = (metadata, PANELS_METADATA)
"""All tables that a database of this project holds, by whom they are defined."""

GUARDED = tuple(one for one in metadata.sorted_tables if one.info.get(IS_INSERT_ONLY))
"""The tables into which rows are only added, besides the ledger."""

MIGRATIONS = Path(__file__).with_name("migrations")
REVISIONS = tuple(sorted(path.name[1:5] for path in (MIGRATIONS / "versions").glob("r*.py")))
"""The revisions in order; Alembic knows the same from the files, and takes a fifth of a second to load."""

VERSION_TABLE = "schema_version"
"""Where the revision is written: `alembic_version` is Dagster's, which may share the database."""

_ADVISORY_LOCK = 7_301_177_229_114_524  # any number that nothing else in the database locks

_ALEMBIC = Lock()  # Alembic runs revisions in one context for the whole process

State = Literal["empty", "older", "current", "newer"]


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database: '' for the tables of version 0.1, None where there are none."""
    names = set(inspect(connection).get_table_names())
    if VERSION_TABLE in names:
        return str(
            connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalar()
        )
    own = {one.name for each in METADATA for one in each.sorted_tables}
    return "" if names & own else None


def state_of(connection: Connection) -> State:
    """Return whether a database holds nothing of ours, or the tables of an older, this or a newer version."""
    match revision_of(connection):
        case None:
            return "empty"
        case revision if revision == REVISIONS[-1]:
            return "current"
        case revision:
            return "older" if revision in ("", *REVISIONS) else "newer"


def make(connection: Connection) -> None:
    """Bring the tables to this version, inside the caller's transaction; other processes wait meanwhile."""
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    with _ALEMBIC:
        command.upgrade(config, "head")
    for each in METADATA:
        each.create_all(connection)


def upgrade(connection: Connection) -> list[str]:
    """Bring an older database to this version; return the ledger's triggers that were missing, made again.

    Raises ValueError for a database that the revisions cannot bring there: one older than version 0.1.
    """
    make(connection)
    if lacking := sorted(_lacking(connection)):
        raise ValueError(
            f"it is older than version 0.1, and lacks {', '.join(lacking)}: run `ccg files` and `ccg panel "
            "status` of version 0.1 on it, which add what it lacks, and then `ccg database upgrade`"
        )
    for one in GUARDED:
        guard_rows(connection, one)
    return guard(connection)


def faults_of_guards(connection: Connection) -> list[str]:
    """Return one sentence for each trigger that would let rows be changed which are only ever added."""
    return [
        f"The trigger {name} is {what}: the database would let rows of {one.name} be changed."
        for one in GUARDED
        for name, what in unsound_triggers(connection, one).items()
    ] + [
        fault
        for one in GUARDED
        for fault in faults_of_strangers(connection, one.name, triggers_of(one, connection.dialect.name))
    ]


def _lacking(connection: Connection) -> Iterator[str]:
    """Return the columns and indexes of our tables that the database does not have."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    context = MigrationContext.configure(connection)
    for each in METADATA:
        for difference in compare_metadata(context, each):
            if not isinstance(difference, tuple):
                continue  # a column that differs in more than its name
            what, *about = difference
            if what == "add_column":
                yield f"{about[1]}.{about[2].name}"
            elif what in ("add_index", "add_constraint"):
                yield str(about[0].name)
