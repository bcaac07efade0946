"""False discovery rates against statsmodels."""

import numpy as np

from ccg_pipeline.method.statistics.changes import benjamini_hochberg


def test_false_discovery_rates_equal_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(11).beta(0.4, 2, size=12_540).round(4)  # ties are in it
    np.testing.assert_allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1], rtol=1e-13)
