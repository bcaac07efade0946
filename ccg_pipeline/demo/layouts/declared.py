"""The declared layout, shared by every publication whose own layout is not known.

Belongs here: measures of one publication and period to that layout's rows.
Does not belong here: any publisher's own layout, drawing figures.
"""

from collections.abc import Iterator, Sequence

from ccg_pipeline.demo.figures import Figures, Numbers
from ccg_pipeline.demo.layouts.text import csv_bytes, number

HEADER = [
    "layout", "publication", "indicator", "period_start", "period_end", "published_on", "organisation_code",
    "organisation_name", "numerator", "denominator", "value", "lower_95", "upper_95", "judgement", "status",
]  # fmt: skip
DECIMALS = 6  # of a value that is not computed from counts


def declared_file(publication: str, measures: Sequence[Figures], at: int) -> bytes:
    """The file of period number ``at``: each measure's CCGs (or plans), then England if it has one."""
    return csv_bytes(HEADER, (row for figures in measures for row in _rows(publication, figures, at)))


def _rows(publication: str, figures: Figures, at: int) -> Iterator[list[str]]:
    period = figures.periods[at]
    start = ["made_up", publication, figures.measure.code]
    start += [day.isoformat() for day in (period.start, period.end, period.published_on)]
    for column, (code, name) in enumerate(zip(figures.codes, figures.names, strict=True)):
        cells = _cells(figures.drawn, at, column)
        mark = str(figures.marks[at, column])
        if mark:
            # a hidden cell keeps its mark; a judgement that was never sent leaves its cell empty
            cells = [mark if cell else "" for cell in cells]
        judgement = "" if mark else str(figures.labels[at, column])
        yield [*start, code, name, *cells, judgement, ""]
    if figures.england is not None:
        yield [*start, "ENG", "England", *_cells(figures.england, at, 0), "", ""]


def _cells(numbers: Numbers, at: int, column: int) -> list[str]:
    numerator, denominator = numbers.numerator[at, column], numbers.denominator[at, column]
    figures = [figure[at, column] for figure in (numbers.value, numbers.lower, numbers.upper)]
    cells = [number(numerator), number(denominator)]
    return cells + [number(figure if cells[0] else round(figure, DECIMALS)) for figure in figures]
