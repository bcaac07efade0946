"""Comparisons with a reference and quantile bands: at, below and above each edge."""

import numpy as np
import pytest

from ccg_pipeline.method.statistics.intervals import Interval, byar
from ccg_pipeline.method.statistics.significance import (
    by_interval,
    five_way,
    quantile_bands,
)
from tests.support.notations.method_tables import lines


def number(text: str) -> float:
    return float(text or "nan")


def interval(value: float, at_95: float, at_998: float) -> Interval:
    """A figure with the same room on both sides."""
    return Interval(
        np.array(value),
        np.array([value - at_95, value - at_998]),
        np.array([value + at_95, value + at_998]),
    )


# A figure of 50 with 48 to 52 at 95 % and 47 to 53 at 99.8 %
REFERENCES = """
    reference | side | higher_is_better | lower_is_better
    46        | 2    | best             | worst
    46.999    | 2    | best             | worst
    47        | 1    | better           | worse
    47.999    | 1    | better           | worse
    48        | 0    | same             | same
    50        | 0    | same             | same
    52        | 0    | same             | same
    52.001    | -1   | worse            | better
    53        | -1   | worse            | better
    53.001    | -2   | worst            | best
              |      |                  |
"""


@pytest.mark.parametrize("given", lines(REFERENCES), ids=lambda given: given["reference"])
def test_a_reference_on_a_bound_is_inside(given: dict[str, str]) -> None:
    side = by_interval(interval(50, 2, 3), number(given["reference"]))
    np.testing.assert_equal(float(side), number(given["side"]))
    assert five_way(side).item() == given["higher_is_better"]
    assert five_way(-side).item() == given["lower_is_better"]


@pytest.mark.parametrize("lost", ["lower", "upper"])
def test_without_one_bound_there_is_no_comparison(lost: str) -> None:
    whole = interval(50, 2, 3)
    bounds = {"lower": whole.lower, "upper": whole.upper, lost: np.array([48.0, np.nan])}
    assert np.isnan(by_interval(Interval(whole.value, bounds["lower"], bounds["upper"]), 1))


def test_a_count_of_ten_or_more_by_byar() -> None:
    assert by_interval(byar(20), np.array([12.20, 12.22, 30.88, 30.89])).tolist() == [1, 0, 0, -1]


# Band 1 is the highest. Eight in four bands, then ties: those equal go with the first of them.
BANDS = """
    what                         | n | values                  | bands
    two a band                   | 4 | 8 7 6 5 4 3 2 1         | 1 1 2 2 3 3 4 4
    the order does not matter    | 4 | 1 8 2 7 3 6 4 5         | 4 1 4 1 3 2 3 2
    a tie across a cut           | 4 | 8 7 7 5 4 3 2 1         | 1 1 1 2 3 3 4 4
    all equal                    | 4 | 5 5 5 5 5 5 5 5         | 1 1 1 1 1 1 1 1
    nine: the odd one goes first | 4 | 9 8 7 6 5 4 3 2 1       | 1 1 1 2 2 3 3 4 4
    missing stays missing        | 2 | 4 nan 3 2 nan 1         | 1 nan 1 2 nan 2
    as many as bands             | 4 | 4 3 2 1                 | 1 2 3 4
    fewer than bands             | 4 | 3 2 1                   | nan nan nan
    fewer, for some are missing  | 4 | 3 2 1 nan               | nan nan nan nan
    one band                     | 1 | 3 2 1                   | 1 1 1
"""


@pytest.mark.parametrize("given", lines(BANDS), ids=lambda given: given["what"])
def test_quantile_bands(given: dict[str, str]) -> None:
    values, bands = (np.array(given[name].split(), dtype=float) for name in ("values", "bands"))
    found = quantile_bands(values, int(given["n"]))
    np.testing.assert_array_equal(found, bands)
    np.testing.assert_array_equal(quantile_bands(-values, int(given["n"]), highest_first=False), found)
    np.testing.assert_array_equal(quantile_bands([values, values + 1], int(given["n"])), [found, found])


def test_no_bands_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one band, not 0"):
        quantile_bands([1.0], 0)
