"""RTT incomplete pathways: each kind of row, a header that moved, a structure that is not theirs."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import OBSERVATION_COLUMNS, QUARANTINE_COLUMNS, Reading, Refused
from tests.unit.sources.readings import account, by_code
from tests.unit.sources.small_files import (
    Sheets,
    rtt_sheets,
    write_workbook,
)


def rtt(folder: Path, edition: Edition, sheets: Sheets) -> Reading:
    return read_file(write_workbook(folder / "rtt.xls", sheets), edition)


def test_rtt_takes_the_total_of_functions_of_ccgs_and_x24_and_england(
    tmp_path: Path, edition: Edition
) -> None:
    reading = rtt(tmp_path, edition, rtt_sheets(("00C", 200, 190), ("X24", 100, 80)))
    rows = by_code(reading)
    assert rows["organisation_kind"].to_dict() == {"00C": "ccg", "X24": "nhs_england", "ENG": "england"}
    assert rows["value"].to_dict() == pytest.approx({"00C": 95.0, "X24": 80.0, "ENG": 90.0})
    assert account(reading) == (6, 3, 3, 0, 0)
    one = rows.loc["00C"]
    assert (one["numerator"], one["denominator"], one["sheet"], one["cell"]) == (
        190,
        200,
        "Commissioner",
        "row 11",
    )
    assert (one["period_start"], one["period_end"]) == (
        pd.Timestamp("2016-04-01"),
        pd.Timestamp("2016-04-30"),
    )
    assert (one["published_on"], one["revised_on"]) == (
        pd.Timestamp("2016-06-09"),
        pd.Timestamp("2017-05-11"),
    )
    assert (one["dates_provenance"], one["layout"], one["is_made_up"]) == ("found", "published", False)
    assert tuple(reading.observations.columns) == OBSERVATION_COLUMNS
    assert tuple(reading.quarantine.columns) == QUARANTINE_COLUMNS


def test_rtt_settles_each_kind_of_row(tmp_path: Path, edition: Edition) -> None:
    sheets = rtt_sheets(
        ("00C", 200, 190),
        ("00D", 200, 201),  # more within 18 weeks than there are
        ("00J", 200, "many"),
        ("99Z", 10, 9),  # nobody's code
        ("00F", 10, 9),  # a CCG until March 2015: read as it is, restated later
        ("13Q", 10, 9),  # a hub
        ("00K", 7, 6), ("00K", 8, 6),  # twice
    )  # fmt: skip
    sheets["Commissioner"].append(["", "Note: figures are provisional"])
    sheets["Commissioner"].append(["", "", "", "", "IP999", "Total", 1, 5, 4, 0.8])
    reading = rtt(tmp_path, edition, sheets)
    reasons = reading.quarantine.set_index("row")["reasons"].to_dict()
    assert list(reasons.values()) == [
        "numerator is above denominator; value '100.5' is above 100 %",
        "numerator is 'many', which is no figure",
        "organisation code '99Z' is no CCG of any year",
        "the organisation has more than one row for this period",
        "the organisation has more than one row for this period",
        "the row has figures but no organisation code",
    ]
    statuses = by_code(reading)["status"].to_dict()
    assert statuses == {
        "00C": "published",
        "00D": "refused",
        "00J": "refused",
        "00K": "refused",
        "00F": "published",
        "ENG": "published",
    }
    assert account(reading) == (20, 3, 9, 2, 6)
    assert reading.quarantine["raw"].iloc[0].startswith('{"Region Code": "Y54", "CCG Code": "00D"')


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda sheets: [row.__setitem__(4, "Total") for row in sheets["Commissioner"][10::2]],
            "no row of its sheet 'Commissioner' has 'c_999' or '999' or 'ip999' as 'Treatment Function Code'",
        ),
        (lambda sheets: sheets.pop("Commissioner"), "lacks the sheet 'Commissioner'"),
        (lambda sheets: sheets.pop("National"), "has no sheet 'National'"),
        (lambda sheets: sheets["Commissioner"][8].pop(8), "lacks the column 'Total within 18 weeks'"),
        (
            lambda sheets: sheets["National"][8].pop(4),
            "has no column 'Total within 18 weeks' in sheet 'National'",
        ),
        (lambda sheets: sheets["Commissioner"].__delitem__(slice(9, None)), "has a header but no rows"),
        (lambda sheets: sheets["Commissioner"][3].__setitem__(2, "Aprl 2016"), "'Period:' says 'Aprl 2016'"),
        (lambda sheets: sheets["Commissioner"].pop(3), "'Period:' is missing"),
        (lambda sheets: sheets["Commissioner"][3].__setitem__(2, ""), "'Period:' says nothing; give"),
        (
            lambda sheets: sheets["Commissioner"][3].__setitem__(2, "April 2015 to April 2016"),
            "'Period:' says 'April 2015 to April 2016', which is no month",
        ),
        (
            lambda sheets: sheets["Commissioner"][8].insert(6, ""),  # all headings right of it stand too far
            "column G of its sheet 'Commissioner' has cells without a heading, and '% within 18 weeks' at",
        ),
        (lambda sheets: sheets["Commissioner"][4].__setitem__(2, "soon"), "'Published:' says 'soon'"),
        (lambda sheets: sheets["National"][3].__setitem__(2, "May 2016"), "are about different periods"),
    ],
)
def test_rtt_with_a_fault_of_structure_is_refused_and_known_to_be_rtt(
    tmp_path: Path, edition: Edition, spoil: Callable[[Sheets], object], said: str
) -> None:
    sheets = rtt_sheets(("00C", 200, 190))
    spoil(sheets)
    with pytest.raises(Refused) as caught:
        rtt(tmp_path, edition, sheets)
    assert said in str(caught.value)
    assert str(caught.value).startswith("rtt.xls: ")
    assert caught.value.publication == "rtt"


@pytest.mark.parametrize(
    ("period", "reason"),  # published on 9 June 2016 and revised on 11 May 2017
    [
        ("May 2016", ""),
        ("February 2016", ""),
        (
            "January 2016",
            "the period ended on '2016-01-31', and the file was published as late as 2016-06-09",
        ),
        (
            "May 2006",  # before anything is asked for, and set aside it would be no fault
            "the period ended on '2006-05-31', and the file was published as late as 2016-06-09",
        ),
        ("April 2017", "the period ends on '2017-04-30', after the day on which the file was published"),
    ],
)
def test_a_period_line_that_is_wrong_by_a_year_does_not_go_with_the_publication(
    tmp_path: Path, edition: Edition, period: str, reason: str
) -> None:
    reading = rtt(tmp_path, edition, rtt_sheets(("00C", 200, 190), period=period))
    reasons = reading.quarantine["reasons"].to_list()
    assert [reason in said for said in reasons] == [True, True] * bool(reason)  # the CCG's row and England's


def test_a_workbook_called_after_another_year_than_its_period_line_is_doubted(
    tmp_path: Path, edition: Edition
) -> None:
    path = write_workbook(
        tmp_path / "Incomplete-Commissioner-Apr17-revised.xls", rtt_sheets(("00C", 200, 190))
    )
    said = "the period ends on '2016-04-30', and the file is called after April 2017"
    assert read_file(path, edition).quarantine["reasons"].to_list() == [said, said]


def test_nobody_counted_is_no_percentage(tmp_path: Path, edition: Edition) -> None:
    """A workbook shows 0 % where it divides nought by nought."""
    sheets = rtt_sheets(("00C", 200, 190), ("00D", 0, 0), ("00J", 0, 0))
    sheets["Commissioner"][-3][9], sheets["Commissioner"][-1][9] = 0, 0.5
    reading = rtt(tmp_path, edition, sheets)
    assert by_code(reading)["status"].drop("ENG").to_dict() == {
        "00C": "published", "00D": "missing", "00J": "refused",
    }  # fmt: skip
    assert reading.quarantine["reasons"].to_list() == ["value '50' is given where nobody was counted"]


def test_rtt_with_its_header_three_rows_down_reads_the_same(tmp_path: Path, edition: Edition) -> None:
    sheets = rtt_sheets(("00C", 200, 190))
    before = rtt(tmp_path, edition, sheets).observations
    for rows in sheets.values():
        rows[8:8] = [[], [], ["", "A line that was not there before"]]
    after = rtt(tmp_path, edition, sheets).observations
    same = ["organisation_code", "numerator", "denominator", "value", "status", "period_end", "published_on"]
    pd.testing.assert_frame_equal(before[same], after[same])
    assert list(after["cell"]) == ["row 14", "row 14"]


def test_a_preamble_that_says_made_up_makes_the_file_made_up(tmp_path: Path, edition: Edition) -> None:
    sheets = rtt_sheets(("00C", 200, 190))
    sheets["Commissioner"][6][2] = "Made up"
    reading = rtt(tmp_path, edition, sheets)
    assert reading.source_file.is_made_up
    assert reading.observations["is_made_up"].all()
