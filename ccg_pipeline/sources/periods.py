"""How a publication says which period a row is about.

Belongs here: the few ways seen, each made by a function that a reader's declaration calls.
Does not belong here: reading a date from a cell (``dates``), when a file came out (``dating``).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from ccg_pipeline.framework.model import Publication
from ccg_pipeline.sources.cells import heading, texts
from ccg_pipeline.sources.dates import Period as Days
from ccg_pipeline.sources.dates import read_days, read_period, read_periods
from ccg_pipeline.sources.dating import assumed_period, period_in_preamble
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.result import Refused
from ccg_pipeline.sources.tables import Table

Ends = tuple["pd.Series[pd.Timestamp]", "pd.Series[pd.Timestamp]"]


@dataclass(frozen=True)
class Period:
    """``of_file`` gives the one period of a whole file, or ``of_rows`` the first and last days of its rows.

    ``column`` is where a row's cell is, and ``what`` (a date, a period) it then cannot be read as.
    """

    of_file: Callable[[Document, Publication, Table], Days] | None = None
    of_rows: Callable[[Table], Ends] | None = None
    column: str = ""
    what: str = "period"
    is_assumed: bool = False

    def ends(self, document: Document, publication: Publication, table: Table) -> Ends:
        """First and last days of a table's rows, NaT where a row's cannot be read. Raises Refused."""
        if self.of_rows is not None:
            return self.of_rows(table)
        days = self.of_file(document, publication, table) if self.of_file is not None else (None, None)
        start, end = (pd.Series(day, index=table.rows.index, dtype="datetime64[ns]") for day in days)
        return start, end


def in_preamble() -> Period:
    """The month that the line "Period:" above the table names."""
    return Period(of_file=lambda document, one, table: period_in_preamble(document, one, table.preamble))


def in_column(column: str) -> Period:
    """A column says it in words: "2013", "2015-16", "July 2015 to March 2016", "Quarter 1 2016/17"."""
    return Period(of_rows=lambda table: read_periods(table.rows[column]), column=column)


def between(first: str, last: str) -> Period:
    """Two columns hold its first and last day: of whole months, and no last day before the first."""

    def ends(table: Table) -> Ends:
        start, end = read_days(table.rows[first]), read_days(table.rows[last])
        is_whole = start.dt.is_month_start & end.dt.is_month_end & (start < end)
        return start, end.where(is_whole)

    return Period(of_rows=ends, column=last, what="last day of a period of whole months")


def month_of(column: str) -> Period:
    """A column holds a day, the snapshot of a month."""

    def ends(table: Table) -> Ends:
        days = read_days(table.rows[column])
        return days.dt.to_period("M").dt.start_time, days

    return Period(of_rows=ends, column=column, what="date")


def march_of(column: str) -> Period:
    """A column names a calendar year and means the snapshot at the end of its March."""

    def ends(table: Table) -> Ends:
        years = texts(table.rows[column])
        return read_periods(("March " + years).where(years.str.fullmatch("[0-9]{4}"), ""))

    return Period(of_rows=ends, column=column, what="year")


def at_end_of(title: str, what: str, days: int) -> Period:
    """A line above the table begins with ``title`` and ends, behind a comma, with a period (``what``) of at
    most so many ``days``.
    """
    wanted = re.compile(re.escape(heading(title)) + r".*, ?([^,]+)$")

    def of_file(document: Document, publication: Publication, table: Table) -> Days:
        for cell in table.above:
            period = read_period(found[1]) if (found := wanted.match(cell)) else None
            if period and period[1] - period[0] < timedelta(days=days):
                return period
        where = f" of its sheet {table.sheet!r}" if table.sheet else ""
        raise Refused(
            f"{document.name}: the title {title!r}{where} does not end with a {what}; correct it.",
            publication.key,
        )

    return Period(of_file=of_file)


def beside_the_file() -> Period:
    """The file names none: the sidecar's, else the edition's; assumed."""
    return Period(of_file=lambda document, one, _: assumed_period(document, one), is_assumed=True)
