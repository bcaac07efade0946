"""An edition against COINr 1.1.14: 209 made-up units, 60 indicators, 29 areas, 4 domains, one index.

COINr puts the mean of its indicator where a value is missing. That is no rule of an edition, so that the test
does the same before.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.run import Run

PRINTED = 0.005 + 1e-9  # scores are printed to two decimals
STATED = {"provenance": "found", "source": "COINr 1.1.14: min_max of 0 to 100, weighted arithmetic means"}


def edition(meta: pd.DataFrame) -> Edition:
    """What iMeta says as an edition: a node a row, indicators first and the index last."""
    nodes: list[dict[str, Any]] = []
    for row in meta.sort_values("Level", kind="stable").itertuples():
        if row.Type == "Indicator":
            better = "higher" if row.Direction == 1 else "lower"
            steps = [
                {"do": "read", "measure": row.iCode, "better": better},
                {"do": "standardise", "by": "min_max"},
            ]
        else:
            members = meta[meta["Parent"] == row.iCode]
            weights = zip(members["iCode"], members["Weight"].astype(float), strict=True)
            steps = [{"do": "mean", "of": [{"node": code, "weight": weight} for code, weight in weights]}]
        nodes.append(
            {"key": row.iCode, "level": str(row.Level), "steps": [{**step, **STATED} for step in steps]}
        )
    return Edition.model_validate(
        {
            "key": "coinr",
            "title": "COINr",
            "year": "2024",
            "organisation": "unit",
            "nodes": nodes,
            "rounds": [{"key": "once", "every": "year", **STATED}],
            "leagues": [{"of": "Idx", **STATED}],
        }
    )


def test_every_score_and_rank_equals_coinrs_as_printed(shared: Path) -> None:
    folder = shared / "vectors"
    made = edition(pd.read_csv(folder / "coinr_synth209x60_iMeta.csv", keep_default_na=False))
    expected = pd.read_csv(folder / "coinr_synth209x60_scores.csv").set_index("uCode")
    units = pd.read_csv(folder / "coinr_synth209x60_iData.csv").set_index("uCode").loc[expected.index]
    aggregates = [node.key for node in made.nodes if node.level != "1"]
    assert (len(units), len(made.measures), len(aggregates)) == (209, 60, 34)

    values = units[list(made.measures)].astype(float)
    assert values.isna().to_numpy().sum() == 400  # so that the missing are tested too
    imputed = values.fillna(values.mean())
    run = Run(made, Facts(list(units.index), {key: imputed[key].to_numpy()[None] for key in made.measures}))

    scores = pd.DataFrame({key: run.states[key].score[0] for key in aggregates}, index=expected.index)
    printed = expected[aggregates]
    equal = int(((scores - printed).abs() <= PRINTED).sum().sum())
    print(f"COINr: {equal:,} of {printed.size:,} scores")
    assert equal == printed.size == 209 * 34
    assert (scores.round(2) == printed).all(axis=None)
    assert np.array_equal(run.league(made.leagues[0])[0], expected["Rank"])
