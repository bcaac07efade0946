"""Parts: what a panel verifies and what is open to all, and which change gives other bytes."""

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest

from ccg_pipeline.release.parts import OPEN, OVERALL, WHERE_FROM, WITHHELD, panel_indicators, tables_of
from ccg_pipeline.storage.sql import area_score, candidate_rating, indicator_band
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.publish_layers import CCGS, Layers, made_of

PANELS = [rule.key for rule in EDITION.panels]


def other(value: Any) -> Any:
    """Some other value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, pd.Timestamp):
        return value + pd.Timedelta(days=1)
    if isinstance(value, str):
        return f"{value}."
    return 1 if pd.isna(value) else value + 1


def changed(frame: pd.DataFrame, column: str, place: int = 0) -> pd.DataFrame:
    cells = list(frame[column])
    cells[place] = other(cells[place])
    return frame.assign(**{column: pd.Series(cells, index=frame.index, dtype=frame[column].dtype)})


@pytest.mark.parametrize("panel", PANELS)
def test_a_panels_part_has_its_ratings_its_areas_scores_and_the_bands_that_decide(
    layers: Layers, panel: str
) -> None:
    rule, tables = EDITION.panel(panel), tables_of(layers.panel_part(panel))
    assert set(tables) == {"candidate_rating", "area_score", "indicator_band"}
    assert set(tables["candidate_rating"]["panel"]) == {panel}
    assert set(tables["area_score"]["area_code"]) == {rule.area}
    own = {one.code for one in EDITION.indicators_of(rule.area)}
    assert set(tables["indicator_band"]["indicator_code"]) == own | {*rule.indicators, *rule.shown}
    assert len(tables["indicator_band"]) == len(CCGS) * len(own | set(rule.indicators))
    assert all(sorted(frame["ccg_code"].unique()) == sorted(CCGS) for frame in tables.values())


def test_an_indicator_of_another_area_that_decides_a_rating_is_verified_with_it(layers: Layers) -> None:
    assert "101a" in set(tables_of(layers.panel_part("maternity"))["indicator_band"]["indicator_code"])
    assert "101a" not in panel_indicators(EDITION, "maternity")  # it stays open: its own area has no panel


def test_a_part_says_of_what_it_is(layers: Layers, year: Layers) -> None:
    said = json.loads(layers.panel_part("cancer"))
    assert (said["edition"], said["lane"], said["partition_key"], said["part"]) == (
        "iaf_2016_17",
        "interim",
        "2017-03",
        "cancer",
    )
    assert json.loads(layers.open_part())["part"] == OPEN
    assert year.panel_part("cancer") != layers.panel_part("cancer")


@pytest.mark.parametrize("column", WHERE_FROM)
def test_the_same_figures_in_another_file_or_cell_are_the_same_part(layers: Layers, column: str) -> None:
    before, opened = layers.panel_part("cancer"), layers.open_part()
    layers.bands[column] = "elsewhere"
    assert layers.panel_part("cancer") == before
    assert layers.open_part() != opened  # which does say where every figure is


@pytest.mark.parametrize("column", [one.name for one in indicator_band.columns if one.name not in WHERE_FROM])
def test_any_change_of_a_band_row_is_another_part(layers: Layers, column: str) -> None:
    before = layers.panel_part("cancer")
    place = int((layers.bands["indicator_code"] == "122a").to_numpy().argmax())
    layers.bands = changed(layers.bands, column, place)
    assert layers.panel_part("cancer") != before


@pytest.mark.parametrize("column", [one.name for one in candidate_rating.columns])
def test_any_change_of_a_rating_is_another_part(layers: Layers, column: str) -> None:
    before = layers.panel_part("cancer")
    layers.ratings["cancer"] = changed(layers.ratings["cancer"], column)
    assert layers.panel_part("cancer") != before


@pytest.mark.parametrize("column", [one.name for one in area_score.columns])
def test_any_change_of_an_area_score_is_another_part(layers: Layers, column: str) -> None:
    before = layers.panel_part("cancer")
    place = int((layers.areas["area_code"] == "122").to_numpy().argmax())
    layers.areas = changed(layers.areas, column, place)
    assert layers.panel_part("cancer") != before


def test_order_and_noise_of_arithmetic_are_no_change(layers: Layers) -> None:
    before, opened = layers.panel_part("cancer"), layers.open_part()
    layers.bands = layers.bands.iloc[::-1, ::-1].assign(z=layers.bands["z"] * (1 + 1e-15))
    layers.areas = layers.areas.sample(frac=1, random_state=1)
    layers.ratings["cancer"] = layers.ratings["cancer"].iloc[::-1]
    assert layers.panel_part("cancer") == before
    assert layers.open_part() == opened


def test_a_figure_of_another_area_leaves_the_part_as_it_is(layers: Layers) -> None:
    before = layers.panel_part("cancer"), layers.panel_part("maternity")
    layers.bands.loc[layers.bands["indicator_code"].isin(["129a", "126a"]), "value"] = 1.0
    layers.areas.loc[layers.areas["area_code"] == "126", "score"] = 0.25
    assert (layers.panel_part("cancer"), layers.panel_part("maternity")) == before
    layers.bands.loc[layers.bands["indicator_code"] == "101a", "value"] = 1.0
    assert layers.panel_part("maternity") != before[1]


def test_the_open_part_keeps_back_what_the_panels_have_not_verified(layers: Layers) -> None:
    theirs = [code for panel in PANELS for code in panel_indicators(EDITION, panel)]
    assert len(theirs) == 18
    is_theirs = layers.bands["indicator_code"].isin(theirs)
    layers.bands.loc[is_theirs, ["z", "points"]] = [7.6543, 1.2345]
    layers.bands.loc[is_theirs, "why_no_band"] = "The publisher kept a secret."
    layers.areas.loc[layers.areas["area_code"].isin([rule.area for rule in EDITION.panels]), "score"] = 1.9753
    for frame in layers.ratings.values():
        frame["rating"] = "Secretly rated"
    content = layers.open_part()
    for secret in ("7.6543", "1.2345", "1.9753", "a secret", "Secretly rated"):
        assert secret not in content, secret
    tables = tables_of(content)
    assert "candidate_rating" not in tables
    rows = tables["indicator_band"]
    hidden = rows[rows["indicator_code"].isin(theirs)]
    assert len(hidden) == len(theirs) * len(CCGS)
    assert hidden[["band", "points", "z"]].isna().all(axis=None)
    assert (hidden["why_no_band"] == "").all()
    assert hidden["source_name"].ne("").all()
    shown = ["value", "judgement", "period_end", "reference_value", "cell"]
    key = ["indicator_code", "ccg_code"]
    expected = layers.bands[is_theirs].sort_values(key)[shown].reset_index(drop=True)
    kept = hidden.sort_values(key)[shown].reset_index(drop=True).astype(expected.dtypes)
    pd.testing.assert_frame_equal(kept, expected, rtol=1e-11)


def test_the_open_part_shows_what_no_panel_verifies(layers: Layers) -> None:
    tables = tables_of(layers.open_part())
    areas = {area.code for area in EDITION.areas} - {rule.area for rule in EDITION.panels}
    assert len(areas) == 23
    assert set(tables["area_score"]["area_code"]) == areas
    rows = tables["indicator_band"].set_index(["indicator_code", "ccg_code"])
    assert rows.loc[("129a", "00C"), "band"] == 0
    assert rows.loc[("165a", "00C"), "points"] == 2
    for column in WITHHELD:
        opened = layers.bands["indicator_code"].eq("129a")
        expected = list(layers.bands[opened].sort_values("ccg_code")[column])
        assert list(rows.loc["129a", column]) == pytest.approx(expected), column


def test_the_annual_open_part_has_the_plans_and_the_overall_rating_is_a_part_of_its_own(year: Layers) -> None:
    tables = tables_of(year.open_part())
    assert set(tables) == {"indicator_band", "area_score", "stp_progress"}
    (overall,) = tables_of(year.contents()[OVERALL]).values()
    assert len(overall) == len(CCGS)
    assert tables["stp_progress"][["judgement", "period_end"]].to_numpy().tolist() == [
        ["Advanced", "2017-03-31"]
    ]
    assert date.fromisoformat(tables["stp_progress"]["period_end"].iloc[0]) == date(2017, 3, 31)


def test_equal_layers_give_equal_bytes(layers: Layers) -> None:
    again = made_of("interim")
    assert again.open_part().encode() == layers.open_part().encode()
    assert [again.panel_part(one) for one in PANELS] == [layers.panel_part(one) for one in PANELS]
