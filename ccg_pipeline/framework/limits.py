"""Between which values a measure's figures lie, as its edition says or as its unit tells.

Belongs here: limits as data of an edition, and those that a unit of measurement implies.
Does not belong here: holding figures against them (sources/observing.py).
"""

import re
from collections.abc import Iterator
from math import inf
from typing import Annotated, Self

from pydantic import Field, model_validator

from ccg_pipeline.framework.provenance import Frozen, Provenance, Stated, Text

TIMES_SCALE = 10
"""A rate is at most so many times its scale: ten events a person, or ten bookings a referral (assumed)."""

_FROM_TO = re.compile(r"\b([0-9]+)-([0-9]+)\b")


class Limits(Frozen):
    """The least and the most that a measure's figures can be, in its unit; without one there is no limit."""

    measure: Text
    least: Annotated[float, Field(allow_inf_nan=False)] | None = None
    most: Annotated[float, Field(allow_inf_nan=False)] | None = None
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("limits say the least, the most or both")
        if self.least is not None and self.most is not None and self.least >= self.most:
            raise ValueError(f"the least {self.least:g} is not below the most {self.most:g}")
        return self

    def stated(self) -> Iterator[Stated]:
        """Each limit."""
        for name in ("least", "most"):
            if (number := getattr(self, name)) is not None:
                yield Stated(name, number, "", self.provenance, self.source)


def unknown_measures(limits: tuple[Limits, ...], measures: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Limits of what no node reads, or given twice: their places, and a sentence without its full stop."""
    for place, one in enumerate(limits):
        if one.measure not in measures:
            yield place, f"limits are given of {one.measure}, which no node reads"
        if one.measure in [other.measure for other in limits[:place]]:
            yield place, f"limits are given of {one.measure} a second time"


def limits_of_unit(unit: str, kind: str, scale: float) -> tuple[float, float]:
    """The least and the most that a figure of that unit and kind of indicator can be.

    "score 0-100" says both; a share is from 0 to 100 %, unless it is a rate of two different things
    (bookings per referral), which lies below TIMES_SCALE times its scale.
    """
    if kind not in ("rate", "proportion") and (found := _FROM_TO.search(unit)):
        return float(found[1]), float(found[2])
    if kind == "rate":
        return 0.0, TIMES_SCALE * scale
    return (0.0, 100.0) if unit.startswith("%") else (-inf, inf)
