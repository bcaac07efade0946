"""The recent trend, the change since the last period, and testing many at once: by hand, around each edge."""

import math

import numpy as np
import pytest

from ccg_pipeline.method.statistics.trends import (
    INTERVAL_WIDTH,
    SIGNIFICANT_CHI_SQUARE,
    RecentTrend,
    benjamini_hochberg,
    change,
    recent_trend,
    recent_trend_of_proportions,
)
from tests.support.notations.method_tables import lines


def numbers(text: str) -> list[float]:
    return [float(one) for one in text.split()]


def with_error(values: list[float], error: float = 1.0) -> RecentTrend:
    """The trend of values that all have one standard error."""
    y = np.array(values)
    return recent_trend(y, y - error * INTERVAL_WIDTH / 2, y + error * INTERVAL_WIDTH / 2)


# With equal standard errors of 1 the slope is Σ(t − 3)·y / 10 and chi-square slope² · 10, so that a straight
# line is a trend from a slope of √0.954953… = 0.97722 a period on.
VALUES = """
    what                                | y                   | slope   | direction
    flat                                | 5 5 5 5 5           | 0       | 0
    rising, not enough                  | 0 0.977 1.954 2.931 3.908 | 0.977 | 0
    rising enough                       | 0 0.978 1.956 2.934 3.912 | 0.978 | 1
    falling, not enough                 | 0 -0.977 -1.954 -2.931 -3.908 | -0.977 | 0
    falling enough                      | 0 -0.978 -1.956 -2.934 -3.912 | -0.978 | -1
    rising, with a dip                  | 0 3 2 5 6           | 1.4     | 1
    one point makes it                  | 0 0 0 0 9           | 1.8     | 0
    one point makes it, downwards       | 0 0 0 0 -9          | -1.8    | 0
    one point is more than makes it     | 0 -1 -1 -1 9        | 1.8     | 0
    the others go a little the same way | 0 0.01 0.02 0.03 9  | 1.802   | 1
    the last five of six                | 99 0 1 2 3 4        | 1       | 1
    the sixth last may be missing       | nan 0 1 2 3 4       | 1       | 1
    one of the five is missing          | 0 0 1 nan 3 4       | nan     | nan
    four                                | 0 9 18 27           | nan     | nan
"""


@pytest.mark.parametrize("given", lines(VALUES), ids=lambda given: given["what"])
def test_the_recent_trend_of_values(given: dict[str, str]) -> None:
    found = with_error(numbers(given["y"]))
    slope = float(given["slope"])
    assert found.slope == pytest.approx(slope, abs=1e-12, nan_ok=True)
    assert found.chi_square == pytest.approx(10 * slope**2, abs=1e-9, nan_ok=True)
    np.testing.assert_equal(float(found.direction), float(given["direction"]))


def test_chi_square_must_be_above_the_threshold() -> None:
    edge = math.sqrt(SIGNIFICANT_CHI_SQUARE / 10)
    for factor, direction in ((1 - 1e-12, 0), (1 + 1e-12, 1)):
        assert with_error([t * edge * factor for t in range(5)]).direction == direction


def test_an_uncertain_point_weighs_less() -> None:
    # weights 1 but 1/100 for the last, that is as if it had not been there
    y, error = np.array([0.0, 1, 2, 3, -50]), np.array([0.1, 0.1, 0.1, 0.1, 1000])
    found = recent_trend(y, y - error * 1.96, y + error * 1.96)
    assert found.slope == pytest.approx(1, abs=1e-4)
    assert found.direction == 1


@pytest.mark.parametrize("outlier", range(5))
def test_no_rounding_makes_a_trend_of_one_point(outlier: int) -> None:
    errors = np.random.default_rng(7).uniform(0.01, 0.1, size=(200, 5))
    y = np.full(5, 0.1)
    for height in (-9, 9):
        y[outlier] = height
        assert (recent_trend(y, y - errors, y + errors).direction == 0).all()


@pytest.mark.parametrize("width", [0, -1, math.nan])
def test_without_a_width_there_is_no_trend(width: float) -> None:
    y = np.arange(5.0)
    upper = y + 1
    upper[2] = y[2] - 1 + width
    found = recent_trend(y, y - 1, upper)
    assert np.isnan([found.chi_square, found.slope, found.direction]).all()


# Chi-square of five groups of 100 with 10, 15 …: N = 500, Σt·n = 1500, Σt²·n = 5500
PROPORTIONS = """
    what                         | x                | n                   | chi_square | direction
    no difference                | 10 10 10 10 10   | 100 100 100 100 100 | 0          | 0
    the same share of more       | 10 20 30 40 50   | 100 200 300 400 500 | 0          | 0
    rising                       | 10 15 20 25 30   | 100 100 100 100 100 | 15.625     | 1
    falling                      | 30 25 20 15 10   | 100 100 100 100 100 | 15.625     | -1
    counted the other way        | 90 85 80 75 70   | 100 100 100 100 100 | 15.625     | -1
    rising, in a tenth as many   | 2 3 4 5 6        | 20 20 20 20 20      | 3.125      | 0
    one point makes it           | 10 10 10 10 40   | 100 100 100 100 100 | 26.7857    | 0
    nobody in one                | 0 15 20 25 30    | 100 100 100 100 100 | nan        | nan
    everybody in one             | 10 15 20 25 100  | 100 100 100 100 100 | nan        | nan
    everybody six ago            | 100 10 15 20 25 30 | 100 100 100 100 100 100 | 15.625 | 1
    more than everybody          | 10 15 20 25 101  | 100 100 100 100 100 | nan        | nan
    a count is missing           | 10 15 nan 25 30  | 100 100 100 100 100 | nan        | nan
    four                         | 10 15 20 25      | 100 100 100 100     | nan        | nan
"""


@pytest.mark.parametrize("given", lines(PROPORTIONS), ids=lambda given: given["what"])
def test_the_recent_trend_of_proportions(given: dict[str, str]) -> None:
    found = recent_trend_of_proportions(numbers(given["x"]), numbers(given["n"]))
    assert found.chi_square == pytest.approx(float(given["chi_square"]), abs=5e-5, nan_ok=True)
    np.testing.assert_equal(float(found.direction), float(given["direction"]))


def test_the_slope_of_proportions_is_of_their_log_odds() -> None:
    # odds of 1, 2, 4, 8 and 16: log 2 a period
    found = recent_trend_of_proportions([10, 20, 40, 80, 160], [20, 30, 50, 90, 170])
    assert found.slope == pytest.approx(math.log(2))


# (value − previous) / √(se₁² + se₂² − 2·r·se₁·se₂)
CHANGES = """
    what                     | value | se | previous | se2 | r    | error  | z
    other people each time   | 58    | 3  | 50       | 4   | 0    | 5      | 1.6
    half the same            | 58    | 3  | 50       | 4   | 0.5  | 3.6056 | 2.2188
    mostly the same          | 58    | 3  | 50       | 4   | 1    | 1      | 8
    against each other       | 58    | 3  | 50       | 4   | -1   | 7      | 1.1429
    nothing changed          | 50    | 3  | 50       | 4   | 0    | 5      | 0
    no error of the one      | 58    | 0  | 50       | 4   | 0    | 4      | 2
    no error is left         | 58    | 4  | 50       | 4   | 1    | nan    | nan
    no error at all          | 58    | 0  | 50       | 0   | 0    | nan    | nan
    an error below 0         | 58    | -3 | 50       | 4   | 0    | nan    | nan
    nothing before           | 58    | 3  | nan      | 4   | 0    | 5      | nan
"""


@pytest.mark.parametrize("given", lines(CHANGES), ids=lambda given: given["what"])
def test_the_change_since_the_last_period(given: dict[str, str]) -> None:
    found = change(*(float(given[name]) for name in ("value", "se", "previous", "se2", "r")))
    assert found.standard_error == pytest.approx(float(given["error"]), abs=5e-5, nan_ok=True)
    assert found.z == pytest.approx(float(given["z"]), abs=5e-5, nan_ok=True)
    assert np.isnan(found.p_value) == np.isnan(found.z)


def test_p_is_two_sided() -> None:
    p = change(np.array([1.959963984540054, -1.959963984540054, 0, 40]), 1, 0, 0).p_value
    assert p == pytest.approx([0.05, 0.05, 1, 0], abs=1e-12)


@pytest.mark.parametrize("correlation", [-1.001, 1.001])
def test_a_correlation_beyond_1_is_refused(correlation: float) -> None:
    with pytest.raises(ValueError, match="must lie between −1 and 1"):
        change(1, 1, 1, 1, correlation)


# p·m/k, or what a larger one gets if that is less
TESTS = """
    what                      | p                    | adjusted
    one is itself             | 0.04                 | 0.04
    two                       | 0.01 0.04            | 0.02 0.04
    in any order              | 0.04 0.01            | 0.04 0.02
    a larger one helps        | 0.03 0.031           | 0.031 0.031
    ties                      | 0.02 0.02 0.02       | 0.02 0.02 0.02
    never beyond 1            | 0.5 1                | 1 1
    missing does not count    | 0.01 nan 0.04        | 0.02 nan 0.04
    nothing was tested        | nan                  | nan
    certain ones              | 0 0.5 1              | 0 0.75 1
"""


@pytest.mark.parametrize("given", lines(TESTS), ids=lambda given: given["what"])
def test_false_discovery_rates(given: dict[str, str]) -> None:
    np.testing.assert_allclose(
        benjamini_hochberg(numbers(given["p"])), numbers(given["adjusted"]), rtol=1e-12
    )


def test_the_shape_of_the_tests_does_not_matter() -> None:
    p = np.array([[0.01, 0.2, 0.03], [0.04, 0.5, 0.6]])
    assert benjamini_hochberg(p).tolist() == benjamini_hochberg(p.ravel()).reshape(2, 3).tolist()


@pytest.mark.parametrize("p", [-0.001, 1.001])
def test_a_p_that_is_none_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([0.5, p])
