"""The shapes of the clinical areas' rules: from graded indicators to one of four ratings.

Belongs here: frozen models of grading, of the matrix and the mean that combine grades, of minimum data.
Does not belong here: the rules themselves, which are data (clinical.yaml), grading anything (method).
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ccg_pipeline.framework.provenance import Frozen, Provenance, Sourced, Stated, Text, Unit

Grade = Annotated[int, Field(ge=1, le=4, strict=True)]


class Grading(Frozen):
    """How an indicator of a panel gets one of four grades, by position and significance.

    z (turned for direction) >= ``significant_at`` is grade 1, from 0 up grade 2 (at the reference is good
    enough), above -``significant_at`` grade 3, and from there down grade 4.
    """

    significant_at: Annotated[Sourced, Unit("standard errors")]

    @model_validator(mode="after")
    def _above_zero(self) -> Self:
        if self.significant_at.value <= 0:
            raise ValueError(f"significant_at {self.significant_at.value:g} must be above 0")
        return self


class Matrix(Frozen):
    """Four by four grades: a row for each grade of the panel's first indicator, a column for the second's."""

    rows: tuple[tuple[Grade, ...], ...]
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _complete_and_fair(self) -> Self:
        if len(self.rows) != 4 or any(len(row) != 4 for row in self.rows):
            shape = " + ".join(str(len(row)) for row in self.rows)
            raise ValueError(f"the matrix must be complete, 4 rows of 4 grades, and has rows of {shape}")
        lines = (*self.rows, *zip(*self.rows, strict=True))
        if any(later < earlier for line in lines for earlier, later in pairwise(line)):
            raise ValueError("a worse grade of an indicator may not give a better rating")
        return self

    def stated(self) -> Iterator[Stated]:
        """Each row of the matrix, as its four grades."""
        for place, row in enumerate(self.rows, start=1):
            grades = " ".join(str(grade) for grade in row)
            yield Stated(f"row {place}", grades, "grades, 1 to 4", self.provenance, self.source)


class Mean(Frozen):
    """Scores for the four grades and three falling cuts on their mean: at or above the first is rating 1."""

    scores: Annotated[tuple[Sourced, Sourced, Sourced, Sourced], Unit("score of a grade")]
    cuts: Annotated[tuple[Sourced, Sourced, Sourced], Unit("mean score")]

    @model_validator(mode="after")
    def _falling(self) -> Self:
        for name, numbers in (("scores", self.scores), ("cuts", self.cuts)):
            values = [number.value for number in numbers]
            if any(later >= earlier for earlier, later in pairwise(values)):
                raise ValueError(f"{name} must fall, and are {', '.join(f'{value:g}' for value in values)}")
        return self


class MinimumData(Frozen):
    """A panel's rule for organisations with too little data: below ``below`` the rating is ``grade``."""

    measure: Text
    below: Annotated[Sourced, Unit("measure's unit")]
    grade: Grade
    provenance: Provenance
    source: Text

    def stated(self) -> Iterator[Stated]:
        """The rating that too little data brings."""
        yield Stated("grade", self.grade, "grade, 1 to 4", self.provenance, self.source)


class PanelRule(Frozen):
    """How one panel's area is rated. ``indicators`` decide the rating; ``shown`` are next to it only.

    ``combine`` says which of ``matrix`` and ``mean`` is given. With fewer than ``minimum_indicators`` graded
    there is no rating.
    """

    key: Text
    name: Text
    area: Text
    indicators: Annotated[tuple[Text, ...], Field(min_length=1)]
    shown: tuple[Text, ...] = ()
    grading: Grading
    combine: Literal["matrix", "mean"]
    matrix: Matrix | None = None
    mean: Mean | None = None
    minimum_data: MinimumData | None = None
    minimum_indicators: Annotated[Sourced, Unit("indicators")]
    provenance: Provenance
    source: Text

    @model_validator(mode="after")
    def _combine_is_given(self) -> Self:
        if (self.matrix is not None, self.mean is not None) != (
            self.combine == "matrix",
            self.combine == "mean",
        ):
            raise ValueError(f"combine is {self.combine}, so {self.combine} and nothing else must be given")
        if self.combine == "matrix" and len(self.indicators) != 2:
            raise ValueError(f"a matrix combines 2 indicators, not {len(self.indicators)}")
        if len(set(self.indicators + self.shown)) < len(self.indicators + self.shown):
            raise ValueError("an indicator is there twice")
        if self.minimum_indicators.value not in range(1, len(self.indicators) + 1):
            raise ValueError(
                f"minimum_indicators {self.minimum_indicators.value:g} must be a whole number "
                f"from 1 to {len(self.indicators)}"
            )
        if self.combine == "matrix" and self.minimum_indicators.value != 2:
            raise ValueError("a matrix needs both indicators, so minimum_indicators must be 2")
        return self

    def stated(self) -> Iterator[Stated]:
        """How the grades are combined, and of which indicators."""
        rule = f"{self.combine} of {', '.join(self.indicators)}"
        if self.shown:
            rule += f"; {', '.join(self.shown)} shown beside it"
        yield Stated("rule", rule, "", self.provenance, self.source)
