"""Scores say what they would be with what is missing at its worst and best; `measure_change` comes.

Belongs here: the two columns that the table `score` gains, empty.
Does not belong here: tables that are not there yet, which are made from their definitions.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"

COLUMNS = ("with_gaps_worst", "with_gaps_best")


def upgrade() -> None:
    """Add the columns that the scores lack, empty."""
    found = sa.inspect(op.get_bind())
    if not found.has_table("score"):
        return
    columns = {column["name"] for column in found.get_columns("score")}
    for name in COLUMNS:
        if name not in columns:
            op.add_column("score", sa.Column(name, sa.Float, nullable=True))
