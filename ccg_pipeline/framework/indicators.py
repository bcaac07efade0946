"""What an indicator is: its kind, direction, reference and where its figures come from.

Belongs here: the frozen models of an indicator and a supplementary measure, and what must agree within one.
Does not belong here: the indicators themselves, which are data (indicators.csv), bands and scores (method).
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ccg_pipeline.framework.provenance import Frozen, Provenance, Stated, Text
from ccg_pipeline.framework.vocabulary.rule import Way

Kind = Literal["proportion", "rate", "mean", "index", "judgement", "milestones"]
Direction = Literal["higher_is_better", "lower_is_better", "no_direction"]
DIRECTIONS: dict[Way, Direction] = {
    "higher": "higher_is_better",
    "lower": "lower_is_better",
    "none": "no_direction",
}
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Indicator(Frozen):
    """One of the 60 indicators. ``scale`` turns numerator over denominator into the published unit.

    ``standard_error`` says how a value's standard error is found: from counts (binomial, poisson), from its
    published 95 % interval, or not at all (judgement and milestones earn points by ``points_scale``).
    ``sampling_phi``: by how much one event that brings many counts makes their variance greater than chance
    alone would; 1 without. ``drawn_by``: ``counts`` where several organisations carry one published figure,
    each with all of its counts. ``exact``: counts are so small that the normal law is off, so that the chance
    of as few or as many is worked out exactly; ``false``, with its reason, where it is near enough.
    ``usual_value``: about what England's value is, against which a slipped unit shows; no rating rests on it.
    ``counts_towards_overall`` says whether it is part of the performance block of the overall rating.
    """

    code: Annotated[str, Field(pattern=r"^[0-9a-z_]+$")]
    area: Text
    name: Text
    unit: Text
    kind: Kind
    better: Way
    standard_error: Literal["binomial", "poisson", "interval", "none"]
    scale: Positive
    reference: Literal["standard", "england", "none"]
    standard: Annotated[float, Field(allow_inf_nan=False)] | None = None
    standard_provenance: Provenance | None = None
    standard_source: str = ""
    usual_value: Positive | None = None
    usual_value_provenance: Provenance | None = None
    usual_value_source: str = ""
    publication: Text
    publisher: Text
    frequency: Text
    max_age_months: Annotated[int, Field(gt=0)]
    annual_value: Literal["latest", "mean_of_months"]
    annual_value_provenance: Provenance | None = None
    annual_value_source: str = ""
    overdispersion: bool
    overdispersion_provenance: Provenance | None = None
    overdispersion_source: str = ""
    sampling_phi: Annotated[float, Field(ge=1, allow_inf_nan=False)] | None = None
    sampling_phi_provenance: Provenance | None = None
    sampling_phi_source: str = ""
    drawn_by: Literal["counts"] | None = None
    drawn_by_provenance: Provenance | None = None
    drawn_by_source: str = ""
    exact: bool | None = None
    exact_provenance: Provenance | None = None
    exact_source: str = ""
    points_scale: Text | None = None
    counts_towards_overall: bool
    counts_provenance: Provenance | None = None
    counts_source: str = ""
    why_it_matters: Text
    authored_by: Text
    checked_by: str = ""
    next_review: date | None = None
    provenance: Provenance
    source: Text
    confidence: Text

    @property
    def exact_counts(self) -> tuple[str, float] | None:
        """Kind of its counts, and per how many, where its limits are exact; None where they are not."""
        return (self.standard_error, self.scale) if self.exact else None

    @property
    def direction(self) -> Direction:
        """Which way is better, in the words of the tables."""
        return DIRECTIONS[self.better]

    @property
    def measure(self) -> str:
        """The measure that it reads."""
        return f"{self.publication}/{self.code}"

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
        for name, departs, provenance, source in self._departures():
            if departs != (provenance is not None) or departs != bool(source):
                raise ValueError(f"{name} needs its provenance and source when it is given, and only then")
        is_plain = self.standard_error in ("binomial", "poisson") and self.better != "none"
        if self.exact and not (is_plain and not self.overdispersion and self.sampling_phi is None):
            raise ValueError("exact goes with counts of which one way is better, and with plain limits alone")
        if by_points and (self.overdispersion or self.sampling_phi is not None):
            name = "overdispersion" if self.overdispersion else "sampling_phi"
            raise ValueError(f"{name} makes no sense for kind {self.kind}")
        return self

    def stated(self) -> Iterator[Stated]:
        """The standard, the usual value, and each choice that departs from the rule for all indicators."""
        values = (
            self.standard,
            self.usual_value,
            self.annual_value,
            self.overdispersion,
            self.sampling_phi,
            self.exact,
            self.drawn_by,
            self.counts_towards_overall,
        )
        for (name, departs, provenance, source), value in zip(self._departures(), values, strict=True):
            if departs and provenance is not None and value is not None:
                shown = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
                has_unit = name in ("standard", "usual_value")
                yield Stated(name, shown, self.unit if has_unit else "", provenance, source)

    def _departures(self) -> tuple[tuple[str, bool, Provenance | None, str], ...]:
        return (
            ("standard", self.standard is not None, self.standard_provenance, self.standard_source),
            (
                "usual_value",
                self.usual_value is not None,
                self.usual_value_provenance,
                self.usual_value_source,
            ),
            (
                "annual_value",
                self.annual_value != "latest",
                self.annual_value_provenance,
                self.annual_value_source,
            ),
            (
                "overdispersion",
                self.overdispersion,
                self.overdispersion_provenance,
                self.overdispersion_source,
            ),
            (
                "sampling_phi",
                self.sampling_phi is not None,
                self.sampling_phi_provenance,
                self.sampling_phi_source,
            ),
            ("exact", self.exact is not None, self.exact_provenance, self.exact_source),
            ("drawn_by", self.drawn_by is not None, self.drawn_by_provenance, self.drawn_by_source),
            (
                "counts_towards_overall",
                not self.counts_towards_overall,
                self.counts_provenance,
                self.counts_source,
            ),
        )


class Supplementary(Frozen):
    """A measure that is no indicator but that a rule or a table needs.

    ``level`` says whose measure it is: a CCG's, or a Sustainability and Transformation Plan's by its code.
    ``points_scale`` names the scale whose labels a judgement may have; its points are not used.
    """

    code: Text
    name: Text
    unit: Text
    publication: Text
    level: Literal["ccg", "stp"]
    points_scale: Text | None = None
    max_age_months: Annotated[int, Field(gt=0)]
    provenance: Provenance
    source: Text

    @property
    def measure(self) -> str:
        """The measure that it is."""
        return f"{self.publication}/{self.code}"
