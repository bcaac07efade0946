"""Confidence sets for ranks against csranks 1.2.3: PISA 2022 in mathematics, and a made-up league of 209.

csranks draws anew in every step and ends at the first that adds nothing, which favours low critical values if
draws are few. The league's bands are those of 1,000 draws. Simultaneous sets follow csranks step by step and
take the middle of several runs; marginal sets look at one set of draws in all steps and are a little wider,
by no more than is said below.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.statistics.ranks import RankSets, compare_all, ranks


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_simultaneous_sets_of_pisa_equal_csranks(shared: Path, seed: int) -> None:
    league = pd.read_csv(shared / "vectors" / "csranks_pisa2022_math_R20000.csv")
    x, se = league["x"].to_numpy(), league["se"].to_numpy()
    found = compare_all(x, se, seed=seed, draws=20_000, repeats=1).rank_sets()
    assert ranks(x).tolist() == league["rank"].tolist()
    assert found.lower.tolist() == league["L_simul"].tolist()
    assert found.upper.tolist() == league["U_simul"].tolist()


def beyond(band: pd.DataFrame, found: RankSets, kind: str) -> np.ndarray:
    """Places by which each bound lies outside what csranks gave over its seeds, shape (2, 209)."""
    bounds = (("L", found.lower), ("U", found.upper))
    return np.array(
        [np.maximum(band[f"{of}_{kind}_min"] - at, at - band[f"{of}_{kind}_max"]) for of, at in bounds]
    )


@pytest.mark.parametrize("seed", range(10))
def test_simultaneous_sets_of_209_lie_within_two_places_of_the_seed_band(shared: Path, seed: int) -> None:
    band = pd.read_csv(shared / "vectors" / "csranks_synth209_seedbands.csv")
    found = compare_all(band["x"].to_numpy(), band["se"].to_numpy(), seed=seed).rank_sets()
    places = beyond(band, found, "simul")
    assert places.max() <= 2
