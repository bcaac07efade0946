"""What one cell means. Suppressed, missing and a fault are three things, and none of them is zero."""

import pandas as pd
import pytest

from ccg_pipeline.sources.cells import half_of_last_digit, heading, read_figures

FIGURE_CELLS = [
    # cell, what it is
    (209005.0, 209005.0),
    ("209,005", 209005.0),
    (" 1,234.5 ", 1234.5),
    ("1.00E+00", 1.0),
    ("6.09E-05", 0.0000609),
    (".5", 0.5),
    ("-12", -12.0),
    (0.0, 0.0),
    ("0", 0.0),
    ("*", "suppressed"),
    ("", "missing"),
    ("-", "missing"),
    (" - ", "missing"),
    (":", "missing"),
    ("NA", "missing"),
    ("n/a", "missing"),
    ("NULL", "missing"),
    ("#VALUE!", "missing"),
    ("#N/A", "missing"),
    ("#REF!", "fault"),  # a formula that broke says nothing of a figure
    ("#NAME?", "fault"),
    ("N/A", "missing"),
    ("[note 3]", "missing"),
    ("Note 12", "missing"),
    ("[low]", "suppressed"),
    ("[c]", "suppressed"),
    ("[u]", "suppressed"),
    ("<5", "suppressed"),
    ("< 10", "suppressed"),
    ("<500", "fault"),
    ("<", "fault"),
    ("[x]", "missing"),
    ("[z]", "missing"),
    ("–", "missing"),
    ("1,234*", 1234.0),
    ("42r", 42.0),
    ("42 r", 42.0),
    ("42 [r]", 42.0),
    ("4.2p", 4.2),
    ("42 [P]", 42.0),
    ("42 [note 3]", 42.0),
    ("42 (r)", 42.0),
    ("42(P)", 42.0),
    ("42[2]", 42.0),
    ("1,234¹", 1234.0),
    ("1 234 567", 1234567.0),
    ("1\u00a0234", 1234.0),  # a space that does not break
    ("1\u202f234.5", 1234.5),  # the narrow one
    ("1 234,567", "fault"),  # two signs
    ("12 34", "fault"),
    ("***", "suppressed"),
    ("suppressed", "suppressed"),
    ("1-5", "suppressed"),
    ("0 to 4", "suppressed"),
    ("2-5", "fault"),  # a day of May
    ("fewer than 5", "suppressed"),
    ("5 or fewer", "suppressed"),
    ("<=5", "suppressed"),
    ("…", "missing"),
    ("n.a.", "missing"),
    ("Not available", "missing"),
    ("nil", "fault"),  # of some publishers nought, of others nothing
    ("p", "fault"),
    ("42x", "fault"),
    ("42rp", "fault"),
    ("1,23*", "fault"),
    ("[note x]", "fault"),
    ("209,005 ", 209005.0),
    (None, "missing"),
    (float("nan"), "missing"),
    ("abc", "fault"),
    ("12 people", "fault"),
    ("1,23", "fault"),  # no thousands comma is there: perhaps a decimal one, so nobody's guess
    ("12,34,567", "fault"),
    ("1.2.3", "fault"),
    ("4O7", "fault"),  # a letter for a nought
    ("٣", "fault"),  # a digit, but of no publisher's
    ("1e999", "fault"),
    (float("inf"), "fault"),
    ("inf", "fault"),
    (True, "fault"),
]


@pytest.mark.parametrize(("cell", "means"), FIGURE_CELLS, ids=repr)
def test_a_cell_is_a_figure_a_mark_or_a_fault(cell: object, means: object) -> None:
    figures = read_figures(pd.Series([cell], dtype=object))
    found: object = "missing"
    if figures.is_number[0]:
        found = figures.values[0]
    elif figures.is_suppressed[0]:
        found = "suppressed"
    elif figures.is_fault[0]:
        found = "fault"
    assert found == means


COLUMNS = [
    # cells of a column, and what each of them is
    (["12,5", "7,25", "93,265"], ["fault", "fault", "fault"]),  # commas for points
    (["1,204", "93,265", "12,5"], [1204.0, 93265.0, "fault"]),  # one slip among thousands
    (["219.504", "1.234.567", "31"], ["fault", "fault", 31.0]),  # points between thousands
    (["219.504", "31.25"], [219.504, 31.25]),
]


@pytest.mark.parametrize(("cells", "means"), COLUMNS, ids=repr)
def test_what_a_comma_or_point_is_says_the_column(cells: list[object], means: list[object]) -> None:
    figures = read_figures(pd.Series(cells, dtype=object))
    found = [
        "fault" if fault else value for value, fault in zip(figures.values, figures.is_fault, strict=True)
    ]
    assert found == means


HEADINGS = [
    ("Treatment Function Code ", "treatment function code"),
    ("TOTAL", "total"),
    ("Trauma & Orthopaedics", "trauma and orthopaedics"),
    ("Period:", "period"),
    ("CI  lower\n(%)", "ci lower (%)"),
    ("NHS Durham Dales , Easington & Sedgefield CCG ", "nhs durham dales , easington and sedgefield ccg"),
    ("Org Code [note 1]", "org code"),
    ("Total¹ *", "total"),
    ("*", "*"),
    (1.25, "1.25"),
    (2013.0, "2013"),
    ("", ""),
    (None, ""),
]


@pytest.mark.parametrize(("cell", "means"), HEADINGS, ids=repr)
def test_headings_differ_by_words_not_by_looks(cell: object, means: str) -> None:
    assert heading(cell) == means  # type: ignore[arg-type]  # every cell is hashable


@pytest.mark.parametrize(
    ("printed", "exact", "agrees"),
    [
        ("45.7", 45.657, True),
        ("45.7", 45.6500001, True),
        ("45.7", 45.6499999, False),
        ("45.7", 45.75, True),
        ("45.7", 45.7501, False),
        ("46", 45.5, True),
        ("46", 45.49, False),
        (42.199999999999996, 42.249, True),  # a float of a workbook that was printed as 42.2
        (42.199999999999996, 42.251, False),
        (0.9333333333333333, 14 / 15, True),
        (0.9333333333333333, 0.9334, False),
    ],
)
def test_a_printed_figure_agrees_with_what_it_was_rounded_from(
    printed: object, exact: float, agrees: bool
) -> None:
    number = float(str(printed))
    assert (abs(number - exact) <= half_of_last_digit(printed)) is agrees
