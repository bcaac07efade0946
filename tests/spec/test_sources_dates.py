"""Dates and periods as publishers write them; what cannot be read for certain is not guessed."""

from datetime import date, datetime

import pytest

from ccg_pipeline.sources.dates import last_day_of_month, read_day, read_period

DAYS = [
    ("11th June 2015", date(2015, 6, 11)),
    ("14th January 2016", date(2016, 1, 14)),
    (" 1st  April 2016 ", date(2016, 4, 1)),
    ("2nd May 2016", date(2016, 5, 2)),
    ("23rd March 2016", date(2016, 3, 23)),
    ("31MAR2017", date(2017, 3, 31)),
    ("31-Mar-17", date(2017, 3, 31)),
    ("1 Sept 2016", date(2016, 9, 1)),
    ("31/03/2017", date(2017, 3, 31)),
    ("03/04/2017", date(2017, 4, 3)),  # the day comes first
    ("2017-03-31", date(2017, 3, 31)),
    (datetime(2017, 3, 31), date(2017, 3, 31)),
    (date(2017, 3, 31), date(2017, 3, 31)),
    ("30th February 2016", None),
    ("04/31/2017", None),
    ("11th Juno 2015", None),
    ("June 2015", None),
    ("1066-10-14", None),
    ("", None),
    (42461.0, None),  # a day as Excel counts them, without a date format: could be any number
]
PERIODS = [
    ("April 2015", date(2015, 4, 1), date(2015, 4, 30)),
    ("APRIL 2015", date(2015, 4, 1), date(2015, 4, 30)),
    (" FEBRUARY  2016 ", date(2016, 2, 1), date(2016, 2, 29)),
    ("Sept 2016", date(2016, 9, 1), date(2016, 9, 30)),
    ("Mar-17", date(2017, 3, 1), date(2017, 3, 31)),
    (2013, date(2013, 1, 1), date(2013, 12, 31)),
    (2013.0, date(2013, 1, 1), date(2013, 12, 31)),
    ("2017-18", date(2017, 4, 1), date(2018, 3, 31)),
    ("2015/16", date(2015, 4, 1), date(2016, 3, 31)),
    ("2015/2016", date(2015, 4, 1), date(2016, 3, 31)),
    ("01/01/2019 to 31/12/2019", date(2019, 1, 1), date(2019, 12, 31)),
    ("July 2015 to March 2016", date(2015, 7, 1), date(2016, 3, 31)),
    ("January 2016 to December 2016 (Provisional)", date(2016, 1, 1), date(2016, 12, 31)),
    ("2013/14 to 2015/16", date(2013, 4, 1), date(2016, 3, 31)),
    ("Quarter 1 2015/16", date(2015, 4, 1), date(2015, 6, 30)),
    ("Quarter 3, 2016-17", date(2016, 10, 1), date(2016, 12, 31)),
    ("Q4 2016-17", date(2017, 1, 1), date(2017, 3, 31)),
    ("JUL 2021/22", date(2021, 7, 1), date(2021, 7, 31)),
    ("MAR 2021/22", date(2022, 3, 1), date(2022, 3, 31)),
    ("APR 2021/22", date(2021, 4, 1), date(2021, 4, 30)),
]
NO_PERIODS = [
    "Aprl 2015",
    "2017-19",
    "31/12/2019 to 01/01/2019",
    "2019 to",
    "March 2016 to July 2015",
    "Quarter 5 2015/16",
    "Quarter 1 2015/17",
    "JUL 2021/23",
    "2009-2011",  # three years pooled, or a slip
    "April",
    "99",
    "3013",
    "",
    "-",
    None,
]


@pytest.mark.parametrize(("cell", "day"), DAYS, ids=repr)
def test_days(cell: object, day: date | None) -> None:
    assert read_day(cell) == day


@pytest.mark.parametrize(("cell", "first", "last"), PERIODS, ids=repr)
def test_periods(cell: object, first: date, last: date) -> None:
    assert read_period(cell) == (first, last)


@pytest.mark.parametrize("cell", NO_PERIODS, ids=repr)
def test_what_is_no_period(cell: object) -> None:
    assert read_period(cell) is None


def test_what_came_out_in_a_month_was_out_by_its_last_day() -> None:
    assert last_day_of_month("October 2020") == date(2020, 10, 31)
    assert last_day_of_month("2020") is None
