"""Lines of the ledger carry their terms, what the database holds, and a signature.

Belongs here: the columns that the ledger gains, empty.
Does not belong here: any other change. No line's hash changes: a field that is empty is not hashed.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"

LEDGER = "decision_ledger"
FIELDS = ("terms", "data_kind", "signed_by", "signature")


def upgrade() -> None:
    """Add the fields that the ledger lacks, empty."""
    found = sa.inspect(op.get_bind())
    if not found.has_table(LEDGER):
        return
    columns = {column["name"] for column in found.get_columns(LEDGER)}
    for name in FIELDS:
        if name not in columns:
            op.add_column(LEDGER, sa.Column(name, sa.Text, nullable=False, server_default=""))
