"""The append-only, hash-chained, signed record of the panels' decisions, in the pipeline's own database.

Belongs here: writing a line after the last one, asking first whether it may be; lines and states to read.
Does not belong here: what a line changes (gate_state.py), which stored lines count (stored.py), checking the
whole (verify.py), signatures themselves (signing.py), pages and commands.

A line that is not signed as it must be is no line of the ledger for anybody who reads here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from expert_panels.foundation.fault import Fault
from expert_panels.ledger.fold import fold
from expert_panels.ledger.gate_state import MEANINGS, GateState, meaning_of
from expert_panels.ledger.line import Line
from expert_panels.ledger.refusal import refusal
from expert_panels.ledger.signing import LineSigner, outside
from expert_panels.ledger.stored import Gate as Gate
from expert_panels.ledger.stored import Head as Head
from expert_panels.ledger.stored import head_of, of, read, signed_since
from expert_panels.ledger.table import LedgerError, decision_ledger, reading, writing
from expert_panels.terms import Terms


class DecisionRefused(Fault):
    """A decision that may not be taken now: one sentence that says why, and nothing was recorded."""


def _append(connection: Connection, line: Line) -> Line:
    last = head_of(connection)
    return _inserted(connection, line.sealed(last.seq + 1, last.hash))


def _inserted(connection: Connection, line: Line) -> Line:
    """Write a line, and read it back: a trigger or rule of somebody may have left it out, or changed it."""
    connection.execute(insert(decision_ledger).values(**line.content()))
    of_it = select(decision_ledger).where(decision_ledger.c.seq == line.seq)
    found = connection.execute(of_it).mappings().first()
    if found is None or dict(found) != line.content():
        raise LedgerError(
            "Nothing was recorded: the database did not keep the line as it was written; verify the ledger."
        )
    return line


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
    """Submit the candidate `subject` to the panel when it is new or has changed; return the line, or None.

    Asked twice with the same subject it writes once, so that a run may be repeated. `again` submits a
    candidate that was returned or withdrawn, or whose round was opened under laxer terms, once more,
    unchanged. A `subject` of '' takes back what was submitted: what it rests on no longer stands.

    The line that opens a round carries the terms under which the round counts; terms that have changed since
    are a line each, once, and count from the next round on.
    """
    gate = Gate(terms.panel, lane, partition_key)
    with writing(engine) as connection:
        state = fold(read(connection, *of(gate)), terms)

        def said(decision: str, **fields: Any) -> Line:
            line = Line(
                **gate._asdict(),
                at=_now(connection, at),
                decision=decision,
                actor=launched_by,
                role="pipeline",
                meaning=MEANINGS[decision],
                via="pipeline",
                terms_version=terms.version,
                data_kind=outside(connection).kind(connection),
                **fields,
            )
            return _append_allowed(connection, line, state, terms)

        if state.newest_terms not in ("", terms.version):
            said("terms", serial=state.serial, subject_sha256=state.subject, terms=terms.text)
        closed = state.state in ("returned", "withdrawn")
        is_laxer = state.terms is not None and state.terms.is_laxer_than(terms)
        if state.subject == subject and not (again and (closed or is_laxer)):
            return None
        if not subject:
            return said("close", serial=state.serial, subject_sha256=state.subject)
        return said("open", serial=state.serial + 1, subject_sha256=subject, terms=terms.text)


_LATE = timedelta(minutes=5)
"""How far a clock may be behind the last line before nothing is recorded by it (assumed)."""


def _now(connection: Connection, at: datetime | None) -> datetime:
    """Return the time of the next line, which is never before the last one's where lines are signed.

    A clock that is a little behind gives the last line's time. Raises DecisionRefused for one that is wrong.
    """
    at = at or datetime.now(UTC)
    if not signed_since(connection):
        return at
    newest = select(decision_ledger.c.seq, decision_ledger.c.at).order_by(decision_ledger.c.seq.desc())
    row = connection.execute(newest.limit(1)).first()
    assert row is not None  # a line is signed, so that there is one
    last = datetime.fromisoformat(str(row[1]))
    if last - at > _LATE:
        raise DecisionRefused(
            f"Nothing is recorded: this machine says that it is {at:%Y-%m-%d %H:%M}, and line {row[0]} "
            f"of the ledger is of {last:%Y-%m-%d %H:%M} (UTC): set the clock."
        )
    return max(at, last)


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
    written, signer = [], None
    with writing(engine) as connection:
        known, at = outside(connection), _now(connection, at)
        if known.signer is not None:
            signer = known.signer(connection)
        elif signed_since(connection):
            raise DecisionRefused("Nothing is recorded: there is no key here that signs lines of the ledger.")
        for number, (terms, decision) in enumerate(decisions, start=1):
            try:
                written.append(_decide(connection, terms, decision, at, signer))
            except DecisionRefused as refused:
                if len(decisions) == 1:
                    raise
                raise DecisionRefused(
                    f"Nothing is recorded, for decision {number} of {len(decisions)}: {refused}"
                ) from None
    if signer is not None:
        signer.note(written)
    return written


def _decide(
    connection: Connection, terms: Terms, taken: Decision, at: datetime, signer: LineSigner | None
) -> Line:
    gate, actor = Gate(terms.panel, taken.lane, taken.partition_key), taken.actor.strip().lower()
    if not actor.isascii() or not taken.actor.isascii():
        # the Kelvin sign is lowered to a plain k, and then two addresses are one
        raise DecisionRefused(f"{taken.actor!r} is no address of a member: write it in ASCII letters.")
    # No `at`: a line from a machine whose clock is ahead counts here, or its author could sign twice.
    state = fold(read(connection, *of(gate)), terms)
    day, counted = at.astimezone(UTC).date(), state.terms or terms
    overrides = taken.decision == "override"
    person = counted.officer(actor, day) if overrides else counted.member(actor, day)
    line = Line(
        **gate._asdict(),
        at=at,
        serial=state.serial if taken.serial is None else taken.serial,
        decision=taken.decision,
        subject_sha256=taken.subject,
        actor=actor,
        role=person.role if person else "",
        meaning=meaning_of(taken.decision, counted),
        interests=taken.interests.strip(),
        reason=taken.reason.strip(),
        via=taken.via,
        terms_version=counted.version,
        about=taken.about.strip().upper(),
        item=taken.item,
        before=taken.before,
        after=taken.after,
        minuted_on=taken.minuted_on,
        minutes_sha256=taken.minutes_sha256,
        recorded_by=taken.recorded_by,
        record_sha256=taken.record_sha256,
    )
    # who has left since the round was opened decides no more, whose seat is new has one in the next round
    seat = terms.officer(actor, day) if overrides else terms.member(actor, day)
    if person is not None and seat is None:
        raise DecisionRefused(f"{actor} holds no seat on the {terms.title} any more, by its terms of today.")
    # the line that opens a round has no signature: whoever may write to the database can put one in
    asks_less = {
        "approve": counted.is_laxer_than(terms)
        or (person is not None and seat is not None and counted.leads(person.role) > terms.leads(seat.role)),
        "moderate": taken.item in counted.may_moderate and taken.item not in terms.may_moderate,
    }
    if asks_less.get(taken.decision, False):
        raise DecisionRefused(
            f"This table of the {terms.title} was opened under other terms, which ask for less than those of "
            "today: submit it to the panel once more (`ccg panel resubmit`)."
        )
    return _append_allowed(connection, line, state, counted, signer)


def _append_allowed(
    connection: Connection, line: Line, state: GateState, terms: Terms, signer: LineSigner | None = None
) -> Line:
    why_not = refusal(line, state, terms)
    if why_not:
        raise DecisionRefused(why_not)
    if signer is None:
        return _append(connection, line)
    last = head_of(connection)
    return _inserted(connection, signer.signed(signer.named(line).sealed(last.seq + 1, last.hash)))


def lines(engine: Engine, gate: Gate | None = None, after: int = 0) -> list[Line]:
    """Return the lines, of one gate or of all, whose number is greater than `after`, in order."""
    with reading(engine) as connection:
        return read(connection, decision_ledger.c.seq > after, *(of(gate) if gate else ()))


def states_of_lane(
    connection: Connection, terms: Terms, lane: str, at: datetime | None = None
) -> dict[str, GateState]:
    """Return the state of a panel's gate in each partition of a lane that has lines, by its key, in order.

    `at` as for `decision.fold`.
    """
    by_key: dict[str, list[Line]] = defaultdict(list)
    its = decision_ledger.c.panel == terms.panel, decision_ledger.c.lane == lane
    for line in read(connection, *its):
        by_key[line.partition_key].append(line)
    return {key: fold(of_key, terms, at) for key, of_key in sorted(by_key.items())}


def lines_of_round(connection: Connection, lane: str, partition_key: str) -> list[Line]:
    """Return the lines of all bodies of one lane and partition, in order, as this connection sees them."""
    its = decision_ledger.c.lane == lane, decision_ledger.c.partition_key == partition_key
    return read(connection, *its)


def head(engine: Engine) -> Head:
    """Return number and hash of the last line."""
    with reading(engine) as connection:
        return head_of(connection)


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
