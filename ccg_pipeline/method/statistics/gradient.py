"""The absolute gradient index: how much more often people in the most deprived areas are admitted (106a).

Belongs here: the weighted least-squares line through the small areas of one CCG, its slope and interval.
Does not belong here: reading or cleaning the small areas (``sources.lsoa_admissions``), banding.

Formula: the rate of each small area on its deprivation (national rank scaled 0, least, to 1, most),
weighted by population; the slope is the index, its 95 % interval slope ± 1.96 standard errors (the normal
quantile in full), residual variance on n − 2 degrees of freedom. After the University of York
(github.com/miqdadasaria/ccg_equity).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

NORMAL_975 = float(ndtri(0.975))  # 1.959963984540054; scipy.stats says the same and takes a second to import


@dataclass(frozen=True)
class Gradient:
    """Slope and its 95 % interval in units of the rate, over ``n_areas`` small areas."""

    slope: float
    lower_95: float
    upper_95: float
    n_areas: int


def gradient_index(
    rate: npt.ArrayLike, deprivation: npt.ArrayLike, population: npt.ArrayLike
) -> Gradient | None:
    """The gradient over small areas: three arrays of one length, all finite, population above zero.

    None where no line with an interval exists: fewer than three areas, or all equally deprived.
    """
    y, x, w = (np.asarray(each, dtype=float) for each in (rate, deprivation, population))
    n = len(y)
    if n < 3 or np.ptp(x) == 0:
        return None
    mean_x, mean_y = np.average(x, weights=w), np.average(y, weights=w)
    spread = np.sum(w * (x - mean_x) ** 2)
    slope = np.sum(w * (x - mean_x) * (y - mean_y)) / spread
    residuals = (y - mean_y) - slope * (x - mean_x)
    variance = np.sum(w * residuals**2) / (n - 2)
    half = NORMAL_975 * np.sqrt(variance / spread)
    return Gradient(float(slope), float(slope - half), float(slope + half), n)
