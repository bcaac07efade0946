"""The board: every panel's gate in every round, as the page lists them.

Belongs here: what the board says of each gate, from the states that the ledger gives. Pure: no request, no
clock, no database.
Does not belong here: markup, what a panel has before it (table_page.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

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
        return sum(gate.words in (STATES["approved"], STATES["overridden"]) for gate in self.gates)


def gate_address(panel: str, lane: str, partition_key: str) -> str:
    """Return the address of a panel's page in a round."""
    return f"/panels/{panel}/{lane}/{partition_key}"


def rounds(
    states: Mapping[Gate, GateState],
    terms: Mapping[str, Terms],
    name: Callable[[str, str], str],
    bodies: Callable[[str], Sequence[str]],
    now: datetime,
    email: str,
) -> list[Round]:
    """Return the rounds that have a gate with lines, the newest partition first, all panels in each.

    `name` gives the name of a lane and partition, `bodies` who decides in a lane; `email` is whose board it
    is, so that their own panels are links to what lies before them.
    """
    asked = sorted({gate[1:] for gate in states}, key=lambda each: (each[1], each[0]), reverse=True)
    return [
        Round(
            name(lane, key),
            lane,
            key,
            tuple(
                _row(
                    states.get(Gate(body, lane, key), GateState(panel=body)),
                    terms[body],
                    lane,
                    key,
                    now,
                    email,
                )
                for body in bodies(lane)
                if body in terms
            ),
        )
        for lane, key in asked
    ]


def _row(state: GateState, terms: Terms, lane: str, key: str, now: datetime, email: str) -> GateRow:
    is_waiting = state.is_open and state.opened_at is not None
    since = state.opened_at if is_waiting else state.decided_at
    return GateRow(
        panel=terms.panel,
        title=terms.title,
        href=gate_address(terms.panel, lane, key),
        words=words_of(state),
        serial=state.serial,
        signed=tuple(f"{one.role}, {moment(one.at)}" for one in state.signed_by),
        signed_as=_signed_as(state),
        missing=state.missing,
        since=waited(since, now) if since and is_waiting else "",
        opened=moment(since),
        fingerprint=state.subject[:SHORT],
        is_reader=bool(state.serial) and is_reader(terms, email, now),
    )


def _signed_as(state: GateState) -> str:
    """Return what those did whom the board names: not all of them have signed what lies before the panel."""
    if state.state == "superseded" and not state.votes and not state.overrides:
        return "Signed before"
    return {"returned": "Returned by", "overridden": "Overridden by"}.get(state.state, "Signed")


def is_reader(terms: Terms, email: str, now: datetime) -> bool:
    """Return whether a person may see what lies before a panel: its members, and those who may override."""
    day = now.date()
    return terms.member(email, day) is not None or terms.officer(email, day) is not None
