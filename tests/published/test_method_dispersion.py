"""phi and tau² against FunnelPlotR 0.6.0 on 209 made-up units: the variants whose data are there.

Those of the ratio of two counts (RC) are not there.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.statistics.dispersion import dispersion, winsorise
from ccg_pipeline.method.statistics.intervals import exact_poisson


@pytest.mark.parametrize("variant", ["PR_trim10", "SR_CQC_trim10"])
def test_phi_and_tau2_equal_funnelplotr(shared: Path, variant: str) -> None:
    units = pd.read_csv(shared / "vectors" / f"funnelplotr_{variant}_209.csv")
    expected = (
        pd.read_csv(shared / "vectors" / "funnelplotr_phi_tau2_summary.csv").set_index("name").loc[variant]
    )
    # z from its parts, so that FunnelPlotR's own z is compared too and not merely copied
    standard_error = 1 / (2 * np.sqrt(units["denominator"].to_numpy()))
    z = (units["Y"].to_numpy() - units["target_transformed"].to_numpy()) / standard_error

    found = dispersion(z, standard_error, share=0.10)

    assert np.abs(winsorise(z, 0.10) - units["Wuzscore"].to_numpy()).max() < 1e-10
    assert found.n == 209
    assert found.phi == pytest.approx(expected["phi"], abs=1e-10)
    assert found.tau2 == pytest.approx(expected["tau2"], abs=1e-10)


@pytest.fixture
def ratios(shared: Path) -> pd.DataFrame:
    """Standardised ratios: observed and expected of 209 units, the same in all variants of SR."""
    return pd.read_csv(shared / "vectors" / "funnelplotr_SR_CQC_trim10_209.csv")


def summary(shared: Path, variant: str) -> "pd.Series[float]":
    return pd.read_csv(shared / "vectors" / "funnelplotr_phi_tau2_summary.csv").set_index("name").loc[variant]


@pytest.mark.parametrize(("variant", "share"), [("SR_CQC_trim05", 0.05), ("SR_CQC_trim10", 0.10)])
def test_other_shares_of_cqc_equal_funnelplotr(
    shared: Path, ratios: pd.DataFrame, variant: str, share: float
) -> None:
    error = 1 / (2 * np.sqrt(ratios["denominator"].to_numpy()))
    z = (np.sqrt(ratios["rr"].to_numpy()) - 1) / error
    found, expected = dispersion(z, error, share), summary(shared, variant)
    assert found.phi == pytest.approx(expected["phi"], abs=1e-10)
    assert found.tau2 == pytest.approx(expected["tau2"], abs=1e-10)


def test_the_truncation_of_the_shmi_equals_funnelplotr(shared: Path, ratios: pd.DataFrame) -> None:
    error = 1 / np.sqrt(ratios["denominator"].to_numpy())
    found = dispersion(np.log(ratios["rr"].to_numpy()) / error, error, 0.10, "truncate")
    expected = summary(shared, "SR_SHMI_trim10")
    assert found.phi == pytest.approx(expected["phi"], abs=1e-10)
    assert found.tau2 == pytest.approx(expected["tau2"], abs=1e-10)


def test_without_adjustment_as_many_lie_outside(shared: Path, ratios: pd.DataFrame) -> None:
    expected, count = ratios["denominator"].to_numpy(), ratios["numerator"].to_numpy()
    limits = exact_poisson(expected, (0.998,))
    is_outside = (count < limits.lower[:, 0]) | (count > limits.upper[:, 0])
    assert is_outside.sum() == summary(shared, "SR_unadj")["n_outlier"] == 52
    np.testing.assert_allclose(limits.lower[:, 0] / expected, ratios["LCL99"], rtol=1e-9)
    np.testing.assert_allclose(limits.upper[:, 0] / expected, ratios["UCL99"], rtol=1e-9)
