"""Coverage shown, not assumed: made-up worlds whose truth is known, and how often what is said of them holds.

Belongs here: rank sets, probabilities of grades, intervals of scores, discoveries, over a hundred worlds.
Does not belong here: single results by hand (each statistic's own file).

Every test prints its figures.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.outcomes import area_grade
from ccg_pipeline.method.statistics.changes import benjamini_hochberg, change
from ccg_pipeline.method.statistics.cutpoints import grade_by_cuts
from ccg_pipeline.method.statistics.ranks import compare_all, probability_of_top
from ccg_pipeline.method.uncertainty.simulation import uncertainty
from tests.support.notations.method_tables import EDITION, grades_of, points_of

WORLDS, N = 100, 90
LEAST_IN_A_TENTH = 500  # fewer say too little of how often
CANCER = ("122a", "122b", "122c", "122d")


@cache
def of_cancer(codes: tuple[str, ...] = CANCER) -> Edition:
    """The edition with the cancer panel alone, the judgements of the overall rating, an area of `codes`."""
    used = [EDITION.indicator(code) for code in (*CANCER, "141b", "165a")]
    return EDITION.model_copy(
        update={
            "indicators": tuple(
                one if one.code in codes else one.model_copy(update={"area": "elsewhere"}) for one in used
            ),
            "areas": (EDITION.area("122"),),
            "variations": (),
        }
    )


def a_world(seed: int, n: int, spread: float = 1.2) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """What is observed of n CCGs, and the true values behind it, `spread` standard errors apart."""
    random = np.random.default_rng([23, seed])
    codes = [f"{i:03}A" for i in range(n)]
    truth, rows = {}, []
    for code in CANCER:
        indicator = EDITION.indicator(code)
        centre = indicator.standard or 8.5
        size = np.exp(random.normal(np.log(500), 0.5, n)).astype(int)
        if indicator.standard_error == "binomial":
            error = np.sqrt(centre * (100 - centre) / size)
            truth[code] = np.clip(centre + spread * np.median(error) * random.standard_normal(n), 0, 100)
            x = random.binomial(size, truth[code] / 100)
            value = 100 * x / size
        else:
            error = 2 / np.sqrt(size / 500)
            truth[code] = centre + spread * 2 * random.standard_normal(n)
            value, x = truth[code] + error * random.standard_normal(n), np.full(n, np.nan)
        half = 1.959963984540054 * error
        rows.append(
            pd.DataFrame(
                {
                    "indicator_code": code,
                    "organisation_code": codes,
                    "numerator": x,
                    "denominator": size,
                    "value": value,
                    "lower_95": value - half,
                    "upper_95": value + half,
                }
            )
        )
    same = {
        "judgement": "", "status": "published", "organisation_kind": "ccg", "note": "", "publication": "rtt",
        "source_name": "", "source_sha256": "", "sheet": "", "cell": "", "layout": "published",
        "period_start": pd.Timestamp("2017-01-01"), "period_end": pd.Timestamp("2017-03-31"),
        "is_made_up": False,
    }  # fmt: skip
    return pd.concat(rows, ignore_index=True).assign(**same), truth


def true_grades(
    bands: pd.DataFrame, truth: dict[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Area score, its grade and the panel's grade that the true values earn under the same references."""
    z = []
    for code in CANCER:
        rows = bands[bands["indicator_code"] == code]
        z.append((truth[code] - rows["reference_value"].to_numpy()) / rows["standard_error"].to_numpy())
    points, grades = points_of(z), grades_of(z)
    area = points.mean(axis=0)
    worth = np.array([2, 1.25, 0.75, 0])[grades.astype(int) - 1].mean(axis=0)
    return area, area_grade(area), grade_by_cuts(worth, [1.4, 0.9, 0.5])


@cache
def graded(worlds: int, n: int = N) -> pd.DataFrame:
    """What is said of every CCG's area and panel in every world, and the truth with it."""
    found = []
    for seed in range(worlds):
        latest, truth = a_world(seed, n)
        codes = sorted(latest["organisation_code"].unique())
        bands = band_indicators(latest, of_cancer(), codes)
        said = uncertainty(
            bands, latest, of_cancer(), "annual", seed=seed, draws=800, versions=1, samples=1
        ).table
        area, of_area, of_panel = true_grades(bands, truth)
        found += [
            said[said["measure"] == "area"].assign(true_score=area, true_grade=of_area),
            said[said["measure"] == "panel"].assign(true_score=np.nan, true_grade=of_panel),
        ]
    return pd.concat(found, ignore_index=True)


def calibration(table: pd.DataFrame) -> pd.DataFrame:
    """By tenths of the probability given to a grade: how many, their mean, how often it was the true one."""
    chance = np.concatenate([table[f"p_grade_{grade}"] for grade in (1, 2, 3, 4)])
    is_true = np.concatenate([table["true_grade"] == grade for grade in (1, 2, 3, 4)])
    tenth = np.minimum((chance * 10).astype(int), 9)
    by_tenth = pd.DataFrame({"tenth": tenth, "said": chance, "true": is_true}).groupby("tenth")
    return by_tenth.agg(n=("said", "size"), said=("said", "mean"), true=("true", "mean"))


def furthest(table: pd.DataFrame) -> float:
    found = calibration(table)
    return float((found["said"] - found["true"]).abs()[found["n"] >= LEAST_IN_A_TENTH].max())


def test_the_probability_of_a_grade_is_how_often_it_is_the_true_one() -> None:
    table = graded(WORLDS)
    print(calibration(table).round(3).to_string())
    off = {measure: furthest(rows) for measure, rows in table.groupby("measure")}
    print(f"furthest off, {WORLDS} worlds of {N}: area {off['area']:.3f}, panel {off['panel']:.3f}")
    assert max(off.values()) <= 0.03
    own = table["p_own_grade"]
    right = (table["grade"] == table["true_grade"]).astype(float)
    print(f"own grade: said {own.mean():.3f}, true {right.mean():.3f}")
    assert own.mean() == pytest.approx(right.mean(), abs=0.03)
    apart = table[table["is_told_apart"]]
    is_right = float((apart["grade"] == apart["true_grade"]).mean())
    print(f"told apart: {len(apart)} of {len(table)}, right in {is_right:.1%}")
    assert is_right >= apart["p_own_grade"].mean() - 0.03


def test_a_flat_prior_would_not_be_calibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("priors", "tails"):
        monkeypatch.setattr(f"ccg_pipeline.method.statistics.{module}.LEAST_FOR_A_PRIOR", 31)
    off = furthest(graded(60, 30))
    print(f"furthest off with a flat prior: {off:.3f}")
    assert off > 0.06


def test_intervals_of_area_scores_hold_the_true_score() -> None:
    table = graded(WORLDS)
    areas = table[table["measure"] == "area"]
    inside = (
        (areas["lower_95"] <= areas["true_score"] + 1e-9) & (areas["true_score"] - 1e-9 <= areas["upper_95"])
    ).mean()
    print(f"95 % intervals of area scores: {inside:.1%} of {len(areas)} hold the true score")
    assert inside >= 0.935


def test_of_the_changes_found_at_most_one_in_twenty_is_none() -> None:
    random = np.random.default_rng(31)
    false, power = [], 0
    n, real = 600, 120
    for _ in range(WORLDS):
        moved = np.zeros(n)
        moved[:real] = random.normal(0, 4, real)
        r = 0.6
        noise = random.multivariate_normal([0, 0], [[1, r], [r, 1]], n)
        tested = change(moved + noise[:, 1], np.ones(n), noise[:, 0], np.ones(n), r)
        is_found = benjamini_hochberg(tested.p_value) <= 0.05
        false.append(is_found[real:].sum() / max(is_found.sum(), 1))
        power += is_found[:real].sum()
    said = f"{np.mean(false):.1%} of discoveries false, {power / WORLDS / real:.0%} of changes found"
    print(f"{WORLDS} worlds of {n}: {said}")
    assert np.mean(false) <= 0.05
    assert power / WORLDS / real > 0.4


def pairs_shown(seed: int, spread: float, codes: tuple[str, ...], n: int) -> tuple[int, int]:
    """How many pairs of an area's CCGs are shown as above one another, and how many of them falsely.

    As in the pipeline: counts, bands, true values, draws through the rules, and the sets of places from them.
    """
    latest, truth = a_world(seed, n, spread)
    edition = of_cancer(codes)
    bands = band_indicators(latest, edition, sorted(latest["organisation_code"].unique()))
    drawn = uncertainty(bands, latest, edition, "interim", seed=seed, draws=4000, versions=1, samples=1)
    above = compare_all(np.round(drawn.area_draws[0].astype(float), 6)).above
    z = [
        (truth[code] - rows["reference_value"].to_numpy()) / rows["standard_error"].to_numpy()
        for code in codes
        for rows in [bands[bands["indicator_code"] == code]]
    ]
    score = np.round(points_of(z).mean(axis=0), 6)
    return int(above.sum()), int((above & (score[:, None] <= score)).sum())


@pytest.mark.parametrize("codes", [CANCER[1:2], CANCER[1:3]], ids=["one indicator", "two indicators"])
def test_of_organisations_that_are_all_alike_no_pair_is_shown(codes: tuple[str, ...]) -> None:
    shown = [pairs_shown(seed, 0.0, codes, 100)[0] for seed in range(20)]
    print(f"20 worlds of 100 equals, {len(codes)} indicators: {sum(shown)} pairs shown")
    assert sum(shown) == 0


@pytest.mark.parametrize("spread", [1.2, 3.0])
def test_where_organisations_differ_one_world_of_twenty_has_a_false_pair(spread: float) -> None:
    found = [pairs_shown(seed, spread, CANCER[1:3], 60) for seed in range(20)]
    worlds = sum(false > 0 for _, false in found)
    shown, false = (sum(one) for one in zip(*found, strict=True))
    print(f"spread {spread}: {shown} pairs shown, {false} falsely, in {worlds} of 20 worlds")
    assert shown > 0
    # of 20 worlds, 1 is meant; 4 or more would come in one test of sixty by chance
    assert worlds <= 3


def test_chances_of_the_first_ten_add_up_to_ten_however_many_tie() -> None:
    draws = np.random.default_rng(5).integers(0, 3, (500, 209)).astype(float)
    assert probability_of_top(draws).sum() == pytest.approx(10)
