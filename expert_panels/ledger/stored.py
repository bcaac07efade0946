"""Lines as they are stored, read back: those that count, and the last of all.

Belongs here: rows into lines, leaving out what was forged, on a connection that somebody else has opened.
Does not belong here: writing and states (record.py), naming what is wrong (verify.py).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, or_, select

from expert_panels.ledger.line import GENESIS, Line, text_of
from expert_panels.ledger.signing import counting, outside
from expert_panels.ledger.table import LedgerError, decision_ledger


class Gate(NamedTuple):
    """What a state is of: one panel's table in one lane and partition."""

    panel: str
    lane: str
    partition_key: str


class Head(NamedTuple):
    """The last line's number and hash; 0 and 64 zeros for a ledger without lines."""

    seq: int
    hash: str


def _rows(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(statement)]


def _line(row: Mapping[str, Any]) -> Line:
    try:
        at = datetime.fromisoformat(row["at"])
        if text_of(at) == row["at"]:
            return Line(**{**row, "at": at})
    except (TypeError, ValueError):
        pass
    raise LedgerError(f"Line {row['seq']} of the ledger has no readable time: verify the ledger.")


def read(connection: Connection, *conditions: Any) -> list[Line]:
    """Return the lines that count, in order."""
    statement = select(decision_ledger).where(*conditions).order_by(decision_ledger.c.seq)
    found = [_line(row) for row in _rows(connection, statement)]
    since = signed_since(connection)
    keys = (outside(connection).keys() or _first_key(connection)) if since else ()
    return counting(found, since, keys)


def signed_since(connection: Connection) -> int:
    """Return the number of the line from which on lines of persons are signed; 0 while there is none."""
    said = or_(decision_ledger.c.terms != "", decision_ledger.c.signed_by != "")
    return int(connection.execute(select(func.min(decision_ledger.c.seq)).where(said)).scalar() or 0)


def _first_key(connection: Connection) -> tuple[str, ...]:
    """Return the key of the first signed line, the only one where none is known outside the database."""
    statement = select(decision_ledger.c.signed_by).where(decision_ledger.c.signed_by != "")
    return tuple(connection.execute(statement.order_by(decision_ledger.c.seq).limit(1)).scalars())


def of(gate: Gate) -> tuple[Any, ...]:
    """Return the conditions that a row is of this gate."""
    return tuple(decision_ledger.c[name] == value for name, value in gate._asdict().items())


def head_of(connection: Connection) -> Head:
    """Return number and hash of the last line, whether it counts or not."""
    columns = decision_ledger.c.seq, decision_ledger.c.hash
    row = connection.execute(select(*columns).order_by(decision_ledger.c.seq.desc()).limit(1)).first()
    return Head(0, GENESIS) if row is None else Head(int(row[0]), str(row[1]))
