"""Changes: whether a figure changed since an earlier period, and which of many changes are more than chance.

Belongs here: the change between two periods with the correlation between them, and the adjustment for testing
many at once.
Does not belong here: the errors of figures (certainty/errors.py), comparison with a reference (the engine).
"""

from dataclasses import dataclass

import numpy as np
import scipy  # whose parts load when they are first used: who reads draws needs none
from numpy.typing import ArrayLike

from ccg_pipeline.method.statistics.grid import Floats


@dataclass(frozen=True)
class Change:
    """Difference, its standard error (both in the figure's unit), z and two-sided p, each of shape (...)."""

    difference: Floats
    standard_error: Floats
    z: Floats
    p_value: Floats


def change(
    value: ArrayLike,
    standard_error: ArrayLike,
    previous: ArrayLike,
    previous_standard_error: ArrayLike,
    correlation: ArrayLike = 0.0,
) -> Change:
    """The change of a figure since an earlier period, tested with the correlation r between the two.

        z = (value − previous) / √(se₁² + se₂² − 2·r·se₁·se₂)

    Shapes broadcast; standard errors in the figure's unit. r is that of the two sampling errors: 0 where
    other people are counted each time, near 1 where mostly the same. NaN where a figure is missing, a
    standard error is below 0, or no error is left. ValueError if r is outside −1 to 1.
    """
    one, other, r = _floats(standard_error), _floats(previous_standard_error), _floats(correlation)
    if (np.abs(r) > 1).any():
        raise ValueError("The correlation between two periods must lie between −1 and 1.")
    difference = _floats(value) - _floats(previous)
    variance = np.square(one - other) + 2 * (1 - r) * one * other  # the same sum, never below 0
    variance = np.where((one >= 0) & (other >= 0) & (variance > 0), variance, np.nan)
    difference, error = np.broadcast_arrays(difference, np.sqrt(variance))
    z = difference / error
    return Change(difference, error, z, np.asarray(2 * scipy.special.ndtr(-np.abs(z))))


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """p-values of any shape adjusted for testing all of them at once: the false discovery rate of each.

    The k-th smallest of m becomes the least of p·m/k over itself and all larger ones. Those at or below 0.05
    are the changes of which at most 5 % are expected to be none. NaN stays NaN and does not count towards m.
    ValueError outside 0 to 1. Source: Benjamini and Hochberg 1995; `scipy.stats.false_discovery_control`.
    """
    from scipy.stats import (
        false_discovery_control,
    )  # takes a second to import, and nothing else here needs it

    p = _floats(p_values)
    adjusted = np.full(p.shape, np.nan)
    tested = ~np.isnan(p)
    adjusted[tested] = false_discovery_control(p[tested])
    return adjusted


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=float)
