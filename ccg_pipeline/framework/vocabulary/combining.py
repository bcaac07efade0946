"""Rules that make one score of several members.

Belongs here: the models of these rules, each with what it says.
Does not belong here: what they do to arrays (the method's engine).
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ccg_pipeline.framework.provenance import Frozen, Stated, Text
from ccg_pipeline.framework.vocabulary.rule import (
    AtLeast,
    Member,
    Number,
    OwnSource,
    Plain,
    Rule,
    Way,
    Whole,
    agreed,
    no_truth,
    plain,
)


class Combination(Rule):
    """A rule over members. `better` is stated where the members do not say it."""

    of: Annotated[tuple[Member, ...], Field(min_length=1)]
    better: Way | None = None

    @model_validator(mode="after")
    def _members_are_different(self) -> Self:
        names = [one.node for one in self.of]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"{twice[0]} is a member twice")
        return self

    @property
    def needs_its_members(self) -> bool:
        """Whether it would come to something else if a member that is missing were there."""
        return True

    def nodes_used(self) -> tuple[str, ...]:
        """The members."""
        return tuple(one.node for one in self.of)

    def grades_used(self) -> tuple[str, ...]:
        """The members by grade."""
        return tuple(one.node for one in self.of if one.by == "grade")

    def ways(self, members: Mapping[str, Way]) -> dict[str, Way]:
        """Return the way of each member as it is used here: of grades, lower is better."""
        return {one.node: "lower" if one.by == "grade" else members[one.node] for one in self.of}


class OfPoints(Combination):
    """A combination that gives its own points: `better` is their way."""

    better: Way = "higher"

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """As stated of the points."""
        return self.better


class Mean(Combination):
    """The weighted mean of the members that are there, their weights brought to one; or their sum.

    `power` 1 is the arithmetic, 0 the geometric, −1 the harmonic mean. `total`: not divided by the weights.
    With power 0 that is the product, each member to the power of its weight, so that a weight of −1 divides
    by it. A missing member is left out, or counted as `fill` where any is there. At `least` so many members
    must be there, `least_share` of them, and all that are `required`.
    """

    do: Literal["mean"]
    power: Annotated[Literal[1, 0, -1], BeforeValidator(no_truth)] = 1
    total: bool = False
    fill: Number | None = None
    least: AtLeast = 1.0
    least_share: Number = 0.0
    required: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        weights = [plain(one.weight) for one in self.of]
        if not self.total and min(weights) < 0:
            raise ValueError("a weight below 0 makes no mean: only a total may take away")
        if not any(weights):
            raise ValueError("all weights are 0")
        if (
            self.total
            and len(self.of) > 1
            and "fill" not in self.model_fields_set | _set(self, "least", "least_share", "required")
        ):
            raise ValueError(
                "a sum punishes what is missing: say as what it counts (fill), or what must be there (least)"
            )
        if not 0 <= plain(self.least_share) <= 1:
            raise ValueError(f"least_share {plain(self.least_share):g} is outside 0 to 1")
        if plain(self.least) > len(self.of):
            raise ValueError(f"least asks for {plain(self.least):g} of {len(self.of)} members")
        if lost := [one for one in self.required if one not in self.nodes_used()]:
            raise ValueError(f"{lost[0]} is required and is no member")
        return self

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """That on which the members agree; what is taken away counts the other way round."""
        turned: dict[Way, Way] = {"higher": "lower", "lower": "higher", "none": "none"}
        ways = self.ways(members)
        taken = {one.node for one in self.of if plain(one.weight) < 0}
        return agreed({key: turned[way] if key in taken else way for key, way in ways.items()}, self.better)


class Spread(OfPoints):
    """The weighted variance of the members about their weighted mean, n / (n − 1) corrected."""

    do: Literal["spread"]
    better: Way = "lower"


class Count(OfPoints):
    """How many members are there."""

    do: Literal["count"]

    @property
    def needs_its_members(self) -> bool:
        """A count is what it is."""
        return False


class Cell(Frozen):
    """What a table gives for one combination of the members' values."""

    when: tuple[Plain, ...]
    gives: Number


class LookUp(OfPoints):
    """A table: one value a member in, in their order, one value out; for what it lacks there is none."""

    do: Literal["look_up"]
    cells: Annotated[tuple[Cell, ...], Field(min_length=1)]

    def stated(self) -> Iterator[Stated]:
        """As of every rule, and the cells: under all values but the last, what each last one gives."""
        yield from (one for one in super().stated() if not one.item.startswith("cells"))
        rows: dict[str, list[str]] = {}
        for cell in self.cells:
            *first, last = (f"{value:g}" for value in cell.when)
            if not isinstance(cell.gives, OwnSource):
                rows.setdefault(" / ".join(["cells", *first]), []).append(f"{last}: {cell.gives:g}")
        for item, said in rows.items():
            yield Stated(item, ", ".join(said), "", self.provenance, self.source)

    @model_validator(mode="after")
    def _cells_fit(self) -> Self:
        for cell in self.cells:
            if len(cell.when) != len(self.of):
                raise ValueError(f"a cell has {len(cell.when)} values for {len(self.of)} members")
        seen = [cell.when for cell in self.cells]
        if twice := [when for when in seen if seen.count(when) > 1]:
            raise ValueError(f"the cell of {', '.join(f'{value:g}' for value in twice[0])} is there twice")
        return self


class Pick(Combination):
    """One member decides: the best, the worst, the `place`-th of these, or the first that is there.

    `needs_all`: nothing unless all members are there.
    """

    do: Literal["pick"]
    which: Literal["best", "worst", "first"] = "worst"
    place: Annotated[Whole, Field(ge=1)] = 1
    needs_all: bool = False

    @model_validator(mode="after")
    def _place_is_there(self) -> Self:
        if self.place > len(self.of):
            raise ValueError(f"there is no place {self.place} among {len(self.of)} members")
        return self

    @property
    def needs_its_members(self) -> bool:
        """Not where the next stands in for one that is missing."""
        return self.which != "first"

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """That on which the members agree."""
        way = agreed(self.ways(members), self.better)
        if way == "none" and self.which != "first":
            raise ValueError(f"of its members no way is better, so none is the {self.which}")
        return way


class Tally(Frozen):
    """So many members, from `at_least` to `at_most`, have one of these values."""

    values: Annotated[tuple[Plain, ...], Field(min_length=1)]
    at_least: Whole = 0
    at_most: Whole | None = None

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        if self.at_most is not None and self.at_most < self.at_least:
            raise ValueError(f"no number is at least {self.at_least} and at most {self.at_most}")
        return self


class Case(Frozen):
    """What is given where all tallies hold; always, where there is none."""

    gives: Number
    when: tuple[Tally, ...] = ()


class Tallies(OfPoints):
    """What the first case gives whose tallies all hold. `needs_all`: nothing unless all members are there."""

    do: Literal["tallies"]
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]
    needs_all: bool = True


def _set(rule: Rule, *names: str) -> set[str]:
    """Return "fill" where one of the fields is given: a total then says what is missing."""
    return {"fill"} if rule.model_fields_set & set(names) else set()
