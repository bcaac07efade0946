"""Ranks, and how sure they are: confidence sets, pairs that cannot be told apart, probabilities by draws.

Belongs here: places in a league where the highest score is first, and what sampling error leaves of them.
Does not belong here: scores and their standard errors, where the draws come from, which way is better
(scores come turned: higher is better).

Estimates are taken as normal, independent of each other, with known standard errors. Source of the confidence
sets: Mogstad, Romano, Shaikh and Wilhelm 2024, "Inference for Ranks with Applications to Mobility across
Neighborhoods and Academic Achievement across Countries", Review of Economic Studies 91; two-sided and
stepwise, as in the R package csranks 1.2.3. Simultaneous sets follow it step by step: every step draws anew,
the first that adds nothing is the last. So the least of several noisy critical values decides, which with
1,000 draws is some 0.03 below the exact one: about 94.5 % in place of 95 % where all units are alike, where
it costs most.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from ccg_pipeline.method.statistics.critical_values import Noise
from ccg_pipeline.method.statistics.grid import Booleans, Floats, Integers

Ties = Literal["best", "mean", "worst"]
_METHOD_OF_TIES = {"best": "min", "mean": "average", "worst": "max"}

DRAWS = 10_000
STEP_DRAWS = 1_000  # a step's, csranks' own default
REPEATS = (
    11  # runs of csranks, whose answer hangs on its seed: a few hundred pairs of 43,000 with 1,000 draws
)
MOST_UNITS = 5_000  # more make tables of all pairs of more than 200 MB each


@dataclass(frozen=True)
class RankSets:
    """Best (``lower``) and worst (``upper``) place each unit can be in, shape (n,); NaN where unranked."""

    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Comparisons:
    """All pairs of n units compared at once, with one error rate for the whole table.

    ``above`` (n, n): the unit of the row is shown to be above that of the column. ``ranked`` (n,): the unit
    has an estimate and a standard error; others are compared with nobody.
    """

    above: Booleans
    ranked: Booleans

    def rank_sets(self) -> RankSets:
        """Simultaneous sets: 1 + those shown above, to all ranked − those shown below."""
        lower, upper = 1.0 + self.above.sum(axis=0), self.ranked.sum() - self.above.sum(axis=1)
        return RankSets(np.where(self.ranked, lower, np.nan), np.where(self.ranked, upper, np.nan))

    def not_told_apart(self) -> Booleans:
        """Pairs of ranked units of which neither is shown to be above the other, shape (n, n)."""
        pairs = self.ranked[:, None] & self.ranked & ~np.eye(len(self.ranked), dtype=bool)
        return pairs & ~self.above & ~self.above.T


def ranks(scores: Floats, ties: Ties = "best") -> Floats:
    """Place of each score along the last axis, 1 the highest; NaN has none.

    `ties`: equal scores share the best of their places, the worst, or the mean. Scores that differ by
    rounding only are not equal: round them before.
    """
    filled = np.where(np.isnan(scores), -np.inf, scores)  # below all others, where it moves nobody
    places = stats.rankdata(-filled, method=_METHOD_OF_TIES[ties], axis=-1)
    return np.where(np.isnan(scores), np.nan, places)


def compare_all(
    estimates: Floats,
    standard_errors: Floats,
    *,
    seed: int,
    coverage: float = 0.95,
    draws: int = STEP_DRAWS,
    repeats: int = REPEATS,
    stepdown: bool = True,
) -> Comparisons:
    """Which units are shown to be above which, all at once: in `coverage` of samples no statement is wrong.

    `estimates`, `standard_errors` (n,), in one unit; NaN in either leaves the unit out, a standard error of 0
    is certainty (ValueError below 0). Unit j is above k where

        (x_j − x_k) / √(s_j² + s_k²) > c,

    c the `coverage` quantile, over `draws` of noise, of the greatest such ratio among the ordered pairs not
    decided yet; with `stepdown`, c is found again, from new draws, without the pairs just decided, until none
    is added. That is csranks' run; of `repeats` runs the one with the middle c counts. Equal for equal seed,
    whatever the order of the units. ValueError above `MOST_UNITS` units: all pairs would not fit in memory.
    """
    if min(draws, repeats) < 1:
        raise ValueError("There must be at least one draw and one run.")
    order = _order(estimates, standard_errors, coverage)
    if len(order) > MOST_UNITS:
        pairs = f"{len(order):,} units make {len(order) ** 2:,} pairs"
        raise ValueError(f"{pairs}: at most {MOST_UNITS:,} units are compared at once.")
    x, s = estimates[order], standard_errors[order]
    gap, spread = x[:, None] - x, np.hypot(s[:, None], s)
    above = (spread == 0) & (gap > 0)
    ratio = gap / np.where(spread > 0, spread, np.inf)
    undecided = spread > 0
    np.fill_diagonal(undecided, False)
    if undecided.any():
        runs = [
            _run(ratio, undecided, s, run, coverage, draws, stepdown)
            for run in np.random.SeedSequence(seed).spawn(repeats)
        ]
        above |= undecided & (ratio > np.median(runs))
    table = np.zeros((len(estimates), len(estimates)), dtype=bool)
    table[np.ix_(order, order)] = above
    ranked = np.zeros(len(estimates), dtype=bool)
    ranked[order] = True
    return Comparisons(table, ranked)


def _run(
    ratio: Floats,
    undecided: Booleans,
    standard_errors: Floats,
    seed: np.random.SeedSequence,
    coverage: float,
    draws: int,
    stepdown: bool,
) -> float:
    """The least critical value of one run, which decides: every pair beyond it has been added by its step."""
    least, left = np.inf, undecided
    while left.any():
        noise = Noise(seed.spawn(1)[0], draws, standard_errors)
        least = min(least, noise.critical_value(left, coverage))
        found = left & (ratio > least)
        left = left & ~found
        if not (stepdown and found.any()):
            break
    return least


def probability_of_top(draws: Floats, places: int = 10) -> Floats:
    """Share of draws (r, n) in which fewer than `places` units are better, shape (n,); NaN never scored."""
    there = np.isfinite(draws)
    filled = np.where(there, draws, -np.inf)
    last = max(draws.shape[1] - places, 0)  # the score of the last place: who reaches it is in
    edge = np.partition(filled, last, axis=1)[:, [last]] if last else np.full((len(draws), 1), -np.inf)
    scored = there.sum(axis=0)
    return np.asarray((there & (filled >= edge)).sum(axis=0) / np.where(scored > 0, scored, np.nan))


def probability_of_bottom(draws: Floats, places: int = 10) -> Floats:
    """Share of draws (r, n) in which fewer than `places` units are worse, shape (n,); NaN never scored."""
    return probability_of_top(-draws, places)


def _order(estimates: Floats, standard_errors: Floats, coverage: float) -> Integers:
    """Rows that can be ranked, sorted, so that the order they came in decides nothing."""
    if not 0 < coverage < 1:
        raise ValueError(f"Coverage lies between 0 and 1, not {coverage}.")
    if (standard_errors < 0).any():
        raise ValueError(f"A standard error cannot be below 0: {np.nanmin(standard_errors)}.")
    rows = np.flatnonzero(np.isfinite(estimates) & np.isfinite(standard_errors))
    return rows[np.lexsort((standard_errors[rows], estimates[rows]))]
