"""Amendments: what a person said of single rows of a file, which itself is never edited.

Belongs here: what an amendment is to a reader, putting corrected cells in the place of a row's own, and the
words in which a figure says that it rests on one.
Does not belong here: who may amend, for how long, and the record of it (storage/corrections.py); doubts
(``account``).
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ccg_pipeline.sources.cells import heading
from expert_panels.foundation.fault import Fault

AMENDED = "amended: "
"""How the note of a figure begins that rests on an amended row."""

Kind = Literal["waive", "correct", "suppose"]


@dataclass(frozen=True)
class Amendment:
    """One row, by sheet and number, and what is said of it.

    ``waive``: it is taken in as it stands, where what is doubted can be true. ``correct``: ``cells``
    (heading, value) take the place of its own. ``suppose``: whatever is doubted is believed, only to see
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
        if self.kind != "correct":
            return f"{AMENDED}row {self.row} taken in as it stands, {self.note}"
        said = ", ".join(f"{name} {value or 'nothing'}" for name, value in self.cells)
        return f"{AMENDED}row {self.row} corrected to {said}, {self.note}"


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
            raise NoSuchColumn(f"Row {amendment.row} has no column {name!r}: name one of {known}.")
        row[names.index(heading(name))] = value
    return row


def notes(amendments: Iterable[Amendment]) -> str:
    """What a figure says that rests on rows so amended; '' for none."""
    return "; ".join(dict.fromkeys(each.words for each in amendments))
