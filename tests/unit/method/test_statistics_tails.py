"""Heavier tails where the figures show them, and none where they do not."""

import numpy as np
import pytest

from ccg_pipeline.method.statistics.grid import Floats
from ccg_pipeline.method.statistics.priors import POSTERIORS, PRIORS
from ccg_pipeline.method.statistics.tails import posteriors

ONE = np.ones(209)


def figures(tails: float | None, spread: float = 2.0) -> Floats:
    random = np.random.default_rng(11)
    true = random.standard_normal(209) if tails is None else random.standard_t(tails, 209)
    return np.asarray(spread * true + random.standard_normal(209))


def shrunken(y: Floats) -> Floats:
    return np.asarray(posteriors("interval", y, ONE)[0].mean(axis=1))


def test_an_outlier_among_heavy_tails_is_believed_more_than_with_a_normal_spread() -> None:
    y = figures(2.5)
    farthest = int(np.abs(y - np.median(y)).argmax())
    normal = POSTERIORS["interval"](*PRIORS["interval"](y, ONE), y[:, None], ONE[:, None])[0].mean(axis=1)
    moved, moved_by_normal = (abs(one[farthest] - y[farthest]) for one in (shrunken(y), normal))
    assert moved < moved_by_normal / 2


def test_of_a_normal_spread_the_two_agree() -> None:
    y = figures(None)
    normal = POSTERIORS["interval"](*PRIORS["interval"](y, ONE), y[:, None], ONE[:, None])[0].mean(axis=1)
    assert np.abs(shrunken(y) - normal).max() < 0.5
    assert np.abs(shrunken(y) - normal).mean() < 0.05


@pytest.mark.parametrize("family", ["binomial", "poisson", "interval"])
def test_with_few_figures_the_prior_is_flat(family: str) -> None:
    x, n = np.array([3.0, 5.0, 8.0]), np.full(3, 20.0)
    found = posteriors(family, x, n)
    wanted = POSTERIORS[family](*PRIORS[family](x, n), x[:, None], n[:, None])
    for one, two in zip(found, np.broadcast_arrays(*wanted), strict=True):
        assert one == pytest.approx(two)


@pytest.mark.parametrize("family", ["binomial", "poisson"])
@pytest.mark.parametrize("events", [[0.0] * 20, [20.0] * 20, [0.0] * 19 + [20.0]])
def test_counts_of_none_and_of_all_have_a_distribution(family: str, events: list[float]) -> None:
    one, two = posteriors(family, np.array(events), np.full(20, 20.0))
    assert np.isfinite(one).all()
    assert np.isfinite(two).all()
    assert (one > 0).all()
    assert (two > 0).all()
