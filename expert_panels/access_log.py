"""The pre-release access record: who saw ratings that are not released, and who was turned away.

Belongs here: writing a line of it, before anything is shown: what cannot be logged is not shown; asking
whether somebody has seen a table, and which of its organisations they say to have looked at; the newest of
those turned away of whom nothing is known.
Does not belong here: who may see what (the room), the table (tables.py).
"""

import getpass
from datetime import UTC, datetime
from threading import Lock

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Engine, delete, func, insert, select
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


def has_seen(engine: Engine, who: str, subject_sha256: str) -> bool:
    """Return whether the log has it that `who` was shown the table with that fingerprint."""
    log = tables.access_log.c
    shown = log.actor == one_line(who), log.outcome == "shown", log.subject.endswith(f" {subject_sha256}")
    with engine.connect().execution_options(reading=True) as connection:
        return connection.execute(select(log.seq).where(*shown).limit(1)).first() is not None


_WORKLIST, LOOKED_AT, TAKEN_BACK = "worklist", "looked at", "not looked at"


def mark(engine: Engine, who: str, subject_sha256: str, organisation: str, has_looked: bool) -> None:
    """Write that `who` says to have looked at an organisation of a table, or takes that back. As `record`."""
    said = LOOKED_AT if has_looked else TAKEN_BACK
    record(engine, who, _WORKLIST, f"{subject_sha256} {organisation}", said)


def looked_at(engine: Engine, who: str, subject_sha256: str) -> frozenset[str]:
    """Return the organisations of the table with that fingerprint that `who` marked as looked at."""
    log = tables.access_log.c
    marks = log.actor == one_line(who), log.what == _WORKLIST, log.subject.startswith(f"{subject_sha256} ")
    statement = select(log.subject, log.outcome).where(*marks).order_by(log.seq)
    with engine.connect().execution_options(reading=True) as connection:
        said = {str(subject).split()[-1]: outcome for subject, outcome in connection.execute(statement)}
    return frozenset(code for code, outcome in said.items() if outcome == LOOKED_AT)


LISTED = 1_000
"""How many requests of nobody are kept; the oldest go."""

A_MINUTE = "60/minute"
"""How many of them are written at most, by each process; the rest are counted."""


class Strangers:
    """The requests of nobody that were denied: the newest, in a table apart from the access log.

    Whoever is not signed in can send any number of requests, and each would be a write into the database of
    the ledger. So they are written a few at a time, and the next one written says how many were not.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._limit = engine, parse(A_MINUTE)
        self._counter, self._unlisted, self._lock = MovingWindowRateLimiter(MemoryStorage()), 0, Lock()

    def turned_away(self, address: str, what: str, outcome: str) -> None:
        """Write that a request for `what` from a network address was denied, or count it."""
        with self._lock:
            if not self._counter.hit(self._limit):
                self._unlisted += 1
                return
            more, self._unlisted = self._unlisted, 0
        others = f" ({more:,} more before it are not listed)" if more else ""
        table = tables.turned_away
        line = insert(table).values(
            at=datetime.now(UTC),
            address=one_line(address),
            what=one_line(what),
            outcome=f"{one_line(outcome)}{others}",
        )
        try:
            with self._engine.begin() as connection:
                connection.execute(line)
                newest = select(func.max(table.c.seq)).scalar_subquery()
                connection.execute(delete(table).where(table.c.seq <= newest - LISTED))
        except DatabaseError:  # nobody is shown anything, so that nothing has to be on record
            with self._lock:
                self._unlisted += more + 1
