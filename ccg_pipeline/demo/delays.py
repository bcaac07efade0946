"""Delayed days (127e): drawn where they are counted, in local authorities, and what that means for CCGs.

Belongs here: latent rates and days of the 151 authorities and of residents of Wales, Scotland and beyond.
Does not belong here: the workbook (``layouts.dtoc``), apportioning anything a file says (``sources`` does).
"""

from dataclasses import dataclass

import numpy as np

from ccg_pipeline.demo.country import Country
from ccg_pipeline.demo.figures import Measure, draw_latent
from ccg_pipeline.demo.latent import Factors, Floats, generator
from ccg_pipeline.demo.national import NationalValue, Release
from ccg_pipeline.demo.noise import draw_events
from ccg_pipeline.demo.periods import Period, periods_of

ELSEWHERE = {"9901": 0.00002, "9900": 0.0040, "9902": 0.0002}  # share of England's days, April 2016: derived
TYPES = ("Acute", "Non-Acute")
REASONS = ("A", "B", "C", "DI", "DII", "E", "F", "G", "H", "I")
RESPONSIBLE = ("NHS", "Social Care", "Both")
# Shares of England's days by type, reason and responsible organisation in the file of April 2016 (found);
# a combination that the publication marks NA has none.
_ACUTE = (
    (10894, 6798, 3168), (1824, 532, 69), (26898, 0, 0), (2807, 4974, 0), (8410, 5328, 685),
    (6531, 11865, 2950), (2235, 385, 281), (13104, 833, 0), (559, 161, 0), (1599, 0, 0),
)  # fmt: skip
_NON_ACUTE = (
    (3780, 3433, 1386), (1613, 1089, 759), (3478, 0, 0), (3278, 6112, 0), (2660, 4390, 1682),
    (2374, 7648, 667), (881, 301, 14), (4412, 1094, 0), (480, 422, 0), (3175, 0, 0),
)  # fmt: skip
PATTERN = np.array([_ACUTE, _NON_ACUTE], dtype=float)


@dataclass(frozen=True)
class Delays:
    """Delayed days by period, organisation, type, reason and responsible organisation: whole numbers.

    Organisations are the country's authorities in order, then Scotland, Wales and outside Great Britain.
    ``latent`` is days per 100,000 adults by period and CCG: the authorities' expected days, apportioned.
    """

    periods: tuple[Period, ...]
    days: Floats
    latent: Floats


def draw_delays(
    seed: int,
    country: Country,
    factors: Factors,
    measure: Measure,
    value: NationalValue,
    release: Release,
    year: str,
) -> Delays:
    """Draw the year's delayed days.

    An authority's adults are its CCGs' by LSOAs; its factors are theirs in the same weights. Its own rate is
    drawn like any other, so what a CCG gets is a mixture, as it is from the real files.
    """
    residents = country.lsoas / country.lsoas.sum(axis=0) * country.adults
    adults = residents.sum(axis=1)
    mixed = factors.values @ (residents / adults[:, None]).T
    mixed = (mixed - mixed.mean(axis=1, keepdims=True)) / mixed.std(axis=1, keepdims=True)
    rates = draw_latent(seed, Factors(mixed), measure, value, release, adults)
    expected = rates / measure.scale * adults
    elsewhere = expected.sum(axis=1, keepdims=True) * np.array(list(ELSEWHERE.values()))
    rng = generator(seed, measure.code, "noise")
    days = draw_events(rng, np.concatenate([expected, elsewhere], axis=1), value.count_noise)
    cells = rng.multinomial(days.astype(np.int64), (PATTERN / PATTERN.sum()).ravel())
    to_ccgs = residents / adults[:, None]
    return Delays(
        periods=periods_of(release, year),
        days=cells.reshape(*days.shape, *PATTERN.shape).astype(float),
        latent=measure.scale * (expected @ to_ccgs) / country.adults,
    )
