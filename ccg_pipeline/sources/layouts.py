"""The declaration of a publication's layout, and what a file has of it.

Belongs here: sheet, title, header row wherever it is, columns by their headings; which of them a file lacks.
Does not belong here: opening files (``documents``), the rows below a header (``tables``), what a
publication's rows mean (its own module).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccg_pipeline.sources.cells import heading
from ccg_pipeline.sources.documents import Document, Kind, Sheet


@dataclass(frozen=True)
class Layout:
    """Where a table is and what its columns are called.

    ``columns`` and ``optional`` map our name of a column to the headings that publishers gave it. ``title``
    is what the preamble says on every file of this publication and on no other. ``under`` is the heading of
    the group of columns that is meant, where the row above the header names groups (as it must where it is
    ``always_under`` one).

    With ``every_sheet`` each sheet that has the header holds such a table, and the header may come again:
    further down, or side by side, as a block that leaves out any of ``columns`` which stays the same. A
    column that stays the same comes first, except in ``any_order``.
    """

    publication: str
    what: str
    kind: Kind
    columns: Mapping[str, tuple[str, ...]]
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheet: str = ""
    title: str = ""
    under: str = ""
    always_under: bool = False
    every_sheet: bool = False
    any_order: bool = False

    def heading_of(self, column: str) -> str:
        """What publishers call a column of ours."""
        return {**self.columns, **self.optional}[column][0]


@dataclass(frozen=True)
class Header:
    """The row that comes nearest to a layout's header, the places of our columns, and what it lacks.

    ``twice`` is the heading of a column that is there more than once, so that nobody knows which is meant.
    """

    place: int  # in sheet.rows
    columns: Mapping[str, int]
    lacking: tuple[str, ...]
    twice: str = ""


def missing_from(document: Document, layout: Layout) -> tuple[str, ...]:
    """What ``document`` lacks of ``layout``, as words for a sentence; empty where it has everything."""
    kind_matches = document.is_a(layout.kind)
    has_title = kind_matches and any(_has_title(sheet, layout.title) for sheet in document.sheets)
    lacking = [] if kind_matches else [f"being {layout.kind}"]
    sheet = document.sheet(layout.sheet) if kind_matches else None
    sheets = document.sheets if kind_matches and layout.every_sheet else (sheet,)
    if sheet is None:
        lacking.append(f"the sheet {layout.sheet!r}")
        columns: tuple[str, ...] = tuple(names[0] for names in layout.columns.values())
    else:
        columns = min((find_header(each, layout).lacking for each in sheets if each), key=len)
    if layout.title and not has_title:
        lacking.append(title_of(layout))
    return (*lacking, *(f"the column {name!r}" for name in columns))


def is_of_another_kind(document: Document, layout: Layout) -> bool:
    """Whether a file of another kind, as a sheet that was saved as CSV, has all columns of ``layout``."""
    has_columns = (not find_header(each, layout).lacking for each in document.sheets)
    return not document.is_a(layout.kind) and any(has_columns)


def title_of(layout: Layout) -> str:
    """The title of a layout, as words for a sentence."""
    return f"the title {layout.title!r}"


def _has_title(sheet: Sheet, title: str) -> bool:
    wanted = heading(title)
    return any(cell.startswith(wanted) for row in sheet.headings for cell in row)


def find_header(sheet: Sheet, layout: Layout) -> Header:
    """The row that holds all columns of ``layout``, or the one that holds most of them."""
    wanted = {heading(name) for accepted in layout.columns.values() for name in accepted}
    best = Header(0, {}, tuple(names[0] for names in layout.columns.values()))
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
        if layout.always_under and len(eligible) == len(cells):
            lacking = (layout.under, *lacking)
        if not lacking:
            ours = [cells[column] for column in eligible if cells[column]]
            twice = [name for name, column in found.items() if ours.count(cells[column]) > 1]
            return Header(place, found, (), layout.heading_of(twice[0]) if twice else "")
        if len(lacking) < len(best.lacking):
            best = Header(place, found, lacking)
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
