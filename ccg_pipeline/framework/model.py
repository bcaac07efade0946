"""The methodology of one edition as frozen models: domains, areas, publications, and the edition itself.

Belongs here: what an edition is made of, and asking it for its parts and for the provenance of its numbers.
Does not belong here: indicators (indicators.py), lanes (rules.py), its nodes (edition.py) and what is asked
of them (lane_rules.py), what data and results are expected to look like (expectations.py), reading files
(load.py), any arithmetic on data.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, InstanceOf, model_validator

from ccg_pipeline.framework.edition import Edition as EditionOfNodes
from ccg_pipeline.framework.expectations import Expectation, PublishedCount
from ccg_pipeline.framework.filling import Instead, Written
from ccg_pipeline.framework.indicators import Indicator, Supplementary
from ccg_pipeline.framework.lane_rules import (
    PANEL,
    OverallRule,
    PanelRule,
    PointsScale,
    overall_rule,
    panel_rule,
    points_scale,
)
from ccg_pipeline.framework.provenance import (
    Choice,
    Frozen,
    Number,
    Provenance,
    Sourced,
    Stated,
    Text,
    Unit,
    numbers_of,
)
from ccg_pipeline.framework.robustness import Alternative, Draws
from ccg_pipeline.framework.rules import LaneRule, lane_rule
from ccg_pipeline.framework.variations import Variation

T = TypeVar("T")
FILES = {
    "size": "framework.yaml",
    "max_age_months": "framework.yaml",
    "conventions": "framework.yaml",
    "domains": "framework.yaml",
    "expectations": "framework.yaml",
    "uncertainty": "framework.yaml",
    "areas": "areas.csv",
    "indicators": "indicators.csv",
    "supplementary": "supplementary.csv",
    "publications": "publications.csv",
    "rules": "edition.yaml",
    "published_counts": "published_counts.csv",
    "variations": "variations.csv",
    "alternatives": "robustness.yaml",
}


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


class Publication(Frozen):
    """A statistical release by a publisher, and the dates of its files that carry none.

    ``read_for`` says what its files are read for: the figures that something in the edition takes from it;
    a supplement to those, of some organisations or of some periods, of indicators whose own publication is
    another; or no more than the account of their rows.
    """

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    publisher: Text
    layout: Literal["published", "assumed", "made_up"]
    read_for: Literal["figures", "supplement", "account"] = "figures"
    cadence: Literal["monthly", "quarterly", "annual"]
    level: Literal["ccg", "lsoa", "local_authority", "stp", "trust", "any"]
    undated_period_start: date | None = None
    undated_period_end: date | None = None
    undated_published_on: date | None = None
    undated_provenance: Provenance | None = None
    undated_source: str = ""
    stale_after_days: Annotated[int, Field(gt=0)]
    stale_provenance: Provenance
    stale_source: Text
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _dates_agree(self) -> Self:
        dates = (self.undated_period_start, self.undated_period_end, self.undated_published_on)
        if {any(dates)} != {bool(self.undated_source), self.undated_provenance is not None}:
            raise ValueError("undated dates need undated_provenance and undated_source, and only then")
        given = [one for one in dates if one is not None]
        if given != sorted(given):
            raise ValueError("undated dates must follow one another: start, end, published")
        return self

    def stated(self) -> Iterator[Stated]:
        """After how long it is stale, and the dates that its undated files are given."""
        yield Stated(
            "stale_after_days", self.stale_after_days, "days", self.stale_provenance, self.stale_source
        )
        for name in ("undated_period_start", "undated_period_end", "undated_published_on"):
            day = getattr(self, name)
            if day is not None and self.undated_provenance is not None:
                yield Stated(name, day.isoformat(), "", self.undated_provenance, self.undated_source)


class Size(Frozen):
    """How many of each an edition has, so that a lost row is noticed."""

    domains: int
    areas: int
    indicators: int
    panels: int
    provenance: Provenance
    source: Text

    def stated(self) -> Iterator[Stated]:
        """The four counts."""
        for name in ("domains", "areas", "indicators", "panels"):
            yield Stated(name, getattr(self, name), "", self.provenance, self.source)


class Framework(Frozen):
    """What framework.yaml says: the edition's name and size, and what holds for all indicators and lanes.

    ``conventions`` are what the code does by a rule without a number, stated here so that nobody takes it for
    NHS England's: changing the text changes nothing.
    """

    key: Text
    title: Text
    year: Text
    size: Size
    max_age_months: Annotated[Sourced, Unit("months")]
    conventions: dict[str, Choice]
    domains: tuple[Domain, ...]
    expectations: tuple[Expectation, ...]
    uncertainty: Draws

    @model_validator(mode="after")
    def _whole_months(self) -> Self:
        if self.max_age_months.value < 1 or self.max_age_months.value % 1:
            raise ValueError(f"max_age_months {self.max_age_months.value:g} must be whole, from 1 up")
        return self


class Edition(Framework):
    """The methodology in force: everything that the pipeline knows about a framework, as data."""

    areas: tuple[Area, ...]
    indicators: tuple[Indicator, ...]
    supplementary: tuple[Supplementary, ...]
    publications: tuple[Publication, ...]
    rules: InstanceOf[Written]
    published_counts: tuple[PublishedCount, ...]
    variations: tuple[Variation, ...]
    alternatives: tuple[Alternative, ...]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, `update`d, that remembers nothing of what it was worked out from."""
        found = super().model_copy(update=update, deep=deep)
        for remembered in set(found.__dict__) - set(type(self).model_fields):
            del found.__dict__[remembered]
        return found

    @cached_property
    def nodes(self) -> EditionOfNodes:
        """Its rules as nodes of the vocabulary, which the engine runs, filled from its own rows."""
        return self.rules.filled(self._rows)

    @property
    def _rows(self) -> Instead:
        return {"areas": self.areas, "indicators": self.indicators, "supplementary": self.supplementary}

    @cached_property
    def lanes(self) -> tuple[LaneRule, ...]:
        """Its two lanes, in the order of its rounds."""
        return tuple(lane_rule(self.nodes, one) for one in self.nodes.rounds)

    @cached_property
    def panels(self) -> tuple[PanelRule, ...]:
        """The rules of the panels of its areas, in the order of their nodes."""
        areas = {one.panel: one.code for one in self.areas}
        return tuple(
            panel_rule(self.nodes, node, area, [one.code for one in self.indicators_of(area)])
            for node in self.nodes.nodes
            if node.level == PANEL and (area := areas.get(node.key))
        )

    @cached_property
    def overall(self) -> OverallRule:
        """The rule of the overall rating."""
        return overall_rule(self.nodes)

    @cached_property
    def points_scales(self) -> tuple[PointsScale, ...]:
        """How judgements and milestones earn points: each scale that an indicator has."""
        users = {one.points_scale: one.code for one in self.indicators if one.points_scale is not None}
        return tuple(points_scale(key, self.nodes.node[code]) for key, code in users.items())

    @cached_property
    def _indicators(self) -> dict[str, Indicator]:
        return {one.code: one for one in self.indicators}

    @cached_property
    def indicator_codes(self) -> tuple[str, ...]:
        """Codes of all indicators, in the edition's order."""
        return tuple(one.code for one in self.indicators)

    def indicator(self, code: str) -> Indicator:
        """The indicator of that code; KeyError when the edition has none."""
        if code not in self._indicators:
            raise KeyError(f"the edition has no indicator {code!r}")
        return self._indicators[code]

    def indicators_of(self, area_code: str) -> tuple[Indicator, ...]:
        """The indicators of an area, in the edition's order."""
        return tuple(one for one in self.indicators if one.area == area_code)

    def area(self, code: str) -> Area:
        """The area of that code; KeyError when the edition has none, here and below."""
        return _one(self.areas, "code", code)

    def domain(self, code: str) -> Domain:
        """The domain of that code."""
        return _one(self.domains, "code", code)

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
        """Every number of the edition, and every choice that the files give a provenance, file by file."""
        for field, file in FILES.items():
            if field == "rules":
                yield from self.nodes.numbers(of_rows=False)
                continue
            unit = "months" if field == "max_age_months" else ""
            yield from numbers_of(getattr(self, field), file, _item_of(field), unit)

    def assumed(self) -> tuple[Number, ...]:
        """The numbers and choices that are our own assumption and not NHS England's."""
        return tuple(one for one in self.numbers() if one.provenance == "assumed")

    def with_parameters(self, values: Mapping[str, float | str]) -> Self:
        """The edition with other values for these parameters of its nodes.

        Nothing is checked again: cuts must still fall. KeyError for a name that leads nowhere.
        """
        if not values:
            return self
        rules = self.rules.with_parameters(values, self.nodes, self._rows)
        return self.model_copy(update={"rules": rules})


def _item_of(field: str) -> str:
    """What a table or a document is about needs no name in front; a part of framework.yaml does."""
    return field if FILES[field] == "framework.yaml" else ""


def _one(things: tuple[T, ...], attribute: str, value: str) -> T:
    for thing in things:
        if getattr(thing, attribute) == value:
            return thing
    kind = type(things[0]).__name__ if things else "thing"
    raise KeyError(f"the edition has no {kind} {value!r}")
