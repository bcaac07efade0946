"""An edition of any framework that scores organisations up a hierarchy and grades them: its rules as models.

Belongs here: frozen models of the hierarchy's lines, the choice of indicators, scales, means level by level,
who is rated, peer groups and grades; and what must agree between them.
Does not belong here: reading files (load.py), any arithmetic on data (the method's `rating`), the rules that
only the Improvement and Assessment Framework has (model.py, rules.py, panels.py).
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ccg_pipeline.framework.hierarchy import Hierarchy, Node
from ccg_pipeline.framework.provenance import (
    Frozen,
    Number,
    Provenance,
    Sourced,
    Stated,
    Text,
    Unit,
    numbers_of,
)

Mean = Literal["arithmetic", "geometric", "harmonic"]
Scale = Literal["min_max", "z", "rank", "percentile", "distance_to_reference", "goalposts"]
Figure = Annotated[float, Field(allow_inf_nan=False)]

FILES = {
    "measures": "edition.yaml",
    "levels": "edition.yaml",
    "eligibility": "edition.yaml",
    "grades": "edition.yaml",
    "nodes": "hierarchy.csv",
}
NUMBERS_OF_SCALE = {"min_max": {"low", "high"}, "goalposts": {"low", "high"}, "z": {"ddof"}}
COLUMNS_OF_SCALE = {"distance_to_reference": {"reference"}, "goalposts": {"worst", "best"}}


class NodeRow(Frozen):
    """A line of the hierarchy: an indicator, which has a direction, or an aggregate, which has none.

    ``weight`` is within its parent, in proportion to the others there. ``reference``, ``worst`` and ``best``
    are in the indicator's unit, given where the scale asks for them.
    """

    code: Text
    parent: Text | None = None
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    direction: Literal["higher_is_better", "lower_is_better"] | None = None
    reference: Figure | None = None
    worst: Figure | None = None
    best: Figure | None = None
    provenance: Provenance
    source: Text

    def stated(self) -> Iterator[Stated]:
        """Its weight, and the numbers of its scale."""
        for name in ("weight", "reference", "worst", "best"):
            if (value := getattr(self, name)) is not None:
                yield Stated(name, value, "", self.provenance, self.source)


class ScaleRule(Frozen):
    """A scale on which organisations are set beside each other, with the numbers that it needs and no others.

    ``low`` and ``high``: what the worst and the best become. ``ddof``: a deviation divides by n − ddof.
    """

    scale: Scale
    low: Sourced | None = None
    high: Sourced | None = None
    ddof: Annotated[Sourced | None, Unit("subtracted from the number of organisations")] = None
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _has_its_numbers(self) -> Self:
        needs = NUMBERS_OF_SCALE.get(self.scale, set())
        has = {name for name in ("low", "high", "ddof") if getattr(self, name) is not None}
        if has != needs:
            raise ValueError(f"the scale {self.scale} needs {listed(needs)}, and has {listed(has)}")
        return self

    def stated(self) -> Iterator[Stated]:
        """Which scale."""
        yield Stated("scale", self.scale, "", self.provenance, self.source)


class Measures(Frozen):
    """Which indicators are used, what becomes of a missing value, and the scale that all are brought to.

    An indicator that no more than ``reported_by_more_than`` organisations report is left out.
    """

    reported_by_more_than: Annotated[Sourced | None, Unit("organisations")] = None
    missing: Literal["left_out", "mean_of_the_indicator"]
    scale: ScaleRule
    provenance: Provenance
    source: Text

    def stated(self) -> Iterator[Stated]:
        """What becomes of a missing value."""
        yield Stated("missing", self.missing, "", self.provenance, self.source)


class Level(Frozen):
    """How the members of each aggregate of one level become its score; ``then``: scaled once more.

    ``at_least``: the share of members, by number, that must be there; without it one is enough.
    """

    key: Text
    mean: Mean
    at_least: Annotated[Sourced | None, Unit("share of the members")] = None
    then: ScaleRule | None = None
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        if self.at_least is not None and not 0 <= self.at_least.value <= 1:
            raise ValueError(f"at_least {self.at_least.value:g} is outside 0 to 1")
        if self.then is not None and self.then.scale in COLUMNS_OF_SCALE:
            raise ValueError(f"the scale {self.then.scale} is for indicators, not for scores of a level")
        return self

    def stated(self) -> Iterator[Stated]:
        """Which mean."""
        yield Stated("mean", self.mean, "", self.provenance, self.source)


class Eligibility(Frozen):
    """Who is rated: with so many ``aggregates`` of a level that qualify, ``one_of`` among them if given.

    An aggregate qualifies with ``members`` that have data.
    """

    level: Text
    members: Annotated[Sourced, Unit("members that are there")]
    aggregates: Annotated[Sourced, Unit("qualifying aggregates")]
    one_of: tuple[Text, ...] = ()
    provenance: Provenance
    source: Text

    def stated(self) -> Iterator[Stated]:
        """Of which aggregates one must qualify."""
        if self.one_of:
            yield Stated("one_of", ", ".join(self.one_of), "", self.provenance, self.source)


class Peers(Frozen):
    """Within which groups grades are given: equal numbers of qualifying aggregates, or equal ``column``."""

    by: Literal["qualifying", "column"]
    column: Text | None = None
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _column_is_named(self) -> Self:
        if (self.by == "column") != (self.column is not None):
            raise ValueError(f"by is {self.by}, but column is {self.column}")
        return self

    def stated(self) -> Iterator[Stated]:
        """What peers have in common."""
        yield Stated("by", self.column or self.by, "", self.provenance, self.source)


class Grades(Frozen):
    """How a score of the top becomes a grade: falling ``cuts``, or clusters, one a label.

    ``labels``, best first, grade 1 being the first. ``exact_clusters``: least squares within clusters.
    ``clusters_by_steps``: Lloyd's steps from the medians of quantile bins, and again from there, in which who
    is further than ``radius`` from every centre moves none.
    """

    labels: Annotated[tuple[Text, ...], Field(min_length=2)]
    by: Literal["cuts", "exact_clusters", "clusters_by_steps"]
    cuts: Annotated[tuple[Sourced, ...], Unit("score of the top")] = ()
    radius: Annotated[Sourced | None, Unit("score of the top")] = None
    peers: Peers | None = None
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if len(set(self.labels)) < len(self.labels):
            raise ValueError("a label stands twice")
        if (self.by == "cuts") != bool(self.cuts) or (self.by == "clusters_by_steps") != (
            self.radius is not None
        ):
            raise ValueError(
                "cuts go with by: cuts, a radius with by: clusters_by_steps, and by is " + self.by
            )
        if self.by == "cuts":
            if len(self.cuts) != len(self.labels) - 1:
                raise ValueError(f"{len(self.labels)} labels need {len(self.labels) - 1} cuts between them")
            values = [cut.value for cut in self.cuts]
            if any(later >= earlier for earlier, later in pairwise(values)):
                raise ValueError(f"cuts must fall, and are {', '.join(f'{value:g}' for value in values)}")
            if self.peers is not None:
                raise ValueError("fixed cuts are the same for all peers, so there must be no peers")
        return self

    def stated(self) -> Iterator[Stated]:
        """The labels, best first, and how they are given."""
        yield Stated("labels", "; ".join(self.labels), "", self.provenance, self.source)
        yield Stated("by", self.by, "", self.provenance, self.source)


class Rules(Frozen):
    """What edition.yaml says. ``levels`` run from the top down.

    Without ``eligibility`` all that have a score are rated.
    """

    key: Text
    title: Text
    year: Text
    measures: Measures
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    eligibility: Eligibility | None = None
    grades: Grades


class CompositeEdition(Rules):
    """A framework as data: its hierarchy and its rules; HierarchyFault where the lines make no tree."""

    nodes: tuple[NodeRow, ...]

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """The tree that the lines make."""
        turns = {"higher_is_better": 1, "lower_is_better": -1, None: 1}
        return Hierarchy(
            tuple(Node(one.code, one.parent or "", one.weight, turns[one.direction]) for one in self.nodes)
        )

    def level_of(self, aggregate: str) -> Level:
        """The rule of the level on which an aggregate stands."""
        return self.levels[self.hierarchy.depths[aggregate]]

    def numbers(self) -> Iterator[Number]:
        """Every number and choice, with where it stands and where it comes from."""
        for field, file in FILES.items():
            yield from numbers_of(getattr(self, field), file, field if file == "edition.yaml" else "")


def listed(names: set[str]) -> str:
    """Names as they stand in a sentence: ``high and low``, or ``nothing``."""
    return " and ".join(sorted(names)) or "nothing"
