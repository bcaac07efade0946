"""How far a figure is from another grade: at, below and above each cut, in its unit and in events."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccg_pipeline.method.clinical import grade_of
from ccg_pipeline.method.next_grade import Evidence, steps

LIMIT = 1.96


def share(numerator: float, denominator: float = 100, reference: float = 50, better: int = 1) -> Evidence:
    """A percentage whose standard error is 5 points."""
    value = 100 * numerator / denominator
    return Evidence(value, reference, 5.0, 0.0, better, 100.0, numerator, denominator)


# numerator of 100, then the grade, change and events to the better and to the worse one
STEPS = [
    (70, None, (2, -10.2, -11)),
    (60, None, (2, -0.2, -1)),  # z = 2: the cut is at 59.8
    (59, (1, 0.8, 1), (3, -9.0, -10)),  # at the reference it is still better
    (50, (1, 9.8, 10), (3, 0.0, -1)),
    (49, (2, 1.0, 1), (4, -8.8, -9)),
    (41, (2, 9.0, 9), (4, -0.8, -1)),  # worse at 40.2 and below
    (40, (3, 0.2, 1), None),
    (20, (3, 20.2, 21), None),
]


@pytest.mark.parametrize(("numerator", "better", "worse"), STEPS)
def test_steps_of_a_share_where_higher_is_better(
    numerator: int, better: tuple[int, float, int] | None, worse: tuple[int, float, int] | None
) -> None:
    found = steps(share(numerator), LIMIT, is_share=True)
    assert [one and (one.grade, round(one.change, 9), one.events) for one in found] == [better, worse]


@pytest.mark.parametrize(("numerator", "better", "worse"), STEPS)
def test_where_lower_is_better_the_steps_are_mirrored(
    numerator: int, better: tuple[int, float, int] | None, worse: tuple[int, float, int] | None
) -> None:
    found = steps(share(100 - numerator, better=-1), LIMIT, is_share=True)
    said = [one and (one.grade, -round(one.change, 9) + 0.0, one.events and -one.events) for one in found]
    assert said == [better, worse]


def test_the_margin_is_in_standard_errors_and_widened_with_the_limits() -> None:
    narrow, _ = steps(share(45), LIMIT, is_share=True)
    assert narrow is not None
    assert narrow.margin == pytest.approx(1.0)
    wide, _ = steps(Evidence(45.0, 50.0, 3.0, 16.0, 1), LIMIT, is_share=False)
    assert wide is not None
    assert (wide.margin, wide.events) == (pytest.approx(1.0), None)


def test_what_is_not_counted_has_no_events() -> None:
    better, _ = steps(Evidence(72.4, 75.0, 0.6, 0.0, 1), LIMIT, is_share=False)
    assert better is not None
    assert (round(better.change, 9), better.events) == (round(2.6 - 1.96 * 0.6, 9), None)


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        (share(96, reference=95), "significantly better begins at 104.8 %"),
        (share(4, reference=5, better=-1), "significantly better begins below nobody"),
    ],
)
def test_there_is_no_step_to_more_than_all_or_fewer_than_none(evidence: Evidence, why: str) -> None:
    assert steps(evidence, LIMIT, is_share=True)[0] is None, why


@given(
    denominator=st.integers(20, 5_000),
    share_now=st.floats(0.02, 0.98),
    reference=st.floats(5, 95),
    better=st.sampled_from([1, -1]),
)
def test_the_events_said_are_the_fewest_that_change_the_grade(
    denominator: int, share_now: float, reference: float, better: int
) -> None:
    numerator = round(denominator * share_now)
    error = math.sqrt(reference * (100 - reference) / denominator)
    at = Evidence(100 * numerator / denominator, reference, error, 0.0, better, 100.0, numerator, denominator)

    def grade(events: int) -> float:
        z = better * (100 * (numerator + events) / denominator - reference) / error
        return float(grade_of(np.array([z]), LIMIT)[0])

    now = grade(0)
    for step, sign in zip(steps(at, LIMIT, is_share=True), (better, -better), strict=True):
        if step is None:
            continue
        assert step.events is not None
        assert step.events * sign > 0
        assert grade(step.events) != now
        assert grade(step.events - sign) == now
