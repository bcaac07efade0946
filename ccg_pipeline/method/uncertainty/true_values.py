"""What the true value behind a published figure may be, given the counts it is made of and all other CCGs'.

Belongs here: the distribution of every cell's true value, and how much of it lies below a distance in z.
Does not belong here: draws, and what comes of them (`uncertainty`); bands and points of z (`banding`).

How it comes about that a figure says little of its own true value is said in statistics/priors.py.

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
from ccg_pipeline.method.statistics.grid import Floats, Integers, Strings, figures, row_of_each_cell
from ccg_pipeline.method.statistics.priors import NODES, POSTERIORS, PRIORS
from ccg_pipeline.method.statistics.standard_errors import interval

Prior = Literal["shared", "flat"]


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
        of_prior = PRIORS[kind](one, other, prior == "shared")
        first[i, there], second[i, there] = POSTERIORS[kind](*of_prior, one[:, None], other[:, None])
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


def _share(value: Floats) -> Floats:
    return np.clip(value, 0, 1)


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
