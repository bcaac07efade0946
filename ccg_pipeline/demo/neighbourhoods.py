"""Admissions by small area (106a): latent slopes on deprivation, and the LSOAs drawn round them.

Belongs here: each CCG's line of rate on deprivation, and its LSOAs' populations, deprivation and admissions.
Does not belong here: the CSV file (``layouts.lsoa_admissions``), fitting any line (``method`` does).
"""

from dataclasses import dataclass

import numpy as np

from ccg_pipeline.demo.country import Country, Groups
from ccg_pipeline.demo.figures import Measure, draw_latent
from ccg_pipeline.demo.latent import Factors, Floats, generator
from ccg_pipeline.demo.national import NationalValue, Release
from ccg_pipeline.demo.periods import Period, periods_of

NATIONAL_RATE = 792.158  # admissions per 100,000 in England, 2015/16: derived from the published file
LOWEST_RATE = 350.0  # of the least deprived LSOA of England, per 100,000: derived, the median CCG's intercept
LOWEST_RATE_SPREAD = 0.2  # as a log: assumed
DEPRIVATION_SPREAD = 0.256  # of LSOAs within a CCG, ranks scaled to 0-1: derived, the mean CCG's
SLIVERS = 8  # a CCG's LSOAs that are mostly another's, with hardly anyone: assumed, fewer than published


@dataclass(frozen=True)
class SmallAreas:
    """LSOAs of one period, sorted by CCG and deprivation: arrays of equal length; ``ccg`` is its number."""

    period: Period
    ccg: Groups
    population: Floats
    admissions: Floats
    expected: Floats
    deprivation: Floats


def draw_small_areas(
    seed: int,
    country: Country,
    factors: Factors,
    measure: Measure,
    value: NationalValue,
    release: Release,
    year: str,
) -> tuple[tuple[SmallAreas, ...], Floats]:
    """Small areas by period, and the latent slopes by period and CCG (rate gap per 100,000).

    The LSOAs and their people stay from period to period; slopes move a little and admissions are redrawn.
    """
    slopes = draw_latent(seed, factors, measure, value, release, country.population)
    rng = generator(seed, measure.code, "areas")
    whole = country.lsoas.sum(axis=0).astype(np.int64)
    ccg = np.repeat(np.arange(whole.size), whole + SLIVERS)
    is_sliver = np.concatenate([np.arange(n + SLIVERS) >= n for n in whole])
    population = np.round(2 * rng.gamma(25, 1650 / 25, ccg.size)) / 2  # means of two years end in a half
    population[is_sliver] = np.ceil(2 * rng.gamma(0.5, 2, int(is_sliver.sum()))) / 2
    middle = np.clip(0.5 + 0.12 * factors.values[0], 0.15, 0.85)[ccg]
    strength = middle * (1 - middle) / DEPRIVATION_SPREAD**2 - 1
    deprivation = np.round(rng.beta(middle * strength, (1 - middle) * strength), 9)
    expected = np.round(population * NATIONAL_RATE / 100_000 * np.exp(0.2 * rng.standard_normal(ccg.size)), 9)
    lowest = (LOWEST_RATE * np.exp(LOWEST_RATE_SPREAD * rng.standard_normal(whole.size)))[ccg]
    order = np.lexsort((deprivation, ccg))
    periods = []
    for period, slope in zip(periods_of(release, year), slopes, strict=True):
        rate = np.maximum(lowest + slope[ccg] * deprivation, 1.0)
        admissions = rng.poisson(expected * rate / NATIONAL_RATE).astype(float)
        periods.append(
            SmallAreas(
                period, ccg[order], population[order], admissions[order], expected[order], deprivation[order]
            )
        )
    return tuple(periods), slopes
