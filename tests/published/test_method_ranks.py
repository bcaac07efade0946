"""Sets of places next to those of csranks 1.2.3: PISA 2022 in mathematics, and a made-up league of 209.

csranks asks how often its statements would be false for one fixed truth, whatever that is; ours, how often
they are false of the draws. About the figures as they are (no prior), ours are the narrower, and lie inside.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from ccg_pipeline.method.statistics.ranks import compare_all, ranks


def test_sets_of_pisa_lie_inside_those_of_csranks(shared: Path) -> None:
    league = pd.read_csv(shared / "vectors" / "csranks_pisa2022_math_R20000.csv")
    x, errors = league["x"].to_numpy(), league["se"].to_numpy()
    draws = np.random.default_rng(0).normal(x, errors, (20_000, len(x)))
    found = compare_all(draws).rank_sets()
    assert ranks(x).tolist() == league["rank"].tolist()
    assert (found.lower >= league["L_simul"]).all()
    assert (found.upper <= league["U_simul"]).all()
    assert ((found.lower <= league["rank"]) & (league["rank"] <= found.upper)).all()


def test_sets_of_209_lie_inside_the_seed_band_of_csranks(shared: Path) -> None:
    band = pd.read_csv(shared / "vectors" / "csranks_synth209_seedbands.csv")
    draws = np.random.default_rng(0).normal(band["x"].to_numpy(), band["se"].to_numpy(), (20_000, 209))
    found = compare_all(draws).rank_sets()
    assert (found.lower >= band["L_simul_min"]).all()
    assert (found.upper <= band["U_simul_max"]).all()
