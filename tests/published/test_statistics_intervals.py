"""Wilson, Byar, exact and directly standardised against PHEindicatormethods 2.1.0; Wilson and statsmodels."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.statistics.grid import Floats
from ccg_pipeline.method.statistics.intervals import Interval, rate, wilson

BOUNDS = ["lower95_0cl", "lower99_8cl", "upper95_0cl", "upper99_8cl"]


def _furthest(found: Interval, expected: pd.DataFrame) -> tuple[float, float]:
    """The greatest relative distance where a bound is expected above 0, and the greatest where it is 0."""
    given: Floats = np.hstack([found.value[:, None], found.lower, found.upper])
    wanted: Floats = expected[["value", *BOUNDS]].to_numpy(dtype=float)
    assert np.isfinite(given).all()
    zero = wanted == 0
    relative = np.abs(given[~zero] / wanted[~zero] - 1)
    return float(relative.max()), float(np.abs(given[zero]).max(initial=0))


def test_wilson_equals_the_original(shared: Path) -> None:
    rows = pd.read_csv(shared / "vectors" / "phe_r_wilson_seen.csv")
    relative, at_zero = _furthest(wilson(rows["x"], rows["n"]), rows)
    assert len(rows) == 1500
    assert relative < 1e-12
    assert at_zero < 1e-15


def test_byar_and_exact_rates_equal_the_original(shared: Path) -> None:
    rows = pd.read_csv(shared / "vectors" / "phe_r_rate_seen.csv")
    assert (rows["x"] < 10).sum() > 100  # both methods are in it
    assert len(rows) == 1500
    relative, at_zero = _furthest(rate(rows["x"], rows["n"]), rows)
    assert relative < 1e-12
    assert at_zero < 1e-15


def test_the_standard_population_is_the_european_one_of_2013(shared: Path) -> None:
    standard = pd.read_csv(shared / "vectors" / "phe_esp2013.csv")["esp2013"].to_numpy()
    bands = pd.read_csv(shared / "vectors" / "phe_r_dsr_input.csv")
    used = bands[bands["area"] == 1].sort_values("age")["esp"].to_numpy()
    assert used.tolist() == standard.tolist()
    assert standard.sum() == 100_000


@pytest.mark.parametrize("level", [0.9, 0.95, 0.998])
def test_wilson_equals_statsmodels(level: float) -> None:
    from statsmodels.stats.proportion import proportion_confint

    n = np.repeat([1, 7, 250, 40_000], 5)
    x = np.round(n * np.tile([0, 0.01, 0.5, 0.99, 1], 4))
    lower, upper = proportion_confint(x, n, alpha=1 - level, method="wilson")
    found = wilson(x, n, levels=(level,))
    np.testing.assert_allclose(found.lower[:, 0], lower, rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(found.upper[:, 0], upper, rtol=1e-12)
