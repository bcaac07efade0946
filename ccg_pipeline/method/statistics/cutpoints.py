"""Cut points: where they come from, from a score to a grade, and how far it is to the next one.

Belongs here: fixed, quantile and cluster cuts, where a score lies among falling cuts, how exactly an edge is
met, the distance to the next cut.
Does not belong here: an edition's own cuts (they are data), clusters as such (`clusters`), bands of z
(`banding`), distances in an indicator's unit and in people (`distances`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from ccg_pipeline.method.statistics.clusters import exact_clusters
from ccg_pipeline.method.statistics.grid import Floats

ROUNDING = 1e-9  # what lies on a cut on paper may miss it in binary; far below any real difference


@dataclass(frozen=True)
class ToNextCut:
    """How far scores lie from the cuts about them, in their own unit, each of the scores' shape.

    ``up``: to the cut of the next better grade, what must be gained at least; NaN in the best. ``down``: to
    the cut that holds the grade, what may be lost at most (0 on the cut itself); NaN in the worst.
    """

    up: Floats
    down: Floats


def grade_by_cuts(scores: Floats, cuts: Sequence[ArrayLike]) -> Floats:
    """Grade 1 at or above the first of the falling `cuts`, 2 from the second …, len(cuts) + 1 below all.

    `scores` of any shape, each cut a number or an array that spreads over them; NaN stays NaN. ValueError if
    the cuts do not fall.
    """
    _check_falling(cuts)
    below = sum((np.asarray(scores < _edge(cut), dtype=float) for cut in cuts), np.zeros(scores.shape))
    return np.where(np.isnan(scores), np.nan, 1 + below)


def to_next_cut(scores: Floats, cuts: Sequence[float]) -> ToNextCut:
    """Distance from each score to the cut above it and to the cut it rests on; `cuts` fall as for grades."""
    grade = grade_by_cuts(scores, cuts)
    known = np.isfinite(grade)
    place = np.where(known, grade, 1).astype(int) - 1
    above = np.array([np.nan, *cuts])[place]
    held = np.array([*cuts, np.nan])[place]
    gap_up, gap_down = np.maximum(above - scores, 0), np.maximum(scores - held, 0)
    return ToNextCut(np.where(known, gap_up, np.nan), np.where(known, gap_down, np.nan))


def quantile_cuts(scores: Floats, shares: Sequence[float]) -> list[float]:
    """Falling cuts at which the `shares` (of those scored, best first) reach: 0.1 for the best tenth.

    Each cut is the score of the last one in: with N scores and a share p the ⌊pN⌋-th highest; who has the
    same score is in too. NaN counts as not there. ValueError unless the shares rise, lie between 0 and 1 and
    part different scores.
    """
    given = list(shares)
    if not all(0 < share < 1 for share in given) or any(b <= a for a, b in pairwise(given)):
        raise ValueError(f"Shares must rise and lie between 0 and 1, not {given}.")
    there = np.sort(scores[np.isfinite(scores)])[::-1]
    last = [int(share * len(there) + ROUNDING) for share in given]
    if not last or last[0] < 1:
        raise ValueError(f"{len(there)} scores are too few for a best share of {min(given, default=0):g}.")
    cuts = [float(there[n - 1]) for n in last]
    _check_falling(cuts)
    return cuts


def cluster_cuts(scores: Floats, k: int) -> list[float]:
    """The k − 1 falling cuts between the k groups of nearest scores: the lowest score of each but the last.

    `scores` (n,), NaN left out. ValueError unless there are k different scores.
    """
    labels = exact_clusters(scores, k).labels
    return [float(scores[labels == group].min()) for group in range(k, 1, -1)]


def _edge(cut: ArrayLike) -> Floats:
    return np.asarray(cut, dtype=float) - ROUNDING


def _check_falling(cuts: Sequence[ArrayLike]) -> None:
    if any(np.any(np.asarray(later) >= np.asarray(earlier)) for earlier, later in pairwise(cuts)):
        raise ValueError(
            f"Cuts must fall from best to worst, not {[np.asarray(cut).tolist() for cut in cuts]}."
        )
