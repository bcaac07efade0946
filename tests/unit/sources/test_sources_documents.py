"""A file that cannot be trusted as a whole is refused with one sentence that names it."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ccg_pipeline.sources import documents
from ccg_pipeline.sources.cells import figure, heading
from ccg_pipeline.sources.dates import read_day, read_period
from ccg_pipeline.sources.documents import open_document
from ccg_pipeline.sources.result import Refused
from tests.unit.sources.small_files import rtt_sheets, write_archive, write_json, write_lines, write_workbook

WEB_PAGE = "\n<!DOCTYPE html>\n<html><body><h1>Sign in</h1></body></html>"


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return write_workbook(tmp_path / "rtt.xls", rtt_sheets(("00C", 100, 90), ("00D", 50, 40)))


def refusal(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        open_document(path)
    sentence = str(caught.value)
    assert path.name in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


@pytest.mark.parametrize("content", [b"", b"  \r\n\t\n"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.xls"
    path.write_bytes(content)
    assert "is empty" in refusal(path)


def test_a_web_page_saved_as_xls(tmp_path: Path) -> None:
    path = tmp_path / "Incomplete-Commissioner.xls"
    path.write_text(WEB_PAGE, encoding="utf-8")
    assert "is a web page" in refusal(path)


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_a_truncated_xls(workbook: Path, kept: float) -> None:
    data = workbook.read_bytes()
    workbook.write_bytes(data[: int(len(data) * kept)])
    assert "is a damaged workbook" in refusal(workbook)


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (60_000, 56_000, "that cannot be read"),  # all cells up to there would take 80 GB
        (60_000, 1_500, "that cannot be read"),  # and these more than the 2 GB of the process that reads
        (3, 300, "claims 4 rows and 301 columns"),  # more columns than a sheet of an .xls can have
        (60_000, 200, "claims 60001 rows"),
    ],
)
def test_a_damaged_byte_that_moves_a_cell_far_away(workbook: Path, row: int, column: int, said: str) -> None:
    data = write_workbook(workbook, {"National": [[1 / 3, ""], ["", 1 / 7]]}).read_bytes()
    record = struct.pack("<HHHH", 0x0203, 14, 1, 1)  # a number, the record's length, second row and column
    assert data.count(record) == 1
    workbook.write_bytes(data.replace(record, struct.pack("<HHHH", 0x0203, 14, row, column)))
    sentence = refusal(workbook)
    assert "is a damaged workbook" in sentence
    assert said in sentence


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 40_000_000)
    assert "as a zip bomb does" in refusal(path)


def test_a_file_that_keeps_a_processor_busy_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen before: on a busy machine a sound workbook was refused, since the seconds of the clock counted."""
    monkeypatch.setattr(documents, "MAX_SECONDS", 1)
    path = tmp_path / "many.json"
    path.write_bytes(b"[" + b'{"a":1},' * 3_000_000 + b'{"a":1}]')
    assert "takes more than 1 seconds of a processor to read" in refusal(path)


@pytest.mark.parametrize(
    ("sign", "read"),
    [(" ", figure), ("*", figure), ("*", heading), ("[1]", heading), (" to ", read_period), ("-", read_day)],
)
def test_a_cell_of_a_hundred_thousand_signs_takes_no_longer(sign: str, read: Callable[[str], object]) -> None:
    """Seen before: some hours for one cell, and a RecursionError for "to to to"."""
    said = read("1" + 100_000 * sign + "x")
    assert said is None or read is heading


def test_an_archive_of_csv_files_has_a_sheet_for_each(tmp_path: Path) -> None:
    members = {"years/": "", "years/2016.csv": "a,b\n1,2\n", "years/2017.csv": "\ufeffa,b\n3,4\n"}
    document = open_document(write_archive(tmp_path / "data.xlsx", members))
    assert document.kind == "archive"
    assert [(sheet.name, sheet.rows) for sheet in document.sheets] == [
        ("years/2016.csv", [["a", "b"], ["1", "2"]]),
        ("years/2017.csv", [["a", "b"], ["3", "4"]]),
    ]
    assert document.sheet("") is document.sheets[0]
    assert document.sheet("YEARS/2017.csv") is document.sheets[1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<html>", "is an archive, and 'b' in it is a web page"),
        ("a\0b", "is an archive, and 'b' in it is neither a workbook nor text"),
        ('a,"b\n', "is an archive, and 'b' in it is no proper CSV"),
        ("[]", "is an archive of several files, and 'b' in it is no CSV"),
        ("PK\3\4", "is an archive, and 'b' in it is a damaged workbook or archive"),
    ],
)
def test_an_archive_of_anything_else(tmp_path: Path, content: str, said: str) -> None:
    path = write_archive(tmp_path / "data.zip", {"data.csv": "a,b\n1,2\n", "b": content})
    assert said in refusal(path)


def test_an_archive_that_is_a_zip_bomb_or_damaged(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "data.zip", {"data.csv": "0" * 40_000_000})
    assert "as a zip bomb does" in refusal(path)
    path = tmp_path / "stored.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.csv", "a,b\n" + "1,2\n" * 100)
    path.write_bytes(path.read_bytes().replace(b"1,2", b"1,3", 1))
    assert "is a damaged workbook or archive" in refusal(path)


def test_an_xlsx_with_a_damaged_part(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook>" + "x" * 1000)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"xxxx", b"yyyy", 1))
    assert "is a damaged workbook" in refusal(path)


def test_what_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"CCG,population\n00C,\xff\xfe\n")
    assert "UTF-8" in refusal(path)
    path.write_bytes(b"CCG,population\n00C,\x00\n")
    assert "neither a workbook nor text" in refusal(path)


def test_a_csv_whose_quote_never_ends(tmp_path: Path) -> None:
    assert "is no proper CSV" in refusal(write_lines(tmp_path / "data.csv", "a,b", '1,"2'))


@pytest.mark.parametrize("content", ['[{"a": 1}', '[{"a": 1, "a": 2}]', '{"a": 1}', "[1, 2]", "[" * 100_000])
def test_json_that_is_no_list_of_records(tmp_path: Path, content: str) -> None:
    path = tmp_path / "data.json"
    path.write_text(content, encoding="utf-8")
    assert "JSON" in refusal(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal(tmp_path / "nothing.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("published: 2016-06-09", "published: Extra inputs are not permitted"),
        ("published_on: soon", "published_on: "),
        ("period_start: 2016-04-01", "together or not at all"),
        ("period_start: 2016-05-01\nperiod_end: 2016-04-01", "period_start is after period_end"),
        ("{", "is no proper YAML"),
    ],
)
def test_a_faulty_sidecar_refuses_its_file_and_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = write_lines(tmp_path / "data.csv", "a,b", "1,2")
    sidecar = tmp_path / "data.csv.meta.yaml"
    sidecar.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as caught:
        open_document(path)
    assert sidecar.name in str(caught.value)
    assert said in str(caught.value)


def test_what_a_file_holds_counts_and_not_its_name(tmp_path: Path, workbook: Path) -> None:
    renamed = workbook.rename(tmp_path / "figures.csv")
    assert [sheet.name for sheet in open_document(renamed).sheets] == ["National", "Commissioner"]
    assert open_document(write_json(tmp_path / "records.xls", [{"a": 1}])).kind == "json"
