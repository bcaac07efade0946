"""Workbooks that everybody can read: sheets of one table each as XLSX and as ODS, the same bytes each time.

Belongs here: both formats, with the title in A1, a header row that says so, no merged and no empty cell.
Does not belong here: what is on a sheet (publish/site/workbook.py), text files (export.py).

XLSX is XlsxWriter's. ODS (OpenDocument 1.2) is written here as it is read, row by row: the library that is
kept up, odfdo, took 6.7 s for 28,000 cells, and a release has some 400,000.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

NOTHING = "[x]"
"""What is in a cell without a value, so that none is empty (shorthand of the Analysis Function)."""
LONGEST_NAME = 31
WIDE, WIDEST = 12, 60
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
NAMESPACES = " ".join(
    f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for key, name in (
        ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
        ("fo", "xsl-fo-compatible"), ("manifest", "manifest"), ("meta", "meta"),
    )
)  # fmt: skip
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
STYLES = (
    '<style:style style:name="title" style:family="table-cell"><style:text-properties fo:font-size="14pt" '
    'fo:font-weight="bold"/></style:style><style:style style:name="head" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
)
Cell = str | float | int


@dataclass(frozen=True)
class Sheet:
    """A sheet: its title in A1, lines of text under it, then one table, or none."""

    name: str
    title: str
    lines: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    rows: Sequence[Sequence[Cell]] = ()

    @property
    def first_row(self) -> int:
        """The number of the header's row, from 0."""
        return 1 + len(self.lines)


def sheet_of(name: str, title: str, lines: Sequence[str], frame: pd.DataFrame) -> Sheet:
    """Return a frame as a sheet; columns that say the same in every row stand once, in a line above it."""
    same = [column for column in frame if len(frame) > 1 and frame[column].nunique(dropna=False) == 1]
    said = "; ".join(f"{column}: {_cell(frame[column].iloc[0])}" for column in same)
    kept = frame.drop(columns=same)
    columns = [[_cell(value) for value in kept[column]] for column in kept]
    lines = (*lines, *((f"The same in every row: {said}.",) if said else ()))
    return Sheet(
        name[:LONGEST_NAME], title, tuple(lines), tuple(map(str, kept.columns)),
        list(zip(*columns, strict=True)),
    )  # fmt: skip


def _cell(value: Any) -> Cell:
    """Return a value as a cell holds it: a number with 12 digits, a day as ISO text, or text."""
    if value is None or value is pd.NA or value is pd.NaT or value == "" or value != value:
        return NOTHING
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, int):
        return value
    if hasattr(value, "dtype"):  # of numpy
        return _cell(value.item())
    return float(f"{value:.12g}") if isinstance(value, float) else str(value)


def as_xlsx(sheets: Sequence[Sheet], title: str, made_at: datetime) -> bytes:
    """Return the sheets as a workbook of Excel; `made_at` is the time that it says it is of."""
    import xlsxwriter  # whoever only prints a table does without it

    buffer = io.BytesIO()
    as_they_are = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **as_they_are})
    book.set_properties({"title": title, "created": made_at})
    bold, large = book.add_format({"bold": True}), book.add_format({"bold": True, "font_size": 14})
    for number, one in enumerate(sheets, start=1):
        sheet = book.add_worksheet(one.name)
        sheet.write_string(0, 0, one.title, large)
        for row, line in enumerate(one.lines, start=1):
            sheet.write_string(row, 0, line)
        if one.rows:
            last = one.first_row + len(one.rows), len(one.heads) - 1
            heads = [{"header": head, "header_format": bold} for head in one.heads]
            about = {"columns": heads, "name": f"table_{number}", "style": None, "autofilter": False}
            sheet.add_table(one.first_row, 0, *last, about)
            sheet.freeze_panes(one.first_row + 1, 1)
        for row, cells in enumerate(one.rows, start=one.first_row + 1):
            for column, value in enumerate(cells):
                if isinstance(value, str):
                    sheet.write_string(row, column, value)
                else:
                    sheet.write_number(row, column, value)
        for column, width in enumerate(_widths(one)):
            sheet.set_column(column, column, width)
    book.close()
    return buffer.getvalue()


def _widths(one: Sheet) -> Iterator[int]:
    """The width of each column in characters, by its head and its first rows."""
    for column, head in enumerate(one.heads):
        cells = (str(row[column]) for row in one.rows[:50])
        yield min(WIDEST, max(WIDE, len(head) + 2, *(len(cell) + 1 for cell in cells)))


def as_ods(sheets: Sequence[Sheet], title: str, made_at: datetime) -> bytes:
    """Return the same as an OpenDocument spreadsheet."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {NAMESPACES} office:version="1.2">'
        f"<office:automatic-styles>{STYLES}</office:automatic-styles><office:body><office:spreadsheet>"
        f"{''.join(part for one in sheets for part in _table(one))}<table:database-ranges>"
        f"{''.join(_range(number, one) for number, one in enumerate(sheets, start=1) if one.rows)}"
        "</table:database-ranges></office:spreadsheet></office:body></office:document-content>"
    )
    meta = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta {NAMESPACES} '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"><office:meta>'
        f"<dc:title>{escape(title)}</dc:title><dc:language>en-GB</dc:language>"
        f"<meta:creation-date>{made_at:%Y-%m-%dT%H:%M:%S}</meta:creation-date>"
        "</office:meta></office:document-meta>"
    )
    entries = (("/", MIMETYPE), ("content.xml", "text/xml"), ("meta.xml", "text/xml"))
    manifest = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest {NAMESPACES} manifest:version="1.2">'
        + "".join(
            f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
            for path, kind in entries
        )
        + "</manifest:manifest>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", ZIP_TIME), MIMETYPE, zipfile.ZIP_STORED)
        for path, text in (
            ("content.xml", content), ("meta.xml", meta), ("META-INF/manifest.xml", manifest)
        ):  # fmt: skip
            archive.writestr(zipfile.ZipInfo(path, ZIP_TIME), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _table(one: Sheet) -> Iterator[str]:
    yield f"<table:table table:name={_quoted(one.name)}>"
    yield f'<table:table-column table:number-columns-repeated="{max(len(one.heads), 1)}"/>'
    yield _row((one.title,), "title")
    for line in one.lines:
        yield _row((line,))
    if one.rows:
        yield f"<table:table-header-rows>{_row(one.heads, 'head')}</table:table-header-rows>"
        yield from map(_row, one.rows)
    yield "</table:table>"


def _quoted(text: str) -> str:
    return '"' + escape(text, {'"': "&quot;"}) + '"'


def _row(cells: Sequence[Cell], style: str = "") -> str:
    styled = f' table:style-name="{style}"' if style else ""
    return f"<table:table-row>{''.join(_ods(cell, styled) for cell in cells)}</table:table-row>"


def _ods(cell: Cell, styled: str) -> str:
    if isinstance(cell, str):
        said = "".join(f"<text:p>{escape(_printable(line))}</text:p>" for line in cell.split("\n"))
        return f'<table:table-cell{styled} office:value-type="string">{said}</table:table-cell>'
    value = f'office:value-type="float" office:value="{cell!r}"'
    return f"<table:table-cell{styled} {value}><text:p>{cell!r}</text:p></table:table-cell>"


def _printable(text: str) -> str:
    """Text without the characters that no XML may hold."""
    return "".join(letter for letter in text if letter >= " " or letter == "\t")


def _range(number: int, one: Sheet) -> str:
    """The name of a table's range, by which a reader of the page finds it."""
    name = one.name.replace("'", "''")
    last = f"{_letters(len(one.heads) - 1)}{one.first_row + len(one.rows) + 1}"
    address = f"'{name}'.A{one.first_row + 1}:'{name}'.{last}"
    return (
        f'<table:database-range table:name="table_{number}" table:target-range-address={_quoted(address)} '
        'table:contains-header="true"/>'
    )


def _letters(column: int) -> str:
    """The letters of a column, from 0: A, Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
