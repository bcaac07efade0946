"""The observations asset: everything the sources say of a month, the latest word on each figure.

Belongs here: bringing the publications together, and the guard at the door to the lanes.
Does not belong here: reading files (sources.py), choosing a period for a lane (lanes.py).
"""

from datetime import timedelta

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.metadata import DATA_ENGINEERS, PIECES, materialize_result, of_table, picture_of
from ccg_pipeline.assets.sources import source_key
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.method.assess import ONE_FIGURE, current_observations
from ccg_pipeline.sources.result import OBSERVATION_COLUMNS
from ccg_pipeline.storage.code_version import code_version
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.observations import said_by_files
from ccg_pipeline.storage.pieces import Piece
from ccg_pipeline.tables.column import Basis
from ccg_pipeline.tables.conform import conform
from ccg_pipeline.tables.observations import OBSERVATION
from ccg_pipeline.tables.schema import schema_of

OBSERVATIONS = dg.AssetKey("observations")

FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=62), warn_window=timedelta(days=35))
"""Months are ingested by the 5th of the next; one missed month warns, two fail."""


def observations_asset(
    edition: Edition, wanted: Wanted, months: dg.TimeWindowPartitionsDefinition
) -> dg.AssetsDefinition:
    """Build the observations asset, downstream of every publication of which anything is wanted."""

    @dg.asset(
        dagster_type=PIECES,
        key=OBSERVATIONS,
        deps=[source_key(key) for key in wanted.keys],
        partitions_def=months,
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name="observations",
        owners=DATA_ENGINEERS,
        kinds={"python", "pandas"},
        code_version=code_version(
            "ccg_pipeline.assets.observations",
            "ccg_pipeline.method.scoring.restatement",
            "ccg_pipeline.tables",
        ),
        freshness_policy=FRESH,
        description=(
            "One row an indicator, organisation and data period that ends in the month, each with the file, "
            "sheet and cell it came from. Figures of other years' CCGs are restated for those of 2016 and "
            "say so in their note. Of two files about one figure the one published or revised last stands, "
            "of the same date the one that landed last; both stay, as published, in source_observation. "
            "Where two of the same date disagree, the note says so."
        ),
        metadata={**of_table("observation"), "scope": {}},
    )
    def observations(
        context: dg.AssetExecutionContext, database: dg.ResourceParam[Engine]
    ) -> dg.MaterializeResult:
        keys = list(context.partition_keys)
        with reading(database) as connection:
            said = said_by_files(connection, {"partition_key": keys})
        stand = current_observations(said, edition)[["partition_key", *OBSERVATION_COLUMNS]].reset_index(
            drop=True
        )
        conform(stand, schema_of(OBSERVATION, Basis(edition, all_wanted=wanted)), "observations")
        by_publication = stand[stand["status"] == "published"].groupby("publication").size()
        return materialize_result(
            [
                Piece("observation", {"partition_key": keys}, stand),
                Piece("observed", {"partition_key": keys}, pd.DataFrame({"partition_key": keys})),
            ],
            about=stand,
            metadata={
                "rows": len(stand),
                "restated": int(stand["note"].str.contains(r"\brestated", regex=True).sum()),
                "superseded": int(said.duplicated(ONE_FIGURE).sum()),
                "published figures by publication": picture_of(
                    "Published figures by publication",
                    {str(name): int(count) for name, count in by_publication.items()},
                ),
                "is_made_up": bool(stand["is_made_up"].any()),
            },
        )

    return observations
