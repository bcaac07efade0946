"""Publications of one indicator a file: cancers by stage, a CCG OIS indicator, dementia diagnoses."""

from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import read_file
from tests.unit.sources.readings import account, by_code
from tests.unit.sources.small_files import (
    cancer_record,
    ois_row,
    ois_sheets,
    write_json,
    write_lines,
    write_workbook,
)


def test_cancer_stage_reads_counts_as_text_and_both_years(tmp_path: Path, edition: Edition) -> None:
    records = [
        cancer_record("National", "95,426", "209,005", 45.7),
        cancer_record("00C", "240", "458", 52.4),
        cancer_record("00C", "210", "420", 50, year=2012),
        cancer_record("00F", "475", "908", 52.3),
        cancer_record("00D", "561", "1,202", 50.1),
        cancer_record("00J", "10", "20", 50, year="soon"),
    ]
    reading = read_file(write_json(tmp_path / "stage.json", records), edition)
    rows = reading.observations.set_index(["organisation_code", "period_end"])["value"]
    assert rows["ENG", pd.Timestamp("2013-12-31")] == pytest.approx(100 * 95426 / 209005)
    assert rows["00C", pd.Timestamp("2012-12-31")] == 50.0
    assert list(reading.quarantine["reasons"]) == [
        "value '50.1' is not what its counts give",
        "Reporting period 'soon' is no period",
    ]
    assert account(reading) == (6, 4, 0, 0, 2)


def test_ccg_ois_takes_persons_of_the_indicator_asked_for(tmp_path: Path, edition: Edition) -> None:
    rows = [
        ois_row("National", 5000, 1_000_000, 5.0),
        ois_row("00C", 6, 1250, 4.8),
        ois_row("00C", 3, 600, 5.0, gender="Male"),
        ois_row("00D", "*", 1000, "*"),
        ois_row("16C", 6, 1250, 4.8),
    ]
    reading = read_file(write_workbook(tmp_path / "ois.xls", ois_sheets(*rows)), edition)
    assert by_code(reading)["value"].dropna().to_dict() == pytest.approx({"ENG": 5.0, "00C": 4.8, "16C": 4.8})
    assert by_code(reading).loc["00D", "status"] == "suppressed"
    assert by_code(reading).loc["00C", "published_on"] == pd.Timestamp("2016-10-31")
    assert account(reading) == (5, 4, 1, 0, 0)


def test_ccg_ois_of_another_indicator_is_not_asked_for(tmp_path: Path, edition: Edition) -> None:
    path = write_workbook(tmp_path / "ois.xls", ois_sheets(ois_row("00C", 6, "lots", 4.8), number="1.2"))
    assert account(read_file(path, edition)) == (1, 0, 1, 0, 0)


def dementia_lines(
    code: str, register: object, estimate: object, kind: str = "CCG", rate: object = ""
) -> list[str]:
    start = f"{kind},{code},Somewhere,31MAR2017"
    measures = {
        "DEMENTIA_REGISTER_65_PLUS": register,
        "DEMENTIA_ESTIMATE_65_PLUS": estimate,
        "DIAG_RATE_65_PLUS": rate,
    }
    return [
        *(f"{start},{name},{value}" for name, value in measures.items()),
        f"{start},DEMENTIA_REGISTER_0_64,12",
    ]


def test_dementia_diagnoses_reads_one_level_of_many(tmp_path: Path, edition: Edition) -> None:
    lines = [
        *dementia_lines("ENG", 434_000, 640_000.0, kind="NATIONAL", rate=67.8),
        *dementia_lines("00C", 700, 1000),
        *dementia_lines("00D", 1010, 1000),  # more than estimated: possible of an estimate
        *dementia_lines("00J", 700, 1000, rate=71),
        *dementia_lines("E12000001", 700, 1000, kind="PHE_CENTRE"),
    ]
    path = write_lines(tmp_path / "dementia.csv", "ORG_TYPE,ORG_CODE,NAME,ACH_DATE,MEASURE,VALUE", *lines)
    reading = read_file(path, edition)
    rows = by_code(reading)
    assert rows["value"].dropna().to_dict() == pytest.approx({"ENG": 67.8125, "00C": 70.0, "00D": 101.0})
    assert rows.loc["00J", "status"] == "refused"
    assert rows.loc["00C", "period_start"] == pd.Timestamp("2017-03-01")
    assert account(reading) == (20, 9, 5, 3, 3)
