"""Values on a line in groups: by hand, and the exact solution against all that are possible."""

import math
from itertools import combinations, pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccg_pipeline.method.statistics.clusters import bin_medians, clusters_from, cms_clusters, exact_clusters
from tests.support.notations.method_tables import lines


def numbers(text: str) -> np.ndarray:
    return np.array([math.nan if one == "-" else float(one) for one in text.split()])


EXACT = """
    values             | k | groups        | centres
    1 2 10 11          | 2 | 1 1 2 2       | 1.5 10.5
    11 1 10 2          | 2 | 2 1 2 1       | 1.5 10.5
    11 - 10 2          | 2 | 2 - 2 1       | 2 10.5
    1 2 10 11          | 1 | 1 1 1 1       | 6
    1 2 10 11          | 4 | 1 2 3 4       | 1 2 10 11
    5 5 5 6 6          | 2 | 1 1 1 2 2     | 5 6
    0 0 0 0 3 4        | 2 | 1 1 1 1 2 2   | 0 3.5
    1000001 1000002 1000010 1000011 | 2 | 1 1 2 2 | 1000001.5 1000010.5
"""


@pytest.mark.parametrize("given", lines(EXACT), ids=lambda given: f"{given['values']} in {given['k']}")
def test_exact_groups_by_hand(given: dict[str, str]) -> None:
    found = exact_clusters(numbers(given["values"]), int(given["k"]))
    assert np.array_equal(found.labels, numbers(given["groups"]), equal_nan=True)
    assert found.centres == pytest.approx(numbers(given["centres"]))


@pytest.mark.parametrize(("values", "k"), [("1 1 2", 3), ("1 2", 0), ("-", 1)])
def test_more_groups_than_different_values_are_refused(values: str, k: int) -> None:
    with pytest.raises(ValueError, match=f"different values cannot make {k} groups"):
        exact_clusters(numbers(values), k)


def within(values: np.ndarray, labels: np.ndarray) -> float:
    groups = [values[labels == one] for one in np.unique(labels)]
    return sum(float(np.square(group - group.mean()).sum()) for group in groups)


@given(
    st.lists(st.integers(-20, 20), min_size=1, max_size=9), st.integers(1, 5), st.sampled_from([1, 0.1, 7])
)
def test_no_other_parting_is_better(whole: list[int], k: int, scale: float) -> None:
    values = np.array(whole) * scale
    points = np.unique(values)
    k = min(k, len(points))
    found = exact_clusters(values, k)
    assert np.unique(found.labels).tolist() == list(range(1, k + 1))
    partings = ([0, *inner, len(points)] for inner in combinations(range(1, len(points)), k - 1))
    least = min(
        sum(
            float(np.square(part - part.mean()).sum())
            for part in (
                values[(values >= points[begin]) & (values <= points[end - 1])]
                for begin, end in pairwise(edges)
            )
        )
        for edges in partings
    )
    assert within(values, found.labels) == pytest.approx(least, abs=1e-8)


@given(st.lists(st.integers(-20, 20), min_size=3, max_size=9, unique=True))
def test_the_exact_solution_is_never_worse_than_lloyds(whole: list[int]) -> None:
    values = np.array(whole, dtype=float)
    by_steps = clusters_from(values, bin_medians(values, 3))
    assert within(values, exact_clusters(values, 3).labels) <= within(values, by_steps.labels) + 1e-9


# Cuts of k bins are the values at ranks ⌈n/k⌉, ⌈2n/k⌉ …; a value on a cut belongs below.
MEDIANS = """
    values                  | k | medians
    1 2 3 4 5 6 7 8 9 10    | 5 | 1.5 3.5 5.5 7.5 9.5
    10 9 8 7 6 5 4 3 2 1    | 5 | 1.5 3.5 5.5 7.5 9.5
    1 2 3 4 5 6 7           | 2 | 2.5 6
    1 2 - 3                 | 3 | 1 2 3
    1 2 3 4 5 6             | 4 | 1.5 3 4.5 6
    1 1 1 2 9               | 2 | 1 5.5
"""


@pytest.mark.parametrize("given", lines(MEDIANS), ids=lambda given: given["values"])
def test_medians_of_bins_by_hand(given: dict[str, str]) -> None:
    assert (
        bin_medians(numbers(given["values"]), int(given["k"])).tolist() == numbers(given["medians"]).tolist()
    )


@pytest.mark.parametrize(
    ("values", "said"), [("1 -", "1 values cannot fill 2"), ("1 1 1", "Too many equal values to fill 2")]
)
def test_bins_that_would_be_empty_are_refused(values: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        bin_medians(numbers(values), 2)


# One step or more of Lloyd's; radius '-' is none.
STEPS = """
    values       | start | radius | groups      | centres
    0 2 9 11     | 0 11  | -      | 1 1 2 2     | 1 10
    0 2 9 11     | 0 1   | -      | 1 1 2 2     | 1 10
    0 5 10       | 0 10  | -      | 1 1 2       | 2.5 10
    0 - 10       | 0 10  | -      | 1 - 2       | 0 10
    0 1          | 0 50  | -      | 1 1         | 0.5 50
    0 1 10 11 15 | 0 10  | 5      | 1 1 2 2 2   | 0.5 12
    0 1 10 11 15 | 0 10  | 4.9    | 1 1 2 2 2   | 0.5 12
    0 1 10 11 15 | 0 10  | 4.4    | 1 1 2 2 2   | 0.5 10.5
    0 1 10 11 50 | 0 10  | 1      | 1 1 2 2 2   | 0.5 10.5
    0 1 10 11 50 | 0 10  | -      | 1 1 1 1 2   | 5.5 50
"""


@pytest.mark.parametrize(
    "given", lines(STEPS), ids=lambda given: f"{given['values']} within {given['radius']}"
)
def test_lloyds_steps_by_hand(given: dict[str, str]) -> None:
    radius = math.inf if given["radius"] == "-" else float(given["radius"])
    found = clusters_from(numbers(given["values"]), numbers(given["start"]), radius)
    assert np.array_equal(found.labels, numbers(given["groups"]), equal_nan=True)
    assert found.centres.tolist() == numbers(given["centres"]).tolist()


def test_the_second_run_lets_go_of_who_is_far_away() -> None:
    # the first run ends at 1, 10, 20, 30 and 46 (40, 41, 57); 57 is then 11 away and no longer holds it there
    values = np.array([0.9, 1, 1.1, 9.9, 10, 10.1, 19.9, 20, 20.1, 29.9, 30, 30.1, 40, 41, 57]) / 10
    first = clusters_from(values, bin_medians(values, 5))
    assert first.centres == pytest.approx([0.1, 1, 2, 3, 4.6])
    found = cms_clusters(values)
    assert found.centres == pytest.approx([0.1, 1, 2, 3, 4.05])
    assert found.labels.tolist() == [group for group in range(1, 6) for _ in range(3)]


@given(st.lists(st.integers(-40, 40), min_size=5, max_size=20, unique=True), st.randoms())
def test_the_order_of_values_decides_nothing(whole: list[int], random: Random) -> None:
    values = np.array(whole) / 8
    order = random.sample(range(len(values)), len(values))
    assert np.array_equal(cms_clusters(values).labels[order], cms_clusters(values[order]).labels)
    assert np.array_equal(exact_clusters(values, 3).labels[order], exact_clusters(values[order], 3).labels)
