"""Overdispersion: how much further than chance organisations lie from their reference value.

Belongs here: winsorised or truncated z-scores, the dispersion phi, the between-organisation variance tau².
Does not belong here: standard errors of any one kind of indicator, limits, bands (`banding`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ccg_pipeline.framework.vocabulary.scoring import Extremes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ROUNDING = 1e-9  # a share of n that is whole on paper may miss it in binary


@dataclass(frozen=True)
class Dispersion:
    """What the spread of one indicator over all organisations says.

    ``phi``: mean squared z without its extremes, no unit; 1 when the spread is what chance alone gives, NaN
    of nobody.
    ``tau2``: variance between organisations beyond chance, in the standard errors' unit squared; 0 if none.
    ``n``: organisations it rests on.
    """

    phi: float
    tau2: float
    n: int


def winsorise(z: Floats, share: float) -> Floats:
    """Pull the lowest and highest `share` of `z` to the quantiles at `share` and 1 − `share`.

    `z` of shape (n,), no NaN; quantiles by linear interpolation (R's type 7). `share` from 0 to below 0.5,
    else ValueError. Source: Spiegelhalter 2005, "Handling over-dispersion of performance indicators".
    """
    if not 0 <= share < 0.5:
        raise ValueError(f"The winsorised share must be at least 0 and below 0.5, not {share}.")
    if not len(z):
        return z
    low, high = np.quantile(z, [share, 1 - share])
    return np.clip(z, low, high)


def kept_when_truncated(z: Floats, share: float) -> Integers:
    """Places of the z that are left when the lowest ⌊share·n⌋ and all above the ⌊(1 − share)·n⌋-th go.

    `z` of shape (n,), no NaN; of equals at an edge those go or stay that stand first. `share` as for
    `winsorise`. Source: the SHMI's methodology, as FunnelPlotR 0.6.0 counts.
    """
    if not 0 <= share < 0.5:
        raise ValueError(f"The truncated share must be at least 0 and below 0.5, not {share}.")
    low, high = (int(one * len(z) + ROUNDING) for one in (share, 1 - share))
    return np.argsort(z, kind="stable")[low:high]


def dispersion(
    z: Floats, standard_error: Floats, share: float, extremes: Extremes = "winsorise"
) -> Dispersion:
    """Measure phi and the additive tau² of one indicator, from z whose `share` at each end is dealt with.

    `z` and `standard_error` of shape (n,); organisations where either is not finite or the standard error
    is not above zero are left out. `extremes`: ``winsorise`` pulls them in, as CQC does; ``truncate`` leaves
    them out, as the SHMI does (whose z is of log ratios). With weights w = 1 / standard_error²:

        phi  = Σ z² / n
        tau² = max(0, (n·phi − (n − 1)) / (Σw − Σw² / Σw))

    Source: DerSimonian and Laird 1986 for tau²; Spiegelhalter 2005 and 2012 for its use with winsorised z,
    as CQC and SHMI do; equal to FunnelPlotR 0.6.0 (variants PR, SR/CQC and SR/SHMI) to 1e-10.
    """
    usable = np.isfinite(z) & np.isfinite(standard_error) & (standard_error > 0)
    z, standard_error = z[usable], standard_error[usable]
    if extremes == "truncate":
        kept = kept_when_truncated(z, share)
        pulled, standard_error = z[kept], standard_error[kept]
    else:
        pulled = winsorise(z, share)
    n = len(pulled)
    if n == 0:
        return Dispersion(phi=float("nan"), tau2=0.0, n=0)
    phi = float(np.square(pulled).sum() / n)
    if n == 1:  # one organisation has no spread between organisations
        return Dispersion(phi=phi, tau2=0.0, n=1)
    weights = 1 / np.square(standard_error)
    spread = weights.sum() - np.square(weights).sum() / weights.sum()
    return Dispersion(phi=phi, tau2=max(0.0, float((n * phi - (n - 1)) / spread)), n=n)
