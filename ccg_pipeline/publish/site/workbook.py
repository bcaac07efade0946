"""The workbook of a round: a cover, contents, notes, and a sheet for each table.

Belongs here: what is on each sheet. Does not belong here: the formats (publish/workbook.py).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pandas as pd

from ccg_pipeline.publish.site.content import Exported, Round
from ccg_pipeline.publish.workbook import NOTHING, Sheet, as_ods, as_xlsx, sheet_of

BEGAN = datetime(2013, 4, 1, tzinfo=UTC)
"""The time that a workbook is of whose release was made before times were kept: CCGs began on that day."""


def workbooks(round_: Round, tables: Sequence[Exported]) -> Iterator[tuple[str, bytes]]:
    """Yield address and bytes of a round's workbook in both formats; `tables` are as they are published."""
    sheets = list(sheets_of(round_, tables))
    at = datetime.fromisoformat(round_.made_at.replace("Z", "+00:00")) if round_.made_at else BEGAN
    for ending, write in (("ods", as_ods), ("xlsx", as_xlsx)):
        yield f"{round_.address}/data/tables.{ending}", write(sheets, round_.title, at.replace(tzinfo=None))


def sheets_of(round_: Round, tables: Sequence[Exported]) -> Iterator[Sheet]:
    """Yield the sheets of a round's workbook."""
    made_up = "Made-up data: every figure was drawn from a seed and says nothing about any real organisation."
    yield Sheet(
        "Cover",
        round_.title,
        (
            *([made_up] if round_.is_made_up else []),
            f"{round_.edition_title}. Data up to {round_.data_until}.",
            f"Release {round_.serial}, fingerprint (SHA-256) {round_.sha256}.",
            *([round_.verification] if round_.verification else []),
            *round_.although,
            "This is not an official rating of anybody.",
            round_.cannot_say,
            f"Each sheet has one table. {NOTHING} in a cell says that there is no value.",
            "Days are written 2017-03-31. Licence: Open Government Licence v3.0.",
        ),
    )
    contents = pd.DataFrame(
        [(one.table.name, one.table.meaning, len(one.frame)) for one in tables],
        columns=["sheet", "what a row is", "rows"],
    )
    yield sheet_of("Contents", "Contents", ("This sheet has one table.",), contents)
    notes = pd.DataFrame(
        [
            (one.table.name, column.name, column.unit, column.meaning, column.vocabulary)
            for one in tables
            for column in one.table.columns
        ],
        columns=["sheet", "column", "unit", "meaning", "values"],
    )
    yield sheet_of("Notes", "Notes: what each column says", ("This sheet has one table.",), notes)
    for one in tables:
        title = f"{one.table.name.replace('_', ' ').capitalize()}, {round_.title}"
        yield sheet_of(one.table.name, title, (one.table.meaning, "This sheet has one table."), one.frame)
