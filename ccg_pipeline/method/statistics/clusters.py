"""Clusters: values on one line parted into groups of near neighbours.

Belongs here: k-means solved exactly (by kmeans1d), and by Lloyd's steps as the star rating of the Centers
for Medicare and Medicaid Services (CMS) takes them.
Does not belong here: cuts that are fixed beforehand (`cutpoints`), which organisations are compared.

Groups are numbered 1 for the lowest values to k for the highest; a missing value (NaN) is in none.
"""

from dataclasses import dataclass

import kmeans1d
import numpy as np

from ccg_pipeline.method.statistics.grid import Booleans, Floats, Integers

MOST_STEPS = 10_000  # far beyond any real run: Lloyd's steps end in tens


@dataclass(frozen=True)
class Clusters:
    """``labels`` (n,): group of each value, NaN where it is missing. ``centres`` (k,), rising."""

    labels: Floats
    centres: Floats


def exact_clusters(values: Floats, k: int) -> Clusters:
    """The k groups of least Σ (x − mean of its group)²: no start, one optimum; equal values stay together.

    `values` (n,), NaN left out. ValueError unless 1 ≤ k ≤ number of different values. Where several partings
    are equally good, one of them. Time k · n + n · log n. Source: kmeans1d (Wu 1991; Grønlund et al. 2017).
    """
    there = np.isfinite(values)
    points = values[there]
    different = len(np.unique(points))
    if not 1 <= k <= different:
        raise ValueError(f"{different} different values cannot make {k} groups.")
    found = kmeans1d.cluster(points - points.mean(), k)  # about their mean, for its sums of squares round
    labels = np.full(values.shape, np.nan)
    labels[there] = np.array(found.clusters) + 1
    return Clusters(labels, np.array([values[labels == one].mean() for one in range(1, k + 1)]))


def bin_medians(values: Floats, k: int) -> Floats:
    """Median of each of k bins of equal size, cut at the quantiles of the inverse empirical distribution.

    `values` (n,), NaN left out; a value on a cut belongs below. ValueError where a bin would be empty.
    """
    there = values[np.isfinite(values)]
    if len(there) < k:
        raise ValueError(f"{len(there)} values cannot fill {k} bins.")
    cuts = np.quantile(there, np.arange(1, k) / k, method="inverted_cdf")
    bins = np.searchsorted(cuts, there, side="left")
    if len(np.unique(bins)) < k:
        raise ValueError(f"Too many equal values to fill {k} bins.")
    return np.array([np.median(there[bins == one]) for one in range(k)])


def clusters_from(values: Floats, centres: Floats, radius: float = np.inf) -> Clusters:
    """Lloyd's steps from `centres`: to the nearest centre, centres to their points' mean, till nothing moves.

    `values` (n,), NaN left out; `centres` (k,) rising. A point halfway belongs to the lower. A point further
    than `radius` (in the unit) from every centre moves none but is labelled all the same; a centre that none
    moves stays. A local optimum: it depends on the start. ValueError if it has not ended in 10,000 steps.
    """
    there = np.isfinite(values)
    points, at = values[there], np.array(centres, dtype=float)
    before: Integers | None = None
    for _ in range(MOST_STEPS):
        group, moves = _nearest(points, at, radius)
        moved = np.where(moves, group, -1)
        if before is not None and np.array_equal(moved, before):
            labels = np.full(values.shape, np.nan)
            labels[there] = group + 1
            return Clusters(labels, at)
        at = np.array([points[moved == g].mean() if (moved == g).any() else at[g] for g in range(len(at))])
        before = moved
    raise ValueError(f"Lloyd's steps have not come to rest in {MOST_STEPS} steps.")


def cms_clusters(values: Floats, k: int = 5, radius: float = 1.0) -> Clusters:
    """Groups as CMS makes its stars: Lloyd's steps from `bin_medians`, then again from there with `radius`.

    The second run leaves the centres alone where a point is further than `radius` from every one of them, so
    that a few far-away organisations do not pull a group to themselves. Source: CMS, Overall Hospital Quality
    Star Rating, SAS pack of April 2021 (FASTCLUS with STRICT=1), all of whose 3,355 stars this gives.
    """
    first = clusters_from(values, bin_medians(values, k))
    return clusters_from(values, first.centres, radius)


def _nearest(points: Floats, centres: Floats, radius: float) -> tuple[Integers, Booleans]:
    """Number of the nearest centre of each point, and whether it lies within `radius`."""
    distance = np.abs(points[:, None] - centres)
    return distance.argmin(axis=1), distance.min(axis=1) <= radius
