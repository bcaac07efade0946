"""Special-cause labels of 48 series against NHSRplotthedots 0.2.2, where a decrease is better."""

from pathlib import Path

import numpy as np
import pandas as pd

from ccg_pipeline.method.statistics.special_cause import process_limits, special_cause

LABELS = {
    ("", 0.0): "Common Cause",
    ("outside", 1.0): "Above UCL",
    ("outside", -1.0): "Below LCL",
    ("one_side", 1.0): "7 Points Above CL",
    ("one_side", -1.0): "7 Points Below CL",
    ("trend", 1.0): "7 Point Trend (Increasing)",
    ("trend", -1.0): "7 Point Trend (Decreasing)",
    ("near_limit", 1.0): "2 in 3 Above CL",
    ("near_limit", -1.0): "2 in 3 Below CL",
}
TYPES = {0.0: "common_cause", 1.0: "special_cause_improvement", -1.0: "special_cause_concern"}


def test_every_label_and_every_limit_equals_the_original(shared: Path) -> None:
    given = pd.read_csv(shared / "vectors" / "ptd_input.csv")
    expected = pd.read_csv(shared / "vectors" / "ptd_expected_decrease_screenTRUE.csv")
    expected = expected.rename(columns={"f": "id", "x": "date"}).drop(columns="y")
    both = given.merge(expected, on=["id", "date"], validate="one_to_one").sort_values(["id", "date"])
    series = [rows for _, rows in both.groupby("id")]
    assert (len(series), len(both)) == (48, len(expected))
    # the series in one array, shorter ones filled up with periods that have no figure
    longest = max(len(rows) for rows in series)
    y = np.vstack([np.pad(rows["y"], (0, longest - len(rows)), constant_values=np.nan) for rows in series])

    limits, found = process_limits(y), special_cause(y)

    for k, rows in enumerate(series):
        n = len(rows)
        said = list(zip(found.rule[k, :n], found.side[k, :n], strict=True))
        assert [LABELS[one] for one in said] == rows["special_cause_type"].tolist()
        assert [TYPES[-side] if side else TYPES[0.0] for _, side in said] == rows["point_type"].tolist()
        for limit, column in ((limits.mean, "mean_col"), (limits.lower, "lpl"), (limits.upper, "upl")):
            np.testing.assert_allclose(np.full(n, limit[k]), rows[column], rtol=1e-12)
    assert set(both["special_cause_type"]) == set(LABELS.values())
