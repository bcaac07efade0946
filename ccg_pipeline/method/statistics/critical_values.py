"""How far apart two of many units must lie to be shown apart: quantiles of the greatest ratio in noise.

Belongs here: draws of standard normal noise, and the critical values that are found in them.
Does not belong here: which pairs are asked about, and what follows for their ranks (`ranks`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ccg_pipeline.method.statistics.grid import Booleans, Floats, Integers

FARTHEST = 12  # units of a draw whose pairs are all looked at; more is slower, fewer leave more draws open
MOST_KEPT = 500_000  # errors of a set that is kept for the next league: 8 MB with their sizes
ROUNDING = 1e-9


@dataclass(frozen=True)
class _Errors:
    """Standard normal errors of n units in some draws, (draws, n), and the units farthest out in each draw.

    ``far`` (draws, FARTHEST or n − 1): their numbers; ``next_size`` (draws,): the largest of the others.
    """

    e: Floats
    size: Floats
    far: Integers
    next_size: Floats


def _errors(seed: np.random.SeedSequence, draws: int, n: int, few: int) -> _Errors:
    e = np.random.default_rng(seed).standard_normal((draws, n))
    size = np.abs(e)
    far = np.argpartition(-size, few, axis=1)[:, : few + 1]
    return _Errors(e, size, far[:, :few], np.take_along_axis(size, far[:, few:], axis=1)[:, 0])


@lru_cache(maxsize=16)  # a lane's areas are leagues of as many units, drawn from one seed
def _errors_again(entropy: int, spawn_key: tuple[int, ...], draws: int, n: int, few: int) -> _Errors:
    return _errors(np.random.SeedSequence(entropy, spawn_key=spawn_key), draws, n, few)


class Noise:
    """Draws of standard normal noise of n units, and the quantiles of how far pairs of them lie apart.

    In a draw e the ratio of a pair, |s_j·e_j − s_k·e_k| / √(s_j² + s_k²), is at most √(e_j² + e_k²) (Cauchy
    and Schwarz). So the greatest is sought among the few units of largest |e|, and others are looked at only
    in the draws where a pair beyond these could matter to the quantile: the same number, far sooner.
    """

    def __init__(self, seed: np.random.SeedSequence, draws: int, standard_errors: Floats) -> None:
        if not len(standard_errors):
            return  # nobody to compare: nothing will be asked
        n = len(standard_errors)
        few = min(FARTHEST, n - 1)
        if isinstance(seed.entropy, int) and draws * n <= MOST_KEPT:
            drawn = _errors_again(seed.entropy, seed.spawn_key, draws, n, few)
        else:
            drawn = _errors(seed, draws, n, few)
        self.scaled = drawn.e * standard_errors
        self.spread = np.hypot(standard_errors[:, None], standard_errors)
        self.spread[self.spread == 0] = 1.0  # such a pair is decided; nothing to divide
        self.size, self.far, self.next_size = drawn.size, drawn.far, drawn.next_size
        self.far_scaled = np.take_along_axis(self.scaled, self.far, axis=1)

    @cached_property
    def _among_the_far(self) -> tuple[Integers, Floats]:
        """Number of every ordered pair among a draw's far units, and its ratio, shape (draws, pairs)."""
        first, second = np.nonzero(~np.eye(self.far.shape[1], dtype=bool))
        slot = self.far[:, first] * len(self.spread) + self.far[:, second]
        ratio = (self.far_scaled[:, first] - self.far_scaled[:, second]) / self.spread.ravel()[slot]
        return slot, ratio

    def critical_value(self, pairs: Booleans, coverage: float) -> float:
        """Quantile of the greatest ratio (first of the pair less second) over the ordered `pairs` (n, n)."""
        slot, ratio = self._among_the_far
        greatest = np.where(pairs.ravel()[slot], ratio, -np.inf).max(axis=1, initial=-np.inf)
        most = np.hypot(self.size.max(axis=1), self.next_size)

        def in_full(rows: Booleans, floor: float) -> Floats:
            z, found = self.scaled[rows], np.array(greatest[rows])
            # a pair with one that is not far reaches the floor only if the other is as large as this
            least = np.sqrt(np.maximum(max(floor, 0.0) ** 2 - self.next_size[rows] ** 2, 0))
            is_large = (self.size[rows] >= least[:, None] - ROUNDING).any(axis=0)
            for j in np.flatnonzero(is_large & (pairs.any(axis=0) | pairs.any(axis=1))):
                for sign, others in ((1, pairs[j]), (-1, pairs[:, j])):
                    ratio = sign * (z[:, [j]] - z[:, others]) / self.spread[j, others]
                    np.maximum(found, ratio.max(axis=1, initial=-np.inf), out=found)
            return found

        return _quantile(greatest, most, in_full, coverage)


def _quantile(
    at_least: Floats, at_most: Floats, in_full: Callable[[Booleans, float], Floats], coverage: float
) -> float:
    """The `coverage` quantile (R's type 7) of numbers known to lie between `at_least` and `at_most`.

    Those that could reach the order statistic it begins at, the floor, are worked out by `in_full`, exactly
    unless they lie below; the others do.
    """
    place = int((len(at_least) - 1) * coverage)
    floor = np.partition(at_least, place)[place]
    is_open = (at_most >= floor) & (at_most > at_least)
    known = at_least.copy()
    known[is_open] = in_full(is_open, float(floor))
    return float(np.quantile(known, coverage))
