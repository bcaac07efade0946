"""The figures against the truth behind them: nothing here leans on how the pipeline reads or scores."""

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.demo.national import judgement_shares, national_values
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.reference.authorities import authority_weights
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.reference.populations import adults_mid_2015
from tests.unit.demo.conftest import MadeUpYear

OWN_LAYOUT = {"rtt", "dtoc", "cancer_stage", "lsoa_admissions", "iapt", "ccg_ois", "dementia_diagnoses"}
ROLLING = {"105c", "123b"}  # their periods overlap, so that a CCG's cells share events


def plain_binomial() -> list[str]:
    values = national_values()
    return [
        one.code
        for one in load_edition().indicators
        if one.standard_error == "binomial"
        and values[one.code].count_noise == 1
        and one.publication not in OWN_LAYOUT
    ]


@pytest.mark.parametrize("code", plain_binomial())
def test_binomial_figures_lie_round_the_truth_as_far_as_chance_puts_them(
    made_up: MadeUpYear, code: str
) -> None:
    rows = made_up.shown(code)
    chance = rows["latent"] / 100
    z = (rows["value"] - rows["latent"]) / (100 * np.sqrt(chance * (1 - chance) / rows["denominator"]))
    n = 209 if code in ROLLING else len(rows)
    assert (z**2).mean() == pytest.approx(1, abs=5 * np.sqrt(2 / n))
    assert z.mean() == pytest.approx(0, abs=5 / np.sqrt(n))


@pytest.mark.parametrize("code", ["104a", "107a", "127b", "127f", "131a"])
def test_counts_vary_by_the_noise_asked_for(made_up: MadeUpYear, code: str) -> None:
    value, scale = national_values()[code], load_edition().indicator(code).scale
    rows = made_up.shown(code)
    last = rows[rows["period_end"] == rows["period_end"].max()]
    expected = last["latent"] / scale * last["denominator"]
    dispersion = ((last["numerator"] - expected) ** 2 / expected).mean()
    assert dispersion == pytest.approx(value.count_noise, rel=5 * np.sqrt(2 / len(last)))


@pytest.mark.parametrize(
    "code",
    [one.code for one in load_edition().indicators if one.kind in ("mean", "index") and one.code != "106a"],
)
def test_means_and_their_intervals_hold_the_truth(made_up: MadeUpYear, code: str) -> None:
    rows = made_up.shown(code)
    held = rows["latent"].between(rows["lower_95"], rows["upper_95"]).mean()
    assert held == pytest.approx(0.95, abs=5 * np.sqrt(0.95 * 0.05 / len(rows)))


def test_truth_and_figures_go_together_everywhere(made_up: MadeUpYear) -> None:
    rows = made_up.with_truth.query("mark == ''").dropna(subset=["value"])
    last = rows[rows["period_end"] == rows.groupby("indicator")["period_end"].transform("max")]
    together = last.groupby("indicator")[["value", "latent"]].apply(
        lambda own: own["value"].corr(own["latent"])
    )
    assert len(together) == 46
    assert together.min() > 0.6, together.idxmin()
    assert together.median() > 0.9


def test_every_truth_has_209_ccgs_and_61_measures(made_up: MadeUpYear) -> None:
    truth = made_up.truth
    assert truth["latent"].notna().all()
    assert truth["indicator_code"].nunique() == 61
    assert (truth.groupby(["indicator_code", "period_end"])["ccg_code"].nunique() == 209).all()


def test_england_lies_at_the_national_value(made_up: MadeUpYear) -> None:
    england = made_up.declared.query("organisation_code == 'ENG'")
    values = national_values()
    for (code, end), own in england.groupby(["indicator", "period_end"]):
        ends = sorted(england.loc[england["indicator"] == code, "period_end"])
        if end in (ends[0], ends[-1]):
            value = values[str(code)]
            national = value.national_first if end == ends[0] else value.national_last
            # half the CCGs' spread is far outside chance for 209 of them, and a rolling year looks back
            assert own["value"].iloc[0] == pytest.approx(national, abs=0.5 * value.spread), (code, end)


def test_pathways_within_18_weeks(made_up: MadeUpYear) -> None:
    rows = made_up.table("rtt/Incomplete-Commissioner-Mar17.xls", "Commissioner", 14)
    totals = rows[rows["Treatment Function Code"] == "IP999"].set_index("CCG Code").drop("X24")
    n = totals["Total number of incomplete pathways"].astype(float)
    share = totals["Total within 18 weeks"].astype(float) / n
    truth = made_up.latent("129a", "2017-03-31") / 100
    z = (share - truth) / np.sqrt(truth * (1 - truth) / n)
    assert len(z) == 209
    assert (z**2).mean() == pytest.approx(1, abs=5 * np.sqrt(2 / 209))


def test_delayed_days_apportioned_to_ccgs(made_up: MadeUpYear) -> None:
    rows = made_up.table("dtoc/LA_March_17.xls", "LA - by responsible org", 14).set_index("ONS Geography")
    days = pd.to_numeric(rows["Total"], errors="coerce")
    weights = authority_weights()
    weights["days"] = weights["weight"] * weights["authority_code"].map(days.drop("-").drop(""))
    rate = 100_000 * weights.groupby("ccg_code")["days"].sum() / adults_mid_2015()
    truth = made_up.latent("127e", "2017-03-31")
    assert rate.corr(truth) > 0.95
    assert rate.mean() == pytest.approx(truth.mean(), rel=0.03)
    # real days of March 2017 vary by 219 per 100,000 adults between CCGs
    assert 150 < rate.std() < 300


def test_slopes_on_deprivation(made_up: MadeUpYear) -> None:
    areas = pd.read_csv(made_up.folder / "lsoa_admissions/ccg_lsoa_data_2015-16.csv", thousands=",")
    truth = made_up.latent("106a", "2016-03-31")
    fitted = slopes(areas)
    assert fitted["slope"].corr(truth) > 0.7
    # LSOAs' admissions are Poisson and heteroscedastic, so the residual variance is only nearly right
    z = (fitted["slope"] - truth) / fitted["standard_error"]
    assert 0.7 < (z**2).mean() < 1.4
    assert abs(z.mean()) < 5 / np.sqrt(209)


def slopes(areas: pd.DataFrame) -> pd.DataFrame:
    """By CCG, the population-weighted line of rate on deprivation: slope and its standard error."""
    found = {}
    for code, own in areas[areas["population"] > 1].groupby("CCG"):
        weight = own["population"].to_numpy()
        x, y = own["imdscaled"].to_numpy(), own["age_stdrate"].to_numpy()
        middle = np.average(x, weights=weight)
        spread = (weight * (x - middle) ** 2).sum()
        slope = (weight * (x - middle) * y).sum() / spread
        rest = y - np.average(y, weights=weight) - slope * (x - middle)
        found[code] = (slope, np.sqrt((weight * rest**2).sum() / (len(x) - 2) / spread))
    return pd.DataFrame.from_dict(found, orient="index", columns=["slope", "standard_error"])


@pytest.mark.parametrize("code", sorted(judgement_shares()))
def test_judgements_follow_the_truth_in_their_shares(made_up: MadeUpYear, code: str) -> None:
    shares = judgement_shares()[code]
    rows = made_up.shown(code).query("judgement != ''")
    means = rows.groupby("judgement")["latent"].mean()
    assert means.reindex([one.label for one in shares]).is_monotonic_decreasing
    last = rows[rows["period_end"] == rows["period_end"].max()]
    # 44 plans are few; 209 CCGs are not independent either, as neighbours resemble each other
    tolerance = 0.2 if code == "161a" else 0.08
    for one in shares:
        assert (last["judgement"] == one.label).mean() == pytest.approx(one.share, abs=tolerance), one.label


def test_some_ccgs_are_red_on_both_leadership_and_finance(made_up: MadeUpYear) -> None:
    last = made_up.declared.query("period_end == '2017-03-31'").pivot(
        index="organisation_code", columns="indicator", values="judgement"
    )
    red = (last["165a"] == "Red") & (last["141b"] == "Red")
    assert 15 <= red.sum() <= 25


def test_a_few_ccgs_took_hardly_part_in_the_diabetes_audit(made_up: MadeUpYear) -> None:
    rows = made_up.of("nda_participation")
    assert 2 <= (rows.loc[rows["period_end"] == "2016-03-31", "value"] < 25).sum() <= 15


def test_plans_share_what_is_theirs(made_up: MadeUpYear) -> None:
    plan_of = ccgs().set_index("ccg_code")["stp_code"]
    judged, counted = made_up.of("161a"), made_up.of("124a")
    for column, own in (("judgement", judged), ("value", counted)):
        by_plan = own.groupby(["period_end", own["organisation_code"].map(plan_of)])[column].nunique()
        assert len(by_plan) == 44 * own["period_end"].nunique()
        assert set(by_plan) == {1}
    of_plans = made_up.of("stp_progress").set_index(["period_end", "organisation_code"])
    keys = list(zip(judged["period_end"], judged["organisation_code"].map(plan_of), strict=True))
    assert of_plans.loc[keys, "judgement"].tolist() == judged["judgement"].tolist()


def test_a_few_cells_are_suppressed_or_missing(made_up: MadeUpYear) -> None:
    rows = made_up.declared.query("organisation_code != 'ENG'")
    judged = rows["indicator"].isin([*judgement_shares(), "stp_progress"])
    figures = rows[~judged]
    assert 0.001 < (figures["mark"] == "*").mean() < 0.03
    assert 0.003 < (figures["mark"] == "-").mean() < 0.03
    worst = figures.groupby("indicator")["mark"].apply(lambda marks: (marks != "").mean())
    assert worst.max() < 0.15, worst.idxmax()
    assert (figures["value"].isna() == (figures["mark"] != "")).all()
    assert 0 < (rows.loc[judged, "judgement"] == "").mean() < 0.03


def test_small_counts_are_never_shown(made_up: MadeUpYear) -> None:
    for code, value in national_values().items():
        shown = made_up.of(code)["numerator"].dropna()
        assert not shown.between(1, value.suppressed_below - 1).any(), code
