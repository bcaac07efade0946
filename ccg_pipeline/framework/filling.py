"""Filling an edition's nodes: parameters and cells of tables go where a family of nodes names them.

Belongs here: a family and its rows, what a name in braces stands for, faults that name line and offender.
Does not belong here: reading a folder (families.py), what must agree between nodes (consistency.py), the
vocabulary (vocabulary/).

A family has ``rows: indicators`` (indicators.csv), perhaps ``where: {how: band}``, and ``{column}`` wherever
a cell belongs; an empty cell drops its key. ``{rows: …, where: …, each: …}`` makes a list inside a node, or
goes on with the list that it is in, as a list in one does; its rows see the family's row too. ``{name}`` of
a parameter stands for its value with its provenance, and ``-{name}`` for its negative; one that is ``left
out`` drops its key.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ccg_pipeline.framework.edition import Edition, Node, Parameter
from ccg_pipeline.framework.provenance import Frozen
from expert_panels.foundation.fault import Fault

Place = tuple[str | int, ...]
"""Where something is in a document: ``("nodes", 3, "steps", 0)``."""
Instead = Mapping[str, Sequence[Frozen]]
"""By the names of tables, the rows that are taken in the place of theirs."""
LEFT_OUT = "left out"
"""The value of a parameter that drops its key."""
PLACEHOLDER = re.compile(r"\{(\w+)\}")
PARAMETER = re.compile(r"(?P<minus>-?)\{(?P<name>\w+)\}")
FAMILY_KEYS = ("rows", "where")
LIST_KEYS = (*FAMILY_KEYS, "each")


class NoRow(Fault):
    """A table has no row that a family, or a list in one, asks for."""


class Cells(NamedTuple):
    """A table: the name of its file, its columns, and of each row the line and the cells."""

    file: str
    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True)
class Row:
    """A row of a table: its cells by column, and its place."""

    cells: Mapping[str, str]
    place: str


@dataclass(frozen=True)
class Written:
    """An edition as its files have it: `families` before they are filled, the `tables` that they name.

    `edition` is what comes of it. `kept`: by family the nodes that come of it whatever the parameters are
    that were changed, as long as the rows are those in `rows`.
    """

    families: Sequence[Mapping[str, Any]]
    tables: Mapping[str, Cells]
    edition: Edition
    kept: Mapping[str, Sequence[Node]] = field(default_factory=dict, compare=False)
    rows: Instead = field(default_factory=dict, compare=False)

    def with_parameters(
        self, values: Mapping[str, float | str], filled: Edition, instead: Instead
    ) -> "Written":
        """Return it with other values for parameters, not filled again; KeyError for an unknown one.

        `filled` is what it is with the values so far, and with these rows `instead` of those of its tables.
        """
        known = self.edition.parameters
        if lost := [name for name in values if name not in known]:
            raise KeyError(f"the edition has no parameter {lost[0]!r}")
        changed = {name: known[name].model_copy(update={"value": value}) for name, value in values.items()}
        kept: dict[str, list[Node]] = {
            family_of(one): []
            for one in self.families
            if not values.keys() & set(PLACEHOLDER.findall(repr(one)))
        }
        for node in filled.nodes:
            if node.family in kept:
                kept[node.family].append(node)
        edition = self.edition.remade(parameters={**known, **changed})
        return replace(self, edition=edition, kept=kept, rows=instead)

    def filled(self, instead: Instead) -> Edition:
        """Return the edition with these rows `instead` of those of the tables of these names.

        A family that finds no row then, and a node with a list that finds none, is left out.
        """
        own = {one: _cells_of(table, instead[one]) for one, table in self.tables.items() if one in instead}
        tables = {**self.tables, **own}
        filling = Filling(self.edition.parameters, lambda name, _: tables[name], lambda *_: "edition.yaml")
        are_same = all(instead.get(name) is rows for name, rows in self.rows.items())
        return self.edition.remade(nodes=tuple(self._nodes(filling, self.kept if are_same else {})))

    def _nodes(self, filling: "Filling", kept: Mapping[str, Sequence[Node]]) -> Iterator[Node]:
        for number, family in enumerate(self.families):
            if family_of(family) in kept:
                yield from kept[family_of(family)]
                continue
            try:
                rows = filling.chosen(family, ("nodes", number))
            except NoRow:
                continue
            for row in rows:
                try:
                    yield filling.node(family, row, number)
                except NoRow:
                    continue


def _cells_of(table: Cells, rows: Sequence[Frozen]) -> Cells:
    return table._replace(rows=[(0, [_text(getattr(row, name)) for name in table.header]) for row in rows])


@dataclass
class Filling:
    """Fills families from tables; `where` says the line of a place of the document.

    `inner`: of each part of a list the row that it was last filled from, and where it is written. `used`: the
    parameters that were named.
    """

    parameters: Mapping[str, Parameter]
    table: Callable[[str, Place], Cells]
    where: Callable[..., str]
    inner: dict[Place, tuple[str, Place]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def fault(self, place: Place, said: str) -> Fault:
        """Return a fault at a place of the document."""
        return Fault(f"{self.where(*place)}: {said}.")

    def node(self, family: Mapping[str, Any], row: Row, number: int) -> Node:
        """Return the node that a row makes of the family of that number; ValidationError if it is none."""
        self.inner.clear()
        data = {key: value for key, value in family.items() if key not in FAMILY_KEYS}
        node = Node.model_validate(self.filled(data, row, ("nodes", number)))
        return node.of_family(family_of(family))

    def chosen(self, family: Mapping[str, Any], place: Place, outer: Row | None = None) -> list[Row]:
        """Return the rows for which a family, or a list in one, is filled; without a table an empty one."""
        outer = outer or Row({}, "")
        where = family.get("where", {})
        if "rows" not in family:
            if where:
                raise self.fault((*place, "where"), "where chooses among rows, and there are none")
            return [outer]
        table = self.table(family["rows"], (*place, "rows"))
        place = (*place, "where")
        if not isinstance(where, dict):
            raise self.fault(place, "where maps columns to cells, such as {how: band}")
        if lost := [column for column in where if column not in table.header]:
            raise self.fault(
                place, f"{table.file} has no column {lost[0]!r}; it has {', '.join(table.header)}"
            )
        if twice := [name for name in self.parameters if name in table.header]:
            raise self.fault(place, f"{twice[0]} is a parameter, and a column of {table.file} too")
        wanted = {column: _texts(self.filled(value, outer, place)) for column, value in where.items()}
        found = []
        for line, cells in table.rows:
            row = dict(zip(table.header, cells, strict=True))
            if all(row[column] in asked for column, asked in wanted.items()):
                said = ", ".join(filter(None, (cells[0], table.file, f"line {line}")))
                found.append(Row({**outer.cells, **row}, said))
        if not found:
            raise NoRow(f"{self.where(*place)}: {table.file} has no row {_asked(wanted, table)}.")
        return found

    def filled(self, thing: Any, row: Row, place: Place) -> Any:
        """Return `thing` with what names in braces stand for, and with its lists of rows written out."""
        match thing:
            case str():
                return self._said(thing, row, place)
            case list():
                found: list[Any] = []
                for number, one in enumerate(thing):
                    at = (*place, number)
                    if isinstance(one, dict) and {"rows", "each"} <= one.keys():
                        found += self._of_rows(one, row, (place, len(found)), at)
                    elif isinstance(one, list):
                        parts, n = self.filled(one, row, at), len(found)
                        self.inner.update({(*place, n + k): self.inner[*at, k] for k in range(len(parts))})
                        found += parts
                    else:
                        self.inner[*place, len(found)] = ("", at)
                        found.append(self.filled(one, row, at))
                return found
            case {"rows": _, "each": _}:
                return self._of_rows(thing, row, (place, 0), place)
            case {"parameter": _}:
                raise self.fault(place, "unknown key parameter; write its name in braces, in quotes")
            case dict():
                parts = {key: self.filled(value, row, (*place, key)) for key, value in thing.items()}
                if parts.get("better", "") is None:  # no default may stand in for it
                    said = f"{self.where(*place, 'better')}{f' (row {row.place})' if row.place else ''}"
                    raise Fault(f"{said}: better is empty; write higher, lower or none.")
                kept = {key: value for key, value in parts.items() if value is not None or thing[key] is None}
                return kept if kept or not thing else None  # all cells empty: nothing is said
        return thing

    def _of_rows(
        self, thing: Mapping[str, Any], row: Row, begins: tuple[Place, int], place: Place
    ) -> list[Any]:
        """What each row makes of ``each``, as parts of the list `begins[0]` from number `begins[1]` on."""
        if unknown := [key for key in thing if key not in LIST_KEYS]:
            raise self.fault(
                (*place, unknown[0]),
                f"unknown key {unknown[0]} of a list of rows: it has {', '.join(LIST_KEYS)}",
            )
        rows, (into, first) = self.chosen(thing, place, row), begins
        written = (*place, "each")
        self.inner.update({(*into, first + n): (one.place, written) for n, one in enumerate(rows)})
        return [self.filled(thing["each"], one, written) for one in rows]

    def _said(self, text: str, row: Row, place: Place) -> Any:
        """Text with its placeholders filled; of a parameter alone its value; None where that is empty."""

        def cell(match: re.Match[str]) -> str:
            name = match.group(1)
            if name in row.cells:
                return row.cells[name]
            if name in self.parameters:
                self.used.add(name)
                return shown(self.parameters[name].value)
            has = f"which has {', '.join(row.cells)}" if row.cells else "for the node has no rows"
            raise self.fault(place, f"{{{name}}} is no column of its row, {has}; nor is it a parameter")

        if (alone := PARAMETER.fullmatch(text)) and alone["name"] in self.parameters:
            self.used.add(alone["name"])
            return _value(self.parameters[alone["name"]], alone["name"], bool(alone["minus"]))
        whole = PLACEHOLDER.fullmatch(text)
        return cell(whole) or None if whole else PLACEHOLDER.sub(cell, text)


def family_of(family: Mapping[str, Any]) -> str:
    """Return what the nodes of a family are called together: its key, and which rows it takes."""
    where = family.get("where", {})
    asked = [
        f"{column} {' or '.join(map(str, cells if isinstance(cells, list) else [cells or 'none']))}"
        for column, cells in where.items()
    ]
    return str(family.get("key", "")) + (f" ({', '.join(asked)})" if asked else "")


def _value(parameter: Parameter, name: str, is_turned: bool) -> Any:
    """What a parameter stands for: a number with its provenance; text; nothing where it is left out."""
    try:
        number = float(parameter.value)
    except ValueError:
        return None if parameter.value == LEFT_OUT else parameter.value
    own = {"provenance": parameter.provenance, "source": parameter.source, "parameter": name}
    return {"value": -number if is_turned else number, **own}


def shown(value: float | str) -> str:
    """Return a number or a word as people write it."""
    return value if isinstance(value, str) else f"{value:g}"


def _asked(wanted: Mapping[str, set[str]], table: Cells) -> str:
    """What was asked of rows and is in none, and what there is instead in a column that is never as asked."""
    asked = [f"{column} is {' or '.join(map(repr, sorted(cells)))}" for column, cells in wanted.items()]
    for column, cells in wanted.items():
        there = {row[table.header.index(column)] for _, row in table.rows}
        if there and not there & cells:
            return f"where {' and '.join(asked)}; {column} is {', '.join(map(repr, sorted(there)[:9]))}"
    return f"where {' and '.join(asked)}" if asked else "at all"


def _texts(value: object) -> set[str]:
    return {_text(one) for one in (value if isinstance(value, list) else [value])}


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
