"""From files to gates: every CCG in every indicator, area and panel, and nothing out that a panel must see.

All of it looks at one scored pipeline on each database; nothing here changes it.
"""

import hashlib
import io
import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.method.uncertainty.columns import AREA_CERTAINTY, RATING_CERTAINTY
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.tables.areas import AREA_SCORE
from ccg_pipeline.tables.bands import INDICATOR_BAND
from ccg_pipeline.tables.candidates import CANDIDATE_RATING
from ccg_pipeline.tables.column import Basis, Table
from ccg_pipeline.tables.conform import conform
from ccg_pipeline.tables.observations import OBSERVATION, SOURCE_OBSERVATION
from ccg_pipeline.tables.overall import OVERALL_RATING
from ccg_pipeline.tables.records import QUARANTINE
from ccg_pipeline.tables.schema import schema_of
from ccg_pipeline.tables.stored import STORED
from expert_panels.foundation.fault import Fault
from tests.support.worlds.small_pipeline import (
    EDITION,
    LANE_TABLES,
    MONTH,
    PANELS,
    SMALL,
    YEAR,
    SmallPipeline,
)

CODES = list(ccgs()["ccg_code"])
AREAS = [rule.area for rule in EDITION.panels]
LANES = pytest.mark.parametrize(("lane", "key"), [MONTH, YEAR], ids=["interim", "annual"])
HELD_BACK = ["band", "points", "z"]


def is_of_a_panel(bands: pd.DataFrame) -> "pd.Series[bool]":
    return bands["area_code"].isin(AREAS)


def texts(pipeline: SmallPipeline, lane: str, key: str) -> dict[str, str]:
    """The exports as text; what is packed in Parquet is unpacked first."""
    return {
        name: pd.read_parquet(io.BytesIO(content)).to_csv() if name.endswith("parquet") else content.decode()
        for name, content in pipeline.exports(lane, key).items()
    }


@LANES
def test_every_ccg_is_in_every_indicator_area_and_panel(scored: SmallPipeline, lane: str, key: str) -> None:
    wanted = {
        "indicator_band": ("indicator_code", EDITION.indicator_codes, 209 * 60),
        "area_score": ("area_code", [area.code for area in EDITION.areas], 209 * 29),
        "candidate_rating": ("panel", PANELS, 209 * 6),
    }
    for table, (column, codes, count) in wanted.items():
        rows = scored.rows(table, lane=lane, partition_key=key)
        assert len(rows) == count
        assert set(zip(rows["ccg_code"], rows[column], strict=True)) == set(product(CODES, codes))
    overall = scored.rows("overall_rating", lane=lane, partition_key=key)
    assert overall["ccg_code"].tolist() == ([] if lane == "interim" else CODES)


@LANES
def test_every_frame_of_a_lane_conforms(scored: SmallPipeline, lane: str, key: str) -> None:
    of_the_lane = (INDICATOR_BAND, AREA_SCORE, *((OVERALL_RATING,) if lane == "annual" else ()))
    for table in of_the_lane:
        rows = scored.rows(table.name, lane=lane, partition_key=key)
        conform(rows, schema_of(table, Basis(EDITION, CODES, lane)), table.name)
    for panel in PANELS:
        rows = scored.rows("candidate_rating", lane=lane, partition_key=key, panel=panel)
        conform(rows, schema_of(CANDIDATE_RATING, Basis(EDITION, CODES, lane, panel)), panel)


@pytest.mark.parametrize("table", STORED, ids=lambda table: table.name)
def test_every_stored_row_conforms(scored: SmallPipeline, table: Table) -> None:
    """Both lanes together, so that the rules about the number of rows, which are of one, are left out."""
    rules = table.rules if table in (SOURCE_OBSERVATION, OBSERVATION, QUARANTINE) else lambda _basis: ()
    schema = schema_of(replace(table, rules=rules), Basis(EDITION, CODES))
    conform(scored.rows(table.name), schema, table.name)


def test_every_file_is_accounted_for_and_every_figure_knows_its_cell(
    scored: SmallPipeline, small_landing: Path
) -> None:
    files = scored.rows("source_file")
    landed = {Path(name).name: small_landing / name for name in SMALL}
    sha256 = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in landed.items()}
    assert dict(zip(files["name"], files["sha256"], strict=True)) == sha256
    assert set(files["state"]) == {"read"}
    parts = ["rows_used", "rows_not_asked_for", "rows_not_an_organisation", "rows_quarantined"]
    assert (files["rows_read"] == files[parts].sum(axis=1)).all()
    bands = scored.rows("indicator_band")
    published = bands[bands["status"] == "published"]
    assert (published["source_sha256"] == published["source_name"].map(sha256)).all()
    assert (published["cell"] != "").all()


def test_what_did_not_land_is_missing_and_never_nought(scored: SmallPipeline) -> None:
    bands = scored.rows("indicator_band", lane="interim")
    landed = {Path(name).parts[0] for name in SMALL}
    absent = [one.code for one in EDITION.indicators if one.publication not in landed]
    rows = bands[bands["indicator_code"].isin(absent)]
    assert len(absent) > 30
    assert set(rows["status"]) == {"missing"}
    assert rows[["value", "numerator", *HELD_BACK]].isna().all(axis=None)
    assert (rows["why_no_band"] != "").all()
    scores = scored.rows("area_score", lane="interim")
    empty = [
        one.code for one in EDITION.areas if all(i.code in absent for i in EDITION.indicators_of(one.code))
    ]
    rows = scores[scores["area_code"].isin(empty)]
    assert len(empty) > 10
    assert rows["score"].isna().all()
    assert (rows["n_used"] == 0).all()
    assert (rows["why_no_score"] != "").all()


def test_every_row_says_that_it_is_made_up(scored: SmallPipeline) -> None:
    for table in (*LANE_TABLES, "source_observation", "observation", "gate", "lane_fingerprint"):
        assert scored.rows(table)["is_made_up"].all(), table
    for name, frame in scored.tables(*MONTH).frames.items():
        assert frame["is_made_up"].all(), name


def test_the_panels_candidates_have_something_to_hide(scored: SmallPipeline) -> None:
    """Else nothing below could fail."""
    rated = scored.rows("candidate_rating").groupby(["lane", "panel"])["grade"].count()
    assert (rated > 150).all()
    bands = scored.rows("indicator_band", lane="interim")
    assert bands.loc[is_of_a_panel(bands), "z"].notna().sum() > 2000


def test_the_month_is_released_with_six_panels_awaited_and_the_year_is_not(scored: SmallPipeline) -> None:
    assert scored.serials() == {MONTH: 1}
    assert scored.verifications(*MONTH) == dict.fromkeys(PANELS, "awaiting the panel")
    with pytest.raises(Fault, match=r"^No annual table of 2016.* has been released"):
        scored.tables(*YEAR)
    states = scored.rows("gate")[["lane", "panel", "state"]]
    assert set(states.itertuples(index=False, name=None)) == {
        *product(("interim", "annual"), PANELS, ["awaiting"]),
        ("annual", "commissioning_committee", "not_ready"),
    }


def test_the_released_month_has_29_areas_for_every_ccg(scored: SmallPipeline) -> None:
    wide = scored.tables(*MONTH).frames["assessment"]
    assert wide["ccg_code"].tolist() == CODES
    assert sum(name.startswith("area_") for name in wide.columns) == 29
    assert not any("overall" in name for name in wide.columns)
    for rule in EDITION.panels:
        area = EDITION.area(rule.area)
        assert set(wide[f"{rule.key}_verification"]) == {"awaiting the panel"}
        assert set(wide[f"{rule.key}_rating"]) == {""}
        assert wide[f"area_{area.code}_{area.slug}"].isna().all()


def test_rating_score_and_band_are_held_back_but_the_value_is_shown(scored: SmallPipeline) -> None:
    tables = scored.tables(*MONTH).frames
    ratings = tables["ratings"]
    assert set(ratings["rating"]) == {""}
    assert tables["indicator_grades"]["indicator_grade"].isna().all()
    assert ratings[["grade", "score"]].isna().all(axis=None)
    assert set(ratings["why_no_rating"]) == {"awaiting the panel"}
    key = ["indicator_code", "ccg_code"]
    shown = tables["bands"].sort_values(key, ignore_index=True)
    stands = scored.rows("indicator_band", lane="interim").sort_values(key, ignore_index=True)
    theirs = is_of_a_panel(shown)
    assert (shown["withheld"] == theirs).all()
    assert shown.loc[theirs, HELD_BACK].isna().all(axis=None)
    assert set(shown.loc[theirs, "why_no_band"]) == {""}
    figures = [*key, "status", "judgement", "source_name", "cell"]
    pd.testing.assert_frame_equal(shown[figures], stands[figures])
    numbers = ["numerator", "denominator", "value", "lower_95", "upper_95"]
    pd.testing.assert_frame_equal(shown[numbers], stands[numbers], rtol=1e-11)
    # of the other areas, everything
    pd.testing.assert_frame_equal(shown.loc[~theirs, HELD_BACK], stands.loc[~theirs, HELD_BACK], rtol=1e-11)
    scores = tables["area_scores"].set_index(["area_code", "ccg_code"])["score"].sort_index()
    stored = (
        scored.rows("area_score", lane="interim").set_index(["area_code", "ccg_code"])["score"].sort_index()
    )
    is_panels = scores.index.get_level_values("area_code").isin(AREAS)
    assert scores[is_panels].isna().all()
    pd.testing.assert_series_equal(scores[~is_panels], stored[~is_panels], rtol=1e-11)


def test_no_exported_byte_tells_of_a_panels_area(scored: SmallPipeline) -> None:
    """Neither a label, nor a grade by indicator, nor a distance from the reference in any of its digits."""
    exports = texts(scored, *MONTH)
    candidates = scored.rows("candidate_rating", lane="interim")
    words = {*candidates["rating"], *candidates["detail"]} - {"", "{}"}
    assert set(EDITION.lane("interim").labels) < words
    for name, text in exports.items():
        assert not [word for word in words if word in text or word.replace('"', '""') in text], name
    bands = scored.rows("indicator_band", lane="interim").dropna(subset="z")
    hidden = digits(bands.loc[is_of_a_panel(bands), "z"])
    # small whole numbers divided give the same figure more than once
    elsewhere = digits(bands.loc[~is_of_a_panel(bands), "z"]).union(
        *(digits(bands[name]) for name in bands.select_dtypes("float64") if name != "z")
    )
    assert len(hidden - elsewhere) > 1500
    for name, text in exports.items():
        told = {number[:11] for number in re.findall(r"(?<![0-9.])[0-9]+[.][0-9]+(?![0-9e])", text)}
        assert not (hidden - elsewhere) & told, name
        if name.startswith("bands."):  # the search finds what is there
            assert len(elsewhere & told) > 2000


def test_how_sure_a_score_is_arrives_in_the_release_and_is_withheld_with_its_area(
    scored: SmallPipeline,
) -> None:
    stored = scored.rows("area_score", lane="interim").set_index(["area_code", "ccg_code"])
    assert stored["lower_95"].notna().sum() == stored["score"].notna().sum() > 1000
    scores = scored.tables(*MONTH).frames["area_scores"].set_index(["area_code", "ccg_code"])
    panels = {rule.area for rule in EDITION.panels}
    hidden = scores.index.get_level_values("area_code").isin(panels)
    columns = list(AREA_CERTAINTY)
    pd.testing.assert_frame_equal(
        scores.loc[~hidden, columns], stored.loc[scores.index[~hidden], columns], check_dtype=False
    )
    ratings = scored.tables(*MONTH).frames["ratings"]
    for withheld, names in ((scores.loc[hidden], AREA_CERTAINTY), (ratings, RATING_CERTAINTY)):
        assert len(withheld) == 6 * 209
        nothing = withheld[list(names)].replace({"": None, False: None})
        assert nothing.isna().all(axis=None)


def test_every_rating_that_stands_says_how_sure_it_is(scored: SmallPipeline) -> None:
    for table, score in (("candidate_rating", "grade"), ("overall_rating", "overall_score")):
        rows = scored.rows(table, lane="annual")
        rated = rows[rows[score].notna()]
        assert len(rated) > 100
        assert rated[["p_grade_1", "best_grade_95", "worst_grade_95"]].notna().all(axis=None)
        assert (rated["is_told_apart"] == rated["neighbour_grade"].isna()).all()


def digits(numbers: "pd.Series[float]") -> set[str]:
    """The first digits of each number, as they are written in any of the formats."""
    return {f"{abs(number):.17f}"[:11] for number in numbers.dropna() if 0.01 < abs(number) < 1000}
