"""Ratings say what the same care, measured again, would earn.

Belongs here: the four columns that `certainty`, `candidate_rating` and `overall_rating` gain, empty.
Does not belong here: tables that are not there yet, which are made from their definitions.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0007"

TABLES = ("certainty", "candidate_rating", "overall_rating")
COLUMNS = ("p_again_1", "p_again_2", "p_again_3", "p_again_4")


def upgrade() -> None:
    """Add the columns that the tables lack, empty."""
    found = sa.inspect(op.get_bind())
    for table in TABLES:
        if not found.has_table(table):
            continue
        columns = {column["name"] for column in found.get_columns(table)}
        for name in COLUMNS:
            if name not in columns:
                op.add_column(table, sa.Column(name, sa.Float, nullable=True))
