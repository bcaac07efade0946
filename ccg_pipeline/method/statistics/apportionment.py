"""Dividing counts among areas so that nothing is lost, and what becomes of a figure of several parts.

Belongs here: parts that add up to the whole exactly, and which status wins.
Does not belong here: the shares (``reference``), who divides what (``restatement``, the source of delayed
transfers).
"""

import numpy as np
import pandas as pd

from ccg_pipeline.method.statistics.grid import Floats

GRAIN = 1 / 65536
"""Parts are whole multiples of this, so that sums of parts of whole numbers are exact in any order up to
2⁵³ × GRAIN, which is 137 thousand million."""

WORST_FIRST = ("refused", "missing", "suppressed", "published")


def divide(amounts: Floats, shares: Floats, of: "pd.Series[str] | pd.Series[int]") -> Floats:
    """Divide each amount by the shares of its parts.

    A row a part, all of length n: `amounts` repeats the whole's amount (at least 0; NaN gives NaN), `shares`
    of a whole sum to 1, `of` says which whole the part is of. The parts of a whole add up to it exactly: each
    is rounded down to a multiple of GRAIN, and the one with the largest share (of equals the last) gets what
    is left. Of a whole number no larger than another the parts are no larger than the other's.
    """
    parts = np.floor(amounts * shares / GRAIN) * GRAIN
    groups = pd.factorize(of)[0]
    order = np.lexsort((shares, groups))
    is_last = np.append(groups[order][1:] != groups[order][:-1], True)[: len(order)]
    largest = np.zeros(len(parts), dtype=bool)
    largest[order[is_last]] = True
    others = pd.Series(np.where(largest, 0.0, parts)).groupby(groups).transform("sum").to_numpy()
    return np.where(largest & ~np.isnan(shares), amounts - others, parts)


def worst_status(statuses: "pd.Series[str]", of: "list[pd.Series]") -> "pd.Series[str]":
    """The status of each whole made of parts with these statuses, grouped `of`: the first of WORST_FIRST."""
    rank = statuses.map(WORST_FIRST.index).astype("int64")
    return rank.groupby(of, sort=False).min().map(lambda at: WORST_FIRST[at])
