"""How far a count lies from what is expected where the normal law is off: exact chances, as standard errors.

Belongs here: the mid-p of a binomial and of a Poisson count, the normal number of the same chance, its
inverse, and curves of it for thousands of draws.
Does not belong here: standard errors (`standard_errors`), references and bands.

The mid-p is the chance of fewer events and half the chance of as many (Lancaster 1961), so that the two tails
add up to one. Between whole counts, as draws of true values give them, it goes on through the incomplete
gamma and beta functions.
"""

from dataclasses import dataclass

import numpy as np
import scipy  # whose parts load when they are first used: who reads draws needs none

from ccg_pipeline.method.statistics.grid import Floats

FARTHEST = 38.0
"""Standard errors beyond which a chance is below the least number that a computer holds."""

PLACES, REACH = 128, 10.0
"""At so many places, up to so many standard errors on either side, a curve is worked out."""


def poisson_distance(events: Floats, expected: Floats) -> Floats:
    """Standard errors of a normal number as probable as so few, or so many, of `expected` events.

    Shapes broadcast; `events` 0 or more. NaN where `expected` is not above 0.
    """
    mean = np.where(expected > 0, expected, np.nan)
    below = (
        scipy.special.gammaincc(events + 1, mean)
        + _or(0.0, events, scipy.special.gammaincc(_above(events), mean))
    ) / 2
    above = (
        scipy.special.gammainc(events + 1, mean)
        + _or(1.0, events, scipy.special.gammainc(_above(events), mean))
    ) / 2
    return _normal(below, above)


def binomial_distance(events: Floats, exposed: Floats, share: Floats) -> Floats:
    """The same of `events` among `exposed`, each of which has one with the chance `share`.

    NaN where `exposed` is not above 0, or `share` is not between 0 and 1.
    """
    n = np.where(exposed > 0, exposed, np.nan)
    p = np.where((share > 0) & (share < 1), share, np.nan)
    x = np.clip(events, 0, n)
    # P(X <= x) = I(1 - p; n - x, x + 1), which is 1 of all that are exposed, and P(X < x) is 0 of none
    most = _or(1.0, n - x, scipy.special.betainc(_above(n - x), x + 1, 1 - p))
    fewer = _or(0.0, x, scipy.special.betainc(n - x + 1, _above(x), 1 - p))
    rest = _or(0.0, n - x, scipy.special.betainc(x + 1, _above(n - x), p))
    as_many = _or(1.0, x, scipy.special.betainc(_above(x), n - x + 1, p))
    return _normal((most + fewer) / 2, (rest + as_many) / 2)


def distance(error: str, events: Floats, exposed: Floats, share: Floats) -> Floats:
    """Either of the two, by the kind of `error`: of a count of so many `exposed`, `share` being expected."""
    if error == "binomial":
        return binomial_distance(events, exposed, share)
    return poisson_distance(events, share * exposed)


def events_at(error: str, z: Floats, exposed: Floats, share: Floats) -> Floats:
    """How many events are as far as `z`: the inverse of `distance`, and NaN where no count is so far.

    Between whole counts too, so that the first whole number past it is the first that is farther.
    """
    from scipy.optimize.elementwise import find_root  # takes half a second to import

    most = exposed if error == "binomial" else np.square(np.sqrt(share * exposed) + np.maximum(z, 0) + 2)
    ends = np.zeros(np.shape(most)), np.asarray(most)
    found = find_root(lambda x, *of: distance(error, x, *of[:2]) - of[2], ends, args=(exposed, share, z))
    return np.where(found.success, found.x, np.nan)


@dataclass(frozen=True)
class Curve:
    """Exact distances at `PLACES` counts of each organisation, with straight lines between them.

    For thousands of draws, of which each exact chance would take too long. The places are even on the scale
    on which a count has nearly the same spread everywhere (the root, or the angle of a share), ``first`` and
    ``step`` (organisations,); ``at`` (places, organisations). Off the exact distance by less than 0.002.
    """

    error: str
    exposed: Floats
    first: Floats
    step: Floats
    at: Floats

    @classmethod
    def of(cls, error: str, exposed: Floats, share: Floats) -> "Curve":
        """Work out the curve of each organisation, (organisations,) each."""
        exposed = np.where(exposed > 0, exposed, np.nan)  # nobody: NaN is what is meant
        middle = _evened(error, share * exposed, exposed)
        reach = REACH / (2 * np.sqrt(exposed)) if error == "binomial" else REACH / 2
        first = np.maximum(middle - reach, 0)
        last = np.minimum(middle + reach, np.pi / 2) if error == "binomial" else middle + reach
        step = (last - first) / (PLACES - 1)
        places = first + step * np.arange(PLACES)[:, None]
        events = exposed * np.square(np.sin(places)) if error == "binomial" else np.square(places)
        return cls(error, exposed, first, step, distance(error, events, exposed, share))

    def distance(self, events: Floats) -> Floats:
        """Return the distances of so many events, (draws, organisations)."""
        place = (_evened(self.error, events, self.exposed) - self.first) / self.step
        below = np.clip(np.nan_to_num(place), 0, PLACES - 2).astype(np.int64)
        own = np.arange(self.at.shape[1])
        low, high = self.at[below, own], self.at[below + 1, own]
        return low + (high - low) * (place - below)


def _evened(error: str, events: Floats, exposed: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):  # nobody exposed: NaN is what is meant
        if error == "binomial":
            return np.arcsin(np.sqrt(np.clip(events / exposed, 0, 1)))
        return np.sqrt(events)


def _above(x: Floats) -> Floats:
    return np.where(x > 0, x, 1.0)


def _or(of_none: float, x: Floats, some: Floats) -> Floats:
    """A chance, and what it is at 0; NaN stays."""
    return np.where(x > 0, some, np.where(np.isnan(x) | np.isnan(some), np.nan, of_none))


def _normal(below: Floats, above: Floats) -> Floats:
    """The normal number with these chances on either side, worked out from the smaller one."""
    normal: Floats = np.clip(
        np.where(below < above, scipy.special.ndtri(below), -scipy.special.ndtri(above)), -FARTHEST, FARTHEST
    )
    return normal
