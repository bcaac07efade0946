"""Whether figures are of the size that is known of their measure, where no earlier period is at hand.

Belongs here: the middle of all organisations and England next to the measure's usual value, values next to
their own counts, England and each organisation next to all others.
Does not belong here: what moved since the last period (comparisons.py, distributions.py), figures next to
populations (placement.py); usual values, thresholds and severities (the edition).
"""

import math

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.quality.comparisons import (
    CELL,
    MEASURED,
    NORMAL_CONSISTENT,
    SOURCE,
    Comparison,
    by_subject,
    names,
)

ENGLAND = "england"
"""The kind of organisation whose figure the others make together."""
_TOLD = ["indicator_code", "publication", "period_start", "period_end"]


def usual_size(observations: pd.DataFrame, edition: Edition, allowed_times: float) -> Comparison:
    """Lay the middle value of all organisations, and England's, next to the usual value of the indicator.

    A third row lays values that are published next to counts, as standardised ones are, next to what these
    counts give. `times` is the larger of two figures over the smaller; no figure above nought is as large as
    any other. A slipped unit or a lost digit of a whole column moves all by 10, 100 or 1,000.
    """
    own = {one.code: one for one in edition.indicators}
    published = observations[observations["status"].eq("published")].dropna(subset=["value"])
    lines = []
    for (code, *about), theirs in published[published["indicator_code"].isin(own)].groupby(_TOLD):
        indicator, is_england = own[str(code)], theirs["organisation_kind"].eq(ENGLAND)
        parts, england = theirs[~is_england], theirs.loc[is_england, "value"].median()
        all_of_them, middle = f"median of {len(parts)} organisations", parts["value"].median()
        compared = [
            (all_of_them, middle, "usual value", indicator.usual_value),
            ("England", england, "usual value", indicator.usual_value),
        ]
        if indicator.kind in ("proportion", "rate"):
            given = parts["denominator"].where(parts["denominator"] > 0)
            counts = (indicator.scale * parts["numerator"] / given).median()
            compared.append((all_of_them, middle, "value of their counts", counts))
        lines += [
            (code, *about, figure, value, what, expected)
            for figure, value, what, expected in compared
            if expected is not None and pd.notna(expected) and pd.notna(value)
        ]
    columns = [*_TOLD, "figure", "value", "compared_with", "expected"]
    rows = pd.DataFrame(lines, columns=columns)
    ratio = (rows["value"] / rows["expected"]).astype("float64")
    ratio = ratio.where(ratio > 0, 0.0)
    with np.errstate(divide="ignore"):
        rows["times"] = np.maximum(ratio, 1 / ratio)
    rows["allowed_times"] = allowed_times

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        each = "; ".join(
            f"{one.figure}: {one.value:.4g}, and the {one.compared_with} is {one.expected:.4g}"
            for one in (failing if len(failing) else rows.head(1)).itertuples()
        )
        return f"{each}: has its unit changed, or a digit been lost?" if len(failing) else f"{each}."

    return Comparison(
        rows=by_subject(rows, "indicator_code"),
        shown=(*columns, "times"),
        say=say,
        not_below=(("allowed_times", "times"),),
    )


def among(
    observations: pd.DataFrame,
    edition: Edition,
    allowed_spreads: float,
    allowed_log_spreads: float,
    least: float,
) -> Comparison:
    """Lay each value next to the middle of all, and England's between the lowest and the highest.

    Distances from the median are in robust standard deviations (1.4826 × median absolute deviation): of the
    values, and of their logarithms, for proportions their log odds, in which a tenth is as far as ten times.
    England is a mean of its parts, so that it cannot lie outside them. Measured kinds alone, and those of
    which at least `least` organisations have a value and differ.
    """
    kinds = {one.code: one.kind for one in edition.indicators if one.kind in MEASURED}
    rows = observations[observations["indicator_code"].isin(kinds)]
    rows = rows[rows["status"].eq("published")].dropna(subset=["value"]).sort_values([*CELL, "period_end"])
    by, is_england = [rows[name] for name in _TOLD], rows["organisation_kind"].eq(ENGLAND)
    of_parts, kind = rows["value"].mask(is_england), rows["indicator_code"].map(kinds)
    together = of_parts.groupby(by)
    middle, spread = _robust(of_parts, by)
    reach = allowed_spreads * spread
    low, high = _log_reach(of_parts, by, kind, allowed_log_spreads)
    rows = rows.assign(
        median=middle,
        spread=spread,
        least=pd.concat([middle - reach, low], axis=1)
        .max(axis=1)
        .mask(is_england, together.transform("min")),
        most=pd.concat([middle + reach, high], axis=1)
        .min(axis=1)
        .mask(is_england, together.transform("max")),
    )
    rows = rows[(together.transform("count") >= least) & (spread > 0)]

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        about = f"the median of all, {rows['median'].iloc[0]:.4g}"
        if len(failing):
            who = names(failing["organisation_code"])
            return f"{len(failing)} of {len(rows)} values are too far from {about}: {who}."
        return f"No value of {len(rows)} is too far from {about}."

    shown = (*CELL, "period_end", "least", "value", "most", "median", "spread", *SOURCE)
    return Comparison(
        rows=by_subject(rows, "indicator_code"),
        shown=shown,
        say=say,
        not_below=(("value", "least"), ("most", "value")),
        of_figures=True,
    )


_NEAR = 4.0
"""Spreads from nought within which a mean or an index may come close to it by nature (assumed)."""
_WIDE = math.log(2)
"""A spread of logarithms from which on a tenth of the median is no surprise (assumed)."""


def _robust(values: "pd.Series[float]", by: list[pd.Series]) -> "tuple[pd.Series[float], pd.Series[float]]":
    """The median, and the robust standard deviation round it, of the group of each value."""
    middle = values.groupby(by).transform("median")
    return middle, NORMAL_CONSISTENT * (values - middle).abs().groupby(by).transform("median")


def _log_reach(
    values: "pd.Series[float]", by: list[pd.Series], kind: pd.Series, allowed: float
) -> "tuple[pd.Series[float], pd.Series[float]]":
    """From where to where values lie by their logarithms or log odds; NaN where these say nothing.

    They say nothing of a value that has none, as none counted of few people, nor where all are far apart.
    """
    is_share = kind.eq("proportion")
    shares = values.where((values > 0) & ~(is_share & (values >= 100)))
    odds = shares.where(~is_share, shares / (100 - shares))
    middle, spread = _robust(odds.map(math.log), by)
    median, of_values = _robust(values, by)
    is_told = (
        odds.notna() & (spread <= _WIDE) & (kind.isin(["proportion", "rate"]) | (median > _NEAR * of_values))
    )
    ends = (math.e ** (middle + sign * allowed * spread).where(is_told) for sign in (-1, 1))
    low, high = (end.where(~is_share, 100 * end / (1 + end)) for end in ends)
    return low, high
