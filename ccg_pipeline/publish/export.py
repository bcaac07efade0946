"""Exports: a table as CSV, Parquet or JSON, the same bytes for the same rows.

Belongs here: formats, and the stamp on what was not released.
Does not belong here: which rows may leave (released.py), where a file is written (cli/verbs.py).
"""

import io
import json
from typing import Any

import numpy as np
import pandas as pd

from ccg_pipeline.storage.fingerprint import SIGNIFICANT_DIGITS
from ccg_pipeline.tables.column import Column, Table

FORMATS = ("csv", "json", "parquet")
UNRELEASED = "UNRELEASED: not verified by the panels, not for publication"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes text that begins with one of these for a formula, and runs it."""


def _in_a_cell(value: Any) -> Any:
    """Return text that no spreadsheet takes for a formula, nor its carriage return for the end of a row."""
    if not isinstance(value, str):
        return value
    guarded = f"'{value}" if value[:1] in FORMULA_SIGNS else value
    return guarded.replace("\r\n", "\n").replace("\r", "\n")


def stamped(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table that says in every row that it was not released."""
    return frame.assign(release_status=UNRELEASED)


def with_head(frame: pd.DataFrame, head: str) -> pd.DataFrame:
    """Return a released table that says in every row on which line of the sign-off ledger it rests."""
    return frame.assign(ledger_head=head)


def exported(frame: pd.DataFrame, file_format: str, table: Table | None = None) -> bytes:
    """Return `frame` in a format of FORMATS; text has numbers with SIGNIFICANT_DIGITS digits.

    CSV: dates as ISO text; missing and no text are both an empty cell; text that a spreadsheet would take for
    a formula has an apostrophe before it, and a line break in it is a line feed. JSON: a list of rows; dates
    as ISO text, missing null, no text "". Parquet: dates as dates, missing null, each column of its own type,
    and of `table` its meaning and the unit and meaning of each column as metadata. Raises ValueError for
    another format.
    """
    if file_format == "csv":
        return _csv(frame)
    if file_format == "json":
        return _json(frame)
    if file_format == "parquet":
        return _parquet(frame, table)
    raise ValueError(f"There is no format {file_format!r}: choose one of {', '.join(FORMATS)}.")


def _dates(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if pd.api.types.is_datetime64_any_dtype(frame[name])]


def _csv(frame: pd.DataFrame) -> bytes:
    safe = frame.assign(**{name: frame[name].dt.strftime("%Y-%m-%d") for name in _dates(frame)})
    for name in safe.select_dtypes(["str", "object"]):
        safe[name] = safe[name].map(_in_a_cell, na_action="ignore")
    text = safe.to_csv(index=False, lineterminator="\n", float_format=f"%.{SIGNIFICANT_DIGITS}g")
    return text.encode("utf-8")


def _json(frame: pd.DataFrame) -> bytes:
    # pandas' own JSON counts decimals and not digits, so that a small number would lose most of its own
    columns = [[_plain(value) for value in frame[name]] for name in frame.columns]
    records = [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]
    return (json.dumps(records, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    if isinstance(value, np.integer):  # as a column of Int64 hands them out
        return int(value)
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else value


def _parquet(frame: pd.DataFrame, table: Table | None) -> bytes:
    import pyarrow as pa  # it takes a third of a second to load
    import pyarrow.parquet as pq

    typed = frame.astype(dict.fromkeys(_dates(frame), "date32[pyarrow]"))
    rows = pa.Table.from_pandas(typed, preserve_index=False)
    if table is not None:
        fields = [
            field.with_metadata(_about(table.column(field.name))) if field.name in table.names else field
            for field in rows.schema
        ]
        about = {**(rows.schema.metadata or {}), "table": table.name, "meaning": table.meaning}
        rows = rows.cast(pa.schema(fields)).replace_schema_metadata(about)
    buffer = io.BytesIO()
    pq.write_table(rows, buffer, compression="snappy")
    return buffer.getvalue()


def _about(column: Column) -> dict[str, str]:
    about = {"meaning": column.meaning, "unit": column.unit, "values": column.vocabulary}
    return {name: said for name, said in about.items() if said}
