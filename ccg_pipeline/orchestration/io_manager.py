"""The one IO manager: what a step returns is written in one transaction, and read back by the next.

Belongs here: pieces of tables in and out, by an asset's metadata.
Does not belong here: what is in a table (tables/), the writing itself (storage/pieces.py).
"""

from collections.abc import Sequence

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.metadata import rows_shown
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.pieces import Piece, write
from ccg_pipeline.storage.sql import BY_NAME


class FrameStore(dg.IOManager):
    """Writes the pieces a step returns; reads an upstream asset's rows for the partitions that are asked for.

    An asset that is read through this manager says in its metadata which `table` and `scope` it owns. Rows
    are read once a run, or a worker's step, as long as it writes nothing into their table.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read: dict[tuple[str, str], pd.DataFrame] = {}

    def handle_output(self, context: dg.OutputContext, obj: Sequence[Piece]) -> None:
        """Write all pieces of one output in one transaction, and say how many rows one partition has."""
        write(self._engine, obj)  # the pieces say themselves where they belong
        written = {piece.table for piece in obj}
        self._read = {key: frame for key, frame in self._read.items() if key[0] not in written}
        table = (context.definition_metadata or {}).get("table", "")
        if table and context.has_asset_partitions and len(context.asset_partition_keys) == 1:
            context.add_output_metadata(rows_shown(obj, str(table)))

    def load_input(self, context: dg.InputContext) -> pd.DataFrame:
        """Return the rows of the upstream asset for the partitions of its that are asked for."""
        upstream = context.upstream_output
        metadata = (upstream.definition_metadata if upstream else None) or {}
        scope: dict[str, str | Sequence[str]] = {
            **metadata["scope"],
            "partition_key": sorted(context.asset_partition_keys),
        }
        table, known_by = metadata["table"], (metadata["table"], repr(sorted(scope.items())))
        if known_by not in self._read:
            with reading(self._engine) as connection:
                self._read[known_by] = frames.read(connection, BY_NAME[table], scope)
        return self._read[known_by].copy(deep=False)


@dg.io_manager(required_resource_keys={"database"})
def frame_store(context: dg.InitResourceContext) -> FrameStore:
    """The IO manager of the run's database."""
    return FrameStore(context.resources.database)
