"""How sure a score is, and how far to the next grade: what is next to it, at each edge."""

import math

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.uncertainty.columns import (
    AREA_CERTAINTY,
    CERTAINTY_COLUMNS,
    area_certainty,
    estimate_uncertainty,
    overall_certainty,
    ranked,
    rating_certainty,
    with_uncertainty,
)
from ccg_pipeline.method.uncertainty.simulation import Uncertainty
from tests.support.notations.method_tables import EDITION, lines
from tests.support.worlds.publish_layers import CCGS, observed

NOWHERE = pd.DataFrame(columns=["indicator_code", "ccg_code", "to_better", "people_to_better", "errors"])


def of_areas(lower: float, upper: float, score: float) -> pd.DataFrame:
    """What is said of one CCG's area 122 with that interval."""
    chances = {"p_grade_1": 0.2, "p_grade_2": 0.3, "p_grade_3": 0.5}
    row = {"measure": "area", "code": "122", "ccg_code": "02N", "score": score, "standard_deviation": 0.1}
    table = pd.DataFrame([{**row, "lower_95": lower, "upper_95": upper, **chances}])
    drawn = Uncertainty(table, np.empty((4, 1), "f4"), np.full((1, 4, 1), score, "f4"))
    return area_certainty(drawn, NOWHERE, EDITION)


# An area has no official grade: its interval lies above 1, the score of who is like the references, or below.
AGAINST = """
    score | lower | upper | against        | told | to_better
    1.5   | 1.25  | 2     | above          | yes  | -
    1.5   | 1.001 | 2     | above          | yes  | -
    1.5   | 1     | 2     | cannot be told | no   | -
    1     | 0.5   | 1.5   | cannot be told | no   | -
    0.75  | 0.5   | 1     | cannot be told | no   | 0.25
    0.75  | 0.5   | 0.999 | below          | yes  | 0.25
    0     | 0     | 0     | below          | yes  | 1
    -     | -     | -     |                | no   | -
"""


@pytest.mark.parametrize("given", lines(AGAINST), ids=lambda given: f"{given['lower']} to {given['upper']}")
def test_where_an_areas_interval_lies(given: dict[str, str]) -> None:
    lower, upper, score, to_better = (
        float(given[name].replace("-", "nan")) for name in ("lower", "upper", "score", "to_better")
    )
    (row,) = of_areas(lower, upper, score).to_dict("records")
    assert row["against_reference"] == given["against"]
    assert row["is_told_apart"] == (given["told"] == "yes")
    assert row["to_better"] == pytest.approx(to_better, nan_ok=True)
    assert (row["p_above_reference"], row["p_at_reference"], row["p_below_reference"]) == (0.2, 0.3, 0.5)


# 95 % of the draws: less than 2.5 % may lie beyond on either side.
SETS = """
    p1    | p2    | p3    | p4    | best | worst
    1     | 0     | 0     | 0     | 1    | 1
    0.025 | 0.975 | 0     | 0     | 2    | 2
    0.026 | 0.974 | 0     | 0     | 1    | 2
    0     | 0.975 | 0.025 | 0     | 2    | 2
    0     | 0.974 | 0.026 | 0     | 2    | 3
    0.02  | 0.03  | 0.93  | 0.02  | 2    | 3
    0.25  | 0.25  | 0.25  | 0.25  | 1    | 4
    -     | -     | -     | -     | -    | -
"""


@pytest.mark.parametrize("given", lines(SETS), ids=lambda given: " ".join(given.values()))
def test_which_grades_cannot_be_ruled_out(given: dict[str, str]) -> None:
    chances = {
        f"p_{of}_{n}": float(given[f"p{n}"].replace("-", "nan"))
        for n in (1, 2, 3, 4)
        for of in ("grade", "again")
    }
    rest = {"p_own_grade_by_both": 0.9, "is_told_apart": False, "neighbour_grade": 2}
    row = {"measure": "panel", "code": "dementia", "ccg_code": "02N", "score": math.nan, **rest}
    table = pd.DataFrame([{**row, "lower_95": math.nan, "upper_95": math.nan, **chances}])
    candidates = pd.DataFrame(
        {"panel": ["dementia"], "ccg_code": ["02N"], "grade": pd.array([None], "Int64"), "rule": "matrix"}
    )
    bands = band_indicators(observed(), EDITION, ["02N"])
    drawn = Uncertainty(table, np.empty((4, 1), "f4"), ())
    found = rating_certainty(drawn, bands, candidates, EDITION).iloc[0]
    sets = [found["best_grade_95"], found["worst_grade_95"]]
    assert ["-" if pd.isna(one) else str(one) for one in sets] == [given["best"], given["worst"]]


def test_places_their_sets_and_the_ends_of_a_league() -> None:
    # three far apart, two equal, one without a score
    table = pd.DataFrame(
        {"score": [1.9, 1.0, 1.0, 0.1, math.nan], "standard_deviation": [0.01, 0.01, 0.01, 0.01, math.nan]}
    )
    draws = np.tile(table["score"].to_numpy(dtype="f4"), (100, 1))
    found = ranked(table, draws)
    assert found["rank"].tolist()[:4] == [1, 2, 2, 4]
    assert found["rank_lower_95"].tolist()[:4] == [1, 2, 2, 4]
    assert found["rank_upper_95"].tolist()[:4] == [1, 3, 3, 4]
    assert found["n_not_told_apart"].tolist()[:4] == [0, 1, 1, 0]
    assert found.iloc[4].drop(["score", "standard_deviation"]).isna().all()
    assert found["p_top_10"].tolist()[:4] == [1, 1, 1, 1]  # four are always among the first ten


def test_the_score_of_one_indicator_has_a_set_and_no_place() -> None:
    table = pd.DataFrame({"score": [2.0, 1.0, 1.0, 0.0]})
    found = ranked(table, np.tile(table["score"].to_numpy(dtype="f4"), (100, 1)), has_place=False)
    assert found["rank"].isna().all()
    assert found["rank_lower_95"].tolist() == [1, 2, 2, 4]


def test_the_nearest_indicator_of_the_overall_score_is_one_that_counts() -> None:
    bands = band_indicators(observed(), EDITION, list(CCGS))
    sure = estimate_uncertainty(bands, observed().iloc[:0], EDITION, "annual")
    own = sure[(sure["measure"] == "overall") & (sure["nearest_indicator"] != "")]
    counting = {one.code for one in EDITION.indicators if one.counts_towards_overall}
    assert len(own) > 0
    assert set(own["nearest_indicator"]) <= counting
    assert (own["bands_to_better"] >= 1).all()
    assert own["to_better"].notna().all()


@pytest.mark.parametrize("lane", ["interim", "annual"])
def test_everything_has_a_row_and_no_order_matters(lane: str) -> None:
    bands = band_indicators(observed(), EDITION, list(CCGS))
    none = observed().iloc[:0]
    sure = estimate_uncertainty(bands, none, EDITION, lane)  # type: ignore[arg-type]  # one of the two lanes
    again = estimate_uncertainty(bands.iloc[::-1], none, EDITION, lane)  # type: ignore[arg-type]  # the same
    pd.testing.assert_frame_equal(sure, again)
    assert list(sure.columns) == list(CERTAINTY_COLUMNS)
    assert len(sure) == len(CCGS) * (29 + 6 + (lane == "annual"))


def test_another_seed_gives_other_draws_and_the_same_scores() -> None:
    bands = band_indicators(observed(), EDITION, list(CCGS))
    rule = EDITION.uncertainty
    seed = rule.seed.model_copy(update={"value": 7.0})
    other = EDITION.model_copy(update={"uncertainty": rule.model_copy(update={"seed": seed})})
    found = [estimate_uncertainty(bands, observed().iloc[:0], one, "interim") for one in (EDITION, other)]
    assert (found[0]["rank"].dropna() == found[1]["rank"].dropna()).all()
    assert (found[0]["p_grade_1"].dropna() != found[1]["p_grade_1"].dropna()).any()


def test_what_has_no_certainty_is_refused() -> None:
    frame = pd.DataFrame({"area_code": ["122", "122"], "ccg_code": ["02N", "99Z"]})
    sure = of_areas(0.5, 1.5, 1.0).rename(columns={"area_code": "code"}).assign(measure="area")
    assert list(with_uncertainty(frame.iloc[:1], sure, "area").columns) == [
        "area_code",
        "ccg_code",
        *AREA_CERTAINTY,
    ]
    with pytest.raises(ValueError, match="It is not known how sure the area of 122 99Z is"):
        with_uncertainty(frame, sure, "area")


def test_the_lowest_overall_grade_has_no_next_one() -> None:
    # it comes of two judgements, and no band mends it
    row = {
        "measure": "overall",
        "code": "overall",
        "ccg_code": "02N",
        "score": 0.4,
        "standard_deviation": 0.1,
    }
    sampled = {"lower_95": 0.3, "upper_95": 0.5, "is_told_apart": True, "neighbour_grade": None}
    chances = {f"p_{of}_{n}": float(n == 4) for n in (1, 2, 3, 4) for of in ("grade", "again")}
    table = pd.DataFrame([{**row, **sampled, **chances, "p_own_grade_by_both": 1.0}])
    overall = pd.DataFrame(
        {
            "ccg_code": ["02N"],
            "overall_score": [0.4],
            "grade": pd.array([4], "Int64"),
            "n_performance_used": [50],
            "n_performance_expected": [58],
            "weight_used": [1.0],
        }
    )
    near = NOWHERE.copy()
    near.loc[0] = ["129a", "02N", 0.1, 3.0, 0.2]
    drawn = Uncertainty(table, np.full((4, 1), 0.4, "f4"), ())
    found = overall_certainty(drawn, overall, near, EDITION).iloc[0]
    assert found["nearest_indicator"] == ""
    assert pd.isna(found["to_better"])
    assert pd.isna(found["nearest_people"])
