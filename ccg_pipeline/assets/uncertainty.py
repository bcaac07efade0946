"""Uncertainty of everything in a lane: one thin step between the bands and what is made of them.

Belongs here: the asset of intervals, probabilities, distances and ranks, which scores and ratings then carry.
Does not belong here: any rule or draw (method/), the tables that carry it (lanes.py, candidates.py).
"""

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.lane import Lane, each, of_partition
from ccg_pipeline.assets.metadata import materialize_result
from ccg_pipeline.method.uncertainty.columns import estimate_uncertainty
from ccg_pipeline.storage.pieces import Piece
from ccg_pipeline.tables.uncertainty import CERTAINTY


def uncertainty_asset(lane: Lane) -> dg.AssetsDefinition:
    """Build `<lane>/certainty`: the uncertainty of every area score, rating and overall score."""
    edition, rule = lane.edition, lane.edition.uncertainty

    @lane.asset(
        lane.spec(
            "certainty",
            group="bands",
            table="certainty",
            description=(
                f"{lane.rule.title}: the 95 % interval, the probability of each grade, the distance to the "
                f"next and the rank's 95 % set, from {rule.number('draws'):,} draws of the true values "
                "behind the counts. Not to be shown of a panel's area before the panel has verified it."
            ),
        ),
        ins={"bands": dg.AssetIn(key=lane.key("indicator_bands"))},
    )
    def certainty(
        context: dg.AssetExecutionContext, bands: pd.DataFrame, database: dg.ResourceParam[Engine]
    ) -> dg.MaterializeResult:
        keys = list(context.partition_keys)

        def uncertainty_of(key: str) -> pd.DataFrame:
            found = estimate_uncertainty(
                of_partition(bands, key), lane.supplementary(database, key), edition, lane.name
            )
            return lane.conforming(found, CERTAINTY, "how sure everything is", key)

        found = each(keys, uncertainty_of)
        return materialize_result(
            [Piece("certainty", lane.scope(keys), found)],
            about=found,
            metadata={
                "rows": len(found),
                "draws": rule.number("draws"),
                "seed": rule.number("seed"),
                "is_made_up": bool(found["is_made_up"].any()),
            },
        )

    return certainty
