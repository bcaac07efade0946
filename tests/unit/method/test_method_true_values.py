"""Distributions of true values: against scipy's, against the counts, and how far they lean on the others."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.statistics.priors import LEAST_FOR_A_PRIOR, between
from ccg_pipeline.method.uncertainty.true_values import TrueValues, true_values
from tests.support.notations.method_tables import EDITION, edition_of, observations

SHARE, RATE, INTERVAL = (EDITION.indicator(code) for code in ("123a", "125a", "105d"))
LOWER_SHARE = EDITION.indicator("101a")


def banded(indicator: Indicator, x: list[float], n: float) -> pd.DataFrame:
    """Bands of as many CCGs as there are numbers: events of n, or (interval) values of standard error n."""
    rows = []
    for i, one in enumerate(x):
        value = one if indicator is INTERVAL else one * indicator.scale / n
        rows.append(
            f"{indicator.code} | {i:02}A | {one} | {n} | {value!r} | {value - 1.959963984540054 * n!r} "
            f"| {value + 1.959963984540054 * n!r}"
        )
    latest = observations("indicator | ccg | numerator | n | value | low | high\n" + "\n".join(rows))
    return band_indicators(latest, edition_of(indicator), codes(len(x)))


def codes(n: int) -> list[str]:
    return [f"{i:02}A" for i in range(n)]


def believed(indicator: Indicator, x: list[float], n: float, prior: str = "flat") -> TrueValues:
    of_edition = edition_of(indicator)
    return true_values(
        banded(indicator, x, n), of_edition, codes(len(x)), "flat" if prior == "flat" else "shared"
    )


@pytest.mark.parametrize(
    ("indicator", "x", "n", "exact"),
    [
        (SHARE, 30, 100, stats.beta(30.5, 70.5, scale=100)),
        (RATE, 30, 5000, stats.gamma(30.5, scale=1000 / 5000)),
        (INTERVAL, 60, 2, stats.norm(60, 2)),
        (LOWER_SHARE, 12, 100, stats.beta(12.5, 88.5, scale=100)),
    ],
    ids=["binomial", "poisson", "interval", "lower is better"],
)
def test_a_flat_prior_gives_the_textbook_distribution(
    indicator: Indicator, x: float, n: float, exact: Any
) -> None:
    given = banded(indicator, [x, x * 1.2, x * 0.9], n)
    found = believed(indicator, [x, x * 1.2, x * 0.9], n)
    z = np.array([-2.0, -0.5, 0.0, 0.3, 1.96])
    reference, error = given["reference_value"].iloc[0], given["standard_error"].iloc[0]
    if indicator.direction == "lower_is_better":
        wanted = exact.sf(reference - z * error)
    else:
        wanted = exact.cdf(reference + z * error)
    assert found.below(z)[0, 0] == pytest.approx(wanted, rel=1e-9)


@settings(max_examples=15)
@given(st.integers(1, 98), st.floats(-3, 3))
def test_a_better_figure_and_the_other_direction(x: int, z: float) -> None:
    other = SHARE.model_copy(update={"better": "lower"})
    one, more = (believed(SHARE, [float(n), 50.0], 100).below([z])[0, 0, 0] for n in (x, x + 1))
    assert more <= one
    mirrored = believed(other, [float(x), 50.0], 100).below([-z])[0, 0, 0]
    assert mirrored == pytest.approx(1 - one, abs=1e-9)


@pytest.mark.parametrize("indicator", [SHARE, RATE, INTERVAL])
def test_with_few_ccgs_the_shared_prior_is_the_flat_one(indicator: Indicator) -> None:
    x = [30.0 + i for i in range(LEAST_FOR_A_PRIOR)]
    few, many = x[:-1], x
    flat, shared = believed(indicator, few, 100), believed(indicator, few, 100, "shared")
    assert np.array_equal(flat.below([0.0]), shared.below([0.0]))
    more = believed(indicator, many, 100, "shared")
    assert not np.allclose(believed(indicator, many, 100).below([0.0]), more.below([0.0]))


@pytest.mark.parametrize("indicator", [SHARE, RATE, INTERVAL], ids=lambda one: one.standard_error)
def test_the_shared_prior_makes_the_distribution_narrower(indicator: Indicator) -> None:
    random = np.random.default_rng(3)
    n = 400.0 if indicator is SHARE else 4000.0
    mean = 0.4 * n if indicator is SHARE else 40.0
    x = np.round(random.normal(mean, 0.2 * mean, 60)).tolist() if indicator is not INTERVAL else []
    x = x or random.normal(60, 10, 60).tolist()
    noise = 5.0 if indicator is INTERVAL else n
    widths = {}
    for prior in ("flat", "shared"):
        found = believed(indicator, x, noise, prior)
        grid = np.linspace(-12, 12, 4001)
        density = np.diff(found.below(grid)[0, 0])
        middle = (grid[1:] + grid[:-1]) / 2
        centre = (density * middle).sum()
        widths[prior] = np.sqrt((density * np.square(middle - centre)).sum())
    assert widths["shared"] < widths["flat"]


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


def test_nobody_or_everybody_has_a_flat_prior_and_a_number() -> None:
    for x in (0.0, 100.0):
        found = believed(SHARE, [x] * 20, 100, "shared").below([0.0])
        assert np.isfinite(found).all()


def test_what_has_no_z_has_no_distribution() -> None:
    edition = edition_of(SHARE, EDITION.indicator("165a"))
    latest = observations(
        """
        indicator | ccg | numerator | n  | value | judgement
        123a      | 01A | 5         | 10 | 50    |
        165a      | 01A |           |    |       | Green
        """
    )
    bands = band_indicators(latest, edition, ["01A", "01B"])
    found = true_values(bands, edition, ["01A", "01B"], "shared").below([0.0])
    assert np.isfinite(found[..., 0]).tolist() == [[True, False], [False, False]]
