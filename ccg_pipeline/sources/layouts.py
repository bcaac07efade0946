"""The declaration of a publication's layout, and finding it in a file.

Belongs here: sheet, header row wherever it is, columns by their headings, preamble; which of them a file
lacks.
Does not belong here: opening files (``documents``), what a publication's rows mean (its own module).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from ccg_pipeline.sources.cells import heading, text
from ccg_pipeline.sources.documents import Document, Kind, Sheet
from ccg_pipeline.sources.reading import Refused


@dataclass(frozen=True)
class Layout:
    """Where a table stands and what its columns are called.

    ``columns`` and ``optional`` map our name of a column to the headings that publishers gave it. ``title``
    is what the preamble says on every file of this publication and on no other. ``under`` is the heading of
    the group of columns that is meant, where the row above the header names groups.
    """

    publication: str
    what: str
    kind: Kind
    columns: Mapping[str, tuple[str, ...]]
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheet: str = ""
    title: str = ""
    under: str = ""


@dataclass(frozen=True)
class Table:
    """The data rows of one sheet: ``rows`` by number as Excel shows it, cells as they were, our column names.

    ``ragged`` are the rows of a CSV with more or fewer cells than its header. ``preamble`` maps the label of
    a line above the header ("period") to what stands right of it.
    """

    sheet: str
    header_row: int
    rows: pd.DataFrame
    ragged: pd.Index
    preamble: Mapping[str, object]
    raw_header: tuple[str, ...]
    _sheet: Sheet

    def raw(self, row: int) -> dict[str, object]:
        """One row as it was read, heading by heading; cells without a heading have their place as heading."""
        cells = self._sheet.rows[row - self._sheet.first_row]
        names = [*self.raw_header, *[""] * (len(cells) - len(self.raw_header))]
        kept: dict[str, object] = {}
        for place, (name, cell) in enumerate(zip(names, cells, strict=False), start=1):
            if cell != "":
                kept[name if name and name not in kept else f"column {place}"] = cell
        return kept


@dataclass(frozen=True)
class _Header:
    place: int  # in sheet.rows
    columns: Mapping[str, int]
    lacking: tuple[str, ...]


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
    header = _find_header(sheet, layout)
    if header.lacking:
        raise Refused(
            f"{document.name}: has no column {header.lacking[0]!r}{_in(sheet)}; "
            f"check that it is {layout.what}, unchanged.",
            layout.publication,
        )
    # A wholly empty row is a spacer and no data.
    places = [
        place
        for place in range(header.place + 1, len(sheet.rows))
        if any(cell not in ("", None) for cell in sheet.rows[place])
    ]
    if not places:
        raise Refused(
            f"{document.name}: has a header but no rows below it{_in(sheet)}; download it again.",
            layout.publication,
        )
    numbers = pd.Index([place + sheet.first_row for place in places], dtype="int64", name="row")
    taken = [sheet.rows[place] for place in places]
    cells = {
        name: pd.Series([row[at] if at < len(row) else "" for row in taken], index=numbers, dtype=object)
        for name, at in header.columns.items()
    }
    width = len(sheet.rows[header.place])
    return Table(
        sheet=sheet.name,
        header_row=header.place + sheet.first_row,
        rows=pd.DataFrame(cells, index=numbers),
        ragged=numbers[[len(row) != width for row in taken]],
        preamble=preamble(sheet, header.place),
        raw_header=tuple(text(cell) for cell in sheet.rows[header.place]),
        _sheet=sheet,
    )


def missing_from(document: Document, layout: Layout) -> tuple[str, ...]:
    """What ``document`` lacks of ``layout``, as words for a sentence; empty where it has everything."""
    kind_matches = document.kind == layout.kind
    has_title = kind_matches and any(_has_title(sheet, layout.title) for sheet in document.sheets)
    lacking = [] if kind_matches else [f"being {layout.kind}"]
    sheet = document.sheet(layout.sheet) if kind_matches else None
    if sheet is None:
        lacking.append(f"the sheet {layout.sheet!r}")
        columns: tuple[str, ...] = tuple(names[0] for names in layout.columns.values())
    else:
        columns = _find_header(sheet, layout).lacking
    if layout.title and not has_title:
        lacking.append(title_of(layout))
    return (*lacking, *(f"the column {name!r}" for name in columns))


def title_of(layout: Layout) -> str:
    """The title of a layout, as words for a sentence."""
    return f"the title {layout.title!r}"


def preamble(sheet: Sheet, rows: int) -> dict[str, object]:
    """The labelled lines in the first ``rows`` rows: label (as a heading) to what stands right of it."""
    lines: dict[str, object] = {}
    for cells in sheet.rows[: min(rows, 100)]:
        filled = [cell for cell in cells if cell not in ("", None)]
        if filled:
            lines.setdefault(heading(filled[0]), filled[1] if len(filled) > 1 else "")
    return lines


def _has_title(sheet: Sheet, title: str) -> bool:
    wanted = heading(title)
    return any(cell.startswith(wanted) for row in sheet.headings for cell in row)


def _find_header(sheet: Sheet, layout: Layout) -> _Header:
    """The row that holds all columns of ``layout``, or the one that holds most of them."""
    wanted = {heading(name) for accepted in layout.columns.values() for name in accepted}
    best = _Header(0, {}, tuple(names[0] for names in layout.columns.values()))
    for place, cells in enumerate(sheet.headings):
        if wanted.isdisjoint(cells):
            continue
        eligible = _eligible(sheet, place, layout.under)
        at = {
            cell: column for column, cell in reversed(list(enumerate(cells))) if cell and column in eligible
        }
        found = {
            name: at[heading(each)]
            for name, accepted in {**layout.columns, **layout.optional}.items()
            for each in reversed(accepted)
            if heading(each) in at
        }
        lacking = tuple(accepted[0] for name, accepted in layout.columns.items() if name not in found)
        if not lacking:
            return _Header(place, found, ())
        if len(lacking) < len(best.lacking):
            best = _Header(place, found, lacking)
    return best


def _eligible(sheet: Sheet, place: int, under: str) -> range | frozenset[int]:
    """The columns of the group ``under`` and of no group; all where the row above names no such group."""
    cells = sheet.headings[place]
    above = sheet.headings[place - 1] if under and place else []
    if not any(cell.startswith(heading(under)) for cell in above if cell):
        return range(len(cells))
    groups: list[str] = []
    for column in range(len(cells)):
        own = above[column] if column < len(above) else ""
        groups.append(own or (groups[-1] if groups else ""))
    return frozenset(column for column, group in enumerate(groups) if group in ("", heading(under)))


def _in(sheet: Sheet) -> str:
    return f" in sheet {sheet.name!r}" if sheet.name else ""
