"""The trigger of the ledger refuses a line that carries the hash of another, which SQLite would take away.

Belongs here: the step alone. A trigger that somebody altered stays so, and is named.
Does not belong here: any other change.
"""

from alembic import op

revision, down_revision = "0010", "0009"

_NAME = "decision_ledger_insert"
_HASH = " OR EXISTS (SELECT 1 FROM decision_ledger WHERE hash = NEW.hash)"


def upgrade() -> None:
    """Make the trigger again with the new condition behind its own."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return  # a unique key refuses it
    found = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = ?", (_NAME,)).scalar()
    if found and _HASH not in found:
        op.execute(f"DROP TRIGGER {_NAME}")
        connection.exec_driver_sql(found.replace(" BEGIN ", f"{_HASH} BEGIN ", 1))
