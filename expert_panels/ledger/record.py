"""The append-only, hash-chained record of the panels' decisions, in the pipeline's own database.

Belongs here: writing a line after the last one, asking first whether it may be; reading; verifying the chain.
Does not belong here: what a line changes (gate_state.py), the table (table.py), pages and commands.

The chain shows whatever was edited, taken out, moved or forged without being hashed. Whoever can write to the
database and hashes everything anew from some line on, or cuts the tail off, is shown by a hash that is known
elsewhere: every release carries one.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Select, insert, inspect, select
from sqlalchemy.exc import DatabaseError

from expert_panels.foundation.fault import Fault
from expert_panels.ledger.fold import fold
from expert_panels.ledger.gate_state import MEANINGS, GateState
from expert_panels.ledger.line import GENESIS, Line, faults_of, text_of
from expert_panels.ledger.refusal import refusal
from expert_panels.ledger.table import (
    LedgerError,
    decision_ledger,
    reading,
    unsound_triggers,
    writing,
)
from expert_panels.terms import Terms


class DecisionRefused(Fault):
    """A decision that may not be taken now: one sentence that says why, and nothing was recorded."""


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


def _read(connection: Connection, *conditions: Any) -> list[Line]:
    statement = select(decision_ledger).where(*conditions).order_by(decision_ledger.c.seq)
    return [_line(row) for row in _rows(connection, statement)]


def _of(gate: Gate) -> tuple[Any, ...]:
    return tuple(decision_ledger.c[name] == value for name, value in gate._asdict().items())


def _head(connection: Connection) -> Head:
    columns = decision_ledger.c.seq, decision_ledger.c.hash
    row = connection.execute(select(*columns).order_by(decision_ledger.c.seq.desc()).limit(1)).first()
    return Head(0, GENESIS) if row is None else Head(int(row[0]), str(row[1]))


def _append(connection: Connection, line: Line) -> Line:
    last = _head(connection)
    sealed = line.sealed(last.seq + 1, last.hash)
    connection.execute(insert(decision_ledger).values(**sealed.content()))
    return sealed


def append(engine: Engine, line: Line) -> Line:
    """Write `line` after the last one and return it sealed; asks nothing of it, as `decide` does."""
    with writing(engine) as connection:
        return _append(connection, line)


def open_round(
    engine: Engine,
    terms: Terms,
    *,
    lane: str,
    partition_key: str,
    subject: str,
    launched_by: str,
    again: bool = False,
    at: datetime | None = None,
) -> Line | None:
    """Lay the candidate `subject` before the panel when it is new or has changed; return the line, or None.

    Asked twice with the same subject it writes once, so that a run may be repeated. `again` lays a candidate
    that was returned or withdrawn before the panel once more, unchanged. A `subject` of '' takes what is
    before the panel away: what it rests on no longer stands.
    """
    gate = Gate(terms.panel, lane, partition_key)
    with writing(engine) as connection:
        state = fold(_read(connection, *_of(gate)), terms)
        closed = state.state in ("returned", "withdrawn")
        if state.subject == subject and not (again and closed):
            return None
        decision = "open" if subject else "close"
        line = Line(
            **gate._asdict(),
            at=at or datetime.now(UTC),
            serial=state.serial + 1 if subject else state.serial,
            decision=decision,
            subject_sha256=subject or state.subject,
            actor=launched_by,
            role="pipeline",
            meaning=MEANINGS[decision],
            via="pipeline",
            terms_version=terms.version,
        )
        return _append_allowed(connection, line, state, terms)


@dataclass(frozen=True)
class Decision:
    """A decision as a person takes it: all that its line says and the ledger does not fill in itself.

    `subject` is the fingerprint of the table that was seen, `serial` (where given) that of the round. The
    others are the fields of a line.
    """

    lane: str
    partition_key: str
    decision: str
    subject: str
    actor: str
    interests: str = ""
    reason: str = ""
    via: str = "cli"
    serial: int | None = None
    about: str = ""
    item: str = ""
    before: str = ""
    after: str = ""
    minuted_on: str = ""
    minutes_sha256: str = ""
    recorded_by: str = ""
    record_sha256: str = ""


def decide(engine: Engine, terms: Terms, *, at: datetime | None = None, **fields: Any) -> Line:
    """Record a decision, by the `fields` of Decision, on the table `subject` that was seen; return its line.

    Whether it may be taken is asked in the transaction that writes it, so that of two at once the second is
    asked after the first. `serial` says of which round the page was that showed the table. Raises
    DecisionRefused.
    """
    return decide_all(engine, [(terms, Decision(**fields))], at)[0]


def decide_all(
    engine: Engine, decisions: Sequence[tuple[Terms, Decision]], at: datetime | None = None
) -> list[Line]:
    """Record decisions in one transaction, each asked after those before it: all of them, or none.

    Raises DecisionRefused for the first that may not be taken, which it numbers where there are several.
    """
    at = at or datetime.now(UTC)
    written = []
    with writing(engine) as connection:
        for number, (terms, decision) in enumerate(decisions, start=1):
            try:
                written.append(_decide(connection, terms, decision, at))
            except DecisionRefused as refused:
                if len(decisions) == 1:
                    raise
                raise DecisionRefused(
                    f"Nothing is recorded, for decision {number} of {len(decisions)}: {refused}"
                ) from None
    return written


def _decide(connection: Connection, terms: Terms, taken: Decision, at: datetime) -> Line:
    gate, actor = Gate(terms.panel, taken.lane, taken.partition_key), taken.actor.strip().lower()
    if not actor.isascii() or not taken.actor.isascii():
        # the Kelvin sign is lowered to a plain k, and then two addresses are one
        raise DecisionRefused(f"{taken.actor!r} is no address of a member: write it in ASCII letters.")
    # No `at`: a line from a machine whose clock is ahead counts here, or its author could sign twice.
    state = fold(_read(connection, *_of(gate)), terms)
    day = at.astimezone(UTC).date()
    overrides = taken.decision == "override"
    person = terms.officer(actor, day) if overrides else terms.member(actor, day)
    line = Line(
        **gate._asdict(),
        at=at,
        serial=state.serial if taken.serial is None else taken.serial,
        decision=taken.decision,
        subject_sha256=taken.subject,
        actor=actor,
        role=person.role if person else "",
        meaning=MEANINGS.get(taken.decision, ""),
        interests=taken.interests.strip(),
        reason=taken.reason.strip(),
        via=taken.via,
        terms_version=terms.version,
        about=taken.about.strip().upper(),
        item=taken.item,
        before=taken.before,
        after=taken.after,
        minuted_on=taken.minuted_on,
        minutes_sha256=taken.minutes_sha256,
        recorded_by=taken.recorded_by,
        record_sha256=taken.record_sha256,
    )
    return _append_allowed(connection, line, state, terms)


def _append_allowed(connection: Connection, line: Line, state: GateState, terms: Terms) -> Line:
    why_not = refusal(line, state, terms)
    if why_not:
        raise DecisionRefused(why_not)
    return _append(connection, line)


def lines(engine: Engine, gate: Gate | None = None, after: int = 0) -> list[Line]:
    """Return the lines, of one gate or of all, whose number is greater than `after`, in order."""
    with reading(engine) as connection:
        return _read(connection, decision_ledger.c.seq > after, *(_of(gate) if gate else ()))


def lines_of_round(connection: Connection, lane: str, partition_key: str) -> list[Line]:
    """Return the lines of all bodies of one lane and partition, in order, as this connection sees them."""
    its = decision_ledger.c.lane == lane, decision_ledger.c.partition_key == partition_key
    return _read(connection, *its)


def head(engine: Engine) -> Head:
    """Return number and hash of the last line."""
    with reading(engine) as connection:
        return _head(connection)


def state_of(
    engine: Engine, terms: Terms, lane: str, partition_key: str, at: datetime | None = None
) -> GateState:
    """Return the state of one gate; `at` as for `decision.fold`."""
    return fold(lines(engine, Gate(terms.panel, lane, partition_key)), terms, at)


def states(engine: Engine, terms: Mapping[str, Terms], at: datetime | None = None) -> dict[Gate, GateState]:
    """Return the state of every gate that has lines and whose panel is in `terms`, from one reading."""
    by_gate: dict[Gate, list[Line]] = defaultdict(list)
    for line in lines(engine):
        if line.panel in terms:
            by_gate[Gate(line.panel, line.lane, line.partition_key)].append(line)
    return {gate: fold(its_lines, terms[gate.panel], at) for gate, its_lines in sorted(by_gate.items())}


def verify(engine: Engine, known_head: str | Collection[str] = ()) -> list[str]:
    """Return one sentence for everything that is broken, naming each line; none when the ledger is whole.

    `known_head` is a hash, or several, that a release or somebody's notes carry: it shows a cut-off tail.
    """
    known = [known_head] if isinstance(known_head, str) else known_head
    with reading(engine) as connection:
        if not inspect(connection).has_table(decision_ledger.name):
            return ["There is no ledger in this database: the table decision_ledger is missing."]
        unguarded = [
            f"The trigger {name} is {what}: the database would let lines be changed."
            for name, what in unsound_triggers(connection).items()
        ]
        return unguarded + faults_of(_stored(connection), known)


def _stored(connection: Connection) -> list[dict[str, Any]]:
    """Return the rows as they are stored; one whose bytes are no longer text has its number alone."""
    try:
        return _rows(connection, select(decision_ledger))
    except DatabaseError:
        connection.rollback()
    rows: list[dict[str, Any]] = []
    for (seq,) in connection.execute(select(decision_ledger.c.seq)).all():
        try:
            rows += _rows(connection, select(decision_ledger).where(decision_ledger.c.seq == seq))
        except DatabaseError:
            connection.rollback()
            rows.append({"seq": seq})
    return rows
