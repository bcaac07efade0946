"""What could be taken for the table that is meant, and is not: each is refused, quarantined or left alone."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlwt

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.result import Reading, Refused
from tests.unit.sources.readings import account, by_code
from tests.unit.sources.small_files import (
    DECLARED_HEADER,
    Row,
    Sheets,
    declared_row,
    mar_row,
    mar_sheets,
    write_lines,
    write_workbook,
)

HEADER = mar_sheets()["Commissioner"][-1]
OTHER: Row = ["", "", "", "Area Code", "Area", "CCG Code", "CCG Name", "", "Referrals seen"]
BELOW = "the row stands below another header or period, from row 14"
TABLES = [
    # what is below the row of 00C; the statuses, the reason of what is quarantined
    ([HEADER, mar_row("00D", 700)], {"00C": "published", "00D": "published"}, ""),  # a second part
    ([["", "Part two"], HEADER, mar_row("00D", 700)], {"00C": "published", "00D": "published"}, ""),
    ([[], OTHER, mar_row("00D", 700)], {"00C": "published", "00D": "refused"}, BELOW),
    ([[], HEADER[:-1], mar_row("00D", 700)], {"00C": "published", "00D": "refused"}, BELOW),
    (
        [["", "Period:", "March 2016"], HEADER, mar_row("00D", 700)],
        {"00C": "published", "00D": "refused"},
        "row 13",
    ),
    (
        [["", "Period:", "April 2016"], HEADER, mar_row("00D", 700)],
        {"00C": "published", "00D": "published"},
        "",
    ),
    ([[], ["", "Notes"], ["", "00D is provisional"]], {"00C": "published"}, ""),
]


def referrals(folder: Path, edition: Edition, sheets: Sheets) -> Reading:
    return read_file(write_workbook(folder / "mar.xls", sheets), edition)


@pytest.mark.parametrize(("below", "statuses", "reason"), TABLES)
def test_a_second_table_lower_on_the_sheet(
    tmp_path: Path, edition: Edition, below: list[Row], statuses: dict[str, str], reason: str
) -> None:
    reading = referrals(tmp_path, edition, mar_sheets(mar_row("00C", 600), *below))
    assert by_code(reading)["status"].to_dict() == statuses
    assert all(reason in said for said in reading.quarantine["reasons"])
    assert len(reading.quarantine) == list(statuses.values()).count("refused")


def test_of_two_sheets_alike_the_one_shown_is_read_and_a_hidden_one_never(
    tmp_path: Path, edition: Edition
) -> None:
    def workbook(*sheets: tuple[str, int, bool]) -> Path:
        book = xlwt.Workbook()
        for name, made, is_hidden in sheets:
            sheet = book.add_sheet(name)
            sheet.visibility = int(is_hidden)
            for at, cells in enumerate(mar_sheets(mar_row("00C", made))["Commissioner"]):
                for column, cell in enumerate(cells):
                    if cell != "":
                        sheet.write(at, column, cell)
        book.add_sheet("About")
        book.save(str(tmp_path / "mar.xls"))
        return tmp_path / "mar.xls"

    read = read_file(workbook(("Commissioner", 1, True), ("Commissioner ", 600, False)), edition)
    assert by_code(read)["value"].to_dict() == {"00C": 600.0}
    for sheets in [[("Commissioner", 1, True)], [("Commissioner", 1, False), ("Commissioner ", 2, False)]]:
        with pytest.raises(Refused, match=r"leave the one that holds the published figures, and show it"):
            read_file(workbook(*sheets), edition)


@pytest.mark.parametrize("name", ["Practice_Code", "GP practice code", "Provider Code"])
def test_results_by_practice_are_not_those_of_a_ccg(tmp_path: Path, edition: Edition, name: str) -> None:
    rows = [declared_row("101a", "00C", "10", "40"), declared_row("101a", "00D", "10", "40")]
    filled = write_lines(tmp_path / "a.csv", f"{DECLARED_HEADER},{name}", *(f"{row},A81001" for row in rows))
    with pytest.raises(Refused, match=rf"its rows have a '{name}' each, so that they are of parts of"):
        read_file(filled, edition)
    blank = write_lines(tmp_path / "b.csv", f"{DECLARED_HEADER},{name}", *(f"{row}," for row in rows))
    assert account(read_file(blank, edition)) == (2, 2, 0, 0, 0)


@pytest.mark.parametrize(
    ("ends", "published", "reason"),
    [
        ("2016-06-30", "2016-05-30", ""),
        ("2016-06-30", "2016-05-29", "'2016-06-30', after the day on which the file was published"),
        ("2017-01-31", "2017-01-31", ""),  # the day on which it is read
        ("2017-02-01", "2017-02-01", "'2017-02-01', after the day on which the file is read"),
    ],
)
def test_no_period_is_in_the_future(
    tmp_path: Path, edition: Edition, ends: str, published: str, reason: str
) -> None:
    row = declared_row("101a", "00C", "10", "40").replace("2016-06-30", ends).replace("2016-09-08", published)
    path = write_lines(tmp_path / "a.csv", DECLARED_HEADER, row)
    reading = read_file(path, edition, today=date(2017, 1, 31))
    assert all(reason in said for said in reading.quarantine["reasons"])
    assert (len(reading.quarantine), len(reading.observations)) == ((1, 0) if reason else (0, 1))


def test_a_row_that_lost_a_cell_in_the_declared_layout(read_declared: Callable[..., Reading]) -> None:
    """Its denominator stands where the numerator did, its value where the denominator did."""
    lost = declared_row("131a", "00C", "315263", "22.8", publication="chc")
    reading = read_declared(lost, declared_row("131a", "00D", "72", "157000", "22.9", publication="chc"))
    assert reading.quarantine["reasons"].to_list() == ["its counts give a value above what its unit allows"]
    assert by_code(reading)["status"].to_dict() == {"00C": "refused", "00D": "published"}
