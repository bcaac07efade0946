"""Databases of earlier versions: what tables have gained since is added, nothing else is touched.

Belongs here: comparing the tables of a database with their definitions, and adding what is absent.
Does not belong here: the definitions (tables.py); a change that is no new column, which needs a sentence of
its own and not a silent one.
"""

from typing import Any

from sqlalchemy import Boolean, Column, Connection, Engine, Text, false, inspect
from sqlalchemy.engine import Dialect

from ccg_pipeline.storage.sql import metadata


def add_missing_columns(engine: Engine) -> list[str]:
    """Add the columns that the tables of an older database lack; return them as `table.column`.

    In one transaction. Rows that are there get what "not known" is in that column: NULL for numbers, '' for
    text, false for flags; the next run of their partition replaces them whole.
    """
    with engine.connect().execution_options(reading=True) as connection:
        if not _missing(connection):
            return []
    with engine.begin() as connection:  # looked at again inside: another process may have come first
        missing = _missing(connection)
        for table, column in missing:
            connection.exec_driver_sql(_statement(table, column, engine.dialect))
    return [f"{table}.{column.name}" for table, column in missing]


def _missing(connection: Connection) -> list[tuple[str, Column[Any]]]:
    found = inspect(connection).get_multi_columns()
    return [
        (table.name, column)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name not in {one["name"] for one in found[(None, table.name)]}
    ]


def _statement(table: str, column: Column[Any], dialect: Dialect) -> str:
    quoted = dialect.identifier_preparer.quote
    kind = column.type.compile(dialect)
    unknown = ""
    if isinstance(column.type, Text):
        unknown = " NOT NULL DEFAULT ''"
    elif isinstance(column.type, Boolean):
        unknown = f" NOT NULL DEFAULT {false().compile(dialect=dialect)}"
    return f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(column.name)} {kind}{unknown}"
