"""What the true value behind a published figure may be, given the counts it is made of and all other CCGs'.

Belongs here: the distribution of every cell's true value, and how much of it lies below a distance in z.
Does not belong here: draws, and what comes of them (`uncertainty`); bands and points of z (`banding`).

A figure is a true value and the chance of the year. Chance pushes figures apart, so that the highest is more
often lucky than not: a distribution about the figure itself (a flat prior) is not calibrated once CCGs lie
near one another. So what is known of a CCG is its own counts and, as prior, the spread of all CCGs of the
same indicator, found from the data (empirical Bayes), conjugate to how the counts come about:

    binomial   x of n     Beta(a + x, b + n − x)    a = mφ,  b = (1 − m)φ,  φ = m(1 − m)/A − 1
    poisson    x per n    Gamma(a + x, b + n)       a = m²/A,  b = m/A
    interval   y ± s      Normal((m/A + y/s²)·V, √V),  V = 1/(1/A + 1/s²)

m is the mean and A the variance of true values between CCGs. Neither is known exactly, and taking them as
known would make too sure: A is taken at `NODES` equally probable places of its own distribution (flat prior,
normal likelihood), m's variance is added to it, and a cell's distribution is the mean of what these give.
With fewer than `LEAST_FOR_A_PRIOR` figures the prior is flat (Jeffreys' for counts).
Source: Robbins 1956; Morris 1983, "Parametric Empirical Bayes Inference"; Clayton and Kaldor 1987.

Counts alone make the sampling error, also where limits are widened: what CCGs differ by beyond chance is
taken as theirs. Judgements and milestones have none. Errors of different indicators are independent
(assumed). Reference values stand still: a standard has no error, and England's rests on 209 times as much as
a CCG's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.statistics.dispersion import dispersion
from ccg_pipeline.method.statistics.grid import Floats, Integers, Strings, figures, row_of_each_cell
from ccg_pipeline.method.statistics.standard_errors import interval

Prior = Literal["shared", "flat"]
LEAST_FOR_A_PRIOR = 10  # with fewer organisations their spread is known too badly to lean on
NODES = 5
GRID = (0.005, 50.0, 400)  # where A is sought, in multiples of the spread that could be seen
WIDEST = 0.99  # of the greatest variance that shares with a mean of m can have, m(1 − m)


@dataclass(frozen=True)
class TrueValues:
    """Distribution of every cell's true value; arrays of shape (indicators, CCGs), or (indicators, 1).

    ``first`` and ``second`` are (indicators, CCGs, `NODES`): of several distributions, whose mean it is.
    ``family``: ``binomial`` (Beta), ``poisson`` (Gamma), ``interval`` (Normal) or ``none``. ``first``,
    ``second``: its two parameters as in the head of this module (mean and standard deviation of a Normal);
    counts are per 1, not per ``scale``. NaN in them: a cell without figures. ``reference``, ``spread`` (in
    the published unit) and ``better`` (1, −1) turn a value into z.
    """

    family: Strings
    first: Floats
    second: Floats
    reference: Floats
    spread: Floats
    better: Floats
    scale: Floats

    def of(self, ccgs: Integers) -> "TrueValues":
        """Those of some CCGs, by their places."""
        own = {name: getattr(self, name)[:, ccgs] for name in ("first", "second", "reference", "spread")}
        return replace(self, **own)

    def row(self, indicator: int) -> "TrueValues":
        """Those of one indicator, by its place."""
        return TrueValues(**{one.name: getattr(self, one.name)[[indicator]] for one in fields(self)})

    def below(self, z: Sequence[float] | Floats) -> Floats:
        """How probable it is that the true value, turned, lies below each of `z`: shape (…, CCGs, len(z)).

        `z` rises or not; for an indicator of which lower is better it is the probability of a value *above*
        reference − z · spread.
        """
        turned = self.better[..., None] * np.asarray(z, dtype=float)
        value = self.reference[..., None] + turned * self.spread[..., None]
        found = np.full(value.shape, np.nan)
        for family, of_side in _FAMILIES.items():
            for better, share in zip((1, -1), of_side, strict=True):
                rows = (self.family[:, 0] == family) & (self.better[:, 0] == better)
                scale = 1.0 if family == "interval" else self.scale[rows][..., None]
                of_nodes = [
                    share(
                        self.first[rows, :, node, None], self.second[rows, :, node, None], value[rows] / scale
                    )
                    for node in range(NODES)
                ]
                found[rows] = np.mean(of_nodes, axis=0)
        return found


def true_values(bands: pd.DataFrame, edition: Edition, ccg_codes: Sequence[str], prior: Prior) -> TrueValues:
    """The distribution of the true value behind every row of `bands`, for `ccg_codes` in their order.

    `bands` as `band_indicators` gives them, in any order; only rows with z have one. Events are the numerator
    where there is one, else value × denominator / scale. `prior`: ``shared`` as in the head of this module,
    or ``flat``, about the figure itself.
    """
    rows = row_of_each_cell(bands, edition.indicator_codes, list(ccg_codes))
    z, value, n = (figures(bands, name, rows) for name in ("z", "value", "denominator"))
    family = np.array([[one.standard_error] for one in edition.indicators], dtype=object)
    scale = np.array([[one.scale] for one in edition.indicators])
    has_z = np.isfinite(z) & (family != "none")
    counted = figures(bands, "numerator", rows)
    events = np.where(np.isfinite(counted), counted, value * n / scale)
    events = np.where(family == "binomial", np.minimum(events, n), events)
    sampling = interval(figures(bands, "lower_95", rows), figures(bands, "upper_95", rows))
    first, second = np.full((*z.shape, NODES), np.nan), np.full((*z.shape, NODES), np.nan)
    for i, kind in enumerate(family[:, 0]):
        there = has_z[i]
        if not there.any():
            continue
        given = (value[i], sampling[i]) if kind == "interval" else (events[i], n[i])
        one, other = (part[there] for part in given)
        of_prior = _PRIORS[kind](one, other, prior == "shared")
        first[i, there], second[i, there] = _POSTERIORS[kind](*of_prior, one[:, None], other[:, None])
    return TrueValues(
        family=family,
        first=first,
        second=second,
        reference=figures(bands, "reference_value", rows),
        spread=np.hypot(figures(bands, "standard_error", rows), np.sqrt(figures(bands, "tau2", rows))),
        better=np.array(
            [[-1.0 if one.direction == "lower_is_better" else 1.0] for one in edition.indicators]
        ),
        scale=scale,
    )


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


def _prior_of_shares(x: Floats, n: Floats, is_shared: bool) -> tuple[Floats, Floats]:
    pooled = x.sum() / n.sum()
    if not is_shared or len(x) < LEAST_FOR_A_PRIOR or not 0 < pooled < 1:
        return np.full(NODES, 0.5), np.full(NODES, 0.5)
    m, a = between(x / n, pooled * (1 - pooled) / n)
    size = m * (1 - m) / np.minimum(a, WIDEST * m * (1 - m)) - 1
    return m * size, (1 - m) * size


def _prior_of_rates(x: Floats, n: Floats, is_shared: bool) -> tuple[Floats, Floats]:
    pooled = x.sum() / n.sum()
    if not is_shared or len(x) < LEAST_FOR_A_PRIOR or not pooled > 0:
        return np.full(NODES, 0.5), np.zeros(NODES)
    m, a = between(x / n, pooled / n)
    return m * m / a, m / a


def _prior_of_values(y: Floats, s: Floats, is_shared: bool) -> tuple[Floats, Floats]:
    if not is_shared or len(y) < LEAST_FOR_A_PRIOR:
        return np.zeros(NODES), np.full(NODES, np.inf)
    return between(y, np.square(s))


def _posterior_of_shares(a: Floats, b: Floats, x: Floats, n: Floats) -> tuple[Floats, Floats]:
    return a + x, b + n - x


def _posterior_of_rates(a: Floats, b: Floats, x: Floats, n: Floats) -> tuple[Floats, Floats]:
    return a + x, b + n


def _posterior_of_values(m: Floats, a: Floats, y: Floats, s: Floats) -> tuple[Floats, Floats]:
    own = 1 / (1 + np.square(s) / a)  # share of the figure itself; 1 with a flat prior
    return m + own * (y - m), s * np.sqrt(own)


def _share(value: Floats) -> Floats:
    return np.clip(value, 0, 1)


_PRIORS = {"binomial": _prior_of_shares, "poisson": _prior_of_rates, "interval": _prior_of_values}
_POSTERIORS = {
    "binomial": _posterior_of_shares,
    "poisson": _posterior_of_rates,
    "interval": _posterior_of_values,
}
_FAMILIES: dict[str, tuple[Callable[[Floats, Floats, Floats], Floats], ...]] = {  # below a value, above it
    "binomial": (
        lambda a, b, value: np.asarray(special.betainc(a, b, _share(value))),
        lambda a, b, value: np.asarray(special.betaincc(a, b, _share(value))),
    ),
    "poisson": (
        lambda a, b, value: np.asarray(special.gammainc(a, b * np.maximum(value, 0))),
        lambda a, b, value: np.asarray(special.gammaincc(a, b * np.maximum(value, 0))),
    ),
    "interval": (
        lambda m, s, value: np.asarray(special.ndtr((value - m) / s)),
        lambda m, s, value: np.asarray(special.ndtr((m - value) / s)),
    ),
}
