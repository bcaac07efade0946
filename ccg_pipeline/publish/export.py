"""Exports: a table as CSV, Parquet or JSON, the same bytes for the same rows.

Belongs here: formats, and the stamp on what was not released.
Does not belong here: which rows may leave (released.py), where a file is written (cli.py).
"""

import io
import json
from typing import Any

import pandas as pd

from ccg_pipeline.storage.fingerprint import SIGNIFICANT_DIGITS

FORMATS = ("csv", "json", "parquet")
UNRELEASED = "UNRELEASED: not verified by the panels, not for publication"


def _formula_safe(value: Any) -> Any:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def stamped(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table that says in every row that it was not released."""
    return frame.assign(release_status=UNRELEASED)


def exported(frame: pd.DataFrame, file_format: str) -> bytes:
    """Return `frame` in a format of FORMATS; dates as ISO text, missing as empty (CSV) or null.

    Raises ValueError for another format.
    """
    frame = frame.copy()
    for name in frame.columns:
        if pd.api.types.is_datetime64_any_dtype(frame[name]):
            frame[name] = frame[name].dt.strftime("%Y-%m-%d")
    if file_format == "csv":
        safe = frame.map(_formula_safe)
        text = safe.to_csv(index=False, lineterminator="\n", float_format=f"%.{SIGNIFICANT_DIGITS}g")
        return text.encode("utf-8")
    if file_format == "json":
        records = json.loads(frame.to_json(orient="records", double_precision=SIGNIFICANT_DIGITS))
        return (json.dumps(records, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    if file_format == "parquet":
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False, engine="pyarrow")
        return buffer.getvalue()
    raise ValueError(f"There is no format {file_format!r}: choose one of {', '.join(FORMATS)}.")
