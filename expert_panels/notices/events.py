"""What has happened at a gate that somebody should be told of, from the ledger and the calendar alone.

Belongs here: which event a line of the ledger is, which key it has for ever, whom it concerns. Pure.
Does not belong here: the words (wording.py), what was sent already (outbox.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from expert_panels.ledger.fold import fold, steps
from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.line import Line
from expert_panels.ledger.record import Gate
from expert_panels.terms import Terms

Kind = Literal[
    "opened",
    "changed",
    "moderated",
    "reminder",
    "quorum reached",
    "overridden",
    "chair outstanding",
    "returned",
    "released",
    "released as overridden",
    "withdrawn",
]


@dataclass(frozen=True)
class Event:
    """Something that happened once at a gate.

    `key` is the same whenever the event is found again. `members` are the addresses of those it concerns,
    `engineers` says whether those who made the table are told too; `words` are what people wrote about it,
    `head` is number and hash of the line of the ledger that says it.
    """

    kind: Kind
    gate: Gate
    key: str
    at: datetime
    members: tuple[str, ...] = ()
    engineers: bool = False
    words: tuple[str, ...] = ()
    head: str = ""


def events_of(lines: Iterable[Line], terms: Terms, now: datetime) -> list[Event]:
    """Return all that happened at one gate up to `now`, in order, from its lines."""
    lines = list(lines)
    found = [
        event
        for line, before, after in steps(lines, terms)
        for event in _events_of_line(line, before, after, terms, now)
    ]
    reminder = _reminder(fold(lines, terms), lines[-1], terms, now) if lines else None
    return [*found, reminder] if reminder else found


def released(
    gate: Gate, line: str, at: datetime, terms: Terms, now: datetime, is_overridden: bool = False
) -> Event:
    """Return the event that a released table shows what the line with hash `line` let out."""
    kind: Kind = "released as overridden" if is_overridden else "released"
    return Event(kind, gate, _key("released", gate, line[:16]), at, _members(terms, now), True, head=line)


def _key(kind: str, gate: Gate, which: object) -> str:
    return "/".join((kind.replace(" ", "_"), *gate, str(which)))


def _members(terms: Terms, now: datetime, besides: Iterable[str] = ()) -> tuple[str, ...]:
    left_out = set(besides)
    return tuple(one.email for one in terms.members_on(now.date()) if one.email not in left_out)


def _events_of_line(
    line: Line, before: GateState, after: GateState, terms: Terms, now: datetime
) -> list[Event]:
    gate = Gate(line.panel, line.lane, line.partition_key)

    def event(
        kind: Kind, members: tuple[str, ...], engineers: bool = False, words: tuple[str, ...] = ()
    ) -> Event:
        key, head = _key(kind, gate, line.seq), f"line {line.seq}, {line.hash}"
        return Event(kind, gate, key, line.at, members, engineers, words, head)

    everybody = _members(terms, now)
    match line.decision:
        case "open":
            kind: Kind = "opened" if before.state in ("not_ready", "returned", "withdrawn") else "changed"
            kind = "moderated" if before.is_moderated else kind
            return [event(kind, _members(terms, now, {line.actor}))]
        case "return":
            said = [f"{line.role}: {line.reason}", *(f"{one.about}: {one.text}" for one in before.comments)]
            return [event("returned", (), True, tuple(said))]
        case "withdraw":
            return [event("withdrawn", everybody, True)]
        case "approve" | "override" if after.published_serial == after.serial:
            return [event("quorum reached" if line.decision == "approve" else "overridden", everybody, True)]
        case "approve" if len(after.votes) == terms.quorum.members:
            # all the signatures of the quorum but the one that must be among them
            return [event("chair outstanding", _leaders(after, terms, now))]
    return []


def _leaders(state: GateState, terms: Terms, now: datetime) -> tuple[str, ...]:
    spoken = {one.actor for one in (*state.votes, *state.recused)} | {state.launched_by}
    return tuple(
        one.email for one in terms.members_on(now.date()) if terms.leads(one.role) and one.email not in spoken
    )


def _reminder(state: GateState, last: Line, terms: Terms, now: datetime) -> Event | None:
    """Return the newest reminder that is due on a candidate that still waits; earlier ones are no news."""
    if not (state.is_open and state.opened_at and terms.reminder_after_days):
        return None
    number = (now - state.opened_at) // timedelta(days=terms.reminder_after_days)
    if number < 1:
        return None
    spoken = {one.actor for one in (*state.votes, *state.recused)} | {state.launched_by}
    gate = Gate(last.panel, last.lane, last.partition_key)
    return Event(
        "reminder",
        gate,
        _key("reminder", gate, f"{state.serial}/{number}"),
        state.opened_at + number * timedelta(days=terms.reminder_after_days),
        _members(terms, now, spoken),
        head=f"line {last.seq}, {last.hash}",
    )
