"""One writer at a time of one piece of a table.

Belongs here: on PostgreSQL, the advisory locks of what a transaction is about to replace. Two transactions
that delete and insert the same rows would otherwise not see each other's (READ COMMITTED), and both stay.
Does not belong here: the deleting and inserting (frames.py). SQLite has one writer at a time of everything.
"""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from ccg_pipeline.storage.frames import Scope


def hold(connection: Connection, pieces: Iterable[tuple[str, Scope]]) -> None:
    """Wait until nobody else replaces any of the `pieces` (table, scope), and hold them until the commit.

    A piece is known by its table and partition, or by the first column of a scope that names no partition.
    All are taken in one order, so that two transactions never wait for each other. The rows must be read
    after this call.
    """
    if connection.dialect.name != "postgresql":
        return
    names = {f"{table}/{value}" for table, scope in pieces for value in _values(scope)}
    for number in sorted(_number(name) for name in names):
        connection.execute(select(func.pg_advisory_xact_lock(number)))


def _values(scope: Scope) -> list[str]:
    named = scope.get("partition_key", next(iter(scope.values()), ""))
    return [named] if isinstance(named, str) else list(named)


def _number(name: str) -> int:
    """Return the 64 bits by which PostgreSQL knows a lock."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
