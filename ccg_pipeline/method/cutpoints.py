"""Fixed cut points: from a score to a grade.

Belongs here: where a score lies among falling cuts, and how exactly an edge is met.
Does not belong here: where the cuts come from (the edition), bands of z (`banding`).
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ccg_pipeline.method.grid import Floats

ROUNDING = 1e-9  # what lies on a cut on paper may miss it in binary; far below any real difference


def grade_by_cuts(scores: Floats, cuts: Sequence[float]) -> Floats:
    """Grade 1 at or above the first of the falling `cuts`, 2 from the second …, len(cuts) + 1 below all.

    `scores` of any shape; NaN stays NaN. ValueError if the cuts do not fall.
    """
    if any(later >= earlier for earlier, later in pairwise(cuts)):
        raise ValueError(f"Cuts must fall from best to worst, not {list(cuts)}.")
    below = sum((np.asarray(scores < cut - ROUNDING, dtype=float) for cut in cuts), np.zeros(scores.shape))
    return np.where(np.isnan(scores), np.nan, 1 + below)
