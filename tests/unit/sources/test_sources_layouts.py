"""A header is found wherever it stands and however it is written; what is missing is named."""

from pathlib import Path

import pytest

from ccg_pipeline.sources.documents import open_document
from ccg_pipeline.sources.layouts import Layout, missing_from
from ccg_pipeline.sources.result import Refused
from ccg_pipeline.sources.tables import find_table
from tests.unit.sources.small_files import Row, write_lines, write_workbook

LAYOUT = Layout(
    publication="rtt",
    what="a small table",
    kind="workbook",
    sheet="Figures by CCG",
    title="Small figures",
    under="People",
    columns={"code": ("CCG Code", "Org Code"), "total": ("Total",)},
    optional={"gender": ("Gender",)},
)
HEADER: Row = ["", "CCG Code", "Name", "Total"]
BODY: list[Row] = [["", "00C", "Darlington", 12], [], ["", "00D", "Durham", "*"]]


def find(path: Path, sheets: dict[str, list[Row]], layout: Layout = LAYOUT):  # type: ignore[no-untyped-def]  # a table
    return find_table(open_document(write_workbook(path / "small.xls", sheets)), layout)


@pytest.mark.parametrize("above", [1, 2, 4, 17])
def test_a_header_that_moved_is_simply_found(tmp_path: Path, above: int) -> None:
    lines: list[Row] = [["Small figures"], *([[]] * (above - 1))]
    table = find(tmp_path, {"Figures by CCG": [*lines, HEADER, *BODY]})
    assert table.header_row == above + 1
    assert list(table.rows.index) == [above + 2, above + 4]  # the blank row is no data
    assert table.rows["total"].to_list() == [12.0, "*"]
    assert table.raw(above + 4) == {"CCG Code": "00D", "Name": "Durham", "Total": "*"}


@pytest.mark.parametrize("header", [["", "ccg  code ", "x", "TOTAL"], ["Org Code", "Total", "x", "y"]])
def test_case_spaces_and_other_names_of_a_column_do_not_matter(tmp_path: Path, header: Row) -> None:
    assert list(find(tmp_path, {"figures BY ccg ": [header, *BODY]}).rows.columns) == ["code", "total"]


def test_an_optional_column_is_taken_where_it_is(tmp_path: Path) -> None:
    table = find(tmp_path, {"Figures by CCG": [[*HEADER, "Gender"], ["", "00C", "", 1, "Person"]]})
    assert table.rows["gender"].to_list() == ["Person"]


@pytest.mark.parametrize(("groups", "total"), [(["Beds", "People"], 7.0), (["People", "Beds"], 0.5)])
def test_of_two_groups_of_columns_the_one_meant_is_read(
    tmp_path: Path, groups: list[str], total: float
) -> None:
    above: Row = ["", "", groups[0], "", groups[1], ""]
    header: Row = ["", "CCG Code", "Half", "Total", "Half", "Total"]
    table = find(tmp_path, {"Figures by CCG": [above, header, ["", "00C", 0.25, 0.5, 3.5, 7]]})
    assert table.rows["total"].to_list() == [total]


def test_a_column_that_is_there_twice_is_not_guessed(tmp_path: Path) -> None:
    header: Row = ["", "CCG Code", "total ", "Total"]
    with pytest.raises(Refused, match="has the column 'Total' more than once in sheet 'Figures by CCG'"):
        find(tmp_path, {"Figures by CCG": [header, ["", "00C", 1, 2]]})


MOVED = [
    # the header above ["", "00C", "Darlington", 12]; what is said of it
    (["", "CCG Code", "", "Total"], ""),  # a column without a heading, and the others where they belong
    (
        ["", "CCG Code", "", "Name", "Total"],
        "column C of .* without a heading, and 'Total' at the end",
    ),
    (["", "CCG Code", "Total"], "column D of its sheet .* has cells without a heading, so that"),
]


@pytest.mark.parametrize(("header", "said"), MOVED)
def test_headings_that_were_moved_against_their_cells(tmp_path: Path, header: Row, said: str) -> None:
    sheets = {"Figures by CCG": [["Small figures"], header, *BODY]}
    if not said:
        assert len(find(tmp_path, sheets).rows) == 2
        return
    with pytest.raises(Refused, match=said):
        find(tmp_path, sheets)


def test_a_heading_in_the_row_above_is_one_too(tmp_path: Path) -> None:
    above: Row = ["", "", "", "", "Rank"]
    ranked = [[*row, 1] for row in BODY if row]
    assert len(find(tmp_path, {"Figures by CCG": [["Small figures"], above, HEADER, *ranked]}).rows) == 2


def test_a_missing_sheet_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        Refused, match=r"small.xls: has no sheet 'Figures by CCG'; check that it is a small table"
    ):
        find(tmp_path, {"Other": [HEADER, *BODY]})


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"small.xls: has no column 'Total' in sheet 'Figures by CCG'"):
        find(tmp_path, {"Figures by CCG": [HEADER[:3], *BODY]})


def test_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="has a header but no rows"):
        find(tmp_path, {"Figures by CCG": [HEADER]})


def test_what_a_file_lacks_of_a_layout(tmp_path: Path) -> None:
    document = open_document(write_workbook(tmp_path / "small.xls", {"Figures by CCG": [HEADER, *BODY]}))
    assert missing_from(document, LAYOUT) == ("the title 'Small figures'",)
    text = open_document(write_lines(tmp_path / "small.csv", "CCG Code,Total", "00C,1"))
    assert len(missing_from(text, LAYOUT)) == 5  # kind, sheet, title, two columns


def test_lines_above_the_header_are_read_by_their_label(tmp_path: Path) -> None:
    lines: list[Row] = [["", "Period:", "April 2016"], ["", "Revised:", ""], ["Status:", "", "Made up"]]
    table = find(tmp_path, {"Figures by CCG": [*lines, HEADER, *BODY]})
    assert table.preamble == {"period": "April 2016", "revised": "", "status": "Made up"}
