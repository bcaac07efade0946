"""The Monthly Activity Return, on small workbooks in its layout."""

from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.demo.layouts.mar import FIGURES
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import Reading, Refused
from tests.unit.sources.readings import account, by_code
from tests.unit.sources.small_files import (
    DECLARED_HEADER,
    Row,
    declared_row,
    mar_row,
    mar_sheets,
    write_lines,
    write_workbook,
)


def mar(folder: Path, edition: Edition, *rows: Row, period: str = "April 2016", status: str = "") -> Reading:
    sheets = mar_sheets(*rows, period=period, status=status)
    return read_file(write_workbook(folder / "mar.xls", sheets), edition)


def test_mar_counts_referrals_made_whatever_spaces_its_headings_have(
    tmp_path: Path, edition: Edition
) -> None:
    reading = mar(
        tmp_path, edition,
        mar_row("England", 700.0), [], mar_row("X24", 100.0), mar_row("00C", 600), mar_row("00D", "-"),
        mar_row("14L", 5), mar_row("13Q", 5), ["", "Source: the return"], status="Made up",
    )  # fmt: skip
    rows = by_code(reading)
    assert rows["status"].to_dict() == {
        "ENG": "published", "X24": "published", "00C": "published", "00D": "missing", "14L": "published",
    }  # fmt: skip
    assert set(rows["indicator_code"]) == {"gp_referrals_made"}
    assert rows.loc["00C", ["numerator", "value"]].to_list() == [600.0, 600.0]
    assert rows.loc["00C", ["denominator", "lower_95", "upper_95"]].isna().all()
    assert rows.loc["X24", "organisation_kind"] == "nhs_england"
    assert rows.loc["00C", "cell"] == "row 14"
    assert rows.loc["00C", "period_end"] == pd.Timestamp("2016-04-30")
    assert reading.source_file.is_made_up
    assert account(reading) == (7, 5, 0, 2, 0)


@pytest.mark.parametrize(("shown", "period"), [("Regions", "May 2016"), ("Regions", "April 2016")])
def test_sheets_that_name_different_periods_are_refused(
    tmp_path: Path, edition: Edition, shown: str, period: str
) -> None:
    """A line 'Period:' that was left from the month before would give that month new figures."""
    sheets = mar_sheets(mar_row("England", 600), mar_row("00C", 600))
    sheets[shown] = mar_sheets(period=period)["Commissioner"]
    path = write_workbook(tmp_path / "mar.xls", sheets)
    if period == "April 2016":
        assert read_file(path, edition).source_file.rows_used == 2
        return
    with pytest.raises(Refused, match=r"'Commissioner' and 'Regions' are about different periods; correct"):
        read_file(path, edition)


def test_a_code_that_lost_its_noughts_is_no_other_country(tmp_path: Path, edition: Edition) -> None:
    """W is Wales, and 00W is a CCG: the name beside it tells."""
    lost, wales = mar_row("W", 600), mar_row("W", 600)
    lost[6], wales[6] = "NHS CENTRAL MANCHESTER CCG", "WALES"
    reading = mar(tmp_path, edition, mar_row("England", 1200), lost, wales)
    (reasons,) = reading.quarantine["reasons"]
    assert reasons.endswith("organisation code 'W' is not that of the name beside it")
    assert account(reading) == (3, 1, 0, 1, 1)


def test_mar_quarantines_what_cannot_be(tmp_path: Path, edition: Edition) -> None:
    reading = mar(
        tmp_path, edition,
        mar_row("England", 700), mar_row("00C", -1), mar_row("00D", "lots"), mar_row("99Z", 5),
        mar_row("00P", 5), mar_row("00P", 5), mar_row("00J", 5, month="March"), mar_row("00K", 5, "2015-16"),
        mar_row("", 5), mar_row("00L", 5, month="", year=""),
    )  # fmt: skip
    assert by_code(reading)["status"].to_dict() == {
        "ENG": "published", "00L": "published",
        **dict.fromkeys(["00C", "00D", "00P", "00J", "00K"], "refused"),
    }  # fmt: skip
    assert set(reading.quarantine["reasons"]) == {
        "numerator '-1' is below zero",
        "numerator is 'lots', which is no figure",
        "organisation code '99Z' is no CCG of any year",
        "the organisation has more than one row for this period",
        "month 'March' is not that of the line 'Period:'",
        "year '2015-16' is not that of the line 'Period:'",
        "the row has figures but no organisation code",
    }
    assert account(reading) == (10, 2, 0, 0, 8)


def test_mar_of_a_month_before_april_is_of_the_financial_year_before(
    tmp_path: Path, edition: Edition
) -> None:
    row = mar_row("00C", 600, month="FEBRUARY ")
    before = mar_row("00C", 600, "2015-16", "FEBRUARY ")
    assert mar(tmp_path, edition, before, period="February 2016").quarantine.empty
    other = mar_row("00D", 600, " 2015-16", "FEBRUARY ")
    found = mar(
        tmp_path, edition, row, other, mar_row("00J", 6, "2015-16", "February"), period="February 2016"
    )
    assert found.quarantine["organisation_code"].to_list() == ["00C"]


@pytest.mark.parametrize(
    ("code", "publication", "value", "status"),
    [
        ("gp_referrals_made", "mar", "600", "published"),  # a count
        ("nda_participation", "nda", "100", "published"),  # a share
        ("nda_participation", "nda", "100.1", "refused"),
    ],
)
def test_a_supplementary_measure_in_percent_is_a_share_and_another_a_count(
    tmp_path: Path, edition: Edition, code: str, publication: str, value: str, status: str
) -> None:
    row = declared_row(code, "00C", "", "", value, publication=publication)
    reading = read_file(write_lines(tmp_path / "own.csv", DECLARED_HEADER, row), edition)
    assert by_code(reading).loc["00C", "status"] == status


PERIOD_COLUMNS = [
    # what the rows of 00C, 00D and 00J say for a month and a year; statuses; how many are noted
    (["April", "Aprl", "April"], ["2016-17"] * 3, ["published"] * 3, 1),  # misspelt
    (["April", "May", "June"], ["2016-17"] * 3, ["published"] * 3, 2),  # filled down
    (["April"] * 3, ["2016-17", "2017-18", "2018-19"], ["published"] * 3, 2),
    (["December"] * 3, ["2016-17"] * 3, ["published"] * 3, 3),  # left from another month
    (["April", "April", "March"], ["2016-17"] * 3, ["published", "published", "refused"], 0),
    (["April", "", "April"], ["2016-17"] * 3, ["published"] * 3, 0),
]


@pytest.mark.parametrize(("months", "years", "statuses", "noted"), PERIOD_COLUMNS)
def test_the_line_period_decides_and_a_column_that_says_otherwise_is_noted(
    tmp_path: Path, edition: Edition, months: list[str], years: list[str], statuses: list[str], noted: int
) -> None:
    codes = ("00C", "00D", "00J")
    rows = [mar_row(code, 600, year, month) for code, month, year in zip(codes, months, years, strict=True)]
    found = by_code(mar(tmp_path, edition, *rows))
    assert [found.loc[code, "status"] for code in codes] == statuses
    assert found["note"].str.contains("and the line 'Period:' decides").sum() == noted


EXCHANGED = [
    # made in all specialties and in some of them; which of 00C, 00D and 00J are refused
    ([600, 600, 600], [540, 600, 480], []),
    ([600, 600, 600], [540, 601, 580], ["00D"]),  # one slip
    ([600, 600, 600], [601, 700, 580], ["00C", "00D", "00J"]),  # the headings were exchanged
    ([600, 600, 600], [400, 420, 590], ["00C", "00D", "00J"]),  # with attendances, which are more
    ([600, 600, "-"], [480, 480, 900], []),
    ([600, 600, 600], ["", "-", ""], []),  # not there
]


@pytest.mark.parametrize(("made", "part", "refused"), EXCHANGED)
def test_headings_that_were_exchanged_show_in_their_counts(
    tmp_path: Path, edition: Edition, made: list[object], part: list[object], refused: list[str]
) -> None:
    codes = ("00C", "00D", "00J")
    rows = [
        [*mar_row(code, 1)[:-2], some, every] for code, every, some in zip(codes, made, part, strict=True)
    ]
    found = by_code(mar(tmp_path, edition, *rows))
    assert found.index[found["status"] == "refused"].to_list() == refused


COUNTS = [275, 1443, 1718, 40, 388, 428, 11, 1107, 2294, 2181, 2290, 2175, 1503, 3008]
MOVED = [
    # which row's cells are moved, from which figure on, how the row then ends; who is refused
    ("", 0, [], []),
    ("00D", 0, COUNTS[1:], ["00D"]),
    ("00D", 0, ["", *COUNTS[:-1]], ["00D"]),
    ("00D", 2, ["", *COUNTS[2:-1]], ["00D"]),
    ("all", 0, COUNTS[1:], ["00C", "00D", "00J"]),
    ("all", 8, COUNTS[9:], ["00C", "00D", "00J"]),  # to the figures of people seen, which are nearly as many
    ("all", 8, COUNTS[7:-1], ["00C", "00D", "00J"]),
]


@pytest.mark.parametrize(("whose", "since", "end", "refused"), MOVED)
def test_cells_that_moved_by_one_column_show_in_sums_and_parts(
    tmp_path: Path, edition: Edition, whose: str, since: int, end: list[object], refused: list[str]
) -> None:
    sheets = mar_sheets()
    header = sheets["Commissioner"][-1][:-2]
    rows = [
        [*mar_row(code, 1)[:-2], *(COUNTS[:since] + end if whose in (code, "all") else COUNTS)]
        for code in ("00C", "00D", "00J")
    ]
    sheets["Commissioner"] = [*sheets["Commissioner"][:-1], [*header, *FIGURES], *rows]
    found = by_code(read_file(write_workbook(tmp_path / "mar.xls", sheets), edition))
    assert found.index[found["status"] == "refused"].to_list() == refused
