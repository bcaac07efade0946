"""Reading dates and periods as publishers write them.

Belongs here: from one cell to a day, or to the first and last day of a period. A cell that cannot be read
is None.
Does not belong here: which of a file's dates counts (``dating``).
"""

import calendar
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from ccg_pipeline.sources.cells import LONGEST, text, texts

YEARS = range(1990, 2101)  # a year outside is no year of a publication but a slip or damage
Period = tuple[date, date]

_MONTHS = {name[:3].casefold(): number for number, name in enumerate(calendar.month_name) if number}
_MONTH_NAMES = {name.casefold() for name in calendar.month_name if name} | {*_MONTHS, "sept"}
_DAY_FIRST = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[\s\-]*([a-z]+)[\s\-,]*([0-9]{4}|[0-9]{2})")
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH = re.compile(r"([a-z]+)[\s\-]*([0-9]{4}|(?<=-)[0-9]{2})")
_IN_NAME = re.compile(r"(?<![a-z])([a-z]+)[\s\-_.]*((?:20)?[0-9]{2})(?![0-9])")
_YEAR = re.compile(r"[0-9]{4}")
_QUARTER = re.compile(r"(?:quarter |q)([1-4])[\s,\-]*([0-9]{4}\s*[/\-–]\s*(?:[0-9]{2}|[0-9]{4}))")
_MONTH_OF_YEAR = re.compile(r"([a-z]+)[\s,\-]*([0-9]{4}\s*[/\-–]\s*(?:[0-9]{2}|[0-9]{4}))")
_FINANCIAL_YEAR = re.compile(r"([0-9]{4})\s*[/\-–]\s*([0-9]{2}|[0-9]{4})")


def read_day(cell: object) -> date | None:
    """One day: "11th June 2015", "31MAR2017", "31-Mar-17", "31/03/2017" (day first), ISO, a date cell."""
    if isinstance(cell, datetime):
        return _day(cell.year, cell.month, cell.day)
    if isinstance(cell, date):
        return _day(cell.year, cell.month, cell.day)
    word = _word(cell)
    if found := _ISO.fullmatch(word):
        return _day(*map(int, found.groups()))
    if found := _SLASHED.fullmatch(word):
        day, month, year = map(int, found.groups())
        return _day(year, month, day)
    if (found := _DAY_FIRST.fullmatch(word)) and (number := _month(found[2])):
        return _day(_year(found[3]), number, int(found[1]))
    return None


def read_period(cell: object) -> Period | None:
    """A period: a month ("April 2015"), a calendar year, a financial year ("2017-18"), a quarter of one
    ("Quarter 1 2016/17") or a month of one ("JAN 2021/22" is January 2022), "day to day", "month to month" or
    "year to year"; provisional or not.
    """
    word = " ".join(_word(cell).replace("(provisional)", "").split())
    if (found := _MONTH.fullmatch(word)) and (number := _month(found[1])):
        year = _year(found[2])
        return month_of(date(year, number, 1)) if year in YEARS else None
    if _YEAR.fullmatch(word) and int(word) in YEARS:
        return date(int(word), 1, 1), date(int(word), 12, 31)
    if found := _FINANCIAL_YEAR.fullmatch(word):
        first = int(found[1])
        follows = f"{first + 1}".endswith(found[2])
        return (date(first, 4, 1), date(first + 1, 3, 31)) if follows and first in YEARS else None
    if (found := _MONTH_OF_YEAR.fullmatch(word)) and (number := _month(found[1])):
        whole = read_period(found[2])
        return month_of(date(whole[number < 4].year, number, 1)) if whole else None
    if found := _QUARTER.fullmatch(word):
        whole = read_period(found[2])
        return quarter_of(whole, int(found[1])) if whole else None
    begins, separator, ends = word.partition(" to ")
    return _from_to(begins, ends) if separator else None


def _from_to(first: str, last: str) -> Period | None:
    start, end = read_day(first), read_day(last)
    if start is None and end is None:
        opening, closing = read_period(first), read_period(last)
        start, end = opening and opening[0], closing and closing[1]
    return (start, end) if start and end and start <= end else None


def quarter_of(year: Period, number: int) -> Period:
    """Quarter 1 to 4 of a financial year, of which ``year`` is the first and last day."""
    month = year[0].month - 1 + 3 * (number - 1)
    start = date(year[0].year + month // 12, month % 12 + 1, 1)
    return start, month_of(start + timedelta(days=63))[1]


def month_of(day: date) -> Period:
    """The first and last day of the month in which ``day`` lies."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def last_day_of_month(cell: object) -> date | None:
    """The last day of a month given without its day: what was published "October 2020" was out by then."""
    period = read_period(cell)
    return period[1] if period and period[1] - period[0] < timedelta(days=31) else None


def _word(cell: object) -> str:
    """The cell in one case with single spaces; '' where it is too long for a date."""
    said = text(cell)
    return " ".join(said.casefold().split()) if len(said) <= LONGEST else ""


def _month(word: str) -> int | None:
    return _MONTHS[word[:3]] if word in _MONTH_NAMES else None


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _day(year: int, month: int, day: int) -> date | None:
    if year not in YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_periods(cells: "pd.Series[str]") -> "tuple[pd.Series[pd.Timestamp], pd.Series[pd.Timestamp]]":
    """First and last days of a column of periods; NaT where a cell cannot be read."""
    words = texts(cells)
    periods = {word: read_period(word) or (None, None) for word in words.unique()}
    first, last = ({word: period[end] for word, period in periods.items()} for end in (0, 1))
    return _column(words, first), _column(words, last)


def read_days(cells: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """A column of days; NaT where a cell cannot be read."""
    words = texts(cells)
    return _column(words, {word: read_day(word) for word in words.unique()})


def _column(words: "pd.Series[str]", days: Mapping[str, date | None]) -> "pd.Series[pd.Timestamp]":
    values = {word: np.datetime64(day if day else "NaT", "ns") for word, day in days.items()}
    return pd.Series(np.array([values[word] for word in words], dtype="datetime64[ns]"), index=words.index)


def month_in_name(name: str) -> date | None:
    """The first day of the one month that a file's name says: "LA_April_16.xls", "ae_2017-03-31.csv"."""
    word = name.casefold()
    found = {date(int(year), int(month), 1) for year, month, _ in _ISO.findall(word) if 1 <= int(month) <= 12}
    told = [(2000 + int(year) % 100, _month(said)) for said, year in _IN_NAME.findall(word)]
    found |= {date(year, month, 1) for year, month in told if month}
    return found.pop() if len(found) == 1 else None
