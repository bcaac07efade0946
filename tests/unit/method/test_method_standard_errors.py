"""The three standard errors, by hand and at the ends of their range."""

import numpy as np
import pytest

from ccg_pipeline.method.statistics.standard_errors import NORMAL_95, binomial, interval, poisson


def test_the_example_of_the_methodology_manual() -> None:
    # p = 0.4 and n = 100 have a standard error of 0.049, "about 10 percentage points" detectable
    error = binomial(np.array([40.0]), np.array([100.0]))[0]
    assert error == pytest.approx(4.899, abs=5e-4)
    assert 1.96 * error == pytest.approx(9.6, abs=0.01)


def test_poisson_is_the_root_of_the_expected_count_in_the_rates_unit() -> None:
    # 5 per 1,000 of 20,000 births are 100 expected deaths, ± 10, which is 0.5 per 1,000
    assert poisson(np.array([5.0]), np.array([20_000.0]), 1000)[0] == pytest.approx(0.5)


def test_an_interval_is_as_wide_as_two_normal_quantiles_of_standard_errors() -> None:
    assert interval(np.array([10 - NORMAL_95]), np.array([10 + NORMAL_95]))[0] == pytest.approx(1)
    assert interval(np.array([10.0]), np.array([13.92]))[0] == pytest.approx(1, abs=2e-5)


@pytest.mark.parametrize(
    ("reference", "denominator", "is_number"),
    [
        (0, 100, True),
        (100, 100, True),
        (-0.1, 100, False),
        (100.1, 100, False),
        (50, 0, False),
        (50, -1, False),
        (np.nan, 100, False),
        (50, np.nan, False),
    ],
)
def test_binomial_at_the_ends(reference: float, denominator: float, is_number: bool) -> None:
    assert np.isfinite(binomial(np.array([reference]), np.array([denominator]))[0]) == is_number


@pytest.mark.parametrize(
    ("reference", "denominator", "is_number"),
    [(0, 100, True), (-0.1, 100, False), (5, 0, False), (5, np.nan, False)],
)
def test_poisson_at_the_ends(reference: float, denominator: float, is_number: bool) -> None:
    assert np.isfinite(poisson(np.array([reference]), np.array([denominator]), 1000)[0]) == is_number


@pytest.mark.parametrize(
    ("lower", "upper", "error"), [(5, 5, 0), (6, 5, np.nan), (np.nan, 5, np.nan), (5, np.nan, np.nan)]
)
def test_interval_at_the_ends(lower: float, upper: float, error: float) -> None:
    np.testing.assert_equal(interval(np.array([lower]), np.array([upper]))[0], error)
