"""Which observation stands for an indicator and an organisation in a month, and in a year."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.scoring.latest import latest_for_month, latest_for_year
from tests.support.notations.method_tables import EDITION, lines, observations

MARCH = date(2017, 3, 31)

# Two files of one indicator and CCG, with dates in 2017; which value is that of March?
CHOICES = """
    what                                  | ended       | published   | revised | value
    the later period                      | 02-28 03-31 | 05-01 04-01 | - -     | 2
    a period after the month is not known | 02-28 04-30 | 05-01 06-01 | - -     | 1
    one that ends within the month is     | 02-28 03-15 | 05-01 06-01 | - -     | 2
    the later publication of one period   | 03-31 03-31 | 05-11 05-12 | - -     | 2
    a revision after it                   | 03-31 03-31 | 05-11 05-12 | 06-01 - | 1
    a revision before it                  | 03-31 03-31 | 05-11 05-12 | 05-11 - | 2
    a known date goes before none         | 03-31 03-31 | 05-11 -     | - -     | 1
    without dates the source decides      | 03-31 03-31 | - -         | - -     | 2
"""


@pytest.mark.parametrize("given", lines(CHOICES), ids=lambda given: given["what"])
def test_the_latest_period_last_published_counts(given: dict[str, str]) -> None:
    drawn = "indicator | ccg | value | source_sha256 | period_end | published_on | revised_on"
    for n, dates in enumerate(
        zip(*(given[k].split() for k in ("ended", "published", "revised")), strict=True)
    ):
        known = " | ".join("" if one == "-" else f"2017-{one}" for one in dates)
        drawn += f"\n123a | 01A | {n + 1} | {n + 1} | {known}"
    files = observations(drawn)
    for rows in (files, files.iloc[::-1]):
        chosen = latest_for_month(rows, EDITION, MARCH)
        assert chosen["value"].tolist() == [float(given["value"])]


def test_of_equal_dates_a_figure_goes_before_a_mark_and_the_shorter_period_before_the_longer() -> None:
    rows = observations(
        """
        indicator | ccg | value | status  | period_start | source_sha256
        123a      | 01A | 1     | published | 2017-03-01 | a
        123a      | 01A |       | refused   | 2017-03-01 | b
        123b      | 01A | 1     | published | 2017-03-01 | a
        123b      | 01A | 2     | published | 2016-04-01 | b
        """
    )
    assert latest_for_month(rows, EDITION, MARCH)["value"].tolist() == [1, 1]


def test_a_later_mark_is_not_papered_over_with_an_older_figure() -> None:
    rows = observations(
        """
        indicator | ccg | value | status     | period_end
        123a      | 01A | 50    | published  | 2017-02-28
        123a      | 01A |       | suppressed | 2017-03-31
        """
    )
    assert latest_for_month(rows, EDITION, MARCH)["status"].tolist() == ["suppressed"]


AGES = """
    period_end | status
    2014-04-30 | published
    2014-03-31 | published
    2014-03-01 | published
    2014-02-28 | missing
    2010-12-31 | missing
"""


@pytest.mark.parametrize("given", lines(AGES), ids=lambda given: given["period_end"])
def test_a_period_may_be_36_months_old_and_no_older(given: dict[str, str]) -> None:
    rows = observations(
        "indicator | ccg | value | n | judgement | period_end\n"
        f"123a | 01A | 50 | 100 | | {given['period_end']}\n"
        f"165a | 01A | | | Green | {given['period_end']}\n"
        f"nda_participation | 01A | 80 | | | {given['period_end']}"
    )
    chosen = latest_for_month(rows, EDITION, MARCH)
    assert chosen["status"].tolist() == [given["status"]] * 3
    if given["status"] == "missing":
        assert chosen[["value", "denominator"]].isna().all(axis=None)
        assert chosen["judgement"].tolist() == ["", "", ""]
        said = f"the latest period ended {given['period_end']}, older than 36 months"
        assert chosen["note"].tolist() == [said] * 3


def test_rows_come_in_the_editions_order_and_only_of_who_is_scored_or_compared_with() -> None:
    rows = observations(
        """
        indicator         | ccg       | organisation_kind
        stp_progress      | E54000005 | stp
        nda_participation | 01A       | ccg
        129a              | X24       | ccg
        129a              | ENG       | ccg
        129a              | 02B       | ccg
        129a              | 01A       | ccg
        127e              | E10000007 | local_authority
        127e              | 9900      | outside_england
        101a              | 02B       | ccg
        999z              | 01A       | ccg
        """
    )
    chosen = latest_for_month(rows, EDITION, MARCH)
    assert chosen[["indicator_code", "organisation_code"]].to_numpy().tolist() == [
        ["101a", "02B"],
        ["129a", "01A"],
        ["129a", "02B"],
        ["129a", "ENG"],
        ["129a", "X24"],
        ["nda_participation", "01A"],
        ["stp_progress", "E54000005"],
    ]
    assert list(chosen.columns) == list(rows.columns)


def test_nothing_observed_is_no_row() -> None:
    nothing = observations("indicator | ccg | value\n127e | 01A | 1").iloc[:0]
    assert latest_for_month(nothing, EDITION, MARCH).empty
    assert latest_for_year(nothing, EDITION, MARCH).empty


# The annual lane: 127e takes the mean of the year's months, 129a the latest.
def _months(values: dict[str, str], indicator: str = "127e", status: str = "published") -> pd.DataFrame:
    return observations(
        "indicator | ccg | numerator | n | value | period_start | period_end | status\n"
        + "\n".join(
            f"{indicator} | 01A | {value} | 200000 | {float(value) / 2 if value else ''} "
            f"| {month}-01 | {pd.Period(month).end_time:%Y-%m-%d} | {status if value else 'refused'}"
            for month, value in values.items()
        )
    )


def test_the_year_takes_the_mean_of_its_twelve_months_where_the_edition_says_so() -> None:
    months = {
        f"{month}": str(100 + n) for n, month in enumerate(pd.period_range("2016-04", "2017-03", freq="M"))
    }
    outside = {"2016-03": "9000", "2017-04": "9000"}
    chosen = latest_for_year(_months({**months, **outside}), EDITION, MARCH)
    assert len(chosen) == 1
    row = chosen.iloc[0]
    assert row["numerator"] == 12 * 105.5
    assert row["denominator"] == 12 * 200_000
    assert row["value"] == pytest.approx(105.5 / 200_000 * 100_000)
    assert np.isnan(row[["lower_95", "upper_95"]].astype(float)).all()
    assert (row["period_start"], row["period_end"]) == (
        pd.Timestamp("2016-04-01"),
        pd.Timestamp("2017-03-31"),
    )
    assert row["note"] == "mean of 12 months (assumed)"


MONTHS = """
    what                     | april | may | june | value | status    | note
    three months             | 100   | 200 | 300  | 100   | published | mean of 3 months (assumed)
    one of them refused      | 100   |     | 300  | 100   | published | mean of 2 months (assumed)
    only one published       | 100   |     |      | 50    | published | mean of 1 month (assumed)
    none published           |       |     |      |       | refused   |
"""


@pytest.mark.parametrize("given", lines(MONTHS), ids=lambda given: given["what"])
def test_the_mean_is_of_the_months_that_were_published(given: dict[str, str]) -> None:
    rows = _months({"2016-04": given["april"], "2016-05": given["may"], "2016-06": given["june"]})
    for order in (rows, rows.iloc[::-1]):
        row = latest_for_year(order, EDITION, MARCH).iloc[0]
        assert row["value"] == pytest.approx(float(given["value"] or "nan"), nan_ok=True)
        assert (row["status"], row["note"]) == (given["status"], given["note"])


def test_a_month_published_twice_counts_once_as_last_published() -> None:
    rows = _months({"2016-04": "100", "2016-05": "200"})
    revised = _months({"2016-05": "400"}).assign(published_on=pd.Timestamp("2017-06-01"))
    row = latest_for_year(pd.concat([rows, revised]), EDITION, MARCH).iloc[0]
    assert (row["numerator"], row["value"], row["note"]) == (500, 125, "mean of 2 months (assumed)")


def test_without_counts_in_every_month_the_mean_is_of_the_values() -> None:
    rows = _months({"2016-04": "100", "2016-05": "200"})
    rows.loc[0, "numerator"] = math.nan
    row = latest_for_year(rows, EDITION, MARCH).iloc[0]
    assert row["value"] == pytest.approx(75)
    assert math.isnan(row["numerator"])
    assert math.isnan(row["denominator"])


def test_the_note_of_a_month_is_kept() -> None:
    rows = _months({"2016-04": "100"}).assign(note="apportioned by adults (assumed)")
    row = latest_for_year(rows, EDITION, MARCH).iloc[0]
    assert row["note"] == "apportioned by adults (assumed); mean of 1 month (assumed)"


def test_other_indicators_take_their_latest_period_in_the_year_too() -> None:
    rows = pd.concat(
        [_months({"2017-02": "100", "2017-03": "200"}, "129a"), _months({"2015-06": "80"}, "101a")]
    )
    chosen = latest_for_year(rows, EDITION, MARCH)
    assert chosen["indicator_code"].tolist() == ["101a", "129a"]
    assert chosen["numerator"].tolist() == [80, 200]
    assert chosen["note"].tolist() == ["", ""]


def test_months_of_another_year_are_not_the_years() -> None:
    assert latest_for_year(_months({"2016-03": "100"}), EDITION, MARCH).empty
