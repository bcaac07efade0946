"""Normalisation: indicators in units of their own brought to one scale, on which higher is better.

Belongs here: turning by direction (once, and whatever is in the indicator's unit with it), six scales.
Does not belong here: missing values (they stay missing), weights and means (`composite`), bands (`banding`).

Values have the shape (…, organisations, indicators): each indicator is set against the organisations beside
it, and whatever comes before (draws, years) is done at once. An indicator on which all agree has no spread:
it tells nobody apart and is missing on min_max, z and percentile. Source of the scales: OECD and JRC 2008,
"Handbook on Constructing Composite Indicators", section 5; ties as in COINr, whose min_max this equals.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from ccg_pipeline.method.statistics.grid import Floats

Scale = Literal["min_max", "z", "rank", "percentile", "distance_to_reference", "goalposts"]


@dataclass(frozen=True)
class Normalisation:
    """One scale and its numbers, as an edition may state them.

    ``low``, ``high``: what the worst and the best become (min_max, goalposts). ``ddof``: 1 divides by n − 1,
    0 by n (z). ``reference``: one value an indicator (distance_to_reference). ``worst``, ``best``: one value
    an indicator each (goalposts). The last three are in the indicator's unit, as published, and not turned.
    """

    scale: Scale
    low: float = 0.0
    high: float = 100.0
    ddof: int = 1
    reference: tuple[float, ...] = ()
    worst: tuple[float, ...] = ()
    best: tuple[float, ...] = ()


def normalise(values: Floats, directions: ArrayLike, rule: Normalisation) -> Floats:
    """Turn `values`, as published, so that higher is better, and bring them to the scale of `rule`.

    `values` (…, n, m); `directions` (m,) of 1 (higher is better) and −1. Shape in, shape out; NaN stays NaN.
    ValueError where a direction is neither, or where a number that the scale needs is missing or impossible.
    """
    direction = np.asarray(directions, dtype=float)
    if not (is_known := np.isin(direction, (1.0, -1.0))).all():
        raise ValueError(f"A direction is 1 or -1, not {direction[~is_known][0]:g}.")
    turned = values * direction
    if rule.scale == "min_max":
        return min_max(turned, rule.low, rule.high)
    if rule.scale == "z":
        return z_scores(turned, rule.ddof)
    if rule.scale == "rank":
        return rank_scores(turned)
    if rule.scale == "percentile":
        return percentile_scores(turned)
    if rule.scale == "distance_to_reference":
        return distance_to_reference(turned, _each(rule, "reference", direction))
    if rule.scale == "goalposts":
        worst, best = _each(rule, "worst", direction), _each(rule, "best", direction)
        return goalposts(turned, worst, best, rule.low, rule.high)
    raise ValueError(f"There is no scale {rule.scale!r}.")


def min_max(values: Floats, low: float = 0.0, high: float = 100.0) -> Floats:
    """low + (high − low) · (x − min) / (max − min): the worst organisation gets `low`, the best `high`."""
    least, spread = _least_and_spread(values)
    return low + (high - low) * (values - least) / spread


def z_scores(values: Floats, ddof: int = 1) -> Floats:
    """(x − mean) / standard deviation over the organisations that have a value; in standard deviations.

    The deviation divides by n − `ddof`; fewer than ddof + 1 values have none, and no z.
    """
    _, spread = _least_and_spread(values)
    there = np.isfinite(values)
    n = there.sum(axis=-2, keepdims=True).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):  # nobody there: 0 / 0 is the NaN we want
        distance = values - np.where(there, values, 0.0).sum(axis=-2, keepdims=True) / n
        squares = np.square(np.where(there, distance, 0.0)).sum(axis=-2, keepdims=True)
        deviation = np.sqrt(squares / np.where(n > ddof, n - ddof, np.nan))
    return np.asarray(distance / np.where(np.isnan(spread), np.nan, deviation))


def rank_scores(values: Floats) -> Floats:
    """Number of organisations with a lower value, plus 1: 1 for the worst; ties share the lower number."""
    ranks: Floats = stats.rankdata(values, method="min", axis=-2, nan_policy="omit")
    return ranks


def percentile_scores(values: Floats) -> Floats:
    """Share of the others that have a lower value, 0 to 1: (rank − 1) / (n − 1) with `rank_scores`."""
    _, spread = _least_and_spread(values)
    others = np.isfinite(values).sum(axis=-2, keepdims=True) - 1.0
    return (rank_scores(values) - 1) / np.where(np.isnan(spread), np.nan, others)


def distance_to_reference(values: Floats, reference: Floats) -> Floats:
    """(x − reference) / |reference|; 0.1: a tenth better. `reference` (m,); ValueError if any is 0."""
    if (reference == 0).any():
        raise ValueError("The relative distance to a reference of 0 has no meaning: choose another scale.")
    return (values - reference) / np.abs(reference)


def goalposts(values: Floats, worst: Floats, best: Floats, low: float = 0.0, high: float = 100.0) -> Floats:
    """low + (high − low) · (x − worst) / (best − worst), held within `low` and `high`.

    `worst` and `best` (m,), turned as the values are; ValueError unless every best lies above its worst.
    """
    if (worst >= best).any():
        raise ValueError(
            "After turning by direction the best goalpost must lie above the worst: "
            f"indicator {int(np.argmax(worst >= best)) + 1} has them the other way round."
        )
    return low + (high - low) * np.clip((values - worst) / (best - worst), 0, 1)


def _least_and_spread(values: Floats) -> tuple[Floats, Floats]:
    """Lowest value and range of each indicator; the range NaN where it is 0 or nobody has a value."""
    there = np.isfinite(values)
    least = np.where(there, values, np.inf).min(axis=-2, keepdims=True, initial=np.inf)
    most = np.where(there, values, -np.inf).max(axis=-2, keepdims=True, initial=-np.inf)
    some = most > least
    return np.where(some, least, np.nan), np.where(some, most - np.where(some, least, 0.0), np.nan)


def _each(rule: Normalisation, name: str, direction: Floats) -> Floats:
    """The rule's numbers of one name, one an indicator, turned with the values."""
    given = np.array(getattr(rule, name), dtype=float)
    if given.shape != direction.shape:
        raise ValueError(
            f"The scale {rule.scale} needs {name} for each of {direction.size} indicators, "
            f"not for {given.size}."
        )
    return given * direction
