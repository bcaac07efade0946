"""The Human Development Index of 2022 against what the United Nations Development Programme published."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.run import Run

EDITION = edition_named("hdi_2022")
COLUMNS = {
    "hdr/life_expectancy": "le_2022",
    "hdr/expected_years_of_schooling": "eys_2022",
    "hdr/mean_years_of_schooling": "mys_2022",
    "hdr/gross_national_income_per_person": "gnipc_2022",
}


@pytest.fixture(scope="module")
def countries(shared: Path) -> pd.DataFrame:
    return pd.read_csv(shared / "vectors" / "hdi_2022.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def run(countries: pd.DataFrame) -> Run:
    values = {measure: countries[name].to_numpy(float)[None] for measure, name in COLUMNS.items()}
    return Run(EDITION, Facts(countries["iso3"].tolist(), values))


def test_every_value_tier_and_rank_equals_the_published(countries: pd.DataFrame, run: Run) -> None:
    index = run.states["hdi"]
    assert index.grade is not None
    labels = EDITION.labels("hdi")
    tiers = [labels[int(grade) - 1].title() for grade in index.grade[0]]  # the file writes "Very High"
    equal = {
        "values": int((np.abs(index.score[0] - countries["hdi_2022"]) < 1e-9).sum()),
        "tiers": int((countries["hdicode"] == tiers).sum()),
        "ranks": int((run.league(EDITION.leagues[0])[0] == countries["hdi_rank_2022"]).sum()),
    }
    print(f"HDI 2022: {equal} of {len(countries)}")
    assert (len(countries), equal) == (193, {"values": 193, "tiers": 193, "ranks": 193})


# Goalposts of the technical notes: at the worst, at the best, beyond both (held inside).
@pytest.mark.parametrize(
    ("node", "measure", "value", "score"),
    [
        ("health", "hdr/life_expectancy", 20, 0.0),
        ("health", "hdr/life_expectancy", 19, 0.0),
        ("health", "hdr/life_expectancy", 52.5, 0.5),
        ("health", "hdr/life_expectancy", 86, 1.0),
        ("expected_schooling", "hdr/expected_years_of_schooling", 9, 0.5),
        ("expected_schooling", "hdr/expected_years_of_schooling", 18.1, 1.0),
        ("mean_schooling", "hdr/mean_years_of_schooling", 7.5, 0.5),
        ("income", "hdr/gross_national_income_per_person", 100, 0.0),
        ("income", "hdr/gross_national_income_per_person", 75000**0.5 * 10, 0.5),
        ("income", "hdr/gross_national_income_per_person", 80000, 1.0),
    ],
)
def test_a_dimension_runs_from_goalpost_to_goalpost(
    node: str, measure: str, value: float, score: float
) -> None:
    found = Run(EDITION, Facts(["XXX"], {measure: np.array([[value]])}), only=[node])
    assert found.states[node].score[0, 0] == pytest.approx(score)


def test_a_country_that_lacks_a_figure_has_no_index_and_a_reason(run: Run) -> None:
    values = {key: found.copy() for key, found in run.facts.values.items()}
    values["hdr/mean_years_of_schooling"][0, 0] = np.nan
    index = Run(EDITION, Facts(run.facts.organisations, values)).states["hdi"]
    assert index.grade is not None
    assert index.why is not None
    assert np.flatnonzero(np.isnan(index.grade[0])).tolist() == [0]
    assert index.why[0] == "2 of 3 are there; without education"
