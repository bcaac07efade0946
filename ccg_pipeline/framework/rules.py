"""The shapes of an edition's rules: how values become points, grades, ratings and releases.

Belongs here: frozen models of numbers with their provenance, points scales, banding, the panels' rules, the
overall rule, the lanes, the plausibility expectations and the published counts.
Does not belong here: the indicators themselves (model.py), reading files (load.py), any arithmetic on data.
"""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Provenance = Literal["found", "derived", "memory", "assumed"]
Lane = Literal["interim", "annual"]
Text = Annotated[str, Field(min_length=1)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Grade = Annotated[int, Field(ge=1, le=4, strict=True)]


class Frozen(BaseModel):
    """A model that never changes after it was read and refuses keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sourced(Frozen):
    """A number of the methodology, with where it comes from.

    ``provenance`` is ``found`` in a published source, ``derived`` by arithmetic from published data, from
    ``memory`` (unverified) or ``assumed``; ``source`` names the publication, or says why it was chosen.
    """

    value: Number
    provenance: Provenance
    source: Text


class Choice(Frozen):
    """A choice of the methodology that is no number, with where it comes from."""

    value: Text
    provenance: Provenance
    source: Text


class Level(Frozen):
    """One step of a points scale: a judgement's label, or the least value that earns the points.

    ``points`` are 0 (worst) to 2 (best), as a band is. Its provenance covers ``at_least`` too.
    """

    label: Text | None = None
    at_least: Number | None = None
    points: Sourced

    @model_validator(mode="after")
    def _one_way_to_reach_it(self) -> Self:
        if (self.label is None) == (self.at_least is None):
            raise ValueError("a level has either a label or at_least, and not both")
        if not 0 <= self.points.value <= 2:
            raise ValueError(f"points {self.points.value:g} are outside 0 to 2")
        return self


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
                raise ValueError("a label stands twice")
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
    widened, for indicators that ask for it, when the winsorised dispersion phi exceeds ``widen_above_phi``.
    """

    cut: Sourced
    winsorise: Sourced
    widen_above_phi: Sourced
    range_inside: Sourced
    range_outside: Sourced

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        if self.cut.value <= 0:
            raise ValueError(f"cut {self.cut.value:g} must be above 0")
        if not 0 <= self.winsorise.value < 0.5:
            raise ValueError(f"winsorise {self.winsorise.value:g} must be at least 0 and below 0.5")
        return self


class Grading(Frozen):
    """How an indicator of a panel gets one of four grades, by position and significance.

    z (turned for direction) >= ``significant_at`` is grade 1, from 0 grade 2, above -``significant_at``
    grade 3, and below that 4.
    """

    significant_at: Sourced


class Matrix(Frozen):
    """Four by four grades: a row for each grade of the panel's first indicator, a column for the second's."""

    rows: tuple[tuple[Grade, ...], ...]
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _complete_and_fair(self) -> Self:
        if len(self.rows) != 4 or any(len(row) != 4 for row in self.rows):
            shape = " + ".join(str(len(row)) for row in self.rows)
            raise ValueError(f"the matrix must be complete, 4 rows of 4 grades, and has rows of {shape}")
        for lines in (self.rows, tuple(zip(*self.rows, strict=True))):
            if any(later < earlier for line in lines for earlier, later in pairwise(line)):
                raise ValueError("a worse grade of an indicator may not give a better rating")
        return self


class Mean(Frozen):
    """Scores for the four grades and three falling cuts on their mean: at or above the first is rating 1."""

    scores: tuple[Sourced, Sourced, Sourced, Sourced]
    cuts: tuple[Sourced, Sourced, Sourced]

    @model_validator(mode="after")
    def _falling(self) -> Self:
        for name, numbers in (("scores", self.scores), ("cuts", self.cuts)):
            values = [number.value for number in numbers]
            if any(later >= earlier for earlier, later in pairwise(values)):
                raise ValueError(f"{name} must fall, and are {', '.join(f'{value:g}' for value in values)}")
        return self


class MinimumData(Frozen):
    """A panel's rule for organisations with too little data: below ``below`` the rating is ``grade``."""

    measure: Text
    below: Sourced
    grade: Grade
    provenance: Provenance
    source: Text


class PanelRule(Frozen):
    """How one panel's area is rated. ``indicators`` decide the rating; ``shown`` stand beside it only.

    ``combine`` says which of ``matrix`` and ``mean`` is given. With fewer than ``minimum_indicators`` graded
    there is no rating.
    """

    key: Text
    name: Text
    area: Text
    indicators: Annotated[tuple[Text, ...], Field(min_length=1)]
    shown: tuple[Text, ...] = ()
    grading: Grading
    combine: Literal["matrix", "mean"]
    matrix: Matrix | None = None
    mean: Mean | None = None
    minimum_data: MinimumData | None = None
    minimum_indicators: Sourced
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _combine_is_given(self) -> Self:
        if (self.matrix is not None, self.mean is not None) != (
            self.combine == "matrix",
            self.combine == "mean",
        ):
            raise ValueError(f"combine is {self.combine}, so {self.combine} and nothing else must be given")
        if self.combine == "matrix" and len(self.indicators) != 2:
            raise ValueError(f"a matrix combines 2 indicators, not {len(self.indicators)}")
        if len(set(self.indicators + self.shown)) < len(self.indicators + self.shown):
            raise ValueError("an indicator stands twice")
        if self.minimum_indicators.value not in range(1, len(self.indicators) + 1):
            raise ValueError(
                f"minimum_indicators {self.minimum_indicators.value:g} must be a whole number "
                f"from 1 to {len(self.indicators)}"
            )
        if self.combine == "matrix" and self.minimum_indicators.value != 2:
            raise ValueError("a matrix needs both indicators, so minimum_indicators must be 2")
        return self


class Block(Frozen):
    """A part of the overall score: one judged indicator or, without ``indicator``, all that count."""

    key: Literal["performance", "leadership", "finance"]
    indicator: Text | None = None
    weight: Sourced


class OverallRule(Frozen):
    """The overall rating: weighted mean of the blocks (0 to 2), two lines on it, and the rule of both reds.

    Within the performance block what is missing renormalises; without one of ``required`` there is no rating.
    """

    blocks: tuple[Block, Block, Block]
    good_at: Sourced
    outstanding_at: Sourced
    inadequate_when_red: Annotated[tuple[Text, ...], Field(min_length=1)]
    inadequate_rule: Choice
    required: tuple[Text, ...]
    missing: Choice

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
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


class LaneRule(Frozen):
    """What a lane calls its four ratings, best first, and when it may be released.

    ``each_area``: an area is released when its own panel has decided. ``all_areas``: nothing before all have.
    """

    key: Lane
    title: Text
    labels: Annotated[tuple[Text, ...], Field(min_length=4, max_length=4)]
    release: Literal["each_area", "all_areas"]
    has_overall_rating: bool
    provenance: Provenance
    source: Text


class Expectation(Frozen):
    """What must be plausible about what landed, and whether its failure warns or blocks."""

    key: Text
    title: Text
    severity: Literal["warn", "block"]
    parameters: dict[str, Sourced] = Field(default_factory=dict)
    provenance: Provenance
    source: Text

    def parameter(self, name: str) -> float:
        """Value of a parameter; KeyError names the expectation when the edition has none of that name."""
        if name not in self.parameters:
            raise KeyError(f"{self.key} has no parameter {name}")
        return self.parameters[name].value


class PublishedCount(Frozen):
    """How many CCGs NHS England published in each grade; None where it was not published apart."""

    year: Text
    lane: Lane
    measure: Text
    best: int | None = None
    second: int | None = None
    third: int | None = None
    worst: int | None = None
    upper_two: int | None = None
    lower_two: int | None = None
    total: int
    provenance: Provenance
    source: Text
