"""Confidence intervals of single figures: from the counts they are made of to the bounds, at several levels.

Belongs here: Wilson, Byar and exact Poisson.
Does not belong here: comparing a figure with a reference (the engine), two periods (`changes`),
the standard errors behind z (`standard_errors`).

Every function takes arrays that broadcast to one shape (...) and returns bounds of shape (..., levels): by
default 95 % and 99.8 %. A figure that cannot be had (something missing, a denominator not above 0, a count
below 0) is NaN and so are its bounds: bad rows are refused long before they come here, by the sources.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainccinv, gammaincinv, ndtri

from ccg_pipeline.method.statistics.grid import Booleans, Floats

LEVELS = (0.95, 0.998)  # two and three standard errors, the pair that Fingertips publishes
EXACT_BELOW = 10  # events; Byar's approximation is used from here on


@dataclass(frozen=True)
class Interval:
    """Figures of shape (...) and their bounds of shape (..., levels), all in the figure's own unit."""

    value: Floats
    lower: Floats
    upper: Floats


def checked_levels(levels: Sequence[float]) -> Floats:
    """Confidence levels as an array (levels,). ValueError unless they rise and lie between 0 and 1."""
    given = np.asarray(levels, dtype=float)
    inside = given.ndim == 1 and len(given) > 0 and bool(((given > 0) & (given < 1)).all())
    if not inside or (np.diff(given) <= 0).any():
        raise ValueError(f"Confidence levels must rise and lie between 0 and 1, not {list(levels)}.")
    return given


def two_sided_z(levels: Sequence[float] = LEVELS) -> Floats:
    """Normal quantile of each two-sided confidence level, shape (levels,): 1.96 of 0.95, 3.09 of 0.998."""
    return np.asarray(ndtri((1 + checked_levels(levels)) / 2))


def wilson(
    numerator: ArrayLike, denominator: ArrayLike, levels: Sequence[float] = LEVELS, scale: float = 1.0
) -> Interval:
    """Wilson's score interval of the proportion x / n, times `scale` (100 for percent).

        (2x + z² ± z·√(z² + 4x·(1 − x/n))) / (2(n + z²))

    NaN where n is not above 0 or x is outside 0 to n. 0 of n has the lower bound 0 and n of n the upper bound
    1, exactly. Source: Wilson 1927; Newcombe and Altman 2000; equal to PHEindicatormethods 2.1.0.
    """
    x, n = np.broadcast_arrays(_floats(numerator), _floats(denominator))
    x, n = _kept(x, (n > 0) & (x >= 0) & (x <= n)), _kept(n, n > 0)
    share = x / n
    z = two_sided_z(levels)
    x, n = x[..., None], n[..., None]
    root = z * np.sqrt(np.square(z) + 4 * x * (1 - share[..., None]))
    # the lower bound by its conjugate, which loses no digits and is 0 at 0
    lower = 2 * x * share[..., None] / (2 * x + np.square(z) + root)
    upper = np.where(x == n, 1.0, (2 * x + np.square(z) + root) / (2 * (n + np.square(z))))
    return Interval(scale * share, scale * lower, scale * upper)


def exact_poisson(count: ArrayLike, levels: Sequence[float] = LEVELS) -> Interval:
    """The exact interval of the mean behind a Poisson count x, in events.

        χ²(α/2; 2x) / 2 and χ²(1 − α/2; 2x + 2) / 2

    The lower bound of no events is 0. A count that is not whole (an expected one) takes the same formula,
    by way of the gamma distribution. Source: Garwood 1936; Armitage and Berry 2002.
    """
    x = _floats(count)
    x = _kept(x, x >= 0)
    tail = (1 - checked_levels(levels)) / 2
    events = x[..., None]
    lower = np.where(events == 0, 0.0, gammaincinv(np.where(events == 0, 1.0, events), tail))
    return Interval(x, lower, np.asarray(gammainccinv(events + 1, tail)))


def byar(count: ArrayLike, levels: Sequence[float] = LEVELS) -> Interval:
    """Byar's interval of a count of x events, with the exact one below 10, in events.

        x·(1 − 1/(9x) − z/(3√x))³ and (x+1)·(1 − 1/(9(x+1)) + z/(3√(x+1)))³

    Source: Breslow and Day 1987; equal to PHEindicatormethods 2.1.0.
    """
    x = _floats(count)
    x = _kept(x, x >= 0)
    exact = exact_poisson(_kept(x, x < EXACT_BELOW), levels)
    many, z = _kept(x, x >= EXACT_BELOW)[..., None], two_sided_z(levels)
    lower = many * (1 - 1 / (9 * many) - z / (3 * np.sqrt(many))) ** 3
    upper = (many + 1) * (1 - 1 / (9 * (many + 1)) + z / (3 * np.sqrt(many + 1))) ** 3
    few = x[..., None] < EXACT_BELOW
    return Interval(x, np.where(few, exact.lower, lower), np.where(few, exact.upper, upper))


def rate(
    count: ArrayLike, population: ArrayLike, levels: Sequence[float] = LEVELS, scale: float = 100_000.0
) -> Interval:
    """The crude rate x / n · `scale` with the bounds of `byar`.

    NaN where n is not above 0 or x is below 0. The population is taken as known.
    """
    x, n = np.broadcast_arrays(_floats(count), _floats(population))
    return _scaled(byar(_kept(x, n > 0), levels), scale / _kept(n, n > 0))


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=float)


def _kept(values: Floats, fits: Booleans) -> Floats:
    """The values that fit, NaN in the place of the others."""
    return np.where(fits, values, np.nan)


def _scaled(interval: Interval, factor: Floats) -> Interval:
    wide = factor[..., None]
    return Interval(factor * interval.value, wide * interval.lower, wide * interval.upper)
