"""phi and tau² against FunnelPlotR 0.6.0 on 209 made-up units: the two variants whose data are there."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.dispersion import dispersion, winsorise


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
