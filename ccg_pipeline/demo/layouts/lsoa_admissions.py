"""Emergency admissions by small area and deprivation: a CSV without period, place names or marks.

Belongs here: its header and how its numbers are written, thousands commas included.
Does not belong here: drawing small areas (``neighbourhoods``).
"""

from ccg_pipeline.demo.country import Country
from ccg_pipeline.demo.layouts.text import csv_bytes, number
from ccg_pipeline.demo.neighbourhoods import NATIONAL_RATE, SmallAreas

HEADER = ("CCG", "population", "admissions", "expectedadmissions", "imdscaled", "age_stdrate")


def lsoa_admissions_file(country: Country, areas: SmallAreas) -> bytes:
    """One period's LSOAs; the standardised rate is admissions over expected times the national rate."""
    rates = NATIONAL_RATE * areas.admissions / areas.expected
    return csv_bytes(
        HEADER,
        (
            (
                country.codes[ccg],
                number(population),
                int(admissions),
                number(expected),
                number(rank),
                _rate(rate),
            )
            for ccg, population, admissions, expected, rank, rate in zip(
                areas.ccg.tolist(),
                areas.population.tolist(),
                areas.admissions.tolist(),
                areas.expected.tolist(),
                areas.deprivation.tolist(),
                rates.tolist(),
                strict=True,
            )
        ),
    )


def _rate(rate: float) -> str:
    """As published: two decimals from a thousand up, with thousands commas; one below; a bare nought."""
    if rate == 0:
        return "0"
    return f"{rate:,.2f}" if rate >= 1000 else f"{rate:.1f}"
