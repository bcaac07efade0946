"""The composite against COINr 1.1.14: 209 made-up units, 60 indicators, 29 areas, 4 domains, one index."""

from pathlib import Path

import numpy as np
import pandas as pd

from ccg_pipeline.framework.hierarchy import Hierarchy, Node
from ccg_pipeline.method.scoring.composite import composite, impute_by_mean
from ccg_pipeline.method.statistics.normalisation import Normalisation, normalise
from ccg_pipeline.method.statistics.ranks import ranks

PRINTED = 0.005 + 1e-9  # scores are printed to two decimals


def test_every_score_and_rank_equals_coinrs_as_printed(shared: Path) -> None:
    folder = shared / "vectors"
    meta = pd.read_csv(folder / "coinr_synth209x60_iMeta.csv", keep_default_na=False)
    expected = pd.read_csv(folder / "coinr_synth209x60_scores.csv").set_index("uCode")
    units = pd.read_csv(folder / "coinr_synth209x60_iData.csv").set_index("uCode").loc[expected.index]
    columns = ["iCode", "Parent", "Weight", "Direction"]
    hierarchy = Hierarchy(tuple(Node(*row) for row in meta[columns].itertuples(index=False, name=None)))
    assert (len(units), len(hierarchy.indicators), len(hierarchy.aggregates)) == (209, 60, 34)

    values = units[[node.code for node in hierarchy.indicators]].to_numpy(dtype=float)
    assert np.isnan(values).sum() == 400  # so that the missing are tested too
    normalised = normalise(impute_by_mean(values), hierarchy.directions, Normalisation("min_max"))
    scores = pd.DataFrame(composite(normalised, hierarchy), index=expected.index)

    printed = expected[list(scores.columns)]
    assert (scores - printed).abs().max().max() <= PRINTED
    assert (scores.round(2) == printed).all(axis=None)
    assert ranks(scores["Idx"].to_numpy()).tolist() == expected["Rank"].tolist()
