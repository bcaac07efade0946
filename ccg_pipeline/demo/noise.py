"""What chance adds to the truth: counts, measured means, judgements, and the intervals publishers print.

Belongs here: draws round latent values, and intervals as a publisher computes them.
Does not belong here: the latent values, which cells are suppressed (``figures``), scoring (``method``).

The intervals are written out here once more, from their formulas, so that the made-up year and its tests
never lean on ``method``.
"""

import numpy as np
import numpy.typing as npt
from scipy import stats

from ccg_pipeline.demo.latent import Floats

Z95 = 1.959963985  # normal quantile, as publishers print it


def draw_events(rng: np.random.Generator, expected: Floats, count_noise: float) -> Floats:
    """Counts with mean ``expected``, variance ``count_noise`` times that: Poisson, gamma-Poisson above 1."""
    if count_noise > 1:
        expected = rng.gamma(expected / (count_noise - 1), count_noise - 1)
    return rng.poisson(expected).astype(float)


def draw_successes(rng: np.random.Generator, n: Floats, chance: Floats, count_noise: float) -> Floats:
    """Successes of ``n`` trials, variance ``count_noise`` times the binomial one (beta-binomial above 1)."""
    if count_noise > 1:
        # a beta-binomial with a + b = s varies (s + n) / (s + 1) times as much as a binomial
        strength = np.maximum((n - count_noise) / (count_noise - 1), 1e-3)
        chance = rng.beta(np.maximum(chance * strength, 1e-6), np.maximum((1 - chance) * strength, 1e-6))
    return rng.binomial(n.astype(np.int64), chance).astype(float)


def draw_means(rng: np.random.Generator, latent: Floats, standard_error: Floats) -> Floats:
    """Measured means: the latent value plus normal noise."""
    return np.asarray(rng.normal(latent, standard_error))


def draw_labels(
    rng: np.random.Generator, positions: Floats, assessor_noise: float, shares: Floats
) -> npt.NDArray[np.int64]:
    """The number of the label given to each position, 0 = best; labels fall in ``shares`` (best first)."""
    seen = positions + assessor_noise * rng.standard_normal(positions.shape)
    # the best label has the highest positions, so cuts run down from the top
    cuts = stats.norm.isf(np.cumsum(shares)[:-1]) * np.sqrt(1 + assessor_noise**2)
    return np.asarray((seen[..., None] < cuts).sum(axis=-1))


def wilson(successes: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Wilson's 95 % interval of a proportion, 0 to 1 (Wilson 1927)."""
    share, z2 = successes / n, Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2)) / (1 + z2 / n)
    return np.maximum(middle - half, 0), np.minimum(middle + half, 1)


def poisson_limits(events: Floats) -> tuple[Floats, Floats]:
    """The exact 95 % interval of a Poisson count (Garwood 1936), by the chi-squared distribution."""
    lower = np.where(events > 0, stats.chi2.ppf(0.025, 2 * np.maximum(events, 1)) / 2, 0.0)
    return lower, np.asarray(stats.chi2.ppf(0.975, 2 * (events + 1)) / 2)
