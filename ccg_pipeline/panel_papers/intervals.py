"""Intervals of figures that were published without one, reckoned from their counts.

Belongs here: which figures can have one, and filling it in next to those that were published.
Does not belong here: the formulas (method/statistics/intervals.py), words (figures.py). No rating rests on
any of these.
"""

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.statistics.intervals import rate, wilson

FROM_COUNTS = "from_counts"
"""Column that says whether a row's interval is ours: Wilson's of a proportion, Byar's of a rate, at 95 %."""

_BY_KIND = {"proportion": wilson, "rate": rate}


def with_intervals(bands: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Return rows of bands with `lower_95` and `upper_95` from the counts where none was published.

    Only where the value lies within: a figure that was standardised is not that of its plain counts.
    """
    filled = bands.assign(**{FROM_COUNTS: False})
    lacks = bands["lower_95"].isna() & bands["numerator"].notna() & (bands["denominator"] > 0)
    for code, rows in bands[lacks].groupby("indicator_code"):
        indicator = edition.indicator(str(code))
        made_by = _BY_KIND.get(indicator.kind)
        if made_by is None:
            continue
        found = made_by(rows["numerator"], rows["denominator"], (0.95,), indicator.scale)
        ends = pd.DataFrame({"lower": found.lower[:, 0], "upper": found.upper[:, 0]}, index=rows.index)
        fits = rows["value"].between(ends["lower"], ends["upper"])
        at = rows.index[fits]
        filled.loc[at, ["lower_95", "upper_95"]] = ends.loc[at].to_numpy()
        filled.loc[at, FROM_COUNTS] = True
    return filled
