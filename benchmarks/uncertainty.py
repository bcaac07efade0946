"""How long the statistics take: full scores, draws through everything, rank sets; and how they grow.

Run as a file; `--growth` adds 2,090 and 20,900 organisations. Limits: full scores of 60 × 209 with intervals,
bands and peers 1 s; the draws of the edition 6 s; simultaneous rank sets of 209 0.6 s.
"""

import resource
import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from scoring import best_of, observed, score

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.statistics.grid import figures, row_of_each_cell
from ccg_pipeline.method.statistics.intervals import rate, wilson
from ccg_pipeline.method.statistics.peers import against_peers, places_of_peers
from ccg_pipeline.method.statistics.ranks import MOST_UNITS, compare_all
from ccg_pipeline.method.uncertainty.simulation import uncertainty
from ccg_pipeline.reference.organisations import ccgs, similar_organisations

FULL_SECONDS, DRAWS_SECONDS, RANKS_SECONDS = 1.0, 6.0, 0.6
SIZES = (209, 2_090, 20_900)
FEWER = {20_900: {"draws": 1_000, "versions": 10, "samples": 100}}  # so that it ends within minutes


def league(n: int) -> tuple[list[str], pd.DataFrame]:
    """Codes of n organisations and ten that each resembles: the real ones for 209, rings of them beyond."""
    real, similar = ccgs()["ccg_code"].tolist(), similar_organisations()
    if n == len(real):
        return real, similar
    copies = range(n // len(real))
    codes = [f"{code}{copy:03}" for copy in copies for code in real]
    rings = [
        similar.assign(**{name: similar[name] + f"{copy:03}" for name in ("ccg_code", "similar_ccg_code")})
        for copy in copies
    ]
    return codes, pd.concat(rings, ignore_index=True)


def full(latest: pd.DataFrame, edition: Edition, codes: list[str], similar: pd.DataFrame) -> None:
    """Bands, areas, ratings and overall, with intervals and peers."""
    tables = score(latest, edition, codes, "annual")
    bands = tables["bands"]
    rows = row_of_each_cell(bands, edition.indicator_codes, codes)
    x, n, value = (figures(bands, name, rows) for name in ("numerator", "denominator", "value"))
    wilson(x, n)
    rate(x, n)
    places = places_of_peers(codes, similar)
    better = [[-1 if one.direction == "lower_is_better" else 1] for one in edition.indicators]
    against_peers(value, places, better)


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """The shortest of `times` runs."""
    return best_of(times, work)


def ranked(n: int) -> str:
    """Seconds of the simultaneous rank sets of n organisations, or why there are none."""
    random = np.random.default_rng(2)
    scores, errors = random.normal(1, 0.3, n), random.uniform(0.05, 0.2, n)
    draws = random.normal(scores, errors, (4_000 if n <= MOST_UNITS else 4, n))
    try:
        return f"{seconds(lambda: compare_all(draws), 3 if n < 1_000 else 1):.2f} s"
    except ValueError as error:
        return f"not offered ({error})"


def main() -> None:
    """Print the figures, and fail when a limit is passed."""
    edition, over = load_edition(), []
    for n in SIZES if "--growth" in sys.argv else SIZES[:1]:
        codes, similar = league(n)
        latest = observed(edition, codes, np.random.default_rng(1))
        bands = band_indicators(latest, edition, codes)
        took = seconds(partial(full, latest, edition, codes, similar), 5 if n == 209 else 1)
        print(f"{n:,} organisations, full scores with bands and peers: {took:.2f} s", flush=True)
        over += [took > FULL_SECONDS] if n == 209 else []
        how = {name: edition.uncertainty.number(name) for name in ("draws", "versions", "samples")}
        how |= FEWER.get(n, {})
        took = seconds(partial(uncertainty, bands, latest, edition, "annual", seed=1, **how))
        said = f"{how['draws']:,} draws and {how['versions']} versions × {how['samples']} samples"
        print(f"{n:,} organisations, {said}: {took:.1f} s", flush=True)
        over += [took > DRAWS_SECONDS] if n == 209 else []
        said = ranked(n)
        print(f"{n:,} organisations, simultaneous rank sets: {said}", flush=True)
        over += [float(said.split()[0]) > RANKS_SECONDS] if n == 209 else []
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{n:,} organisations, memory at its highest: {peak:,.0f} MB", flush=True)
    print(
        f"limits at 209: {FULL_SECONDS} s, {DRAWS_SECONDS} s, {RANKS_SECONDS} s; pairs up to {MOST_UNITS:,}"
    )
    if any(over):
        raise SystemExit("The statistics take longer than they may.")


if __name__ == "__main__":
    main()
