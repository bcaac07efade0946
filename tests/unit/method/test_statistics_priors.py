"""Distributions of true values: against SciPy's, and how far they lean on the others."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from ccg_pipeline.method.statistics.priors import LEAST_FOR_A_PRIOR, POSTERIORS, PRIORS, between

FAMILIES = {"binomial": (30.0, 100.0), "poisson": (30.0, 5000.0), "interval": (60.0, 2.0)}
OF_SCIPY = {
    "binomial": stats.beta,
    "poisson": lambda a, b: stats.gamma(a, scale=1 / b),
    "interval": stats.norm,
}


def believed(family: str, x: list[float], n: float) -> tuple[Any, ...]:
    """The parameters of each figure's true value, (n, nodes): so many events of n, or values of error n."""
    first, second = np.array(x), np.full(len(x), n)
    return POSTERIORS[family](*PRIORS[family](first, second), first[:, None], second[:, None])


@pytest.mark.parametrize(
    ("family", "exact"),
    [
        ("binomial", stats.beta(30.5, 70.5)),
        ("poisson", stats.gamma(30.5, scale=1 / 5000)),
        ("interval", stats.norm(60, 2)),
    ],
)
def test_with_few_others_it_is_the_textbook_distribution(family: str, exact: Any) -> None:
    x, n = FAMILIES[family]
    one, two = believed(family, [x + at for at in range(LEAST_FOR_A_PRIOR - 1)], n)
    one, two = (np.broadcast_to(part, (LEAST_FOR_A_PRIOR - 1, 5))[0, 0] for part in (one, two))
    shares = [0.025, 0.5, 0.975]
    assert OF_SCIPY[family](one, two).ppf(shares) == pytest.approx(exact.ppf(shares), rel=1e-9)
    many, _ = believed(family, [x + at for at in range(LEAST_FOR_A_PRIOR)], n)
    assert not np.allclose(many[0], one)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_known_of_the_others_makes_it_narrower(family: str) -> None:
    x, n = FAMILIES[family]
    figures = (x + np.sqrt(x) * np.random.default_rng(3).standard_normal(60)).clip(1).tolist()
    alone = OF_SCIPY[family](*(part[0, 0] for part in believed(family, figures[:1], n)))
    among = OF_SCIPY[family](*(part[0] for part in believed(family, figures, n)))
    assert among.std().mean() < alone.std()


def test_between_finds_the_spread_that_was_put_in() -> None:
    random = np.random.default_rng(1)
    errors = random.uniform(0.5, 2, 4000)
    true = random.normal(10, 1.5, 4000)
    mean, variance = between(true + errors * random.standard_normal(4000), np.square(errors))
    assert mean == pytest.approx(10, abs=0.1)
    assert variance == pytest.approx(2.25, rel=0.15)
    assert (np.diff(variance) > 0).all()


def test_the_spread_is_less_sure_with_fewer() -> None:
    values = np.random.default_rng(2).normal(10, 2, 1000)
    widths = [np.ptp(between(values[:n], np.ones(n))[1]) for n in (12, 100, 1000)]
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


def test_the_quantiles_of_the_spread_are_those_of_its_own_distribution() -> None:
    # of equal variances s² and a flat prior, (n − 1)·S² / (A + s²) is χ² with n − 3 degrees of freedom, where
    # all of it lies above s²: here S² is so large that it does
    n, s2 = 40, 1.0
    values = np.random.default_rng(3).normal(0, 30, n)
    _, variance = between(values, np.full(n, s2))
    squares = np.square(values - values.mean()).sum()
    shares = (np.arange(5) + 0.5) / 5
    exact = squares / stats.chi2(n - 3).isf(shares)
    assert variance + s2 - (variance + s2) / (n + 1) == pytest.approx(exact, rel=0.02)


def test_no_spread_at_all_is_not_taken_for_none() -> None:
    _, variance = between(np.full(200, 5.0), np.full(200, 4.0))
    assert (variance > 4 / 200).all()
    assert variance.max() < 4 / 4


@pytest.mark.parametrize("x", [0.0, 100.0])
def test_nobody_or_everybody_has_numbers(x: float) -> None:
    assert all(np.isfinite(part).all() for part in believed("binomial", [x] * 20, 100))
