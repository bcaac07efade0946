"""The summary workbook of primary care dementia data, on small workbooks in its layout."""

from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import read_file, recognise
from ccg_pipeline.sources.result import Reading, Refused
from tests.unit.sources.readings import account, by_code
from tests.unit.sources.small_files import Sheets, primary_care_row, primary_care_sheets, write_workbook


def dementia(folder: Path, edition: Edition, sheets: Sheets) -> Reading:
    return read_file(write_workbook(folder / "dementia.xls", sheets), edition)


def test_only_england_is_the_organisation_that_it_was(tmp_path: Path, edition: Edition) -> None:
    reading = dementia(tmp_path, edition, primary_care_sheets(
        primary_care_row("National", "ENG", 466610, 721748.6),
        primary_care_row("Region", "Y56", 50308, 75159.7),
        primary_care_row("ICB", "QE1", 16030, 23451.9),
        primary_care_row("SUB_ICB_LOC", "00L", 3445, 5458),  # a code of 2016, another organisation
        primary_care_row("SUB_ICB_LOC", "D9Y0V", "lots", 5458),
        primary_care_row("National", "", 466610, 721748.6),
        primary_care_row("Lower Tier Local Authority", "", 1154, 2015.5),
    ))  # fmt: skip
    (row,) = reading.observations.to_dict("records")
    assert (row["indicator_code"], row["organisation_code"], row["status"]) == ("126a", "ENG", "published")
    assert row["value"] == pytest.approx(64.649935)
    assert (row["lower_95"], row["upper_95"]) == (58.3, 70.1)
    assert (row["period_start"], row["period_end"]) == (
        pd.Timestamp("2024-04-01"),
        pd.Timestamp("2024-04-30"),
    )
    assert row["published_on"] == pd.Timestamp("2024-05-23")
    assert reading.source_file.publication == "dementia_diagnoses"
    assert account(reading) == (8, 1, 2, 5, 0)


def test_what_cannot_be_of_england_is_quarantined(tmp_path: Path, edition: Edition) -> None:
    reading = dementia(tmp_path, edition, primary_care_sheets(
        primary_care_row("National", "ENG", "many", 721748.6),
        primary_care_row("National", "SCO", 1, 2),
        primary_care_row("", "ENG", 1, 2),
    ))  # fmt: skip
    assert by_code(reading)["status"].to_dict() == {"ENG": "refused"}
    assert set(reading.quarantine["reasons"]) == {
        "numerator is 'many', which is no figure",
        "organisation code 'SCO' is no CCG of any year",
        "the row has figures but no organisation code",
    }
    assert account(reading) == (4, 0, 0, 1, 3)


def test_a_title_without_a_month(tmp_path: Path, edition: Edition) -> None:
    sheets = primary_care_sheets(primary_care_row("National", "ENG", 1, 2), month=", England, 2024")
    with pytest.raises(Refused, match="of its sheet 'Table 4' does not end with a month") as caught:
        dementia(tmp_path, edition, sheets)
    assert caught.value.publication == "dementia_diagnoses"


def test_it_is_another_layout_of_the_same_publication(tmp_path: Path) -> None:
    sheets = primary_care_sheets(primary_care_row("National", "ENG", 1, 2))
    assert recognise(write_workbook(tmp_path / "dementia.xls", sheets)) == "dementia_diagnoses"
