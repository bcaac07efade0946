from datetime import date

import pytest

from ccg_pipeline.demo.national import Release, releases
from ccg_pipeline.demo.periods import first_year, month_end, periods_of


@pytest.mark.parametrize(
    ("publication", "year", "first", "last", "how_many"),
    [
        ("rtt", "2016-17", ("2016-04-01", "2016-04-30"), ("2017-03-01", "2017-03-31"), 12),
        ("satod", "2016-17", ("2016-01-01", "2016-03-31"), ("2017-01-01", "2017-03-31"), 5),
        ("hes", "2016-17", ("2015-04-01", "2016-03-31"), ("2016-04-01", "2017-03-31"), 5),
        ("iapt", "2016-17", ("2015-04-01", "2016-03-31"), ("2016-04-01", "2017-03-31"), 2),
        ("cancer_stage", "2016-17", ("2014-01-01", "2014-12-31"), ("2015-01-01", "2015-12-31"), 2),
        ("maternity_survey", "2016-17", ("2015-02-01", "2015-02-28"), ("2017-02-01", "2017-02-28"), 2),
        ("rtt", "2015-16", ("2015-04-01", "2015-04-30"), ("2016-03-01", "2016-03-31"), 12),
        ("maternity_survey", "2015-16", ("2014-02-01", "2014-02-28"), ("2016-02-01", "2016-02-29"), 2),
    ],
)
def test_periods_of_a_publication(
    publication: str, year: str, first: tuple[str, str], last: tuple[str, str], how_many: int
) -> None:
    periods = periods_of(releases()[publication], year)
    assert len(periods) == how_many
    assert (periods[0].start.isoformat(), periods[0].end.isoformat()) == first
    assert (periods[-1].start.isoformat(), periods[-1].end.isoformat()) == last


def test_a_file_comes_out_after_its_period() -> None:
    release = Release(
        publication="x", every_months=1, months_covered=1, first_end=date(2016, 4, 30), periods=2,
        published_after_days=42,
    )  # fmt: skip
    assert [period.published_on for period in periods_of(release, "2016-17")] == [
        date(2016, 6, 11),
        date(2016, 7, 12),
    ]


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2016, 1, 31), 1, date(2016, 2, 29)),
        (date(2015, 1, 31), 1, date(2015, 2, 28)),
        (date(2016, 12, 31), 0, date(2016, 12, 31)),
        (date(2016, 3, 31), -3, date(2015, 12, 31)),
        (date(2016, 3, 31), -15, date(2014, 12, 31)),
    ],
)
def test_month_end(day: date, months: int, end: date) -> None:
    assert month_end(day, months) == end


@pytest.mark.parametrize("year", ["2016", "2016/17", "2016-18", "2016-2017", ""])
def test_no_financial_year(year: str) -> None:
    with pytest.raises(ValueError, match="is no financial year; write it as 2016-17"):
        first_year(year)


def test_a_century_turns() -> None:
    assert first_year("1999-00") == 1999
