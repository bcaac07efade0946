"""How far a count lies from what is expected where the normal law is off: exact chances, as standard errors.

Belongs here: the mid-p of a binomial and of a Poisson count, and the normal number of the same chance.
Does not belong here: standard errors (`standard_errors`), references and bands.

The mid-p is the chance of fewer events and half the chance of as many (Lancaster 1961), so that the two tails
add up to one. Between whole counts, as draws of true values give them, it goes on through the incomplete
gamma and beta functions.
"""

import numpy as np
from scipy.special import betainc, gammainc, gammaincc, ndtri

from ccg_pipeline.method.statistics.grid import Floats

FARTHEST = 38.0
"""Standard errors beyond which a chance is below the least number that a computer holds."""


def poisson_distance(events: Floats, expected: Floats) -> Floats:
    """Standard errors of a normal number as probable as so few, or so many, of `expected` events.

    Shapes broadcast; `events` 0 or more. NaN where `expected` is not above 0.
    """
    mean = np.where(expected > 0, expected, np.nan)
    below = (gammaincc(events + 1, mean) + _or(0.0, events, gammaincc(_above(events), mean))) / 2
    above = (gammainc(events + 1, mean) + _or(1.0, events, gammainc(_above(events), mean))) / 2
    return _normal(below, above)


def binomial_distance(events: Floats, exposed: Floats, share: Floats) -> Floats:
    """The same of `events` among `exposed`, each of which has one with the chance `share`.

    NaN where `exposed` is not above 0, or `share` is not between 0 and 1.
    """
    n = np.where(exposed > 0, exposed, np.nan)
    p = np.where((share > 0) & (share < 1), share, np.nan)
    x = np.clip(events, 0, n)
    # P(X <= x) = I(1 - p; n - x, x + 1), which is 1 of all that are exposed, and P(X < x) is 0 of none
    most = _or(1.0, n - x, betainc(_above(n - x), x + 1, 1 - p))
    fewer = _or(0.0, x, betainc(n - x + 1, _above(x), 1 - p))
    rest = _or(0.0, n - x, betainc(x + 1, _above(n - x), p))
    as_many = _or(1.0, x, betainc(_above(x), n - x + 1, p))
    return _normal((most + fewer) / 2, (rest + as_many) / 2)


def _above(x: Floats) -> Floats:
    return np.where(x > 0, x, 1.0)


def _or(of_none: float, x: Floats, some: Floats) -> Floats:
    """A chance, and what it is at 0; NaN stays."""
    return np.where(x > 0, some, np.where(np.isnan(x) | np.isnan(some), np.nan, of_none))


def _normal(below: Floats, above: Floats) -> Floats:
    """The normal number with these chances on either side, worked out from the smaller one."""
    normal: Floats = np.clip(np.where(below < above, ndtri(below), -ndtri(above)), -FARTHEST, FARTHEST)
    return normal
