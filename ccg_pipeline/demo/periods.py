"""The data periods of a publication in a financial year, and a label of the year read into a number.

Belongs here: dates only.
Does not belong here: which publication comes how often (``calendar.csv``, read by ``national``), any figure.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from ccg_pipeline.demo.national import Release

CALENDAR_YEAR = 2016  # calendar.csv gives dates as they fall for 2016-17


@dataclass(frozen=True)
class Period:
    """A data period: first and last day, and the day on which its file is said to have come out."""

    start: date
    end: date
    published_on: date


def first_year(year: str) -> int:
    """The calendar year in which the financial year ``2016-17`` begins; ValueError if it is no such label."""
    matched = re.fullmatch(r"(\d{4})-(\d{2})", year)
    if matched is None or int(matched[2]) != (int(matched[1]) + 1) % 100:
        raise ValueError(f"{year!r} is no financial year; write it as 2016-17.")
    return int(matched[1])


def month_end(day: date, months_later: int) -> date:
    """The last day of the month that lies ``months_later`` months after that of ``day``."""
    month = day.year * 12 + day.month - 1 + months_later
    year, month = divmod(month, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def periods_of(release: Release, year: str) -> tuple[Period, ...]:
    """The periods of a publication for the financial year, oldest first."""
    shift = 12 * (first_year(year) - CALENDAR_YEAR)
    periods = []
    for step in range(release.periods):
        end = month_end(release.first_end, shift + step * release.every_months)
        start = month_end(end, -release.months_covered) + timedelta(days=1)
        periods.append(Period(start, end, end + timedelta(days=release.published_after_days)))
    return tuple(periods)
