"""The assessment: what is in the released tables for every state a panel can be in."""

import json

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.uncertainty.moderation import Moderated, moderate_overall
from ccg_pipeline.publish.uncertainty_words import with_gaps
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.reference.special_measures.register import the_register
from ccg_pipeline.release.parts import OPEN, panel_indicators
from ccg_pipeline.release.tables import (
    AWAITING,
    OVERRIDDEN,
    RETURNED,
    SHOWN,
    SUPERSEDED,
    VERIFIED,
    WITHDRAWN,
    assessed_tables,
)
from ccg_pipeline.storage.sql import BY_NAME
from ccg_pipeline.tables.candidates import DETAIL
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.publish_layers import CCGS, Layers, made_of

PANELS = [rule.key for rule in EDITION.panels]
CANCER = ["122a", "122b", "122c", "122d"]
WITHHOLDING = [AWAITING, RETURNED, WITHDRAWN]


def of(frame: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    return frame


def test_the_states_are_said_in_words_that_a_reader_understands() -> None:
    superseded = "superseded by newer data that await the panel"
    assert list(SHOWN) == ["verified", "overridden", f"verified, {superseded}", f"overridden, {superseded}"]
    assert WITHHOLDING == ["awaiting the panel", "returned by the panel", "withdrawn by the panel"]


@pytest.mark.parametrize("state", WITHHOLDING)
def test_what_a_panel_withholds_is_missing_with_the_state_beside_it(layers: Layers, state: str) -> None:
    tables = layers.tables(cancer=state)
    ratings = of(tables["ratings"], panel="cancer")
    assert list(ratings["ccg_code"]) == list(CCGS)
    assert (ratings["rating"] == "").all()
    assert ratings[["grade", "score", "n_used"]].isna().all(axis=None)
    assert (ratings[["verification", "why_no_rating"]] == state).all(axis=None)
    grades = of(tables["indicator_grades"], panel="cancer")
    assert set(grades["indicator_code"]) == set(EDITION.panel("cancer").indicators)
    assert grades["indicator_grade"].isna().all()
    scores = of(tables["area_scores"], area_code="122")
    assert list(scores["ccg_code"]) == list(CCGS)
    assert scores[["score", "n_used"]].isna().all(axis=None)  # how many counted is withheld: it is not nought
    assert (scores["n_expected"] == 4).all()
    assert (scores[["verification", "why_no_score"]] == state).all(axis=None)
    assert set(scores["area"]) == {"cancer"}
    bands = tables["bands"][tables["bands"]["indicator_code"].isin(CANCER)]
    assert bands["withheld"].all()
    assert bands[["band", "points", "z"]].isna().all(axis=None)
    assert bands["value"].notna().all()
    wide = tables["assessment"]
    assert wide["area_122_cancer"].isna().all()
    assert (wide["cancer_rating"] == "").all()
    assert (wide["cancer_verification"] == state).all()


@pytest.mark.parametrize("state", SHOWN)
def test_what_a_panel_verified_is_shown_with_the_state_beside_it(layers: Layers, state: str) -> None:
    tables = layers.tables(cancer=state, dementia=AWAITING)
    ratings = of(tables["ratings"], panel="cancer")
    assert list(ratings["rating"]) == list(layers.ratings["cancer"]["rating"])
    assert set(ratings["rating"]) == {"Greatest need for improvement", "Needs improvement"}
    assert (ratings["verification"] == state).all()
    grades = of(tables["indicator_grades"], panel="cancer", ccg_code=CCGS[0])
    signed = json.loads(layers.ratings["cancer"].set_index("ccg_code").loc[CCGS[0], "detail"])
    assert {
        code: None if pd.isna(one) else one
        for code, one in zip(grades["indicator_code"], grades["indicator_grade"], strict=True)
    } == signed
    assert set(grades["verification"]) == {state}
    scores = of(tables["area_scores"], area_code="122")
    assert list(scores["score"]) == list(of(layers.areas, area_code="122")["score"])
    assert (scores["verification"] == state).all()
    bands = tables["bands"][tables["bands"]["indicator_code"].isin(CANCER)]
    assert not bands["withheld"].any()
    assert bands["band"].notna().all()
    wide = tables["assessment"].set_index("ccg_code")
    assert list(wide["area_122_cancer"]) == list(scores["score"])
    assert list(wide["cancer_rating"]) == list(ratings["rating"])
    assert (wide["cancer_verification"] == state).all()
    assert (wide["dementia_verification"] == AWAITING).all()


def test_a_withheld_panel_leaves_no_trace_of_its_ratings_anywhere(layers: Layers) -> None:
    layers.ratings["cancer"]["rating"] = "Secretly rated"
    layers.bands.loc[layers.bands["indicator_code"].isin(CANCER), ["z", "points"]] = [7.6543, 1.2345]
    layers.areas.loc[layers.areas["area_code"] == "122", "score"] = 1.9753
    shown = "\n".join(frame.to_csv() for frame in layers.tables(cancer=VERIFIED).values())
    hidden = "\n".join(frame.to_csv() for frame in layers.tables(cancer=RETURNED).values())
    for secret in ("Secretly rated", "7.6543", "1.2345", "1.9753"):
        assert secret in shown
        assert secret not in hidden


def test_a_band_row_that_says_too_much_is_never_put_together(layers: Layers) -> None:
    """A part that was packed wrongly fails here, before anything leaves."""
    parts = layers.parts()
    bands = parts[OPEN]["indicator_band"]
    bands.loc[bands["indicator_code"] == "122a", "z"] = 2.5
    with pytest.raises(AssertionError):
        layers.tables(parts, cancer=AWAITING)


@pytest.mark.parametrize("withheld", [(), ("cancer",), ("dementia", "maternity"), tuple(PANELS)])
@pytest.mark.parametrize("lane", ["interim", "annual"])
def test_columns_and_rows_are_the_same_whoever_has_decided(lane: Lane, withheld: tuple[str, ...]) -> None:
    layers = made_of(lane)
    everyone = layers.tables()
    tables = layers.tables(**dict.fromkeys(withheld, AWAITING))
    for name, frame in tables.items():
        assert list(frame.columns) == list(everyone[name].columns), name
        assert frame.dtypes.to_dict() == everyone[name].dtypes.to_dict(), name
        assert len(frame) == len(everyone[name]), name
        assert list(frame.index) == list(range(len(frame)))
    keys = {
        "area_scores": (["area_code", "ccg_code"], 29 * len(CCGS)),
        "ratings": (["panel", "ccg_code"], 6 * len(CCGS)),
        "bands": (["indicator_code", "ccg_code"], 60 * len(CCGS)),
    }
    for name, (key, rows) in keys.items():
        assert len(tables[name]) == rows
        assert not tables[name].duplicated(key).any()
        assert tables[name][key].to_numpy().tolist() == sorted(tables[name][key].to_numpy().tolist())


def test_long_tables_begin_with_the_columns_of_their_layer(layers: Layers) -> None:
    tables = layers.tables()
    for name, layer in (
        ("area_scores", "area_score"),
        ("ratings", "candidate_rating"),
        ("bands", "indicator_band"),
    ):
        columns = [column.name for column in BY_NAME[layer].columns if column.name != DETAIL]
        assert list(tables[name].columns)[: len(columns)] == columns
        assert tables[name].columns[-1] == "edition"
        assert set(tables[name]["edition"]) == {"iaf_2016_17"}


def test_the_wide_table_has_one_row_a_ccg_of_the_year_even_without_any_figure(layers: Layers) -> None:
    wide = assessed_tables(layers.header(), layers.parts(), EDITION, ccgs(), the_register())["assessment"]
    assert list(wide["ccg_code"]) == sorted(ccgs()["ccg_code"])
    assert len(wide) == 209
    assert wide.set_index("ccg_code").loc["00D"].filter(like="area_").isna().all()
    assert wide.set_index("ccg_code").loc["02N", "ccg_name"] == "NHS Airedale, Wharfedale and Craven CCG"


def test_the_interim_table_has_29_areas_and_six_ratings_and_nothing_overall(layers: Layers) -> None:
    wide = layers.tables()["assessment"]
    assert list(wide["ccg_code"]) == list(CCGS)
    assert [name for name in wide if name.startswith("area_")] == [
        f"area_{area.code}_{area.slug}" for area in EDITION.areas
    ]
    assert [name for name in wide if name.endswith("_rating")] == [f"{panel}_rating" for panel in PANELS]
    assert not any(
        "overall" in name or "leadership_j" in name or name.startswith("stp_161a") for name in wide
    )
    assert not wide["is_official"].any()
    assert wide["is_made_up"].all()
    assert set(wide["lane"] + wide["partition_key"]) == {"interim2017-03"}


def test_the_annual_table_has_the_overall_rating_and_on_what_it_rests(year: Layers) -> None:
    wide, overall = year.tables()["assessment"], year.overall.set_index("ccg_code")
    columns = {
        "performance_score": "performance_score",
        "leadership_judgement": "leadership_judgement",
        "finance_judgement": "finance_judgement",
        "weight_used": "weight_used",
        "overall_score": "overall_score",
        "overall_rating": "rating",
        "overall_why_no_rating": "why_no_rating",
    }
    for shown, own in columns.items():
        assert list(wide[shown]) == pytest.approx(list(overall.loc[list(CCGS), own])), shown
    assert set(wide["overall_rating"]) <= {"Outstanding", "Good", "Requires improvement", "Inadequate"}
    assert len(set(wide["overall_rating"])) > 1
    assert set(wide["weight_used"]) == {1.0}


@pytest.mark.parametrize("state", WITHHOLDING)
def test_what_the_committee_withholds_is_missing_with_its_state_beside_it(year: Layers, state: str) -> None:
    tables = year.tables(overall=state)
    words = state.replace("the panel", "the committee")
    overall, wide = tables["overall"], tables["assessment"]
    assert list(overall["ccg_code"]) == list(CCGS)
    assert (overall[["why_no_rating", "verification"]] == words).all(axis=None)
    assert (overall[["rating", "leadership_judgement", "finance_judgement"]] == "").all(axis=None)
    figures = ["performance_score", "n_performance_used", "weight_used", "overall_score", "grade"]
    assert overall[figures].isna().all(axis=None)
    assert (wide[["overall_why_no_rating", "overall_verification"]] == words).all(axis=None)
    assert (wide["overall_rating"] == "").all()
    assert wide["overall_score"].isna().all()
    shown = year.tables()
    for name, frame in tables.items():
        assert frame.dtypes.to_dict() == shown[name].dtypes.to_dict(), name


def test_an_overall_rating_that_was_overridden_says_so_in_both_tables(year: Layers) -> None:
    tables = year.tables(overall=OVERRIDDEN)
    assert set(tables["overall"]["verification"]) == {"overridden"}
    assert set(tables["assessment"]["overall_verification"]) == {"overridden"}
    assert (tables["overall"]["rating"] != "").all()


def test_a_moderated_judgement_stands_before_and_after_with_the_reason(year: Layers) -> None:
    """In both tables that show it; the bands keep the judgement as it was published."""
    published = year.overall.set_index("ccg_code")["leadership_judgement"]
    labels = EDITION.points_scale("leadership").labels
    before = published["02N"]
    after = next(label for label in labels if label != before)
    moderated = [Moderated("02N", "165a", before, after, "A new chair.")]
    year.overall, applied = moderate_overall(year.overall, EDITION, "annual", moderated)
    assert applied == [True]
    tables = year.tables()
    for name in ("overall", "assessment"):
        rows = tables[name].set_index("ccg_code")
        columns = ["leadership_judgement_before", "leadership_judgement", "leadership_moderation_reason"]
        assert list(rows.loc["02N", columns]) == [before, after, "A new chair."]
        others = rows.drop("02N")
        assert (others[["leadership_judgement_before", "leadership_moderation_reason"]] == "").all(axis=None)
        assert (rows[["finance_judgement_before", "finance_moderation_reason"]] == "").all(axis=None)
    bands = of(tables["bands"], indicator_code="165a", ccg_code="02N")
    assert list(bands["judgement"]) == [before]


def test_without_a_judgement_of_leadership_the_row_says_why_it_has_no_overall_rating(year: Layers) -> None:
    why = "165a, the quality of leadership, is missing."
    year.overall.loc[year.overall["ccg_code"] == "01C", ["rating", "why_no_rating"]] = ["", why]
    year.overall.loc[year.overall["ccg_code"] == "01C", ["overall_score", "grade"]] = [float("nan"), pd.NA]
    row = year.tables()["assessment"].set_index("ccg_code").loc["01C"]
    assert (row["overall_rating"], row["overall_why_no_rating"]) == ("", why)
    assert pd.isna(row["overall_score"])


def test_the_plan_and_its_progress_stand_side_by_side(year: Layers) -> None:
    wide = year.tables()["assessment"].set_index("ccg_code")
    judged = of(year.bands, indicator_code="161a").set_index("ccg_code")["judgement"]
    assert list(wide["stp_161a_judgement"]) == list(judged[list(CCGS)])
    plan = wide["stp_code"]
    assert plan["00C"] != plan["01C"]
    assert dict(wide["stp_plan_progress"]) == {
        code: "Advanced" if plan[code] == plan["00C"] else "" for code in CCGS
    }
    assert list(wide.columns).index("stp_plan_progress") == list(wide.columns).index("stp_161a_judgement") + 1


def test_verified_figures_stay_out_while_newer_ones_await_the_panel(layers: Layers) -> None:
    """Superseded: the verified value and band are shown, not the newer; the cell only where it is theirs."""
    verified = layers.parts()["cancer"]
    newer = layers.bands["indicator_code"].eq("122a") & layers.bands["ccg_code"].eq("01C")
    layers.bands.loc[newer, ["value", "z", "band", "points"]] = [99.0, 9.0, 2, 2.0]
    layers.bands["source_name"] = "newer.csv"
    tables = layers.tables({**layers.parts(), "cancer": verified}, cancer=SUPERSEDED)
    row = of(tables["bands"], indicator_code="122a", ccg_code="01C").iloc[0]
    before = of(verified["indicator_band"], indicator_code="122a", ccg_code="01C").iloc[0]
    assert (row["value"], row["z"], row["band"]) == (before["value"], before["z"], before["band"])
    assert (row["source_name"], row["cell"]) == ("", "")  # the newer file does not say so
    same = of(tables["bands"], indicator_code="122b", ccg_code="01C").iloc[0]
    assert (same["source_name"], same["cell"]) == ("newer.csv", "row 3")  # the same figure, issued again
    assert len(tables["bands"]) == 60 * len(CCGS)


def test_an_indicator_shown_by_a_panel_is_withheld_only_by_its_own_areas_panel(layers: Layers) -> None:
    """101a counts towards maternity and lies in an area without a panel: nobody withholds it."""
    assert "101a" not in panel_indicators(EDITION, "maternity")
    bands = layers.tables(**dict.fromkeys(PANELS, AWAITING))["bands"]
    assert not of(bands, indicator_code="101a")["withheld"].any()
    assert of(bands, indicator_code="101a")["z"].notna().all()
    theirs = {code for panel in PANELS for code in panel_indicators(EDITION, panel)}
    assert set(bands.loc[bands["withheld"], "indicator_code"]) == theirs


@pytest.mark.parametrize("is_made_up", [True, False])
def test_made_up_stands_in_every_table(layers: Layers, is_made_up: bool) -> None:
    header = {**layers.header(cancer=AWAITING), "is_made_up": is_made_up}
    for frame in (layers.bands, layers.areas, layers.overall, *layers.ratings.values()):
        frame["is_made_up"] = is_made_up
    parts = layers.parts()
    del parts["cancer"]
    for name, frame in assessed_tables(header, parts, EDITION, ccgs(), the_register()).items():
        assert (frame["is_made_up"] == is_made_up).all(), name


def test_overridden_is_marked_as_such_in_every_table_that_shows_it(layers: Layers) -> None:
    tables = layers.tables(cancer=OVERRIDDEN)
    assert set(of(tables["ratings"], panel="cancer")["verification"]) == {"overridden"}
    assert set(of(tables["area_scores"], area_code="122")["verification"]) == {"overridden"}
    assert set(tables["assessment"]["cancer_verification"]) == {"overridden"}
    theirs = tables["bands"]["indicator_code"].isin(panel_indicators(EDITION, "cancer"))
    assert set(tables["bands"].loc[theirs, "verification"]) == {"overridden"}
    open_areas = tables["area_scores"]["area_code"].isin([rule.area for rule in EDITION.panels])
    assert set(tables["area_scores"].loc[~open_areas, "verification"]) == {"no panel verifies this area"}


def test_an_area_says_what_its_gaps_may_hide(layers: Layers) -> None:
    its = (layers.bands["ccg_code"] == "01C") & (layers.bands["indicator_code"] == "122a")
    layers.bands.loc[its, ["value", "z", "band", "points"]] = np.nan
    rows = layers.tables()["area_scores"]
    (lacking,) = rows[rows["with_gaps_worst"].notna()].to_dict("records")
    points = of(layers.bands, ccg_code="01C", area_code="122")["points"].sum()
    assert (lacking["ccg_code"], lacking["area_code"]) == ("01C", "122")
    assert lacking["with_gaps_worst"] == pytest.approx(points / 4)
    assert lacking["with_gaps_best"] == pytest.approx((points + 2) / 4)
    said = f"at its worst or best, the score would be {points / 4:.2f} or {(points + 2) / 4:.2f}."
    assert with_gaps(lacking).endswith(said)
    withheld = layers.tables(cancer=AWAITING)["area_scores"]
    assert withheld["with_gaps_worst"].isna().all()
