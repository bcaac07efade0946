"""Uncertainty of everything in a lane: one thin step between the bands and what is made of them.

Belongs here: the asset of intervals, probabilities, distances and ranks, which scores and ratings then carry,
and when its draws need not be taken again: where they would rest on exactly what they rested on before.
Does not belong here: any rule or draw (method/), the tables that carry it (lanes.py, candidates.py).
"""

import hashlib
from collections import OrderedDict

import dagster as dg
import pandas as pd
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from sqlalchemy import Engine

from ccg_pipeline.assets.lane import METHOD, Lane, each, of_partition
from ccg_pipeline.assets.metadata import materialize_result
from ccg_pipeline.method.uncertainty.columns import estimate_uncertainty
from ccg_pipeline.storage.code_version import code_version
from ccg_pipeline.storage.fingerprint import data_version
from ccg_pipeline.storage.pieces import Piece, rows_of
from ccg_pipeline.tables.uncertainty import CERTAINTY

RESTS_ON = "rests on"
"""Metadata of a materialisation of one partition: the sha256 of all that its draws rest on."""

_MOST = 4
_DRAWN: OrderedDict[str, pd.DataFrame] = OrderedDict()
"""What this process drew or found last, by what it rests on."""


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

        rests_on = []

        def uncertainty_of(key: str) -> pd.DataFrame:
            own, measured = of_partition(bands, key), lane.supplementary(database, key)
            rests = known_by(lane, own, measured)
            rests_on.append(rests)
            if rests not in _DRAWN:
                found = _stored(context, database, lane, key, rests)
                if found is None:
                    found = estimate_uncertainty(own, measured, edition, lane.name)
                    found = lane.conforming(found, CERTAINTY, "how sure everything is", key)
                _DRAWN[rests] = found
                while len(_DRAWN) > _MOST:
                    _DRAWN.popitem(last=False)
            return _DRAWN[rests].copy(deep=False)

        found = each(keys, uncertainty_of)
        return materialize_result(
            [Piece("certainty", lane.scope(keys), found)],
            about=found,
            metadata={
                "rows": len(found),
                "draws": rule.number("draws"),
                "seed": rule.number("seed"),
                **({RESTS_ON: rests_on[0]} if len(keys) == 1 else {}),
                "is_made_up": bool(found["is_made_up"].any()),
            },
        )

    return certainty


def known_by(lane: Lane, *frames: pd.DataFrame) -> str:
    """Return the sha256 of all that comes of `frames` in a lane: edition, method, and their content."""
    digest = hashlib.sha256(f"{lane.name}:{code_version(*METHOD)}:".encode())
    digest.update(lane.edition.model_dump_json().encode())
    for frame in frames:
        digest.update(repr(list(frame.columns)).encode())
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _stored(
    context: dg.AssetExecutionContext, database: Engine, lane: Lane, key: str, rests: str
) -> pd.DataFrame | None:
    """Return what is stored of a partition, where it was drawn from the same and is as it was written."""
    asked = dg.AssetRecordsFilter(asset_key=context.asset_key, asset_partitions=[key])
    records = context.instance.fetch_materializations(asked, limit=1).records
    made = records[0].asset_materialization if records else None
    if made is None or made.metadata.get(RESTS_ON) != dg.MetadataValue.text(rests):
        return None
    rows = rows_of(database, "certainty", lane=lane.name, partition_key=key)
    return rows if data_version(rows) == (made.tags or {}).get(DATA_VERSION_TAG) else None
