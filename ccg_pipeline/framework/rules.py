"""The shapes of an edition's rules for all areas: points, bands, the overall rating, the lanes.

Belongs here: frozen models of points scales, banding, the overall rule, the lanes and their labels.
Does not belong here: the clinical areas (panels.py), what is expected of data and results (expectations.py),
the indicators themselves (model.py), any arithmetic on data.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from ccg_pipeline.framework.provenance import (
    Choice,
    Figure,
    Frozen,
    Provenance,
    Sourced,
    Stated,
    Text,
    Unit,
)

Lane = Literal["interim", "annual"]
Extremes = Literal["winsorise", "truncate"]
MISSING = {"renormalise": math.nan, "as_reference": 1.0, "as_worst": 0.0}


class Level(Frozen):
    """One step of a points scale: a judgement's label, or the least value that earns the points.

    ``points`` are 0 (worst) to 2 (best), as a band is. Its provenance covers ``at_least`` too.
    """

    label: Text | None = None
    at_least: Figure | None = None
    points: Annotated[Sourced, Unit("points, 0 to 2")]

    @model_validator(mode="after")
    def _one_way_to_reach_it(self) -> Self:
        if (self.label is None) == (self.at_least is None):
            raise ValueError("a level has either a label or at_least, and not both")
        if not 0 <= self.points.value <= 2:
            raise ValueError(f"points {self.points.value:g} are outside 0 to 2")
        return self

    def stated(self) -> Iterator[Stated]:
        """The threshold, with the provenance of its points."""
        if self.at_least is not None:
            own = self.points
            yield Stated("at_least", self.at_least, "indicator's unit", own.provenance, own.source)


class PointsScale(Frozen):
    """How a judgement, or a count of milestones, becomes 0 to 2 points; levels run from best to worst."""

    key: Text
    levels: Annotated[tuple[Level, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _from_best_to_worst(self) -> Self:
        points = [level.points.value for level in self.levels]
        if any(later >= earlier for earlier, later in pairwise(points)):
            raise ValueError("points must fall from one level to the next")
        if len({level.label is None for level in self.levels}) > 1:
            raise ValueError("levels are all labels or all at_least")
        if self.is_judgement:
            if len(set(self.labels)) < len(self.labels):
                raise ValueError("a label is there twice")
        else:
            steps = [level.at_least for level in self.levels if level.at_least is not None]
            if any(later >= earlier for earlier, later in pairwise(steps)):
                raise ValueError("at_least must fall from one level to the next")
            if steps[-1] != 0:
                raise ValueError("the last level must begin at 0, so that every value earns its points")
        return self

    @property
    def is_judgement(self) -> bool:
        """Whether the levels are labels (a judgement) and not thresholds (milestones)."""
        return self.levels[0].label is not None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of a judgement, best first; empty for milestones."""
        return tuple(level.label for level in self.levels if level.label is not None)

    def points_of_judgement(self, judgement: str) -> float | None:
        """Points of a judgement's label, or None when the scale has no such label."""
        for level in self.levels:
            if level.label is not None and level.label == judgement:
                return level.points.value
        return None

    def points_of_value(self, value: float) -> float | None:
        """Points of a value of milestones, in the indicator's unit; None for a negative value or NaN."""
        for level in self.levels:
            if level.at_least is not None and value >= level.at_least:
                return level.points.value
        return None


class Banding(Frozen):
    """How a value's distance from its reference, in standard errors, becomes band 0, 1 or 2.

    z is turned for direction first: z <= -cut is band 0, z >= cut is band 2, between is 1. An indicator
    without a better direction gets ``range_inside`` for |z| < cut and ``range_outside`` otherwise. Limits are
    widened, for indicators that ask for it, when the dispersion phi exceeds ``widen_above_phi``. Before that,
    the share ``winsorise`` of z at each end is pulled in (``extremes`` winsorise) or left out (truncate).
    England is worked out only where the share ``reference_needs`` of the CCGs has a figure of the period.
    ``standard_errors`` says in words how each kind is found; statistics/standard_errors.py has the formulas.
    """

    cut: Annotated[Sourced, Unit("standard errors")]
    winsorise: Annotated[Sourced, Unit("share at each end")]
    extremes: Choice
    widen_above_phi: Annotated[Sourced, Unit("phi")]
    reference_needs: Annotated[Sourced, Unit("share of the CCGs")]
    range_inside: Annotated[Sourced, Unit("points, 0 to 2")]
    range_outside: Annotated[Sourced, Unit("points, 0 to 2")]
    standard_errors: dict[Literal["binomial", "poisson", "interval"], Choice]

    @property
    def extremes_are(self) -> Extremes:
        """What is done with the extremes, as the word that the method knows."""
        return "truncate" if self.extremes.value == "truncate" else "winsorise"

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        if self.cut.value <= 0:
            raise ValueError(f"cut {self.cut.value:g} must be above 0")
        if self.extremes.value not in get_args(Extremes):
            raise ValueError(f"extremes is {self.extremes.value!r}, and must be winsorise or truncate")
        if not 0 <= self.winsorise.value < 0.5:
            raise ValueError(f"winsorise {self.winsorise.value:g} must be at least 0 and below 0.5")
        for name, points in (("range_inside", self.range_inside), ("range_outside", self.range_outside)):
            if not 0 <= points.value <= 2:
                raise ValueError(f"{name} {points.value:g} is outside 0 to 2")
        return self


class Block(Frozen):
    """A part of the overall score: one judged indicator or, without ``indicator``, all that count."""

    key: Literal["performance", "leadership", "finance"]
    indicator: Text | None = None
    weight: Annotated[Sourced, Unit("share of the overall score")]


class OverallRule(Frozen):
    """The overall rating: weighted mean of the blocks (0 to 2), two lines on it, and the rule of both reds.

    What is missing of the performance block, as ``missing`` says: ``renormalise`` leaves it out of the mean,
    ``as_reference`` counts it as band 1 and ``as_worst`` as band 0. Without one of ``required`` there is no
    rating.
    ``inadequate_rule`` names the judgement that all of ``inadequate_when_red`` have for the lowest rating.
    """

    blocks: tuple[Block, Block, Block]
    good_at: Annotated[Sourced, Unit("overall score, 0 to 2")]
    outstanding_at: Annotated[Sourced, Unit("overall score, 0 to 2")]
    inadequate_when_red: Annotated[tuple[Text, ...], Field(min_length=1)]
    inadequate_rule: Choice
    required: tuple[Text, ...]
    missing: Choice

    @property
    def points_of_missing(self) -> float:
        """Points of an indicator that counts and is missing; NaN where it is left out of the mean."""
        return MISSING[self.missing.value]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.missing.value not in MISSING:
            raise ValueError(f"missing is {self.missing.value!r}, and must be one of {', '.join(MISSING)}")
        total = sum(block.weight.value for block in self.blocks)
        if abs(total - 1) > 1e-9:
            raise ValueError(f"weights must sum to 1, and sum to {total:g}")
        if self.outstanding_at.value <= self.good_at.value:
            raise ValueError(
                f"outstanding_at {self.outstanding_at.value:g} must be above good_at {self.good_at.value:g}"
            )
        if sorted(block.key for block in self.blocks) != ["finance", "leadership", "performance"]:
            raise ValueError("blocks must be performance, leadership and finance, each once")
        for block in self.blocks:
            if (block.indicator is None) != (block.key == "performance"):
                raise ValueError(f"block {block.key} has the wrong indicator: {block.indicator}")
        return self

    def block(self, key: str) -> Block:
        """The block of that key."""
        return next(block for block in self.blocks if block.key == key)


class OverallGate(Frozen):
    """Which body confirms a lane's overall rating after all panels have decided; its terms have the key.

    What it may moderate before it confirms, and who sits on it, is in its terms and not in the edition.
    """

    key: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    name: Text
    provenance: Provenance
    source: Text

    def stated(self) -> Iterator[Stated]:
        """Who confirms the overall rating."""
        yield Stated("confirmed by", self.name, "", self.provenance, self.source)


class LaneRule(Frozen):
    """What a lane calls its four ratings, best first, and when it may be released.

    ``each_area``: an area is released when its own panel has decided. ``all_areas``: nothing before all have,
    and before the body of ``overall_gate``, where there is one, has confirmed the overall rating.
    """

    key: Lane
    title: Text
    labels: Annotated[tuple[Text, ...], Field(min_length=4, max_length=4)]
    release: Literal["each_area", "all_areas"]
    release_provenance: Provenance
    release_source: Text
    has_overall_rating: bool
    overall_gate: OverallGate | None = None
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _gate_of_something(self) -> Self:
        if self.overall_gate is not None and not (self.has_overall_rating and self.release == "all_areas"):
            raise ValueError("overall_gate is for a lane with an overall rating that is released as a whole")
        return self

    def stated(self) -> Iterator[Stated]:
        """The four labels, best first, and when the lane is released."""
        yield Stated("labels", "; ".join(self.labels), "", self.provenance, self.source)
        yield Stated("release", self.release, "", self.release_provenance, self.release_source)
