"""Comparisons with a reference, quantile bands and goals: at, below and above each edge."""

import math

import numpy as np
import pytest

from ccg_pipeline.method.statistics.intervals import Interval, byar, exact_poisson, wilson
from ccg_pipeline.method.statistics.significance import (
    by_interval,
    by_limits,
    by_overlap,
    five_way,
    funnel_of_count,
    funnel_of_proportion,
    goal,
    goal_range,
    quantile_bands,
    quantile_bounds,
)
from tests.support.notations.method_tables import lines


def number(text: str) -> float:
    return float(text or "nan")


def interval(value: float, at_95: float, at_998: float) -> Interval:
    """A figure with the same room on both sides."""
    return Interval(
        np.array(value),
        np.array([value - at_95, value - at_998]),
        np.array([value + at_95, value + at_998]),
    )


# A figure of 50 with 48 to 52 at 95 % and 47 to 53 at 99.8 %
REFERENCES = """
    reference | side | higher_is_better | lower_is_better
    46        | 2    | best             | worst
    46.999    | 2    | best             | worst
    47        | 1    | better           | worse
    47.999    | 1    | better           | worse
    48        | 0    | same             | same
    50        | 0    | same             | same
    52        | 0    | same             | same
    52.001    | -1   | worse            | better
    53        | -1   | worse            | better
    53.001    | -2   | worst            | best
              |      |                  |
"""


@pytest.mark.parametrize("given", lines(REFERENCES), ids=lambda given: given["reference"])
def test_a_reference_on_a_bound_is_inside(given: dict[str, str]) -> None:
    side = by_interval(interval(50, 2, 3), number(given["reference"]))
    np.testing.assert_equal(float(side), number(given["side"]))
    assert five_way(side).item() == given["higher_is_better"]
    assert five_way(-side).item() == given["lower_is_better"]


# Limits of 48 to 52 and 47 to 53 about the reference
VALUES = """
    value  | side
    46.999 | -2
    47     | -1
    47.999 | -1
    48     | 0
    52     | 0
    52.001 | 1
    53     | 1
    53.001 | 2
           |
"""


@pytest.mark.parametrize("given", lines(VALUES), ids=lambda given: given["value"])
def test_a_value_on_a_limit_is_inside(given: dict[str, str]) -> None:
    side = by_limits(number(given["value"]), interval(50, 2, 3))
    np.testing.assert_equal(float(side), number(given["side"]))


# 50 ± 2 and 3 against another figure that is as sure
OTHERS = """
    other  | side
    43.999 | 2
    44     | 1
    45.999 | 1
    46     | 0
    54     | 0
    54.001 | -1
    56     | -1
    56.001 | -2
           |
"""


@pytest.mark.parametrize("given", lines(OTHERS), ids=lambda given: given["other"])
def test_intervals_that_touch_overlap(given: dict[str, str]) -> None:
    side = by_overlap(interval(50, 2, 3), interval(number(given["other"]), 2, 3))
    np.testing.assert_equal(float(side), number(given["side"]))


@pytest.mark.parametrize("lost", ["lower", "upper"])
def test_without_one_bound_there_is_no_comparison(lost: str) -> None:
    whole = interval(50, 2, 3)
    bounds = {"lower": whole.lower, "upper": whole.upper, lost: np.array([48.0, math.nan])}
    broken = Interval(whole.value, bounds["lower"], bounds["upper"])
    sides = (
        by_interval(broken, 1),
        by_limits(1, broken),
        by_overlap(broken, whole),
        by_overlap(whole, broken),
    )
    assert np.isnan(sides).all()


# t ± z·√(t(100 − t)/n): half of 400 people may be 4.8999 and 7.7256 points off
PROPORTIONS = """
    reference | n   | lower   | upper   | lowest  | highest
    50        | 400 | 45.1001 | 54.8999 | 42.2744 | 57.7256
    1         | 100 | 0       | 2.9501  | 0       | 4.0747
    99        | 100 | 97.0499 | 100     | 95.9253 | 100
    0         | 100 | 0       | 0       | 0       | 0
    100       | 100 | 100     | 100     | 100     | 100
    100.1     | 100 |         |         |         |
    -0.1      | 100 |         |         |         |
    50        | 0   |         |         |         |
"""


@pytest.mark.parametrize(
    "given", lines(PROPORTIONS), ids=lambda given: f"{given['reference']} of {given['n']}"
)
def test_the_funnel_of_a_proportion(given: dict[str, str]) -> None:
    found = funnel_of_proportion(number(given["reference"]), number(given["n"]), scale=100)
    answer = [found.lower[0], found.upper[0], found.lower[1], found.upper[1]]
    wanted = [number(given[name]) for name in ("lower", "upper", "lowest", "highest")]
    assert answer == pytest.approx(wanted, abs=5e-5, nan_ok=True)


def test_a_value_on_the_funnel_has_an_interval_that_just_touches_the_reference() -> None:
    n = np.array([30.0, 400.0, 9000.0])
    limits = funnel_of_proportion(0.3, n)
    for k, level in enumerate((0.95, 0.998)):
        on_lower, on_upper = (wilson(limit[:, k] * n, n, (level,)) for limit in (limits.lower, limits.upper))
        assert on_lower.upper[:, 0] == pytest.approx(0.3)
        assert on_upper.lower[:, 0] == pytest.approx(0.3)


# None is below what can be expected until e^−E is below α/2: E of 3.689 at 95 %, 6.908 at 99.8 %.
# One is above it where 1 − e^−E is below α/2: E of 0.0253.
COUNTS = """
    expected | count | side
    3.688    | 0     | 0
    3.690    | 0     | -1
    6.907    | 0     | -1
    6.909    | 0     | -2
    0.0254   | 1     | 0
    0.0253   | 1     | 1
    0.0253   | 0     | 0
    0.001001 | 1     | 1
    0.001000 | 1     | 2
    13.2     | 7     | 0
    14.5     | 7     | -1
    0        | 0     |
    -1       | 0     |
             | 0     |
"""


@pytest.mark.parametrize(
    "given", lines(COUNTS), ids=lambda given: f"{given['count']} for {given['expected']}"
)
def test_the_funnel_of_a_count(given: dict[str, str]) -> None:
    expected, count = number(given["expected"]), number(given["count"])
    side = by_limits(count, funnel_of_count(expected))
    np.testing.assert_equal(float(side), number(given["side"]))
    if expected > 0:
        assert by_interval(exact_poisson(count), expected) == side


def test_the_interval_of_what_is_expected_lies_higher_than_the_funnel() -> None:
    # Fingertips' control limits find 7 too few where 13.2 are expected, though 7's own interval holds 13.2
    assert by_limits(7, exact_poisson(13.2)) == -1
    assert by_limits(7, funnel_of_count(13.2)) == 0


def test_a_count_of_ten_or_more_by_byar() -> None:
    assert by_interval(byar(20), np.array([12.20, 12.22, 30.88, 30.89])).tolist() == [1, 0, 0, -1]


# Band 1 is the highest. Eight in four bands, then ties: those equal go with the first of them.
BANDS = """
    what                         | n | values                  | bands
    two a band                   | 4 | 8 7 6 5 4 3 2 1         | 1 1 2 2 3 3 4 4
    the order does not matter    | 4 | 1 8 2 7 3 6 4 5         | 4 1 4 1 3 2 3 2
    a tie across a cut           | 4 | 8 7 7 5 4 3 2 1         | 1 1 1 2 3 3 4 4
    all equal                    | 4 | 5 5 5 5 5 5 5 5         | 1 1 1 1 1 1 1 1
    nine: the odd one goes first | 4 | 9 8 7 6 5 4 3 2 1       | 1 1 1 2 2 3 3 4 4
    missing stays missing        | 2 | 4 nan 3 2 nan 1         | 1 nan 1 2 nan 2
    as many as bands             | 4 | 4 3 2 1                 | 1 2 3 4
    fewer than bands             | 4 | 3 2 1                   | nan nan nan
    fewer, for some are missing  | 4 | 3 2 1 nan               | nan nan nan nan
    one band                     | 1 | 3 2 1                   | 1 1 1
"""


@pytest.mark.parametrize("given", lines(BANDS), ids=lambda given: given["what"])
def test_quantile_bands(given: dict[str, str]) -> None:
    values, bands = (np.array(given[name].split(), dtype=float) for name in ("values", "bands"))
    found = quantile_bands(values, int(given["n"]))
    np.testing.assert_array_equal(found, bands)
    np.testing.assert_array_equal(quantile_bands(-values, int(given["n"]), highest_first=False), found)
    np.testing.assert_array_equal(quantile_bands([values, values + 1], int(given["n"])), [found, found])


def test_no_bands_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one band, not 0"):
        quantile_bands([1.0], 0)


def test_bounds_need_four_values() -> None:
    assert quantile_bounds([1, 2, math.nan, 4], 5).tolist() == []
    assert quantile_bounds([1, 2, math.nan, 4, 11], 3).tolist() == [1, 2, 4, 11]
    assert quantile_bounds([0.1, 0.2, 0.4, 0.5], 2).tolist() == [0.1, 0.3, 0.5]  # not 0.30000000000000004


# A goal of 10, and a range from 1 to 2
GOALS = """
    value | target | met_if_high | met_if_low
    9.999 | 10     | -1          | 1
    10    | 10     | 1           | 1
    10.001 | 10    | 1           | -1
          | 10     |             |
    10    |        |             |
"""


@pytest.mark.parametrize("given", lines(GOALS), ids=lambda given: f"{given['value']} of {given['target']}")
def test_the_goal_itself_is_met(given: dict[str, str]) -> None:
    value, target = number(given["value"]), number(given["target"])
    np.testing.assert_equal(float(goal(value, target, 1)), number(given["met_if_high"]))
    np.testing.assert_equal(float(goal(value, target, -1)), number(given["met_if_low"]))


RANGES = """
    value | high_is_better | low_is_better
    0.999 | -1             | 1
    1     | 0              | 0
    1.999 | 0              | 0
    2     | 1              | -1
    2.001 | 1              | -1
          |                |
"""


@pytest.mark.parametrize("given", lines(RANGES), ids=lambda given: given["value"])
def test_a_range_holds_its_lower_end_and_not_its_upper(given: dict[str, str]) -> None:
    value = number(given["value"])
    np.testing.assert_equal(float(goal_range(value, 1, 2, 1)), number(given["high_is_better"]))
    np.testing.assert_equal(float(goal_range(value, 1, 2, -1)), number(given["low_is_better"]))


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    assert goal_range(1, 1, 1, 1) == 1
    with pytest.raises(ValueError, match="must not be above its upper end"):
        goal_range(1, 2, 1.999, 1)
