"""Quantile bands and funnels against PHEindicatormethods 2.1.0; comparers and goals against Fingertips."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.statistics.intervals import Interval, exact_poisson, wilson
from ccg_pipeline.method.statistics.significance import (
    FIVE_WAY,
    by_interval,
    by_limits,
    by_overlap,
    five_way,
    funnel_of_proportion,
    goal,
    goal_range,
    quantile_bands,
    quantile_bounds,
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
    by_funnel = by_limits(rows["x"] / rows["n"], funnel_of_proportion(average, rows["n"]))
    assert [FUNNEL[side] for side in by_funnel] == expected
    # the funnel is Wilson's interval inverted, so that either says the same
    assert by_interval(wilson(rows["x"], rows["n"]), average).tolist() == by_funnel.tolist()


def test_control_limits_compare_as_fingertips_does(shared: Path) -> None:
    rows = pd.read_csv(shared / "vectors" / "fingertips_spc_comparers.csv")
    for row in rows.itertuples():
        expected = row.comparator_value * row.denominator / row.unit
        if row.kind == "prop":
            limits = wilson(expected, row.denominator, scale=row.unit)
        else:
            counts, per = exact_poisson(expected), row.unit / row.denominator
            limits = Interval(counts.value * per, counts.lower * per, counts.upper * per)
        at_95, at_998 = (
            LOW_IS_GOOD * by_limits(row.value, Interval(limits.value, limits.lower[[k]], limits.upper[[k]]))
            for k in (0, 1)
        )
        assert FIVE_WAY[float(at_95)].capitalize() == row.expected_95_low_is_good, row
        assert FIVE_WAY[float(at_998)].capitalize() == row.expected_998_low_is_good, row
    assert set(rows["kind"]) == {"prop", "dsr"}


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


@pytest.mark.parametrize(
    ("better", "column"), [(LOW_IS_GOOD, "expected_low_is_good"), (HIGH_IS_GOOD, "expected_high_is_good")]
)
def test_goals_and_ranges_equal_fingertips(shared: Path, better: float, column: str) -> None:
    rows = pd.read_csv(shared / "vectors" / "fingertips_targets.csv")
    single, ranges = rows[rows["kind"] == "single_value"], rows[rows["kind"] == "range"]
    met = goal(single["value"], single["lower_limit"], better)
    beyond = goal_range(ranges["value"], ranges["lower_limit"], ranges["upper_limit"], better)
    found = [FIVE_WAY[one].capitalize() for one in [*met, *beyond]]
    assert found == [*single[column], *ranges[column]]
    assert len(found) == 8


def test_quintile_bounds_equal_fingertips(shared: Path) -> None:
    (row,) = pd.read_csv(shared / "vectors" / "fingertips_quintile_bounds.csv").itertuples()
    first, last = (int(end) for end in row.n.split(".."))
    expected = [float(bound) for bound in row.quintile_bounds.split(";")]
    assert quantile_bounds(np.arange(first, last + 1), 5).tolist() == expected


def test_the_period_before_compares_as_in_fingertips(shared: Path) -> None:
    rows = pd.read_csv(shared / "vectors" / "fingertips_change_vs_previous.csv")

    def interval(of: str) -> Interval:
        lower, upper = rows[[f"{of}_lo"]].to_numpy(), rows[[f"{of}_hi"]].to_numpy()
        return Interval(rows[of].to_numpy(dtype=float), lower, upper)

    side = by_overlap(interval("recent"), interval("previous"))
    words = {-1.0: "Decreasing", 0.0: "NoChange", 1.0: "Increasing"}
    assert [words.get(one, "CannotBeCalculated") for one in side.tolist()] == rows["expected"].tolist()
