"""Every table that is written by partition gets its unique key, and its queries their indexes.

Belongs here: the keys as they were when version 0.1 ended, and what happens to rows that they forbid.
Does not belong here: the keys of today (the definitions of the tables).

Two processes that wrote one partition of PostgreSQL at the same moment doubled its rows. Rows that are equal
in every column become one. Rows of one key that differ are left to whoever can write their partition again.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"

LANE = ("lane", "partition_key")
FIGURE = ("indicator_code", "organisation_code", "period_start", "period_end")
KEYS = {
    "source_observation": ("source_sha256", "source_name", "partition_key", *FIGURE),
    "observation": ("partition_key", *FIGURE),
    "quarantine": ("source_sha256", "source_name", "sheet", "row"),
    "plausibility": ("partition_key", "suite", "expectation", "indicator_code", "period_end", "observed"),
    "indicator_band": (*LANE, "indicator_code", "ccg_code"),
    "area_score": (*LANE, "area_code", "ccg_code"),
    "candidate_rating": (*LANE, "panel", "ccg_code"),
    "overall_rating": (*LANE, "ccg_code"),
    "certainty": (*LANE, "measure", "code", "ccg_code"),
    "gate": (*LANE, "panel"),
    "lane_fingerprint": (*LANE, "part"),
}


def upgrade() -> None:
    """Remove rows that are there twice; put each unique key in the place of the index that it replaces."""
    connection = op.get_bind()
    found = sa.inspect(connection)
    for name, key in KEYS.items():
        if not found.has_table(name):
            continue
        table = sa.table(name, *(sa.column(one["name"]) for one in found.get_columns(name)))
        remove_doubles(connection, table, key)
        if name != "source_observation":  # there, it serves other queries than the key
            op.drop_index(f"ix_{name}_partition", name, if_exists=True)
        # an expectation that found nothing to compare has no period, and PostgreSQL would let that in twice
        nulls = name == "plausibility" or None
        op.create_index(f"key_{name}", name, list(key), unique=True, postgresql_nulls_not_distinct=nulls)
        if name == "observation":
            latest = ["indicator_code", "organisation_code", "period_end"]
            op.create_index("ix_observation_latest", name, latest)


def remove_doubles(connection: sa.Connection, table: sa.TableClause, key: tuple[str, ...]) -> None:
    """Leave one of rows that are equal in every column. Raises ValueError for rows of one key that differ."""
    columns = [table.c[name] for name in key]
    doubled = sa.select(*columns).group_by(*columns).having(sa.func.count() > 1).limit(1)
    if connection.execute(doubled).first() is None:
        return
    row: sa.ColumnClause[object] = sa.column("ctid" if connection.dialect.name == "postgresql" else "rowid")
    number = sa.func.row_number().over(partition_by=list(table.c)).label("number")
    numbered = sa.select(row, number).select_from(table).subquery()
    surplus = sa.select(numbered.c[row.name]).where(numbered.c.number > 1)
    connection.execute(sa.delete(table).where(row.in_(surplus)))
    if (left := connection.execute(doubled).first()) is not None:
        named = ", ".join(f"{name} {value}" for name, value in zip(key, left, strict=True))
        raise ValueError(
            f"{table.name} holds rows that contradict each other ({named}): run their partition once more "
            "with version 0.1, which replaces them all, and then `ccg database upgrade`"
        )
