"""Workbooks: .xls, .xlsx, .xlsb and .ods as sheets of cells.

Belongs here: calling python-calamine within bounds, and formulas that nobody worked out.
Does not belong here: telling a workbook from other files (``parsing``), what the sheets mean.
"""

import io
import re
import zipfile
from collections.abc import Hashable, Iterator

import python_calamine

from ccg_pipeline.sources.file_kinds import AGAIN, CELLS, OLE_PARTS, Parsed, Unreadable, words

COLUMNS = {b"\xd0\xcf": 256, b"PK": 16_384}  # what Excel itself allows in .xls and in .xlsx


def parse_workbook(data: bytes, archive: zipfile.ZipFile | None = None) -> list[Parsed]:
    """The sheets of a workbook; ``archive`` is the same where it is one. Raises Unreadable."""
    if archive is None:
        for part, said in OLE_PARTS.items():
            if part.encode("utf-16-le") in data:
                raise Unreadable(said)
    try:
        sheets = list(_sheets(data))
    except python_calamine.PasswordError as error:
        raise Unreadable(OLE_PARTS["EncryptedPackage"]) from error
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise Unreadable(f"is a damaged workbook ({words(error)}); {AGAIN}") from error
    return sheets if archive is None else [_with_formulas(each, archive) for each in sheets]


def _sheets(data: bytes) -> Iterator[Parsed]:
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    cells = 0
    for each in workbook.sheets_metadata:
        if each.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue  # a chart has no cells
        sheet = workbook.get_sheet_by_name(each.name)
        rows, columns = sheet.total_height + 1, sheet.total_width + 1  # both count from nought
        cells += rows * columns
        if columns > COLUMNS[data[:2]] or cells > CELLS:
            raise ValueError(f"sheet {each.name!r} claims {rows} rows and {columns} columns")
        is_hidden = each.visible != python_calamine.SheetVisibleEnum.Visible
        yield Parsed(each.name, sheet.to_python(skip_empty_area=False), is_hidden=is_hidden)


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
    rows: list[list[Hashable]] | None = None
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
        rows = rows or [list(row) for row in sheet.rows]
        if int(at[2]) <= len(rows) and column <= len(rows[int(at[2]) - 1]):
            rows[int(at[2]) - 1][column - 1] = said
    return sheet if rows is None else sheet._replace(rows=rows)


def _part_of(name: str, archive: zipfile.ZipFile) -> str:
    """The part of an .xlsx that holds the sheet of that name; '' where it is not told."""
    parts = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    if not set(parts) <= set(archive.namelist()):
        return ""
    book, relations = (archive.read(part) for part in parts)
    targets = {_attribute(each, "Id"): _attribute(each, "Target") for each in _RELATION.findall(relations)}
    for each in _SHEET.findall(book):
        if _attribute(each, "name") == name:
            target = targets.get(_attribute(each, "r:id"), "")
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _attribute(tag: bytes, name: str) -> str:
    found = re.search(rb"\s" + name.encode() + rb'\s*=\s*["\']([^"\']*)["\']', tag)
    said = found[1].decode("utf-8", "replace") if found else ""
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        said = said.replace(entity, sign)
    return said
