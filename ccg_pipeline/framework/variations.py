"""Which numbers of an edition might as well have been others, and over which ranges they are tried.

Belongs here: the frozen model of one range.
Does not belong here: the ranges themselves, which are data (variations.csv), putting other values into an
edition (filling.py), drawing them and what comes of it (method).
"""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from ccg_pipeline.framework.provenance import Frozen, Provenance, Stated, Text

Bound = Annotated[float, Field(allow_inf_nan=False)]


class Variation(Frozen):
    """What is tried in a number's place: ``low`` to ``high``, or one of ``choices``, parted by "|".

    It is a parameter of the edition's nodes. What has the same ``factor`` moves together: it is one
    assumption, made in several places.
    """

    parameter: Text
    factor: Text
    low: Bound | None = None
    high: Bound | None = None
    choices: str = ""
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _a_range_or_choices(self) -> Self:
        if (self.low is None) != (self.high is None) or (self.low is None) != bool(self.choices):
            raise ValueError(f"{self.parameter} needs low and high or choices, and not both")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"{self.parameter}: low {self.low:g} must be below high {self.high:g}")
        if self.choices and len(set(self.options)) < 2:
            raise ValueError(f"{self.parameter}: choices must be two or more, parted by |")
        return self

    @property
    def options(self) -> tuple[str, ...]:
        """The choices one by one; empty for a range."""
        return tuple(one.strip() for one in self.choices.split("|")) if self.choices else ()

    def at(self, place: float) -> float | str:
        """The value at a place from 0 (included) to 1 (not): along the range, or the choice that lies there.

        A number is spread evenly over its range; each choice has the same share.
        """
        if self.low is None or self.high is None:
            return self.options[int(place * len(self.options))]
        return self.low + place * (self.high - self.low)

    @property
    def key(self) -> str:
        """The parameter that it is about."""
        return self.parameter

    def stated(self) -> Iterator[Stated]:
        """The ends of the range, or the choices."""
        tried = {"low": self.low, "high": self.high, "choices": self.choices or None}
        for name, value in tried.items():
            if value is not None:
                yield Stated(name, value, "", self.provenance, self.source)
