"""Ranks, and how sure they are: who is shown to be above whom, sets of places, chances of the ends.

Belongs here: places in a league where the highest score is first, and what the draws leave of them.
Does not belong here: where the draws come from, which way is better (scores come turned: higher is better).

Sets of places follow from the pairs that are shown, all at once: in 95 of 100 draws not one of the statements
"j is above k" is wrong. They rest on the draws alone, so that ties, steps and dependence are what they are
there, and no normal law is needed. The method is the min-p of Westfall and Young 1993 ("Resampling-Based
Multiple Testing") over draws; on normal draws it agrees with Mogstad, Romano, Shaikh and Wilhelm 2024
("Inference for Ranks", Review of Economic Studies 91), the R package csranks 1.2.3, to a few places.

Of more units than all pairs of which fit in memory, sets follow from a band about each one's score, all
bands at once: their promise is the same, and they are wider.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ccg_pipeline.method.statistics.grid import Booleans, Floats, Integers

Singles = NDArray[np.float32]
Ties = Literal["best", "mean", "worst"]
_METHOD_OF_TIES = {"best": "min", "mean": "average", "worst": "max"}

MOST_UNITS = 5_000  # more make tables of all pairs of more than 200 MB each
MOST_CELLS = 4_000_000  # draws times units looked at together
LEAST_SPREAD = 1e-9  # of a score that is the same in every draw
AT_ONCE = 64  # statements looked at together: more leave the cache
FAR = 60.0  # spreads: beyond it, every gap counts the same
OF_A_DRAW = 1e-4  # by which part of a draw the gap puts equal shares in order: it never outweighs a draw


@dataclass(frozen=True)
class RankSets:
    """Best (``lower``) and worst (``upper``) place each unit can be in, shape (n,); NaN where unranked."""

    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Comparisons:
    """All pairs of n units compared at once, with one error rate for the whole table.

    ``above`` (n, n): the unit of the row is shown to be above that of the column. ``ranked`` (n,): the unit
    has draws; others are compared with nobody.
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
    from scipy.stats import rankdata  # takes a second to import, and most commands rank nothing

    places = rankdata(-filled, method=_METHOD_OF_TIES[ties], axis=-1)
    return np.where(np.isnan(scores), np.nan, places)


def compare_all(draws: Floats | Singles, coverage: float = 0.95) -> Comparisons:
    """Which units are shown to be above which, all at once: in `coverage` of draws no statement is wrong.

    `draws` (r, n) of scores, higher is better, what is equal on paper equal; a unit with a NaN is left out.
    From one half of the draws comes v(j, k), the share in which j, whose mean is higher, is not above k;
    equal shares are put in order by the gap over its spread. The other half decides how many statements,
    beginning with the least v, may be made: as many as at most 1 − `coverage` of these draws contradict in
    any place, and none with v of 1 − `coverage` or more. ValueError below 4 draws, and above `MOST_UNITS`
    units, whose pairs would not fit in memory: `sets_by_bands` is for these.
    """
    _check(draws, coverage)
    ranked: Booleans = np.asarray(np.isfinite(draws).all(axis=0), dtype=bool)
    units = np.flatnonzero(ranked)
    if len(units) > MOST_UNITS:
        pairs = f"{len(units):,} units make {len(units) ** 2:,} pairs"
        raise ValueError(f"{pairs}: at most {MOST_UNITS:,} units are compared at once.")
    units = units[np.argsort(-draws[:, units].mean(axis=0, dtype=float), kind="stable")]
    # a unit's draws one after the other, the highest mean first
    x = draws[:, units].T.astype(np.float32, copy=False)
    evidence, check = np.ascontiguousarray(x[:, ::2]), np.ascontiguousarray(x[:, 1::2])
    v = _share_not_above(evidence)
    row, column = np.nonzero(v < 1 - coverage)
    order = np.argsort(v[row, column], kind="stable")
    row, column = row[order], column[order]
    made = _not_contradicted(check, row, column, v[row, column], 1 - coverage)
    above = np.zeros((draws.shape[1], draws.shape[1]), dtype=bool)
    above[units[row[:made]], units[column[:made]]] = True
    return Comparisons(above, ranked)


def sets_by_bands(draws: Floats | Singles, coverage: float = 0.95) -> RankSets:
    """Sets of places, all at once, of any number of units: in `coverage` of draws none is wrong.

    `draws` (r, n) of scores as in `compare_all`. From one half of them come each unit's mean and spread. The
    other half says how many spreads c the farthest of all units lies off its mean, in 1 − `coverage` of these
    draws at most more. Whose whole band, mean ± c spreads, is above another's is shown to be above it.
    ValueError below 4 draws.
    """
    _check(draws, coverage)
    units = np.flatnonzero(np.isfinite(draws).all(axis=0))
    first, last = np.full(draws.shape[1], np.nan), np.full(draws.shape[1], np.nan)
    if not len(units):
        return RankSets(first, last)
    n = len(draws[::2])
    middle = sum(some[:, units].sum(axis=0, dtype=float) for some in _parts(draws[::2])) / n
    squares = sum(np.square(some[:, units] - middle).sum(axis=0) for some in _parts(draws[::2]))
    spread = np.maximum(np.sqrt(squares / n), LEAST_SPREAD)
    far = [(np.abs(some[:, units] - middle) / spread).max(axis=1) for some in _parts(draws[1::2])]
    farthest = np.sort(np.concatenate(far))
    off = farthest[len(farthest) - 1 - int((1 - coverage) * (len(farthest) - 1))] * spread
    low, high = middle - off, middle + off
    first[units] = 1 + len(units) - np.searchsorted(np.sort(low), high, side="right")
    last[units] = len(units) - np.searchsorted(np.sort(high), low, side="left")
    return RankSets(first, last)


def _parts(draws: Floats | Singles) -> Iterator[Floats | Singles]:
    """The draws, some at a time."""
    step = max(MOST_CELLS // max(draws.shape[1], 1), 1)
    return (draws[begin : begin + step] for begin in range(0, len(draws), step))


def _check(draws: Floats | Singles, coverage: float) -> None:
    if not 0 < coverage < 1:
        raise ValueError(f"Coverage lies between 0 and 1, not {coverage}.")
    if len(draws) < 4:
        raise ValueError(f"{len(draws)} draws say nothing about pairs; take 4 or more, better thousands.")


def _share_not_above(draws: Singles) -> Floats:
    """v(j, k), (n, n): share of draws (n, r) in which j is not above k, and a little more for a small gap.

    Units come by their means; 1 where j comes after k, of which nothing is stated.
    """
    n, r = draws.shape
    mean, variance = draws.mean(axis=1, dtype=float), draws.var(axis=1, dtype=float)
    found = np.ones((n, n))
    for j in range(n - 1):
        # as bytes, since numpy counts true values one by one
        count = (draws[j + 1 :] >= draws[j]).view(np.uint8).sum(axis=1, dtype=np.uint32)
        spread = np.sqrt(variance[j] + variance[j + 1 :])
        with np.errstate(divide="ignore", invalid="ignore"):  # no spread: a gap is certain, none is none
            gap = np.nan_to_num((mean[j] - mean[j + 1 :]) / spread, nan=0.0, posinf=FAR)
        found[j, j + 1 :] = (count + OF_A_DRAW * np.exp(-np.clip(gap, 0, FAR))) / r
    return found


def _not_contradicted(draws: Singles, row: Integers, column: Integers, v: Floats, at_most: float) -> int:
    """How many of the statements, in their order, may be made: those of equal v together or not at all."""
    r = draws.shape[1]
    allowed = int(at_most * (r - 1))  # so many draws may contradict
    left = draws
    for begin in range(0, len(row), AT_ONCE):
        wrong = left[row[begin : begin + AT_ONCE]] <= left[column[begin : begin + AT_ONCE]]
        is_spoilt, before = wrong.any(axis=0), r - left.shape[1]
        if before + is_spoilt.sum() > allowed:
            spoilt = before + np.logical_or.accumulate(wrong[:, is_spoilt], axis=0).sum(axis=1)
            first = begin + int(np.argmax(spoilt > allowed))
            return int(np.searchsorted(v, v[first], side="left"))
        if is_spoilt.any():
            left = left[:, ~is_spoilt]
    return len(row)


def probability_of_top(draws: Floats | Singles, places: int = 10) -> Floats:
    """Chance of each unit to be among the first `places`, shape (n,); NaN never scored.

    `draws` (r, n). Who ties for the last of these places shares it, so that the chances add up to `places`,
    or to the number of units where there are fewer.
    """
    last = max(draws.shape[1] - places, 0)
    scored, share = np.zeros(draws.shape[1], dtype=np.int64), np.zeros(draws.shape[1])
    for some in _parts(draws):
        there = np.isfinite(some)
        filled = np.where(there, some, -np.inf)
        edge = np.partition(filled, last, axis=1)[:, [last]]
        beyond, on = there & (filled > edge), there & (filled == edge)
        left = places - beyond.sum(axis=1, keepdims=True)
        tied = np.maximum(on.sum(axis=1, keepdims=True), 1)
        scored += there.sum(axis=0)
        share += (beyond + on * np.minimum(left / tied, 1)).sum(axis=0)
    return np.asarray(share / np.where(scored > 0, scored, np.nan))


def probability_of_bottom(draws: Floats | Singles, places: int = 10) -> Floats:
    """Chance of each unit to be among the last `places`, as `probability_of_top`."""
    return probability_of_top(-draws, places)
