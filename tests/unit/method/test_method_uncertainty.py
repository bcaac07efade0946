"""Draws through every rule: against the rules themselves, against true values drawn one by one, repeated."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ccg_pipeline.framework.lane_rules import band_limit
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.outcomes import area_grade
from ccg_pipeline.method.scoring.rated import rate_overall, rate_panel, score_areas
from ccg_pipeline.method.statistics.cutpoints import grade_by_cuts
from ccg_pipeline.method.uncertainty.simulation import (
    UNCERTAINTY_COLUMNS,
    method_versions,
    uncertainty,
)
from tests.support.notations.method_tables import EDITION, grades_of, points_of
from tests.support.worlds.made_up_round import CCGS, observed

CALM = EDITION.model_copy(update={"variations": ()})


@cache
def banded() -> tuple[pd.DataFrame, pd.DataFrame]:
    latest = observed()
    return band_indicators(latest, EDITION, CCGS), latest


def drawn(edition: Edition = EDITION, **more: int) -> pd.DataFrame:
    bands, latest = banded()
    given = {"seed": 5, "draws": 400, "versions": 6, "samples": 40} | more
    return uncertainty(bands, latest, edition, "annual", **given).table


def of(table: pd.DataFrame, measure: str, code: str) -> pd.DataFrame:
    return table[(table["measure"] == measure) & (table["code"] == code)].set_index("ccg_code")


def test_scores_and_grades_are_those_of_the_rules() -> None:
    bands, latest = banded()
    table = drawn()
    assert list(table.columns) == list(UNCERTAINTY_COLUMNS)
    assert len(table) == (29 + 6 + 1) * len(CCGS)
    areas = score_areas(bands, EDITION)
    found = table[table["measure"] == "area"]
    assert found["code"].tolist() == areas["area_code"].tolist()
    np.testing.assert_allclose(found["score"], areas["score"])
    for panel in EDITION.panels:
        rated = rate_panel(bands, latest, EDITION, panel.key, "annual").set_index("ccg_code")
        own = of(table, "panel", panel.key)
        pd.testing.assert_series_equal(own["grade"], rated["grade"])
        np.testing.assert_allclose(own["score"], rated["score"])
    overall = rate_overall(bands, EDITION, "annual").set_index("ccg_code")
    own = of(table, "overall", "overall")
    pd.testing.assert_series_equal(own["grade"], overall["grade"])
    np.testing.assert_allclose(own["score"], overall["overall_score"])


def test_probabilities_are_those_of_drawing_true_values_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values are drawn from scipy's distributions and taken through the edition's formulas, for cancer."""
    for module in ("priors", "tails"):  # each figure by itself
        monkeypatch.setattr(f"ccg_pipeline.method.statistics.{module}.LEAST_FOR_A_PRIOR", len(CCGS) + 1)
    bands, _ = banded()
    table = drawn(draws=4000)
    random = np.random.default_rng(2)
    n = 4000
    for code in CCGS[:6]:
        rows = bands[
            (bands["ccg_code"] == code) & bands["indicator_code"].isin(["122a", "122b", "122c", "122d"])
        ]
        rows = rows.set_index("indicator_code")
        z = np.full((4, n), np.nan)
        for i, (indicator, row) in enumerate(rows.iterrows()):
            if not np.isfinite(row["z"]):
                continue
            if EDITION.indicator(str(indicator)).standard_error == "binomial":
                x = row["numerator"]
                value = stats.beta(x + 0.5, row["denominator"] - x + 0.5).rvs(n, random_state=random) * 100
            else:
                value = random.normal(row["value"], 4 / (2 * 1.959963984540054), n)
            z[i] = (value - row["reference_value"]) / np.hypot(row["standard_error"], np.sqrt(row["tau2"]))
        points = points_of(z)
        area = of(table, "area", "122").loc[code]
        scores = np.nanmean(points, axis=0)
        for grade in (1, 2, 3):
            assert area[f"p_grade_{grade}"] == pytest.approx((area_grade(scores) == grade).mean(), abs=0.04)
        panel = of(table, "panel", "cancer").loc[code]
        if not pd.isna(panel["grade"]):
            worth = np.array([2, 1.25, 0.75, 0])
            grades = grades_of(z)
            mean = np.nanmean(
                np.where(np.isnan(grades), np.nan, worth[np.nan_to_num(grades, nan=1).astype(int) - 1]),
                axis=0,
            )
            rated = grade_by_cuts(mean, [1.4, 0.9, 0.5])
            for grade in (1, 2, 3, 4):
                assert panel[f"p_grade_{grade}"] == pytest.approx((rated == grade).mean(), abs=0.04)


def test_probabilities_add_up_and_intervals_hold_their_order() -> None:
    table = drawn()
    rated = table[table["grade"].notna()]
    chances = rated[[f"p_grade_{grade}" for grade in (1, 2, 3, 4)]]
    assert (chances.sum(axis=1) - 1).abs().max() < 1e-12
    again = rated[rated["measure"] != "area"][[f"p_again_{grade}" for grade in (1, 2, 3, 4)]]
    assert (again.sum(axis=1) - 1).abs().max() < 1e-12
    scored = table[table["score"].notna()]
    assert (scored["lower_95"] <= scored["upper_95"]).all()
    own = rated["p_own_grade"]
    assert (rated["is_told_apart"] == (own >= 0.95)).all()
    assert (rated["neighbour_grade"].isna() == rated["is_told_apart"]).all()
    assert (rated["neighbour_grade"] != rated["grade"]).fillna(True).all()


def test_without_other_numbers_the_method_moves_nothing_that_figures_do_not() -> None:
    table = drawn(CALM, draws=2000, versions=1, samples=2000)
    rated = table[table["grade"].notna()]
    assert (rated["p_own_grade_by_both"] - rated["p_own_grade"]).abs().max() < 0.06


def test_judgements_have_no_sampling_error() -> None:
    judged = of(drawn(CALM), "area", "165")
    assert (judged["lower_95"] == judged["score"]).all()
    assert (judged["upper_95"] == judged["score"]).all()
    assert (judged["p_own_grade"] == 1).all()


def test_equal_seeds_give_equal_tables_whatever_the_order_of_the_rows() -> None:
    bands, latest = banded()
    first, other = drawn(), drawn(seed=6)
    mixed = uncertainty(
        bands.sample(frac=1, random_state=1),
        latest.sample(frac=1, random_state=2),
        EDITION, "annual", seed=5, draws=400, versions=6, samples=40,
    ).table  # fmt: skip
    pd.testing.assert_frame_equal(first, mixed)
    assert not first.equals(other)


def test_the_interim_lane_has_no_overall_rows() -> None:
    bands, latest = banded()
    found = uncertainty(bands, latest, EDITION, "interim", seed=1, draws=50, versions=2, samples=5)
    assert set(found.table["measure"]) == {"area", "panel"}
    assert np.isnan(found.overall_draws).all()


def test_the_same_measured_again_is_less_sure_than_the_true_values() -> None:
    rated = drawn(draws=2000).query("measure != 'area'").dropna(subset=["grade"])
    most = [
        rated[[f"{name}_{grade}" for grade in (1, 2, 3, 4)]].max(axis=1).mean()
        for name in ("p_grade", "p_again")
    ]
    assert most[0] > most[1] + 0.02


def test_versions_spread_each_factor_evenly_and_move_its_numbers_together() -> None:
    versions = method_versions(EDITION, seed=1, n=40)
    cuts = sorted(one.nodes.parameters["limit_of_bands"].value for one in versions)
    strata = (np.array(cuts) - 1.644854) / (2.575829 - 1.644854) * 40
    assert np.floor(strata).astype(int).tolist() == list(range(40))
    limits = [
        (band_limit(one.nodes.node["122a"]), one.panel("cancer").significant_at.value) for one in versions
    ]
    assert sorted(limits) == [(cut, cut) for cut in cuts]
    missing = [one.nodes.parameters["missing"].value for one in versions]
    assert {missing.count(one) for one in set(missing)} <= {13, 14}


@pytest.mark.parametrize("what", ["draws", "versions", "samples"])
def test_nothing_can_be_drawn_of_nothing(what: str) -> None:
    with pytest.raises(ValueError, match="at least one draw, version and sample"):
        drawn(**{what: 0})
