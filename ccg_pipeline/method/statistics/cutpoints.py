"""Cut points: where they come from, from a score to a grade, and how far it is to the next one.

Belongs here: where a score lies among falling cuts, how exactly an edge is met, the distance to the next cut.
Does not belong here: an edition's own cuts (they are data), clusters (`clusters`), bands of z
(`banding`), distances in an indicator's unit and in people (`distances`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

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


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=float)


def _edge(cut: ArrayLike) -> Floats:
    return _floats(cut) - ROUNDING


def _check_falling(cuts: Sequence[ArrayLike]) -> None:
    for earlier, later in pairwise(cuts):
        first, second = np.broadcast_arrays(_floats(earlier), _floats(later))
        if (rising := second >= first).any():
            raise ValueError(
                f"Cuts must fall from best to worst: {second[rising][0]:g} comes after {first[rising][0]:g}."
            )
