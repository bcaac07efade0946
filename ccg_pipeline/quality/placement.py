"""Whether figures are next to the organisations, and in the period, that they are of.

Belongs here: slips that move the figures of all organisations at once and leave each of them possible: a
column pasted one row lower, codes sorted without their figures, the last period's figures under another name.
Does not belong here: single organisations next to their last figure, totals, ages (comparisons.py), whole
distributions and files (distributions.py); thresholds and severities (the edition).
"""

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.quality.comparisons import CELL, COUNTS, MEASURED, Comparison, by_subject, newest

_FIGURES = [*COUNTS, "value"]


def belonging(
    observations: pd.DataFrame,
    previous: pd.DataFrame,
    edition: Edition,
    population: "pd.Series[int]",
    least_correlation: float,
    least: float,
) -> Comparison:
    """Lay the figures of all organisations next to something that they go with, and say how well they do.

    Counts go with `population`, by code; values without counts with those of the last period.
    `correlation` is Spearman's, by ranks: figures next to others than their own have none, though each may
    be possible. Figures of fewer than `least`, and those that do not differ, are not compared.
    """
    now, then = (_measured(frame, edition) for frame in (observations, previous))
    of_then = dict(iter(then.groupby("indicator_code")))
    lines = []
    for code, theirs in now.groupby("indicator_code"):
        own, before = theirs.set_index("organisation_code"), of_then.get(code, then.head(0))
        before = before[before["period_end"].lt(own["period_end"].iloc[0])]
        counts = [name for name in COUNTS if own[name].notna().sum() >= least]
        known = population if counts else before.set_index("organisation_code")["value"]
        for figure in counts or ["value"]:
            both = pd.DataFrame({"own": own[figure], "known": known.reindex(own.index)}).dropna()
            if len(both) < least or both.nunique().min() < 2:
                continue
            lines.append(
                {
                    "indicator_code": str(code),
                    "figure": figure,
                    "compared_with": "populations" if counts else "last values",
                    "correlation": both.rank().corr().iloc[0, 1],
                    "least_correlation": least_correlation,
                    "organisations": len(both),
                    "period_end": own["period_end"].iloc[0],
                }
            )
    columns = [
        "indicator_code",
        "figure",
        "compared_with",
        "correlation",
        "least_correlation",
        "organisations",
        "period_end",
    ]
    rows = pd.DataFrame(lines, columns=columns)

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        found = "; ".join(
            f"{row.figure}: the rank correlation of {row.organisations} organisations with their "
            f"{row.compared_with} is {row.correlation:.2f}"
            for row in rows.itertuples()
        )
        least = f", and at least {rows['least_correlation'].iloc[0]:g} is expected"
        return found + (
            f"{least}: has a column been moved, or sorted, without the others?" if len(failing) else "."
        )

    return Comparison(
        rows=by_subject(rows, "indicator_code"),
        shown=tuple(columns),
        say=say,
        not_below=(("correlation", "least_correlation"),),
    )


def renewal(
    observations: pd.DataFrame,
    previous: pd.DataFrame,
    year_ago: pd.DataFrame,
    edition: Edition,
    most_percent: float,
    least: float,
) -> Comparison:
    """Lay each indicator's figures next to those of its last period, and of a year ago: who has the same?

    `percent_alike` is the share of organisations whose counts and value are all what they were. Fewer than
    `least` are not compared.
    """
    now, *earlier = (_measured(frame, edition) for frame in (observations, previous, year_ago))
    then = pd.concat(earlier).drop_duplicates([*CELL, "period_end"])
    both = now.merge(then, on=CELL, suffixes=("", "_before"))
    both = both[both["period_end_before"] < both["period_end"]]
    same = [both[name].eq(both[f"{name}_before"]) | both[[name, f"{name}_before"]].isna().all(axis=1)
             for name in _FIGURES]  # fmt: skip
    both = both.assign(is_unchanged=pd.concat(same, axis=1).all(axis=1))
    by = both.groupby(["indicator_code", "period_end_before"])
    rows = pd.DataFrame(
        {
            "organisations": by.size(),
            "n_alike": by["is_unchanged"].sum(),
            "percent_alike": 100.0 * by["is_unchanged"].mean(),
            "most_percent": most_percent,
            "period_end": by["period_end"].max(),
        }
    ).reset_index()
    rows = rows[rows["organisations"] >= least]

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        one = (failing if len(failing) else rows.tail(1)).iloc[0]
        said = (
            f"{one['n_alike']} of {one['organisations']} organisations have just the figures of the period "
            f"that ended {one['period_end_before']:%Y-%m-%d}"
        )
        return said + (": is this that period's file under another date?" if len(failing) else ".")

    return Comparison(
        rows=by_subject(rows, "indicator_code"),
        shown=(
            "indicator_code",
            "organisations",
            "n_alike",
            "percent_alike",
            "period_end_before",
            "period_end",
        ),
        say=say,
        not_below=(("most_percent", "percent_alike"),),
    )


def _measured(frame: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """The published figures, of each indicator's newest period alone.

    Judgements and milestones, which go with no population and stay as they are by nature, are left out.
    """
    other = {one.code for one in edition.indicators if one.kind not in MEASURED}
    rows = frame[frame["status"].eq("published")]
    rows = rows[~rows["indicator_code"].isin(other)]
    rows = rows[[*CELL, "period_start", "period_end", *_FIGURES]]
    return newest(rows[rows[_FIGURES].notna().any(axis=1)], by_organisation=False)
