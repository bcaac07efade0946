"""The pre-release access record: who saw ratings that are not released, and who was turned away.

Belongs here: writing a line of it, before anything is shown: what cannot be logged is not shown.
Does not belong here: who may see what (the room), the table (tables.py).
"""

import getpass
from datetime import UTC, datetime

from sqlalchemy import Engine, insert
from sqlalchemy.exc import DatabaseError

from expert_panels import tables
from expert_panels.ledger.table import LedgerError, brief
from expert_panels.one_line import one_line


def record(engine: Engine, who: str, what: str, subject: str, outcome: str = "shown") -> None:
    """Write one line: `who` did `what` to `subject`, and what came of it.

    Without `who`, the user of this process. However hostile the text, it stays one line of the log. Raises
    LedgerError when the database cannot be written.
    """
    line = insert(tables.access_log).values(
        at=datetime.now(UTC),
        actor=one_line(who) or getpass.getuser(),
        what=one_line(what),
        subject=one_line(subject),
        outcome=one_line(outcome),
    )
    try:
        with engine.begin() as connection:
            connection.execute(line)
    except DatabaseError as fault:
        raise LedgerError(
            f"Nothing is shown, since the view cannot be logged in this database ({brief(fault)})."
        ) from fault
