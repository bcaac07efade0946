"""Quantile bands and funnels against PHEindicatormethods 2.1.0; comparisons against Fingertips."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.statistics.intervals import Interval, wilson
from ccg_pipeline.method.statistics.significance import (
    by_interval,
    five_way,
    quantile_bands,
)

FUNNEL = {
    -2.0: "Low (0.001)",
    -1.0: "Low (0.025)",
    0.0: "Not significant",
    1.0: "High (0.025)",
    2.0: "High (0.001)",
}
LOW_IS_GOOD, HIGH_IS_GOOD = -1.0, 1.0


@pytest.mark.parametrize("n_bands", [4, 5, 7, 10])
@pytest.mark.parametrize("highest_first", [True, False])
def test_quantile_bands_equal_the_original(shared: Path, n_bands: int, highest_first: bool) -> None:
    rows = pd.read_csv(shared / "vectors" / "phe_r_quantile_209.csv")
    assert rows["v"].duplicated().sum() > 4  # ties and gaps are in it
    assert rows["v"].isna().sum() == 4
    expected = rows[f"q{n_bands}_inv" if highest_first else f"q{n_bands}"].to_numpy()
    np.testing.assert_array_equal(quantile_bands(rows["v"], n_bands, highest_first), expected)


def test_funnel_significance_equals_the_original(shared: Path) -> None:
    rows = pd.read_csv(shared / "vectors" / "phe_r_funnel_prop_209.csv")
    average = rows["x"].sum() / rows["n"].sum()
    expected = rows["significance"].tolist()
    assert set(expected) == set(FUNNEL.values())
    # the funnel is Wilson's interval inverted, so that either says the same
    assert [FUNNEL[side] for side in by_interval(wilson(rows["x"], rows["n"]), average)] == expected


def test_the_two_level_comparison_equals_fingertips(shared: Path) -> None:
    rows = pd.read_csv(shared / "vectors" / "fingertips_two_level_ci.csv")
    interval = Interval(
        rows["value"].to_numpy(),
        rows[["lower95", "lower998"]].to_numpy(),
        rows[["upper95", "upper998"]].to_numpy(),
    )
    side = by_interval(interval, rows["benchmark"])
    assert [word.capitalize() for word in five_way(LOW_IS_GOOD * side)] == rows[
        "expected_low_is_good"
    ].tolist()
    assert [word.capitalize() for word in five_way(HIGH_IS_GOOD * side)] == rows[
        "expected_high_is_good"
    ].tolist()
    assert sorted(side) == [-2, -1, 0, 1, 2]
