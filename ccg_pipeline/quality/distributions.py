"""What is compared of a figure's whole distribution, of its population, and of the files that tell it.

Belongs here: distributions next to the last period's, denominators next to populations, files next to files.
Does not belong here: single organisations next to their last figure, totals, ages (comparisons.py); deciding
whether it holds (plausibility.py); thresholds and severities (the edition).
"""

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.quality.comparisons import (
    CELL,
    COUNTS,
    MEASURED,
    NORMAL_CONSISTENT,
    SOURCE,
    Comparison,
    by_subject,
    names,
    newest,
)

EQUALLY_LONG = 1.125
"""Times that the longer of two equal periods may be as long (assumed): March to February is 1.107."""

FIGURE = ["indicator_code", "organisation_code", "period_start", "period_end"]
"""What one figure is of; two files that tell it must agree."""


def distribution(
    observations: pd.DataFrame,
    previous: pd.DataFrame,
    edition: Edition,
    spreads: float,
    times: float,
    least_ccgs: float,
) -> Comparison:
    """Lay the middle and the spread of all CCGs' figures next to those of the indicator's last period.

    Values, and counts where both periods are about equally long (EQUALLY_LONG). A publication whose unit,
    scale or definition was changed moves all CCGs by the same, which no comparison among them can see.
    `shift` is the distance of the medians in robust standard deviations of the last period (1.4826 × median
    absolute deviation), `widening` how many times the one spread is the other, the larger over the smaller.
    Neither judgements nor milestones, and only figures that at least `least_ccgs` CCGs have in both periods;
    one whose figures did not differ at all then is not compared.
    """
    other = {one.code for one in edition.indicators if one.kind not in MEASURED}
    now, then = (_published(frame, other) for frame in (observations, previous))
    of_then = dict(iter(then.groupby("indicator_code")))
    lines = []
    pairs = [
        (str(code), figure, theirs, of_then.get(code, then.head(0)))
        for code, theirs in now.groupby("indicator_code")
        for figure in ("value", *COUNTS)
    ]
    for code, figure, theirs, before in pairs:
        period, period_before = theirs["period_end"].max(), before["period_end"].max()
        figures, figures_before = theirs[figure].dropna(), before[figure].dropna()
        if min(len(figures), len(figures_before)) < least_ccgs or not period_before < period:
            continue
        (middle, spread), (middle_before, spread_before) = _robust(figures), _robust(figures_before)
        if not spread_before > 0 or (figure != "value" and not _are_equally_long(theirs, before)):
            continue
        lines.append(
            {
                "indicator_code": code,
                "figure": figure,
                "median_before": middle_before,
                "median": middle,
                "shift": abs(middle - middle_before) / spread_before,
                "allowed_shift": spreads,
                "spread_before": spread_before,
                "spread": spread,
                "widening": max(spread, spread_before) / min(spread, spread_before) if spread else np.inf,
                "allowed_widening": times,
                "period_end_before": period_before,
                "period_end": period,
            }
        )
    columns = [
        "indicator_code",
        "figure",
        "median_before",
        "median",
        "shift",
        "allowed_shift",
        "spread_before",
    ]
    columns += ["spread", "widening", "allowed_widening", "period_end_before", "period_end"]
    rows = pd.DataFrame(lines, columns=columns)

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        moved = "; ".join(
            f"the median {one.figure} of all CCGs went from {one.median_before:.4g} to {one.median:.4g} "
            f"and their spread from {one.spread_before:.3g} to {one.spread:.3g}"
            for one in (failing if len(failing) else rows.head(1)).itertuples()
        )
        return f"{moved}: has its unit or definition changed?" if len(failing) else f"{moved}."

    return Comparison(
        rows=by_subject(rows, "indicator_code"),
        shown=tuple(columns),
        say=say,
        not_below=(("allowed_shift", "shift"), ("allowed_widening", "widening")),
    )


def denominators(observations: pd.DataFrame, population: "pd.Series[int]", times: float) -> Comparison:
    """Lay each CCG's denominator per head next to the median of all CCGs, and how many `times` they differ.

    `population` by code of the CCG. A denominator that is ten times too large, or of another CCG, stands out
    against its population even where no earlier period is known.
    """
    rows = newest(observations[observations["organisation_kind"] == "ccg"])
    rows = rows[(rows["status"] == "published") & (rows["denominator"] > 0)]
    rows = rows.assign(population=rows["organisation_code"].map(population).astype("float64"))
    rows = rows.dropna(subset=["population"]).sort_values(CELL)
    rows["per_head"] = rows["denominator"] / rows["population"]
    rows["median_per_head"] = rows.groupby("indicator_code")["per_head"].transform("median")
    ratio = rows["per_head"] / rows["median_per_head"]
    rows["times"] = np.maximum(ratio, 1 / ratio)
    rows["allowed_times"] = times

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        about = f"the median of {rows['median_per_head'].iloc[0]:.3g} a head"
        if len(failing):
            who = names(failing["organisation_code"])
            return f"{len(failing)} of {len(rows)} denominators are too far from {about}: {who}."
        return f"The farthest of {len(rows)} denominators is {rows['times'].max():.1f} times {about}."

    return Comparison(
        rows=by_subject(rows, "indicator_code"),
        shown=(
            *CELL,
            "period_end",
            "denominator",
            "population",
            "per_head",
            "median_per_head",
            "times",
            *SOURCE,
        ),
        say=say,
        not_below=(("allowed_times", "times"),),
        of_figures=True,
    )


def endings(observations: pd.DataFrame, most_percent: float, least: float) -> Comparison:
    """Count the organisations whose count of a period ends in 0, among those that counted anybody.

    Counts end in any digit, so that one in ten ends in 0, or one in two where they are rounded to 5; of
    counts that were multiplied by ten all do, though neither their ratios nor their total show it. Each kind
    of organisation is looked at by itself, since counts that were apportioned end anyhow. Counts of fewer
    than `least` organisations, and those that do not differ, are not compared.
    """
    published = observations[observations["status"] == "published"]
    figures = published.melt([*FIGURE, "organisation_kind"], list(COUNTS), "figure", "count")
    figures = figures[figures["count"] > 0]
    by = figures.assign(ends_in_0=figures["count"] % 10 == 0).groupby(
        ["indicator_code", "organisation_kind", "figure", "period_start", "period_end"]
    )
    rows = pd.DataFrame(
        {
            "organisations": by.size(),
            "different": by["count"].nunique(),
            "percent_ending_in_0": 100.0 * by["ends_in_0"].mean(),
            "most_percent": most_percent,
        }
    ).reset_index()
    rows = rows[(rows["organisations"] >= least) & (rows["different"] > 1)]

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        each = "; ".join(
            f"{one.figure}: {one.percent_ending_in_0:.0f} % of {one.organisations} counts end in 0"
            for one in (failing if len(failing) else rows).itertuples()
        )
        return f"{each}: were they multiplied by ten or more, or rounded?" if len(failing) else f"{each}."

    return Comparison(
        rows=by_subject(rows, "indicator_code"),
        shown=("indicator_code", "figure", "organisations", "percent_ending_in_0", "period_end"),
        say=say,
        not_below=(("most_percent", "percent_ending_in_0"),),
    )


def agreement(said: pd.DataFrame) -> Comparison:
    """Lay next to each other what different files of one date say of one figure: they must say the same.

    `said`: what each file says, file by file. One that a file published or revised later supersedes, or one
    of the same date that landed later (`landed_at`), is not compared; of two that landed together nobody can
    tell which one counts.
    """
    told = said[said["status"] == "published"].copy()
    told["as_of"] = told["revised_on"].fillna(told["published_on"])
    latest = told.groupby(FIGURE, dropna=False)["as_of"].transform("max")
    told = told[told["as_of"].isna() | (told["as_of"] == latest)]
    if "landed_at" in told:
        told = told[told["landed_at"] == told.groupby(FIGURE, dropna=False)["landed_at"].transform("max")]
    several = told.groupby(FIGURE, dropna=False)["source_sha256"].transform("nunique") > 1
    told = told[several].sort_values([*FIGURE, "source_name"])
    by = told.groupby(FIGURE, dropna=False)
    rows = pd.DataFrame(
        {
            "least": by["value"].min(),
            "most": by["value"].max(),
            "judgements": by["judgement"].nunique().astype("float64"),
            "files": by["source_name"].agg(lambda each: ", ".join(dict.fromkeys(each))),
        }
    ).reset_index()
    rows = rows.fillna({"least": 0.0, "most": 0.0}).assign(one=1.0)

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        if len(failing):
            who, which = names(failing["organisation_code"].unique()), failing["files"].iloc[0]
            return f"{len(failing)} of {len(rows)} figures that several files tell differ ({which}): {who}."
        return f"All {len(rows)} figures that several files tell agree."

    return Comparison(
        rows=by_subject(rows, "indicator_code"),
        shown=(*FIGURE, "least", "most", "files"),
        say=say,
        not_below=(("least", "most"), ("one", "judgements")),
        of_figures=True,
    )


def _published(frame: pd.DataFrame, left_out: set[str]) -> pd.DataFrame:
    """The newest value of each CCG, of each measure's newest period alone, some measures left out."""
    rows = frame[(frame["organisation_kind"] == "ccg") & (frame["status"] == "published")]
    rows = rows[~rows["indicator_code"].isin(left_out)].dropna(subset=["value"])
    rows = rows[[*CELL, "period_start", "period_end", "value", *COUNTS]]
    return newest(rows, by_organisation=False)


def _are_equally_long(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    days, days_before = (
        (each["period_end"] - each["period_start"]).dt.days.median() + 1 for each in (one, other)
    )
    return bool(max(days, days_before) <= EQUALLY_LONG * min(days, days_before))


def _robust(values: "pd.Series[float]") -> tuple[float, float]:
    middle = float(values.median())
    return middle, NORMAL_CONSISTENT * float((values - middle).abs().median())
