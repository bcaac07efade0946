"""Direction and places: the one place where a score is turned, and where organisations are put in order.

Belongs here: turning so that higher is better, places with their ties, what lies on a line.
Does not belong here: which way is better (an edition says it), any rule.
"""

import numpy as np

from ccg_pipeline.framework.vocabulary.rule import Way
from ccg_pipeline.method.statistics.grid import Booleans, Floats

ROUNDING = 1e-9
"""What lies on a line on paper may miss it in binary; far below any real difference."""


def up(better: Way, x: Floats | float) -> Floats:
    """Return scores, or a line among them, turned so that higher is better."""
    return np.asarray(-x if better == "lower" else x)


def places(x: Floats) -> Floats:
    """Return 1 for the lowest of the last axis; what is equal to 9 decimals shares a place; NaN has none."""
    from scipy.stats import rankdata  # takes a second to import, and most commands rank nothing

    there = np.isfinite(x)
    found = rankdata(np.where(there, np.round(x, 9), np.inf), method="min", axis=-1)
    return np.where(there, found, np.nan)


def reaches(x: Floats, line: Floats | float) -> Booleans:
    """Return whether scores lie at or above a line."""
    return np.asarray(x >= line - ROUNDING)


def exceeds(x: Floats, line: Floats | float) -> Booleans:
    """Return whether scores lie above a line."""
    return np.asarray(x > line + ROUNDING)
