"""What is compared with what: one frame for each expectation about the data.

Belongs here: laying each thing that is checked next to what it is checked against, as pure frames, when a row
of it holds, and saying in words what was found.
Does not belong here: who is asked whether it holds (plausibility.py); thresholds, severities (the edition).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ccg_pipeline.framework.model import Edition

PARTS_OF_ENGLAND = ("ccg", "nhs_england", "outside_england")
"""Kinds of organisation that add up to England's published row; local authorities are apportioned to CCGs."""

MEASURED = ("proportion", "rate", "mean", "index")
"""Kinds of indicator whose values move in small steps; judgements and milestones jump by nature."""

NAMED = 10
"""Organisations that a sentence names; the failing rows hold all."""

NORMAL_CONSISTENT = 1.4826
"""Times the median absolute deviation gives the standard deviation of a normal variable, 1/Φ⁻¹(3/4)."""

Sentence = Callable[[pd.DataFrame, pd.DataFrame], str]


@dataclass(frozen=True)
class Comparison:
    """Things compared, one a row, with the code of their `subject`.

    A row holds when no column of ``filled`` is missing and, for each pair of ``not_below``, the first column
    is not below the second. ``shown`` are the columns by which a failing row is shown; ``say`` makes the
    sentence on a subject from all its rows and the failing ones. ``of_figures``: a row is one figure of one
    organisation, which can be left out to see what it decides. ``as_landed``: a row is an observation, which
    says by itself whether it holds; otherwise what is compared was worked out here, from many of them.
    """

    rows: pd.DataFrame
    shown: tuple[str, ...]
    say: Sentence
    filled: tuple[str, ...] = ()
    not_below: tuple[tuple[str, str], ...] = ()
    of_figures: bool = False
    as_landed: bool = False

    @property
    def compared(self) -> list[str]:
        """The columns that decide whether a row holds."""
        return list(dict.fromkeys([*self.filled, *(name for pair in self.not_below for name in pair)]))

    def failing(self) -> "pd.Index[int]":
        """Return the positions of the rows that do not hold; a missing number is below every other."""
        fails = self.rows[list(self.filled)].isna().any(axis=1)
        for larger, smaller in self.not_below:
            fails |= ~(self.rows[larger] >= self.rows[smaller])
        return self.rows.index[fails]


def presence(observations: pd.DataFrame, ccg_codes: Sequence[str]) -> Comparison:
    """Lay every CCG next to the status of its row in each indicator's newest period, none without a row."""
    last = newest(observations[observations["organisation_kind"] == "ccg"], by_organisation=False)
    ends = last.groupby("indicator_code")["period_end"].first()
    expected = pd.MultiIndex.from_product([ends.index, sorted(ccg_codes)], names=CELL)
    rows = last.set_index(CELL)["status"].reindex(expected).reset_index().join(ends, on="indicator_code")

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        period = f"for the period that ended {rows['period_end'].iloc[0]:%Y-%m-%d}"
        if len(failing):
            who = names(failing["organisation_code"])
            return f"{len(failing)} of {len(rows)} CCGs have no row {period}: {who}."
        without = int((rows["status"] != "published").sum())
        return f"All {len(rows)} CCGs have a row {period}, {without} of them without a figure."

    return Comparison(
        rows=by_subject(rows, "indicator_code"),
        shown=(*CELL, "period_end"),
        say=say,
        filled=("status",),
        as_landed=True,
    )


def totals(
    observations: pd.DataFrame, previous: pd.DataFrame, ccg_codes: Sequence[str], tolerance_percent: float
) -> Comparison:
    """Lay each England row's counts next to the sum of its parts, with the `least` and `most` it may say.

    England may differ from the sum by the tolerance, and exceed it further by what CCGs without a figure can
    hide: for each of them at most what the largest CCG has. A CCG without any row hides nothing: it is lost.
    `look_first_at` names the CCGs that are lost or, where none is, the CCG whose own departure from its last
    period (without one: from the median ratio of numerator to denominator) is nearest to the difference.
    """
    last = newest(observations)[[*_PERIOD, "organisation_kind", "organisation_code", "status", *COUNTS]]
    england = last[last["organisation_kind"] == "england"].set_index(_PERIOD)
    parts = last[last["organisation_kind"].isin(PARTS_OF_ENGLAND)]
    before = newest(previous).set_index(CELL)
    lines = []
    for key, theirs in parts.groupby(_PERIOD):
        code, _, end = (str(key[0]), *key[1:])
        ccgs = theirs[theirs["organisation_kind"] == "ccg"].set_index("organisation_code")
        silent = int((ccgs["status"] != "published").sum())
        lost = sorted(set(ccg_codes) - set(ccgs.index))
        for figure in COUNTS:
            said = england[figure].get(key, float("nan"))
            if pd.isna(said) or ccgs[figure].notna().sum() == 0:
                continue
            summed = float(theirs[figure].sum())
            slack = abs(said) * tolerance_percent / 100
            nearest = _nearest(ccgs, before[figure], code, figure, summed - said)
            lines.append(
                {
                    "indicator_code": code,
                    "period_end": end,
                    "figure": figure,
                    "england": said,
                    "sum_of_parts": summed,
                    "least": summed - slack,
                    "most": summed + slack + silent * float(ccgs[figure].max()),
                    "ccgs_without_figure": silent,
                    "look_first_at": ", ".join(lost) if lost and summed < said else nearest,
                }
            )
    columns = ["indicator_code", "period_end", "figure", "england", "sum_of_parts", "least", "most"]
    rows = pd.DataFrame(lines, columns=[*columns, "ccgs_without_figure", "look_first_at"])

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        each = []
        for row in rows.itertuples():
            parts = f"{row.figure}: the parts sum to {row.sum_of_parts:,.10g} and the England row says"
            suspects = str(row.look_first_at).split(", ") if row.look_first_at else []
            look = f", look first at {names(suspects)}" if suspects and row.Index in failing.index else ""
            each.append(f"{parts} {row.england:,.10g}{look}")
        return "; ".join(each) + "."

    shown = ("figure", "england", "sum_of_parts", "ccgs_without_figure", "look_first_at", "period_end")
    return Comparison(
        rows=by_subject(rows, "indicator_code"),
        shown=("indicator_code", *shown),
        say=say,
        not_below=(("england", "least"), ("most", "england")),
    )


def _nearest(
    ccgs: pd.DataFrame, before: "pd.Series[float]", code: str, figure: str, difference: float
) -> str:
    """The CCG whose own departure from what was to be expected is nearest to `difference`; '' if unknown."""
    index = pd.MultiIndex.from_product([[code], ccgs.index])
    expected = before.reindex(index).set_axis(ccgs.index)
    if expected.notna().sum() * 2 < len(ccgs):
        ratio = (ccgs["numerator"] / ccgs["denominator"].where(ccgs["denominator"] > 0)).median()
        expected = ccgs["denominator"] * ratio if figure == "numerator" else ccgs["numerator"] / ratio
    away = (ccgs[figure] - expected - difference).abs().dropna()
    return "" if away.empty else str(away.idxmin())


def movement(
    observations: pd.DataFrame, previous: pd.DataFrame, edition: Edition, spreads: float, least_ccgs: float
) -> Comparison:
    """Lay each CCG's change since its indicator's last period next to the changes of all CCGs.

    `spreads` is the distance of a change from the median change, in robust standard deviations: 1.4826 times
    the median absolute deviation, or, where more than half of the CCGs changed alike, the standard deviation.
    Values are in the indicator's published unit. Only measured kinds, and only those of which at least
    `least_ccgs` CCGs have a value in both periods.
    """
    measured = {one.code for one in edition.indicators if one.kind in MEASURED}
    now, then = (
        newest(frame[(frame["organisation_kind"] == "ccg") & (frame["status"] == "published")])
        for frame in (observations, previous)
    )
    now = now[now["indicator_code"].isin(measured)].dropna(subset=["value"])
    then = then.dropna(subset=["value"]).set_index(CELL)[["value", "period_end"]]
    both = now.join(
        then.rename(columns={"value": "value_before", "period_end": "period_end_before"}), on=CELL
    )
    both = both[both["period_end_before"] < both["period_end"]]
    both["change"] = both["value"] - both["value_before"]
    by = both.groupby("indicator_code")["change"]
    both["median_change"] = by.transform("median")
    away = (both["change"] - both["median_change"]).abs()
    deviation = NORMAL_CONSISTENT * away.groupby(both["indicator_code"]).transform("median")
    spread = deviation.where(deviation > 0, by.transform("std"))
    both["spreads"] = (away / spread.where(spread > 0, 1.0)).astype("float64")
    both["allowed_spreads"] = spreads
    rows = both[by.transform("size") >= least_ccgs].sort_values(CELL)

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        about = f"the median change of {rows['median_change'].iloc[0]:+.3g}"
        if len(failing):
            who = names(failing["organisation_code"])
            return f"{len(failing)} of {len(rows)} CCGs moved too far from {about}: {who}."
        farthest = f"{rows['spreads'].max():.1f} of {spreads:g} spreads"
        return f"The farthest of {len(rows)} CCGs is {farthest} from {about}."

    periods = ("period_end_before", "period_end")
    figures = ("value_before", "value", "change", "median_change", "spreads", "allowed_spreads")
    return Comparison(
        rows=by_subject(rows, "indicator_code"),
        shown=(*CELL, *figures, *periods, *SOURCE),
        say=say,
        not_below=(("allowed_spreads", "spreads"),),
        of_figures=True,
    )


def staleness(observations: pd.DataFrame, edition: Edition, month_end: date) -> Comparison:
    """Lay the age in days of each organisation's newest period next to the age its publication allows."""
    kinds = observations["organisation_kind"].isin(["ccg", "stp"])
    rows = newest(observations[kinds]).sort_values(["publication", *CELL])
    allowed = {one.key: float(one.stale_after_days) for one in edition.publications}
    rows = rows.assign(
        age_days=(pd.Timestamp(month_end) - rows["period_end"]).dt.days.astype("float64"),
        allowed_days=rows["publication"].map(allowed),
    )

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        newest, allows = rows["period_end"].max(), rows["allowed_days"].iloc[0]
        ended = f"ended {newest:%Y-%m-%d}, {rows['age_days'].min():.0f} days before {month_end}"
        who = failing["organisation_code"].drop_duplicates()
        each = "every organisation" if len(who) == rows["organisation_code"].nunique() else names(who)
        stale = f"; stale for {each}" if len(failing) else ""
        return f"The newest period {ended}, and {allows:.0f} are allowed{stale}."

    shown = ("publication", *CELL, "period_end", "age_days", "allowed_days", *SOURCE)
    return Comparison(
        rows=by_subject(rows, "publication"),
        shown=shown,
        say=say,
        not_below=(("allowed_days", "age_days"),),
        as_landed=True,
    )


def intervals(observations: pd.DataFrame, slack_percent: float) -> Comparison:
    """Lay each value next to its own published limits, widened by `slack_percent` of the interval's width."""
    rows = observations.dropna(subset=["value", "lower_95", "upper_95"]).sort_values([*CELL, "period_end"])
    slack = (rows["upper_95"] - rows["lower_95"]) * slack_percent / 100
    rows = rows.assign(least=rows["lower_95"] - slack, most=rows["upper_95"] + slack)

    def say(rows: pd.DataFrame, failing: pd.DataFrame) -> str:
        if len(failing):
            who = names(failing["organisation_code"])
            return f"{len(failing)} of {len(rows)} values lie outside their own interval: {who}."
        return f"All {len(rows)} values lie inside their own interval."

    return Comparison(
        rows=by_subject(rows, "indicator_code"),
        shown=(*CELL, "period_end", "lower_95", "value", "upper_95", *SOURCE),
        say=say,
        not_below=(("value", "least"), ("most", "value")),
        of_figures=True,
        as_landed=True,
    )


CELL = ["indicator_code", "organisation_code"]
_PERIOD = ["indicator_code", "period_start", "period_end"]
COUNTS = ["numerator", "denominator"]
SOURCE = ("source_name", "sheet", "cell")


def newest(observations: pd.DataFrame, *, by_organisation: bool = True) -> pd.DataFrame:
    """One row an indicator and organisation: of its newest period and, of two that end together, the shorter.

    Not `by_organisation`: only rows of the newest period that the indicator has of anyone.
    """
    if not by_organisation:
        end = observations.groupby("indicator_code")["period_end"].transform("max")
        observations = observations[observations["period_end"] == end]
    return observations.sort_values(["period_end", "period_start"], kind="stable").drop_duplicates(
        CELL, keep="last"
    )


def compared_with(observations: pd.DataFrame) -> pd.DataFrame:
    """The rows with which a later period is compared: of each figure the newest, with a value and without."""
    published = observations[observations["status"] == "published"]
    kept = [newest(rows).index for rows in (observations, published, published.dropna(subset=["value"]))]
    return observations.loc[kept[0].union(kept[1]).union(kept[2])]


def by_subject(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the rows with `column` as their subject, at positions from 0 on."""
    return rows.assign(subject=rows[column]).reset_index(drop=True)


def names(codes: Iterable[str]) -> str:
    """Return the first NAMED codes in words, and how many more there are."""
    each = list(codes)
    return ", ".join(each[:NAMED]) + (f" and {len(each) - NAMED} more" if len(each) > NAMED else "")
