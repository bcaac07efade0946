"""The Health Index of 2015 against the normalised indicators in its authors' own file.

Of 58 indicators the published file of 2015 holds 50. The authors took the other 8 from later years or imputed
them beforehand, as they did trans_noise and low_pay of one area; imputing is no rule of an edition. What they
imputed for low_pay is read back out of their normalised figure: one unknown in 149 equations.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.run import Run

EDITION = edition_named("health_index_2015")
INDICATORS = [node.key for node in EDITION.nodes if node.level == "indicator"]
NOT_IN_2015 = {
    *("ow_obs", "activity", "eating", "in_eet", "diff_adls", "pub_greenspace", "priv_greenspace"),
    "trans_noise",
}


@pytest.fixture(scope="module")
def areas(shared: Path) -> pd.DataFrame:
    values = pd.read_csv(shared / "vectors" / "health_index_2015_values.csv").set_index("Area code")
    people = pd.read_csv(shared / "vectors" / "health_index_areas.csv").query("Year == 2015")
    normalised = pd.read_csv(shared / "vectors" / "health_index_2015_normalised.csv")
    has = values["low_pay"].notna().to_numpy()
    line = np.polynomial.Polynomial.fit(normalised["low_pay"][has], values["low_pay"][has], 1)
    assert (~has).sum() == 1
    return values.assign(
        low_pay=np.where(has, values["low_pay"], line(normalised["low_pay"].to_numpy())),
        population=people.set_index("UTLA20CD")["UTLA_population"].loc[values.index],
    )


@pytest.fixture(scope="module")
def run(areas: pd.DataFrame) -> Run:
    return Run(EDITION, facts(areas))


def facts(areas: pd.DataFrame) -> Facts:
    values = {f"hi/{code}": areas[code].to_numpy(float)[None] for code in INDICATORS if code in areas}
    return Facts(areas.index.tolist(), values, attributes={"population": areas["population"].to_numpy()})


def test_every_indicator_at_hand_equals_the_normalised(shared: Path, areas: pd.DataFrame, run: Run) -> None:
    normalised = pd.read_csv(shared / "vectors" / "health_index_2015_normalised.csv")
    assert set(INDICATORS) == set(normalised.columns)
    at_hand = [code for code in INDICATORS if code in areas]
    miss = {code: np.abs(run.states[code].score[0] - normalised[code].to_numpy()) for code in at_hand}
    equal = {code: int((one < 1e-6).sum()) for code, one in miss.items()}
    print(f"Health Index 2015: {sum(equal.values()):,} of {len(at_hand) * len(areas):,} figures to 1e-6")
    assert (len(INDICATORS), len(at_hand), len(areas)) == (58, 50, 149)
    assert set(INDICATORS) - set(at_hand) == NOT_IN_2015
    assert equal == dict.fromkeys(at_hand, 149)


def test_a_later_year_is_held_against_the_base_year(areas: pd.DataFrame, run: Run) -> None:
    later = facts(areas.assign(smoke=areas["smoke"] - 1, activity=np.nan))
    held = Run(EDITION, later, run.learned).states["smoke"].score
    anew = Run(EDITION, later).states["smoke"].score
    assert (held > run.states["smoke"].score).all()  # fewer smoke everywhere, which is better
    assert np.abs(anew - run.states["smoke"].score).max() < 1e-9


def test_england_is_100_and_a_standard_deviation_10(areas: pd.DataFrame, run: Run) -> None:
    score, weight = run.states["smoke"].score[0], areas["population"].to_numpy() / areas["population"].sum()
    assert (weight * score).sum() == pytest.approx(100)
    variance = (weight * (score - 100) ** 2).sum()
    assert variance / (1 - (weight**2).sum()) == pytest.approx(100)


def test_groups_domains_and_the_index_are_means_of_what_is_there(run: Run) -> None:
    index, parts = run.states["index"], [run.states[key].score[0] for key in ("Pe", "Li", "Pl")]
    assert np.allclose(index.score[0], np.mean(parts, axis=0))
    assert np.isfinite(index.score).all()
    outdoors = run.states["Pl.1"]  # both of its indicators are not in the file of 2015
    assert outdoors.why is not None
    assert set(outdoors.why) == {"0 of 2 are there; without pub_greenspace, priv_greenspace"}


def test_draws_that_are_the_published_figures_give_what_was_published(run: Run) -> None:
    draws = {key: np.repeat(values, 3, axis=0) for key, values in run.facts.values.items()}
    drawn = Run(EDITION, replace(run.facts, values=draws), run.learned).states
    for key in ("smoke", "sti_screen", "Li", "index"):
        assert np.array_equal(drawn[key].score, np.repeat(run.states[key].score, 3, axis=0))
