"""The chain of the method as one function: from what is known to bands, areas, candidates and overall.

Belongs here: the order of the steps, which of several files about one figure counts, and what was known on a
date. The lanes' assets take the same steps one by one; whoever asks "what if" takes them here.
Does not belong here: any step itself (`latest`, `banding`, `rated`), storage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.latest import last_known, latest_for_month, latest_for_year
from ccg_pipeline.method.scoring.rated import OVERALL_COLUMNS, rate_overall, rate_panel, score_areas
from ccg_pipeline.method.scoring.restatement import restate
from ccg_pipeline.method.uncertainty.columns import estimate_uncertainty, with_uncertainty

ONE_FIGURE = ["indicator_code", "organisation_code", "period_start", "period_end"]
"""What two files may both speak of: of these, the word of the one published or revised last is known."""

SAYS = ["numerator", "denominator", "value", "lower_95", "upper_95", "judgement", "status"]
"""What a file says of a figure; two files disagree where one of these differs."""

OTHERWISE = " of the same date says otherwise"
REPLACED = " of the same date, which landed before, said otherwise"


@dataclass(frozen=True)
class Assessed:
    """What a lane's partition comes to. `ratings` has the candidates of all panels, `overall` no row in a
    lane without an overall rating, `plans` the progress of each Sustainability and Transformation Plan.
    """

    known: pd.DataFrame
    bands: pd.DataFrame
    areas: pd.DataFrame
    ratings: pd.DataFrame
    overall: pd.DataFrame
    plans: pd.DataFrame


def since_when(said: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """Return the day since which each row has been out: published, or revised if later; NaT if unknown."""
    days: pd.Series[pd.Timestamp] = said[["published_on", "revised_on"]].max(axis=1)
    return days


def published_by(said: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the rows that were out on `day`; one without any date has been out since ever."""
    return said[~(since_when(said) > pd.Timestamp(day))]


def current_observations(said: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Return one row a figure (ONE_FIGURE) of what files say of it, file by file, in any order.

    Figures of other years' CCGs are restated first, each file's by itself.

    The file published or revised last counts, and of two of the same date the one that landed last
    (`landed_at`; '' where it is not known or not given). Of two that also landed together a published figure
    goes before a mark, and then the order of their sha256 decides: nothing else does. Where files of the same
    date disagree the row's note names the other.
    """
    landed_at = said["landed_at"].fillna("") if "landed_at" in said else ""
    said = restate(said.assign(landed_at=landed_at), edition)
    rows = last_known(said, ONE_FIGURE)
    others = said[said.duplicated(ONE_FIGURE, keep=False)]
    if others.empty:
        return rows.drop(columns="landed_at")
    others = others.assign(_since=since_when(others))
    last = others.groupby(ONE_FIGURE)["_since"].transform("max")
    of_the_day = others[(others["_since"] == last) | last.isna()]
    pairs = rows.reset_index(names="_at").merge(of_the_day, on=ONE_FIGURE, suffixes=("", "_other"))
    pairs = pairs[_differ(pairs, SAYS, "_other")]
    notes = rows["note"].copy()
    landed_before = pairs["landed_at_other"] < pairs["landed_at"]
    for own, words in ((landed_before, REPLACED), (~landed_before, OTHERWISE)):
        named = (
            pairs[own].groupby("_at")["source_name_other"].agg(lambda names: ", ".join(sorted(set(names))))
        )
        before = notes[named.index]
        notes[named.index] = before.where(before == "", before + "; ") + named + words
    return rows.assign(note=notes).drop(columns="landed_at")


def choose(observations: pd.DataFrame, edition: Edition, lane: Lane, end: date) -> pd.DataFrame:
    """Return the observation of each indicator and organisation that a lane takes for a month or year."""
    return (latest_for_month if lane == "interim" else latest_for_year)(observations, edition, end)


def plans_progress(latest: pd.DataFrame) -> pd.DataFrame:
    """Return the progress of each Sustainability and Transformation Plan: stp_code, judgement, period_end."""
    plans = latest[latest["organisation_kind"] == "stp"]
    columns = ["stp_code", "judgement", "period_end"]
    if plans.empty:
        return pd.DataFrame(columns=columns)
    return plans.rename(columns={"organisation_code": "stp_code"})[columns].reset_index(drop=True)


def assess(
    observations: pd.DataFrame,
    edition: Edition,
    lane: Lane,
    end: date,
    ccg_codes: Sequence[str],
    with_certainty: bool = False,
) -> Assessed:
    """Assess every CCG of `ccg_codes` for the month or year that ends on `end`.

    `observations`: one row a figure, as `known` gives them, of any periods. Without files, databases or
    clocks: equal observations give equal frames, and they are those that the lanes' assets write; how sure
    each score and rating is comes with it `with_certainty` only, since its draws take seconds.
    """
    latest = choose(observations, edition, lane, end)
    is_measure = latest["indicator_code"].isin([one.code for one in edition.supplementary])
    measures = latest[is_measure]
    bands = band_indicators(latest[~is_measure], edition, ccg_codes)
    candidates = [rate_panel(bands, measures, edition, rule.key, lane) for rule in edition.panels]
    areas, ratings = score_areas(bands, edition), pd.concat(candidates, ignore_index=True)
    has_overall = edition.lane(lane).has_overall_rating
    overall = rate_overall(bands, edition, lane) if has_overall else pd.DataFrame(columns=OVERALL_COLUMNS)
    if with_certainty:
        sure = estimate_uncertainty(bands, measures, edition, lane)
        areas, ratings = with_uncertainty(areas, sure, "area"), with_uncertainty(ratings, sure, "panel")
        overall = with_uncertainty(overall, sure, "overall") if has_overall else overall
    return Assessed(
        known=observations,
        bands=bands,
        areas=areas,
        ratings=ratings,
        overall=overall,
        plans=plans_progress(measures if has_overall else measures.iloc[:0]),
    )


MOVES = {
    "observations": (ONE_FIGURE, ["value", "numerator", "denominator", "judgement", "status"]),
    "bands": (["indicator_code", "ccg_code"], ["points", "status"]),
    "area_scores": (["area_code", "ccg_code"], ["score"]),
    "ratings": (["panel", "ccg_code"], ["rating"]),
    "overall": (["ccg_code"], ["rating", "overall_score"]),
}
"""Layer -> the key of its rows, and the columns by which a row counts as moved."""


def moved(before: Assessed, after: Assessed) -> dict[str, pd.DataFrame]:
    """Return by layer the rows of two assessments that differ: the key, then each column before and after.

    Numbers that agree to eleven digits are the same; what is in one of them only has nothing on the other
    side. z moves for every CCG as soon as England's value does, and is not among what counts.
    """
    layers = {
        "observations": (before.known, after.known),
        "bands": (before.bands, after.bands),
        "area_scores": (before.areas, after.areas),
        "ratings": (before.ratings, after.ratings),
        "overall": (before.overall, after.overall),
    }
    found = {}
    for name, (one, other) in layers.items():
        key, columns = MOVES[name]
        shown = [*key, *columns, *(["source_name"] if name == "observations" else [])]
        both = one[shown].merge(other[shown], on=key, how="outer", suffixes=("_before", "_after"))
        differs = _differ(both, columns, "_after", "_before")
        found[name] = both[differs].sort_values(key, ignore_index=True)
    return found


def _differ(
    pairs: pd.DataFrame, columns: Sequence[str], other: str, one: str = ""
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """True where one of `columns` is not the same with the suffix `other` as with the suffix `one`."""
    differs = np.zeros(len(pairs), dtype=bool)
    for name in columns:
        left, right = pairs[f"{name}{one}"], pairs[f"{name}{other}"]
        if pd.api.types.is_numeric_dtype(left) and pd.api.types.is_numeric_dtype(right):
            same = np.isclose(left.astype("float64"), right.astype("float64"), 1e-11, 0, equal_nan=True)
        else:
            same = (left.fillna("").astype("str") == right.fillna("").astype("str")).to_numpy()
        differs |= ~same
    return differs
