"""Reading an edition's folder: edition.yaml, whose families of nodes are filled from CSV files next to it.

Belongs here: which folder an edition is, reading it, and faults that name file, line, row and offender.
Does not belong here: filling a family (filling.py), what must agree between nodes (consistency.py), the
vocabulary (vocabulary/). What is under ``shared`` in edition.yaml is there for YAML's anchors alone.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from shlex import quote
from typing import Any

from pydantic import ValidationError

from ccg_pipeline.framework.consistency import disagreements, unreadable
from ccg_pipeline.framework.edition import Edition, Node, Parameter
from ccg_pipeline.framework.files import EDITION, EDITIONS, Document, Table, misfit_of
from ccg_pipeline.framework.filling import Cells, Filling, NoRow, Place, Row, Written
from expert_panels.foundation.fault import Fault

DOCUMENT = "edition.yaml"
SKELETON = Path(__file__).parent / "skeleton"
"""A small complete edition, with figures, to begin from."""


def edition_named(name: str) -> Edition:
    """Return the edition of that key among those that ship, or the one in the folder of that path.

    Fault for a folder elsewhere whose key is that of one that ships: rounds are told apart by their keys.
    """
    folder = folder_named(name).resolve()  # a folder is remembered by its whole path
    edition = edition_in(folder)
    ships = shipped_editions().get(edition.key)
    if ships is not None and ships.resolve() != folder:
        raise _taken(edition, "an edition that ships")
    return edition


def _taken(edition: Edition, by: str) -> Fault:
    assert edition.folder is not None
    where = Document(edition.folder / DOCUMENT).where("key")
    return Fault(
        f"{where}, in {edition.folder}: {edition.key} is the key of {by}; give this one another, so that "
        "their rounds stay apart."
    )


def named_editions(names: Sequence[str]) -> list[Edition]:
    """Return the editions of these keys or folders that run by their rounds, each once.

    That of 2016/17 is always in force, and runs by its two lanes. Fault for two folders with one key.
    """
    found: dict[str, Edition] = {}
    for edition in map(edition_named, names):
        if found.setdefault(edition.key, edition) is not edition:
            raise _taken(edition, f"the edition in {found[edition.key].folder}")
    return [edition for key, edition in found.items() if key != EDITION]


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
    written, faults = read_written(folder)
    return (None if written is None or faults else written.edition), faults


def read_written(folder: Path) -> tuple[Written | None, list[str]]:
    """Read an edition's folder as `read_edition` does: what is written there, even if it does not agree."""
    document = Document(folder / DOCUMENT)
    if not isinstance(document.data, dict):
        raise Fault(f"{document.where()}: the file must be a mapping, with key, title, nodes and so on.")
    if unknown := [key for key in document.data if key not in {*Edition.model_fields, "shared"}]:
        raise Fault(f"{document.where(unknown[0])}: unknown key {unknown[0]}.")
    tables = _Tables(document)
    filling = Filling(_parameters(document), tables, document.where)
    families = _families(document)
    nodes: list[Node] = []
    places: list[tuple[int, str]] = []
    faults: list[str] = []
    for number, family in enumerate(families):
        try:
            rows = filling.chosen(family, ("nodes", number))
        except NoRow as error:
            faults.append(str(error))
            continue
        for row in rows:
            said = f" (row {row.place})" if row.place else ""
            try:
                nodes.append(filling.node(family, row, number))
                places.append((number, said))
            except NoRow as error:
                faults.append(str(error))
            except ValidationError as error:
                misfit = misfit_of(error)
                where: Place = ("nodes", number, *misfit.place)
                for place, (row_place, written) in filling.inner.items():
                    if place == where[: len(place)]:
                        said = f" (row {row_place})" if row_place else said
                        where = (*written, *where[len(place) :])
                faults.append(f"{document.where(*where)}{said}: {misfit.sentence()}.")
    others = {
        key: value for key, value in document.data.items() if key not in ("nodes", "parameters", "shared")
    }
    try:
        filled = filling.filled(others, Row({}, ""), ())
        edition = Edition.model_validate({**filled, "parameters": filling.parameters, "nodes": tuple(nodes)})
    except ValidationError as error:
        misfit = misfit_of(error)
        if not (faults and misfit.place[:1] == ("nodes",)):
            faults.append(f"{document.where(*misfit.place)}: {misfit.sentence()}.")
        return None, faults
    if not faults:
        for name in [one for one in filling.parameters if one not in filling.used]:
            faults.append(f"{document.where('parameters', name)}: nothing uses the parameter {name}.")
        for where, sentence in [*disagreements(edition)] or unreadable(edition):
            said = ""
            if where[0] == "nodes":
                number, said = places[int(where[1])]
                where = ("nodes", number, *where[2:])
            faults.append(f"{document.where(*where)}{said}: {sentence}.")
    return Written(families, tables.read, edition), faults


def _parameters(document: Document) -> Mapping[str, Parameter]:
    data = document.data.get("parameters", {})
    if not isinstance(data, dict):
        raise Fault(f"{document.where('parameters')}: parameters maps names to numbers with their sources.")
    found = {}
    for name, one in data.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            where = document.where("parameters", name)
            raise Fault(f"{where}: {name} is no name: small letters, digits and _, a letter first.")
        try:
            found[name] = Parameter.model_validate(one)
        except ValidationError as error:
            misfit = misfit_of(error)
            where = document.where("parameters", name, *misfit.place)
            raise Fault(f"{where} ({name}): {misfit.sentence()}.") from None
    return found


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
        self.read: dict[str, Cells] = {}

    def __call__(self, name: object, place: Place) -> Cells:
        if not (isinstance(name, str) and re.fullmatch(r"\w+", name)):
            where = self._document.where(*place)
            raise Fault(
                f"{where}: rows names a table next to {DOCUMENT}, such as indicators, and not {name!r}."
            )
        if name not in self.read:
            path = self._document.path.with_name(f"{name}.csv")
            if not path.is_file():
                where = self._document.where(*place)
                raise Fault(f"{where}: rows names {path.name}, which is missing from {path.parent}.")
            table = Table(path)
            _check_header(table)
            self.read[name] = Cells(path.name, table.header, table.rows)
        return self.read[name]


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
