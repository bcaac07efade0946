"""Trends: where a figure is going over its last five periods, and whether it changed since the last one.

Belongs here: the recent trend of values and of proportions, the change between two periods with the
correlation between them, and the adjustment for testing many at once.
Does not belong here: month by month variation (`special_cause`), comparison with others (`significance`).

A direction is 1 upwards, −1 downwards, 0 where there is none to speak of, NaN where it cannot be told; times
`better` (1 or −1) it reads improving or worsening.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from ccg_pipeline.method.statistics.grid import Booleans, Floats

POINTS = 5
SIGNIFICANT_CHI_SQUARE = 9.54953570608324  # two-sided 99.8 %, one degree of freedom, as Fingertips has it
INTERVAL_WIDTH = 3.92  # Fingertips' standard errors in a 95 % interval: twice 1.96, not twice 1.95996…

_INCLUDED = np.vstack([np.ones(POINTS), 1 - np.eye(POINTS)])  # all the points, then each left out in turn
_FIRST = [0, 1, 0, 0, 0, 0]  # a point that each of them includes
_TIME = np.arange(1.0, POINTS + 1)


@dataclass(frozen=True)
class RecentTrend:
    """Chi-square on one degree of freedom, slope a period, and direction, each of shape (...)."""

    chi_square: Floats
    slope: Floats
    direction: Floats


@dataclass(frozen=True)
class Change:
    """Difference, its standard error (both in the figure's unit), z and two-sided p, each of shape (...)."""

    difference: Floats
    standard_error: Floats
    z: Floats
    p_value: Floats


def recent_trend(value: ArrayLike, lower_95: ArrayLike, upper_95: ArrayLike) -> RecentTrend:
    """The recent trend of figures with 95 % intervals: the last five of shape (..., periods), oldest first.

    The weighted line through them, weights 1 / se², se = (upper − lower) / 3.92; chi-square is (slope / its
    standard error)², the slope in the figure's unit a period. Up or down only when chi-square is above
    9.54953570608324 and the slope has one sign whichever single point is left out, so that no trend hangs
    on one point. All NaN where fewer than five periods are there, one of the last five is missing or has an
    interval without width. Source: Fingertips, recent trend of rates and other values; where leaving one
    point out leaves no slope at all, Fingertips takes it as upwards and here there is no trend.
    """
    y, low, high = _last_five(value, lower_95, upper_95)
    error = (high - low) / INTERVAL_WIDTH
    fits = np.asarray((np.isfinite(y) & np.isfinite(error) & (error > 0)).all(axis=-1))[..., None]
    weight = 1 / np.square(np.where(fits, error, np.nan))
    slopes, spread = _slopes(y, weight)
    chi_square = np.square(slopes[..., 0]) * spread[..., 0]
    return RecentTrend(chi_square, slopes[..., 0], _direction(chi_square, slopes))


def recent_trend_of_proportions(numerator: ArrayLike, denominator: ArrayLike) -> RecentTrend:
    """The recent trend of proportions x / n: the last five of shape (..., periods), oldest first.

    Chi-square is the Cochran-Armitage test for a trend, in times t = 1 … 5 and with sums over them,

        N·(N·Σxt − Σx·Σnt)² / (Σx·(N − Σx)·(N·Σnt² − (Σnt)²)),  N = Σn

    and the slope is that of the plain line through the log odds, a period. Direction as in `recent_trend`.
    All NaN where one of the five is missing, nobody or everybody of n (the log odds are infinite). Source:
    Fingertips, recent trend of proportions; it also refuses a series with everybody in an older period.
    """
    x, n = _last_five(numerator, denominator)
    fits = np.asarray(((x > 0) & (x < n)).all(axis=-1))[..., None]
    x, n = np.where(fits, x, np.nan), np.where(fits, n, np.nan)
    events, people = x.sum(axis=-1), n.sum(axis=-1)
    moment, square = (n * _TIME).sum(axis=-1), (n * np.square(_TIME)).sum(axis=-1)
    covariance = people * (x * _TIME).sum(axis=-1) - events * moment
    variance = events * (people - events) * (people * square - np.square(moment))
    chi_square = people * np.square(covariance) / variance
    slopes, _ = _slopes(np.log(x / (n - x)), np.ones(POINTS))
    return RecentTrend(chi_square, slopes[..., 0], _direction(chi_square, slopes))


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
    return Change(difference, error, z, np.asarray(2 * ndtr(-np.abs(z))))


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


def _last_five(*values: ArrayLike) -> list[Floats]:
    """The last five periods of arrays brought to one shape; with fewer, five that are missing."""
    given = np.broadcast_arrays(*(_floats(one) for one in values))
    if given[0].shape[-1] < POINTS:
        return [np.full((*one.shape[:-1], POINTS), np.nan) for one in given]
    return [one[..., -POINTS:] for one in given]


def _slopes(y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Slopes of the weighted lines through all five points and without each, and Σw·(t − t̄)²; shape (..., 6).

    Values are taken from one of their own, so that equal values have a slope of exactly 0.
    """
    w = weight[..., None, :] * _INCLUDED
    total = w.sum(axis=-1, keepdims=True)
    from_mean = _TIME - (w * _TIME).sum(axis=-1, keepdims=True) / total
    height = y[..., None, :] - y[..., _FIRST][..., None]
    spread = (w * np.square(from_mean)).sum(axis=-1)
    return (w * from_mean * height).sum(axis=-1) / spread, spread


def _direction(chi_square: Floats, slopes: Floats) -> Floats:
    def one_sign(signs: Booleans) -> Booleans:
        return np.asarray((chi_square > SIGNIFICANT_CHI_SQUARE) & signs.all(axis=-1))

    found = np.select([one_sign(slopes > 0), one_sign(slopes < 0)], [1.0, -1.0], 0.0)
    return np.where(np.isfinite(chi_square), found, np.nan)


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=float)
