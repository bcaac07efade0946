import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccg_pipeline.demo.latent import generator
from ccg_pipeline.demo.noise import (
    draw_events,
    draw_labels,
    draw_means,
    draw_successes,
    poisson_limits,
    wilson,
)

MANY = 100_000


@pytest.mark.parametrize("noise", [1, 3, 20])
def test_events_vary_as_asked(noise: float) -> None:
    events = draw_events(generator(1, "e"), np.full(MANY, 400.0), noise)
    assert events.mean() == pytest.approx(400, rel=0.005)
    assert events.var() / 400 == pytest.approx(noise, rel=0.03)


@pytest.mark.parametrize("noise", [1, 2, 50])
def test_successes_vary_as_asked(noise: float) -> None:
    successes = draw_successes(generator(1, "s"), np.full(MANY, 500.0), np.full(MANY, 0.3), noise)
    assert successes.mean() == pytest.approx(150, rel=0.01)
    assert successes.var() / (500 * 0.3 * 0.7) == pytest.approx(noise, rel=0.03)
    assert successes.max() <= 500


def test_means_vary_as_asked() -> None:
    means = draw_means(generator(1, "m"), np.full(MANY, 8.7), np.full(MANY, 0.07))
    assert means.mean() == pytest.approx(8.7, abs=0.001)
    assert means.std() == pytest.approx(0.07, rel=0.02)


def test_labels_fall_in_their_shares_and_the_best_to_the_highest() -> None:
    shares = np.array([0.1, 0.48, 0.25, 0.17])
    positions = generator(1, "p").standard_normal(MANY)
    labels = draw_labels(generator(1, "l"), positions, 0.3, shares)
    assert np.bincount(labels) / MANY == pytest.approx(shares, abs=0.005)
    means = [positions[labels == label].mean() for label in range(4)]
    assert means == sorted(means, reverse=True)


@pytest.mark.parametrize(
    ("successes", "n", "lower", "upper"),
    [  # Newcombe 1998, table I, method 3 (Wilson without continuity correction)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson(successes: int, n: int, lower: float, upper: float) -> None:
    low, high = wilson(np.array(float(successes)), np.array(float(n)))
    assert (float(low), float(high)) == pytest.approx((lower, upper), abs=5e-5)


@pytest.mark.parametrize(
    ("events", "lower", "upper"), [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904)]
)  # Garwood 1936, as tabulated
def test_poisson_limits(events: int, lower: float, upper: float) -> None:
    low, high = poisson_limits(np.array([float(events)]))
    assert (low[0], high[0]) == pytest.approx((lower, upper), abs=5e-5)


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_intervals_hold_the_figure(events: int, n: int) -> None:
    low, high = poisson_limits(np.array([float(events)]))
    assert 0 <= low[0] <= events < high[0]
    if events <= n:
        bottom, top = wilson(np.array(float(events)), np.array(float(n)))
        rounding = 1e-12
        assert 0 <= bottom <= events / n + rounding
        assert events / n - rounding <= top <= 1
