"""Recorded Dementia Diagnoses: the long monthly CSV by organisation and measure.

Belongs here: its measures and rows. Header and measures are known; how England's rows are keyed is assumed.
Does not belong here: drawing figures.
"""

from collections.abc import Iterator

from ccg_pipeline.demo.figures import Figures, Numbers
from ccg_pipeline.demo.layouts.text import csv_bytes
from ccg_pipeline.demo.noise import poisson_limits

HEADER = ("ORG_TYPE", "ORG_CODE", "NAME", "ACH_DATE", "MEASURE", "VALUE")


def dementia_diagnoses_file(figures: Figures, at: int) -> bytes:
    """One month's snapshot; a CCG whose figure is hidden or missing has no rows."""
    day = f"{figures.periods[at].end:%d%b%Y}".upper()
    rows: list[list[str]] = []
    if figures.england is not None:
        rows += [["NATIONAL", "ENG", "England", day, *row] for row in _measures(figures.england, at, 0)]
    for column, (code, name) in enumerate(zip(figures.codes, figures.names, strict=True)):
        if not figures.marks[at, column]:
            rows += [["CCG", code, name, day, *row] for row in _measures(figures.drawn, at, column)]
    return csv_bytes(HEADER, rows)


def _measures(numbers: Numbers, at: int, column: int) -> Iterator[list[str]]:
    register, estimate = float(numbers.numerator[at, column]), float(numbers.denominator[at, column])
    low, high = poisson_limits(numbers.numerator[at, [column]])
    yield ["DEMENTIA_REGISTER_65_PLUS", f"{register:.0f}"]
    yield ["DEMENTIA_ESTIMATE_65_PLUS", f"{estimate:.1f}"]
    yield ["DIAG_RATE_65_PLUS", f"{100 * register / estimate:.1f}"]
    yield ["DIAG_RATE_65_PLUS_LL", f"{100 * float(low[0]) / estimate:.1f}"]
    yield ["DIAG_RATE_65_PLUS_UL", f"{100 * float(high[0]) / estimate:.1f}"]
