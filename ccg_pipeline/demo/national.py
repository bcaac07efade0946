"""What the made-up year is drawn around: national values, spreads, shares of judgements, calendars.

Belongs here: reading the packaged tables into frozen types that refuse a row which does not fit.
Does not belong here: drawing anything, laying out any file, the methodology (``framework`` has that).

``national_values.csv`` says of each national value whether it was found, derived, remembered or assumed
(``provenance``), and the same of everything else in its row (``shape_provenance``). ``calendar.csv`` gives
the periods of each publication as they fall for 2016-17, chosen after the publishers' habits: assumed.
"""

import csv
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Provenance = Literal["found", "derived", "memory", "assumed"]
Share = Annotated[float, Field(ge=0, le=1)]
Loading = Annotated[float, Field(ge=-1, le=1)]
Positive = Annotated[float, Field(gt=0)]
Text = Annotated[str, Field(min_length=1)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NationalValue(_Row):
    """One measure's national value, in its published unit, and how CCGs differ round it.

    ``national_first`` and ``national_last`` hold for the first and last period of the year, with a straight
    line between. ``spread`` is the standard deviation between CCGs. ``count_noise`` is the variance of a
    count over that of independent events (1 = Poisson or binomial). ``standard_error`` is that of a mean or
    index in a CCG of average size, or of whoever judges. ``top`` is 100 for a percentage; of ``out_of``
    items (milestones) the value is ``top`` times the share met. A denominator is ``denominator_per_1000`` of
    the ``base`` population in each step of the calendar; flows add up over a period, a stock does not.
    ``level`` says who shares a latent rate: each CCG has its own, a local office's CCGs share one, or a plan
    has one figure that its CCGs repeat. ``deprivation``, ``pressure`` and ``management`` are correlations
    with those factors. Counts from 1 to below ``suppressed_below`` are suppressed, and a share at random.
    """

    indicator: Text
    national_first: float
    national_last: float
    top: Positive | None
    out_of: Annotated[int, Field(gt=0)] | None
    spread: Positive
    count_noise: Annotated[float, Field(ge=1)]
    standard_error: Positive | None
    denominator_basis: str
    denominator_per_1000: Positive | None
    denominator_is: Literal["flow", "stock"] | None
    base: Literal["population", "adults"] | None
    level: Literal["ccg", "local_office", "plan"]
    deprivation: Loading
    pressure: Loading
    management: Loading
    suppressed_below: Annotated[int, Field(ge=0)]
    suppressed_share: Share
    missing_share: Share
    provenance: Provenance
    source: Text
    shape_provenance: Provenance
    shape_source: Text

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if sum(one**2 for one in self.loadings) > 1:
            raise ValueError("the three factors explain more than everything")
        said = (self.denominator_per_1000, self.denominator_is, self.base, self.denominator_basis or None)
        if len({one is None for one in said}) > 1:
            raise ValueError("a denominator is said in four columns or not at all")
        return self

    @property
    def loadings(self) -> tuple[float, float, float]:
        """Correlations with deprivation, pressure and management, in that order."""
        return (self.deprivation, self.pressure, self.management)


class JudgementShare(_Row):
    """How often a label is given, best label first within an indicator."""

    indicator: Text
    label: Text
    share: Share
    provenance: Provenance
    source: Text


class Release(_Row):
    """When a publication's files come: dates as they fall for 2016-17."""

    publication: Text
    every_months: Annotated[int, Field(gt=0)]
    months_covered: Annotated[int, Field(gt=0)]
    first_end: date
    periods: Annotated[int, Field(gt=0)]
    published_after_days: Annotated[int, Field(gt=0)]

    @property
    def window(self) -> int:
        """How many steps of the calendar one period adds up: 4 for a rolling year that moves each quarter."""
        return max(1, self.months_covered // self.every_months)


def _rows(name: str) -> Iterator[dict[str, str | None]]:
    text_columns = {"denominator_basis"}
    with (files("ccg_pipeline.demo") / name).open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            yield {key: text or ("" if key in text_columns else None) for key, text in row.items()}


@cache
def national_values(name: str = "national_values.csv") -> dict[str, NationalValue]:
    """All measures of the made-up year, by indicator or supplementary measure code."""
    values = [NationalValue.model_validate(row) for row in _rows(name)]
    return {value.indicator: value for value in values}


@cache
def judgement_shares(name: str = "judgement_shares.csv") -> dict[str, tuple[JudgementShare, ...]]:
    """The shares of a judgement's labels, best first, by indicator."""
    shares: dict[str, list[JudgementShare]] = {}
    for row in _rows(name):
        one = JudgementShare.model_validate(row)
        shares.setdefault(one.indicator, []).append(one)
    return {indicator: tuple(labels) for indicator, labels in shares.items()}


@cache
def releases(name: str = "calendar.csv") -> dict[str, Release]:
    """The calendar of every publication, by its key."""
    return {one.publication: one for one in map(Release.model_validate, _rows(name))}
