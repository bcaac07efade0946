"""What figures with an error say of the true values behind them: priors found from the data, and posteriors.

Belongs here: the spread of true values between organisations, and a true value's distribution given a figure.
Does not belong here: which figures there are and what rules make of them, random numbers.

A figure is a true value and the chance of the year. Chance pushes figures apart, so that the highest is
more often lucky than not: a distribution about the figure itself (a flat prior) is not calibrated once
organisations lie near one another. So what is known of one is its own counts and, as prior, the spread of
all of them in the same measure, found from the data (empirical Bayes), conjugate to how the counts come
about:

    binomial   x of n     Beta(a + x, b + n − x)    a = mφ,  b = (1 − m)φ,  φ = m(1 − m)/A − 1
    poisson    x per n    Gamma(a + x, b + n)       a = m²/A,  b = m/A
    interval   y ± s      Normal((m/A + y/s²)·V, √V),  V = 1/(1/A + 1/s²)

m is the mean and A the variance of true values between organisations. Neither is known exactly, and taking
them as known would make too sure: A is taken at `NODES` equally probable places of its distribution
(flat prior, normal likelihood), m's variance is added to it, and a cell's distribution is the mean of what
these give. With fewer than `LEAST_FOR_A_PRIOR` figures the prior is flat (Jeffreys' for counts).
Source: Robbins 1956; Morris 1983, "Parametric Empirical Bayes Inference"; Clayton and Kaldor 1987.
"""

import numpy as np

from ccg_pipeline.method.statistics.dispersion import dispersion
from ccg_pipeline.method.statistics.grid import Floats

LEAST_FOR_A_PRIOR = 10  # with fewer organisations their spread is known too badly to lean on
NODES = 5
GRID = (0.005, 50.0, 400)  # where A is sought, in multiples of the spread that could be seen
WIDEST = 0.99  # of the greatest variance that shares with a mean of m can have, m(1 − m)


def between(values: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Mean m and variance A of the true values behind `values` with known sampling `variances`, both (n,).

    `NODES` pairs, shape (NODES,), equally probable. A has a flat prior and the likelihood that is left when m
    is integrated out, Π(A + s²)^−½ · (Σ1/(A + s²))^−½ · exp(−½·Σ(y − m)²/(A + s²)), where m is the mean with
    the weights 1/(A + s²); its variance 1/Σ1/(A + s²) is in A. Variances above 0, n above 3.
    """
    weights = 1 / variances
    middle = np.average(values, weights=weights)
    found = dispersion((values - middle) * np.sqrt(weights), np.sqrt(variances), share=0.0)
    c = weights.sum() - np.square(weights).sum() / weights.sum()
    likely = max(found.tau2, float(np.sqrt(2 * (len(values) - 1)) / c))  # a spread that could be seen
    a = likely * np.geomspace(*GRID)
    w = 1 / (a[:, None] + variances)
    total = w.sum(axis=1)
    m = (w * values).sum(axis=1) / total
    squares = (w * np.square(values - m[:, None])).sum(axis=1)
    log_density = 0.5 * (np.log(w).sum(axis=1) - np.log(total) - squares) + np.log(
        a
    )  # evenly spaced in log A
    share = np.exp(log_density - log_density.max()).cumsum()
    at = np.searchsorted(share, (np.arange(NODES) + 0.5) / NODES * share[-1])
    return m[at], a[at] + 1 / total[at]


def _prior_of_shares(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    pooled = x.sum() / n.sum()
    if len(x) < LEAST_FOR_A_PRIOR or not 0 < pooled < 1:
        return np.full(NODES, 0.5), np.full(NODES, 0.5)
    m, a = between(x / n, pooled * (1 - pooled) / n)
    size = m * (1 - m) / np.minimum(a, WIDEST * m * (1 - m)) - 1
    return m * size, (1 - m) * size


def _prior_of_rates(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    pooled = x.sum() / n.sum()
    if len(x) < LEAST_FOR_A_PRIOR or not pooled > 0:
        return np.full(NODES, 0.5), np.zeros(NODES)
    m, a = between(x / n, pooled / n)
    return m * m / a, m / a


def _prior_of_values(y: Floats, s: Floats) -> tuple[Floats, Floats]:
    if len(y) < LEAST_FOR_A_PRIOR:
        return np.zeros(NODES), np.full(NODES, np.inf)
    return between(y, np.square(s))


def _posterior_of_shares(a: Floats, b: Floats, x: Floats, n: Floats) -> tuple[Floats, Floats]:
    return a + x, b + n - x


def _posterior_of_rates(a: Floats, b: Floats, x: Floats, n: Floats) -> tuple[Floats, Floats]:
    return a + x, b + n


def _posterior_of_values(m: Floats, a: Floats, y: Floats, s: Floats) -> tuple[Floats, Floats]:
    own = 1 / (1 + np.square(s) / a)  # share of the figure itself; 1 with a flat prior
    return m + own * (y - m), s * np.sqrt(own)


PRIORS = {"binomial": _prior_of_shares, "poisson": _prior_of_rates, "interval": _prior_of_values}
POSTERIORS = {
    "binomial": _posterior_of_shares,
    "poisson": _posterior_of_rates,
    "interval": _posterior_of_values,
}
