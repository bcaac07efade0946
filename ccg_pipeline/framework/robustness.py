"""How sure results are said to be, and under which other rules they are looked at: an edition's own choice.

Belongs here: frozen models of the number and seed of draws, and of the statement's alternatives.
Does not belong here: ranges of numbers that are drawn (variations.py), drawing or rating anything (method).
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ccg_pipeline.framework.provenance import Frozen, Provenance, Sourced, Stated, Text, Unit

About = Literal["weights", "cuts", "references", "missing", "indicators"]


class Draws(Frozen):
    """How many draws every interval, probability and rank rests on, and from which seed.

    ``draws`` with the method as stated; ``versions`` of it, each crossed with ``samples``. 95 % limits need
    forty draws at the least.
    """

    draws: Annotated[Sourced, Unit("draws")]
    versions: Annotated[Sourced, Unit("versions of the method")]
    samples: Annotated[Sourced, Unit("draws a version")]
    seed: Sourced

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name, least in (("draws", 40), ("versions", 1), ("samples", 1), ("seed", 0)):
            value = getattr(self, name).value
            if value < least or value % 1:
                raise ValueError(f"{name} {value:g} must be whole, from {least} up")
        return self

    def number(self, name: str) -> int:
        """One of the four as a whole number."""
        return int(getattr(self, name).value)


class Alternative(Frozen):
    """Another rule under which every rating is made once more, to see how many change.

    One of: ``values``, other values of the edition's parameters, by their names;
    ``reference``, England in the place of the standards; ``leave_out``, each indicator in its turn.
    """

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    about: About
    values: dict[Text, float | Text] = Field(default_factory=dict)
    reference: Literal["england"] | None = None
    leave_out: Literal["each_indicator"] | None = None
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _changes_one_thing(self) -> Self:
        given = [name for name in ("values", "reference", "leave_out") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(f"one of values, reference and leave_out must be given, not {len(given)}")
        fits = {"reference": ("references",), "leave_out": ("indicators",)}
        if self.about not in fits.get(given[0], ("weights", "cuts", "missing")):
            raise ValueError(f"{given[0]} cannot be about {self.about}")
        return self

    def stated(self) -> Iterator[Stated]:
        """Each number that is tried, or what is done instead."""
        for item, value in self.values.items():
            yield Stated(item, value, "", self.provenance, self.source)
        for name in ("reference", "leave_out"):
            if (value := getattr(self, name)) is not None:
                yield Stated(name, value, "", self.provenance, self.source)
