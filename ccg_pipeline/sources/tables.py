"""The tables of a file: the rows below a header, and what stands above it.

Belongs here: data rows by number and our columns, headers that come again (below or side by side), preamble.
Does not belong here: what a layout is (``layouts``), what a publication's rows mean (its own module).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ccg_pipeline.sources.cells import heading, text
from ccg_pipeline.sources.corrections import Amendment, corrected
from ccg_pipeline.sources.documents import Document, Sheet
from ccg_pipeline.sources.layouts import Layout, find_header
from ccg_pipeline.sources.result import Refused


@dataclass(frozen=True)
class Table:
    """The data rows of one sheet: ``rows`` by number as Excel shows it, cells as they were, our column names.

    A row with several blocks side by side is there once for each block, under the same number. A table of no
    columns is a sheet without the header. ``ragged`` are the rows of a CSV with more or fewer cells than its
    header. ``preamble`` maps the label of a line above the header ("period") to what stands right of it;
    ``above`` are all cells above it, as headings; where there is no header, those of the first column. Blocks
    of different columns make it ``is_uneven``: a heading was lost or is there once too often.
    """

    sheet: str
    header_row: int
    rows: pd.DataFrame
    ragged: pd.Index
    preamble: Mapping[str, object]
    above: tuple[str, ...]
    raw_header: tuple[str, ...]
    _sheet: Sheet
    is_uneven: bool = False

    @property
    def amended(self) -> Mapping[int, Amendment]:
        """The rows of which a person said something: their cells are the corrected ones, ``raw`` is not."""
        return self._sheet.amendments

    def raw(self, row: int) -> dict[str, object]:
        """One row as it was read, heading by heading; cells without a heading have their place as heading."""
        cells = self._sheet.rows[row - self._sheet.first_row]
        names = [*self.raw_header, *[""] * (len(cells) - len(self.raw_header))]
        kept: dict[str, object] = {}
        for place, (name, cell) in enumerate(zip(names, cells, strict=False), start=1):
            if cell != "":
                kept[name if name and name not in kept else f"column {place}"] = cell
        return kept


def find_table(document: Document, layout: Layout, sheet: Sheet | None = None) -> Table:
    """The table of ``layout`` in ``document``, or in the ``sheet`` of it that is meant of several alike.

    Raises Refused, naming the file and what it lacks: the sheet, a column, or any data row.
    """
    if sheet is None and layout.kind == document.kind:
        sheet = document.sheet(layout.sheet)
    if sheet is None:
        raise Refused(
            f"{document.name}: has no sheet {layout.sheet!r} of {layout.what}; download it again.",
            layout.publication,
        )
    header = find_header(sheet, layout)
    if header.lacking:
        raise Refused(
            f"{document.name}: has no column {header.lacking[0]!r}{_in(sheet)}; "
            f"check that it is {layout.what}, unchanged.",
            layout.publication,
        )
    if header.twice:
        raise Refused(
            f"{document.name}: has the column {header.twice!r} more than once{_in(sheet)}; "
            f"check that it is {layout.what}, unchanged.",
            layout.publication,
        )
    table = _table(sheet, header.place, len(sheet.rows), [header.columns])
    if not len(table.rows):
        raise Refused(
            f"{document.name}: has a header but no rows below it{_in(sheet)}; download it again.",
            layout.publication,
        )
    return table


def find_tables(document: Document, layout: Layout) -> list[Table]:
    """Every table of ``layout``: one; in an archive one a file; else as ``every_sheet`` says. Raises Refused.

    There a sheet without the header is a table without columns.
    """
    if layout.every_sheet:
        return [table for sheet in document.sheets for table in _tables_of(sheet, layout)]
    if document.kind == "archive":
        return [find_table(document, layout, sheet) for sheet in document.sheets]
    return [find_table(document, layout)]


def _tables_of(sheet: Sheet, layout: Layout) -> list[Table]:
    """The tables of a sheet, one for each time that the header comes; those without rows left out."""
    ours = {
        heading(each): name
        for name, accepted in {**layout.optional, **layout.columns}.items()
        for each in accepted
    }
    found = [
        (place, blocks)
        for place, row in enumerate(sheet.rows)
        if (blocks := _blocks([heading(cell) for cell in row], ours, layout))
    ]
    if not found:
        return [_table(sheet, -1, len(sheet.rows), [])]
    ends = [place for place, _ in found[1:]] + [len(sheet.rows)]
    tables = [
        _table(sheet, place, end, blocks, found[0][0], _are_uneven(blocks, layout))
        for (place, blocks), end in zip(found, ends, strict=True)
    ]
    return [table for table in tables if len(table.rows)]


def _blocks(cells: list[str], ours: Mapping[str, str], layout: Layout) -> list[dict[str, int]]:
    """Places of our columns in each block of a header; none where the row is no such header."""
    blocks: list[dict[str, int]] = [{}]
    for place, cell in enumerate(cells):
        if (name := ours.get(cell)) is None:
            continue
        if name in blocks[-1]:
            blocks.append({})
        blocks[-1][name] = place
    if not blocks[0].keys() >= layout.columns.keys():
        return []
    same: dict[str, int] = {}
    for block in blocks:
        same |= {name: place for name, place in block.items() if name in layout.columns}
        block |= same
    return blocks


def _are_uneven(blocks: Sequence[Mapping[str, int]], layout: Layout) -> bool:
    """Whether blocks have different columns, or one has its period or name behind its figures."""
    if len({frozenset(block) for block in blocks}) > 1:
        return True
    return not layout.any_order and any(
        block[name] > place
        for block in blocks
        for name in layout.columns
        for figure, place in block.items()
        if figure not in layout.columns
    )


def _table(
    sheet: Sheet,
    header: int,
    end: int,
    blocks: Sequence[Mapping[str, int]],
    above: int | None = None,
    is_uneven: bool = False,
) -> Table:
    """The rows between ``header`` (-1: none) and ``end``, once for each of ``blocks``.

    What stands above the row ``above`` stands above the table; by default that row is the header.
    """
    # A wholly empty row is a spacer and no data.
    places = [
        place for place in range(header + 1, end) if any(cell not in ("", None) for cell in sheet.rows[place])
    ]
    numbers = pd.Index([place + sheet.first_row for place in places], dtype="int64", name="row")
    raw_header = tuple(text(cell) for cell in sheet.rows[header]) if header >= 0 else ()
    taken = [
        corrected(sheet.rows[place], raw_header, sheet.amendments.get(place + sheet.first_row))
        for place in places
    ]
    frames = [
        pd.DataFrame(
            {
                name: pd.Series([row[at] if at < len(row) else "" for row in taken], numbers, dtype=object)
                for name, at in block.items()
            },
            index=numbers,
        )
        for block in blocks or [{}]
    ]
    rows = frames[0] if len(frames) == 1 else pd.concat(frames).fillna("")
    top = max(header, 0) if above is None else above
    width = len(raw_header)
    return Table(
        sheet=sheet.name,
        header_row=header + sheet.first_row,
        rows=rows,
        ragged=numbers[[header >= 0 and len(sheet.rows[place]) != width for place in places]],
        preamble=preamble(sheet, top),
        above=tuple(
            cell
            for row in (sheet.headings[:top] if header >= 0 else [row[:1] for row in sheet.headings])
            for cell in row
            if cell
        ),
        raw_header=raw_header,
        _sheet=sheet,
        is_uneven=is_uneven,
    )


def preamble(sheet: Sheet, rows: int) -> dict[str, object]:
    """The labelled lines in the first ``rows`` rows: label (as a heading) to what stands right of it.

    That is the next filled cell, or what follows the colon where both share a cell.
    """
    lines: dict[str, object] = {}
    for cells in sheet.rows[: min(rows, 100)]:
        filled = [cell for cell in cells if cell not in ("", None)]
        if filled:
            label, colon, said = text(filled[0]).partition(":")
            if colon and said.strip():
                lines.setdefault(heading(label), said.strip())
            else:
                lines.setdefault(heading(filled[0]), filled[1] if len(filled) > 1 else "")
    return lines


def _in(sheet: Sheet) -> str:
    return f" in sheet {sheet.name!r}" if sheet.name else ""
