"""The made-up files next to the real ones of the same publications: sheets, labels, headers, keys, marks."""

import csv
import json
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ccg_pipeline.demo.year import Contents, year_files
from ccg_pipeline.framework.load import load_edition

Rows = list[list[object]]
LABELS = [
    "Title:",
    "Summary:",
    "Period:",
    "Source:",
    "Basis:",
    "Published:",
    "Revised:",
    "Status:",
    "Contact:",
]


@pytest.fixture(scope="module")
def made_up() -> dict[str, Contents]:
    return year_files(2016, "2016-17", load_edition())


@pytest.fixture(scope="module")
def rtt(made_up: dict[str, Contents], shared: Path) -> tuple[CalamineWorkbook, CalamineWorkbook]:
    real = shared / "landing/rtt/Incomplete-Commissioner-May15-revised-XLS-2102K.xls"
    return _book(made_up["rtt/Incomplete-Commissioner-May16.xls"]()), CalamineWorkbook.from_path(real)


@pytest.fixture(scope="module")
def dtoc(made_up: dict[str, Contents], shared: Path) -> tuple[CalamineWorkbook, CalamineWorkbook]:
    real = shared / "landing/dtoc/LA_April_16.xls"
    return _book(made_up["dtoc/LA_April_16.xls"]()), CalamineWorkbook.from_path(real)


def _book(content: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(BytesIO(content))


def _rows(book: CalamineWorkbook, sheet: str) -> Rows:
    return [list(row) for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)]


def _labels(rows: Rows) -> Iterator[tuple[int, object]]:
    return ((number, row[1]) for number, row in enumerate(rows[:14], start=1) if row[1] in LABELS)


@pytest.mark.parametrize("sheet", ["National", "Region", "Commissioner"])
def test_waiting_times(rtt: tuple[CalamineWorkbook, CalamineWorkbook], sheet: str) -> None:
    made_up, real = rtt
    assert made_up.sheet_names == real.sheet_names
    own, theirs = _rows(made_up, sheet), _rows(real, sheet)
    assert list(_labels(own)) == list(_labels(theirs))
    assert own[12:14] == theirs[12:14]
    for label in ("Title:", "Summary:", "Source:", "Basis:"):
        assert _said(own, label) == _said(theirs, label)


def test_waiting_times_of_the_same_commissioners(rtt: tuple[CalamineWorkbook, CalamineWorkbook]) -> None:
    own, theirs = (
        list(dict.fromkeys((row[1], row[2]) for row in _rows(book, "Commissioner")[14:])) for book in rtt
    )
    assert own == theirs
    functions, known = ({(row[4], row[5]) for row in _rows(book, "Commissioner")[14:]} for book in rtt)
    assert functions < known


@pytest.mark.parametrize(
    "sheet", ["England", "LA - by Type of Care", "LA - by responsible org", "LA - by reason"]
)
def test_delayed_transfers(dtoc: tuple[CalamineWorkbook, CalamineWorkbook], sheet: str) -> None:
    made_up, real = dtoc
    assert made_up.sheet_names == real.sheet_names
    own, theirs = _rows(made_up, sheet), _rows(real, sheet)
    assert list(_labels(own)) == list(_labels(theirs))
    assert own[12:14] == theirs[12:14]
    for label in ("Title:", "Summary:", "Period:", "Source:", "Basis:"):
        assert _said(own, label) == _said(theirs, label)
    keys = 3 if sheet == "England" else 5
    assert [row[:keys] for row in own[14:]] == [row[:keys] for row in theirs[14:]]


def test_delayed_transfers_have_the_same_cells_without_figure(
    dtoc: tuple[CalamineWorkbook, CalamineWorkbook],
) -> None:
    own, theirs = ([[cell == "NA" for cell in row] for row in _rows(book, "England")] for book in dtoc)
    assert own == theirs


@pytest.mark.parametrize(("sheet", "keys"), [("Commissioner", range(1, 6)), ("Region", range(3, 5))])
@pytest.mark.parametrize("month", ["Apr_16", "Feb_17"])
def test_monthly_activity(
    made_up: dict[str, Contents], shared: Path, month: str, sheet: str, keys: range
) -> None:
    """But for the month in April's sheet Region, published as December, and the later name of 01H."""
    name = f"mar/Commissioner_{month}.xls"
    book, real = _book(made_up[name]()), CalamineWorkbook.from_path(shared / "landing" / name)
    assert book.sheet_names == real.sheet_names
    own, theirs = _rows(book, sheet), _rows(real, sheet)
    assert list(_labels(own)) == list(_labels(theirs))
    assert own[12:14] == theirs[12:14]
    for label in ("Title:", "Summary:", "Period:", "Source:", "Basis:"):
        assert _said(own, label) == _said(theirs, label)
    own_keys, their_keys = ([[row[at] for at in keys] for row in rows[14:]] for rows in (own, theirs))
    assert own_keys == their_keys


def test_outcomes_indicator(made_up: dict[str, Contents], shared: Path) -> None:
    book = _book(made_up["ccg_ois/CCG_1_25_2014.xls"]())
    real = CalamineWorkbook.from_path(shared / "landing/ccgois/CCG_1_2_I00754_D.xls")
    assert book.sheet_names == real.sheet_names
    own, theirs = _rows(book, "Data"), _rows(real, "Data")
    assert own[17] == theirs[17]
    assert [bool(row[0]) for row in own[8:13]] == [bool(row[0]) for row in theirs[8:13]]
    for rows, number in ((own, "1.25"), (theirs, "1.2")):
        assert str(rows[10][0]).startswith(f"CCG OIS Indicator {number} - ")
        assert rows[18][3:6] == ["National", "E92000001", "National"]
    assert own[18][1] == "01/01/2014 to 31/12/2014"
    assert theirs[18][1] == "01/01/2019 to 31/12/2019"
    empty = [column for column, cell in enumerate(theirs[18]) if cell == ""]
    assert [column for column, cell in enumerate(own[18]) if cell == ""] == empty


def test_cancers_by_stage(made_up: dict[str, Contents], shared: Path) -> None:
    own = json.loads(made_up["cancer_stage/stg1and2detection_2014.json"]())
    theirs = json.loads((shared / "landing/cancer/stg1and2detection.json").read_text())
    assert [list(one) for one in own] == [list(theirs[0])] * 210
    for key, cell in theirs[0].items():
        assert isinstance(own[0][key], str) == isinstance(cell, str), key  # counts are text, shares numbers
    for one in (own[0], theirs[0]):
        assert (one["Breakdown"], one["Level"], one["Level description"]) == (
            "National",
            "National",
            "England",
        )


@pytest.mark.parametrize(
    ("own", "theirs", "same_keys"),
    [
        (
            "iapt/iapt_ccg_2016-17.csv",
            "iapt/nhstt_iapt_ccg_total_2017-18_to_2019-20.csv",
            ("variable_type", "measure_name"),
        ),
        (
            "lsoa_admissions/ccg_lsoa_data_2015-16.csv",
            "inequality/ind106a_lsoa_admissions_2015-16.csv",
            ("CCG",),
        ),
    ],
)
def test_csv_files(
    made_up: dict[str, Contents], shared: Path, own: str, theirs: str, same_keys: tuple[str, ...]
) -> None:
    ours = list(csv.DictReader(StringIO(made_up[own]().decode())))
    real = list(csv.DictReader(StringIO((shared / "landing" / theirs).read_text(encoding="utf-8"))))
    assert list(ours[0]) == list(real[0])
    for key in same_keys:
        assert {row[key] for row in ours} == {row[key] for row in real}, key


def test_therapies_have_the_same_measures_in_the_same_order(
    made_up: dict[str, Contents], shared: Path
) -> None:
    name = "iapt/nhstt_iapt_ccg_total_2017-18_to_2019-20.csv"
    ours = csv.reader(StringIO(made_up["iapt/iapt_ccg_2015-16.csv"]().decode()))
    real = csv.reader(StringIO((shared / "landing" / name).read_text(encoding="utf-8")))
    own, theirs = ([row[3:11] for row in list(rows)[1:15]] for rows in (ours, real))
    assert own == theirs


def _said(rows: Rows, label: str) -> object:
    return next(row[2] for row in rows if row[1] == label)
