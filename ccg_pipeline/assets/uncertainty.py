"""How sure everything of a lane is: one thin step between the bands and what is made of them.

Belongs here: the asset of intervals, probabilities, distances and ranks, which scores and ratings then carry.
Does not belong here: any rule or draw (method/), the tables that carry it (lanes.py, candidates.py).
"""

import dagster as dg
import pandas as pd

from ccg_pipeline.assets.lanes import (
    METHOD_VERSION,
    certainty_key,
    each,
    guarded,
    latest_observations,
    partitions_of,
)
from ccg_pipeline.assets.metadata import METHODOLOGISTS, PIECES, code_version, told
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import LaneRule
from ccg_pipeline.method.uncertainty.columns import how_sure
from ccg_pipeline.orchestration.io_manager import Database, Piece
from ccg_pipeline.orchestration.resources import Methodology
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.tables.uncertainty import certainty_schema


def certainty_asset(lane: LaneRule, edition: Edition) -> dg.AssetsDefinition:
    """Build `<lane>/certainty`: what stands beside every area score, rating and overall score."""
    rule = edition.uncertainty

    @dg.asset(
        dagster_type=PIECES,
        key=certainty_key(lane.key),
        ins={"bands": dg.AssetIn(key=[lane.key, "indicator_bands"])},
        partitions_def=partitions_of(lane.key),
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name=f"{lane.key}/bands",
        owners=METHODOLOGISTS,
        kinds={"python", "pandas"},
        code_version=code_version(*METHOD_VERSION),
        description=(
            f"{lane.title}: the 95 % interval, the probability of each grade, the distance to the next and "
            f"the rank's 95 % set, from {rule.number('draws'):,} draws of the true values behind the counts. "
            "Not to be shown of a panel's area before the panel has verified it."
        ),
        metadata={"table": "certainty", "scope": {"lane": lane.key}},
    )
    def certainty(
        context: dg.AssetExecutionContext,
        bands: pd.DataFrame,
        database: Database,
        methodology: Methodology,
    ) -> dg.MaterializeResult:
        edition, keys = methodology.edition(), list(context.partition_keys)
        schema = certainty_schema(edition, lane.key, list(ccgs()["ccg_code"]))
        measures = [one.code for one in edition.supplementary]

        def sure_of(key: str) -> pd.DataFrame:
            supplementary = latest_observations(database, lane.key, key, edition, measures)
            own = bands[bands["partition_key"] == key]
            found = how_sure(own, supplementary, edition, lane.key)
            return guarded(found, schema, "how sure everything is", lane.key, key)

        sure = each(keys, sure_of)
        return told(
            [Piece("certainty", {"lane": lane.key, "partition_key": keys}, sure)],
            about=sure,
            metadata={
                "rows": len(sure),
                "draws": edition.uncertainty.number("draws"),
                "seed": edition.uncertainty.number("seed"),
                "is_made_up": bool(sure["is_made_up"].any()),
            },
        )

    return certainty
