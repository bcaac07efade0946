"""Special-cause variation: points of a series that chance alone would hardly give (Making Data Count).

Belongs here: the centre line and process limits of an XmR chart, and its four rules.
Does not belong here: a trend over years (`trends`), comparison with others (`significance`).

NHS England's rules, as NHSRplotthedots 0.2.2 reads them:

- limits: mean ± 2.66 × the mean moving range, moving ranges at or above 3.267 times their mean left out once;
- a point outside the limits;
- seven in a row on one side of the mean;
- seven in a row each above, or each below, the one before;
- two of three in a row, all on one side of the mean, beyond two thirds of the way to the limit but inside it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from ccg_pipeline.method.statistics.grid import Booleans, Floats, Strings

LIMIT = 2.66  # moving ranges from mean to limit: 3 / 1.128
NEAR = 2 * (LIMIT / 3)
SCREEN = 3.267  # moving ranges: the upper limit of a chart of moving ranges
RUN = 7
NEAR_RUN, NEAR_ENOUGH = 3, 2

OUTSIDE, TREND, NEAR_LIMIT, ONE_SIDE = "outside", "trend", "near_limit", "one_side"


@dataclass(frozen=True)
class ProcessLimits:
    """Centre line and mean moving range of series, each of shape (...), in the series' unit."""

    mean: Floats
    moving_range: Floats

    @property
    def lower(self) -> Floats:
        """Lower process limit: mean − 2.66 moving ranges."""
        return np.asarray(self.mean - LIMIT * self.moving_range)

    @property
    def upper(self) -> Floats:
        """Upper process limit: mean + 2.66 moving ranges."""
        return np.asarray(self.mean + LIMIT * self.moving_range)


@dataclass(frozen=True)
class SpecialCause:
    """What the rules say of every point of series, both of shape (..., periods).

    ``rule``: the first rule that holds, of outside, trend, near_limit, one_side; '' where none does.
    ``side``: 1 where the point is special upwards, −1 downwards (a trend's own direction), 0 where it is not.
    """

    rule: Strings
    side: Floats


def process_limits(values: ArrayLike) -> ProcessLimits:
    """Mean and mean moving range of series of shape (..., periods), oldest first.

    Moving ranges not below 3.267 times their mean are left out, once. NaN is a period without a figure; there
    is no moving range across it. The moving range is NaN of a series that never moves or has nowhere two
    periods in a row. Making Data Count asks for some dozen periods before limits are trusted; how many are
    enough is the caller's to say.
    """
    y = np.asarray(values, dtype=float)
    first = np.take_along_axis(y, np.argmax(np.isfinite(y), axis=-1)[..., None], axis=-1)
    centre = first + _mean(y - first)  # exact for a series that never moves
    ranges = np.abs(np.diff(y, axis=-1))
    kept = np.where(ranges < SCREEN * _mean(ranges), ranges, np.nan)
    return ProcessLimits(mean=centre[..., 0], moving_range=_mean(kept)[..., 0])


def special_cause(values: ArrayLike, limits: ProcessLimits | None = None) -> SpecialCause:
    """Apply the rules to series of shape (..., periods), oldest first; `side * better` reads improvement.

    `limits` of shape (...): the series' own unless given, as when those of earlier years are held on to. NaN
    is nowhere and ends every run. On a limit is inside, on the mean on neither side; without limits (NaN) the
    rules of seven still hold.
    """
    y = np.asarray(values, dtype=float)
    found = process_limits(y) if limits is None else limits
    distance = y - found.mean[..., None]
    moving_range = found.moving_range[..., None]
    side = np.sign(distance)
    outside = (y > found.upper[..., None]) | (y < found.lower[..., None])
    near = (np.abs(distance) > NEAR * moving_range) & ~outside

    trend = _trend(y)
    one_side = _in_run(side == 1, RUN) | _in_run(side == -1, RUN)
    near_limit = near & (_near_run(near, side == 1) | _near_run(near, side == -1))
    rules: list[Booleans] = [outside, trend != 0, near_limit, one_side]
    return SpecialCause(
        rule=np.select(rules, [OUTSIDE, TREND, NEAR_LIMIT, ONE_SIDE], "").astype(object),
        side=np.select(rules, [side, trend, side, side], 0.0),
    )


def _mean(values: Floats) -> Floats:
    """The mean of what is there along the last axis, kept as an axis of one; NaN of nothing."""
    there = np.isfinite(values)
    count = there.sum(axis=-1, keepdims=True)
    total = np.where(there, values, 0.0).sum(axis=-1, keepdims=True)
    return np.asarray(total / np.where(count, count, np.nan))


def _windows(points: Booleans, length: int) -> Booleans:
    """Every run of `length` points, shape (..., periods − length + 1, length); none if there are too few."""
    if points.shape[-1] < length:
        return np.empty((*points.shape[:-1], 0, length), dtype=bool)
    return np.asarray(sliding_window_view(points, length, axis=-1))


def _members(found: Booleans, length: int, periods: int) -> Booleans:
    """Points that belong to any of the `found` runs of `length`, shape (..., periods)."""
    inside = np.zeros((*found.shape[:-1], periods), dtype=bool)
    for place in range(length):
        inside[..., place : place + found.shape[-1]] |= found
    return inside


def _all_of(points: Booleans, length: int) -> Booleans:
    """Runs of `length` points that are all true, shape (..., periods − length + 1)."""
    return np.asarray(_windows(points, length).all(axis=-1))


def _in_run(points: Booleans, length: int) -> Booleans:
    """Points that are part of `length` true ones in a row."""
    return _members(_all_of(points, length), length, points.shape[-1])


def _trend(y: Floats) -> Floats:
    """1 for points of seven rising in a row, −1 for falling; a turning point goes with the first."""
    steps = np.diff(y, axis=-1)
    risen = _members(_all_of(steps > 0, RUN - 1), RUN, y.shape[-1])
    fallen = _members(_all_of(steps < 0, RUN - 1), RUN, y.shape[-1])
    # a point in both is a peak (it rose to it) or a trough
    came_up = np.concatenate([np.zeros((*y.shape[:-1], 1), dtype=bool), steps > 0], axis=-1)
    return np.select([risen & fallen, risen, fallen], [np.where(came_up, 1.0, -1.0), 1.0, -1.0], 0.0)


def _near_run(near: Booleans, on_side: Booleans) -> Booleans:
    """Points in three in a row on one side of which at least two are near the limit."""
    enough = _windows(near, NEAR_RUN).sum(axis=-1) >= NEAR_ENOUGH
    return _members(enough & _all_of(on_side, NEAR_RUN), NEAR_RUN, near.shape[-1])
