"""True values that spread with heavier tails than normal ones: how far data say so, and their posteriors.

Belongs here: the choice between a normal spread and one of Student's t, and the posteriors of both together.
Does not belong here: priors of one variance and their posteriors (priors.py), random numbers.

Student's t with `DEGREES` degrees of freedom is a normal distribution whose variance is itself spread: A·w,
with w at equally probable places of DEGREES / χ². Either kind of spread has an even chance beforehand; the
figures of all organisations say which is likelier, with A sought again for each, and its own figure
says which w. A figure far from the others is then believed more, and those in the middle lie nearer
together.
Source: Lange, Little and Taylor 1989, "Robust Statistical Modeling Using the t Distribution".
"""

from functools import cache

import numpy as np
import scipy  # whose parts load when they are first used: who reads draws needs none

from ccg_pipeline.method.statistics.grid import Floats, Integers
from ccg_pipeline.method.statistics.priors import GRID, LEAST_FOR_A_PRIOR, NODES, POSTERIORS, PRIORS, WIDEST

DEGREES = 3.0
SCALES = 8
PLACES, TURNS = 40, 3  # where A is sought, and how often its middle is: more change nothing
SLOTS = 64  # equally probable distributions of each figure, in place of many with weights


@cache
def scales() -> Floats:
    """Return w, by which a variance is spread, at equally probable places: (SCALES,)."""
    chance = (np.arange(SCALES) + 0.5) / SCALES
    return np.asarray(DEGREES / (2 * scipy.special.gammaincinv(DEGREES / 2, chance)))


def posteriors(family: str, first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Return the two parameters of each figure's true value, (n, k): k equally probable distributions.

    `family`, `first` and `second` (n,) as in priors.py: events and those exposed, or figures and their
    standard errors. With fewer than `LEAST_FOR_A_PRIOR` figures those of its flat prior.
    """
    prior = PRIORS[family](first, second)
    own = POSTERIORS[family](*prior, first[:, None], second[:, None])
    one, two = np.broadcast_arrays(*own)
    y, v = _as_normal(family, first, second)
    if len(first) < LEAST_FOR_A_PRIOR or not (v > 0).all():
        return one, two
    middle, a, heavy = _heavy(y, v)
    n_heavy = round(SLOTS * heavy)
    if n_heavy == 0:
        return one, two
    spread = (a[:, None] * scales()).ravel()
    of_t = _of_variance(family, np.repeat(middle, SCALES), spread)
    weight = _likelihood(family, first, second, y, v, np.repeat(middle, SCALES), spread, of_t)
    weight = weight.reshape(len(first), NODES, SCALES)
    weight = (weight / weight.sum(axis=2, keepdims=True)).reshape(len(first), -1) / NODES
    which = _systematic(weight, n_heavy)
    tailed = POSTERIORS[family](*of_t, first[:, None], second[:, None])
    parts = [np.take_along_axis(np.broadcast_to(p, weight.shape), which, axis=1) for p in tailed]
    even = np.arange(SLOTS - n_heavy) % one.shape[1]
    return (
        np.concatenate([one[:, even], parts[0]], axis=1),
        np.concatenate([two[:, even], parts[1]], axis=1),
    )


def _as_normal(family: str, first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Figures and their sampling variances, at the figure of all together."""
    if family == "interval":
        return first, np.square(second)
    pooled = first.sum() / second.sum()
    return first / second, (pooled * (1 - pooled) if family == "binomial" else pooled) / second


def _heavy(y: Floats, v: Floats) -> tuple[Floats, Floats, float]:
    """Middles and squared scales of a t spread, (NODES,) each, equally probable; and how probable it is."""
    c = 1 / v
    about = float(np.average(y, weights=c))
    likely = max(float(np.average(np.square(y - about), weights=c)), float(v.mean() * np.sqrt(2 / len(y))))
    grid = likely * np.geomspace(GRID[0], GRID[1], PLACES)
    logs: dict[bool, Floats] = {}
    middles: dict[bool, Floats] = {}
    for is_t, weight in ((False, np.ones(1)), (True, scales())):
        middle = np.full(len(grid), float(np.median(y)))
        for _ in range(TURNS):  # the middle that is likeliest, by weights that figures far off do not sway
            variance = grid[:, None, None] * weight + v[:, None]
            log = -0.5 * (np.log(variance) + np.square(y[:, None] - middle[:, None, None]) / variance)
            share = scipy.special.softmax(log, axis=2) / variance
            precision = share.sum(axis=2)
            middle = (precision * y).sum(axis=1) / precision.sum(axis=1)
        each = scipy.special.logsumexp(log, axis=2) - np.log(len(weight))
        logs[is_t] = each.sum(axis=1) - 0.5 * np.log(precision.sum(axis=1)) + np.log(grid)
        middles[is_t] = middle
    evidence = [scipy.special.logsumexp(logs[is_t]) for is_t in (False, True)]
    share_of = np.exp(logs[True] - logs[True].max()).cumsum()
    at = np.searchsorted(share_of, (np.arange(NODES) + 0.5) / NODES * share_of[-1])
    return middles[True][at], grid[at], float(scipy.special.expit(evidence[1] - evidence[0]))


def _of_variance(family: str, middle: Floats, a: Floats) -> tuple[Floats, Floats]:
    """The parameters of a prior with that mean and variance."""
    if family == "interval":
        return middle, a
    if family == "poisson":
        return middle * middle / a, middle / a
    size = middle * (1 - middle) / np.minimum(a, WIDEST * middle * (1 - middle)) - 1
    return middle * size, (1 - middle) * size


def _likelihood(
    family: str,
    first: Floats,
    second: Floats,
    y: Floats,
    v: Floats,
    middle: Floats,
    a: Floats,
    of: tuple[Floats, Floats],
) -> Floats:
    """How likely each figure is with each prior, (n, priors), but for its own factor."""
    x, n = first[:, None], second[:, None]
    if family == "interval":
        variance = a + v[:, None]
        log = -0.5 * (np.log(variance) + np.square(y[:, None] - middle) / variance)
    elif family == "binomial":
        log = scipy.special.betaln(of[0] + x, of[1] + n - x) - scipy.special.betaln(*of)
    else:
        log = scipy.special.gammaln(of[0] + x) - scipy.special.gammaln(of[0]) + of[0] * np.log(of[1])
        log = log - (of[0] + x) * np.log(of[1] + n)
    return np.asarray(np.exp(log - log.max(axis=1, keepdims=True)))


def _systematic(weight: Floats, slots: int) -> Integers:
    """So many places for each row, (n, slots), each number as often as its weight asks for."""
    ladder = weight.cumsum(axis=1)
    at = (np.arange(slots) + 0.5) / slots * ladder[:, -1:]
    return np.asarray((at[:, :, None] > ladder[:, None, :]).sum(axis=2))
