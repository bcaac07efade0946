"""What panels decide reaches the released tables, nothing else does: a story a test; two on each database."""

import dagster as dg
import pandas as pd
import pytest

from ccg_pipeline.release.parts import WHERE_FROM
from expert_panels.foundation.fault import Fault
from tests.support.worlds.small_pipeline import (
    COMMITTEE,
    EDITION,
    MONTH,
    PANELS,
    TERMS,
    YEAR,
    SmallPipeline,
    land_again,
)

AWAITED = "awaiting the panel"
SUPERSEDED = "verified, superseded by newer data that await the panel"
LABELS = {lane: EDITION.lane(lane).labels for lane in ("interim", "annual")}
WAITS = "cancer_waits/cancer_waits_2017-03-31.csv"


def of_area(pipeline: SmallPipeline, panel: str, lane: str, key: str) -> dict[str, pd.DataFrame]:
    """What a release shows of a panel's area: ratings, scores, bands; without where the figures came from."""
    tables, area = pipeline.tables(lane, key).frames, EDITION.panel(panel).area
    shown = {
        name: tables[name][tables[name]["area_code"] == area] for name in ("area_scores", "ratings", "bands")
    }
    return {
        name: frame.drop(columns=["verification", *WHERE_FROM], errors="ignore").reset_index(drop=True)
        for name, frame in shown.items()
    }


def same(ones: dict[str, pd.DataFrame], others: dict[str, pd.DataFrame]) -> bool:
    return all(frame.equals(others[name]) for name, frame in ones.items())


def is_withheld(shown: dict[str, pd.DataFrame]) -> bool:
    return (
        shown["ratings"][["grade", "score"]].isna().all(axis=None)
        and set(shown["ratings"]["rating"]) == {""}
        and shown["area_scores"]["score"].isna().all()
        and shown["bands"][["band", "points", "z"]].isna().all(axis=None)
        and shown["bands"]["withheld"].all()
        and bool(shown["bands"]["value"].notna().any())
    )


def halve(row: dict[str, str]) -> None:
    """Half the numerator of every CCG whose code ends with a letter before K; of England the share alone."""
    if row["organisation_code"] == "ENG":  # its counts would differ from those of its parts, which blocks
        row |= {"numerator": "", "denominator": ""}
    elif row["numerator"].isdigit() and row["organisation_code"][-1] < "K":
        half = int(row["numerator"]) // 2
        row |= {"numerator": str(half), "value": repr(100 * half / int(row["denominator"]))}


def test_a_panel_that_signs_releases_its_own_area_and_no_other(sqlite_pipeline: SmallPipeline) -> None:
    pipeline = sqlite_pipeline
    before = of_area(pipeline, "dementia", *MONTH)
    for who in (1, 2):
        pipeline.decide("approve", "cancer", who, *MONTH)
    pipeline.converge()
    # two of three signatures are none; the release says whose last line it saw, so it is a new one
    assert pipeline.verifications(*MONTH) == dict.fromkeys(PANELS, AWAITED)
    assert is_withheld(of_area(pipeline, "cancer", *MONTH))
    pipeline.decide("approve", "cancer", 0, *MONTH)
    pipeline.converge()
    assert pipeline.verifications(*MONTH) == {**dict.fromkeys(PANELS, AWAITED), "cancer": "verified"}
    shown = of_area(pipeline, "cancer", *MONTH)
    for table, name in (
        ("candidate_rating", "ratings"),
        ("area_score", "area_scores"),
        ("indicator_band", "bands"),
    ):
        current = pipeline.rows(table, lane="interim", area_code=EDITION.panel("cancer").area)
        # what is behind a rating is released as the table indicator_grades
        current = current.drop(columns=[*WHERE_FROM, "detail"], errors="ignore")
        pd.testing.assert_frame_equal(shown[name][current.columns], current, rtol=1e-11, check_dtype=False)
    assert len(set(shown["ratings"]["rating"]) & set(LABELS["interim"])) >= 3
    assert not shown["bands"]["withheld"].any()
    assert same(of_area(pipeline, "dementia", *MONTH), before)
    assert is_withheld(before)
    said = pipeline.tables(*MONTH).header["panels"]["cancer"]
    assert {actor for _, actor in said["by"]} == {person.email for person in TERMS["cancer"].members[:3]}


def test_there_is_no_annual_table_before_all_six_and_the_committee_have_signed(
    sqlite_pipeline: SmallPipeline,
) -> None:
    pipeline = sqlite_pipeline
    names = [rule.name for rule in EDITION.panels]
    before = pipeline.fingerprints("release", "kept", "gate")
    result = pipeline.launch("annual_release", YEAR[1])
    (failure,) = [event for event in result.all_node_events if event.is_step_failure]
    assert failure.step_key == "annual__assessment"
    sentence = str(failure.step_failure_data.user_failure_data.description)
    assert sentence.startswith(
        "No annual table of 2016-17 before every panel and the commissioning committee have decided. "
    )
    assert [name for name in names if f"{name}: {AWAITED}" in sentence] == names
    assert sentence.endswith("; Commissioning committee: awaiting the committee.")
    assert pipeline.fingerprints("release", "kept", "gate") == before
    pipeline.approve(PANELS[:5], *YEAR)
    pipeline.converge()
    result = pipeline.launch("annual_release", YEAR[1], [dg.AssetKey(["annual", "assessment"])])
    (failure,) = [event for event in result.all_node_events if event.is_step_failure]
    sentence = str(failure.step_failure_data.user_failure_data.description)
    assert [name for name in names if f"{name}: {AWAITED}" in sentence] == [EDITION.panel(PANELS[5]).name]
    pipeline.approve(PANELS[5:], *YEAR)
    pipeline.converge()
    assert pipeline.state(COMMITTEE, *YEAR).state == "awaiting"
    result = pipeline.launch("annual_release", YEAR[1], [dg.AssetKey(["annual", "assessment"])])
    (failure,) = [event for event in result.all_node_events if event.is_step_failure]
    sentence = str(failure.step_failure_data.user_failure_data.description)
    assert sentence.endswith("have decided. Commissioning committee: awaiting the committee.")
    assert pipeline.serials() == {MONTH: 1}
    with pytest.raises(Fault):
        pipeline.tables(*YEAR)


def test_after_six_sign_offs_and_the_committees_the_year_is_out_with_overall_ratings(
    pipeline: SmallPipeline,
) -> None:
    pipeline.confirm(YEAR[1])
    pipeline.converge()
    assert pipeline.serials() == {MONTH: 1, YEAR: 1}
    assert pipeline.verifications(*YEAR) == dict.fromkeys([*PANELS, COMMITTEE], "verified")
    wide = pipeline.tables(*YEAR).frames["assessment"]
    assert len(wide) == 209
    assert (wide["overall_rating"] != "").sum() > 150
    assert set(wide["overall_rating"]) - {""} <= set(LABELS["annual"])
    assert (wide["overall_why_no_rating"] == "").sum() == (wide["overall_rating"] != "").sum()
    assert set(wide["leadership_judgement"]) > {"Green", "Red"}
    assert (wide["stp_161a_judgement"] != "").all()
    assert (wide["stp_plan_progress"] != "").all()
    for panel in PANELS:
        assert set(wide[f"{panel}_rating"]) - {""} <= set(LABELS["annual"])
        assert (wide[f"{panel}_rating"] != "").sum() > 150
    # the month has decided nothing: its own panels have not
    assert pipeline.verifications(*MONTH) == dict.fromkeys(PANELS, AWAITED)
    pipeline.decide("withdraw", "maternity", 0, *YEAR)
    pipeline.converge()
    assert pipeline.serials()[YEAR] == 2
    assert pipeline.verifications(*YEAR) == {
        **dict.fromkeys(PANELS, "verified"),
        "maternity": "withdrawn by the panel",
        COMMITTEE: SUPERSEDED,
    }
    assert pipeline.state(COMMITTEE, *YEAR).subject == ""
    again = pipeline.tables(*YEAR).frames["assessment"]
    assert again["overall_rating"].equals(wide["overall_rating"])
    assert set(again["overall_verification"]) == {SUPERSEDED.replace("the panel", "the committee")}
    assert is_withheld(of_area(pipeline, "maternity", *YEAR))
    assert not is_withheld(of_area(pipeline, "cancer", *YEAR))


def test_changed_figures_supersede_and_the_old_approval_never_revives(pipeline: SmallPipeline) -> None:
    """Figures A are verified; B comes, then A once more: what was verified stays out, marked, all along."""
    pipeline.approve(["cancer"], *MONTH)
    pipeline.converge()
    verified, subject = of_area(pipeline, "cancer", *MONTH), pipeline.state("cancer", *MONTH).subject
    original = pipeline.landing / WAITS
    land_again(original, original.with_name("b.csv"), "2017-06-20", halve)
    pipeline.run(MONTH)
    assert pipeline.state("cancer", *MONTH).state == "superseded"
    assert pipeline.state("cancer", *MONTH).subject != subject
    stands = pipeline.rows("candidate_rating", lane="interim", panel="cancer")
    assert not stands["grade"].equals(verified["ratings"]["grade"])
    assert pipeline.verifications(*MONTH) == {**dict.fromkeys(PANELS, AWAITED), "cancer": SUPERSEDED}
    assert same(of_area(pipeline, "cancer", *MONTH), verified)
    land_again(original, original.with_name("c.csv"), "2017-07-20")
    pipeline.run(MONTH)
    state = pipeline.state("cancer", *MONTH)
    assert (state.state, state.subject, state.serial) == ("superseded", subject, 3)
    assert pipeline.verifications(*MONTH)["cancer"] == SUPERSEDED
    assert same(of_area(pipeline, "cancer", *MONTH), verified)
    pipeline.approve(["cancer"], *MONTH)
    pipeline.converge()
    assert pipeline.verifications(*MONTH)["cancer"] == "verified"
    assert same(of_area(pipeline, "cancer", *MONTH), verified)


def test_the_same_figures_in_another_file_lapse_nothing(sqlite_pipeline: SmallPipeline) -> None:
    pipeline = sqlite_pipeline
    pipeline.approve(["cancer"], *MONTH)
    pipeline.converge()
    shown, lines = of_area(pipeline, "cancer", *MONTH), pipeline.lines()
    land_again(pipeline.landing / WAITS, pipeline.landing / "cancer_waits" / "again.csv", "2017-06-20")
    pipeline.run(MONTH)
    assert pipeline.lines() == lines
    assert pipeline.verifications(*MONTH)["cancer"] == "verified"
    assert same(of_area(pipeline, "cancer", *MONTH), shown)
    bands = pipeline.tables(*MONTH).frames["bands"]
    said = bands[(bands["indicator_code"] == "122b") & (bands["status"] == "published")]
    assert set(said["source_name"]) == {"again.csv"}


def test_a_return_and_a_withdrawal_reach_the_table(sqlite_pipeline: SmallPipeline) -> None:
    pipeline = sqlite_pipeline
    pipeline.approve(["cancer"], *MONTH)
    pipeline.decide("return", "dementia", 3, *MONTH)
    pipeline.converge()
    assert pipeline.verifications(*MONTH) == {
        **dict.fromkeys(PANELS, AWAITED),
        "cancer": "verified",
        "dementia": "returned by the panel",
    }
    assert is_withheld(of_area(pipeline, "dementia", *MONTH))
    assert not is_withheld(of_area(pipeline, "cancer", *MONTH))
    pipeline.decide("withdraw", "cancer", 3, *MONTH)
    pipeline.converge()
    assert pipeline.verifications(*MONTH)["cancer"] == "withdrawn by the panel"
    assert is_withheld(of_area(pipeline, "cancer", *MONTH))
    for name, content in pipeline.exports(*MONTH).items():
        if not name.endswith("parquet"):
            assert not [label for label in LABELS["interim"] if label.encode() in content], name


def test_an_override_is_marked_as_one(sqlite_pipeline: SmallPipeline) -> None:
    pipeline = sqlite_pipeline
    pipeline.decide("override", "diabetes", 0, *MONTH)
    pipeline.converge()
    assert pipeline.verifications(*MONTH)["diabetes"] == AWAITED
    pipeline.decide("override", "diabetes", 1, *MONTH)
    pipeline.converge()
    assert pipeline.verifications(*MONTH) == {**dict.fromkeys(PANELS, AWAITED), "diabetes": "overridden"}
    tables = pipeline.tables(*MONTH).frames
    assert set(tables["assessment"]["diabetes_verification"]) == {"overridden"}
    ratings = tables["ratings"]
    assert set(ratings.loc[ratings["panel"] == "diabetes", "verification"]) == {"overridden"}
    assert set(ratings.loc[ratings["rating"] != "", "panel"]) == {"diabetes"}
    by = pipeline.tables(*MONTH).header["panels"]["diabetes"]["by"]
    assert by == [[person.role, person.email] for person in TERMS["diabetes"].officers[:2]]
