"""The judgements that the frameworks before asked for, drawn from the same truth as the rest of the year.

Belongs here: assurance of 2015/16 by component, and the two judged cells of the scorecard of 2015.
Does not belong here: the indicators, which these frameworks share with that of 2016/17 (``year``).

``earlier_values.csv`` has their links to deprivation, pressure and management, ``earlier_shares.csv`` how
often a label is given, ``earlier_calendar.csv`` their periods, as the files of these names do for the others.
"""

from ccg_pipeline.demo.country import Country
from ccg_pipeline.demo.figures import Figures, Measure, draw_figures
from ccg_pipeline.demo.latent import Factors
from ccg_pipeline.demo.national import judgement_shares, national_values, releases

PUBLICATIONS = {
    "assurance": ("leadership", "performance", "finance", "planning", "delegated"),
    "scorecard": ("resilience", "transformation"),
}
"""Publication -> the codes of its judgements."""


def draw_earlier(seed: int, country: Country, factors: Factors, year: str) -> dict[str, list[Figures]]:
    """Draw the judgements of a year, by publication."""
    values, shares = national_values("earlier_values.csv"), judgement_shares("earlier_shares.csv")
    calendar = releases("earlier_calendar.csv")
    return {
        publication: [
            draw_figures(
                seed,
                country,
                factors,
                Measure(code, "judgement", 1, False),
                values[code],
                shares[code],
                calendar[publication],
                year,
            )
            for code in codes
        ]
        for publication, codes in PUBLICATIONS.items()
    }
