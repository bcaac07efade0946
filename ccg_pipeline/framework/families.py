"""Reading an edition's folder: edition.yaml, whose families of nodes are filled from CSV files beside it.

Belongs here: filling a family from the rows of a table, and faults that name file, line, row and offender.
Does not belong here: what must agree between nodes (edition.py), the vocabulary (vocabulary/).

A family has ``rows: indicators`` (indicators.csv), perhaps ``where: {how: band}``, and ``{column}`` wherever
a cell belongs; an empty cell drops its key. ``{rows: …, where: …, each: …}`` makes a list inside a node; its
rows see the family's row too. What stands under ``shared`` is there for YAML's anchors alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ccg_pipeline.framework.edition import Edition, Node, disagreements
from ccg_pipeline.framework.files import Document, Table, misfit_of
from ccg_pipeline.framework.load import EDITIONS
from expert_panels.foundation.fault import Fault

DOCUMENT = "edition.yaml"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
SKELETON = Path(__file__).parent / "skeleton"
"""A small complete edition, with figures, to begin from."""
FAMILY_KEYS = ("rows", "where")


@dataclass(frozen=True)
class Row:
    """A row of a table: its cells by column, and where it stands."""

    cells: Mapping[str, str]
    place: str


def edition_named(name: str) -> Edition:
    """Return the edition of that key among those that ship, or the one in the folder of that path."""
    return edition_in(folder_named(name).resolve())  # a folder is remembered by its whole path


def folder_named(name: str) -> Path:
    """Return the folder of the edition of that key, or of that path; Fault names those that ship."""
    shipped = shipped_editions()
    folder = shipped.get(name, Path(name))
    if (folder / DOCUMENT).is_file():
        return folder
    raise Fault(
        f"There is no edition {name!r}, and no folder of that name with {DOCUMENT}; "
        f"choose one of: {', '.join(shipped)}."
    )


def shipped_editions() -> dict[str, Path]:
    """Return the folders of the editions that ship, by key."""
    return {one.parent.name: one.parent for one in sorted(EDITIONS.glob(f"*/{DOCUMENT}"))}


@cache
def edition_in(folder: Path) -> Edition:
    """Return the edition in a folder, checked whole; Fault names file, line and offender in one sentence."""
    found, faults = read_edition(folder)
    if faults:
        raise Fault(faults[0])
    assert found is not None  # there is an edition or a fault
    return found


def read_edition(folder: Path) -> tuple[Edition | None, list[str]]:
    """Read an edition's folder: the edition, or None, and every fault that was found, a sentence each."""
    document = Document(folder / DOCUMENT)
    tables = _Tables(folder)
    if not isinstance(document.data, dict):
        raise Fault(f"{document.where()}: the file must be a mapping, with key, title, nodes and so on.")
    nodes: list[Node] = []
    places: list[tuple[int, str]] = []
    faults: list[str] = []
    for number, family in enumerate(_families(document)):
        for row in tables.chosen(family, document.where("nodes", number)):
            said = f" (row {row.place})" if row.place else ""
            try:
                data = {key: value for key, value in family.items() if key not in FAMILY_KEYS}
                nodes.append(Node.model_validate(tables.filled(data, row, document.where("nodes", number))))
                places.append((number, said))
            except ValidationError as error:
                misfit = misfit_of(error)
                faults.append(f"{document.where('nodes', number, *misfit.place)}{said}: {misfit.sentence()}.")
    others = {key: value for key, value in document.data.items() if key not in ("nodes", "shared")}
    try:
        filled = tables.filled(others, Row({}, ""), document.where())
        edition = Edition.model_validate(
            {**filled, "nodes": ()} if not nodes else {**filled, "nodes": tuple(nodes)}
        )
    except ValidationError as error:
        misfit = misfit_of(error)
        if not (faults and misfit.place[:1] == ("nodes",)):
            faults.append(f"{document.where(*misfit.place)}: {misfit.sentence()}.")
        return None, faults
    if not faults:
        for where, sentence in disagreements(edition):
            said = ""
            if where[0] == "nodes":
                number, said = places[int(where[1])]
                where = ("nodes", number, *where[2:])
            faults.append(f"{document.where(*where)}{said}: {sentence}.")
    return (None if faults else edition), faults


def _families(document: Document) -> Sequence[dict[str, Any]]:
    families = document.data.get("nodes")
    if not isinstance(families, list) or not families:
        raise Fault(f"{document.where('nodes')}: nodes must be a list of at least one.")
    for number, family in enumerate(families):
        if not isinstance(family, dict):
            raise Fault(f"{document.where('nodes', number)}: a node is a mapping, with key, level and steps.")
    return families


class _Tables:
    """The CSV files beside an edition, read when a family first asks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Table] = {}

    def _table(self, name: object, here: str) -> Table:
        if not (isinstance(name, str) and re.fullmatch(r"\w+", name)):
            raise Fault(
                f"{here}: rows names a table beside {DOCUMENT}, such as indicators, and not {name!r}."
            )
        if name not in self._read:
            if not (self._folder / f"{name}.csv").is_file():
                raise Fault(f"{here}: rows names {name}.csv, which is missing from {self._folder}.")
            self._read[name] = Table(self._folder / f"{name}.csv")
        return self._read[name]

    def chosen(self, family: Mapping[str, Any], here: str, outer: Row | None = None) -> Iterator[Row]:
        """Rows for which a family, or a list in one, is filled; one of no cells where it names no table."""
        outer = outer or Row({}, "")
        if "rows" not in family:
            yield outer
            return
        table = self._table(family["rows"], here)
        where = family.get("where", {})
        if not isinstance(where, dict):
            raise Fault(f"{here}: where maps columns to cells, such as {{how: band}}.")
        wanted = {column: self.filled(value, outer, here) for column, value in where.items()}
        for column in wanted:
            if column not in table.header:
                raise Fault(
                    f"{here}: {table.path.name} has no column {column!r}; it has {', '.join(table.header)}."
                )
        for line, cells in table.rows:
            row = dict(zip(table.header, cells, strict=True))
            if all(row[column] in _texts(value) for column, value in wanted.items()):
                yield Row({**outer.cells, **row}, f"{cells[0]}, {table.path.name}, line {line}")

    def filled(self, thing: Any, row: Row, here: str) -> Any:
        """`thing` with cells in the place of ``{column}``, and with its lists of rows written out."""
        match thing:
            case str():
                return _cell(thing, row, here)
            case list():
                return [self.filled(one, row, here) for one in thing]
            case {"rows": _, "each": each}:
                inner = [self.filled(each, one, here) for one in self.chosen(thing, here, row)]
                if not inner:
                    raise Fault(
                        f"{here}: no row of {thing['rows']}.csv is as asked, for {row.place or 'the list'}."
                    )
                return inner
            case dict():
                found = {key: self.filled(value, row, here) for key, value in thing.items()}
                kept = {key: value for key, value in found.items() if value is not None or thing[key] is None}
                return kept if kept or not thing else None  # all cells empty: nothing is said
        return thing


def _cell(text: str, row: Row, here: str) -> str | None:
    """Text with its placeholders filled; None where it is one cell, which is empty."""

    def cell(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in row.cells:
            has = f"which has {', '.join(row.cells)}" if row.cells else "for the node has no rows"
            raise Fault(f"{here}: {{{name}}} is no column of its row, {has}.")
        return row.cells[name]

    whole = PLACEHOLDER.fullmatch(text)
    if whole:
        return cell(whole) or None
    return PLACEHOLDER.sub(cell, text)


def _texts(value: object) -> set[str]:
    return {"" if one is None else _text(one) for one in (value if isinstance(value, list) else [value])}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
