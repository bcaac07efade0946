"""Notices may carry a certificate, and who was turned away without a session has a table.

Belongs here: the column that the outbox gains, empty. The table `turned_away` is made from its definition
after the last revision.
Does not belong here: any other change.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"

OUTBOX = "notice"


def upgrade() -> None:
    """Add the field that the outbox lacks, empty."""
    found = sa.inspect(op.get_bind())
    if not found.has_table(OUTBOX):
        return
    if "attachment" not in {column["name"] for column in found.get_columns(OUTBOX)}:
        op.add_column(OUTBOX, sa.Column("attachment", sa.Text, nullable=False, server_default=""))
