"""The recent trend against Fingertips' own tests, and false discovery rates against statsmodels."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.statistics.trends import (
    SIGNIFICANT_CHI_SQUARE,
    benjamini_hochberg,
    recent_trend,
    recent_trend_of_proportions,
)

MARKERS = {-1.0: "Decreasing", 0.0: "NoChange", 1.0: "Increasing"}
CASES = ["general_set1", "general_set2", "proportion_set1", "proportion_set2_invalid"]


@pytest.mark.parametrize("case", CASES)
def test_the_recent_trend_equals_fingertips(shared: Path, case: str) -> None:
    rows = pd.read_csv(shared / "vectors" / "fingertips_trend_marker.csv")
    rows = rows[rows["case"] == case].sort_values("year")
    wanted = rows.iloc[0]
    assert wanted["chi2_threshold"] == SIGNIFICANT_CHI_SQUARE
    if wanted["method"] == "proportion":
        found = recent_trend_of_proportions(rows["count"], rows["denominator"])
    else:
        found = recent_trend(rows["value"], rows["lower95"], rows["upper95"])
    marker = MARKERS.get(float(found.direction), "CannotBeCalculated")
    assert marker == wanted["expected_marker"]
    assert bool(found.chi_square > SIGNIFICANT_CHI_SQUARE) == wanted["expected_significant"]
    if wanted["expected_chi2_2dp"] > 0:  # Fingertips prints 0 for what cannot be calculated
        assert round(float(found.chi_square), 2) == wanted["expected_chi2_2dp"]


def test_every_case_is_asked_for(shared: Path) -> None:
    assert pd.read_csv(shared / "vectors" / "fingertips_trend_marker.csv")["case"].unique().tolist() == CASES


def test_false_discovery_rates_equal_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(11).beta(0.4, 2, size=12_540).round(4)  # ties are in it
    np.testing.assert_allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1], rtol=1e-13)
