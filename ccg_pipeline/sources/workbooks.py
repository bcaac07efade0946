"""Workbooks: .xls, .xlsx, .xlsb and .ods as sheets of cells.

Belongs here: calling python-calamine within bounds, formulas that nobody worked out, and errors.
Does not belong here: telling a workbook from other files (``parsing``), errors in the records of binary
workbooks (``cell_errors``), what the sheets mean.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping

import python_calamine

from ccg_pipeline.sources.cell_errors import Errors, errors_in_xls, errors_in_xlsb
from ccg_pipeline.sources.file_kinds import AGAIN, CELLS, OLE_PARTS, Parsed, Unreadable, words

COLUMNS = {b"\xd0\xcf": 256, b"PK": 16_384}  # what Excel itself allows in .xls and in .xlsx
ROWS = 2**20  # that Excel allows


def parse_workbook(data: bytes, archive: zipfile.ZipFile | None = None) -> list[Parsed]:
    """The sheets of a workbook; ``archive`` is the same where it is one. Raises Unreadable."""
    if archive is None:
        for part, said in OLE_PARTS.items():
            if part.encode("utf-16-le") in data:
                raise Unreadable(said)
    try:
        if archive is not None and "content.xml" in archive.namelist():
            data = _with_words_of_errors(data, archive)
        sheets = list(_sheets(data, _errors(data, archive)))
        if archive is not None:
            sheets = [_with_formulas(each, archive) for each in sheets]
    except python_calamine.PasswordError as error:
        raise Unreadable(OLE_PARTS["EncryptedPackage"]) from error
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise Unreadable(f"is a damaged workbook ({words(error)}); {AGAIN}") from error
    return sheets


def _errors(data: bytes, archive: zipfile.ZipFile | None) -> list[Errors] | None:
    """The errors in the cells of each sheet of an .xls or .xlsb; None where there are none to be found so."""
    if archive is None:
        return errors_in_xls(data)
    if "xl/workbook.bin" not in archive.namelist():
        return None
    return errors_in_xlsb(archive, _targets(archive, "xl/_rels/workbook.bin.rels"))


def _sheets(data: bytes, errors: list[Errors] | None) -> Iterator[Parsed]:
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    every, cells = workbook.sheets_metadata, 0
    for each, own in zip(every, errors or [{}] * len(every), strict=True):
        if each.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue  # a chart has no cells
        sheet = workbook.get_sheet_by_name(each.name)
        rows, columns = sheet.total_height + 1, sheet.total_width + 1  # both count from nought
        cells += rows * columns
        if columns > COLUMNS[data[:2]] or cells > CELLS:
            raise ValueError(f"sheet {each.name!r} claims {rows} rows and {columns} columns")
        is_hidden = each.visible != python_calamine.SheetVisibleEnum.Visible
        read = sheet.to_python(skip_empty_area=False)
        yield _with_words(Parsed(each.name, read, is_hidden=is_hidden), own)


def _with_words(sheet: Parsed, words: Mapping[tuple[int, int], str]) -> Parsed:
    """The sheet with these words in place of cells, by row and column from nought; it grows to hold them."""
    if not words:
        return sheet
    lowest, farthest = (max(places) for places in zip(*words, strict=True))
    if lowest >= ROWS or farthest >= COLUMNS[b"PK"]:
        raise ValueError(f"sheet {sheet.name!r} claims {lowest + 1} rows and {farthest + 1} columns")
    rows = [list(row) for row in sheet.rows]
    rows += [[] for _ in range(len(rows), lowest + 1)]
    for (row, column), word in words.items():
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = word
    return sheet._replace(rows=rows)


_CELL = re.compile(  # with a formula, an error, or both: its attributes, formula and value
    rb"<(?:\w+:)?c\b([^>]*)>\s*(?:(<)(?:\w+:)?f\b(?:[^>]*/>|[^>]*>([^<]*)</(?:\w+:)?f>)\s*)?"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*([^<]*?)\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_SOME = 10
"""Formulas of a sheet that all come to 0 were never worked out: programs that work nothing out write 0
(assumed)."""
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<Relationship\b[^>]*>")


def _with_formulas(sheet: Parsed, archive: zipfile.ZipFile) -> Parsed:
    """The sheet with "=formula" in each cell whose formula was never worked out, which else is empty or 0.

    A cell with an error has its word ("#REF!"), where python-calamine leaves it empty.
    """
    part = _part_of(sheet.name, archive)
    xml = archive.read(part) if part in archive.namelist() else b""
    is_error = re.compile(rb'\bt="e"')
    cells = [one for one in _CELL.finditer(xml) if one[2] or is_error.search(one[1])]
    formulas = [one[4] or b"" for one in cells if one[2] and b't="str"' not in one[1]]
    nothing = [b"", b"0"] if len(formulas) >= _SOME and not set(formulas) - {b"", b"0"} else [b""]
    words: Errors = {}
    for found in cells:
        at, value = _PLACE.search(found[1]), found[4] or b""
        if at is None or b't="str"' in found[1]:
            continue  # a formula that came to an empty word
        if is_error.search(found[1]):
            said = value.decode("utf-8", "replace")
        elif value in nothing:
            said = "=" + (found[3] or b"").decode("utf-8", "replace")
        else:
            continue
        column = 0
        for letter in at[1]:
            column = column * 26 + letter - 64
        words[int(at[2]) - 1, column - 1] = said
    return _with_words(sheet, words)


_WITH_ERROR = re.compile(rb'<table:table-cell\b[^>]*\bcalcext:value-type="error"[^>]*>')
_VALUE = re.compile(rb'\soffice:(?:string-)?value="[^"]*"')


def _with_words_of_errors(data: bytes, archive: zipfile.ZipFile) -> bytes:
    """The .ods as a workbook in which cells with an error are text, which they show: "#REF!".

    LibreOffice writes an empty text as their value next to it.
    """
    content = archive.read("content.xml")

    def as_text(found: re.Match[bytes]) -> bytes:
        return _VALUE.sub(b"", found[0]).replace(b'office:value-type="float"', b'office:value-type="string"')

    told = _WITH_ERROR.sub(as_text, content)
    if told == content:
        return data
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for each in archive.infolist():
            made.writestr(each, told if each.filename == "content.xml" else archive.read(each))
    return stream.getvalue()


def _part_of(name: str, archive: zipfile.ZipFile) -> str:
    """The part of an .xlsx that holds the sheet of that name; '' where it is not told."""
    if "xl/workbook.xml" not in archive.namelist():
        return ""
    targets = _targets(archive, "xl/_rels/workbook.xml.rels")
    for each in _SHEET.findall(archive.read("xl/workbook.xml")):
        if _attribute(each, "name") == name:
            return targets.get(_attribute(each, "r:id"), "")
    return ""


def _targets(archive: zipfile.ZipFile, relations: str) -> dict[str, str]:
    """The parts that a workbook refers to, by the id of the relation."""
    said = _RELATION.findall(archive.read(relations)) if relations in archive.namelist() else []
    targets = {_attribute(each, "Id"): _attribute(each, "Target") for each in said}
    return {
        one: target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        for one, target in targets.items()
    }


def _attribute(tag: bytes, name: str) -> str:
    found = re.search(rb"\s" + name.encode() + rb'\s*=\s*["\']([^"\']*)["\']', tag)
    said = found[1].decode("utf-8", "replace") if found else ""
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        said = said.replace(entity, sign)
    return said
