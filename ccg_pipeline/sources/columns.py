"""What the columns of a table say against its being the one that is meant.

Belongs here: columns that make the rows parts of organisations, headings that do not stand above their cells.
Does not belong here: which columns a layout has (``layouts``), the rows (``tables``), what cells mean.
"""

import re
from collections.abc import Hashable, Sequence

from ccg_pipeline.sources.cells import heading, text
from ccg_pipeline.sources.documents import Document, Sheet
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.result import Refused

Rows = Sequence[Sequence[Hashable]]
_OF_A_PART = re.compile(
    r"(gp|general|gp practice|prac|practice|provider|site)[ _]?(org|organisation)?[ _]?(code|id)"
)


def refuse_rows_of_parts(document: Document, layout: Layout, header: Sequence[str], rows: Rows) -> None:
    """Refuse a table that has a column for the practice or provider, of which the one asked for has many."""
    ours = {heading(each) for names in {**layout.columns, **layout.optional}.values() for each in names}
    for place, name in enumerate(header):
        if heading(name) in ours or not _OF_A_PART.fullmatch(heading(name)):
            continue
        if any(text(cell) for row in rows for cell in row[place : place + 1]):
            raise Refused(
                f"{document.name}: its rows have a {name!r} each, so that they are of parts of "
                f"organisations and this is not {layout.what}; put that here.",
                layout.publication,
            )


def refuse_moved_headings(document: Document, layout: Layout, sheet: Sheet, place: int, rows: Rows) -> None:
    """Refuse a table whose headings, in the row at ``place``, were moved against the cells below them.

    A heading that was put in or taken out moves those right of it. Then a column of cells has no heading, and
    either is right of all of them or is missed at the end. A heading in the row above is one too.
    """
    header = sheet.rows[place]
    above = sheet.rows[place - 1] if place else ()
    width = len(header)
    full = [row for row in rows if len(row) == width]
    n_filled = [sum(row[at] not in ("", None) for row in full) for at in range(width)]
    headed = [at for at in range(width) if text(header[at])]
    bare = [
        at
        for at in range(headed[0], width)
        if 2 * n_filled[at] > len(full) and not text(header[at]) and not any(map(text, above[at : at + 1]))
    ]
    last = headed[-1]
    if not bare or (bare[-1] < last and n_filled[last]):
        return
    at_end = f", and {text(header[last])!r} at the end has none below it" if bare[-1] < last else ""
    where = f" of its sheet {sheet.name!r}" if sheet.name else ""
    raise Refused(
        f"{document.name}: the column {_letters(bare[-1])}{where} has cells without a heading{at_end}, so "
        "that headings may not stand above their own cells; put each where it belongs.",
        layout.publication,
    )


def _letters(place: int) -> str:
    """A column as a spreadsheet names it: A, B, …, Z, AA."""
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
