"""What holds of intervals, comparisons and trends for any figures: bounds, mirror images, scale and order."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ccg_pipeline.method.statistics.intervals import (
    Interval,
    byar,
    exact_poisson,
    rate,
    wilson,
)
from ccg_pipeline.method.statistics.significance import (
    by_interval,
    quantile_bands,
)
from ccg_pipeline.method.statistics.special_cause import process_limits, special_cause
from ccg_pipeline.method.statistics.trends import (
    benjamini_hochberg,
    change,
    recent_trend,
    recent_trend_of_proportions,
)

sizes = st.integers(1, 1_000_000)
counts = st.integers(0, 100_000)
figures = st.integers(-1000, 1000)  # whole, so that mirror images are exact
factors = st.sampled_from([0.01, 10.0, 1000.0])
SIX = st.lists(figures, min_size=6, max_size=6)
SERIES = st.lists(figures, min_size=2, max_size=30)


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


@given(shares(), st.integers(1, 99))
def test_counting_the_others_instead_turns_the_side_about(share: tuple[int, int], percent: int) -> None:
    x, n = share
    assume(abs(100 * x / n - percent) > 1e-6)
    side = by_interval(wilson(x, n, scale=100), percent)
    assert side == -by_interval(wilson(n - x, n, scale=100), 100 - percent)
    assert side in (-2, -1, 0, 1, 2)
    assert side * np.sign(x / n - percent / 100) >= 0


@given(st.lists(figures, min_size=1, max_size=60), st.integers(1, 10), st.randoms(use_true_random=False))
def test_quantile_bands_keep_the_order_of_values(values: list[int], n_bands: int, order: object) -> None:
    bands = quantile_bands(values, n_bands)
    if len(values) < n_bands:
        assert np.isnan(bands).all()
        return
    assert bands.min() == 1
    assert bands.max() <= n_bands
    falling = bands[np.argsort(values)]
    assert (np.diff(falling) <= 0).all()
    places = list(range(len(values)))
    order.shuffle(places)  # type: ignore[attr-defined]  # hypothesis hands over a random.Random
    assert quantile_bands(np.array(values)[places], n_bands).tolist() == bands[places].tolist()
    distinct = len(set(values)) == len(values)
    if distinct:  # as near as can be equal
        sizes_of = np.bincount(bands.astype(int), minlength=n_bands + 1)[1:]
        assert sizes_of.max() - sizes_of.min() <= 1


@given(SIX, factors, figures)
def test_a_recent_trend_mirrors_and_does_not_mind_the_unit(y: list[int], factor: float, shift: int) -> None:
    given_y = np.array(y, dtype=float)
    error = np.array([1, 2, 1.5, 1, 3, 2])
    one = recent_trend(given_y, given_y - error, given_y + error)
    mirror = recent_trend(-given_y, -given_y - error, -given_y + error)
    other = factor * (given_y + shift)
    scaled = recent_trend(other, other - factor * error, other + factor * error)
    assert mirror.direction == -one.direction
    assert mirror.chi_square == pytest.approx(float(one.chi_square), abs=1e-9)
    assert scaled.chi_square == pytest.approx(float(one.chi_square), rel=1e-6, abs=1e-6)
    if one.direction:
        assert np.sign(one.slope) == one.direction


@given(st.lists(st.integers(1, 999), min_size=5, max_size=8))
def test_a_trend_of_proportions_turns_with_what_is_counted_and_with_time(x: list[int]) -> None:
    there = np.array(x)
    one, others = (recent_trend_of_proportions(given, [1000]) for given in (there, 1000 - there))
    back = recent_trend_of_proportions(there[-5:][::-1], [1000])
    assert others.direction == -one.direction
    assert back.direction == -one.direction
    assert others.chi_square == pytest.approx(float(one.chi_square), rel=1e-9, abs=1e-9)
    assert back.chi_square == pytest.approx(float(one.chi_square), rel=1e-9, abs=1e-9)


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


@settings(max_examples=200)
@given(SERIES, st.sampled_from([2.0, 1024.0]))
def test_special_causes_mirror_and_do_not_mind_the_unit(y: list[int], factor: float) -> None:
    series = np.array(y, dtype=float)
    series -= series.mean() // 1  # a mean near 0, so that both signs round alike
    limits = process_limits(series)
    one, mirror = special_cause(series, limits), special_cause(-series, process_limits(-series))
    scaled = special_cause(series * factor)
    assert mirror.rule.tolist() == one.rule.tolist()
    assert (mirror.side == -one.side).all()
    assert scaled.rule.tolist() == one.rule.tolist()
    assert ((one.rule == "") == (one.side == 0)).all()
