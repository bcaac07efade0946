"""The workbook of all indicators for one CCG, on small workbooks in its layout."""

from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import Reading, Refused
from tests.unit.sources.readings import account
from tests.unit.sources.small_files import (
    SMOKING_BELOW,
    Row,
    Sheets,
    profile_sheets,
    smoking_row,
    write_workbook,
)

SECOND = pd.Timestamp("2015-07-01")


def profile(folder: Path, edition: Edition, sheets: Sheets) -> Reading:
    return read_file(write_workbook(folder / "profile.xls", sheets), edition)


def statuses(reading: Reading) -> dict[tuple[str, str], str]:
    rows = reading.observations
    keys = zip(rows["organisation_code"], rows["period_start"].dt.strftime("%Y-%m"), strict=True)
    return dict(zip(keys, rows["status"], strict=True))


def test_blocks_side_by_side_are_each_a_period_of_the_row(tmp_path: Path, edition: Edition) -> None:
    reading = profile(tmp_path, edition, profile_sheets(["Source: the collection"]))
    rows = reading.observations.set_index(["organisation_code", "period_start"])
    assert rows["value"].to_dict() == {
        (code, pd.Timestamp(start)): value
        for start, value in (("2015-04-01", 10.0), ("2015-07-01", 20.0))
        for code in ("ENG", "00C")
    }
    later = rows.loc[("00C", SECOND)]
    assert (later["indicator_code"], later["sheet"], later["cell"]) == ("101a", "1.14", "row 7")
    assert (later["published_on"], later["dates_provenance"]) == (pd.Timestamp("2017-06-30"), "assumed")
    assert reading.source_file.publication == "ccg_ois_profile"
    # two used; of MRSA nothing is asked; contents and the two lines below tables are no organisations
    assert account(reading) == (7, 2, 1, 4, 0)


def test_a_table_with_a_header_of_its_own_further_down(tmp_path: Path, edition: Edition) -> None:
    below: list[Row] = [
        [], SMOKING_BELOW, ["Quarter 3 2015/16", "NHS DARLINGTON CCG", 30.0, 100, 30],
    ]  # fmt: skip
    reading = profile(tmp_path, edition, profile_sheets(*below))
    assert statuses(reading)["00C", "2015-10"] == "published"
    assert account(reading)[0:2] == (7, 3)


def test_what_two_tables_say_alike_is_said_once(tmp_path: Path, edition: Edition) -> None:
    again: list[Row] = [SMOKING_BELOW, ["Quarter 2 2015/16", "NHS Darlington CCG", 20.0, 100, 20]]
    reading = profile(tmp_path, edition, profile_sheets(*again))
    rows = reading.observations
    assert len(rows) == 4
    assert rows.loc[rows["period_start"].eq(SECOND), "cell"].to_list() == ["row 6", "row 7"]
    assert reading.quarantine.empty


def test_what_two_tables_contradict_each_other_in_is_refused_with_their_rows(
    tmp_path: Path, edition: Edition
) -> None:
    other: list[Row] = [SMOKING_BELOW, ["Quarter 2 2015/16", "NHS Darlington CCG", 21.0, 100, 21]]
    reading = profile(tmp_path, edition, profile_sheets(*other))
    assert statuses(reading) == {
        ("ENG", "2015-04"): "published", ("ENG", "2015-07"): "published",
        ("00C", "2015-04"): "refused", ("00C", "2015-07"): "refused",  # a row is quarantined whole
    }  # fmt: skip
    assert set(reading.quarantine["reasons"]) == {"another table of the file says otherwise"}
    assert list(reading.quarantine["row"]) == [7, 9]
    assert reading.observations["value"].notna().sum() == 2


def test_a_fault_in_one_block_quarantines_the_row_with_all_its_blocks(
    tmp_path: Path, edition: Edition
) -> None:
    bad = smoking_row("Quarter 1 2015/16", "NHS Durham & Sedgefield CCG", 1, 9, "Quarter 2 2015/16", 1, 9)
    worse = smoking_row("Quarter 1 2015/16", "NHS North Durham CCG", 1, 9, "Quarter 2 2015/16", "many", 9)
    reading = profile(tmp_path, edition, profile_sheets(bad, worse))
    assert {code: status for (code, _), status in statuses(reading).items()} == {
        "ENG": "published", "00C": "published", "00J": "refused",
    }  # fmt: skip
    assert list(reading.quarantine["reasons"]) == [
        "organisation code 'NHS Durham & Sedgefield CCG' is no CCG of any year",
        "numerator is 'many', which is no figure",
    ]


@pytest.mark.parametrize(
    "subject",
    [
        "Percentage of referrals which indicated a reliable recovery",  # not the recovery of 123a
        "People with diabetes diagnosed less than a year who are referred to structured education",
    ],
)
def test_what_is_only_alike_is_not_asked_for(tmp_path: Path, edition: Edition, subject: str) -> None:
    reading = profile(tmp_path, edition, profile_sheets(subject=subject))
    assert reading.observations.empty
    assert account(reading) == (6, 0, 3, 3, 0)


def test_a_sheet_asked_for_without_its_header_refuses_the_file(tmp_path: Path, edition: Edition) -> None:
    sheets = profile_sheets()
    sheets["1.14"][4][1] = "Organisation"
    with pytest.raises(Refused, match=r"sheet '1\.14' has no header with 'Reporting period' and") as caught:
        profile(tmp_path, edition, sheets)
    assert caught.value.publication == "ccg_ois_profile"


@pytest.mark.parametrize(
    ("at", "heading"),
    [
        (3, "Denominator"),  # there twice, so that the first block would have limits for its denominator
        (8, "Numbers"),  # a block without numerator next to one that has it
    ],
)
def test_blocks_of_different_columns_refuse_the_file(
    tmp_path: Path, edition: Edition, at: int, heading: str
) -> None:
    sheets = profile_sheets()
    sheets["1.14"][4][at] = heading
    with pytest.raises(Refused, match=r"blocks side by side in sheet '1\.14' have not the same columns"):
        profile(tmp_path, edition, sheets)


def test_a_block_whose_period_moved_behind_its_figures_refuses_the_file(
    tmp_path: Path, edition: Edition
) -> None:
    sheets = profile_sheets()
    for row in sheets["1.14"][4:]:
        row[0], row[14] = row[14], row[0]  # the first block would have the period of the second
    with pytest.raises(Refused, match="have not the same columns"):
        profile(tmp_path, edition, sheets)


def test_a_workbook_without_any_such_header(tmp_path: Path, edition: Edition) -> None:
    sheets = profile_sheets()
    for name, at in (("1.14", 4), ("5.3", 2)):
        sheets[name][at][1] = "Organisation"
    with pytest.raises(Refused, match="lacks the column 'Level description'") as caught:
        profile(tmp_path, edition, sheets)
    assert caught.value.publication == "ccg_ois_profile"
