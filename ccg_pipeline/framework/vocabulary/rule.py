"""What every rule of an edition has: its provenance, its numbers, its members, its conditions.

Belongs here: the base of all rules, numbers with their own source, members, conditions, ways.
Does not belong here: any rule (scoring.py, combining.py, grading.py), any arithmetic on data (the method's
engine), nodes and rounds (edition.py).
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ccg_pipeline.framework.provenance import Frozen, Provenance, Sourced, Stated, Text

Way = Literal["higher", "lower", "none"]
"""Which way a score is better; of ``none`` neither is."""


MOST = 1e15
"""No number of an edition is larger: beyond it, sums of figures are no longer exact."""


def no_truth(value: object) -> object:
    """Return a value that may be a number; ValueError for what Python alone would take for one."""
    if isinstance(value, bool):
        raise ValueError("true and false are no numbers")
    if isinstance(value, str) and "_" in value:  # which Python would read as nothing
        raise ValueError(f"{value!r} is no number: leave out the _")
    return value


def _of_a_size(value: float) -> float:
    if abs(value) > MOST:
        raise ValueError(f"{value:g} is out of all proportion: numbers go up to {MOST:g}")
    return value


Plain = Annotated[float, BeforeValidator(no_truth), Field(allow_inf_nan=False), AfterValidator(_of_a_size)]
Whole = Annotated[int, BeforeValidator(no_truth)]


class OwnSource(Sourced):
    """A number whose provenance is not that of its rule; its value may come from the cell of a table.

    `parameter`: of which parameter it is the value, or its negative; '' where it is written here.
    """

    value: Plain
    parameter: str = ""


Number = Plain | OwnSource


def plain(number: float | OwnSource) -> float:
    """Return the number itself."""
    return number.value if isinstance(number, OwnSource) else number


def _of_so_many(value: float | OwnSource) -> float | OwnSource:
    if plain(value) < 1 or plain(value) % 1:
        raise ValueError(f"{plain(value):g} is no number of them: a whole number from 1 on is needed")
    return value


AtLeast = Annotated[Number, AfterValidator(_of_so_many)]
"""So many at least, of members or organisations."""


class Rule(Frozen):
    """One step of a node. `provenance` and `source` are those of the choice of this rule and of its numbers.

    `do` names the rule; `note` is for whoever reads the file.
    """

    do: str
    provenance: Provenance
    source: Text
    note: str = ""

    def stated(self) -> Iterator[Stated]:
        """The rule itself, and every plain number and choice that the file gives (a default is none)."""
        yield Stated("", self.do, "", self.provenance, self.source)
        for name in type(self).model_fields:
            if name in self.model_fields_set and name not in ("do", "provenance", "source", "note"):
                yield from self._plain(getattr(self, name), name)

    def _plain(self, thing: Any, item: str) -> Iterator[Stated]:
        match thing:
            case OwnSource() | None:
                return  # listed by itself
            case Frozen():
                for name in type(thing).model_fields:
                    if name in thing.model_fields_set:
                        yield from self._plain(getattr(thing, name), f"{item} / {name}")
            case tuple():
                for place, one in enumerate(thing, start=1):
                    called = getattr(one, "node", None) or getattr(one, "of", None)
                    yield from self._plain(one, f"{item} / {called if isinstance(called, str) else place}")
            case dict():
                for name, one in thing.items():
                    yield from self._plain(one, f"{item} / {name}")
            case bool():
                yield Stated(item, str(thing).lower(), "", self.provenance, self.source)
            case int() | float():
                yield Stated(item, float(thing), "", self.provenance, self.source)

    def way_after(self, before: Way, members: Mapping[str, Way]) -> Way:
        """Return which way is better after this rule; `before` it, and of each node that it uses.

        The one place that says so: the engine turns by it, an edition is checked by it. ValueError, in a
        sentence, where members disagree.
        """
        del members
        return before

    def nodes_used(self) -> tuple[str, ...]:
        """Return the nodes that must be worked out before."""
        return ()

    def grades_used(self) -> tuple[str, ...]:
        """Return those of them whose grade is used, and not their score."""
        return ()


class Member(Frozen):
    """A node that another uses, with its weight, by its score or by its grade (1 is best)."""

    node: Text
    weight: Number = 1.0
    by: Literal["score", "grade"] = "score"


class Condition(Frozen):
    """Whether `of` lies as said: a node's score or grade, or with `says` a measure's judgement.

    All bounds given must hold: ``at_least``, ``above``, ``at_most``, ``below``, or ``is_in`` a list. Where
    there is no figure the condition is unknown.
    """

    of: Text
    by: Literal["score", "grade"] = "score"
    says: tuple[Text, ...] = ()
    at_least: Number | None = None
    above: Number | None = None
    at_most: Number | None = None
    below: Number | None = None
    is_in: tuple[Plain, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> "Condition":
        bounds = (self.at_least, self.above, self.at_most, self.below)
        has_bounds = bool(self.is_in) or any(one is not None for one in bounds)
        if has_bounds == bool(self.says):
            raise ValueError(
                f"the condition on {self.of} needs either words (says) or bounds "
                "(at_least, above, at_most, below, is_in)"
            )
        for low, most in (
            (self.at_least, self.at_most),
            (self.at_least, self.below),
            (self.above, self.at_most),
            (self.above, self.below),
        ):
            if low is not None and most is not None:
                is_closed = low is self.at_least and most is self.at_most
                if plain(low) > plain(most) or (plain(low) == plain(most) and not is_closed):
                    raise ValueError(
                        f"no {self.by} of {self.of} lies between {plain(low):g} and {plain(most):g}"
                    )
        return self


class When(Frozen):
    """Conditions that must all hold, and of `any_of`, where given, one."""

    all_of: tuple[Condition, ...] = ()
    any_of: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _has_conditions(self) -> "When":
        if not self.conditions:
            raise ValueError("there is no condition")
        return self

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions."""
        return self.all_of + self.any_of

    def nodes_used(self) -> tuple[str, ...]:
        """Return the nodes that the conditions look at."""
        return tuple(one.of for one in self.conditions if not one.says)

    def grades_used(self) -> tuple[str, ...]:
        """Return those of them whose grade is looked at."""
        return tuple(one.of for one in self.conditions if not one.says and one.by == "grade")


def of_pool(pool: str | None) -> tuple[str, ...]:
    """Return the node by which a pool is made, if it is one: ``node:groups_there``."""
    return (pool.removeprefix("node:"),) if pool is not None and pool.startswith("node:") else ()


def agreed(members: Mapping[str, Way], stated: Way | None = None) -> Way:
    """Return the way of all members; those of ``none`` have no say. `stated` counts where all are of none."""
    ways = {way for way in members.values() if way != "none"}
    if len(ways) > 1:
        higher, lower = (
            next(key for key, way in members.items() if way == one) for one in ("higher", "lower")
        )
        raise ValueError(
            f"of {higher} higher is better and of {lower} lower: turn one before they are combined, or read "
            "with better: none what is only compared with, such as the year before"
        )
    if stated is not None and ways - {stated}:
        raise ValueError(f"says that {stated} is better, and of its members {ways.pop()} is")
    return next(iter(ways), stated or "none")
