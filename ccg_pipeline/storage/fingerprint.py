"""Fingerprints: equal figures give equal bytes, and any changed figure gives others.

Belongs here: the canonical form of a frame and its sha256.
Does not belong here: which columns of a table a panel verifies (release/archive.py).
"""

import hashlib
import json
from typing import Any

import numpy as np
import pandas as pd
from pandas.util import hash_pandas_object

SIGNIFICANT_DIGITS = 12
"""Numbers that agree to so many significant digits are the same number: beyond lies arithmetic noise."""


FEWER_DIGITS = 2**39
"""Whole numbers below it have fewer digits than are significant: nothing to round."""

_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def _number(value: float) -> float | int | None:
    """Return a number at SIGNIFICANT_DIGITS; −0.0 and 0.0, and 2.0 and 2, are the same figure."""
    if value != value:
        return None
    if value.is_integer() and abs(value) < FEWER_DIGITS:
        return int(value)
    number = float(f"{value:.{SIGNIFICANT_DIGITS - 1}e}")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _canonical(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return _number(float(value))
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)


def _canonical_column(values: "pd.Series[Any]") -> list[Any]:
    """Return a column as `_canonical` would cell by cell, the common dtypes without asking every cell."""
    if values.dtype == "str":
        return [value if isinstance(value, str) else None for value in values.to_numpy(dtype=object)]
    if values.dtype == "bool":
        return [bool(value) for value in values.to_numpy()]
    if values.dtype == "float64":
        numbers = values.to_numpy()
        cells = np.full(len(numbers), None, dtype=object)
        is_whole = (np.abs(numbers) < FEWER_DIGITS) & (numbers == np.floor(numbers))
        cells[is_whole] = numbers[is_whole].astype(np.int64).astype(object)
        others = ~is_whole & ~np.isnan(numbers)
        cells[others] = np.array([_number(value) for value in numbers[others].tolist()], dtype=object)
        return list(cells)
    if values.dtype.kind == "M" and values.dt.tz is None:
        days = np.datetime_as_string(values.to_numpy(), unit="D").tolist()
        return [None if day == "NaT" else day for day in days]
    return [_canonical(value) for value in values.to_numpy(dtype=object)]


def canonical_rows(frame: pd.DataFrame) -> list[list[Any]]:
    """Return the rows of `frame` as plain values, columns in the order of their names, rows sorted.

    Row order, column order and number formatting of the input never matter.
    """
    lists = [_canonical_column(frame[column]) for column in sorted(frame.columns)]
    return sorted(map(list, zip(*lists, strict=True)), key=_ENCODE)


def canonical_json(content: object) -> str:
    """Return `content` as the one JSON text that is hashed: sorted keys, no spaces, UTF-8."""
    return _ENCODE(content)


def sha256_of(text: str) -> str:
    """Return the sha256 of `text` in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def data_version(frame: pd.DataFrame) -> str:
    """Return the version of a frame's content, whatever the order of its rows and columns, in hexadecimal.

    It rests on a hash of 64 bits a row: it tells that figures changed, and proves nothing to anybody who
    would change them on purpose; what is signed is hashed whole. Raises ValueError for an infinite figure.
    """
    columns = {name: _hashable(frame[name]) for name in sorted(frame.columns)}
    rows = np.sort(hash_pandas_object(pd.DataFrame(columns), index=False).to_numpy())
    return hashlib.sha256(canonical_json(list(columns)).encode() + rows.tobytes()).hexdigest()


def _hashable(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column such that equal figures are equal: numbers at SIGNIFICANT_DIGITS, days, or text."""
    if values.dtype.kind == "M":
        values = values.astype("datetime64[s]").astype("int64")
    if values.dtype.kind not in "biuf":
        return values.astype("str")
    numbers = values.astype("float64").to_numpy()
    if np.isinf(numbers).any():
        raise ValueError(f"{values.name}: an infinite figure is none.")
    with np.errstate(all="ignore"):  # of nought, and of what has no such scale
        scale = 10.0 ** (SIGNIFICANT_DIGITS - 1 - np.floor(np.log10(np.abs(numbers))))
        rounded = np.round(numbers * scale) / scale
    # a zero is one of both signs; what has no digits or too large ones stays as it is
    return pd.Series(np.where(np.isfinite(rounded), rounded, numbers) + 0.0, values.index)
