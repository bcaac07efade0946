"""What an implausible figure decides: panels' ratings with and without it.

Belongs here: rating again without the figures that failed an expectation, and saying where that differs.
Does not belong here: what is implausible (plausibility.py), the method itself (method/).
"""

from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.latest import latest_for_month
from ccg_pipeline.method.scoring.rated import rate_panel
from ccg_pipeline.quality.comparisons import NAMED

LANE: Lane = "interim"
"""The lane of months, whose ratings the report of a month speaks of."""

Known = Callable[[frozenset[str]], pd.DataFrame]

COLUMNS = ["indicator_code", "organisation_code", "panel", "rating_with", "rating_without"]
NO_RATING = "no rating"


def consequences(
    known: Known, failing: pd.DataFrame, edition: Edition, ccg_codes: Sequence[str], month_end: date
) -> pd.DataFrame:
    """Return the panel ratings that would be others without a failing figure: one row a figure and panel.

    `known`: observations up to `month_end` of some indicators, by their codes, the failing ones among them;
    `failing`: indicator_code, organisation_code and period_end of figures that failed. All failing figures of
    one indicator are left out together, and each CCG's rating is looked at by itself. A figure that the lane
    does not use, or that decides nothing, has no row. Columns are COLUMNS.
    """
    found = [pd.DataFrame(columns=COLUMNS, dtype="str")]
    wanted = failing[["indicator_code", "organisation_code", "period_end"]].drop_duplicates()
    for rule in edition.panels:
        codes = {*rule.indicators, *rule.shown}
        about = wanted[wanted["indicator_code"].isin(codes) & wanted["organisation_code"].isin(ccg_codes)]
        if about.empty:
            continue
        measures = {one.code for one in edition.supplementary}
        own = known(frozenset(codes | measures))
        ratings = _ratings(own, edition, rule.key, ccg_codes, month_end)
        for code, theirs in about.groupby("indicator_code"):
            keys = pd.MultiIndex.from_frame(theirs)
            left = own[~pd.MultiIndex.from_frame(own[list(theirs.columns)]).isin(keys)]
            without = _ratings(left, edition, rule.key, ccg_codes, month_end)
            both = pd.DataFrame({"rating_with": ratings, "rating_without": without})
            both = both[both["rating_with"] != both["rating_without"]]
            both = both[both.index.isin(theirs["organisation_code"])].rename_axis("organisation_code")
            found.append(both.reset_index().assign(indicator_code=str(code), panel=rule.name)[COLUMNS])
    return pd.concat(found, ignore_index=True).sort_values(COLUMNS[:3], ignore_index=True)


def sentence(changes: pd.DataFrame) -> str:
    """Return in words which ratings would be others, one CCG after the other."""
    each = [
        f"{row.organisation_code} is rated {row.rating_with!r} for {str(row.panel).lower()} with it and "
        f"{row.rating_without!r} without"
        for row in changes.head(NAMED).itertuples()
    ]
    more = f" and {len(changes) - NAMED} more" if len(changes) > NAMED else ""
    return f" It decides: {'; '.join(each)}{more}." if each else ""


def _ratings(
    known: pd.DataFrame, edition: Edition, panel: str, ccg_codes: Sequence[str], month_end: date
) -> "pd.Series[str]":
    """The panel's rating of each CCG, by its code."""
    latest = latest_for_month(known, edition, month_end)
    is_measure = latest["indicator_code"].isin([one.code for one in edition.supplementary])
    bands = band_indicators(latest[~is_measure], edition, ccg_codes)
    rated = rate_panel(bands, latest[is_measure], edition, panel, LANE).set_index("ccg_code")["rating"]
    return rated.where(rated != "", NO_RATING).fillna(NO_RATING)
