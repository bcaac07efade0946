"""Significance: on which side of a reference a figure lies, and how surely.

Belongs here: comparison of a figure's interval with a reference; quantile bands.
Does not belong here: the intervals themselves (`intervals`), bands of z and limits widened for
overdispersion (`banding`, `dispersion`), one figure over time (`trends`).

Every comparison gives a *side*, shape (...): above the reference by how many of the confidence levels
(2 at both 95 % and 99.8 %, 1 at 95 % only), below it with a minus, 0 where it cannot be told from it, NaN
where there is nothing to compare. `side * better`, with `better` 1 where higher is better and −1 where lower
is, runs from −2, worst, to 2, best: `FIVE_WAY`.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ccg_pipeline.method.statistics.grid import Floats, Strings
from ccg_pipeline.method.statistics.intervals import Interval

FIVE_WAY = {-2.0: "worst", -1.0: "worse", 0.0: "same", 1.0: "better", 2.0: "best"}


def by_interval(interval: Interval, reference: ArrayLike) -> Floats:
    """Side of a figure whose own interval is compared with a `reference` taken as known.

    At a level the figure is significant when the reference lies outside its bounds; on a bound is inside.
    Source: Fingertips, single overlapping intervals at one and at two levels; PHEindicatormethods' funnel of
    a rate or ratio is this with Byar's interval.
    """
    asked = _floats(reference)[..., None]
    side = (interval.lower > asked).sum(axis=-1) - (interval.upper < asked).sum(axis=-1)
    known = np.isfinite(interval.lower).all(axis=-1) & np.isfinite(interval.upper).all(axis=-1)
    return np.where(known & np.isfinite(asked[..., 0]), side, np.nan)


def quantile_bands(values: ArrayLike, n_bands: int, highest_first: bool = True) -> Floats:
    """Bands 1 to `n_bands` of as near as can be equal numbers of values, along the last axis.

    Band 1 holds the highest values, or the lowest where not `highest_first`. Equal values get the same band:
    that of the first of them. With N values and the least rank r among ties counted from band 1,

        n + 1 − ⌈(N + 1 − r)·n / N⌉, at least 1

    NaN stays NaN and does not count; fewer values than bands have none. ValueError if there are no bands.
    Source: OHID, Assigning deprivation categories; equal to PHEindicatormethods 2.1.0.
    """
    if n_bands < 1:
        raise ValueError(f"There must be at least one band, not {n_bands}.")
    given = np.atleast_1d(_floats(values))
    rows = pd.DataFrame(given.reshape(-1, given.shape[-1]))
    rank = rows.rank(axis=1, method="min", ascending=not highest_first).to_numpy(dtype=float)
    there = np.isfinite(rank)
    n = there.sum(axis=1, keepdims=True)
    # whole numbers throughout: a quotient a hair above its band would be rounded up into the next
    from_end = (n + 1 - np.where(there, rank, 1)).astype(np.int64) * n_bands
    band = np.maximum(n_bands + 1 + (-from_end // np.maximum(n, 1)), 1)
    return np.where(there & (n >= n_bands), band, np.nan).reshape(given.shape)


def five_way(turned: Floats) -> Strings:
    """The word of each side turned for direction (−2 worst … 2 best); empty where there is no comparison."""
    return np.array([FIVE_WAY.get(one, "") for one in turned.ravel().tolist()], dtype=object).reshape(
        turned.shape
    )


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=float)
