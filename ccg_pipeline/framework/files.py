"""Reading an edition's CSV and YAML files into models, so that an error names file, line and offender.

Belongs here: parsing, and turning pydantic's errors into one sentence.
Does not belong here: which files an edition has, and what must agree between them (load.py).
"""

import csv
import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from expert_panels.foundation.fault import Fault
from expert_panels.foundation.strict_yaml import parse

M = TypeVar("M", bound=BaseModel)
EDITIONS = Path(__file__).parent / "editions"
EDITION = "iaf_2016_17"
"""The key of the edition of two lanes."""


class Document:
    """A YAML file: its data, and the line where any part of them is."""

    def __init__(self, path: Path) -> None:
        """Parse the file; Fault when it is missing, no YAML, or gives a key twice."""
        self.path = path
        self._parsed = parse(_text(path), path.name)
        self.data = self._parsed.data
        if self.data is None:
            raise Fault(f"{path.name}, line 1: the file is empty.")

    def where(self, *location: int | str) -> str:
        """The file and line of a part, as an error begins."""
        return f"{self.path.name}, line {self._parsed.line_of(location)}"

    def model(self, model: type[M]) -> M:
        """The whole file as one model; Fault in one sentence when it does not fit."""
        return self._model(model, self.data)

    def models(self, model: type[M]) -> tuple[M, ...]:
        """The whole file, which must be a list, as models; Fault when one does not fit."""
        if not isinstance(self.data, list):
            raise Fault(f"{self.where()}: a list is needed here.")
        return tuple(self._model(model, one, number) for number, one in enumerate(self.data))

    def _model(self, model: type[M], data: object, *location: int) -> M:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            fault = misfit_of(error)
            here = self.where(*location, *fault.place)
            # A part of a list is known by its name, a whole file by the file's.
            name = _name(data) if location else ""
            raise Fault(f"{here}{name}: {fault.sentence()}.") from None


class Table:
    """A CSV file as models, one a row, that knows each row's line."""

    def __init__(self, path: Path) -> None:
        """Read the cells, without blanks around them; Fault when it is no CSV or a row has another width."""
        self.path = path
        reader = csv.reader(StringIO(_text(path), newline=""), strict=True)
        try:
            self.header = [cell.strip() for cell in next(reader, [])]
            rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
            self.rows = [(line, cells) for line, cells in rows if any(cells)]
        except csv.Error as error:
            raise Fault(f"{path.name}, line {reader.line_num}: no valid CSV, {error}.") from None
        if len(self.header) == 1 and (found := re.search(r"[;\t]", self.header[0])):
            raise Fault(f"{path.name}, line 1: cells are divided by {found[0]!r}, where a comma is needed.")
        for line, cells in self.rows:
            if len(cells) != len(self.header):
                widths = f"{len(cells)} cells for {len(self.header)} columns"
                raise Fault(f"{path.name}, line {line} ({cells[0]}): {widths}.")

    def models(self, model: type[M], given: Mapping[str, object] | None = None) -> tuple[M, ...]:
        """Each row as a model; an empty cell says nothing. ``given`` holds for all rows."""
        given = given or {}
        known = set(model.model_fields) - set(given)
        for column in self.header:
            if column not in known:
                raise Fault(f"{self.path.name}, line 1: unknown column {column!r}.")
            if self.header.count(column) > 1:
                raise Fault(f"{self.path.name}, line 1: column {column!r} is there twice.")
        needed = {name for name, field in model.model_fields.items() if field.is_required()} & known
        if missing := sorted(needed - set(self.header)):
            raise Fault(f"{self.path.name}, line 1: column {missing[0]!r} is missing.")
        found: list[M] = []
        for line, cells in self.rows:
            said = {name: cell for name, cell in zip(self.header, cells, strict=True) if cell != ""}
            try:
                found.append(model.model_validate({**said, **given}))
            except ValidationError as error:
                raise Fault(
                    f"{self.path.name}, line {line} ({cells[0]}): {misfit_of(error).sentence()}."
                ) from None
        return tuple(found)

    def where(self, number: int) -> str:
        """The file and line of the row of that number, as an error begins."""
        return f"{self.path.name}, line {self.rows[number][0]}"


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")  # spreadsheets put a mark at the beginning
    except FileNotFoundError:
        raise Fault(f"{path.name}: the file is missing from {path.parent}.") from None
    except UnicodeDecodeError as error:
        raise Fault(f"{path.name}: no UTF-8 at byte {error.start}; save it as UTF-8.") from None
    before, nul, _ = text.partition("\0")
    if nul:  # which no database keeps
        raise Fault(f"{path.name}, line {len(before.splitlines())}: there is a NUL character; delete it.")
    return text


def _name(data: object) -> str:
    for key in ("key", "code"):
        if isinstance(data, dict) and isinstance(data.get(key), str):
            return f" ({data[key]})"
    return ""


class Misfit(NamedTuple):
    """Where data do not fit their model, and how."""

    kind: str
    place: tuple[int | str, ...]
    message: str
    offender: object
    context: Mapping[str, Any]

    def sentence(self) -> str:
        """Return it as a sentence without its full stop."""
        place = ".".join(str(step) for step in self.place)
        match self.kind:
            case "missing" | "union_tag_not_found":
                return f"{place} is missing"
            case "extra_forbidden":
                # ``source: A book, page 5`` in a flow mapping makes a key of the page
                comma = " (text with a comma needs quotes)" if self.offender is None and " " in place else ""
                return f"unknown key {place}{comma}"
            case "value_error":
                message = self.message.removeprefix("Value error, ")
                return f"{place}: {message}" if place else message
            case "union_tag_invalid":
                known = self.context["expected_tags"].replace("'", "").split(", ")
                near = get_close_matches(str(self.context["tag"]), known, 1)
                instead = f"the nearest is {near[0]}" if near else f"choose one of {', '.join(known)}"
                return f"{place} is {self.context['tag']!r}, which is none; {instead}"
            case "string_too_short":
                return f"{place} is empty"
            case _:
                return f"{place or 'this'} is {self._shown()}: {self._needed()}"

    def _shown(self) -> str:
        match self.offender:
            case list() | tuple():
                return "a list"  # in full it would hide the sentence
            case dict():
                return "a mapping"
            case None:
                return "empty"
            case bool() | date():
                return str(self.offender).lower()
        return repr(self.offender)

    def _needed(self) -> str:
        """What is needed there instead."""
        of = self.context
        match self.kind:
            case "string_type":
                return "text is needed" + ("" if self.offender is None else ", in quotes")
            case "tuple_type" | "list_type":
                return "a list is needed, in [ ]"
            case "model_type" | "model_attributes_type" | "dict_type":
                return "a mapping is needed, in { }"
            case "too_short":
                return f"{of['min_length']} or more are needed, and there are {of['actual_length']}"
            case "too_long":
                return f"at most {of['max_length']} are possible, and there are {of['actual_length']}"
            case "float_type" | "float_parsing":
                return "a number is needed" + (", with a point" if "," in str(self.offender) else "")
            case "int_type" | "int_parsing" | "int_from_float":
                return "a whole number is needed"
            case "bool_type" | "bool_parsing":
                return "true or false is needed"
            case "string_pattern_mismatch":
                first = ", a letter first" if "^[a-z]" in self.message else ""
                return f"only small letters, digits and _ are possible{first}"
        return f"{self.message[:1].lower()}{self.message[1:]}"


def misfit_of(error: ValidationError) -> Misfit:
    """Return the first misfit that tells a reader most."""
    # A misspelt key is both unknown and missing; what is there tells a reader more than what does not.
    errors = error.errors()
    # Of a number that is written with its own source, what is wrong as a plain number says nothing.
    errors = [one for one in errors if not _is_sourced_number(one)] or errors
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    # Pydantic names the member of a union, which is in no file, among the steps: `float`, or a function.
    place = [
        step
        for number, step in enumerate(first["loc"])
        if isinstance(step, int) or not _is_member_of_union(first["loc"], number)
    ]
    if first["type"].startswith("union_tag"):
        place.append(first["ctx"]["discriminator"].strip("'"))
    return Misfit(first["type"], tuple(place), first["msg"], first["input"], first.get("ctx", {}))


def _is_sourced_number(error: Mapping[str, object]) -> bool:
    return error["type"] == "float_type" and isinstance(error["input"], dict)


def _is_member_of_union(location: tuple[int | str, ...], number: int) -> bool:
    """Whether a step of pydantic's names a rule of an edition (``steps, 0, read``) or a kind of number."""
    step = location[number]
    is_kind_of_number = step == "OwnSource" or str(step).startswith("function-")
    return is_kind_of_number or (number >= 2 and location[number - 2] == "steps")
