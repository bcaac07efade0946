"""The methodology of one edition as frozen models: domains, areas, indicators, publications, the edition.

Belongs here: what an edition is made of, and asking it for its parts and for the provenance of its numbers.
Does not belong here: the shapes of its rules (rules.py), reading files (load.py), any arithmetic on data.
"""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, model_validator

from ccg_pipeline.framework.rules import (
    Banding,
    Expectation,
    Frozen,
    LaneRule,
    OverallRule,
    PanelRule,
    PointsScale,
    Provenance,
    PublishedCount,
    Sourced,
    Text,
)

T = TypeVar("T")
Kind = Literal["proportion", "rate", "mean", "index", "judgement", "milestones"]
Direction = Literal["higher_is_better", "lower_is_better", "no_direction"]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Domain(Frozen):
    """One of the four domains that group the areas."""

    code: Text
    name: Text


class Area(Frozen):
    """One of the 29 areas; ``panel`` is the key of the panel that verifies it, or None."""

    code: Text
    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Text
    domain: Text
    panel: Text | None = None
    provenance: Provenance
    source: Text


class Indicator(Frozen):
    """One of the 60 indicators. ``scale`` turns numerator over denominator into the published unit.

    ``standard_error`` says how a value's standard error is found: from counts (binomial, poisson), from its
    published 95 % interval, or not at all (judgement and milestones earn points by ``points_scale``).
    ``counts_towards_overall`` says whether it is part of the performance block of the overall rating.
    """

    code: Annotated[str, Field(pattern=r"^[0-9]{3}[a-z]$")]
    area: Text
    name: Text
    unit: Text
    kind: Kind
    direction: Direction
    standard_error: Literal["binomial", "poisson", "interval", "none"]
    scale: Positive
    reference: Literal["standard", "england", "none"]
    standard: Annotated[float, Field(allow_inf_nan=False)] | None = None
    standard_provenance: Provenance | None = None
    standard_source: str = ""
    publication: Text
    publisher: Text
    frequency: Text
    max_age_months: Annotated[int, Field(gt=0)]
    annual_value: Literal["latest", "mean_of_months"]
    annual_value_source: str = ""
    overdispersion: bool
    overdispersion_source: str = ""
    points_scale: Text | None = None
    counts_towards_overall: bool
    counts_source: str = ""
    why_it_matters: Text
    authored_by: Text
    checked_by: str = ""
    next_review: date | None = None
    provenance: Provenance
    source: Text
    confidence: Text

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        by_points = self.kind in ("judgement", "milestones")
        if by_points != (self.points_scale is not None) or by_points != (self.standard_error == "none"):
            raise ValueError(
                f"kind {self.kind} goes with standard_error {self.standard_error} and points_scale "
                f"{self.points_scale}: judgement and milestones take points, all others a standard error"
            )
        if by_points != (self.reference == "none"):
            raise ValueError(f"kind {self.kind} does not go with reference {self.reference}")
        if self.kind == "proportion" and self.scale != 100:
            raise ValueError(f"a proportion is in percent, so scale must be 100 and not {self.scale:g}")
        if (self.reference == "standard") != (self.standard is not None):
            raise ValueError(f"reference is {self.reference}, but standard is {self.standard}")
        if (self.standard is None) != (self.standard_provenance is None) or (
            self.standard is not None and not self.standard_source
        ):
            raise ValueError("a standard needs standard_provenance and standard_source, and they a standard")
        if self.overdispersion != bool(self.overdispersion_source):
            raise ValueError("overdispersion needs overdispersion_source to say why, and only then")
        if self.overdispersion and self.standard_error == "none":
            raise ValueError(f"overdispersion makes no sense for kind {self.kind}")
        if (self.annual_value != "latest") != bool(self.annual_value_source):
            raise ValueError("annual_value other than latest needs annual_value_source, and only then")
        if not self.counts_towards_overall and not self.counts_source:
            raise ValueError("an indicator that does not count towards overall needs counts_source")
        return self


class Supplementary(Frozen):
    """A measure that is no indicator but that a rule or a table needs."""

    code: Text
    name: Text
    unit: Text
    publication: Text
    level: Literal["ccg", "stp"]
    points_scale: Text | None = None
    provenance: Provenance
    source: Text


class Publication(Frozen):
    """A statistical release by a publisher, and the dates of its files that carry none."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    publisher: Text
    layout: Literal["published", "assumed", "made_up"]
    cadence: Literal["monthly", "quarterly", "annual"]
    level: Text
    undated_period_start: date | None = None
    undated_period_end: date | None = None
    undated_published_on: date | None = None
    undated_source: str = ""
    stale_after_days: Annotated[int, Field(gt=0)]
    stale_provenance: Provenance
    stale_source: Text
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _dates_agree(self) -> Self:
        dates = (self.undated_period_start, self.undated_period_end, self.undated_published_on)
        if any(dates) != bool(self.undated_source):
            raise ValueError("an undated date needs undated_source to say why, and only then")
        given = [one for one in dates if one is not None]
        if given != sorted(given):
            raise ValueError("undated dates must follow one another: start, end, published")
        return self


class Number(Frozen):
    """A number, or a choice, of the methodology: where it stands and where it comes from."""

    file: Text
    item: Text
    value: float | str
    unit: str = ""
    provenance: Provenance
    source: Text


class Edition(Frozen):
    """The methodology in force: everything that the pipeline knows about a framework, as data."""

    key: Text
    title: Text
    year: Text
    max_age_months: Sourced
    domains: tuple[Domain, ...]
    areas: tuple[Area, ...]
    indicators: tuple[Indicator, ...]
    supplementary: tuple[Supplementary, ...]
    publications: tuple[Publication, ...]
    points_scales: tuple[PointsScale, ...]
    banding: Banding
    panels: tuple[PanelRule, ...]
    overall: OverallRule
    lanes: tuple[LaneRule, ...]
    expectations: tuple[Expectation, ...]
    published_counts: tuple[PublishedCount, ...]

    @cached_property
    def _indicators(self) -> dict[str, Indicator]:
        return {one.code: one for one in self.indicators}

    @cached_property
    def indicator_codes(self) -> tuple[str, ...]:
        """Codes of all indicators, in the edition's order."""
        return tuple(one.code for one in self.indicators)

    def indicator(self, code: str) -> Indicator:
        """The indicator of that code; KeyError names what the edition has not."""
        return self._indicators[code]

    def indicators_of(self, area_code: str) -> tuple[Indicator, ...]:
        """The indicators of an area, in the edition's order."""
        return tuple(one for one in self.indicators if one.area == area_code)

    def area(self, code: str) -> Area:
        """The area of that code."""
        return _one(self.areas, "code", code)

    def panel(self, key: str) -> PanelRule:
        """The rule of that panel."""
        return _one(self.panels, "key", key)

    def publication(self, key: str) -> Publication:
        """The publication of that key."""
        return _one(self.publications, "key", key)

    def measure(self, code: str) -> Supplementary:
        """The supplementary measure of that code."""
        return _one(self.supplementary, "code", code)

    def points_scale(self, key: str) -> PointsScale:
        """The points scale of that key."""
        return _one(self.points_scales, "key", key)

    def lane(self, key: str) -> LaneRule:
        """What that lane calls its ratings and when it is released."""
        return _one(self.lanes, "key", key)

    def labels(self, lane: str) -> tuple[str, ...]:
        """The four labels of a lane, best first: grade 1 is ``labels[0]``."""
        return self.lane(lane).labels

    def expectation(self, key: str) -> Expectation:
        """The plausibility expectation of that key."""
        return _one(self.expectations, "key", key)

    def numbers(self) -> Iterator[Number]:
        """Every number of the edition, and every choice that was not found, with its provenance."""
        return iter(())

    def assumed(self) -> tuple[Number, ...]:
        """The numbers and choices that are our own assumption and not NHS England's."""
        return tuple(one for one in self.numbers() if one.provenance == "assumed")


def _one(things: tuple[T, ...], attribute: str, value: str) -> T:
    for thing in things:
        if getattr(thing, attribute) == value:
            return thing
    raise KeyError(f"the edition has no {type(things[0]).__name__} {value!r}")
