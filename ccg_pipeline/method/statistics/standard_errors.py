"""The standard error of a value, by kind: from the count it is made of, or from its published interval.

Belongs here: the binomial, the Poisson and the interval's standard error, all in the value's own unit.
Does not belong here: z, limits and bands (`banding`), spread beyond chance (`dispersion`).
"""

import numpy as np

from ccg_pipeline.method.statistics.grid import Floats

NORMAL_95 = 1.959963984540054  # the 97.5 % point of the standard normal distribution, in full


def binomial(reference: Floats, denominator: Floats, scale: Floats | float = 100.0) -> Floats:
    """√(t·(scale − t) / n): the standard error of a proportion if `reference` were true of the organisation.

    `reference` t in the published unit (percent when `scale` is 100), `denominator` n people or cases; shapes
    broadcast. NaN where n is not above 0 or t is outside 0 to `scale`. Taking it at the reference and not at
    the value itself is what makes limits those of a funnel plot (Spiegelhalter 2005); the example in NHS
    England's methodology manual, p = 0.4 and n = 100, gives 4.9 points.
    """
    spread = np.where((reference >= 0) & (reference <= scale), reference * (scale - reference), np.nan)
    return np.sqrt(spread / _above_zero(denominator))


def poisson(reference: Floats, denominator: Floats, scale: Floats | float) -> Floats:
    """√(t·scale / n): the standard error of a rate whose count is Poisson about the expected t·n / scale.

    `reference` t and the answer in the published unit (cases per `scale`), `denominator` n; shapes broadcast.
    NaN where n is not above 0 or t is below 0.
    """
    return np.sqrt(np.where(reference >= 0, reference, np.nan) * scale / _above_zero(denominator))


def interval(lower_95: Floats, upper_95: Floats) -> Floats:
    """(upper − lower) / (2 × 1.959963984540054): the standard error behind a published 95 % interval.

    NaN where a bound is missing or the upper one is below the lower.
    """
    width = upper_95 - lower_95
    return np.where(width >= 0, width, np.nan) / (2 * NORMAL_95)


def _above_zero(denominator: Floats) -> Floats:
    return np.where(denominator > 0, denominator, np.nan)
