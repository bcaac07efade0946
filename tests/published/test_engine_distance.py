"""Distances of the engine, limits widened, against FunnelPlotR 0.6.0 on 209 made-up units."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.statistics.standard_errors import NORMAL_95
from tests.support.notations.rule_tables import run


def test_widened_distances_equal_funnelplotr(shared: Path) -> None:
    units = pd.read_csv(shared / "vectors" / "funnelplotr_PR_trim10_209.csv")
    summary = pd.read_csv(shared / "vectors" / "funnelplotr_phi_tau2_summary.csv").set_index("name")
    expected = summary.loc["PR_trim10"]
    # On FunnelPlotR's own scale, the arcsine of the root, the standard error is 1 / (2 √n)
    y, target = units["Y"], float(units["target_transformed"].iloc[0])
    error = 1 / (2 * np.sqrt(units["denominator"].to_numpy()))
    limits = {"lower_95": y - NORMAL_95 * error, "upper_95": y + NORMAL_95 * error}

    found = run(
        f"distance error: interval, standard: {target!r}, widen: true",
        {"x": " ".join(map(repr, y.tolist()))},
        counts={key: " ".join(map(repr, one.tolist())) for key, one in limits.items()},
        england=target,
    )

    learned = found.learned.steps["it", 1]
    assert learned.phi == pytest.approx(expected["phi"], abs=1e-9)
    assert learned.tau2 == pytest.approx(expected["tau2"], abs=1e-9)
    by_hand = (y - target) / np.sqrt(error**2 + expected["tau2"])
    assert np.abs(found.states["it"].score[0] - by_hand).max() < 1e-9
