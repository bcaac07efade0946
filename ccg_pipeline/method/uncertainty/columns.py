"""What is next to every score and rating: how sure it is, and how far it is to the next grade.

Belongs here: the columns that area scores, clinical ratings and the overall rating carry, joined to them.
Does not belong here: draws and probabilities (`simulation`), distances (`distances`, `grade_changes`), rank
sets (`ranks`).

An area has no official grade: it is said where its interval lies against 1, the score of who is like the
references on every indicator. A published score may lie outside its interval, which is of the score that the
true values would earn (`uncertainty`). Ranks: the highest score first, equal scores in their best place.
"""

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.scoring.distances import to_next_band, to_next_overall
from ccg_pipeline.method.scoring.grade_changes import to_next_rating
from ccg_pipeline.method.scoring.outcomes import AS_REFERENCE
from ccg_pipeline.method.scoring.rated import rate_overall, rate_panel
from ccg_pipeline.method.statistics.cutpoints import ROUNDING, to_next_cut
from ccg_pipeline.method.statistics.grid import Strings, figures, row_of_each_cell
from ccg_pipeline.method.statistics.ranks import (
    Singles,
    compare_all,
    probability_of_bottom,
    probability_of_top,
    ranks,
)
from ccg_pipeline.method.uncertainty.simulation import Uncertainty, uncertainty

INTERVAL = ("lower_95", "upper_95")
GRADE_CHANCES = ("p_grade_1", "p_grade_2", "p_grade_3", "p_grade_4")
AGAIN_CHANCES = ("p_again_1", "p_again_2", "p_again_3", "p_again_4")
OF_GRADES = (
    *GRADE_CHANCES,
    *AGAIN_CHANCES,
    "best_grade_95",
    "worst_grade_95",
    "is_told_apart",
    "neighbour_grade",
)
NEAREST = ("nearest_indicator", "nearest_to_better", "nearest_people")
RANKS = ("rank", "rank_lower_95", "rank_upper_95", "n_not_told_apart", "p_top_10", "p_bottom_10")
AREA_CERTAINTY = (
    *INTERVAL,
    "against_reference",
    "p_above_reference",
    "p_at_reference",
    "p_below_reference",
    "is_told_apart",
    "to_better",
    *NEAREST,
    *RANKS,
)
RATING_CERTAINTY = (*INTERVAL, *OF_GRADES, "p_own_grade_by_both", "to_better", *NEAREST)
OVERALL_CERTAINTY = (*RATING_CERTAINTY, "bands_to_better", *RANKS)

ABOVE, BELOW, NOT_TOLD = "above", "below", "cannot be told"
PLACES = 10  # of the top and of the bottom
TAIL = 0.025  # a grade outside the 95 % set has less than this on its side


MEASURES = {
    "area": (["area_code", "ccg_code"], AREA_CERTAINTY),
    "panel": (["panel", "ccg_code"], RATING_CERTAINTY),
    "overall": (["ccg_code"], OVERALL_CERTAINTY),
}
"""What is measured -> the key of its rows, and the columns that it carries."""

CERTAINTY_COLUMNS = (
    "measure",
    "code",
    "ccg_code",
    *dict.fromkeys((*AREA_CERTAINTY, *OVERALL_CERTAINTY)),
    "is_made_up",
)


def estimate_uncertainty(
    bands: pd.DataFrame, supplementary: pd.DataFrame, edition: Edition, lane: Lane
) -> pd.DataFrame:
    """The uncertainty of everything that `bands` give, by draws and seed of the edition.

    `bands` and `supplementary` as `rate_panel` takes them. One row a measure ('area', 'panel', 'overall' in a
    lane that has one), code (of the area, the panel's key, 'overall') and CCG, with CERTAINTY_COLUMNS; what
    a measure does not carry is missing, '' or false. Equal for equal content, whatever the order of rows.
    """
    rule = edition.uncertainty
    drawn = uncertainty(
        bands,
        supplementary,
        edition,
        lane,
        seed=rule.number("seed"),
        draws=rule.number("draws"),
        versions=rule.number("versions"),
        samples=rule.number("samples"),
    )
    candidates = [rate_panel(bands, supplementary, edition, one.key, lane) for one in edition.panels]
    nearest = _nearest(bands, edition)
    found = [
        area_certainty(drawn, nearest, edition).rename(columns={"area_code": "code"}),
        rating_certainty(drawn, bands, pd.concat(candidates), edition).rename(columns={"panel": "code"}),
    ]
    if edition.lane(lane).has_overall_rating:
        overall = rate_overall(bands, edition, lane)
        found.append(overall_certainty(drawn, overall, nearest, edition).assign(code="overall"))
    named = [one.assign(measure=measure) for one, measure in zip(found, MEASURES, strict=False)]
    table = pd.concat(named, ignore_index=True)
    table = table.assign(
        against_reference=table["against_reference"].fillna(""),
        is_made_up=bool(bands["is_made_up"].any() or supplementary["is_made_up"].any()),
    ).reindex(columns=list(CERTAINTY_COLUMNS))
    return table.astype({"bands_to_better": "float64"})  # what no measure of the lane carries is NaN too


def with_uncertainty(frame: pd.DataFrame, certainty: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return `frame`, one row a CCG and area or panel, with its measure's columns joined from `certainty`.

    ValueError where a row of `frame` has none.
    """
    key, columns = MEASURES[measure]
    own = certainty[certainty["measure"] == measure].rename(columns={"code": key[0]} if len(key) > 1 else {})
    joined = frame.merge(own[[*key, *columns]], on=key, how="left", validate="one_to_one", indicator="_found")
    lost = joined.loc[joined["_found"] != "both", key]
    if len(lost):
        first = " ".join(str(one) for one in lost.iloc[0])
        raise ValueError(
            f"It is not known how sure the {measure} of {first} is: run the lane from its bands."
        )
    return joined.drop(columns="_found").astype({"is_told_apart": "bool"})


def area_certainty(drawn: Uncertainty, nearest: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """For every area and CCG AREA_CERTAINTY: where the interval lies against the references, and ranks.

    Scores of an area of one indicator are three steps, and a place among so many equals would mislead: it has
    a set and no place.
    """
    table = drawn.table[drawn.table["measure"] == "area"].rename(columns={"code": "area_code"})
    lower, upper = (table[name].to_numpy(dtype=float) for name in INTERVAL)
    against = np.select(
        [np.isnan(lower), lower > AS_REFERENCE + ROUNDING, upper < AS_REFERENCE - ROUNDING],
        ["", ABOVE, BELOW],
        NOT_TOLD,
    )
    pieces = [
        ranked(part, drawn.area_draws[i], has_place=len(edition.indicators_of(str(code))) > 1)
        for i, (code, part) in enumerate(table.groupby("area_code", sort=False))
    ]
    areas = {one.code: one.area for one in edition.indicators}
    own = nearest.assign(area_code=nearest["indicator_code"].map(areas))
    found = pd.concat(pieces, ignore_index=True).assign(
        against_reference=against,
        p_above_reference=table["p_grade_1"].to_numpy(),
        p_at_reference=table["p_grade_2"].to_numpy(),
        p_below_reference=table["p_grade_3"].to_numpy(),
        is_told_apart=np.isin(against, (ABOVE, BELOW)),
        to_better=to_next_cut(table["score"].to_numpy(dtype=float), [AS_REFERENCE]).up,
    )
    return _with_nearest(found, own, ["area_code", "ccg_code"])[["area_code", "ccg_code", *AREA_CERTAINTY]]


def rating_certainty(
    drawn: Uncertainty, bands: pd.DataFrame, candidates: pd.DataFrame, edition: Edition
) -> pd.DataFrame:
    """For every panel and CCG RATING_CERTAINTY; the nearest indicator is one that alone betters the rating.

    ``to_better``, in the panel's mean score, is NaN where a matrix decides, and in the best grade.
    """
    table = drawn.table[drawn.table["measure"] == "panel"].rename(columns={"code": "panel"})
    table = table.assign(**_grade_sets(table), to_better=np.nan)
    for rule in edition.panels:
        if rule.cuts:
            own = (table["panel"] == rule.key).to_numpy()
            scores = table.loc[own, "score"].to_numpy(dtype=float)
            table.loc[own, "to_better"] = to_next_cut(scores, [cut.value for cut in rule.cuts]).up
    way = to_next_rating(bands, candidates, edition).rename(
        columns={
            "indicator_code": "nearest_indicator",
            "to_better": "nearest_to_better",
            "people_to_better": "nearest_people",
        }
    )
    joined = table.merge(way, on=["panel", "ccg_code"], how="left", validate="one_to_one")
    return joined[["panel", "ccg_code", *RATING_CERTAINTY]]


def overall_certainty(
    drawn: Uncertainty, overall: pd.DataFrame, nearest: pd.DataFrame, edition: Edition
) -> pd.DataFrame:
    """For every CCG OVERALL_CERTAINTY; the nearest indicator is one that counts, nearest to a better band.

    ``bands_to_better``: how many such bands the next grade takes. There is nothing to be near to in the best
    grade, and in the lowest, which two judgements give.
    """
    table = drawn.table[drawn.table["measure"] == "overall"]
    way = to_next_overall(overall, edition)[["ccg_code", "to_better", "bands_to_better"]]
    found = ranked(table, drawn.overall_draws)
    found = found.assign(**_grade_sets(found)).merge(way, on="ccg_code", validate="one_to_one")
    counting = [one.code for one in edition.indicators if one.counts_towards_overall]
    own = nearest[nearest["indicator_code"].isin(counting)]
    joined = _with_nearest(found, own, ["ccg_code"])
    has_next = joined["to_better"].notna()
    joined["nearest_indicator"] = joined["nearest_indicator"].where(has_next, "")
    for name in NEAREST[1:]:
        joined[name] = joined[name].where(has_next)
    return joined[["ccg_code", *OVERALL_CERTAINTY]]


def ranked(table: pd.DataFrame, draws: Singles, has_place: bool = True) -> pd.DataFrame:
    """`table` of one measure with RANKS: places by score, simultaneous 95 % sets, and chances of the ends.

    `table` has score; `draws` (draws, CCGs) in its order, of which sets and chances come. ``rank`` is missing
    without `has_place`. ``n_not_told_apart``: others that are shown neither above nor below.
    """
    places = np.round(draws.astype(float), 6).astype(np.float32)  # equal on paper is equal
    compared = compare_all(places)
    sets = compared.rank_sets()
    is_ranked = np.isfinite(sets.lower)
    scores = np.round(table["score"].to_numpy(dtype=float), 9)
    columns = {
        "rank": ranks(scores) if has_place else np.full(len(table), np.nan),
        "rank_lower_95": sets.lower,
        "rank_upper_95": sets.upper,
        "n_not_told_apart": np.where(is_ranked, compared.not_told_apart().sum(axis=1), np.nan),
    }
    return table.reset_index(drop=True).assign(
        **{name: pd.Series(one).astype("Int64") for name, one in columns.items()},
        p_top_10=probability_of_top(places, PLACES),
        p_bottom_10=probability_of_bottom(places, PLACES),
    )


def _grade_sets(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Best and worst grade that 95 % of draws leave: less than 2.5 % lie beyond on either side."""
    chances = table[list(GRADE_CHANCES)].to_numpy(dtype=float)
    known = np.isfinite(chances).all(axis=1)
    at_least = np.where(known[:, None], chances, 1.0).cumsum(axis=1)
    best = (at_least <= TAIL).sum(axis=1) + 1.0
    worst = (at_least < 1 - TAIL).sum(axis=1) + 1.0
    return {
        name: pd.Series(np.where(known, one, np.nan), table.index).astype("Int64")
        for name, one in (("best_grade_95", best), ("worst_grade_95", worst))
    }


def _nearest(bands: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Every indicator and CCG that has a better band within reach, nearest (in standard errors) first.

    With indicator_code, ccg_code, to_better in the indicator's unit and people_to_better.
    """
    distances = to_next_band(bands, edition)
    ccgs = sorted(bands["ccg_code"].unique())
    rows = row_of_each_cell(bands, edition.indicator_codes, ccgs)
    spread = np.hypot(figures(bands, "standard_error", rows), np.sqrt(figures(bands, "tau2", rows))).ravel()
    found = distances.assign(errors=distances["to_better"] / np.where(spread > 0, spread, np.nan))
    found = found[found["errors"].notna()]
    return found.sort_values(["errors", "indicator_code"], kind="stable")


def _with_nearest(frame: pd.DataFrame, nearest: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    first = nearest.drop_duplicates(by)[[*by, "indicator_code", "to_better", "people_to_better"]]
    joined = frame.merge(first.set_axis([*by, *NEAREST], axis=1), on=by, how="left", validate="one_to_one")
    named: Strings = joined["nearest_indicator"].fillna("").to_numpy(dtype=object)
    return joined.assign(nearest_indicator=named)
