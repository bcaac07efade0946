"""Amendments: what a person said of rows of a file, of one or of all, which itself is never edited.

Belongs here: what an amendment is to a reader, putting corrected cells in the place of a row's own, and the
words in which a figure says that it rests on one.
Does not belong here: who may amend, for how long, and the record of it (storage/corrections.py); doubts
(``account``).
"""

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from ccg_pipeline.sources.cells import heading, text
from expert_panels.foundation.fault import Fault

ALL_ROWS = -1
"""The row of an amendment that is about every row of its sheet that none is about by its number."""

_TIMES = re.compile(r"\*\s*([0-9]+(?:\.[0-9]+)?)")
"""A corrected cell that is the row's own times a number, as where shares of one stand for per cent."""

AMENDED = "amended: "
"""How the note of a figure begins that rests on an amended row."""

Kind = Literal["waive", "correct", "suppose"]


@dataclass(frozen=True)
class Amendment:
    """One row, by sheet and number, or all of a sheet, and what is said of it.

    ``waive``: it is taken in as it stands, where what is doubted can be true. ``correct``: ``cells``
    (heading, value) take the place of its own; a value such as ``*100`` is its own times that.
    ``suppose``: whatever is doubted is believed, only to see
    what it would change. ``note`` says who, until when and why.
    """

    sheet: str
    row: int
    kind: Kind
    cells: tuple[tuple[str, str], ...] = ()
    note: str = ""

    def lifts(self, can_be_true: bool) -> bool:
        """True if a doubt about this row is not held against it."""
        return self.kind == "suppose" or (self.kind == "waive" and can_be_true)

    @property
    def words(self) -> str:
        """The amendment as a figure's note says it."""
        about = "all rows" if self.row == ALL_ROWS else f"row {self.row}"
        if self.kind != "correct":
            return f"{AMENDED}{about} taken in as it stands, {self.note}"
        said = ", ".join(f"{name} {value or 'nothing'}" for name, value in self.cells)
        return f"{AMENDED}{about} corrected to {said}, {self.note}"


class NoSuchColumn(Fault):
    """A correction that names a column which the file does not have: one sentence."""


def corrected(
    cells: Sequence[Hashable], header: Sequence[str], amendment: Amendment | None
) -> Sequence[Hashable]:
    """The cells of a row with those of a correction in their place. Raises NoSuchColumn."""
    if amendment is None or not amendment.cells:
        return cells
    names = [heading(name) for name in header]
    row = [*cells, *[""] * (len(header) - len(cells))]
    for name, value in amendment.cells:
        if heading(name) not in names:
            known = ", ".join(repr(each) for each in header if each)
            about = "The sheet" if amendment.row == ALL_ROWS else f"Row {amendment.row}"
            raise NoSuchColumn(f"{about} has no column {name!r}: name one of {known}.")
        place = names.index(heading(name))
        row[place] = _corrected_cell(row[place], value)
    return row


def _corrected_cell(own: Hashable, value: str) -> Hashable:
    """A cell's corrected value; where that is the cell's own times a number, what is no number stays."""
    times = _TIMES.fullmatch(value.strip())
    if times is None:
        return value
    try:
        return f"{Decimal(text(own).replace(',', '')) * Decimal(times[1]):f}"
    except InvalidOperation:
        return own


def notes(amendments: Iterable[Amendment]) -> str:
    """What a figure says that rests on rows so amended; '' for none."""
    return "; ".join(dict.fromkeys(each.words for each in amendments))
