"""What data and results are expected to look like: plausibility, and NHS England's published counts.

Belongs here: frozen models of the expectations and of the counts that results are compared with.
Does not belong here: checking anything against them (quality/plausibility.py, describe.py), rules (rules.py).
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ccg_pipeline.framework.provenance import Frozen, Provenance, Sourced, Stated, Text
from ccg_pipeline.framework.rules import Lane

Suite = Literal["observations", "publications"]
Count = Annotated[int, Field(ge=0)]


class Expectation(Frozen):
    """What must be plausible about what landed, and whether its failure warns or blocks.

    Both are shown to those who decide. What blocks holds a round back before its gates, until somebody lets
    it through with a reason.

    ``suites`` says of what it is expected: of the observations as they are known, all publications together,
    of what the files of each publication say by themselves, or of both. ``leaves_out`` names indicators of
    which it may not be expected, each with the reason.
    """

    key: Text
    title: Text
    suites: Annotated[tuple[Suite, ...], Field(min_length=1)]
    severity: Literal["warn", "block"]
    parameters: dict[str, Sourced] = Field(default_factory=dict)
    leaves_out: dict[Text, Text] = Field(default_factory=dict)
    provenance: Provenance
    source: Text

    def parameter(self, name: str) -> float:
        """Value of a parameter; KeyError names the expectation when the edition has none of that name."""
        if name not in self.parameters:
            raise KeyError(f"{self.key} has no parameter {name}")
        return self.parameters[name].value

    def stated(self) -> Iterator[Stated]:
        """Whether it warns or blocks, and of what it may not be expected."""
        yield Stated("severity", self.severity, "", self.provenance, self.source)
        for code, reason in self.leaves_out.items():
            yield Stated(f"leaves_out / {code}", code, "", self.provenance, reason)


class PublishedCount(Frozen):
    """How many CCGs NHS England published in each grade, best to worst; None where not published apart."""

    year: Text
    lane: Lane
    measure: Text
    best: Count | None = None
    second: Count | None = None
    third: Count | None = None
    worst: Count | None = None
    upper_two: Count | None = None
    lower_two: Count | None = None
    total: Count
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        pairs = ((self.best, self.second, self.upper_two), (self.third, self.worst, self.lower_two))
        for first, second, together in pairs:
            if first is not None and second is not None and together not in (None, first + second):
                raise ValueError(f"{together} together, but {first} and {second} apart")
        upper, lower = self.of(1, 2), self.of(3, 4)
        if upper is not None and lower is not None and upper + lower != self.total:
            raise ValueError(f"total is {self.total}, but its parts sum to {upper + lower}")
        return self

    @property
    def key(self) -> str:
        """What the row is about: year, lane and measure."""
        return f"{self.year} {self.lane} {self.measure}"

    def of(self, *grades: int) -> int | None:
        """How many CCGs had one of these grades (1 best to 4 worst); None where it was not published."""
        each = {1: self.best, 2: self.second, 3: self.third, 4: self.worst}
        pairs: dict[tuple[int, ...], int | None] = {(1, 2): self.upper_two, (3, 4): self.lower_two}
        together = pairs.get(tuple(sorted(grades)))
        if together is not None:
            return together
        known = [count for grade in grades if (count := each[grade]) is not None]
        return sum(known) if len(known) == len(grades) else None

    def stated(self) -> Iterator[Stated]:
        """Each count that was published."""
        for name in ("best", "second", "third", "worst", "upper_two", "lower_two"):
            if (count := getattr(self, name)) is not None:
                yield Stated(name, count, f"of {self.total} CCGs", self.provenance, self.source)
