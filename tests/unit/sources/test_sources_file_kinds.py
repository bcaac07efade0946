"""What a file is, whatever its name says: read, or refused with what is true of it and what helps."""

import io
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlwt

from ccg_pipeline.sources.apart import Apart
from ccg_pipeline.sources.documents import Sheet, open_document, printable
from ccg_pipeline.sources.file_kinds import TEXT_CELLS, Parsed, Unreadable
from ccg_pipeline.sources.parsing import parse
from ccg_pipeline.sources.result import Refused

ROWS = [["code", "name", "n"], ["00C", "Airedale, Wharfedale", "1"], ["00D", "x", "2"]]
SEMICOLONS = "code;name;n\n00C;Airedale, Wharfedale;1\n00D;x;2\n"
COMMAS = 'code,name,n\n00C,"Airedale, Wharfedale",1\n00D,x,2\n'


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()


READ = {
    "commas": COMMAS.encode(),
    "semicolons": SEMICOLONS.encode(),
    "semicolons, and the line that tells Excel so": b"sep=;\n" + SEMICOLONS.encode(),
    "tabs": SEMICOLONS.replace(";", "\t").encode(),
    "bars": SEMICOLONS.replace(";", "|").encode(),
    "UTF-8 with its mark": COMMAS.encode("utf-8-sig"),
    "UTF-8 with its mark, of a file that another was joined to": b"\xef\xbb\xbf" + COMMAS.encode("utf-8-sig"),
    "UTF-16": COMMAS.encode("utf-16"),
    "UTF-16, high byte first": b"\xfe\xff" + COMMAS.encode("utf-16-be"),
    "UTF-16, tabs, as Excel saves Unicode text": SEMICOLONS.replace(";", "\t").encode("utf-16"),
    "a zip of one CSV": zipped(**{"c.csv": COMMAS.encode()}),
    "a zip of one CSV and what macOS adds": zipped(**{"__MACOSX/._c.csv": b"\0\5", "c.csv": COMMAS.encode()}),
}
REFUSED = {
    # the file, what its sentence says; whether it says to download it again
    b"[.ShellClassInfo]\r\nIconIndex=1": ("Windows keeps settings", False),
    b"\x05Maria" + b" " * 49 + b"\x05\0M\0a\0r\0i\0a\0" + b" \0" * 49: ("is open; close", False),
    b"\x00\x00\x00\x01Bud1\x00\x00": ("macOS keeps", False),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"): ("by a password", False),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"): ("text document", False),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600: ("is a damaged workbook", True),
    b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>': ("of Excel 2003", False),
    b'<?xml version="1.0"?><feed/>': ("an XML document", False),
    b"<!DOCTYPE html><html>": ("is a web page", False),
    "<html>".encode("utf-16"): ("is a web page", False),
    b"%PDF-1.4": ("is a PDF", False),
    b"\x1f\x8b\x08": ("packed with gzip", False),
    b"": ("is empty", True),
    b"a,b\n1,\xa3": ("nor UTF-8 text", False),
    b"a;b\n1,5;2\n": ("semicolons and has numbers with commas", False),
    b"a;b\n1,234;2\n": ("semicolons and has numbers with commas", False),
    "a,b".encode("utf-16")[:-1]: ("UTF-16 text that breaks off", True),
    zipped(**{"a.zip": zipped(**{"b.csv": b"a,b"})}): ("an archive in an archive", False),
    zipped(**{"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"}): ("text document", False),
    b'{"a": 1}\n{"a": 2}': ("a JSON record a line", False),
    b"," * (TEXT_CELLS + 1): ("cells, and no publication", False),
    b"[" + b",".join(b'{"k%d":1}' % n for n in range(4000)) + b"]": ("cells, and no publication", False),
}


def sheets_of(path: Path) -> Sequence[Sheet]:
    """What is read of a file in a process apart; in this one, where its lines are counted, it is the same."""
    found, (_, here) = open_document(path).sheets, parse(path.read_bytes())
    assert [(one.name, rows_of(one)) for one in found] == [(one.name, rows_of(one)) for one in here]
    return found


def rows_of(sheet: Sheet | Parsed) -> list[list[object]]:
    return [list(row) for row in sheet.rows]


@pytest.mark.parametrize("data", READ.values(), ids=READ)
def test_what_is_read(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "figures"
    path.write_bytes(data)
    document = open_document(path)
    assert document.is_a("csv")
    assert [list(row) for row in document.sheet("").rows][-3:] == ROWS  # type: ignore[union-attr]  # it has one


@pytest.mark.parametrize(("data", "said"), REFUSED.items(), ids=[said for said, _ in REFUSED.values()])
def test_what_is_refused(data: bytes, said: tuple[str, bool]) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(data)
    assert said[0] in str(caught.value)
    assert ("download it again" in str(caught.value)) == said[1]


RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def related(kind: str, target: str) -> bytes:
    one = f'<Relationship Id="rId1" Type="{RELATIONS}/{kind}" Target="{target}"/>'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{package}">{one}</Relationships>'.encode()


def cell(at: str, inside: str, kind: str = "") -> str:
    return f'<c r="{at}"{kind}>{inside}</c>'


def of_one_row(folder: Path, *cells: str) -> list[object]:
    """What is read of a workbook of one sheet and one row."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}"><sheetData><row r="1">{"".join(cells)}</row></sheetData></worksheet>'
    book = (
        f'<workbook xmlns="{space}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="A &amp; B" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    path = folder / "book.xlsx"
    parts = {
        "_rels/.rels": related("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": book.encode(),
        "xl/_rels/workbook.xml.rels": related("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": sheet.encode(),
    }
    path.write_bytes(zipped(**parts))
    (found,) = sheets_of(path)
    (row,) = found.rows
    return list(row)


def test_a_formula_that_was_never_worked_out_is_no_empty_cell(tmp_path: Path) -> None:
    cells = [
        cell("A1", "<v>7</v>"),
        cell("B1", "<f>A1*2</f>"),  # as programs write it that work nothing out
        cell("C1", "<f>A1*3</f><v></v>"),
        cell("D1", "<f>A1*4</f><v>28</v>"),
        cell("E1", '<f>IF(A1,"",1)</f><v></v>', ' t="str"'),  # worked out to nothing
        cell("F1", "<f>NA()</f><v>#REF!</v>", ' t="e"'),
        cell("G1", "<v>#N/A</v>", ' s="1" t="e"'),
    ]
    assert of_one_row(tmp_path, *cells) == [7.0, "=A1*2", "=A1*3", 28.0, "", "#REF!", "#N/A"]


@pytest.mark.parametrize(("last", "is_worked_out"), [("0", False), ("28", True)])
def test_formulas_that_all_come_to_0_were_never_worked_out(
    tmp_path: Path, last: str, is_worked_out: bool
) -> None:
    """As XlsxWriter leaves them: one figure that is none shows that something worked them out."""
    row = [cell(f"{column}1", f"<f>{column}2</f><v>0</v>") for column in "ABCDEFGHI"]
    found = of_one_row(tmp_path, *row, cell("J1", f"<f>J2</f><v>{last}</v>"))
    assert found[:2] == ([0.0, 0.0] if is_worked_out else ["=A2", "=B2"])


def record(kind: int, data: bytes = b"") -> bytes:
    """A record of an .xlsb of fewer than 128 bytes."""
    number = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return number + bytes([len(data)]) + data


def wide(word: str) -> bytes:
    return struct.pack("<I", len(word)) + word.encode("utf-16-le")


def test_a_binary_workbook_is_read(tmp_path: Path) -> None:
    at = [struct.pack("<II", column, 0) for column in range(4)]
    formula = struct.pack("<HI", 0, 0)
    sheet = [
        record(129), record(148, struct.pack("<IIII", 0, 0, 0, 3)), record(145), record(0, bytes(25)),
        record(6, at[0] + wide("00C")), record(5, at[1] + struct.pack("<d", 4.5)),
        record(3, at[2] + bytes([23])), record(11, at[3] + bytes([7]) + formula), record(146), record(130),
    ]  # fmt: skip
    about = record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Commissioner"))
    path = tmp_path / "book.xlsb"
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.bin": record(131) + record(143) + about + record(144) + record(132),
        "xl/_rels/workbook.bin.rels": related("worksheet", "worksheets/sheet1.bin"),
        "xl/worksheets/sheet1.bin": b"".join(sheet),
    }
    path.write_bytes(zipped(**parts))
    (found,) = sheets_of(path)
    assert found.name == "Commissioner"
    assert [list(row) for row in found.rows] == [["00C", 4.5, "#REF!", "#DIV/0!"]]
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(Refused, match=r"book\.xlsb: is a damaged workbook or archive .* download it again"):
        open_document(path)


def test_an_error_in_a_cell_of_an_xls_is_no_empty_cell(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    for name in ("Notes", "Figures"):
        sheet = book.add_sheet(name)
        for row in range(400):  # more than one sector of the file
            sheet.write(row, 0, f"{name} {row}")
        sheet.write(3, 3, True)  # kept in the same sort of record as an error
        sheet.write(3, 2, xlwt.Formula("A1"))
    for column, number in enumerate([23, 36, 42], start=4):
        sheet.row(7).set_cell_error(column, number)
    path = tmp_path / "book.xls"
    book.save(str(path))
    came_to = bytes([2, 0, 29, 0, 0, 0, 255, 255])  # a formula's last result: #NAME?
    before, end = path.read_bytes().rsplit(xlwt.Formula("A1").rpn(), 1)
    path.write_bytes(before[:-14] + came_to + before[-6:] + xlwt.Formula("A1").rpn() + end)
    notes, figures = sheets_of(path)
    assert [figures.rows[row][2:7] for row in (3, 7)] == [
        ["#NAME?", True, "", "", ""],
        ["", "", "#REF!", "#NUM!", "#N/A"],
    ]
    assert notes.rows[3][2:] != figures.rows[3][2:4]


def test_an_error_in_a_cell_of_an_ods_is_no_empty_cell(tmp_path: Path) -> None:
    """As LibreOffice writes them, with an empty text as their value."""
    names = {
        name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text")
    }
    names["calcext"] = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
    error = 'office:value-type="{}" office:{}="{}" calcext:value-type="error"><text:p>{}</text:p>'
    cells = [
        'office:value-type="float" office:value="4"><text:p>4</text:p>',
        error.format("string", "string-value", "", "#REF!"),
        error.format("float", "value", "0", "Err:502"),
        'office:value-type="string"><text:p>-</text:p>',
    ]
    row = "".join(f"<table:table-cell {one}</table:table-cell>" for one in cells)
    table = f'<table:table table:name="Figures"><table:table-row>{row}</table:table-row></table:table>'
    spaces = " ".join(f'xmlns:{name}="{space}"' for name, space in names.items())
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>{table}</office:spreadsheet>"
    )
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f"{content}</office:body></office:document-content>".encode(),
        "META-INF/manifest.xml": b"<manifest/>",
    }
    path = tmp_path / "book.ods"
    path.write_bytes(zipped(**parts))
    (found,) = sheets_of(path)
    assert [list(row) for row in found.rows] == [[4.0, "#REF!", "Err:502", "-"]]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (b"rtt.xls", "rtt.xls"),
        ("Größe.csv".encode(), "Größe.csv"),
        (b"a\nb.csv", r"a\nb.csv"),
        (b"a\x1b[31mb.csv", r"a\x1b[31mb.csv"),
        (b"a\xff.csv", r"a\xff.csv"),
    ],
)
def test_a_name_of_any_bytes_is_printed_safely(tmp_path: Path, name: bytes, said: str) -> None:
    path = Path(str(tmp_path)) / name.decode("utf-8", "surrogateescape")
    assert printable(path) == said
    path.write_bytes(b"")
    with pytest.raises(Refused) as caught:
        open_document(path)
    assert str(caught.value) == f"{said}: is empty; download it again."


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.csv"
    with path.open("wb") as file:
        file.truncate(30 * 2**30)  # takes no room on the disk
    with pytest.raises(Refused, match=r"is larger than 200 MB"):
        open_document(path)


def test_of_a_file_whose_reader_is_gone_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sound").write_bytes(READ["a zip of one CSV"])
    with monkeypatch.context() as broken:
        broken.setattr("ccg_pipeline.sources.documents._APART", Apart("tests.support.no_such_program"))
        with pytest.raises(OSError, match="the process that reads workbooks ended"):
            open_document(tmp_path / "sound")
    assert open_document(tmp_path / "sound").kind == "archive"
