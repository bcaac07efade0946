"""The truth of the made-up year: latent rates, drawn before any noise.

Belongs here: factors that indicators share, and each CCG's latent value in each step of the calendar.
Does not belong here: counts, marks, judgements (``noise`` and ``figures`` draw those), files.

A CCG's position on an indicator is a standard normal: correlations with three shared factors (deprivation,
pressure on hospitals, management), the rest its own, of which a small part moves from month to month. The
position becomes a rate through the logit (percentages), the logarithm (rates) or as it is (means, indices),
and is centred so that the denominator-weighted mean of the CCGs is the national value.
"""

import zlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ccg_pipeline.demo.national import NationalValue

Floats = npt.NDArray[np.float64]
Link = Literal["logit", "log", "identity"]

MOVING_SHARE = 0.15  # of the variance that is a CCG's own on one indicator: assumed
MONTHLY_PERSISTENCE = 0.9  # correlation of the moving part with itself a month later: assumed
NEIGHBOURHOOD_SHARE = 0.4  # of a factor's variance that CCGs of one plan share: assumed


def generator(seed: int, *names: str) -> np.random.Generator:
    """Its own stream for each purpose, so that drawing more for one never changes another."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


@dataclass(frozen=True)
class Factors:
    """Deprivation, pressure, management: array (3, n), each row with mean 0 and variance 1."""

    values: Floats

    def of_groups(self, group: npt.NDArray[np.int64]) -> "Factors":
        """The factors of groups of CCGs (0..k-1): means of their members, standardised again."""
        sizes = np.bincount(group)
        means = np.stack([np.bincount(group, weights=row) / sizes for row in self.values])
        return Factors(_standardised(means))


def _standardised(rows: Floats) -> Floats:
    centred = rows - rows.mean(axis=1, keepdims=True)
    scaled: Floats = centred / centred.std(axis=1, keepdims=True)
    return scaled


def draw_factors(seed: int, plan: npt.NDArray[np.int64]) -> Factors:
    """The factors of CCGs whose plans are numbered ``plan``; neighbours in a plan resemble each other."""
    rng = generator(seed, "factors")
    shared = rng.standard_normal((3, int(plan.max()) + 1))[:, plan]
    own = rng.standard_normal((3, plan.size))
    return Factors(
        _standardised(np.sqrt(NEIGHBOURHOOD_SHARE) * shared + np.sqrt(1 - NEIGHBOURHOOD_SHARE) * own)
    )


def draw_positions(
    rng: np.random.Generator, value: NationalValue, factors: Factors, steps: int, months_a_step: int
) -> Floats:
    """Positions (steps, n) of the units on one indicator, each with mean near 0 and variance near 1."""
    loadings = np.array(value.loadings)
    n_units = factors.values.shape[1]
    shared = loadings @ factors.values
    own_share = 1 - float(loadings @ loadings)
    steady = rng.standard_normal(n_units)
    shocks = rng.standard_normal((steps, n_units))
    persistence = MONTHLY_PERSISTENCE**months_a_step
    moving = np.empty_like(shocks)
    moving[0] = shocks[0]
    for step in range(1, steps):
        moving[step] = persistence * moving[step - 1] + np.sqrt(1 - persistence**2) * shocks[step]
    own = np.sqrt(1 - MOVING_SHARE) * steady + np.sqrt(MOVING_SHARE) * moving
    positions: Floats = shared + np.sqrt(own_share) * own
    return positions


def to_rates(
    positions: Floats, national: Floats, value: NationalValue, link: Link, weights: Floats
) -> Floats:
    """Latent values (steps, n) in the published unit, whose mean under ``weights`` is ``national`` (steps,).

    ``spread`` is in the published unit; over the slope of the link there, it is a step on the link's scale.
    """
    share = weights / weights.sum()
    centre = national[:, None]
    if link == "identity":
        rates = centre + value.spread * positions
        return np.asarray(rates + centre - (rates @ share)[:, None])
    if link == "log":
        rates = np.exp(positions * value.spread / centre)
        return np.asarray(rates * centre / (rates @ share)[:, None])
    if value.top is None:
        raise ValueError(f"{value.indicator} is a percentage or a count of milestones and has no top")
    middle = centre / value.top
    steps = positions * (value.spread / value.top) / (middle * (1 - middle))
    shift = np.log(middle / (1 - middle))
    for _ in range(20):  # Newton's method on the shift; quadratic, so twenty steps are far beyond rounding
        shares = 1 / (1 + np.exp(-(shift + steps)))
        slope = (shares * (1 - shares)) @ share
        shift = shift - ((shares @ share - middle[:, 0]) / slope)[:, None]
    return np.asarray(value.top / (1 + np.exp(-(shift + steps))))
