"""The workbook: one table a sheet with its title in A1, no cell empty, the same bytes, read by others."""

import io
import shutil
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from ccg_pipeline.publish.site.data import tables_of
from ccg_pipeline.publish.site.workbook import workbooks
from ccg_pipeline.publish.workbook import NOTHING, as_ods, as_xlsx, sheet_of
from tests.support.worlds.built_site import publication

AT = datetime(2018, 6, 1, 9, 30)
FRAME = pd.DataFrame(
    {
        "code": ["02N", "=1+1", "a & <b>\nc"],
        "value": [1.5, float("nan"), 1 / 3],
        "n": pd.array([3, pd.NA, 10**7], dtype="Int64"),
        "day": pd.to_datetime(["2017-03-31", None, "2017-04-01"]),
        "told": [True, False, True],
        "round": ["2016-17"] * 3,
    }
)
SHEET = sheet_of("ratings", "Ratings, 2016-17", ("A line.",), FRAME)
FORMATS = {"ods": as_ods, "xlsx": as_xlsx}


def read(content: bytes, sheet: str) -> list[list[object]]:
    found: list[list[object]] = (
        CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet).to_python()
    )
    return found


@pytest.mark.parametrize("ending", FORMATS)
def test_a_table_is_read_back_as_it_was(ending: str) -> None:
    rows = read(FORMATS[ending]([SHEET], "A title", AT), "ratings")
    assert [row[0] for row in rows[:3]] == [
        "Ratings, 2016-17",
        "A line.",
        "The same in every row: round: 2016-17.",
    ]
    assert rows[3] == ["code", "value", "n", "day", "told"]
    assert rows[4] == ["02N", 1.5, 3, "2017-03-31", "True"]
    assert rows[5] == ["=1+1", NOTHING, NOTHING, NOTHING, "False"]
    assert rows[6] == ["a & <b>\nc", 0.333333333333, 10**7, "2017-04-01", "True"]


@pytest.mark.parametrize("ending", FORMATS)
def test_equal_sheets_give_equal_bytes_and_no_cell_is_merged(ending: str) -> None:
    content = FORMATS[ending]([SHEET], "A title", AT)
    assert content == FORMATS[ending]([SHEET], "A title", AT)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        text = b"".join(archive.read(name) for name in archive.namelist())
    assert b"mergeCell" not in text
    assert b"spanned" not in text


@pytest.fixture(scope="module")
def books() -> dict[str, bytes]:
    round_ = publication(dementia="awaiting the panel").round
    return {address.rpartition(".")[2]: content for address, content in workbooks(round_, tables_of(round_))}


@pytest.mark.parametrize("ending", FORMATS)
def test_a_round_has_a_cover_contents_notes_and_a_sheet_a_table(books: dict[str, bytes], ending: str) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(books[ending]))
    tables = ["assessment", "area_scores", "ratings", "indicator_grades", "bands", "overall"]
    assert book.sheet_names == ["Cover", "Contents", "Notes", *tables]
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python()
        assert isinstance(rows[0][0], str)
        assert rows[0][0]
        begin = next((at for at, row in enumerate(rows) if len(row) > 1 and row[1] != ""), len(rows))
        assert all(cell != "" for row in rows[begin:] for cell in row), name
    cover = " ".join(str(row[0]) for row in book.get_sheet_by_name("Cover").to_python())
    assert "Release 1, fingerprint (SHA-256) 1f1f" in cover
    assert "Made-up data" in cover


def test_libreoffice_opens_the_ods_as_it_is(books: dict[str, bytes], tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed, so nobody opens the ODS with it")
    (tmp_path / "tables.ods").write_bytes(books["ods"])
    subprocess.run(
        [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "csv",
         "--outdir", str(tmp_path), str(tmp_path / "tables.ods")],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    assert "Release 1, fingerprint" in (tmp_path / "tables.csv").read_text(encoding="utf-8")
