"""What a changed rating is made of: one thing changed at a time, all of them, and the sum."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.scoring.areas import score_areas
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.clinical import rate_panel
from ccg_pipeline.method.scoring.overall import rate_overall
from ccg_pipeline.method.uncertainty.change import (
    INDICATOR_CHANGE_COLUMNS,
    PARTS,
    RATING_CHANGE_COLUMNS,
    Round,
    indicator_changes,
    rating_changes,
    shapley,
)
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.made_up_round import CCGS, observed

LINES = {("overall.yaml", "good_at"): 0.8, ("overall.yaml", "outstanding_at"): 1.2}
CUT = {("framework.yaml", "banding / cut"): 3.0, ("clinical.yaml", "cancer / mean / cuts / 1"): 1.0}
WEIGHTS = {("overall.yaml", "blocks / performance / weight"): 0.1}
SCORES = {("clinical.yaml", "cancer / mean / scores / 2"): 1.9}


@cache
def of(seed: int, missing: float = 0.0) -> Round:
    latest = observed(seed=seed, missing=missing)
    return Round(band_indicators(latest, EDITION, CCGS), latest, EDITION)


def under(one: Round, edition: Edition) -> Round:
    """The same figures and references under other rules."""
    again = band_indicators(one.supplementary, edition, CCGS)
    return Round(again, one.supplementary, edition)


def only(table: pd.DataFrame, *parts: str) -> None:
    """Nothing but these parts moves anything, and something moves."""
    for part in PARTS:
        if part not in parts:
            assert (table[part].dropna().abs() < 1e-12).all(), part
    assert (table["change"].abs() > 1e-9).any()
    adds_up(table)


def adds_up(table: pd.DataFrame) -> None:
    known = table["change"].notna()
    assert table.loc[known, list(PARTS)].notna().all(axis=None)
    assert (table.loc[known, list(PARTS)].sum(axis=1) - table.loc[known, "change"]).abs().max() < 1e-12


def test_nothing_changed_is_made_of_nothing() -> None:
    table = rating_changes(of(1), of(1), "annual")
    assert list(table.columns) == list(RATING_CHANGE_COLUMNS)
    assert len(table) == (29 + 6 + 2) * len(CCGS)
    assert (table[["change", *PARTS]].dropna().abs() < 1e-12).all(axis=None)


def test_before_and_after_are_what_the_rules_give() -> None:
    before, after = of(1, 1 / 12), under(of(2, 1 / 12), EDITION.with_values(LINES | CUT | WEIGHTS | SCORES))
    table = rating_changes(before, after, "annual")
    for name, one in (("before", before), ("after", after)):
        of_measure = dict(list(table.groupby(["measure", "kind"])))
        areas = score_areas(one.bands, one.edition)
        np.testing.assert_allclose(of_measure["area", "score"][name], areas["score"], atol=1e-12)
        panels = [
            rate_panel(one.bands, one.supplementary, one.edition, p.key, "annual") for p in EDITION.panels
        ]
        grades = pd.concat(panels)["grade"].to_numpy(dtype=float, na_value=np.nan)
        np.testing.assert_array_equal(of_measure["panel", "grade"][name], grades)
        overall = rate_overall(one.bands, one.edition, "annual")
        np.testing.assert_allclose(of_measure["overall", "score"][name], overall["overall_score"], atol=1e-12)
        grade = overall["grade"].to_numpy(dtype=float, na_value=np.nan)
        np.testing.assert_array_equal(of_measure["overall", "grade"][name], grade)
    adds_up(table)
    assert table["change"].isna().any()
    for part in PARTS:
        assert (table[part].abs() > 1e-9).any(), part


@pytest.mark.parametrize("values", [LINES, CUT])
def test_moved_lines_are_boundary(values: dict[tuple[str, str], float]) -> None:
    only(rating_changes(of(1), under(of(1), EDITION.with_values(values)), "annual"), "boundary")


@pytest.mark.parametrize("values", [WEIGHTS, SCORES])
def test_other_weights_and_points_are_definition(values: dict[tuple[str, str], float]) -> None:
    only(rating_changes(of(1), under(of(1), EDITION.with_values(values)), "annual"), "definition")


def test_an_indicator_that_no_longer_counts_is_definition() -> None:
    indicators = tuple(
        one.model_copy(update={"counts_towards_overall": one.counts_towards_overall and one.area != "127"})
        for one in EDITION.indicators
    )
    fewer = EDITION.model_copy(update={"indicators": indicators})
    only(rating_changes(of(1), Round(of(1).bands, of(1).supplementary, fewer), "annual"), "definition")


def test_other_references_are_reference() -> None:
    bands = of(1).bands
    moved = bands.assign(reference_value=bands["reference_value"] * 1.03)
    spread = np.hypot(moved["standard_error"], np.sqrt(moved["tau2"]))
    better = np.where(moved["direction"] == "lower_is_better", -1, 1)
    moved["z"] = better * (moved["value"] - moved["reference_value"]) / spread
    only(rating_changes(of(1), Round(moved, of(1).supplementary, EDITION), "annual"), "reference")


def changed_values(factor: float, noise: float) -> Round:
    bands = of(1).bands
    random = np.random.default_rng(4)
    value = (
        bands["value"]
        + factor * bands["standard_error"]
        + noise * bands["standard_error"] * random.standard_normal(len(bands))
    )
    judged = bands["standard_error"].isna()
    bands = bands.assign(value=value.where(~judged, bands["value"]))
    return Round(bands, of(1).supplementary, EDITION)


def test_other_figures_are_real_or_noise_and_chance_is_mostly_noise() -> None:
    by_chance = rating_changes(of(1), changed_values(0, 2**0.5), "annual")
    only(by_chance, "real", "noise")
    sizes = by_chance[["real", "noise"]].abs().sum()
    assert sizes["noise"] > 2 * sizes["real"]
    all_alike = rating_changes(of(1), changed_values(3, 0), "annual")
    only(all_alike, "real", "noise")
    sizes = all_alike[["real", "noise"]].abs().sum()
    assert sizes["real"] > 5 * sizes["noise"]


def test_what_is_wholly_correlated_leaves_no_noise() -> None:
    only(rating_changes(of(1), changed_values(1, 1), "annual", correlation=1.0), "real")
    by_code = dict.fromkeys(EDITION.indicator_codes, 1.0)
    only(rating_changes(of(1), changed_values(1, 1), "annual", correlation=by_code), "real")


def test_there_and_back_mirror_each_other() -> None:
    other = under(of(2), EDITION.with_values(LINES | WEIGHTS))
    there, back = rating_changes(of(1), other, "annual"), rating_changes(other, of(1), "annual")
    for name in ("change", *PARTS):
        np.testing.assert_allclose(there[name], -back[name], atol=1e-12)


def test_the_interim_lane_has_no_overall() -> None:
    assert set(rating_changes(of(1), of(2), "interim")["measure"]) == {"area", "panel"}


def test_rounds_that_rate_other_panels_cannot_be_compared() -> None:
    fewer = EDITION.model_copy(update={"panels": EDITION.panels[1:]})
    with pytest.raises(ValueError, match="do not rate the same areas and panels"):
        rating_changes(of(1), Round(of(1).bands, of(1).supplementary, fewer), "annual")


@given(st.lists(st.floats(-5, 5), min_size=8, max_size=8))
def test_shapley_parts_add_up(drawn: list[float]) -> None:
    coalitions = [(a, b, c) for a in (False, True) for b in (False, True) for c in (False, True)]
    worth = {one: np.array([value]) for one, value in zip(coalitions, drawn, strict=True)}
    assert sum(shapley(worth))[0] == pytest.approx(drawn[-1] - drawn[0], abs=1e-12)


def test_shapley_by_hand() -> None:
    # the glove game: 0 and 1 have a left glove, 2 the right one; a pair is worth 6
    worth = {
        (a, b, c): np.array([6.0 if c and (a or b) else 0.0])
        for a in (False, True) for b in (False, True) for c in (False, True)
    }  # fmt: skip
    assert [part[0] for part in shapley(worth)] == pytest.approx([1, 1, 4])


def test_changes_of_indicators_are_tested_all_at_once() -> None:
    found = indicator_changes(changed_values(0, 2**0.5).bands, of(1).bands, EDITION)
    assert list(found.columns) == list(INDICATOR_CHANGE_COLUMNS)
    assert len(found) == 60 * len(CCGS)
    tested = found["p_adjusted"].notna()
    assert (found.loc[tested, "p_adjusted"] >= found.loc[tested, "p_value"]).all()
    assert (found["direction"] != 0).sum() - found["direction"].isna().sum() <= 1
    much = indicator_changes(changed_values(20, 0).bands, of(1).bands, EDITION)
    sides = dict(zip(much["indicator_code"], much["direction"], strict=True))
    assert (sides["123a"], sides["101a"]) == (1, -1)
    assert np.isnan(sides["131a"])
    assert np.isnan(sides["165a"])
