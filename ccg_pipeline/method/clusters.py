"""Clusters: values on one line parted into groups of near neighbours.

Belongs here: k-means solved exactly, and by Lloyd's steps as the star rating of the Centers for Medicare and
Medicaid Services (CMS) takes them.
Does not belong here: cuts that are fixed beforehand (`cutpoints`), which organisations are compared.

Groups are numbered 1 for the lowest values to k for the highest; a missing value (NaN) is in none.
"""

from dataclasses import dataclass

import numpy as np

from ccg_pipeline.method.grid import Booleans, Floats, Integers

MOST_STEPS = 10_000  # far beyond any real run: Lloyd's steps end in tens


@dataclass(frozen=True)
class Clusters:
    """``labels`` (n,): group of each value, NaN where it is missing. ``centres`` (k,), rising."""

    labels: Floats
    centres: Floats


def exact_clusters(values: Floats, k: int) -> Clusters:
    """The k groups of least Σ (x − mean of its group)²: no start, one optimum; equal values stay together.

    `values` (n,), NaN left out. ValueError unless 1 ≤ k ≤ number of different values. Time k · n · log n.
    Source: dynamic programming over sorted values (Wang and Song 2011, "Ckmeans.1d.dp"), each layer solved by
    halves because the best place to part never moves left (Grønlund et al. 2017).
    """
    there = np.isfinite(values)
    points, first, counts = np.unique(values[there], return_inverse=True, return_counts=True)
    if not 1 <= k <= len(points):
        raise ValueError(f"{len(points)} different values cannot make {k} groups.")
    sums = _sums(points, counts)
    everyone = np.arange(len(points))
    cost = _within(sums, np.zeros_like(everyone), everyone)  # of the first i + 1 points in one group
    begins = []  # begins[g][i]: where the last group begins if the first i + 1 points make g + 2 groups
    for _ in range(k - 1):
        cost, begin = _one_group_more(cost, sums)
        begins.append(begin)
    edges = [len(points)]
    for begin in reversed(begins):
        edges.append(int(begin[edges[-1] - 1]))
    label_of_point = np.searchsorted(np.array(edges[:0:-1]), everyone, side="right") + 1
    labels = np.full(values.shape, np.nan)
    labels[there] = label_of_point[first]
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


def _sums(points: Floats, counts: Integers) -> Floats:
    """Running Σn, Σn·x and Σn·x² from 0, shape (3, points + 1), of points moved to mean 0 (for rounding)."""
    centred = points - np.average(points, weights=counts)
    rows = np.stack([counts, counts * centred, counts * np.square(centred)])
    return np.concatenate([np.zeros((3, 1)), rows.cumsum(axis=1)], axis=1)


def _within(sums: Floats, begin: Integers, last: Integers) -> Floats:
    """Sum of squares about their mean of the points from `begin` to `last`, both included."""
    n, total, squares = sums[:, last + 1] - sums[:, begin]
    return np.asarray(squares - np.square(total) / n)


def _one_group_more(cost: Floats, sums: Floats) -> tuple[Floats, Integers]:
    """Least cost of the first i + 1 points in one group more than `cost` has, and where the last begins.

    The middle point of every open stretch at once, then the stretches on either side: the best beginning lies
    between those of the points already solved. What cannot be (fewer points than groups) costs infinity.
    """
    n = len(cost)
    best, begin = np.full(n, np.inf), np.zeros(n, dtype=np.int64)
    stride = 1 << (n - 1).bit_length()
    while stride:
        here = np.arange(stride - 1, n, 2 * stride)
        here = here[here > 0]  # the first point alone cannot be two groups
        if len(here):
            low = np.maximum(np.where(here >= stride, begin[here - stride], 0), 1)
            after = np.minimum(here + stride, n - 1)
            high = np.where(here + stride < n, np.minimum(begin[after], here), here)
            tried = high - low + 1
            starts = np.cumsum(tried) - tried
            point = np.repeat(here, tried)
            candidate = np.arange(tried.sum()) - np.repeat(starts - low, tried)
            total = cost[candidate - 1] + _within(sums, candidate, point)
            best[here] = np.minimum.reduceat(total, starts)
            hit = np.flatnonzero(total == np.repeat(best[here], tried))
            begin[here] = candidate[hit[np.searchsorted(hit, starts)]]
        stride //= 2
    return best, begin
