"""Texts: CSV and JSON as sheets of cells, whatever encodes them and parts their cells.

Belongs here: decoding, the sign between cells, and refusing what would leave figures unclear.
Does not belong here: telling a text from other files (``parsing``), what the cells mean (``cells``).
"""

import csv
import io
import json
import re
import sys
from collections.abc import Hashable

from ccg_pipeline.sources.file_kinds import AGAIN, Parsed, Rows, Unreadable, bound, words


def decode(data: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16. Raises Unreadable."""
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:2000]
    if head.startswith(b"<"):
        raise Unreadable(_markup(head))
    is_utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        if is_utf_16:
            raise Unreadable(f"is UTF-16 text that breaks off (byte {error.start:,}); {AGAIN}") from error
        raise Unreadable(
            f"is neither a workbook nor UTF-8 text (byte {error.start:,}); save it as CSV UTF-8"
        ) from error
    if text.lstrip().startswith("<"):
        raise Unreadable(_markup(text.lstrip()[:2000].encode("utf-8", "replace")))
    text = text.replace("\ufeff", "")  # the mark of UTF-8 again: of a file that another was joined to
    if "\0" in text:
        raise Unreadable("is neither a workbook nor text; check what it is, and save its table as CSV UTF-8")
    return text


def _markup(head: bytes) -> str:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head or b"Excel.Sheet" in head:
        return "is an XML spreadsheet of Excel 2003; open it and save it as .xlsx"
    if re.match(rb"<\?xml", head) and not re.search(rb"<(!doctype\s+)?html", head, re.IGNORECASE):
        return "is an XML document; the figures are needed as a workbook or CSV"
    return "is a web page, whatever its name says; download the file itself"


DELIMITERS = ",;\t|"
_NUMBER_WITH_COMMA = re.compile(r"\s*[+-]?[0-9]+(,[0-9]+)+\s*%?\s*")
_WINDOWS_OWN = re.compile(r"\s*\[\.(ShellClassInfo|.*)\]|\s*\[(ViewState|InternetShortcut)\]")


def parse_csv(text: str) -> Rows:
    """Rows of a text, whatever parts its cells. Raises Unreadable where that leaves figures unclear."""
    if _WINDOWS_OWN.match(text):
        raise Unreadable("is a file in which Windows keeps settings of a folder; delete it")
    delimiter = _delimiter(text)
    bound(text.count(delimiter) + text.count("\n"))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        # Codes and names repeat from row to row: each is kept in memory once.
        rows = [list(map(sys.intern, cells)) for cells in lines]
    except csv.Error as error:
        raise Unreadable(f"is no proper CSV ({error}); {AGAIN}") from error
    if delimiter == ";" and any(_NUMBER_WITH_COMMA.fullmatch(cell) for row in rows for cell in row):
        raise Unreadable(
            "is separated by semicolons and has numbers with commas, which may stand for points; "
            "save it as CSV UTF-8 with commas between cells and points in numbers"
        )
    return rows


def _delimiter(text: str) -> str:
    """The sign that parts the cells of the first lines: the one that comes most often outside quotes."""
    head = re.sub(r'"[^"]*"', "", text[:20_000])
    told = re.match(r"sep=(.)\r?\n", head)
    return told[1] if told and told[1] in DELIMITERS else max(DELIMITERS, key=head.count)


def parse_json(text: str) -> Parsed:
    """A JSON list of records as a sheet: row 0 holds the keys, row n the nth record."""
    try:
        records = json.loads(text, object_pairs_hook=_record)
    except (ValueError, RecursionError) as error:
        if re.match(r"\s*\{[^\n]*\}\s*\n\s*\{", text):
            raise Unreadable("has a JSON record a line; put all of them into one list, in [ ]") from error
        raise Unreadable(f"is no proper JSON ({words(error)}); {AGAIN}") from error
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise Unreadable("is JSON, but not a list of records; give one record a row")
    keys = list(dict.fromkeys(key for each in records for key in each))
    bound(len(keys) * (len(records) + 1))
    rows = [[_flat(each.get(key, "")) for key in keys] for each in records]
    return Parsed("", [keys, *rows], first_row=0)


def _record(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a record gives a key twice")
    return record


def _flat(value: object) -> Hashable:
    return value if isinstance(value, (str, float, int, bool, type(None))) else json.dumps(value)
