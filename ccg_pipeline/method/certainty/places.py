"""Places in leagues with their sets: who is shown to be above whom, all at once, within each pool.

Belongs here: a league's places, sets and chances of the first ten, from draws of true values.
Does not belong here: comparing draws (statistics/ranks.py), drawing (drawing.py), places without draws.
"""

import numpy as np
import pandas as pd

from ccg_pipeline.framework.edition import Edition, League
from ccg_pipeline.method.engine.rows import pools_of
from ccg_pipeline.method.engine.run import Run, measures_under
from ccg_pipeline.method.statistics.ranks import (
    MOST_UNITS,
    Singles,
    compare_all,
    probability_of_top,
    sets_by_bands,
)

FIRST = 10
PLACE_SETS = ("league", "pool", "organisation", "place", "place_first", "place_last", "p_first_ten")


def place_sets(run: Run, league: League, orders: Singles) -> pd.DataFrame:
    """Return a league's places with their sets; columns PLACE_SETS, in the order of organisations.

    `orders` (draws, organisations) of draws of true values, the lowest first. A league of a node that rests
    on one figure has sets and no places. NaN where an organisation has no place. Sets of a pool of more than
    `MOST_UNITS` are those of bands.
    """
    published, n = run.league(league)[0], len(run.facts.organisations)
    first, last, ten = (np.full(n, np.nan) for _ in range(3))
    for own in run.peers.pools(league.pool):
        there = np.where(np.isfinite(published[own]), np.float32(0), np.float32(np.nan))
        turned: Singles = orders[:, own]
        np.subtract(there, turned, out=turned)
        sets = compare_all(turned).rank_sets() if len(own) <= MOST_UNITS else sets_by_bands(turned)
        first[own], last[own] = sets.lower, sets.upper
        ten[own] = np.where(np.isfinite(published[own]), probability_of_top(turned, FIRST), np.nan)
    return pd.DataFrame(
        {
            "league": run.edition.league_title(league),
            "pool": pools_of(run, league.pool),
            "organisation": list(run.facts.organisations),
            "place": np.nan if rests_on_one(run.edition, league.of) else published,
            "place_first": first,
            "place_last": last,
            "p_first_ten": ten,
        }
    )


def rests_on_one(edition: Edition, key: str) -> bool:
    """Whether a node rests on one measure alone, so that its place is that of a figure."""
    return len(measures_under(edition, [key])) == 1
