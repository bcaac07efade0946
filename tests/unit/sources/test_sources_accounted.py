"""Publications read for their account alone, on small files in their layouts."""

from pathlib import Path

import pytest

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import OBSERVATION_COLUMNS, Refused
from tests.unit.sources.readings import account
from tests.unit.sources.small_files import (
    FINGERTIPS_HEADER,
    fingertips_row,
    ld_care_csv,
    write_archive,
    write_lines,
)

YEAR = ld_care_csv("00L,LDOB001,12", "U,LDOB001,3", "15A,LDOB002,lots")


def test_each_file_of_an_archive_is_accounted_for(tmp_path: Path, edition: Edition) -> None:
    members = {"2016-17.csv": YEAR, "2017-18.csv": YEAR + "HEALTH,2017-18,E38000130,00L\r\n"}
    reading = read_file(write_archive(tmp_path / "data.zip", members), edition)
    assert account(reading) == (7, 0, 4, 2, 1)
    assert reading.observations.empty
    assert tuple(reading.observations.columns) == OBSERVATION_COLUMNS
    (row,) = reading.quarantine.to_dict("records")
    assert (row["sheet"], row["row"], row["organisation_code"]) == ("2017-18.csv", 5, "00L")
    assert row["reasons"] == "the row has not the 9 cells of the header"
    assert reading.source_file.publication == "ld_care"


def test_an_archive_in_which_one_file_is_another(tmp_path: Path, edition: Edition) -> None:
    path = write_archive(tmp_path / "data.zip", {"2016-17.csv": YEAR, "notes.csv": "Note\nSee below\n"})
    with pytest.raises(Refused, match=r"data\.zip: has no column 'YEAR' in sheet 'notes\.csv'") as caught:
        read_file(path, edition)
    assert caught.value.publication == "ld_care"


def test_an_archive_without_rows(tmp_path: Path, edition: Edition) -> None:
    path = write_archive(tmp_path / "data.zip", {"2016-17.csv": ld_care_csv()})
    with pytest.raises(Refused, match=r"has a header but no rows below it in sheet '2016-17\.csv'"):
        read_file(path, edition)


def test_fingertips_of_an_indicator_that_is_not_asked_for(tmp_path: Path, edition: Edition) -> None:
    lines = [
        fingertips_row("E92000001", "England", 19.1),
        fingertips_row("E38000130", "CCG", 17.5),
        fingertips_row("A81001", "GPs", ""),
        fingertips_row("A81001", "GPs", 11) + ",more",
    ]
    reading = read_file(write_lines(tmp_path / "data.csv", FINGERTIPS_HEADER, *lines), edition)
    assert account(reading) == (4, 0, 3, 0, 1)
    assert reading.quarantine["reasons"].to_list() == ["the row has not the 27 cells of the header"]
    assert reading.source_file.publication == "fingertips"


def test_fingertips_of_the_indicator_asked_for_is_read_at_two_levels(
    tmp_path: Path, edition: Edition
) -> None:
    rows = [
        fingertips_row("E92000001", "England", 67, "92949", "2017"),
        fingertips_row("E92000001", "England", 67, "92949", "2017"),  # once for each type of area
        fingertips_row("E38000042", "CCG", 71, "92949", "2017"),
        fingertips_row("E38000042", "CCG", 71, "92949", "2017").replace("Persons", "Female"),
        fingertips_row("E38000047", "CCG", "", "92949", "2017").replace(",,100,", ",,,"),
        fingertips_row("A81001", "GPs", 70, "92949", "2017"),
        fingertips_row("E38000042", "CCG", 18, "91547", "2015/16"),
        fingertips_row("E38000116", "CCG", 70, "92949", "2016/17"),
    ]
    rows = [row.replace(",17,19,", ",,,") for row in rows]
    reading = read_file(write_lines(tmp_path / "data.csv", FINGERTIPS_HEADER, *rows), edition)
    found = reading.observations.set_index("organisation_code")
    assert found["status"].to_dict() == {"ENG": "published", "00C": "published", "00D": "missing"}
    assert (found.loc["00C", "indicator_code"], found.loc["00C", "value"]) == ("126a", 71.0)
    assert str(found.loc["00C", "period_end"].date()) == "2017-03-31"  # the snapshot at the end of March
    assert set(found["layout"]) == {"assumed"}  # its number is remembered
    assert account(reading) == (8, 3, 3, 1, 1)
    assert reading.quarantine["reasons"].to_list() == ["Time period '2016/17' is no year"]
