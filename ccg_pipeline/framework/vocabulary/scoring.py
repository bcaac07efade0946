"""Rules that give an organisation a score: from a measure, another node, or the score so far.

Belongs here: the models of these rules, each with what it says.
Does not belong here: what they do to arrays (the method's engine), combining members (combining.py).
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ccg_pipeline.framework.provenance import Choice, Frozen, Stated, Text
from ccg_pipeline.framework.vocabulary.rule import AtLeast, Member, Number, Rule, Way, Whole, of_pool, plain

Extremes = Literal["winsorise", "truncate"]
"""What is done with the extremes before a dispersion is estimated: pulled in, or left out."""
Pool = Text | None
"""Within whom one compares: an attribute of organisations, ``node:<key>`` (equal score there), or all."""


PLACED = ("percentile", "normal")
"""Ways to standardise that go by places, and by no mean and spread."""
COUNTS = "counts"
"""What says that organisations share a figure in the place of an attribute: the counts that it is made of."""


class Read(Rule):
    """The measure as published, and which way it is better: stated where it enters, and nowhere else.

    `error`, of a figure without counts or limits: ``repeated``, told by how much the figures of the same
    organisation differ between successive periods. Without one the figure is taken as exact, unless a
    distance that follows has an error. `drawn_by`: an attribute by which organisations share one published
    figure, as those of one authority do: they have one error, that of all their counts, and one draw. Or
    ``counts``: who carries the same numerator and denominator as another has all of them, not a part.
    """

    do: Literal["read"]
    measure: Text
    better: Way = "higher"
    error: Choice | None = None
    drawn_by: Text | None = None

    @model_validator(mode="after")
    def _error_is_known(self) -> Self:
        if self.error is not None and self.error.value != "repeated":
            raise ValueError(f"the error {self.error.value!r} is not known; write repeated, or leave it out")
        return self

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """As stated."""
        return self.better


class Take(Rule):
    """Another node's score (or grade), to be read in another way here."""

    do: Literal["take"]
    of: tuple[Member]

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """That of the node; of its grades lower is better."""
        return "lower" if self.of[0].by == "grade" else members[self.of[0].node]

    def nodes_used(self) -> tuple[str, ...]:
        """The one."""
        return (self.of[0].node,)

    def grades_used(self) -> tuple[str, ...]:
        """The one, if by its grade."""
        return self.nodes_used() if self.of[0].by == "grade" else ()


class Transform(Rule):
    """The natural logarithm, or a power; what has none is missing. A negative power turns the way."""

    do: Literal["transform"]
    by: Literal["log", "power"]
    power: Number = 1.0

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """Turned by a negative power."""
        if self.by == "power" and plain(self.power) < 0:
            return {"higher": "lower", "lower": "higher", "none": "none"}[before]  # type: ignore[return-value]  # of a dict of words
        return before


class Distance(Rule):
    """Standard errors from a reference, positive is better; limits widened where asked.

    The reference is `standard`, else the figure of the organisation `reference`, else that of the
    organisations together, where at least the share `reference_needs` of them has one. The `error` is that
    of a proportion (``binomial``) or rate (``poisson``) of counts per `per`, or from published 95 % limits
    (``interval``). `phi`: by how much one event that brings many counts makes the variance of counts
    greater than it would be by chance alone; limits and draws go by it. `widen`: where the dispersion,
    without `winsorise` at either end (``winsorise``d or ``truncate``d), exceeds `widen_above`, the variance
    between organisations is added. All of this is learned from the published figures and is held in draws.
    `exact`: for small counts, where the normal law is off, the normal number that is as probable as so few or
    so many events where the reference is true (mid-p), on the side of the reference where the figure is;
    limits are not widened then.
    """

    do: Literal["distance"]
    error: Literal["binomial", "poisson", "interval"]
    per: Number = 100.0
    phi: Number = 1.0
    standard: Number | None = None
    reference: Text = "ENG"
    reference_needs: Number = 0.0
    widen: bool = False
    winsorise: Number = 0.1
    extremes: Extremes = "winsorise"
    widen_above: Number = 1.0
    exact: bool = False

    def stated(self) -> Iterator[Stated]:
        """As of every rule, and the defaults that decide here, which nobody has stated: they are assumed."""
        yield from super().stated()
        deciding = ("reference_needs", *(("winsorise", "extremes", "widen_above") if self.widen else ()))
        for name in deciding:
            if name not in self.model_fields_set:
                yield Stated(name, getattr(self, name), "", "assumed", "The default of the rule")

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        per, needs = plain(self.per), plain(self.reference_needs)
        if per <= 0:
            raise ValueError(f"per is {per:g}, and must be above 0")
        if plain(self.phi) < 1:
            raise ValueError(f"phi is {plain(self.phi):g}, and must be 1 or more")
        if self.exact and (self.error == "interval" or self.widen or plain(self.phi) != 1):
            raise ValueError("exact chances are those of plain counts: leave out widen and phi, or exact")
        if not 0 <= plain(self.winsorise) < 0.5:
            raise ValueError(f"winsorise {plain(self.winsorise):g} is not at least 0 and below 0.5")
        if not 0 <= needs <= 1:
            raise ValueError(f"reference_needs {needs:g} is outside 0 to 1")
        if self.error == "binomial" and self.standard is not None and not 0 <= plain(self.standard) <= per:
            raise ValueError(f"the standard {plain(self.standard):g} is no proportion per {per:g}")
        return self

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """Turned here."""
        return "none" if before == "none" else "higher"


class Goalposts(Rule):
    """How far the way from `worst` to `best` an organisation has come, from `low` to `high`.

    `log`: of logarithms. `inside`: held within `low` and `high`. Which goalpost is the better says the way.
    """

    do: Literal["goalposts"]
    worst: Number
    best: Number
    low: Number = 0.0
    high: Number = 1.0
    log: bool = False
    inside: bool = True

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        if plain(self.worst) == plain(self.best):
            raise ValueError("worst and best are the same, so there is no way between them")
        if plain(self.low) == plain(self.high):
            raise ValueError("low and high are the same, so all would score the same")
        if self.log and min(plain(self.worst), plain(self.best)) <= 0:
            raise ValueError("a goalpost at or below 0 has no logarithm")
        return self

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """Turned here, and the goalposts must lie as the measure says."""
        rises = plain(self.best) > plain(self.worst)
        if before == ("lower" if rises else "higher"):
            raise ValueError(f"{before} is better, and the best goalpost lies on the other side of the worst")
        return "higher" if plain(self.high) > plain(self.low) else "lower"


class Standardise(Rule):
    """Set against all organisations of the pool, again in every draw, turned so that higher is better.

    ``z``: standard deviations (dividing by n − `ddof`) from the mean, times `unit`, plus `middle`; weighted
    by an attribute where asked. ``min_max``: from `low` for the worst to `high` for the best. ``percentile``:
    how many are worse by n − `ddof`, which is the share of the others, or with `ddof` 0 of all, 0 to 1.
    ``normal``: the normal number of the place among n, counted from the worst, (place − ½) / n; ties share
    their mean. Where a pool has no spread there is none. `least`: so many must have a figure. `held`: mean
    and spread are those of the first table (a base year).
    """

    do: Literal["standardise"]
    by: Literal["z", "min_max", "percentile", "normal"] = "z"
    ddof: Annotated[Whole, Field(ge=0)] = 1
    low: Number = 0.0
    high: Number = 100.0
    pool: Pool = None
    least: AtLeast = 1.0
    middle: Number = 0.0
    unit: Number = 1.0
    weights: Text | None = None
    held: bool = False

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        if self.weights is not None and self.by != "z":
            raise ValueError(f"weights go with by: z, and by is {self.by}")
        if self.held and self.by in PLACED:
            raise ValueError(f"by: {self.by} goes by the place among those who are there: leave out held")
        own = {"low": "min_max", "high": "min_max", "ddof": "z or percentile", "middle": "z", "unit": "z"}
        for name, by in own.items():
            if name in self.model_fields_set and self.by not in by.split(" or "):
                raise ValueError(f"{name} goes with by: {by}, and by is {self.by}")
        if plain(self.unit) <= 0:
            raise ValueError(f"unit is {plain(self.unit):g}, and must be above 0")
        if plain(self.low) >= plain(self.high):
            raise ValueError("low, which the worst gets, must lie below high")
        return self

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """Turned here."""
        return "none" if before == "none" else "higher"

    def nodes_used(self) -> tuple[str, ...]:
        """The node of the pool."""
        return of_pool(self.pool)


class SpreadByRank(Rule):
    """Evenly from `best` to `worst` by place within the pool; ties share the best place.

    Who meets `standard` gets `best`, and the others begin at `after`; who misses `floor` gets `worst`, and
    the others end at `before`. `untie`: a measure of published places, finer than the rounded values.
    """

    do: Literal["spread_by_rank"]
    best: Number
    worst: Number
    standard: Number | None = None
    after: Number | None = None
    floor: Number | None = None
    before: Number | None = None
    untie: Text | None = None
    pool: Pool = None

    @model_validator(mode="after")
    def _pairs_are_whole(self) -> Self:
        if (self.standard is None) != (self.after is None) or (self.floor is None) != (self.before is None):
            raise ValueError("a standard goes with after, and a floor with before")
        ends = [plain(one) for one in (self.best, self.after, self.before, self.worst) if one is not None]
        if plain(self.best) == plain(self.worst) or ends not in (sorted(ends), sorted(ends, reverse=True)):
            raise ValueError("best, after, before and worst must lie in this order")
        return self

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """As best and worst lie; a place needs a way."""
        if before == "none":
            raise ValueError("nobody has a place where no way is better: say so where the measure is read")
        return "higher" if plain(self.best) > plain(self.worst) else "lower"

    def nodes_used(self) -> tuple[str, ...]:
        """The node of the pool."""
        return of_pool(self.pool)


class Level(Frozen):
    """`points` for a score ``at_least`` so high, or ``above`` it."""

    points: Number
    at_least: Number | None = None
    above: Number | None = None

    @model_validator(mode="after")
    def _has_one_edge(self) -> Self:
        if (self.at_least is None) == (self.above is None):
            raise ValueError("a level is reached either at_least or above a number")
        return self

    @property
    def edge(self) -> float:
        """The number at which the level begins."""
        edge = self.above if self.at_least is None else self.at_least
        assert edge is not None  # one of the two is there
        return plain(edge)


class Steps(Rule):
    """Points of the first level that a score reaches, `below` where it reaches none.

    `magnitude`: of the score without its sign. `better` is the way of the points.
    """

    do: Literal["steps"]
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    below: Number
    better: Way = "higher"
    magnitude: bool = False

    @model_validator(mode="after")
    def _levels_fall(self) -> Self:
        edges = [(one.edge, one.above is not None) for one in self.levels]
        if any(later >= earlier for earlier, later in pairwise(edges)):
            raise ValueError(f"levels must fall, and begin at {', '.join(f'{edge:g}' for edge, _ in edges)}")
        return self

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """As stated of the points."""
        return self.better


class Labels(Rule):
    """Points of the label that a judgement gives; `better` is the way of the points."""

    do: Literal["labels"]
    measure: Text
    points: Annotated[dict[Text, Number], Field(min_length=1)]
    better: Way = "higher"

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """As stated of the points."""
        return self.better
