"""How a frame is held against its schema, and what is said where it does not conform.

Belongs here: turning pandera's failure cases into one sentence that names column and rows.
Does not belong here: how a schema is built (schema.py), what any table looks like (a module each family).
"""

import pandas as pd
import pandera.pandas as pa

from ccg_pipeline.tables.schema import KINDS
from expert_panels.foundation.fault import Fault

_Line = tuple[int, str, str, str]  # row, column, reason, found

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


LONGEST_FOUND = 200
"""Characters of an offending value that the sentence shows."""


class SchemaFault(Fault):
    """A frame that has not the shape it must have: one sentence that names the column and the first rows.

    ``failures`` has one line a row and reason: row (position in the frame, −1 for the frame as a whole),
    column ('' for a rule over several), reason, found (the offending value as text).
    """

    def __init__(self, sentence: str, failures: pd.DataFrame) -> None:
        super().__init__(sentence)
        self.failures = failures


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
    kinds = {words for words, _ in KINDS.values()}
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


def _shown(found: str) -> str:
    return found if len(found) <= LONGEST_FOUND else f"{found[:LONGEST_FOUND]}…"


def _said(failures: pd.DataFrame) -> str:
    return ", ".join(
        " ".join(part for part in (column, reason) if part) + (f" (found: {_shown(found)})" if found else "")
        for column, reason, found in zip(
            failures["column"], failures["reason"], failures["found"], strict=True
        )
    )
