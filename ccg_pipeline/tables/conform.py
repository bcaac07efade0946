"""How every frame's schema is made, and how a frame is held against it.

Belongs here: the kinds of column, building a pandera schema from their definitions, turning pandera's
failure cases into one sentence that names column and rows.
Does not belong here: what any layer's frame looks like (a module each), plausibility (checks).

pandera's `drop_invalid_rows` on a column lets bad rows pass silently and is never used: a frame conforms as a
whole or is refused as a whole.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Literal

import pandas as pd
import pandera.pandas as pa
from pandas.api import types

from expert_panels.foundation.fault import Fault

Kind = Literal["text", "number", "whole", "date", "flag"]
Column = tuple[str, pa.Column]
Rule = pa.Check
_Line = tuple[int, str, str, str]  # row, column, reason, found

_HOLDS: dict[Kind, tuple[str, Callable[[Any], bool]]] = {
    "text": ("must hold text", lambda dtype: types.is_object_dtype(dtype) or types.is_string_dtype(dtype)),
    "number": ("must hold numbers", types.is_float_dtype),
    "whole": ("must hold whole numbers", types.is_integer_dtype),
    "date": ("must hold dates without a time zone", types.is_datetime64_dtype),
    "flag": ("must hold true or false", types.is_bool_dtype),
}
RECOGNISED_BY = (
    "indicator_code",
    "panel",
    "area_code",
    "organisation_code",
    "ccg_code",
    "period_end",
    "cell",
)
"""The columns, of those that a frame has, by which a sentence names a row."""

SHOWN_ROWS = 3
"""Offending rows that the sentence of a fault names; all of them are in its `failures`."""


class SchemaFault(Fault):
    """A frame that has not the shape it must have: one sentence that names the column and the first rows.

    ``failures`` has one line a row and reason: row (position in the frame, −1 for the frame as a whole),
    column ('' for a rule over several), reason, found (the offending value as text).
    """

    def __init__(self, sentence: str, failures: pd.DataFrame) -> None:
        super().__init__(sentence)
        self.failures = failures


def _column(kind: Kind, checks: list[pa.Check], *, may_be_missing: bool, required: bool = True) -> pa.Column:
    words, holds = _HOLDS[kind]
    # pandera's own dtype check would ask for one unit of datetime64 and one storage of text; any will do
    dtype = pa.Check(lambda values: holds(values.dtype), error=words, name="dtype", ignore_na=False)
    return pa.Column(None, [dtype, *checks], nullable=may_be_missing, required=required)


def _is_text(values: "pd.Series[Any]") -> "pd.Series[bool]":
    if types.is_object_dtype(values.dtype):
        return values.map(lambda value: isinstance(value, str)).astype("bool")
    return pd.Series(True, index=values.index)


def _matching(values: "pd.Series[Any]", pattern: str) -> set[str]:
    return {value for value in values.unique() if isinstance(value, str) and re.fullmatch(pattern, value)}


def text(
    name: str,
    among: Collection[str] | None = None,
    *,
    like: str | None = None,
    filled: bool = False,
    required: bool = True,
) -> Column:
    """Text that is never NaN: '' stands for none. `like`: a pattern for all of it; `filled`: never ''."""
    checks = [pa.Check(_is_text, error="must be text")]
    if among is not None:
        allowed = frozenset(among)
        shown = ", ".join(repr(one) for one in sorted(allowed)[:8]) + (", …" if len(allowed) > 8 else "")
        checks.append(pa.Check(lambda values: values.isin(allowed), error=f"must be one of {shown}"))
    if like is not None:
        # by distinct value: Arrow takes half a second for a sha256 pattern over 12,540 rows
        checks.append(
            pa.Check(lambda values: values.isin(_matching(values, like)), error=f"must match {like}")
        )
    if filled:
        checks.append(pa.Check(lambda values: values != "", error="must not be empty"))
    return name, _column("text", checks, may_be_missing=False, required=required)


def _between(at_least: float | None, at_most: float | None) -> list[pa.Check]:
    checks = []
    if at_least is not None:
        checks.append(pa.Check(lambda values: values >= at_least, error=f"must be at least {at_least:g}"))
    if at_most is not None:
        checks.append(pa.Check(lambda values: values <= at_most, error=f"must be at most {at_most:g}"))
    return checks


def number(
    name: str, at_least: float | None = None, at_most: float | None = None, *, may_be_missing: bool = True
) -> Column:
    """A float64, finite or, where it may be missing, NaN."""
    finite = pa.Check(lambda values: values.abs() != float("inf"), error="must be finite")
    return name, _column("number", [finite, *_between(at_least, at_most)], may_be_missing=may_be_missing)


def whole(
    name: str, at_least: float | None = None, at_most: float | None = None, *, may_be_missing: bool = False
) -> Column:
    """A whole number; where it may be missing, of dtype Int64 with NA."""
    return name, _column("whole", _between(at_least, at_most), may_be_missing=may_be_missing)


def date(name: str, *, may_be_missing: bool = False) -> Column:
    """A day: datetime64 at midnight, without a time zone."""
    midnight = pa.Check(lambda values: values == values.dt.normalize(), error="must be a day, at midnight")
    return name, _column("date", [midnight], may_be_missing=may_be_missing)


def flag(name: str, only: bool | None = None) -> Column:
    """True or false, never missing."""
    checks = [] if only is None else [pa.Check(lambda values: values == only, error=f"must be {only}")]
    return name, _column("flag", checks, may_be_missing=False)


def rule(sentence: str, holds: Callable[[pd.DataFrame], "pd.Series[bool] | bool"]) -> Rule:
    """Make a rule over several columns: `holds` gives true or false for each row, or one for the frame."""
    return pa.Check(holds, error=sentence)


def key(*columns: str) -> Rule:
    """Make the rule that no two rows have the same `columns`; all copies are named, the first too."""
    return rule(
        f"must stand once for its {', '.join(columns)}",
        lambda frame: ~frame.duplicated(list(columns), keep=False),
    )


def build(name: str, columns: Iterable[Column], rules: Sequence[Rule] = ()) -> pa.DataFrameSchema:
    """Build the schema of a frame: these columns and no others, in any order, and these rules over them."""
    return pa.DataFrameSchema(dict(columns), checks=list(rules), strict=True, name=name)


def conform(frame: pd.DataFrame, schema: pa.DataFrameSchema, what: str) -> pd.DataFrame:
    """Return `frame` as it is when it has the shape of `schema`; raise SchemaFault when it has not.

    `what` is the subject of the sentence, for example the name of the file or table. All faults are gathered;
    a row with several of them is named once, with all. Nothing is coerced, filled or dropped. Rows are
    counted from 1 in the sentence and from 0 in `failures`.
    """
    try:
        schema.validate(frame.reset_index(drop=True), lazy=True)
    except pa.errors.SchemaErrors as fault:
        failures = _failures(fault, frame)
        raise SchemaFault(_sentence(failures, frame, what), failures) from None
    return frame


def _failures(fault: pa.errors.SchemaErrors, frame: pd.DataFrame) -> pd.DataFrame:
    """One line a row and reason. Faults of columns hide all others, those of the frame hide those of rows."""
    rules = {str(one.error) for one in fault.schema.checks}
    kinds = {words for words, _ in _HOLDS.values()}
    of_columns: list[_Line] = []
    of_the_frame: list[_Line] = []
    of_rows: list[_Line] = []
    cases = fault.failure_cases
    for column, check, value, index in zip(
        cases["column"], cases["check"], cases["failure_case"], cases["index"], strict=True
    ):
        if check == "column_in_dataframe":
            of_columns.append((-1, str(value), "is missing", ""))
        elif check == "column_in_schema":
            of_columns.append((-1, str(value), "is not known", ""))
        elif check in kinds:
            of_columns.append((-1, column, check, str(frame[column].dtype)))
        elif pd.isna(index):
            of_the_frame.append((-1, "", check, f"{len(frame):,} rows"))
        elif check in rules:
            of_rows.append((index, "", check, ""))
        elif check == "not_nullable":
            of_rows.append((index, column, "must not be missing", ""))
        else:
            of_rows.append((index, column, check, str(value)))
    lines = sorted(set(of_columns or of_the_frame or of_rows))
    return pd.DataFrame(lines, columns=["row", "column", "reason", "found"])


def _sentence(failures: pd.DataFrame, frame: pd.DataFrame, what: str) -> str:
    rows = failures["row"].unique()
    if rows[0] == -1:
        return f"{what} does not conform: {_said(failures)}."
    named = "; ".join(
        f"{_row(frame, row)}: {_said(failures[failures['row'] == row])}" for row in rows[:SHOWN_ROWS].tolist()
    )
    more = f"; and {len(rows) - SHOWN_ROWS:,} more" if len(rows) > SHOWN_ROWS else ""
    return f"{what} does not conform in {len(rows):,} of {len(frame):,} rows: {named}{more}."


def _row(frame: pd.DataFrame, position: int) -> str:
    found = [frame[name].iloc[position] for name in RECOGNISED_BY if name in frame.columns]
    said = [f"{one:%Y-%m-%d}" if isinstance(one, pd.Timestamp) else str(one) for one in found]
    return f"row {position + 1} ({' '.join(one for one in said if one)})"


def _said(failures: pd.DataFrame) -> str:
    return ", ".join(
        " ".join(part for part in (column, reason) if part) + (f" (found: {found})" if found else "")
        for column, reason, found in zip(
            failures["column"], failures["reason"], failures["found"], strict=True
        )
    )
