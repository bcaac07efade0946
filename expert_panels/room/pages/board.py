"""The board: every panel's gate in every round, as the page lists them.

Belongs here: what the board says of each gate, from the states that the ledger gives. Pure: no request, no
clock, no database.
Does not belong here: markup, what a panel has before it (table_page.py).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.record import Gate
from expert_panels.room.pages.words import SHORT, STATES, StateWords, moment, waited, words_of
from expert_panels.terms import Terms


@dataclass(frozen=True)
class GateRow:
    """One panel's gate on the board."""

    panel: str
    title: str
    href: str
    words: StateWords
    serial: int
    signed: tuple[str, ...]
    signed_as: str
    missing: tuple[str, ...]
    since: str
    opened: str
    fingerprint: str
    is_reader: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Round:
    """The gates of one lane and partition, and how many of them are decided."""

    name: str
    lane: str
    partition_key: str
    gates: tuple[GateRow, ...]

    @property
    def decided(self) -> int:
        """How many gates stand open."""
        return sum(
            gate.words.word in (STATES["approved"].word, STATES["overridden"].word) for gate in self.gates
        )


def gate_address(panel: str, lane: str, partition_key: str) -> str:
    """Return the address of a panel's page in a round; a slash within a lane is a colon there."""
    return f"/panels/{panel}/{quote(lane.replace('/', ':'), safe=':')}/{quote(partition_key)}"


def lane_of_address(part: str) -> str:
    """Return the lane that a part of an address names."""
    return part.replace(":", "/")


def rounds(
    states: Mapping[Gate, GateState],
    terms: Mapping[str, Terms],
    name: Callable[[str, str], str],
    bodies: Callable[[str], Sequence[str]],
    now: datetime,
    email: str,
    released: Callable[[str, str], Mapping[str, str]],
) -> list[Round]:
    """Return the rounds that have a gate with lines, the newest partition first, all panels in each.

    `name` gives the name of a lane and partition, `bodies` who decides in a lane; `email` is whose board it
    is: their own panels come first, and are links to what is before them. `released` gives what the newest
    release of a round shows, by body.
    """
    asked = sorted({gate[1:] for gate in states}, key=lambda each: (each[1], each[0]), reverse=True)

    def rows(lane: str, key: str) -> Iterator[GateRow]:
        of_bodies = {body: states.get(Gate(body, lane, key), GateState(panel=body)) for body in bodies(lane)}
        has_decided = any(state.published_subject for state in of_bodies.values())
        out = released(lane, key) if has_decided else {}
        for body, state in of_bodies.items():
            if body in terms:
                is_out = bool(state.published_subject) and out.get(body) == state.published_subject
                yield _row(state, terms[body], lane, key, now, email, is_out)

    return [
        Round(name(lane, key), lane, key, tuple(sorted(rows(lane, key), key=lambda row: not row.is_reader)))
        for lane, key in asked
    ]


def _row(
    state: GateState, terms: Terms, lane: str, key: str, now: datetime, email: str, is_out: bool
) -> GateRow:
    is_waiting = state.is_open and state.opened_at is not None
    since = state.opened_at if is_waiting else state.decided_at
    may_read = bool(state.serial) and is_reader(terms, email, now)
    return GateRow(
        panel=terms.panel,
        title=terms.title,
        href=gate_address(terms.panel, lane, key),
        words=words_of(state, is_out),
        serial=state.serial,
        signed=tuple(f"{one.role}, {moment(one.at)}" for one in state.signed_by),
        signed_as=_signed_as(state),
        missing=state.missing,
        since=waited(since, now) if since and is_waiting else "",
        opened=moment(since),
        fingerprint=state.subject[:SHORT],
        is_reader=may_read,
        # a reason may say what is in the table, which is for its readers alone
        reasons=tuple(f"{one.role}: {one.reason}" for one in state.returns) if may_read else (),
    )


def _signed_as(state: GateState) -> str:
    """Return what those did whom the board names: not all of them have signed what is before the panel."""
    if state.state == "superseded" and not state.votes and not state.overrides:
        return "Signed before"
    return {"returned": "Returned by", "overridden": "Overridden by"}.get(state.state, "Signed")


def is_reader(terms: Terms, email: str, now: datetime) -> bool:
    """Return whether a person may see what is before a panel: its members, and those who may override."""
    day = now.date()
    return terms.member(email, day) is not None or terms.officer(email, day) is not None
