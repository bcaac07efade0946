"""Checking the whole ledger, line by line, with what is known outside its database.

Belongs here: gathering every fault: triggers, the chain, signatures, heads. Reads, and changes nothing.
Does not belong here: the checks of lines by themselves (line.py, signing.py), writing and counting
(record.py).

The chain shows whatever was edited, taken out, moved or forged without being hashed; a signature, what the
room did not record; a hash that is known elsewhere, a ledger that was rewritten or cut off.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.exc import DatabaseError

from expert_panels.ledger.line import faults_of
from expert_panels.ledger.signing import outside, signature_faults
from expert_panels.ledger.table import decision_ledger, faults_of_strangers, reading, unsound_triggers


def verify(
    engine: Engine, known_head: str | Collection[str] = (), keys: Collection[str] | None = None
) -> list[str]:
    """Return one sentence for everything that is broken, naming each line; none when the ledger is whole.

    `known_head` is a hash, or several, that a release or somebody's notes carry: it shows a cut-off tail.
    `keys` are the public keys that may have signed lines, in hexadecimal; without, those that are known here.
    """
    known = [known_head] if isinstance(known_head, str) else known_head
    with reading(engine) as connection:
        if not inspect(connection).has_table(decision_ledger.name):
            return ["There is no ledger in this database: the table decision_ledger is missing."]
        unguarded = [
            f"The trigger {name} is {what}: the database would let lines be changed."
            for name, what in unsound_triggers(connection).items()
        ] + faults_of_strangers(connection, decision_ledger.name)
        kept_outside = outside(connection)
        rows = sorted(_stored(connection), key=lambda row: int(row["seq"]))
    may_sign = tuple(kept_outside.keys() if keys is None else keys)
    noted = kept_outside.heads()
    faults = faults_of(rows, {*known, *(noted or ())}) + signature_faults(rows, may_sign)
    signed = [row for row in rows if row.get("signed_by")]
    of_the_room = kept_outside.keys()
    own = [row.get("hash") for row in signed if row["signed_by"] in of_the_room]
    if own and noted is not None and not {*own} & {*noted}:
        faults.append(
            f"The head of none of the {len(own)} {'line' if len(own) == 1 else 'lines'} that the room signed "
            "is noted next to its key: heads.txt was taken away or emptied, and would not show a ledger that "
            "was cut off. Put it back, or compare with a receipt: `ccg panel verify --against FILE`."
        )
    if signed and not may_sign and signed[0].get("data_kind") == "real":
        faults.append(
            f"Nothing outside this database vouches for the key that signs from line {signed[0]['seq']} on: "
            "give the public key of the room with --key."
        )
    return unguarded + faults


def _stored(connection: Connection) -> list[dict[str, Any]]:
    """Return the rows as they are stored; one whose bytes are no longer text has its number alone."""
    try:
        return [dict(row._mapping) for row in connection.execute(select(decision_ledger))]
    except DatabaseError:
        connection.rollback()
    rows: list[dict[str, Any]] = []
    for (seq,) in connection.execute(select(decision_ledger.c.seq)).all():
        one = select(decision_ledger).where(decision_ledger.c.seq == seq)
        try:
            rows += [dict(row._mapping) for row in connection.execute(one)]
        except DatabaseError:
            connection.rollback()
            rows.append({"seq": seq})
    return rows
