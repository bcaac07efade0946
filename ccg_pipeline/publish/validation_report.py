"""The validation report: the findings of plausibility as one page that opens offline.

Belongs here: the sentence that opens it, and what is in a cell of a failing row.
Does not belong here: finding anything (quality/plausibility.py), what a finding is
(framework/findings.py), the page itself (templates/validation_report.html).
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from ccg_pipeline.framework.findings import PlausibilityReport
from ccg_pipeline.publish.naming import CONSEQUENCE, how_many
from ccg_pipeline.publish.offline_page import page
from ccg_pipeline.publish.pictures import bar_chart

OF_FILES = "files-"
"""Begins the anchors of the second part, in which the same expectations may stand."""

NAMESPACE = " xmlns='http://www.w3.org/2000/svg'"
"""What a picture says of itself as a separate file, and no page needs."""


class _Part(NamedTuple):
    caption: str
    prefix: str
    report: PlausibilityReport


class _Cell(NamedTuple):
    text: str
    is_number: bool = False


def render(report: PlausibilityReport, of_files: PlausibilityReport) -> str:
    """Return the page as HTML: a summary, then each expectation with its findings and all failing rows.

    `report` is about the observations as they are known, `of_files` about what the files say by themselves.
    """
    return page(
        "validation_report.html",
        f"Validation report, {report.month_end:%B %Y}",
        [_verdict(report, of_files)],
        report.is_made_up,
        picture=Markup(bar_chart(_counts(report, of_files)).replace(NAMESPACE, "")),
        parts=[
            _Part("What is known of the month", "", report),
            _Part("What the files say by themselves", OF_FILES, of_files),
        ],
        consequences=CONSEQUENCE,
        heads=lambda frame: [str(name).replace("_", " ") for name in frame.columns],
        cells=_cells,
    )


def _counts(report: PlausibilityReport, of_files: PlausibilityReport) -> dict[str, int]:
    """How many findings held and did not, the latter by what that does to the round."""
    failed = [one.severity for one in (*report, *of_files) if not one.success]
    held = sum(one.success for one in (*report, *of_files))
    return {
        "held": held,
        "did not hold, warns": failed.count("warn"),
        "did not hold, blocks": failed.count("block"),
    }


def _verdict(report: PlausibilityReport, of_files: PlausibilityReport) -> str:
    failed = [one for one in (*report, *of_files) if not one.success]
    about = f"What had landed by {report.month_end} was held against what edition {report.edition} expects:"
    if not failed:
        return f"{about} all of them held."
    block = sum(one.severity == "block" for one in failed)
    blocks = f"{block} of which block and {len(failed) - block} warn"
    return f"{about} {how_many(len(failed), 'finding')} did not hold, {blocks}."


def _cells(frame: pd.DataFrame) -> Iterator[tuple[_Cell, ...]]:
    columns = [[_cell(value) for value in frame[name]] for name in frame.columns]
    return zip(*columns, strict=True)


def _cell(value: object) -> _Cell:
    if isinstance(value, pd.Timestamp):
        return _Cell(f"{value:%Y-%m-%d}")
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return _Cell("none")
    if isinstance(value, int | float):
        return _Cell(f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}", is_number=True)
    return _Cell(str(value))
