"""The league: in order, never without its sets and its sentence, nothing of a withheld area, equal bytes."""

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from ccg_pipeline.publish.export import exported
from ccg_pipeline.publish.league import CAVEAT, LEAGUE_COLUMNS, ONE_ALONE, caterpillar, league
from ccg_pipeline.reference.organisations import ccgs
from expert_panels.foundation.fault import WrongUse
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.publish_layers import made_of


def league_of(area: str, lane: str = "annual", **states: str) -> pd.DataFrame:
    tables = made_of(lane).tables(**states)  # type: ignore[arg-type]  # one of the two lanes
    return league(tables, EDITION, ccgs(), EDITION.area(area) if area else None)


@pytest.mark.parametrize("area", ["122", "125", ""])
def test_every_place_has_its_set_and_the_first_stands_first(area: str) -> None:
    found = league_of(area)
    assert list(found.columns) == list(LEAGUE_COLUMNS)
    assert found["rank"].dropna().is_monotonic_increasing
    placed = found[found["rank"].notna()]
    assert len(placed) > 0
    assert (placed["rank_lower_95"] <= placed["rank_upper_95"]).all()
    assert placed[["p_top_10", "p_bottom_10", "n_not_told_apart"]].notna().all(axis=None)
    assert (found["what_it_cannot_show"] == CAVEAT).all()
    assert ((found["why_no_place"] == "") == found["rank"].notna()).all()
    assert not found["is_official"].any()


def test_the_area_of_one_indicator_has_sets_and_no_place_and_says_why() -> None:
    found = league_of("101")
    assert found["rank"].isna().all()
    placed = found[found["rank_lower_95"].notna()]
    assert len(placed) > 0
    assert (placed["why_no_place"] == ONE_ALONE).all()
    picture = caterpillar(found, "League")
    assert picture.count("<circle") == 0
    assert picture.count("<path") == len(placed)


def test_a_withheld_area_has_no_league_and_the_open_ones_have() -> None:
    with pytest.raises(WrongUse, match=r"^There is no league of the area Cancer: awaiting the panel\.$"):
        league_of("122", cancer="awaiting the panel")
    assert league_of("125", cancer="awaiting the panel")["rank"].notna().any()


def test_the_interim_lane_has_no_league_overall() -> None:
    with pytest.raises(WrongUse, match="There is no overall score in this lane"):
        league_of("", lane="interim")


def test_a_moderated_score_has_no_place_and_says_why() -> None:
    tables = made_of("annual").tables()
    tables["overall"].loc[0, ["rank", "rank_lower_95", "rank_upper_95"]] = pd.NA
    tables["overall"].loc[0, "why_no_rating"] = ""
    last = league(tables, EDITION, ccgs(), None).iloc[-1]
    assert pd.isna(last["rank"])
    assert last["why_no_place"] == "The score was moderated, and no draw has said how sure it is."


def test_the_picture_is_sound_says_what_it_cannot_show_and_draws_every_set() -> None:
    found = league_of("122")
    picture = caterpillar(found, "League of <122> & more")
    root = ET.fromstring(picture)
    text = "".join(root.itertext())
    assert "League of <122> & more" in text
    assert CAVEAT.split(":")[0] in text
    assert "MADE-UP DATA" in text
    circles = [one for one in root.iter() if one.tag.endswith("circle")]
    assert len(circles) == found["rank"].notna().sum()
    for row in found[found["rank"].notna()].to_dict("records"):
        assert f"{row['rank_lower_95']} to {row['rank_upper_95']}" in text
    assert caterpillar(league_of("122"), "League of <122> & more") == picture


@pytest.mark.parametrize("file_format", ["csv", "json"])
def test_an_export_of_the_league_carries_the_sentence(file_format: str) -> None:
    assert CAVEAT.encode() in exported(league_of("122"), file_format)
