"""From a table's definition to the pandera schema that a frame of it is held against.

Belongs here: the kinds of column as checks, and building a schema from a definition and a basis.
Does not belong here: the definitions, holding a schema against a frame (conform.py), plausibility (quality).

pandera's `drop_invalid_rows` on a column lets bad rows pass silently and is never used: a frame conforms as a
whole or is refused as a whole.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandas.api import types

from ccg_pipeline.tables.column import Basis, Column, Kind, Table

KINDS: dict[Kind, tuple[str, Callable[[Any], bool]]] = {
    "text": ("must hold text", lambda dtype: types.is_object_dtype(dtype) or types.is_string_dtype(dtype)),
    "number": ("must hold numbers", types.is_float_dtype),
    "whole": ("must hold whole numbers", types.is_integer_dtype),
    "date": ("must hold dates without a time zone", types.is_datetime64_dtype),
    "flag": ("must hold true or false", types.is_bool_dtype),
}
"""Kind -> what is said of a column that is of another, and the test of its dtype."""

SHOWN_VALUES = 8
"""Allowed values that a sentence lists."""


def schema_of(table: Table, basis: Basis) -> pa.DataFrameSchema:
    """Build a table's schema for frames of `basis`: its columns and no others, in any order, and rules."""
    columns = {
        one.name: pa.Column(
            None,
            _checks(one, basis),
            nullable=one.may_be_missing and one.kind != "text",
            required=one.name not in table.optional,
        )
        for one in table.columns
    }
    rules = [pa.Check(one.holds, error=one.sentence) for one in table.rules(basis)]
    return pa.DataFrameSchema(columns, checks=[_once(table.key), *rules], strict=True, name=table.name)


def _once(key: Sequence[str]) -> pa.Check:
    """Return the check that no two rows have the same key; all copies are named, the first too."""
    return pa.Check(
        lambda frame: ~frame.duplicated([name for name in key if name in frame], keep=False),
        error=f"must stand once for its {', '.join(key)}",
    )


def _checks(column: Column, basis: Basis) -> list[pa.Check]:
    words, is_of_kind = KINDS[column.kind]
    # pandera's own dtype check would ask for one unit of datetime64 and one storage of text; any will do
    dtype = pa.Check(lambda values: is_of_kind(values.dtype), error=words, name="dtype", ignore_na=False)
    return [dtype, *_OF_KIND[column.kind](column, basis)]


def _of_text(column: Column, basis: Basis) -> list[pa.Check]:
    checks = [pa.Check(_is_text, error="must be text")]
    allowed = column.allowed(basis)
    if allowed is not None:
        shown = ", ".join(repr(one) for one in sorted(allowed)[:SHOWN_VALUES])
        shown += ", …" if len(allowed) > SHOWN_VALUES else ""
        return [*checks, pa.Check(lambda values: values.isin(allowed), error=f"must be one of {shown}")]
    if column.like:
        pattern = f"({column.like})?" if column.may_be_missing else column.like
        # by distinct value: Arrow takes half a second for a sha256 pattern over 12,540 rows
        matches = pa.Check(
            lambda values: values.isin(_matching(values, pattern)), error=f"must match {pattern}"
        )
        return [*checks, matches]
    if not column.may_be_missing:
        checks.append(pa.Check(lambda values: values != "", error="must not be empty"))
    return checks


def _is_text(values: "pd.Series[Any]") -> "pd.Series[bool]":
    if types.is_object_dtype(values.dtype):
        return values.map(lambda value: isinstance(value, str)).astype("bool")
    return pd.Series(True, index=values.index)


def _matching(values: "pd.Series[Any]", pattern: str) -> set[str]:
    return {value for value in values.unique() if isinstance(value, str) and re.fullmatch(pattern, value)}


def _of_whole(column: Column, basis: Basis) -> list[pa.Check]:
    least, most, checks = column.at_least, column.upper_limit(basis), []
    if least is not None:
        checks.append(pa.Check(lambda values: values >= least, error=f"must be at least {least:g}"))
    if most is not None:
        checks.append(pa.Check(lambda values: values <= most, error=f"must be at most {most:g}"))
    return checks


def _of_number(column: Column, basis: Basis) -> list[pa.Check]:
    finite = pa.Check(lambda values: values.abs() != float("inf"), error="must be finite")
    return [finite, *_of_whole(column, basis)]


def _of_date(_column: Column, _basis: Basis) -> list[pa.Check]:
    return [pa.Check(lambda values: values == values.dt.normalize(), error="must be a day, at midnight")]


def _of_flag(column: Column, _basis: Basis) -> list[pa.Check]:
    only = column.only
    return [] if only is None else [pa.Check(lambda values: values == only, error=f"must be {only}")]


_OF_KIND: dict[Kind, Callable[[Column, Basis], list[pa.Check]]] = {
    "text": _of_text,
    "number": _of_number,
    "whole": _of_whole,
    "date": _of_date,
    "flag": _of_flag,
}
