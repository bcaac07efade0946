"""Places in a league and how sure they are: by hand and by the plain algorithm."""

import math
from collections.abc import Iterator
from random import Random
from typing import Any

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


# Two units have one difference, tested on both sides: it is shown where it exceeds 1.96 · √(s² + s²).
# Of three equal units the critical value is 2.342 (Tukey's range of three, 3.31 / √2). Where one is far away,
# those two pairs are decided, and for the pair that is left it is 2.195 in the next step.
SETS = """
    estimates | errors  | lower | upper
    2.70 0    | 1 1     | 1 1   | 2 2
    2.85 0    | 1 1     | 1 2   | 1 2
    0 2.85    | 1 1     | 2 1   | 2 1
    2.85 0 -  | 1 1 1   | 1 2 - | 1 2 -
    2.85 0 9  | 1 1 -   | 1 2 - | 1 2 -
    5 5       | 1 1     | 1 1   | 2 2
    5 4       | 0 0     | 1 2   | 1 2
    5 5       | 0 0     | 1 1   | 2 2
    3.25 0 2  | 1 1 1   | 1 1 1 | 3 3 3
    3.40 0 2  | 1 1 1   | 1 2 1 | 2 3 3
    3.00 0 30 | 1 1 1   | 2 2 1 | 3 3 1
    3.20 0 30 | 1 1 1   | 2 3 1 | 2 3 1
    1         | 1       | 1     | 1
    -         | 1       | -     | -
"""


@pytest.mark.parametrize("given", lines(SETS), ids=lambda given: f"{given['estimates']} ± {given['errors']}")
def test_simultaneous_sets_by_hand(given: dict[str, str]) -> None:
    found = compare_all(numbers(given["estimates"]), numbers(given["errors"]), seed=1).rank_sets()
    assert np.array_equal(found.lower, numbers(given["lower"]), equal_nan=True)
    assert np.array_equal(found.upper, numbers(given["upper"]), equal_nan=True)


def test_pairs_that_cannot_be_told_apart() -> None:
    compared = compare_all(np.array([9, 8.5, 0, np.nan]), np.array([1, 1, 1, 1.0]), seed=1)
    assert compared.above[:, 2].tolist() == [True, True, False, False]
    assert np.argwhere(compared.not_told_apart()).tolist() == [[0, 1], [1, 0]]


def test_stepdown_shows_what_one_step_does_not() -> None:
    # of six equal units the critical value is 2.848; once two leagues of three are apart, 2.746
    estimates = np.array([0, 1, 2, 100, 101, 102]) * math.sqrt(2) * 2.80
    one_step = compare_all(estimates, np.ones(6), seed=1, stepdown=False).above
    steps = compare_all(estimates, np.ones(6), seed=1).above
    assert (one_step <= steps).all()
    assert one_step.sum() < steps.sum()


def plainly_above(
    estimates: np.ndarray, errors: np.ndarray, pairs: np.ndarray, draws: int, seeds: Iterator[Any]
) -> np.ndarray:
    """Which of `pairs` are shown, every pair in every draw of a step: the definition, slow."""
    spread = np.sqrt(np.square(errors)[:, None] + np.square(errors))
    observed = (estimates[:, None] - estimates) / spread
    left = pairs.copy()
    while left.any():
        noise = np.random.default_rng(next(seeds)).standard_normal((draws, len(estimates))) * errors
        ratio = (noise[:, :, None] - noise[:, None, :]) / spread
        found = left & (observed > np.quantile(ratio[:, left].max(axis=1), 0.95))
        if not found.any():
            break
        left &= ~found
    return pairs & ~left


def anew(seed: int) -> Iterator[Any]:
    """Seeds of the steps of the only run: every step draws anew."""
    run = np.random.SeedSequence(seed).spawn(1)[0]
    return iter(lambda: run.spawn(1)[0], None)


@pytest.mark.parametrize("farthest", [1, 3, 12])
@pytest.mark.parametrize("spread_of_errors", [0.0, 0.5, 1.5])
def test_looking_only_where_it_matters_changes_nothing(
    farthest: int, spread_of_errors: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccg_pipeline.method.statistics.critical_values.FARTHEST", farthest)
    n, draws = 30, 400
    everybody = ~np.eye(n, dtype=bool)
    for seed in range(3):
        world = np.random.default_rng(seed)
        estimates = np.sort(world.normal(0, 3, n))
        errors = np.exp(world.normal(0, spread_of_errors, n))
        found = compare_all(estimates, errors, seed=seed, draws=draws, repeats=1).above
        assert np.array_equal(found, plainly_above(estimates, errors, everybody, draws, anew(seed)))


@pytest.mark.parametrize(
    ("error", "coverage", "said"),
    [(-1.0, 0.95, "A standard error cannot be below 0"), (1.0, 0.0, "Coverage"), (1.0, 1.0, "Coverage")],
)
def test_what_cannot_be_is_refused(error: float, coverage: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        compare_all(np.array([1.0, 2.0]), np.array([1.0, error]), seed=1, coverage=coverage)


DRAWS = np.array([[3.0, 2, 1], [3, 1, 2], [2, 2, 1], [1, 2, np.nan]])


def test_probabilities_by_hand() -> None:
    # places, draw by draw: 1 2 3 | 1 3 2 | 1 1 3 | 2 1 -
    assert probability_of_top(DRAWS, 1).tolist() == [0.75, 0.5, 0]
    assert probability_of_top(DRAWS, 2) == pytest.approx([1, 0.75, 1 / 3])
    assert probability_of_bottom(DRAWS, 1) == pytest.approx([0.25, 0.25, 2 / 3])


def test_of_many_with_different_scores_ten_are_in_the_top_ten() -> None:
    draws = np.random.default_rng(1).normal(np.linspace(0, 3, 50), 1, (200, 50))
    assert probability_of_top(draws).sum() == pytest.approx(10)
    assert probability_of_bottom(draws).sum() == pytest.approx(10)


ESTIMATES = st.lists(st.integers(-30, 30), min_size=1, max_size=8)


@given(ESTIMATES)
def test_a_set_holds_its_own_place_and_the_places_that_ties_share(whole: list[int]) -> None:
    estimates = np.array(whole) / 4
    sets = compare_all(estimates, np.ones(len(whole)), seed=1, draws=200, repeats=1).rank_sets()
    assert (sets.lower <= ranks(estimates, "best")).all()
    assert (sets.upper >= ranks(estimates, "worst")).all()


@settings(max_examples=50)
@given(ESTIMATES, st.randoms(use_true_random=False))
def test_the_order_of_rows_decides_nothing(whole: list[int], random: Random) -> None:
    estimates = np.array(whole) / 4
    errors = 1 + np.abs(estimates) / 10
    order = np.array(random.sample(range(len(whole)), len(whole)))
    before, after = (
        compare_all(x, s, seed=1, draws=200, repeats=1).rank_sets()
        for x, s in ((estimates, errors), (estimates[order], errors[order]))
    )
    assert before.lower[order].tolist() == after.lower.tolist()
    assert before.upper[order].tolist() == after.upper.tolist()


@given(ESTIMATES, st.sampled_from([0.25, 2.0, 1024.0]), st.integers(-64, 64))
def test_the_unit_never_matters(whole: list[int], scale: float, shift: int) -> None:
    estimates, errors = np.array(whole) / 4, np.ones(len(whole))
    one = compare_all(estimates, errors, seed=1, draws=200, repeats=1).above
    assert np.array_equal(
        one, compare_all(estimates * scale + shift, errors * scale, seed=1, draws=200, repeats=1).above
    )


def test_more_units_than_memory_holds_pairs_of_are_refused() -> None:
    many = np.arange(5001.0)
    with pytest.raises(
        ValueError, match=r"^5,001 units make 25,010,001 pairs: at most 5,000 units are compared"
    ):
        compare_all(many, np.ones(5001), seed=1)


@pytest.mark.parametrize("what", ["draws", "repeats"])
def test_without_draws_or_runs_there_is_nothing_to_compare_by(what: str) -> None:
    with pytest.raises(ValueError, match="at least one draw and one run"):
        compare_all(np.arange(3.0), np.ones(3), seed=1, **{what: 0})
