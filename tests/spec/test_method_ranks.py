"""Places in a league and how sure they are: by hand and by the definition."""

import math
from collections.abc import Iterator
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccg_pipeline.method.statistics.ranks import (
    Ties,
    compare_all,
    probability_of_bottom,
    probability_of_top,
    ranks,
    sets_by_bands,
)
from tests.support.notations.method_tables import lines


def numbers(text: str) -> np.ndarray:
    return np.array([math.nan if one == "-" else float(one) for one in text.split()])


PLACES = """
    ties  | scores    | places
    best  | 9 7 8     | 1 3 2
    best  | 9 7 7 5   | 1 2 2 4
    mean  | 9 7 7 5   | 1 2.5 2.5 4
    worst | 9 7 7 5   | 1 3 3 4
    best  | 7 7       | 1 1
    worst | 7 7       | 2 2
    best  | 9 - 7     | 1 - 2
    worst | 7 - 7     | 2 - 2
    best  | -         | -
"""


@pytest.mark.parametrize("given", lines(PLACES), ids=lambda given: f"{given['scores']} {given['ties']}")
def test_places_by_hand(given: dict[str, str]) -> None:
    ties: Ties = given["ties"]  # type: ignore[assignment]  # read from a table
    assert np.array_equal(ranks(numbers(given["scores"]), ties), numbers(given["places"]), equal_nan=True)


# Four draws are evidence and four check, one after the other. A statement needs v below 1 − coverage, and so
# many checks may contradict: none here, so "above" is shown where it holds in every draw.
SHOWN = """
    draws of each unit, parted by |                   | lower | upper
    9 9 9 9 9 9 9 9 | 1 1 1 1 1 1 1 1                 | 1 2   | 1 2
    9 9 9 9 9 9 9 9 | 9 9 9 9 9 9 9 9                 | 1 1   | 2 2
    9 9 9 9 9 9 9 9 | 1 1 1 1 1 1 1 9                 | 1 1   | 2 2
    9 9 9 9 9 9 9 9 | 1 1 1 1 1 1 9 1                 | 1 1   | 2 2
    9 8 9 8 9 8 9 8 | 5 6 5 6 5 6 5 6 | 1 9 1 1 1 1 1 1 | 1 1 1 | 3 3 3
    9 9 9 9 9 9 9 9 | - - - - - - - -                 | 1 -   | 1 -
    9 9 9 9 9 9 9 9                                   | 1     | 1
"""


def worked(text: str) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    for line in text.strip().splitlines()[1:]:
        *units, lower, upper = [part.strip() for part in line.split("|")]
        yield line.strip(), np.array([numbers(one) for one in units]).T, numbers(lower), numbers(upper)


@pytest.mark.parametrize(
    ("draws", "lower", "upper"),
    [pytest.param(*rest, id=name) for name, *rest in worked(SHOWN)],
)
def test_sets_by_hand(draws: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
    found = compare_all(draws).rank_sets()
    assert np.array_equal(found.lower, lower, equal_nan=True)
    assert np.array_equal(found.upper, upper, equal_nan=True)


def test_pairs_that_cannot_be_told_apart() -> None:
    compared = compare_all(np.tile([9.0, 9.0, 0.0, np.nan], (8, 1)))
    assert compared.above[:, 2].tolist() == [True, True, False, False]
    assert np.argwhere(compared.not_told_apart()).tolist() == [[0, 1], [1, 0]]


def plainly_above(draws: np.ndarray, coverage: float) -> np.ndarray:
    """Which pairs are shown, every pair in every draw: the definition, slow."""
    evidence, check = draws[::2], draws[1::2]
    n = draws.shape[1]
    mean, variance = evidence.mean(axis=0), evidence.var(axis=0)
    v = np.array(
        [
            [
                (evidence[:, j] <= evidence[:, k]).sum()
                + 1e-4 * min(1, math.exp(-(mean[j] - mean[k]) / math.sqrt(variance[j] + variance[k])))
                for k in range(n)
            ]
            for j in range(n)
        ]
    ) / len(evidence)
    least = []
    for one in check:
        wrong = [v[j, k] for j in range(n) for k in range(n) if one[j] <= one[k] and v[j, k] < 1 - coverage]
        least.append(min(wrong, default=1.0))
    edge = np.quantile(least, 1 - coverage, method="lower")
    return np.asarray(v < min(edge, 1 - coverage))


@pytest.mark.parametrize("spread", [0.5, 2.0, 5.0])
@pytest.mark.parametrize("decimals", [0, 6], ids=["steps", "fine"])
def test_the_quick_way_is_the_definition(spread: float, decimals: int) -> None:
    for seed in range(4):
        world = np.random.default_rng(seed)
        draws = np.round(world.normal(np.linspace(0, spread, 12), 1, (400, 12)), decimals)
        assert np.array_equal(compare_all(draws).above, plainly_above(draws, 0.95))


@pytest.mark.parametrize(
    ("draws", "coverage", "said"), [(400, 0.0, "Coverage"), (400, 1.0, "Coverage"), (3, 0.95, "3 draws say")]
)
def test_what_cannot_be_is_refused(draws: int, coverage: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        compare_all(np.ones((draws, 2)), coverage)


DRAWS = np.array([[3.0, 2, 1], [3, 1, 2], [2, 2, 1], [1, 2, np.nan]])


def test_probabilities_by_hand() -> None:
    # places, draw by draw: 1 2 3 | 1 3 2 | 1 1 3 | 2 1 -; the tie for the first place shares it
    assert probability_of_top(DRAWS, 1).tolist() == [0.625, 0.375, 0]
    assert probability_of_top(DRAWS, 2) == pytest.approx([1, 0.75, 1 / 3])
    assert probability_of_bottom(DRAWS, 1) == pytest.approx([0.25, 0.25, 2 / 3])


def test_of_many_with_different_scores_ten_are_in_the_top_ten() -> None:
    draws = np.random.default_rng(1).normal(np.linspace(0, 3, 50), 1, (200, 50))
    assert probability_of_top(draws).sum() == pytest.approx(10)
    assert probability_of_bottom(draws).sum() == pytest.approx(10)


SCORES = st.lists(st.integers(-30, 30), min_size=1, max_size=8)


def drawn_about(scores: list[int], seed: int = 1) -> np.ndarray:
    return np.round(np.random.default_rng(seed).normal(np.array(scores) / 4, 1, (200, len(scores))), 6)


@settings(max_examples=50)
@given(SCORES)
def test_no_two_are_above_each_other_nor_one_above_itself(scores: list[int]) -> None:
    above = compare_all(drawn_about(scores)).above
    assert not (above & above.T).any()
    assert not above.diagonal().any()


@settings(max_examples=50)
@given(SCORES, st.randoms(use_true_random=False))
def test_the_order_of_units_decides_nothing(scores: list[int], random: Random) -> None:
    draws = drawn_about(scores)
    order = np.array(random.sample(range(len(scores)), len(scores)))
    one, other = compare_all(draws).above, compare_all(draws[:, order]).above
    assert np.array_equal(one[np.ix_(order, order)], other)


@settings(max_examples=50)
@given(SCORES, st.sampled_from([0.25, 2.0, 1024.0]), st.integers(-64, 64))
def test_the_unit_never_matters(scores: list[int], scale: float, shift: int) -> None:
    draws = np.round(drawn_about(scores) * 64)  # whole numbers, which a shift does not round
    assert np.array_equal(compare_all(draws).above, compare_all(draws * scale + shift).above)


def test_more_units_than_memory_holds_pairs_of_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^5,001 units make 25,010,001 pairs: at most 5,000 units are compared"
    ):
        compare_all(np.zeros((4, 5001)))


# Four draws of each unit say its mean and spread; the four between, how many spreads the farthest lies off.
BANDS = """
    draws of each unit, parted by |                   | lower | upper
    9 9 9 9 9 9 9 9 | 1 1 1 1 1 1 1 1                 | 1 2   | 1 2
    9 9 9 9 9 9 9 9 | 9 9 9 9 9 9 9 9                 | 1 1   | 2 2
    8 7 4 7 8 7 4 7 | 3 2 1 2 3 2 1 2                 | 1 2   | 1 2
    8 7 4 7 8 7 4 8 | 3 2 1 2 3 2 1 2                 | 1 2   | 1 2
    8 7 4 7 8 7 4 9 | 3 2 1 2 3 2 1 2                 | 1 1   | 2 2
    9 9 9 9 9 9 9 9 | 8 8 8 8 8 8 8 7 | 1 1 1 1 1 1 1 1 | 1 1 3 | 2 2 3
    9 9 9 9 9 9 9 9 | - - - - - - - -                 | 1 -   | 1 -
    - - - - - - - -                                   | -     | -
"""


@pytest.mark.parametrize(
    ("draws", "lower", "upper"),
    [pytest.param(*rest, id=name) for name, *rest in worked(BANDS)],
)
def test_sets_of_bands_by_hand(draws: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
    found = sets_by_bands(draws)
    assert np.array_equal(found.lower, lower, equal_nan=True)
    assert np.array_equal(found.upper, upper, equal_nan=True)


@pytest.mark.parametrize("spread", [0.2, 1.0, 5.0])
def test_sets_of_bands_hold_all_true_places_at_once_and_are_the_wider(spread: float) -> None:
    n, draws, worlds, wrong, wide, narrow = 60, 400, 100, 0, 0.0, 0.0
    for seed in range(worlds):
        world = np.random.default_rng(seed)
        true = world.normal(0, spread, n)
        told, kept = true + world.normal(0, 1, n), spread**2 / (spread**2 + 1)
        drawn = kept * told + np.sqrt(kept) * world.normal(0, 1, (draws, n))
        sets, pairs = sets_by_bands(drawn), compare_all(drawn).rank_sets()
        wide += (sets.upper - sets.lower).mean() / worlds
        narrow += (pairs.upper - pairs.lower).mean() / worlds
        place = ranks(true)
        wrong += bool(((place < sets.lower) | (place > sets.upper)).any())
    assert wrong <= 5
    assert narrow <= wide <= 1.6 * narrow


def test_sets_of_more_units_than_pairs_of_which_fit_in_memory() -> None:
    level = np.arange(6_000.0)
    found = sets_by_bands(-level + np.random.default_rng(1).normal(0, 20, (400, 6_000)))
    assert (found.lower <= level + 1).all()
    assert (found.upper >= level + 1).all()
    assert (found.upper - found.lower).max() < 500
