"""How far a figure is from another grade: in the indicator's own unit, and in people.

Belongs here: the value at which z meets a cut, and the whole number of events that takes a CCG there.
Does not belong here: z itself (`banding`), grades of z (`clinical`), saying it in words (candidates).

The reference value and the standard error stay what they are: a CCG's own figures are a small part of
England's, and standard errors from counts are taken as if the reference were true.
"""

import math
from dataclasses import dataclass

import numpy as np

from ccg_pipeline.method.clinical import grade_of


@dataclass(frozen=True)
class Evidence:
    """An indicator of a CCG, as its row of bands has it; `better` is 1 or −1, `scale` as the edition says.

    `numerator` and `denominator` are None where a figure is not a count.
    """

    value: float
    reference: float
    standard_error: float
    tau2: float
    better: int
    scale: float = 1.0
    numerator: float | None = None
    denominator: float | None = None

    @property
    def spread(self) -> float:
        """What one step of z is in the indicator's unit: √(standard_error² + tau2)."""
        return math.sqrt(self.standard_error**2 + self.tau2)

    @property
    def z(self) -> float:
        """Distance from the reference in standard errors, positive where better, as `turned_z` has it."""
        return self.better * (self.value - self.reference) / self.spread


@dataclass(frozen=True)
class Step:
    """The way from a figure to another grade.

    `grade` is the one reached, `margin` the distance in standard errors, `change` in the indicator's unit,
    `events` in events of the numerator, both with their sign; `events` is None where nothing is counted.
    """

    grade: int
    margin: float
    change: float
    events: int | None


def steps(evidence: Evidence, significant_at: float, is_share: bool) -> tuple[Step | None, Step | None]:
    """Return the steps to the next better and the next worse grade; None where there is no such step.

    There is none from the best and from the worst, and where nothing but more than all or fewer than none of
    what is counted would lead there.

    Grades are those of `clinical.grade_of`: 1 from z = `significant_at`, 2 from 0, 3 above −`significant_at`,
    else 4. `is_share`: the numerator cannot exceed the denominator.
    """
    cuts = (significant_at, 0.0, -significant_at)
    grade = _grade(evidence.z, significant_at)
    up = None if grade == 1 else _step(evidence, significant_at, cuts[grade - 2], grade, -1, is_share)
    down = None if grade == 4 else _step(evidence, significant_at, cuts[grade - 1], grade, 1, is_share)
    return up, down


def _grade(z: float, significant_at: float) -> int:
    return int(grade_of(np.array([z]), significant_at)[0])


def _step(
    evidence: Evidence, significant_at: float, cut: float, grade: int, worse: int, is_share: bool
) -> Step | None:
    """The step across one cut, if there is one; `worse` is −1 to the better grade and 1 to the worse one."""
    target = evidence.reference + evidence.better * cut * evidence.spread
    events = None
    if evidence.numerator is not None and evidence.denominator:
        events = _events(evidence, significant_at, target, grade, worse, is_share)
        if events is None:
            return None
    return Step(grade + worse, abs(evidence.z - cut), target - evidence.value, events)


def _events(
    evidence: Evidence, significant_at: float, target: float, grade: int, worse: int, is_share: bool
) -> int | None:
    """The fewest events, with their sign, that leave `grade`: counted up from just below the exact number."""
    assert evidence.numerator is not None
    assert evidence.denominator
    sign = -worse * evidence.better
    now, most = round(evidence.numerator), evidence.denominator if is_share else math.inf
    exact = sign * (target * evidence.denominator / evidence.scale - now)
    fewest = max(1, math.floor(exact) - 1)
    for events in range(fewest, fewest + 4):
        there = now + sign * events
        value = there / evidence.denominator * evidence.scale
        z = evidence.better * (value - evidence.reference) / evidence.spread
        if worse * (_grade(z, significant_at) - grade) > 0:
            return sign * events if 0 <= there <= most else None
    return None
