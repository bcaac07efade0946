"""What is left of a figure after what other figures of the same organisations explain.

Belongs here: least squares on covariates, and how much they explain.
Does not belong here: which covariates (whoever asks), any adjustment of a score: this is next to a score
and is never inside it.
"""

import numpy as np

from ccg_pipeline.method.statistics.grid import Floats


def after_covariates(values: Floats, covariates: Floats) -> tuple[Floats, float]:
    """Return what is left of `values` (n,) after a line in `covariates` (n, k), and the share explained.

    Residuals of ordinary least squares with an intercept, whose mean is 0, in the unit of `values`; NaN where
    the value or a covariate is missing. The share explained is R² of those that have all; 0 where the values
    do not differ. ValueError with fewer complete rows than coefficients and one more.
    """
    there = np.isfinite(values) & np.isfinite(covariates).all(axis=1)
    design = np.column_stack([np.ones(int(there.sum())), covariates[there]])
    if len(design) <= design.shape[1]:
        raise ValueError(
            f"{len(design)} organisations are too few to adjust for {covariates.shape[1]} figures."
        )
    coefficients, *_ = np.linalg.lstsq(design, values[there], rcond=None)
    left = np.full(values.shape, np.nan)
    left[there] = values[there] - design @ coefficients
    total = float(((values[there] - values[there].mean()) ** 2).sum())
    return left, (1 - float((left[there] ** 2).sum()) / total) if total > 0 else 0.0
