"""What holds of intervals and changes for any figures: bounds, mirror images, scale and order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccg_pipeline.method.statistics.changes import (
    benjamini_hochberg,
    change,
)
from ccg_pipeline.method.statistics.intervals import (
    Interval,
    byar,
    exact_poisson,
    rate,
    wilson,
)

sizes = st.integers(1, 1_000_000)
counts = st.integers(0, 100_000)
figures = st.integers(-1000, 1000)  # whole, so that mirror images are exact
factors = st.sampled_from([0.01, 10.0, 1000.0])


@st.composite
def shares(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(sizes)
    return draw(st.integers(0, n)), n


def assert_nested(found: Interval) -> None:
    """Bounds about the figure, and the surer pair not inside the other."""
    lower, upper = found.lower, found.upper
    assert (lower <= found.value[..., None]).all()
    assert (found.value[..., None] <= upper).all()
    assert (lower[..., 1] <= lower[..., 0]).all()
    assert (upper[..., 0] <= upper[..., 1]).all()


@given(shares())
def test_wilson_keeps_its_bounds_and_mirrors(share: tuple[int, int]) -> None:
    x, n = share
    one, other = wilson([x], n), wilson([n - x], n)
    assert_nested(one)
    assert one.lower.min() >= 0
    assert one.upper.max() <= 1
    np.testing.assert_allclose(one.upper, 1 - other.lower, atol=1e-14)
    assert (one.lower[0] == 0).all() == (x == 0)
    assert (one.upper[0] == 1).all() == (x == n)


@given(shares(), st.integers(2, 50))
def test_more_people_with_the_same_share_are_surer(share: tuple[int, int], times: int) -> None:
    x, n = share
    one, more = wilson(x, n), wilson(x * times, n * times)
    assert (more.upper - more.lower < one.upper - one.lower).all()


@given(counts)
def test_intervals_of_counts_keep_their_bounds_and_rise(count: int) -> None:
    for method in (exact_poisson, byar):
        one, next_one = method([count]), method([count + 1])
        assert_nested(one)
        assert one.lower.min() >= 0
        assert (next_one.lower > one.lower).all()
        assert (next_one.upper > one.upper).all()


@given(st.integers(10, 100_000))
def test_byar_is_close_to_the_exact_interval(count: int) -> None:
    np.testing.assert_allclose(byar(count).lower, exact_poisson(count).lower, rtol=0.02)
    np.testing.assert_allclose(byar(count).upper, exact_poisson(count).upper, rtol=0.004)


@given(counts, sizes, factors)
def test_the_unit_of_a_rate_only_scales_it(count: int, population: int, factor: float) -> None:
    one, other = rate(count, population), rate(count, population, scale=100_000 * factor)
    np.testing.assert_allclose(other.lower, one.lower * factor, rtol=1e-13)
    np.testing.assert_allclose(other.upper, one.upper * factor, rtol=1e-13)


@given(figures, st.floats(0.01, 50), figures, st.floats(0.01, 50), st.floats(-0.99, 0.99))
def test_a_change_read_backwards_is_its_mirror(
    now: int, se: float, before: int, se2: float, r: float
) -> None:
    one, other = change(now, se, before, se2, r), change(before, se2, now, se, r)
    assert one.z == pytest.approx(-float(other.z), abs=1e-12)
    assert one.p_value == pytest.approx(float(other.p_value))
    assert abs(change(now, se, before, se2, 0.995).z) >= abs(one.z) - 1e-12  # the same people: surer


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_false_discovery_rates_keep_their_order(p: list[float], order: object) -> None:
    adjusted = benjamini_hochberg(p)
    assert (adjusted >= np.array(p) * (1 - 1e-12)).all()
    assert adjusted.max() <= 1
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
    places = list(range(len(p)))
    order.shuffle(places)  # type: ignore[attr-defined]  # hypothesis hands over a random.Random
    np.testing.assert_allclose(benjamini_hochberg(np.array(p)[places]), adjusted[places], rtol=1e-12)
