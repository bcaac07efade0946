"""Reading an edition's folder: edition.yaml, whose families of nodes are filled from CSV files next to it.

Belongs here: filling a family from the rows of a table, and faults that name file, line, row and offender.
Does not belong here: what must agree between nodes (consistency.py), the vocabulary (vocabulary/).

A family has ``rows: indicators`` (indicators.csv), perhaps ``where: {how: band}``, and ``{column}`` wherever
a cell belongs; an empty cell drops its key. ``{rows: …, where: …, each: …}`` makes a list inside a node, or
goes on with the list that it is in; its rows see the family's row too. What is under ``shared`` is there for
YAML's anchors alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shlex import quote
from typing import Any

from pydantic import ValidationError

from ccg_pipeline.framework.consistency import Place, disagreements
from ccg_pipeline.framework.edition import Edition, Node
from ccg_pipeline.framework.files import Document, Table, misfit_of
from ccg_pipeline.framework.load import EDITIONS, load_edition
from expert_panels.foundation.fault import Fault

DOCUMENT = "edition.yaml"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
SKELETON = Path(__file__).parent / "skeleton"
"""A small complete edition, with figures, to begin from."""
FAMILY_KEYS = ("rows", "where")
LIST_KEYS = (*FAMILY_KEYS, "each")


@dataclass(frozen=True)
class Row:
    """A row of a table: its cells by column, and its place."""

    cells: Mapping[str, str]
    place: str


def edition_named(name: str) -> Edition:
    """Return the edition of that key among those that ship, or the one in the folder of that path."""
    return edition_in(folder_named(name).resolve())  # a folder is remembered by its whole path


def named_editions(names: Sequence[str]) -> list[Edition]:
    """Return the editions of these keys or folders that run by their rounds, each once.

    That of 2016/17 is always in force, and runs by its two lanes.
    """
    found = {edition.key: edition for edition in map(edition_named, names)}
    return [edition for key, edition in found.items() if key != load_edition().key]


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


def typed_name(edition: Edition) -> str:
    """Return what to type for an edition: its key where it ships, else its folder, as seen from here."""
    folder = edition.folder
    if folder is None or folder == shipped_editions().get(edition.key):
        return edition.key
    here = Path.cwd()
    return quote(str(folder.relative_to(here) if folder.is_relative_to(here) else folder))


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
    return found.read_from(folder)


def read_edition(folder: Path) -> tuple[Edition | None, list[str]]:
    """Read an edition's folder: the edition, or None, and every fault that was found, a sentence each."""
    document = Document(folder / DOCUMENT)
    tables = _Tables(document)
    if not isinstance(document.data, dict):
        raise Fault(f"{document.where()}: the file must be a mapping, with key, title, nodes and so on.")
    if unknown := [key for key in document.data if key not in {*Edition.model_fields, "shared"}]:
        raise Fault(f"{document.where(unknown[0])}: unknown key {unknown[0]}.")
    nodes: list[Node] = []
    places: list[tuple[int, str]] = []
    faults: list[str] = []
    for number, family in enumerate(_families(document)):
        data = {key: value for key, value in family.items() if key not in FAMILY_KEYS}
        for row in tables.chosen(family, ("nodes", number)):
            said = f" (row {row.place})" if row.place else ""
            tables.inner.clear()
            try:
                nodes.append(Node.model_validate(tables.filled(data, row, ("nodes", number))))
                places.append((number, said))
            except ValidationError as error:
                misfit = misfit_of(error)
                where: Place = ("nodes", number, *misfit.place)
                for place, (row_place, written) in tables.inner.items():
                    if place == where[: len(place)]:
                        said = f" (row {row_place})" if row_place else said
                        where = (*written, *where[len(place) :])
                faults.append(f"{document.where(*where)}{said}: {misfit.sentence()}.")
    others = {key: value for key, value in document.data.items() if key not in ("nodes", "shared")}
    try:
        filled = tables.filled(others, Row({}, ""), ())
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
    """The CSV files next to an edition, read when a family first asks."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._read: dict[str, Table] = {}
        self.inner: dict[Place, tuple[str, Place]] = {}
        """Of each part of a list the row that it was last filled from, and where it is written."""

    def _fault(self, place: Place, said: str) -> Fault:
        return Fault(f"{self._document.where(*place)}: {said}.")

    def _table(self, name: object, place: Place) -> Table:
        if not (isinstance(name, str) and re.fullmatch(r"\w+", name)):
            raise self._fault(
                place, f"rows names a table next to {DOCUMENT}, such as indicators, and not {name!r}"
            )
        if name not in self._read:
            path = self._document.path.with_name(f"{name}.csv")
            if not path.is_file():
                raise self._fault(place, f"rows names {path.name}, which is missing from {path.parent}")
            self._read[name] = Table(path)
            _check_header(self._read[name])
        return self._read[name]

    def chosen(self, family: Mapping[str, Any], place: Place, outer: Row | None = None) -> list[Row]:
        """Rows for which a family, or a list in one, is filled; one of no cells where it names no table."""
        outer = outer or Row({}, "")
        where = family.get("where", {})
        if "rows" not in family:
            if where:
                raise self._fault((*place, "where"), "where chooses among rows, and there are none")
            return [outer]
        table = self._table(family["rows"], (*place, "rows"))
        place = (*place, "where")
        if not isinstance(where, dict):
            raise self._fault(place, "where maps columns to cells, such as {how: band}")
        if lost := [column for column in where if column not in table.header]:
            raise self._fault(
                place, f"{table.path.name} has no column {lost[0]!r}; it has {', '.join(table.header)}"
            )
        wanted = {column: _texts(self.filled(value, outer, place)) for column, value in where.items()}
        found = []
        for line, cells in table.rows:
            row = dict(zip(table.header, cells, strict=True))
            if all(row[column] in asked for column, asked in wanted.items()):
                said = ", ".join(filter(None, (cells[0], table.path.name, f"line {line}")))
                found.append(Row({**outer.cells, **row}, said))
        if not found:
            raise self._fault(place, f"{table.path.name} has no row {_asked(wanted, table)}")
        return found

    def filled(self, thing: Any, row: Row, place: Place) -> Any:
        """`thing` with cells in the place of ``{column}``, and with its lists of rows written out."""
        match thing:
            case str():
                return self._cell(thing, row, place)
            case list():
                found: list[Any] = []
                for number, one in enumerate(thing):
                    at = (*place, number)
                    if isinstance(one, dict) and {"rows", "each"} <= one.keys():
                        found += self._of_rows(one, row, (place, len(found)), at)
                    else:
                        self.inner[*place, len(found)] = ("", at)
                        found.append(self.filled(one, row, at))
                return found
            case {"rows": _, "each": _}:
                return self._of_rows(thing, row, (place, 0), place)
            case dict():
                parts = {key: self.filled(value, row, (*place, key)) for key, value in thing.items()}
                kept = {key: value for key, value in parts.items() if value is not None or thing[key] is None}
                return kept if kept or not thing else None  # all cells empty: nothing is said
        return thing

    def _of_rows(
        self, thing: Mapping[str, Any], row: Row, begins: tuple[Place, int], place: Place
    ) -> list[Any]:
        """What each row makes of ``each``, as parts of the list `begins[0]` from number `begins[1]` on."""
        if unknown := [key for key in thing if key not in LIST_KEYS]:
            raise self._fault(
                (*place, unknown[0]),
                f"unknown key {unknown[0]} of a list of rows: it has {', '.join(LIST_KEYS)}",
            )
        rows, (into, first) = self.chosen(thing, place, row), begins
        written = (*place, "each")
        self.inner.update({(*into, first + n): (one.place, written) for n, one in enumerate(rows)})
        return [self.filled(thing["each"], one, written) for one in rows]

    def _cell(self, text: str, row: Row, place: Place) -> str | None:
        """Text with its placeholders filled; None where it is one cell, which is empty."""

        def cell(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in row.cells:
                has = f"which has {', '.join(row.cells)}" if row.cells else "for the node has no rows"
                raise self._fault(place, f"{{{name}}} is no column of its row, {has}")
            return row.cells[name]

        whole = PLACEHOLDER.fullmatch(text)
        return cell(whole) or None if whole else PLACEHOLDER.sub(cell, text)


def _check_header(table: Table) -> None:
    """Fault where a column has no name, or the name of another."""
    said = ""
    if not any(table.header):
        said = "the file is empty"
    elif "" in table.header:
        said = f"column {table.header.index('') + 1} has no name"
    elif twice := [one for one in table.header if table.header.count(one) > 1]:
        said = f"column {twice[0]!r} is there twice"
    if said:
        raise Fault(f"{table.path.name}, line 1: {said}.")


def _asked(wanted: Mapping[str, set[str]], table: Table) -> str:
    """What was asked of rows and is in none, and what there is instead in a column that is never as asked."""
    asked = [f"{column} is {' or '.join(map(repr, sorted(cells)))}" for column, cells in wanted.items()]
    for column, cells in wanted.items():
        there = {row[table.header.index(column)] for _, row in table.rows}
        if there and not there & cells:
            return f"where {' and '.join(asked)}; {column} is {', '.join(map(repr, sorted(there)[:9]))}"
    return f"where {' and '.join(asked)}" if asked else "at all"


def _texts(value: object) -> set[str]:
    return {"" if one is None else _text(one) for one in (value if isinstance(value, list) else [value])}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
