"""The labelled lines above a table: period, published, revised and the like, by their label.

Belongs here: reading them off a sheet. Does not belong here: the table below (tables.py), what a date in them
means (dating.py).
"""

from collections.abc import Hashable, Sequence

from ccg_pipeline.sources.cells import heading, text
from ccg_pipeline.sources.documents import Sheet


def preamble(sheet: Sheet, rows: int) -> dict[str, object]:
    """The labelled lines in the first ``rows`` rows: label (as a heading) to what is to the right of it."""
    lines: dict[str, object] = {}
    for cells in sheet.rows[: min(rows, 100)]:
        lines = {**preamble_of(cells), **lines}
    return lines


def preamble_of(cells: Sequence[Hashable]) -> dict[str, object]:
    """A labelled line: its label to the next filled cell, or to what follows the colon in its own."""
    filled = [cell for cell in cells if cell not in ("", None)]
    if not filled:
        return {}
    label, colon, said = text(filled[0]).partition(":")
    if colon and said.strip():
        return {heading(label): said.strip()}
    return {heading(filled[0]): filled[1] if len(filled) > 1 else ""}
