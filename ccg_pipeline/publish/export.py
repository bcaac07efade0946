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


def exported(frame: pd.DataFrame, file_format: str) -> bytes:
    """Return `frame` in a format of FORMATS; text has numbers with SIGNIFICANT_DIGITS digits.

    CSV: dates as ISO text; missing and no text are both an empty cell; text that a spreadsheet would take for
    a formula has an apostrophe before it, and a line break in it is a line feed. JSON: a list of rows; dates
    as ISO text, missing null, no text "". Parquet: dates as dates, missing null, each column of its own type.
    Raises ValueError for another format.
    """
    if file_format == "csv":
        return _csv(frame)
    if file_format == "json":
        return _json(frame)
    if file_format == "parquet":
        return _parquet(frame)
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


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    typed = frame.astype(dict.fromkeys(_dates(frame), "date32[pyarrow]"))
    typed.to_parquet(buffer, index=False, engine="pyarrow")
    return buffer.getvalue()
