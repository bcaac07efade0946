"""A CSV file that somebody made of organisations: its rows, its cells, and the numbers in them.

Belongs here: separators, encodings, the first column, refusing a strange cell with its row and column.
Does not belong here: what the columns are (figures_file.py).
"""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from expert_panels.foundation.fault import Fault

ORGANISATION = "organisation"
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


def is_of_organisations(path: Path) -> bool:
    """Return whether a file begins as such a CSV does."""
    with path.open("rb") as file:
        return file.read(32).removeprefix(b"\xef\xbb\xbf").lstrip(b'"').startswith(ORGANISATION.encode())


class Cell(NamedTuple):
    """The text of a cell, and its file, row and column as an error begins."""

    where: str
    text: str


class CsvTable:
    """A CSV file whose first column is `organisation`; its rows with their numbers, the header being 1."""

    def __init__(self, path: Path) -> None:
        """Read the file; Fault, with its row, where it is no such table."""
        self.name = path.name
        text = _text(path)
        found = re.match(rf'"?{ORGANISATION}"?([,;\t])', text)
        sign = found[1] if found else ","
        self.separator = SEPARATORS[sign]
        reader = csv.reader(StringIO(text, newline=""), delimiter=sign, strict=True)
        try:
            self.header = [one.strip() for one in next(reader, [])]
            rows = [(reader.line_num, [one.strip() for one in cells]) for cells in reader]
        except csv.Error as error:
            raise Fault(f"{self.name}, row {reader.line_num}: no valid CSV, {error}.") from None
        self.rows = [(number, cells) for number, cells in rows if any(cells)]
        self._check()

    def _check(self) -> None:
        if self.header[:1] != [ORGANISATION]:
            begins = f"begins with {self.header[0]!r}" if self.header else "is empty"
            raise Fault(
                f"{self.name}, row 1: the first column must be {ORGANISATION}, and the file {begins}; "
                "columns are parted by commas, semicolons or tabs."
            )
        if twice := [one for one in self.header if self.header.count(one) > 1]:
            raise Fault(f"{self.name}, row 1: the column {twice[0]!r} is there twice; leave one.")
        if not self.rows:
            raise Fault(f"{self.name}: there is no row of figures under the header.")
        for number, cells in self.rows:
            if len(cells) != len(self.header):
                raise Fault(
                    f"{self.name}, row {number}: {len(cells)} cells for {len(self.header)} columns; a text "
                    "with a separator in it needs double quotes."
                )
            if not cells[0]:
                raise Fault(f"{self.name}, row {number}: there is no organisation; name it or drop the row.")

    def organisations(self) -> list[str]:
        """Return the first cell of each row."""
        return [cells[0] for _, cells in self.rows]

    def cells(self) -> Iterator[tuple[int, dict[str, Cell]]]:
        """Each row with its number, by columns."""
        for number, cells in self.rows:
            yield (
                number,
                {
                    name: Cell(f"{self.name}, row {number}, column {name!r}", text)
                    for name, text in zip(self.header, cells, strict=True)
                },
            )


def number_in(cell: Cell, is_above_0: bool = False) -> float:
    """Return the number in a cell; Fault, with its place and what to do, where there is none."""
    if NUMBER.fullmatch(cell.text) and np.isfinite(number := float(cell.text)):
        if is_above_0 and number <= 0:
            raise Fault(f"{cell.where}: {cell.text!r} is not above 0; nobody was counted, so leave it empty.")
        return number
    advice = "write a number, or leave the cell empty if it is missing"
    if re.fullmatch(r"[+-]?[\d.,' ]*\d", cell.text):
        advice = "write it with a decimal point and no other sign between its digits"
    elif re.fullmatch(r"[+-]?[\d.,]+ ?%", cell.text):
        advice = "leave out the sign %"
    raise Fault(f"{cell.where}: {cell.text!r} is no number; {advice}.")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Fault(f"{path.name}: no UTF-8 at byte {error.start}; save it as CSV UTF-8.") from None
    except OSError:
        raise Fault(f"{path}: there is no such file that can be read.") from None
