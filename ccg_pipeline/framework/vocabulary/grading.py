"""Rules that give a grade (1 is best), and rules that adjust a score or a grade.

Belongs here: the models of these rules, each with what it says; the union of all rules.
Does not belong here: what they do to arrays (the method's engine), labels of grades (edition.py).
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ccg_pipeline.framework.provenance import Text
from ccg_pipeline.framework.vocabulary.combining import Count, LookUp, Mean, Pick, Spread, Tallies
from ccg_pipeline.framework.vocabulary.others import Together
from ccg_pipeline.framework.vocabulary.rule import (
    AtLeast,
    Member,
    Number,
    Rule,
    Way,
    When,
    Whole,
    of_pool,
    plain,
)
from ccg_pipeline.framework.vocabulary.scoring import (
    Distance,
    Goalposts,
    Labels,
    Pool,
    Read,
    SpreadByRank,
    Standardise,
    Steps,
    Take,
    Transform,
)

Edge = Literal["better", "worse"]
"""Which grade a score has that lies on a line."""


class Grading(Rule):
    """A rule that gives a grade."""

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """The score stays; without a way there is no best grade."""
        if before == "none":
            raise ValueError("no way is better, so nobody can be graded: say so where the score is made")
        return before


class Cuts(Grading):
    """Fixed lines, that of the best grade first; `edge`: whose a score is that lies on one."""

    do: Literal["cuts"]
    at: Annotated[tuple[Number, ...], Field(min_length=1)]
    edge: Edge = "better"

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """The score stays, and the lines must lie as it says."""
        lines = [plain(one) if before != "lower" else -plain(one) for one in self.at]
        if any(later >= earlier for earlier, later in pairwise(lines)):
            shown, turn = (
                ", ".join(f"{plain(one):g}" for one in self.at),
                "rise" if before == "lower" else "fall",
            )
            raise ValueError(f"{before} is better, so lines from the best grade on must {turn}, not {shown}")
        return super().way_after(before, members)


class Quantiles(Grading):
    """Shares of a pool, counted from the best; quantiles between two scores are interpolated.

    `least`: so many of the pool must have a score.
    """

    do: Literal["quantiles"]
    shares: Annotated[tuple[Number, ...], Field(min_length=1)]
    pool: Pool = None
    least: AtLeast = 1.0
    edge: Edge = "better"

    @model_validator(mode="after")
    def _shares_rise(self) -> Self:
        shares = [0.0, *(plain(one) for one in self.shares), 1.0]
        if any(later <= earlier for earlier, later in pairwise(shares)):
            raise ValueError("shares must rise, above 0 and below 1")
        return self

    def nodes_used(self) -> tuple[str, ...]:
        """The node of the pool."""
        return of_pool(self.pool)


class FittedCuts(Grading):
    """Lines halfway between the grades `to` which the publisher gave, where these can be parted by a line.

    Where they overlap, the line is taken that misses the fewest. The lines are learned from the published
    figures and are held in draws: for a framework whose lines rest on organisations not at hand.
    """

    do: Literal["fitted_cuts"]
    to: tuple[Member]

    def nodes_used(self) -> tuple[str, ...]:
        """The node of the grades."""
        return (self.to[0].node,)

    def grades_used(self) -> tuple[str, ...]:
        """The same, where it is by its grade."""
        return self.nodes_used() if self.to[0].by == "grade" else ()


class Clusters(Grading):
    """As many groups of near neighbours as the scale has grades: exact, or CMS' steps with a `radius`."""

    do: Literal["clusters"]
    radius: Number | None = None
    pool: Pool = None

    def nodes_used(self) -> tuple[str, ...]:
        """The node of the pool."""
        return of_pool(self.pool)


class AsScored(Rule):
    """The score is the grade: 1, 2, 3, …, 1 being best."""

    do: Literal["as_scored"]

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """Grades are better low."""
        if before == "higher":
            raise ValueError("grade 1 is best, and the score is said to be better high: say better: lower")
        return "lower"


class Adjustment(Rule):
    """A rule that changes a score or a grade where a condition holds, and says why."""

    when: When
    because: Text

    def nodes_used(self) -> tuple[str, ...]:
        """The nodes of the conditions."""
        return self.when.nodes_used()

    def grades_used(self) -> tuple[str, ...]:
        """Those of them looked at by grade."""
        return self.when.grades_used()


class Put(Adjustment):
    """Where `when` holds the grade (or score) is `value`, or none where that is empty.

    `if_unknown`: where nobody knows whether it holds, leave it or give none. `even_unrated`: also where there
    is none.
    """

    do: Literal["put"]
    value: Number | None
    by: Literal["score", "grade"] = "grade"
    if_unknown: Literal["leave", "none"] = "leave"
    even_unrated: bool = False


class Cap(Adjustment):
    """Where `when` holds the grade is at best `at_best`, or at worst `at_worst`.

    `if_unknown`: where nobody knows whether it holds, leave the grade, or cap it, as a veto does that must
    be refuted.
    """

    do: Literal["cap"]
    at_best: Number | None = None
    at_worst: Number | None = None
    if_unknown: Literal["leave", "cap"] = "leave"

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_best is None and self.at_worst is None:
            raise ValueError("a cap needs at_best or at_worst")
        ends = [plain(one) for one in (self.at_best, self.at_worst) if one is not None]
        if ends != sorted(ends):
            raise ValueError("at_best is a worse grade than at_worst")
        return self


class Require(Adjustment):
    """No score and no grade unless `when` holds."""

    do: Literal["require"]


class Bound(Rule):
    """The score is held between `low` and `high`, or between the quantiles at these shares of all scores."""

    do: Literal["bound"]
    low: Number | None = None
    high: Number | None = None
    low_share: Number | None = None
    high_share: Number | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        given = [self.low, self.high, self.low_share, self.high_share]
        if all(one is None for one in given):
            raise ValueError("a bound needs low, high, low_share or high_share")
        if (self.low is not None and self.low_share is not None) or (
            self.high is not None and self.high_share is not None
        ):
            raise ValueError("a bound is a number or a share, not both")
        if any(one is not None and not 0 <= plain(one) <= 1 for one in (self.low_share, self.high_share)):
            raise ValueError("a share lies within 0 and 1")
        for low, high in ((self.low, self.high), (self.low_share, self.high_share)):
            if low is not None and high is not None and plain(low) > plain(high):
                raise ValueError(f"the lower bound {plain(low):g} lies above the upper {plain(high):g}")
        return self


class Round(Rule):
    """The score to a multiple of `unit`, halves away from zero, once clean to `clean` decimals of a unit."""

    do: Literal["round"]
    unit: Annotated[Number, Field()]
    clean: Annotated[Whole, Field(ge=0)] = 9

    @model_validator(mode="after")
    def _unit_is_above_0(self) -> Self:
        if plain(self.unit) <= 0:
            raise ValueError("a unit lies above 0")
        return self


BEGINS = (Read, Take, Together, Labels, Mean, Spread, Count, LookUp, Pick, Tallies)
"""Rules that make a score of something else: one of them is a node's first step, and no other."""

GRADES = (Cuts, Quantiles, FittedCuts, Clusters, AsScored)
"""Rules that give a grade."""

Step = Annotated[
    Read
    | Take
    | Together
    | Transform
    | Distance
    | Goalposts
    | Standardise
    | SpreadByRank
    | Steps
    | Labels
    | Mean
    | Spread
    | Count
    | LookUp
    | Pick
    | Tallies
    | Cuts
    | Quantiles
    | FittedCuts
    | Clusters
    | AsScored
    | Put
    | Cap
    | Require
    | Bound
    | Round,
    Field(discriminator="do"),
]
