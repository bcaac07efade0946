"""The gradient is a weighted least-squares line, as statsmodels draws it."""

import numpy as np
import pytest
import statsmodels.api as sm

from ccg_pipeline.method.statistics.gradient import NORMAL_975, gradient_index


@pytest.mark.parametrize("n", [3, 4, 30, 500])
def test_slope_and_interval_are_those_of_weighted_least_squares(n: int) -> None:
    rng = np.random.default_rng(n)
    deprivation, population = rng.uniform(0, 1, n), rng.uniform(2, 5000, n)
    rate = 500 + 900 * deprivation + rng.normal(0, 200, n)
    fit = sm.WLS(rate, sm.add_constant(deprivation), weights=population).fit()
    found = gradient_index(rate, deprivation, population)
    assert found is not None
    assert found.slope == pytest.approx(fit.params[1], rel=1e-9)
    assert found.upper_95 - found.slope == pytest.approx(NORMAL_975 * fit.bse[1], rel=1e-9)
    assert found.slope - found.lower_95 == pytest.approx(NORMAL_975 * fit.bse[1], rel=1e-9)
    assert found.n_areas == n


def test_a_line_through_all_points_has_no_width() -> None:
    found = gradient_index([1.0, 2.0, 3.0], [0.0, 0.5, 1.0], [10.0, 1.0, 99.0])
    assert found is not None
    assert (found.slope, found.lower_95, found.upper_95) == pytest.approx((2.0, 2.0, 2.0))


@pytest.mark.parametrize(
    ("rate", "deprivation"), [([], []), ([1.0, 2.0], [0.0, 1.0]), ([1.0, 2.0, 3.0], [0.5, 0.5, 0.5])]
)
def test_without_three_areas_or_any_difference_there_is_no_gradient(
    rate: list[float], deprivation: list[float]
) -> None:
    assert gradient_index(rate, deprivation, [1.0] * len(rate)) is None


def test_people_weigh_and_not_areas() -> None:
    """An area without people to speak of does not turn the line."""
    among = gradient_index([1.0, 2.0, 3.0, 999.0], [0.0, 0.5, 1.0, 1.0], [1000.0, 1000.0, 1000.0, 1e-6])
    assert among is not None
    assert among.slope == pytest.approx(2.0, abs=1e-3)
