"""IAPT: recovery among those at caseness, and a fault in one row of several."""

from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import Reading
from tests.unit.sources.readings import account
from tests.unit.sources.small_files import (
    write_lines,
)


def iapt_lines(
    year: int, code: str, recovery: object, finished: object, not_at_caseness: object
) -> list[str]:
    kind = "England" if code == "All" else "CCG"
    start = f"{year}-{year % 100 + 1},{year}-04-01,{year + 1}-03-31,{kind},{code},{code},Total,NULL,NULL"
    counts = {"recovery": recovery, "finished_course_treatment": finished, "not_at_caseness": not_at_caseness}
    return [
        *(f"{start},{name},count,{value}" for name, value in counts.items()),
        f"{start},recovery,percentage,50",
    ]


def iapt(folder: Path, edition: Edition, *lines: str) -> Reading:
    header = (
        "reporting_period,start_date,end_date,org_type,org_code,org_name,variable_type,variable_a,variable_b,"
        "measure_name,measure_statistic,value"
    )
    return read_file(write_lines(folder / "iapt.csv", header, *lines), edition)


def test_iapt_counts_recovery_among_those_at_caseness(tmp_path: Path, edition: Edition) -> None:
    reading = iapt(
        tmp_path, edition,
        *iapt_lines(2017, "All", 263295, 554709, 36767),
        *iapt_lines(2017, "00C", 575, 1145, 60),
        *iapt_lines(2017, "00D", "*", 1145, 60),
        *iapt_lines(2017, "00J", 575, "-", 60),
        *iapt_lines(2017, "14L", 575, 1145, 60),  # Manchester, from April 2017
        *iapt_lines(2017, "01H", 570, 1140, 60),  # Cumbria's code, another area since April 2017
        *iapt_lines(2016, "01H", 575, 1145, 60),
        *iapt_lines(2017, "13Q", 575, 1145, 60),
        *iapt_lines(2017, "UNKNOWN", 575, 1145, 60),
    )  # fmt: skip
    rows = reading.observations.set_index(["organisation_code", "period_start"])
    year = pd.Timestamp("2017-04-01")
    assert rows.loc[("ENG", year), "value"] == pytest.approx(50.834843)
    assert rows.loc[("00C", year), ["numerator", "denominator"]].to_list() == [575, 1085]
    assert rows.loc[("00C", year), "cell"] == "rows 6-8"
    assert rows["status"].to_dict() == {
        ("ENG", year): "published",
        ("00C", year): "published",
        ("00D", year): "suppressed",
        ("00J", year): "missing",
        ("14L", year): "published",
        ("01H", year): "published",
        ("01H", pd.Timestamp("2016-04-01")): "published",
    }
    assert account(reading) == (36, 21, 9, 6, 0)


def test_iapt_a_fault_in_one_row_refuses_the_rate_and_quarantines_that_row(
    tmp_path: Path, edition: Edition
) -> None:
    reading = iapt(
        tmp_path, edition, *iapt_lines(2016, "00C", 575, "lots", 60), *iapt_lines(2016, "00D", 9, 8, 1)
    )
    assert list(reading.observations["status"]) == ["refused", "refused"]
    assert reading.quarantine.set_index("row")["reasons"].to_dict() == {
        3: "value is 'lots', which is no figure",
        6: "numerator is above denominator",
        7: "numerator is above denominator",
        8: "numerator is above denominator",
    }


def test_iapt_a_measure_given_twice_refuses_the_rate(tmp_path: Path, edition: Edition) -> None:
    lines = iapt_lines(2016, "00C", 575, 1145, 60)
    reading = iapt(tmp_path, edition, *lines, lines[0])
    assert list(reading.observations["status"]) == ["refused"]
    assert list(reading.quarantine["row"]) == [2, 6]


@pytest.mark.parametrize(
    ("first", "last"),
    [("2018-03-31", "2017-04-01"), ("2017-04-01", "2017-12-03"), ("2017-04-02", "2018-03-31")],
)
def test_days_that_are_no_whole_months_are_no_period(
    tmp_path: Path, edition: Edition, first: str, last: str
) -> None:
    rows = iapt_lines(2017, "00C", 575, 1145, 60)
    lines = [line.replace("2017-04-01,2018-03-31", f"{first},{last}") for line in rows]
    reading = iapt(tmp_path, edition, *lines)
    assert reading.observations.empty
    assert set(reading.quarantine["reasons"]) == {
        f"end_date '{last}' is no last day of a period of whole months"
    }
