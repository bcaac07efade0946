"""Numbers that say where they come from, finding every one of them in a model, and trying others there.

Belongs here: the base of all models of an edition, sourced numbers and choices, the walks that list them and
that put others in their place.
Does not belong here: what a number means to the method (rules.py, model.py), tables for people (describe.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Provenance = Literal["found", "derived", "memory", "assumed"]
Text = Annotated[str, Field(min_length=1)]
T = TypeVar("T")
Figure = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Frozen(BaseModel):
    """A model that never changes after it was read and refuses keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def stated(self) -> "Iterator[Stated]":
        """What the model states by plain fields, whose provenance is the model's own; nothing by default."""
        return iter(())


class Sourced(Frozen):
    """A number of the methodology, with where it comes from.

    ``provenance`` is ``found`` in a published source, ``derived`` by arithmetic from published data, from
    ``memory`` (unverified) or ``assumed``; ``source`` names the publication, or says why it was chosen.
    """

    value: Figure
    provenance: Provenance
    source: Text


class Choice(Frozen):
    """A choice of the methodology that is no number, with where it comes from."""

    value: Text
    provenance: Provenance
    source: Text


@dataclass(frozen=True)
class Unit:
    """The unit of a sourced number, annotated at its field."""

    name: str


@dataclass(frozen=True)
class Stated:
    """A number or choice that a model states: what it is called there, and where it comes from."""

    item: str
    value: float | str
    unit: str
    provenance: Provenance
    source: str


@dataclass(frozen=True)
class Number:
    """A number, or a choice, of the methodology: in which file it is and where it comes from."""

    file: str
    item: str
    value: float | str
    unit: str
    provenance: Provenance
    source: str


def numbers_of(thing: object, file: str, item: str = "", unit: str = "") -> Iterator[Number]:
    """Every number and choice in a model, however deep, in the order of its fields.

    ``item`` says where it is, its steps parted by " / ": ``cancer / mean / cuts / 1``.
    """
    match thing:
        case Sourced() | Choice():
            yield Number(file, item, thing.value, unit, thing.provenance, thing.source)
        case Frozen():
            for stated in thing.stated():
                where = _under(item, stated.item)
                yield Number(file, where, stated.value, stated.unit, stated.provenance, stated.source)
            for name, field in type(thing).model_fields.items():
                units = [mark.name for mark in field.metadata if isinstance(mark, Unit)]
                yield from numbers_of(
                    getattr(thing, name), file, _under(item, name), units[0] if units else ""
                )
        case tuple():
            for place, one in enumerate(thing, start=1):
                yield from numbers_of(one, file, _under(item, _called(one) or str(place)), unit)
        case dict():
            for name, one in thing.items():
                yield from numbers_of(one, file, _under(item, name), unit)


def with_values(thing: T, values: Mapping[str, float | str], item: str = "") -> T:
    """A model with other values for the numbers and choices that `values` names by their items.

    `item` as in `numbers_of`; what is not named stays, and is not even copied. Nothing is checked again: an
    order that must hold (cuts fall) is the caller's to keep. KeyError for a name that leads nowhere.
    """
    used: set[str] = set()
    changed: T = _changed(thing, values, item, used)
    if lost := sorted(set(values) - used):
        raise KeyError(f"the edition has no number {lost[0]!r} for which another could be tried")
    return changed


def _changed(thing: Any, values: Mapping[str, float | str], item: str, used: set[str]) -> Any:
    match thing:
        case Sourced() | Choice():
            if item not in values:
                return thing
            used.add(item)
            return thing.model_copy(update={"value": values[item]})
        case Frozen():
            parts = {name: getattr(thing, name) for name in type(thing).model_fields}
            found = {name: _changed(one, values, _under(item, name), used) for name, one in parts.items()}
            update = {name: one for name, one in found.items() if one is not parts[name]}
            return thing.model_copy(update=update) if update else thing
        case tuple():
            steps = [_under(item, _called(one) or str(place)) for place, one in enumerate(thing, start=1)]
            members = [_changed(one, values, step, used) for one, step in zip(thing, steps, strict=True)]
            is_same = all(new is old for new, old in zip(members, thing, strict=True))
            return thing if is_same else tuple(members)
        case dict():
            entries = {name: _changed(one, values, _under(item, name), used) for name, one in thing.items()}
            return thing if all(entries[name] is one for name, one in thing.items()) else entries
    return thing


def _under(item: str, step: str) -> str:
    return f"{item} / {step}" if item and step else item or step


def _called(thing: object) -> str:
    for attribute in ("key", "code", "label"):
        if isinstance(name := getattr(thing, attribute, None), str):
            return name
    return ""
