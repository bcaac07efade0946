"""Intervals of single figures: by hand, at and around each edge."""

import math

import numpy as np
import pytest

from ccg_pipeline.method.statistics.intervals import (
    byar,
    exact_poisson,
    rate,
    two_sided_z,
    wilson,
)
from tests.support.notations.method_tables import lines


def number(text: str) -> float:
    return float(text or "nan")


# In percent. 0.2775 is z² / (n + z²); the others are the textbook's (Newcombe and Altman 2000).
WILSON = """
    what                | x  | n  | value | lower | upper
    nobody              | 0  | 10 | 0     | 0     | 27.7533
    one of ten          | 1  | 10 | 10    | 1.7876 | 40.4150
    half                | 5  | 10 | 50    | 23.6593 | 76.3407
    all but one         | 9  | 10 | 90    | 59.5850 | 98.2124
    everybody           | 10 | 10 | 100   | 72.2467 | 100
    more than everybody | 11 | 10 |       |       |
    fewer than nobody   | -1 | 10 |       |       |
    of nobody           | 0  | 0  |       |       |
    no numerator        |    | 10 |       |       |
    no denominator      | 5  |    |       |       |
"""


@pytest.mark.parametrize("given", lines(WILSON), ids=lambda given: given["what"])
def test_wilson(given: dict[str, str]) -> None:
    found = wilson(number(given["x"]), number(given["n"]), scale=100)
    answer = [found.value, found.lower[0], found.upper[0]]
    wanted = [number(given[name]) for name in ("value", "lower", "upper")]
    assert answer == pytest.approx(wanted, abs=5e-5, nan_ok=True)


def test_nobody_and_everybody_are_at_the_very_ends() -> None:
    n = np.arange(1, 2000)
    assert (wilson(np.zeros(len(n)), n).lower == 0).all()
    assert (wilson(n, n).upper == 1).all()


# Garwood's table of exact limits (Armitage and Berry 2002), and where Byar takes over
COUNTS = """
    count | exact_low | exact_high | byar_low | byar_high
    -1    |           |            |          |
    0     | 0         | 3.6889     | 0        | 3.6889
    0.5   | 0.0005    | 4.6742     | 0.0005   | 4.6742
    1     | 0.0253    | 5.5716     | 0.0253   | 5.5716
    9     | 4.1154    | 17.0848    | 4.1154   | 17.0848
    9.99  | 4.7885    | 18.3774    | 4.7885   | 18.3774
    10    | 4.7954    | 18.3904    | 4.7874   | 18.3915
    100   | 81.3640   | 121.6268   | 81.3621  | 121.6279
          |           |            |          |
"""


@pytest.mark.parametrize("given", lines(COUNTS), ids=lambda given: given["count"])
def test_counts_are_exact_below_10_and_byars_from_10_on(given: dict[str, str]) -> None:
    count = number(given["count"])
    for method, name in ((exact_poisson, "exact"), (byar, "byar")):
        found = method(count)
        wanted = [number(given[f"{name}_low"]), number(given[f"{name}_high"])]
        assert [found.lower[0], found.upper[0]] == pytest.approx(wanted, abs=5e-5, nan_ok=True)


def test_a_rate_is_its_count_in_another_unit() -> None:
    # 5 deaths among 20,000 births are 0.25 per 1,000
    found, count = rate(5, 20_000, scale=1000), exact_poisson(5)
    assert found.value == pytest.approx(0.25)
    assert found.lower == pytest.approx(count.lower / 20)
    assert found.upper == pytest.approx(count.upper / 20)


@pytest.mark.parametrize(
    ("count", "population"), [(5, 0), (5, -1), (-1, 100), (math.nan, 100), (5, math.nan)]
)
def test_a_rate_that_cannot_be_had(count: float, population: float) -> None:
    found = rate(count, population)
    assert np.isnan([found.value, *found.lower, *found.upper]).all()


def test_levels_are_two_and_three_standard_errors_in_one_call() -> None:
    assert two_sided_z() == pytest.approx([1.959963984540054, 3.090232306167813])
    both = wilson([3, 4, 5], 20)
    assert both.lower.shape == (3, 2)
    for k, level in enumerate((0.95, 0.998)):
        assert wilson([3, 4, 5], 20, levels=(level,)).upper[:, 0].tolist() == both.upper[:, k].tolist()


@pytest.mark.parametrize(
    "levels", [(), (0.998, 0.95), (0.95, 0.95), (0, 0.95), (0.95, 1), (95, 99.8), (math.nan,)]
)
def test_levels_that_are_none_are_refused(levels: tuple[float, ...]) -> None:
    for method in (exact_poisson, byar):
        with pytest.raises(ValueError, match="levels must rise and lie between 0 and 1"):
            method(5, levels)
    with pytest.raises(ValueError, match="levels must rise"):
        two_sided_z(levels)
