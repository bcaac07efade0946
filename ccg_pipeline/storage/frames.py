"""Frames in and out of tables.

Belongs here: replacing a scope of rows in one transaction, reading rows back with the dtypes they had.
Does not belong here: which scope an asset owns (its metadata says), what the rows mean.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Float,
    Integer,
    Table,
    Text,
    and_,
    delete,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType

from ccg_pipeline.storage.insert_only import IS_INSERT_ONLY
from expert_panels.foundation.fault import Fault

AT_ONCE = 20_000
"""Rows that are between a table and a frame as Python values at the same moment: each takes about 1 kB."""

Scope = Mapping[str, str | Sequence[str]]
"""Column -> value, or values, that a piece of a table is known by, e.g. lane and partition_key."""


def where(table: Table, scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a row of `table` lies in `scope`."""
    terms = [
        table.c[name] == value if isinstance(value, str) else table.c[name].in_(list(value))
        for name, value in scope.items()
    ]
    return and_(True, *terms)


def _plain(values: "pd.Series[Any]", column_type: object, *, has_dates: bool) -> list[Any]:
    """Return a column as values that a driver takes, dates as text where it has none; missing is None."""
    if isinstance(column_type, Date):
        dates = pd.to_datetime(values).to_numpy().astype("datetime64[D]")
        days: list[Any] = dates.tolist() if has_dates else dates.astype("str").astype("object").tolist()
        return [None if day == "NaT" else day for day in days]  # of NaT as a date it is None
    if isinstance(column_type, Float):
        numbers = values.astype("float64").to_numpy()
        return [None if number != number else number for number in numbers.tolist()]
    if isinstance(column_type, Boolean):
        return [bool(value) for value in values.to_numpy()]
    cells = values.to_numpy(dtype=object)  # many times faster to go through than a column of strings
    if isinstance(column_type, Integer):
        return [None if value is None or pd.isna(value) else int(value) for value in cells]
    # missing text is NaN in a column of dtype str, and must not become the word
    return [value if isinstance(value, str) else "" if pd.isna(value) else str(value) for value in cells]


def replace(connection: Connection, table: Table, scope: Scope, frame: pd.DataFrame) -> None:
    """Put `frame` in the place of all rows of `table` in `scope`, inside the caller's transaction.

    Of a table into which rows are only added, those whose key is there already stay as they are.
    `frame` has every column of `table`; columns that the table does not have are an error, so that nothing
    is dropped unnoticed.
    """
    names = [column.name for column in table.columns]
    unknown = sorted(set(frame.columns) - set(names))
    absent = sorted(set(names) - set(frame.columns))
    if unknown or absent:
        raise ValueError(
            f"{table.name}: columns not in the table {unknown}, columns not in the frame {absent}."
        )
    there: set[tuple[Any, ...]] = set()
    if table.info.get(IS_INSERT_ONLY):
        keys = select(*table.primary_key.columns).where(where(table, scope))
        there = {tuple(row) for row in connection.execute(keys)}
    else:
        connection.execute(delete(table).where(where(table, scope)))
    key = [names.index(column.name) for column in table.primary_key.columns]
    has_dates = connection.dialect.name != "sqlite"
    quoted = connection.dialect.identifier_preparer
    into = f"{quoted.format_table(table)} ({', '.join(map(quoted.format_column, table.columns))})"
    marks = ", ".join(["%s" if has_dates else "?"] * len(names))
    for begin in range(0, len(frame), AT_ONCE):
        some = frame.iloc[begin : begin + AT_ONCE]
        columns = [_plain(some[one.name], one.type, has_dates=has_dates) for one in table.columns]
        rows = list(zip(*columns, strict=True))
        if there:
            rows = [row for row in rows if tuple(row[at] for at in key) not in there]
        if rows:
            # as the driver takes them: SQLAlchemy looks at every cell, which takes three times as long
            statement = f"INSERT INTO {into} VALUES ({marks})"  # noqa: S608  # our names; values go apart
            connection.exec_driver_sql(statement, rows)


def typed(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return `frame` with every column that `table` has in that column's dtype; others stay as they are."""
    frame = frame.copy()
    for column in table.columns:
        name = column.name
        if name not in frame.columns:
            continue
        if isinstance(column.type, Date):
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ns]")
        elif isinstance(column.type, Float):
            frame[name] = frame[name].astype("float64")
        elif isinstance(column.type, Boolean):
            frame[name] = frame[name].astype("bool")
        elif isinstance(column.type, Integer):
            frame[name] = frame[name].astype("Int64" if column.nullable else "int64")
        else:
            frame[name] = frame[name].astype("str")
    return frame


def _as_stored(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return a driver's values in their dtypes. Fault for what is no such value, as 17257 is no day."""
    days = [column.name for column in table.columns if isinstance(column.type, Date)]
    try:
        read_days = {name: pd.to_datetime(frame[name].astype("str"), format="%Y-%m-%d") for name in days}
        return typed(frame.assign(**read_days), table)
    except (TypeError, ValueError) as error:
        said = str(error).split("\n")[0]
        raise Fault(
            f"The table {table.name} of the database holds a value that its column cannot have ({said}): "
            "it was altered from outside; `ccg database restore` brings a copy back."
        ) from error


def completed(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return `frame` with every column of `table`; one that it lacks, as what is older may, is not known.

    Not known is missing for numbers and dates, '' for text, and false for flags.
    """
    unknown: dict[type, pd.Series] = {
        Float: pd.Series(np.nan, frame.index),
        Integer: pd.Series(pd.NA, frame.index, dtype="Int64"),
        Date: pd.Series(pd.NaT, frame.index),
        Boolean: pd.Series(False, frame.index),
        Text: pd.Series("", frame.index, dtype="str"),
    }
    absent = {
        column.name: unknown[type(column.type)]
        for column in table.columns
        if column.name not in frame.columns
    }
    return frame.assign(**absent)


def read(
    connection: Connection, table: Table, scope: Scope, *conditions: ColumnElement[bool]
) -> pd.DataFrame:
    """Return the rows of `table` in `scope` (and `conditions`), every column with its own dtype.

    Row order is that of all text columns, so that equal content reads back equal whatever wrote it.
    """
    names = [column.name for column in table.columns]
    columns = [type_coerce(column, NullType()).label(column.name) for column in table.columns]
    statement = select(*columns).where(where(table, scope), *conditions)
    found = []
    with connection.execute(statement) as result:
        # as the driver gives them: `typed` makes of whole columns what SQLAlchemy makes of cell after cell
        while result.cursor and (rows := result.cursor.fetchmany(AT_ONCE)):
            found.append(_as_stored(pd.DataFrame.from_records(rows, columns=names), table))
    frame = pd.concat(found, ignore_index=True) if found else typed(pd.DataFrame(columns=names), table)
    found.clear()  # each part of the rows is there twice until now
    order = [column.name for column in table.columns if column.name.endswith(("_code", "_key", "_sha256"))]
    order += [name for name in ("period_end", "sheet", "row", "cell", "panel") if name in frame.columns]
    return frame.sort_values(order, kind="stable", ignore_index=True) if order else frame
