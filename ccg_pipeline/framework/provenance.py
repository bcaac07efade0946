"""Numbers that say where they come from, and finding every one of them in a model.

Belongs here: the base of all models of an edition, sourced numbers and choices, the walk that lists them.
Does not belong here: what a number means to the method (rules.py, model.py), tables for people (describe.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Provenance = Literal["found", "derived", "memory", "assumed"]


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("only blanks are no text")
    return value


Text = Annotated[str, Field(min_length=1), AfterValidator(_not_blank)]
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
    """A number, or a choice, of the methodology: in which file it is and where it comes from.

    `parameter`: that of which it is the value; '' where it stands for itself.
    """

    file: str
    item: str
    value: float | str
    unit: str
    provenance: Provenance
    source: str
    parameter: str = ""

    @property
    def text(self) -> str:
        """Its value as people write it, without its unit."""
        return " ".join(self.value.split()) if isinstance(self.value, str) else f"{self.value:g}"


def numbers_of(thing: object, file: str, item: str = "", unit: str = "") -> Iterator[Number]:
    """Every number and choice in a model, however deep, in the order of its fields.

    ``item`` says where it is, its steps parted by " / ": ``cancer / mean / cuts / 1``.
    """
    match thing:
        case Sourced() | Choice():
            of = getattr(thing, "parameter", "")
            yield Number(file, item, thing.value, unit, thing.provenance, thing.source, of)
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


def _under(item: str, step: str) -> str:
    return f"{item} / {step}" if item and step else item or step


def _called(thing: object) -> str:
    for attribute in ("key", "code", "label"):
        if isinstance(name := getattr(thing, attribute, None), str):
            return name
    return ""
