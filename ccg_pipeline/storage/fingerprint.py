"""Fingerprints: equal figures give equal bytes, and any changed figure gives others.

Belongs here: the canonical form of a frame and its sha256.
Does not belong here: which columns of a table a panel verifies (releases.py).
"""

import hashlib
import json
from typing import Any

import numpy as np
import pandas as pd

SIGNIFICANT_DIGITS = 12
"""Numbers that agree to so many significant digits are the same number: beyond lies arithmetic noise."""


def _canonical(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        if np.isnan(value):
            return None
        number = float(f"{float(value):.{SIGNIFICANT_DIGITS - 1}e}")
        # −0.0 and 0.0, and 2.0 and 2, are the same figure
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)


def canonical_rows(frame: pd.DataFrame) -> list[list[Any]]:
    """Return the rows of `frame` as plain values, columns in the order of their names, rows sorted.

    Row order, column order and number formatting of the input never matter.
    """
    columns = sorted(frame.columns)
    lists = [[_canonical(value) for value in frame[column]] for column in columns]
    rows = [list(row) for row in zip(*lists, strict=True)]
    return sorted(rows, key=lambda row: json.dumps(row, ensure_ascii=False))


def canonical_json(content: object) -> str:
    """Return `content` as the one JSON text that is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_of(text: str) -> str:
    """Return the sha256 of `text` in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def fingerprint(frame: pd.DataFrame) -> str:
    """Return the sha256 of a frame's content: its column names and canonical rows."""
    return sha256_of(canonical_json({"columns": sorted(frame.columns), "rows": canonical_rows(frame)}))
