"""The one IO manager: what a step returns is written in one transaction, and read back by the next.

Belongs here: pieces of tables in and out, by an asset's metadata.
Does not belong here: what is in a table (schemas), what a release is (releases.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import admit, open_database, reading
from ccg_pipeline.storage.sql import BY_NAME


@dataclass(frozen=True)
class Piece:
    """The rows that take the place of all rows in a scope of a table.

    `brings_in_data`: the rows come from source files, which decide, or must agree with, the kind of data
    (made-up or real) that this database holds.
    """

    table: str
    scope: frames.Scope
    frame: pd.DataFrame
    brings_in_data: bool = False


class Database(dg.ConfigurableResource[Any]):
    """The database of the pipeline, by its SQLAlchemy URL."""

    url: str

    def engine(self) -> Engine:
        """Return the engine, opened once a process and URL."""
        if self.url not in _ENGINES:
            _ENGINES[self.url] = open_database(self.url)
        return _ENGINES[self.url]


_ENGINES: dict[str, Engine] = {}


def write(engine: Engine, pieces: Sequence[Piece]) -> None:
    """Write `pieces` in one transaction: a kill at any point leaves all the old rows or all the new."""
    with engine.begin() as connection:
        for piece in pieces:
            if piece.brings_in_data:
                files = (
                    piece.frame[["source_name", "is_made_up"]].drop_duplicates().sort_values("source_name")
                )
                for name, is_made_up in files.itertuples(index=False):
                    admit(connection, name, bool(is_made_up))
            frames.replace(connection, BY_NAME[piece.table], piece.scope, piece.frame)


class FrameStore(dg.ConfigurableIOManager):
    """Writes the pieces a step returns; reads an upstream asset's rows for the partitions that are asked for.

    An asset that is read through this manager says in its metadata which `table` and `scope` it owns.
    """

    database: dg.ResourceDependency[Database]

    def handle_output(self, context: dg.OutputContext, obj: Sequence[Piece]) -> None:
        """Write all pieces of one output in one transaction."""
        del context  # the pieces say themselves where they belong
        write(self.database.engine(), obj)

    def load_input(self, context: dg.InputContext) -> pd.DataFrame:
        """Return the rows of the upstream asset for the partitions of its that are asked for."""
        upstream = context.upstream_output
        metadata = (upstream.definition_metadata if upstream else None) or {}
        scope: dict[str, str | Sequence[str]] = {
            **metadata["scope"],
            "partition_key": sorted(context.asset_partition_keys),
        }
        with reading(self.database.engine()) as connection:
            return frames.read(connection, BY_NAME[metadata["table"]], scope)
