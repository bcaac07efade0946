"""The tables of version 0.1, among them a ledger whose lines have all their fields.

Belongs here: the columns that version 0.1 added to an older ledger whenever it opened one.
Does not belong here: any other change. No line's hash changes: a field that is empty is not hashed.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

LEDGER = "decision_ledger"
FIELDS = ("about", "item", "before", "after", "minuted_on", "minutes_sha256", "recorded_by", "record_sha256")


def upgrade() -> None:
    """Add the fields that the ledger lacks, empty."""
    found = sa.inspect(op.get_bind())
    if not found.has_table(LEDGER):
        return
    columns = {column["name"] for column in found.get_columns(LEDGER)}
    for name in FIELDS:
        if name not in columns:
            op.add_column(LEDGER, sa.Column(name, sa.Text, nullable=False, server_default=""))
