"""The tables of the pipeline's database in SQLAlchemy, each derived from its one definition in tables/.

Belongs here: how a definition becomes an SQL table: types, keys, indexes, insert-only triggers.
Does not belong here: which columns a table has and what they mean (tables/), reading and writing (frames.py),
the sign-off ledger and the log of who looked (the panels' own package keeps them, in the same database).
"""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from ccg_pipeline.storage.insert_only import insert_only
from ccg_pipeline.tables import column
from ccg_pipeline.tables.stored import STORED

metadata = MetaData()

_TYPES: dict[column.Kind, type[TypeEngine[Any]]] = {
    "text": Text,
    "whole": Integer,
    "number": Float,
    "date": Date,
    "flag": Boolean,
}


def _sql(definition: column.Table) -> Table:
    """Return the SQL table of a definition, with its key and indexes."""
    is_primary = definition.is_primary
    table = Table(
        definition.name,
        metadata,
        *(_column(one, is_primary and one.name in definition.key) for one in definition.columns),
        comment=definition.meaning,
    )
    if not is_primary:
        # a key with a column that may be missing must hold where it is: PostgreSQL would take two of those
        nulls = any(
            one.may_be_missing and one.kind != "text" for one in map(definition.column, definition.key)
        )
        columns = (table.c[name] for name in definition.key)
        Index(f"key_{table.name}", *columns, unique=True, postgresql_nulls_not_distinct=nulls or None)
    for purpose, names in definition.indexes.items():
        Index(f"ix_{table.name}_{purpose}", *(table.c[name] for name in names))
    return insert_only(table) if definition.is_insert_only else table


def _column(one: column.Column, is_primary: bool) -> Column[object]:
    # the schema of a table refuses a day that must not be missing before it comes here
    nullable = one.kind == "date" or (one.kind != "text" and one.may_be_missing)
    return Column(
        one.name,
        _TYPES[one.kind],
        primary_key=is_primary,
        nullable=nullable,
        default="" if one.kind == "text" and not is_primary else None,
        comment=one.meaning,
    )


BY_NAME: dict[str, Table] = {one.name: _sql(one) for one in STORED}

amendment = BY_NAME["amendment"]
area_score = BY_NAME["area_score"]
blocking_finding = BY_NAME["blocking_finding"]
candidate_rating = BY_NAME["candidate_rating"]
certainty = BY_NAME["certainty"]
database_kind = BY_NAME["database_kind"]
file_landed = BY_NAME["file_landed"]
gate = BY_NAME["gate"]
grade_chance = BY_NAME["grade_chance"]
indicator_band = BY_NAME["indicator_band"]
kept = BY_NAME["kept"]
lane_fingerprint = BY_NAME["lane_fingerprint"]
let_through = BY_NAME["let_through"]
measure_change = BY_NAME["measure_change"]
observation = BY_NAME["observation"]
observed = BY_NAME["observed"]
overall_rating = BY_NAME["overall_rating"]
organisation_attribute = BY_NAME["organisation_attribute"]
place = BY_NAME["place"]
plausibility = BY_NAME["plausibility"]
quarantine = BY_NAME["quarantine"]
release = BY_NAME["release"]
release_time = BY_NAME["release_time"]
score = BY_NAME["score"]
source_file = BY_NAME["source_file"]
source_observation = BY_NAME["source_observation"]
