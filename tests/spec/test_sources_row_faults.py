"""Rows that cannot be believed: each fault at, below and above its edge, in the layout that all share.

101a is a proportion from counts, 131a a rate from counts, 127b a standardised rate, 106b an index.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import Reading

HEADER = (
    "layout,publication,indicator,period_start,period_end,published_on,organisation_code,organisation_name,"
    "numerator,denominator,value,lower_95,upper_95,judgement,status"
)
START = "{publication},{indicator},2016-04-01,2016-06-30,2016-09-08,{code},Somewhere"
PUBLICATIONS = {
    "101a": "satod",
    "131a": "chc",
    "127b": "hes",
    "106b": "hes",
    "165a": "leadership",
    "123c": "mental_health_return",
    "126a": "dementia_diagnoses",
    "122d": "cancer_experience",
}

BELIEVED = [
    # indicator, numerator,denominator,value,lower,upper,judgement; the value that is read
    ("101a", "10,40,25,,,", 25.0),
    ("101a", "10,40,,,,", 25.0),
    ("101a", "40,40,,,,", 100.0),
    ("101a", "0,40,0,,,", 0.0),
    ("101a", ",,100,,,", 100.0),
    ("101a", "1,3,33.3,,,", 100 / 3),
    ("131a", "50,40,62500,,,", 62500.0),
    ("127b", "5,1000,612.3,600,620,", 612.3),  # standardised: counts do not give it
    ("127b", ",,600,600,600,", 600.0),
    ("106b", ",,-3.5,-4,1,", -3.5),
    ("123c", ",,75,,,", 75.0),
    ("123c", ",,100,,,", 100.0),
    ("126a", "10,40.5,,,,", 1000 / 40.5),  # of estimated cases
    ("127b", ",,1000000,,,", 1000000.0),
    ("122d", ",,10,,,", 10.0),
    ("122d", ",,0,,,", 0.0),
    ("165a", ",,,,,Green Star", "Green Star"),
    ("165a", ",,,,,green star", "Green Star"),
]
NOT_BELIEVED = [
    ("101a", "41,40,,,,", "numerator is above denominator"),
    ("101a", ",,101,,,", "value '101' is above 100 %"),
    ("101a", ",,100.0001,,,", "value '100.0001' is above 100 %"),
    ("101a", ",,-0.1,,,", "value '-0.1' is below zero"),
    ("101a", "-1,40,,,,", "numerator '-1' is below zero"),
    ("101a", "ten,40,,,,", "numerator is 'ten', which is no figure"),
    ("101a", "10,forty,,,,", "denominator is 'forty', which is no figure"),
    ("101a", "1,3,33.4,,,", "value '33.4' is not what its counts give"),
    ("131a", "5,0,,,,", "denominator is zero"),
    ("131a", ",,-1,,,", "value '-1' is below zero"),
    ("127b", ",,612,620,600,", "lower limit is above upper limit"),
    ("127b", ",,599,600,620,", "value '599' is outside its interval"),
    ("127b", ",,621,600,620,", "value '621' is outside its interval"),
    ("101a", "10.5,40,,,,", "numerator '10.5' is no whole number, which a count is"),
    ("101a", "10,40.5,,,,", "denominator '40.5' is no whole number, which a count is"),
    ("131a", "4.5,4000,,,,", "numerator '4.5' is no whole number, which a count is"),
    ("131a", "315263,22,,,,", "its counts give a value above what its unit allows"),  # a cell was lost
    ("127b", ",,1000001,,,", "value '1000001' is above what its unit allows"),
    ("123c", ",,100.1,,,", "value '100.1' is above what its unit allows"),
    ("122d", ",,10.1,,,", "value '10.1' is above what its unit allows"),
    ("122d", ",,-0.1,,,", "value '-0.1' is below what its unit allows"),
    ("165a", ",,,,,Purple", "judgement 'Purple' is none of its labels"),
]
WITHOUT_FIGURES = [
    ("101a", "*,40,*,,,", "suppressed"),
    ("101a", "*,*,,,,", "suppressed"),
    ("101a", "-,-,-,,,", "missing"),
    ("101a", ",,,,,", "missing"),
    ("101a", "10,,,,,", "missing"),  # a count without its denominator is no percentage
    ("101a", "0,0,,,,", "missing"),  # of nobody, nobody: no percentage either, and not zero
    ("165a", ",,,,,*", "suppressed"),
    ("165a", ",,,,,-", "missing"),
]


@pytest.fixture
def read_row(tmp_path: Path) -> Callable[[str, str], Reading]:
    def reading(indicator: str, figures: str, code: str = "00C") -> Reading:
        start = START.format(publication=PUBLICATIONS[indicator], indicator=indicator, code=code)
        path = tmp_path / "row.csv"
        path.write_text(f"{HEADER}\nmade_up,{start},{figures},\n", encoding="utf-8")
        return read_file(path, load_edition())

    return reading


@pytest.mark.parametrize(("indicator", "figures", "value"), BELIEVED)
def test_believed(
    read_row: Callable[[str, str], Reading], indicator: str, figures: str, value: float | str
) -> None:
    reading = read_row(indicator, figures)
    row = reading.observations.iloc[0]
    assert reading.quarantine.empty
    assert row["status"] == "published"
    assert (row["judgement"] if isinstance(value, str) else row["value"]) == pytest.approx(value)


def test_an_indicator_may_be_written_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "row.csv"
    start = START.format(publication="satod", indicator="101A", code="00C")
    path.write_text(f"{HEADER}\nmade_up,{start},10,40,25,,,,\n", encoding="utf-8")
    assert read_file(path, load_edition()).observations["indicator_code"].to_list() == ["101a"]


@pytest.mark.parametrize(("indicator", "figures", "reason"), NOT_BELIEVED)
def test_not_believed_is_quarantined_whole_with_its_reason(
    read_row: Callable[[str, str], Reading], indicator: str, figures: str, reason: str
) -> None:
    reading = read_row(indicator, figures)
    row = reading.observations.iloc[0]
    assert list(reading.quarantine["reasons"]) == [reason]
    assert (row["status"], row["organisation_code"]) == ("refused", "00C")
    assert row[["numerator", "denominator", "value", "lower_95", "upper_95"]].isna().all()
    assert reading.source_file.rows_quarantined == 1


@pytest.mark.parametrize(("indicator", "figures", "status"), WITHOUT_FIGURES)
def test_a_mark_is_no_figure_and_no_fault(
    read_row: Callable[[str, str], Reading], indicator: str, figures: str, status: str
) -> None:
    reading = read_row(indicator, figures)
    row = reading.observations.iloc[0]
    assert reading.quarantine.empty
    assert row["status"] == status
    assert row[["numerator", "denominator", "value"]].isna().all()
    assert row["judgement"] == ""
