"""The tables of a file: the rows below a header.

Belongs here: data rows by number and our columns, headers that come again (below or side by side).
Does not belong here: the lines above a table (``preambles``), what a layout is (``layouts``), what a
publication's rows mean (its own module).
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ccg_pipeline.sources.cells import figure, heading, text
from ccg_pipeline.sources.columns import refuse_moved_headings, refuse_rows_of_parts
from ccg_pipeline.sources.corrections import Amendment, corrected
from ccg_pipeline.sources.documents import Document, Sheet
from ccg_pipeline.sources.layouts import Header, Layout, find_header
from ccg_pipeline.sources.preambles import preamble, preamble_of
from ccg_pipeline.sources.result import Refused


@dataclass(frozen=True)
class Table:
    """The data rows of one sheet: ``rows`` by number as Excel shows it, cells as they were, our column names.

    A row with several blocks side by side is there once for each block, under the same number. A table of no
    columns is a sheet without the header. ``ragged`` are the rows of a CSV with more or fewer cells than its
    header. ``preamble`` maps the label of a line above the header ("period") to what is to the right of it;
    ``above`` are all cells above it, as headings; where there is no header, those of the first column. Blocks
    of different columns make it ``is_uneven``: a heading was lost or is there once too often. ``headers`` are
    rows that say the header again, and ``below_another`` those that stand below another one.
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
    headers: frozenset[int] = frozenset()
    below_another: frozenset[int] = frozenset()

    @property
    def amended(self) -> Mapping[int, Amendment]:
        """The rows of which a person said something: their cells are the corrected ones, ``raw`` is not."""
        return self._sheet.amendments

    def cells(self, row: int) -> Sequence[Hashable]:
        """One row's cells as they were read."""
        return self._sheet.rows[row - self._sheet.first_row]

    def raw(self, row: int) -> dict[str, object]:
        """One row as it was read, heading by heading; cells without a heading have their place as heading."""
        cells = self.cells(row)
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
    if sheet is None and document.is_a(layout.kind):
        sheet = _the_one_sheet(document, layout)
    if sheet is None:
        raise Refused(
            f"{document.name}: has no sheet {layout.sheet!r}; check that it is {layout.what}, unchanged.",
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
    headers, other = _headers_below(sheet, header, layout)
    last = len(sheet.rows) if other is None else other
    table = replace(
        table,
        headers=frozenset(place + sheet.first_row for place in headers),
        below_another=frozenset(row for row in table.rows.index if row - sheet.first_row > last),
    )
    cells = [table.cells(row) for row in table.rows.index]
    refuse_rows_of_parts(document, layout, table.raw_header, cells)
    refuse_moved_headings(document, layout, sheet, header.place, cells)
    if not len(table.rows):
        raise Refused(
            f"{document.name}: has a header but no rows below it{_in(sheet)}; download it again.",
            layout.publication,
        )
    return table


def _the_one_sheet(document: Document, layout: Layout) -> Sheet | None:
    """The sheet of the layout's name. Raises Refused where there are two, or the only one is hidden."""
    sheet = document.sheet(layout.sheet)
    if sheet is None or not layout.sheet:
        return sheet
    shown = [each for each in document.sheets_called(layout.sheet) if not each.is_hidden]
    if len(shown) == 1:
        return sheet
    what = (
        f"{len(shown)} sheets called {sheet.name!r}" if shown else f"a sheet {sheet.name!r}, which is hidden"
    )
    raise Refused(
        f"{document.name}: has {what}; leave the one that holds the published figures, and show it.",
        layout.publication,
    )


_NAMES_A_COLUMN = re.compile(r"(.* )?(code|name|organisation|commissioner|ccg)s?")


def _headers_below(sheet: Sheet, header: Header, layout: Layout) -> tuple[list[int], int | None]:
    """Places below where a header is again, and the first of another table.

    The same header after a line that names another period begins a table that is another one as well.
    """
    above = preamble(sheet, header.place)
    ours = {name: {heading(each) for each in names} for name, names in layout.columns.items()}
    columns = [(at, name) for name, at in header.columns.items() if name in ours]
    # more than half of them cannot match where none of these does, and most rows say none
    telling = columns[: max(0, len(columns) - len(ours) // 2)]
    naming = [at for at, name in columns if name in ("code", "name")]
    again: list[int] = []
    other: int | None = None
    for place in range(header.place + 1, len(sheet.rows)):
        row = sheet.rows[place]
        first = text(next((cell for cell in row if cell not in ("", None)), ""))
        names_columns = bool(naming) and all(
            _NAMES_A_COLUMN.fullmatch(heading(_cell(row, at))) for at in naming
        )
        if names_columns or any(heading(_cell(row, at)) in ours[name] for at, name in telling):
            said = {name: _cell(row, at) for at, name in columns}
            matching = sum(heading(cell) in ours[name] for name, cell in said.items())
            if matching == len(ours):
                again.append(place)
                continue
            if matching > len(ours) / 2 or (
                names_columns and not any(figure(cell) is not None for cell in said.values())
            ):
                again.append(place)
                other = place if other is None else other
        label = heading(first.partition(":")[0]) if ":" in first else ""
        if label == "period" and preamble_of(row).get(label) != above.get(label):
            other = place if other is None else other
    return again, other


def _cell(row: Sequence[Hashable], at: int) -> Hashable:
    """The cell of a row; '' where the row ends before it."""
    return row[at] if at < len(row) else ""


def find_tables(document: Document, layout: Layout) -> list[Table]:
    """Every table of ``layout``: one; in an archive one a file; else as ``every_sheet`` says. Raises Refused.

    There a sheet without the header is a table without columns.
    """
    if layout.every_sheet:
        shown = [sheet for sheet in document.sheets if not sheet.is_hidden]
        return [table for sheet in shown for table in _tables_of(sheet, layout)]
    if document.kind == "archive" and layout.kind == "archive":
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

    What is above the row ``above`` is above the table; by default that row is the header.
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


def _in(sheet: Sheet) -> str:
    return f" in sheet {sheet.name!r}" if sheet.name else ""
