"""Significance: on which side of a reference a figure lies, and how surely.

Belongs here: comparison by interval, by control and funnel limits, by overlap; quantile bands; goals.
Does not belong here: the intervals themselves (`intervals`), bands of z and limits widened for
overdispersion (`banding`, `dispersion`), one figure over time (`trends`).

Every comparison gives a *side*, shape (...): above the reference by how many of the confidence levels
(2 at both 95 % and 99.8 %, 1 at 95 % only), below it with a minus, 0 where it cannot be told from it, NaN
where there is nothing to compare. `side * better`, with `better` 1 where higher is better and −1 where lower
is, runs from −2, worst, to 2, best: `FIVE_WAY`.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import gdtrib

from ccg_pipeline.method.statistics.grid import Floats, Strings
from ccg_pipeline.method.statistics.intervals import LEVELS, Interval, checked_levels, two_sided_z

FIVE_WAY = {-2.0: "worst", -1.0: "worse", 0.0: "same", 1.0: "better", 2.0: "best"}
LEAST_VALUES = 4  # fewer values have no quantiles in Fingertips
DIGITS = 10  # Fingertips rounds a quantile to these, so that 30.8 is 30.8


def by_interval(interval: Interval, reference: ArrayLike) -> Floats:
    """Side of a figure whose own interval is compared with a `reference` taken as known.

    At a level the figure is significant when the reference lies outside its bounds; on a bound is inside.
    Source: Fingertips, single overlapping intervals at one and at two levels; PHEindicatormethods' funnel of
    a rate or ratio is this with Byar's interval.
    """
    asked = _floats(reference)[..., None]
    side = (interval.lower > asked).sum(axis=-1) - (interval.upper < asked).sum(axis=-1)
    known = np.isfinite(interval.lower).all(axis=-1) & np.isfinite(interval.upper).all(axis=-1)
    return np.where(known & np.isfinite(asked[..., 0]), side, np.nan)


def by_limits(value: ArrayLike, limits: Interval) -> Floats:
    """Side of a `value` compared with `limits` about the reference; on a limit is inside.

    The limits are those of a funnel (below), or the interval of the count that the reference leads to expect:
    Fingertips' control limits are `wilson(t·n, n)` for proportions and `exact_poisson(t·n)` for rates.
    """
    given = _floats(value)[..., None]
    side = (given > limits.upper).sum(axis=-1) - (given < limits.lower).sum(axis=-1)
    known = np.isfinite(limits.lower).all(axis=-1) & np.isfinite(limits.upper).all(axis=-1)
    return np.where(known & np.isfinite(given[..., 0]), side, np.nan)


def by_overlap(interval: Interval, other: Interval) -> Floats:
    """Side of two figures, both with an interval: as many levels as there are at which these do not overlap.

    Bounds that touch overlap. Two intervals may overlap and the difference still be significant: where the
    standard errors are known, `trends.change` is the sharper test. Source: Fingertips, double overlapping
    intervals, by which it compares a period with the one before.
    """
    side = (interval.lower > other.upper).sum(axis=-1) - (interval.upper < other.lower).sum(axis=-1)
    bounds = (interval.lower, interval.upper, other.lower, other.upper)
    known = np.logical_and.reduce([np.isfinite(bound).all(axis=-1) for bound in bounds])
    return np.where(known, side, np.nan)


def funnel_of_proportion(
    reference: ArrayLike, denominator: ArrayLike, levels: Sequence[float] = LEVELS, scale: float = 1.0
) -> Interval:
    """Funnel limits of a proportion of `denominator` n about `reference` t, in the unit of `scale`.

    t ± z·√(t·(scale − t) / n), not beyond 0 and `scale`: Wilson's interval inverted, the values whose own
    interval just touches t. NaN where n is not above 0 or t is outside 0 to `scale`. Source: Spiegelhalter
    2005; the same limits, otherwise written, as PHEindicatormethods' funnel of proportions.
    """
    t, n = np.broadcast_arrays(_floats(reference), _floats(denominator))
    fits = (n > 0) & (t >= 0) & (t <= scale)
    t, n = np.where(fits, t, np.nan), np.where(fits, n, np.nan)
    half = two_sided_z(levels) * np.sqrt(t * (scale - t) / n)[..., None]
    middle = t[..., None]
    return Interval(t, np.clip(middle - half, 0, scale), np.clip(middle + half, 0, scale))


def funnel_of_count(expected: ArrayLike, levels: Sequence[float] = LEVELS) -> Interval:
    """Funnel limits, in events, of a Poisson count of which `expected` are expected.

    The exact interval inverted: the counts x, read between whole numbers, whose own exact interval just
    touches the expectation E: P(X ≤ x | E) = α/2 at the lower limit, P(X ≥ x | E) = α/2 at the upper. The
    lower limit is 0 where no event at all is likely enough. NaN where nothing is expected. Divide by the
    expected count for a ratio, by the population for a rate. Source: Spiegelhalter 2005, interpolated as
    there. Fingertips' control limits, the interval of E itself, lie higher: where 13.2 are expected, 7 are
    below them and within these, for 13.2 is within the interval of 7.
    """
    tail = (1 - checked_levels(levels)) / 2
    given = _floats(expected)
    count = np.where(given > 0, given, np.nan)
    middle = count[..., None]
    lower = np.maximum(gdtrib(1.0, 1 - tail, middle) - 1, 0.0)
    return Interval(count, lower, np.asarray(gdtrib(1.0, tail, middle)))


def quantile_bands(values: ArrayLike, n_bands: int, highest_first: bool = True) -> Floats:
    """Bands 1 to `n_bands` of as near as can be equal numbers of values, along the last axis.

    Band 1 holds the highest values, or the lowest where not `highest_first`. Equal values get the same band:
    that of the first of them. With N values and the least rank r among ties counted from band 1,

        n + 1 − ⌈(N + 1 − r)·n / N⌉, at least 1

    NaN stays NaN and does not count; fewer values than bands have none. ValueError if there are no bands.
    Source: OHID, Assigning deprivation categories; equal to PHEindicatormethods 2.1.0.
    """
    if n_bands < 1:
        raise ValueError(f"There must be at least one band, not {n_bands}.")
    given = np.atleast_1d(_floats(values))
    rows = pd.DataFrame(given.reshape(-1, given.shape[-1]))
    rank = rows.rank(axis=1, method="min", ascending=not highest_first).to_numpy(dtype=float)
    there = np.isfinite(rank)
    n = there.sum(axis=1, keepdims=True)
    # whole numbers throughout: a quotient a hair above its band would be rounded up into the next
    from_end = (n + 1 - np.where(there, rank, 1)).astype(np.int64) * n_bands
    band = np.maximum(n_bands + 1 + (-from_end // np.maximum(n, 1)), 1)
    return np.where(there & (n >= n_bands), band, np.nan).reshape(given.shape)


def quantile_bounds(values: ArrayLike, n_bands: int) -> Floats:
    """The n_bands + 1 bounds from least to greatest of `values`, shape (n,), as Fingertips cuts quintiles.

    Quantiles by linear interpolation, rounded to ten decimals. NaN counts as not there; no bounds, an empty
    array, of fewer than 4 values.
    """
    given = _floats(values)
    given = given[np.isfinite(given)]
    if len(given) < LEAST_VALUES:
        return np.empty(0)
    inner = np.round(np.quantile(given, np.arange(1, n_bands) / n_bands), DIGITS)
    return np.concatenate([[given.min()], inner, [given.max()]])


def goal(value: ArrayLike, target: ArrayLike, better: ArrayLike) -> Floats:
    """1 where a goal is met, −1 where it is missed; the target itself meets it. NaN where either is missing.

    `better` is 1 where a value at or above the target meets it, −1 where one at or below does.
    Source: Fingertips, single-value target.
    """
    beyond = (_floats(value) - _floats(target)) * _floats(better)
    return np.where(np.isfinite(beyond), np.where(beyond >= 0, 1.0, -1.0), np.nan)


def goal_range(value: ArrayLike, lower: ArrayLike, upper: ArrayLike, better: ArrayLike) -> Floats:
    """1 where a value lies beyond a range on the better side, −1 on the worse, 0 within; NaN where missing.

    The lower end belongs to the range and the upper does not, whichever direction is better.
    ValueError where a range ends before it begins. Source: Fingertips, range target.
    """
    given, least, most = _floats(value), _floats(lower), _floats(upper)
    if (least > most).any():
        raise ValueError("The lower end of a goal's range must not be above its upper end.")
    side = np.where(given < least, -1.0, np.where(given >= most, 1.0, 0.0))
    known = np.isfinite(given) & np.isfinite(least) & np.isfinite(most)
    return np.where(known, side * _floats(better) + 0.0, np.nan)


def five_way(turned: Floats) -> Strings:
    """The word of each side turned for direction (−2 worst … 2 best); empty where there is no comparison."""
    return np.array([FIVE_WAY.get(one, "") for one in turned.ravel().tolist()], dtype=object).reshape(
        turned.shape
    )


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=float)
