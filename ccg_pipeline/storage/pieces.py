"""Pieces of tables: the rows that a step made, and where they belong, written whole or not at all.

Belongs here: a piece, writing several in one transaction, reading the rows of one table.
Does not belong here: how a frame goes in and out of a table (frames.py), what is in a table (tables/).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, Engine

from ccg_pipeline.storage import frames, locks
from ccg_pipeline.storage.database import admit, reading, writing
from ccg_pipeline.storage.outside import kind_of
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


def write(engine: Engine, pieces: Sequence[Piece]) -> None:
    """Write `pieces` in one transaction: a kill at any point leaves all the old rows or all the new.

    Of several who write the same piece at the same moment, each waits for the one before it.
    """
    with writing(engine) as connection:
        write_within(connection, pieces)


def write_within(connection: Connection, pieces: Sequence[Piece]) -> None:
    """Write `pieces` inside the caller's transaction, which holds them until its end."""
    held = [(piece.table, piece.scope) for piece in pieces]
    if any(piece.brings_in_data for piece in pieces) and not kind_of(connection):
        held.append(("database_kind", {}))  # the first file of all decides
    locks.hold(connection, held)
    for piece in pieces:
        if piece.brings_in_data:
            files = piece.frame[["source_name", "is_made_up"]].drop_duplicates().sort_values("source_name")
            for name, is_made_up in files.itertuples(index=False):
                admit(connection, name, bool(is_made_up))
        frames.replace(connection, BY_NAME[piece.table], piece.scope, piece.frame)


def rows_of(engine: Engine, table: str, **scope: str) -> pd.DataFrame:
    """Return the rows of a table in a scope, each column of its own type."""
    with reading(engine) as connection:
        return frames.read(connection, BY_NAME[table], scope)
