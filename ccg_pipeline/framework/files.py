"""Reading an edition's CSV and YAML files into models, so that an error names file, line and offender.

Belongs here: parsing, and turning pydantic's errors into one sentence.
Does not belong here: which files an edition has, and what must agree between them (load.py).
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)


class EditionError(Exception):
    """An edition that cannot be trusted: one sentence that names the file, the line and the offender."""


class Document:
    """A YAML file: its data, and the line where any part of them stands."""

    def __init__(self, path: Path) -> None:
        """Parse the file; EditionError when it is missing, no YAML, or gives a key twice."""
        self.path = path
        try:
            root = yaml.compose(_text(path), Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise EditionError(f"{path.name}, line {line}: no valid YAML, {error.problem}.") from None
        if root is None:
            raise EditionError(f"{path.name}, line 1: the file is empty.")
        self._root = root
        self._refuse_twice(root)
        self.data: Any = yaml.safe_load(_text(path))

    def line_of(self, location: tuple[int | str, ...]) -> int:
        """Line of a part, 1-based; of the nearest part around it when it is missing."""
        node, line = self._root, self._root.start_mark.line
        for step in location:
            if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line
            elif isinstance(node, yaml.MappingNode):
                found = [(key, value) for key, value in node.value if key.value == str(step)]
                if not found:
                    break
                line, node = found[0][0].start_mark.line, found[0][1]
        return int(line) + 1

    def where(self, *location: int | str) -> str:
        """The file and line of a part, as an error begins."""
        return f"{self.path.name}, line {self.line_of(location)}"

    def model(self, model: type[M], data: object, *location: int | str) -> M:
        """One part of the file as a model; EditionError in one sentence when it does not fit."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            inner = tuple(error.errors()[0]["loc"])
            name = _name(data)
            raise EditionError(f"{self.where(*location, *inner)}{name}: {_fault(error)}.") from None

    def models(self, model: type[M], *location: int | str) -> tuple[M, ...]:
        """A list of the file (the whole of it, or what stands under ``location``) as models."""
        data = self.data
        for step in location:
            data = data[step]
        if not isinstance(data, list):
            raise EditionError(f"{self.where(*location)}: a list is needed here.")
        return tuple(self.model(model, one, *location, number) for number, one in enumerate(data))

    def _refuse_twice(self, node: yaml.Node) -> None:
        # PyYAML keeps the last of two equal keys without a word, which would lose a number.
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen:
                    line = key.start_mark.line + 1
                    raise EditionError(f"{self.path.name}, line {line}: key {key.value!r} stands twice.")
                seen.add(key.value)
                self._refuse_twice(value)
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                self._refuse_twice(value)


class Table:
    """A CSV file as models, one a row, that knows each row's line."""

    def __init__(self, path: Path) -> None:
        """Read the cells; EditionError when the header is unknown to nobody or a row has not its width."""
        self.path = path
        reader = csv.reader(_text(path).splitlines(keepends=True), strict=True)
        try:
            self.header = next(reader, [])
            self.rows = [(reader.line_num, cells) for cells in reader if cells]
        except csv.Error as error:
            raise EditionError(f"{path.name}, line {reader.line_num}: no valid CSV, {error}.") from None
        for line, cells in self.rows:
            if len(cells) != len(self.header):
                widths = f"{len(cells)} cells for {len(self.header)} columns"
                raise EditionError(f"{path.name}, line {line} ({cells[0]}): {widths}.")

    def models(self, model: type[M], given: Mapping[str, object] | None = None) -> tuple[M, ...]:
        """Each row as a model; an empty cell says nothing. ``given`` holds for all rows."""
        given = given or {}
        known = set(model.model_fields) - set(given)
        for column in self.header:
            if column not in known:
                raise EditionError(f"{self.path.name}, line 1: unknown column {column!r}.")
            if self.header.count(column) > 1:
                raise EditionError(f"{self.path.name}, line 1: column {column!r} stands twice.")
        needed = {name for name, field in model.model_fields.items() if field.is_required()} & known
        if missing := sorted(needed - set(self.header)):
            raise EditionError(f"{self.path.name}, line 1: column {missing[0]!r} is missing.")
        found: list[M] = []
        for line, cells in self.rows:
            said = {name: cell for name, cell in zip(self.header, cells, strict=True) if cell != ""}
            try:
                found.append(model.model_validate({**said, **given}))
            except ValidationError as error:
                raise EditionError(f"{self.path.name}, line {line} ({cells[0]}): {_fault(error)}.") from None
        return tuple(found)

    def where(self, number: int) -> str:
        """The file and line of the row of that number, as an error begins."""
        return f"{self.path.name}, line {self.rows[number][0]}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise EditionError(f"{path.name}: the file is missing from {path.parent}.") from None
    except UnicodeDecodeError as error:
        raise EditionError(f"{path.name}: no UTF-8 at byte {error.start}.") from None


def _name(data: object) -> str:
    for key in ("key", "code"):
        if isinstance(data, dict) and isinstance(data.get(key), str):
            return f" ({data[key]})"
    return ""


def _fault(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(step) for step in first["loc"])
    match first["type"]:
        case "missing":
            return f"{place} is missing"
        case "extra_forbidden":
            return f"unknown key {place}"
        case "value_error":
            message = str(first["msg"]).removeprefix("Value error, ")
            return f"{place}: {message}" if place else message
        case _:
            message = str(first["msg"])
            return f"{place} is {first['input']!r}: {message[:1].lower()}{message[1:]}"
