"""Intervals of single figures: by hand, at and around each edge."""

import math

import numpy as np
import pytest

from ccg_pipeline.method.statistics.intervals import (
    byar,
    directly_standardised,
    exact_poisson,
    expected_events,
    indirectly_standardised,
    mean,
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


# 50 ± t · 10 / √n, with t of n − 1 degrees of freedom: 12.7062 of 1, 3.1824 of 3, 2.0639 of 24
MEANS = """
    n   | sd | half
    1   | 10 |
    1.9 | 10 |
    2   | 10 | 89.8464
    4   | 10 | 15.9122
    25  | 10 | 4.1278
    25  | 0  | 0
    25  | -1 |
    25  |    |
"""


@pytest.mark.parametrize("given", lines(MEANS), ids=lambda given: f"{given['n']}, {given['sd']}")
def test_a_mean_by_students_t(given: dict[str, str]) -> None:
    found = mean(50, number(given["sd"]), number(given["n"]))
    half = number(given["half"])
    assert [found.lower[0], found.upper[0]] == pytest.approx([50 - half, 50 + half], abs=5e-5, nan_ok=True)


def test_a_directly_standardised_rate_by_hand() -> None:
    # 4 of 1,000 and 6 of 2,000, weighed 1 to 3: (4/1000 + 3·6/2000) / 4 = 325 per 100,000.
    # Byar: 4.78745 to 18.39146 of 10; √((4/10⁶ + 9·6/(4·10⁶)) / 10) / 4 = 33.0719 per 100,000 an event
    found = directly_standardised([4, 6], [1000, 2000], [1, 3])
    assert found.value == pytest.approx(325)
    assert found.lower[0] == pytest.approx(325 + 33.0719 * (4.78745 - 10), abs=5e-3)
    assert found.upper[0] == pytest.approx(325 + 33.0719 * (18.39146 - 10), abs=5e-3)


STANDARDISED = """
    what                          | events | population | is_there
    ten events                    | 4 6    | 1000 2000  | yes
    nine events                   | 4 5    | 1000 2000  | no
    eleven, all in one band       | 0 11   | 1000 2000  | yes
    nobody in a band              | 4 6    | 0 2000     | no
    a missing count is not 0      | nan 16 | 1000 2000  | no
    a missing population          | 4 6    | nan 2000   | no
    fewer than no events          | -1 16  | 1000 2000  | no
"""


@pytest.mark.parametrize("given", lines(STANDARDISED), ids=lambda given: given["what"])
def test_no_directly_standardised_rate_of_too_few_or_gaps(given: dict[str, str]) -> None:
    events, population = (np.array(given[name].split(), dtype=float) for name in ("events", "population"))
    found = directly_standardised(events, population, [5000, 6000])
    there = np.isfinite([found.value, *found.lower, *found.upper])
    assert there.all() if given["is_there"] == "yes" else not there.any()


def test_a_standard_population_without_people_is_refused() -> None:
    with pytest.raises(ValueError, match="standard population must be above 0"):
        directly_standardised([4, 6], [1000, 2000], [1, 0])


def test_one_age_band_is_a_crude_rate() -> None:
    one, other = directly_standardised([[25]], [[4000]], [7]), rate([25], [4000])
    assert one.lower == pytest.approx(other.lower)
    assert one.upper == pytest.approx(other.upper)


def test_an_indirectly_standardised_ratio_by_hand() -> None:
    # the reference has 1 and 5 a thousand: 2 + 18 expected of 2,000 and 3,600 people
    expected = expected_events([2000, 3600], [100, 50], [100_000, 10_000])
    assert expected == pytest.approx(20)
    found = indirectly_standardised(30, expected, scale=100)
    assert found.value == pytest.approx(150)
    assert found.lower[0] == pytest.approx(byar(30).lower[0] * 5)
    assert np.isnan(indirectly_standardised(30, 0.0).value)
    assert np.isnan(expected_events([2000, 3600], [100, 50], [100_000, 0]))


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
