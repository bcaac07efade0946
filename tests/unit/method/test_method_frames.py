"""Every frame of a whole lane, 60 indicators × 209 CCGs with holes, has the shape that schemas ask for."""

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.framework.files import EDITION as EDITION_KEY
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.certainty.simulation import certainty
from ccg_pipeline.method.engine.gathering import gathered
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.rated import rate_overall, rate_panel, score_areas
from ccg_pipeline.method.uncertainty.columns import estimate_uncertainty, with_uncertainty
from ccg_pipeline.method.uncertainty.simulation import uncertainty
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.tables.areas import AREA_SCORE
from ccg_pipeline.tables.bands import INDICATOR_BAND
from ccg_pipeline.tables.candidates import CANDIDATE_RATING
from ccg_pipeline.tables.column import Basis
from ccg_pipeline.tables.conform import conform
from ccg_pipeline.tables.overall import OVERALL_RATING
from ccg_pipeline.tables.schema import schema_of
from tests.support.notations.method_tables import EDITION, observations

CCGS = ccgs()["ccg_code"].tolist()
STATUSES = ["published"] * 8 + ["suppressed", "missing", "refused"]


def _observed(seed: int) -> pd.DataFrame:
    """Figures at random for every indicator and most CCGs, some of them impossible to band."""
    rng = np.random.default_rng(seed)
    labels = {
        scale.key: [*scale.labels, "", "Purple"] for scale in EDITION.points_scales if scale.is_judgement
    }
    drawn = [
        f"{one.code} | {ccg} | {rng.choice(labels[one.points_scale]) if one.points_scale in labels else ''}"
        for one in [*EDITION.indicators, *EDITION.supplementary[:1]]
        for ccg in CCGS
        if rng.random() < 0.95
    ]
    frame = observations("indicator | ccg | judgement\n" + "\n".join(drawn))
    n = len(frame)
    frame["status"] = rng.choice(STATUSES, n)
    figure = (frame["status"] == "published") & (frame["judgement"] == "")
    frame["value"] = pd.Series(rng.uniform(0, 100, n)).where(figure)
    frame["denominator"] = pd.Series(rng.choice([0.0, np.nan, 100.0, 5000.0], n)).where(figure)
    frame["numerator"] = frame["value"] * frame["denominator"] / 100
    frame["lower_95"] = frame["value"] - pd.Series(rng.choice([0.0, np.nan, 2.0], n))
    frame["upper_95"] = frame["value"] + 2
    return frame


@pytest.mark.parametrize("lane", ["interim", "annual"])
def test_the_frames_of_a_lane_conform(lane: Lane) -> None:
    key = {"interim": "2017-03-01", "annual": "2016-04-01"}[lane]
    latest = _observed(seed=3)
    bands = band_indicators(latest, EDITION, CCGS)

    def kept(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(lane=lane, partition_key=key)

    sure = estimate_uncertainty(bands, latest, EDITION, lane)
    conform(kept(bands), schema_of(INDICATOR_BAND, Basis(EDITION, CCGS, lane)), "bands")
    areas = with_uncertainty(score_areas(bands, EDITION), sure, "area")
    conform(kept(areas), schema_of(AREA_SCORE, Basis(EDITION, CCGS, lane)), "areas")
    for panel in EDITION.panels:
        rated = with_uncertainty(rate_panel(bands, latest, EDITION, panel.key, lane), sure, "panel")
        conform(kept(rated), schema_of(CANDIDATE_RATING, Basis(EDITION, CCGS, lane, panel.key)), panel.key)
    if lane == "annual":
        overall = with_uncertainty(rate_overall(bands, EDITION, lane), sure, "overall")
        conform(kept(overall), schema_of(OVERALL_RATING, Basis(EDITION, CCGS, lane)), "overall")


def test_a_row_has_points_or_a_reason_and_z_can_be_worked_out_from_it() -> None:
    rows = band_indicators(_observed(seed=4), EDITION, CCGS)
    assert (rows["points"].notna() == (rows["why_no_band"] == "")).all()
    assert (rows["limits"] == "none").equals(rows["points"].isna())
    by_z = rows[rows["z"].notna()]
    better = np.where(by_z["direction"] == "lower_is_better", -1, 1)
    distance = better * (by_z["value"] - by_z["reference_value"])
    widened = np.sqrt(by_z["standard_error"] ** 2 + by_z["tau2"])
    is_exact = by_z["indicator_code"].isin([one.code for one in EDITION.indicators if one.exact])
    np.testing.assert_allclose(by_z["z"][~is_exact], (distance / widened)[~is_exact])
    assert (np.sign(by_z["z"]) == np.sign(distance)).all()
    directed = by_z[by_z["limits"] != "range"]
    assert (directed["points"] == 1 + (directed["z"] >= 1.96) - (directed["z"] <= -1.96)).all()


def test_the_engine_gives_every_figure_to_the_last_bit() -> None:
    latest = _observed(seed=5)
    bands = band_indicators(latest, EDITION, CCGS)
    measures = latest[latest["indicator_code"].isin([one.code for one in EDITION.supplementary])]
    candidates = [rate_panel(bands, measures, EDITION, one.key, "annual") for one in EDITION.panels]
    overall = rate_overall(bands, EDITION, "annual").assign(node="overall")
    now = pd.concat(
        [
            bands.assign(node=bands["indicator_code"] + ".z", figure=bands["z"])[bands["z"].notna()],
            bands.assign(node=bands["indicator_code"], figure=bands["points"]),
            score_areas(bands, EDITION).assign(
                figure=lambda rows: rows["score"], node=lambda rows: "area." + rows["area_code"]
            ),
            *[one.assign(node=one["panel"], figure=one["grade"].astype("Float64")) for one in candidates],
            overall.assign(figure=overall["overall_score"]),
            overall.assign(node="overall, grade", figure=overall["grade"].astype("Float64")),
        ]
    )
    edition = edition_named(EDITION_KEY)
    keys = {one.code: one.measure for one in EDITION.indicators}
    keys |= {one.code: one.measure for one in EDITION.supplementary}
    run = Run(
        edition,
        gathered(latest.assign(measure=latest["indicator_code"].map(keys)), edition.measures, CCGS, ["ENG"]),
    )
    found = {key: state.outcome[0] for key, state in run.states.items()}
    found |= {"overall": run.states["overall"].score[0], "overall, grade": run.states["overall"].outcome[0]}
    counted = 0
    for node, rows in now.groupby("node"):
        figures = rows.set_index("ccg_code")["figure"].reindex(CCGS).to_numpy(dtype=float, na_value=np.nan)
        assert np.array_equal(figures, found[str(node)], equal_nan=True), node
        counted += len(figures)
    print(f"{counted:,} figures of the Improvement and Assessment Framework, equal to the last bit")
    assert counted > 20_000


def test_a_lane_and_any_edition_have_one_estimator() -> None:
    latest = _observed(seed=5)
    bands = band_indicators(latest, EDITION, CCGS)
    measures = latest[latest["indicator_code"].isin([one.code for one in EDITION.supplementary])]
    before = uncertainty(bands, measures, EDITION, "annual", seed=1, draws=2000, versions=1, samples=1).table
    keys = {one.code: one.measure for one in EDITION.indicators}
    keys |= {one.code: one.measure for one in EDITION.supplementary}
    edition = edition_named(EDITION_KEY)
    facts = gathered(
        latest.assign(measure=latest["indicator_code"].map(keys)), edition.measures, CCGS, ["ENG"]
    )
    now = certainty(Run(edition, facts), draws=2000, seed=1).grade_chance
    now = now[now["kind"] == "underlying"].pivot(
        index=["node", "organisation"], columns="grade", values="chance"
    )
    panels = before[before["measure"] != "area"].set_index(["code", "ccg_code"])
    chances = panels[[f"p_grade_{grade}" for grade in range(1, 5)]].dropna()
    difference = chances.to_numpy() - now.reindex(index=chances.index, columns=range(1, 5)).to_numpy()
    print(f"Draws of {len(chances):,} ratings: chances differ by {np.abs(difference).max():.3f} at most")
    assert len(chances) > 200
    assert np.abs(difference).max() < 0.001
