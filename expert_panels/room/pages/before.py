"""What is before a panel, as its pages need it: the gate of an address, its table, what to look at in it.

Belongs here: finding the gate that an address names, whether this person may see it, its tables of before,
and what this person has looked at.
Does not belong here: any page, what is in a worklist (worklist.py), comparing (changes.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from starlette.exceptions import HTTPException
from starlette.requests import Request

from expert_panels import access_log
from expert_panels.ledger import record as ledger
from expert_panels.ledger.fold import fold
from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.line import Line
from expert_panels.ledger.table import reading
from expert_panels.papers import CandidateTable
from expert_panels.room.pages.base import Room, room_of
from expert_panels.room.pages.board import gate_address, is_reader, lane_of_address
from expert_panels.room.pages.changes import Change, changes
from expert_panels.room.pages.words import StateWords, words_of
from expert_panels.room.pages.worklist import Earlier, Worklist, worklist
from expert_panels.room.sign_in.identity import viewed
from expert_panels.terms import Terms


@dataclass(frozen=True)
class Before:
    """A gate that was found, and that this person may look into."""

    room: Room
    terms: Terms
    lane: str
    partition_key: str
    lines: Sequence[Line]
    state: GateState

    @property
    def name(self) -> str:
        """What people call the round."""
        return self.room.candidates.round_name(self.lane, self.partition_key)

    @property
    def address(self) -> str:
        """The address of the panel's page."""
        return gate_address(self.terms.panel, self.lane, self.partition_key)

    @property
    def last_verified(self) -> str:
        """The fingerprint of what was verified last before the table now before the panel; '' for none."""
        opened = [line.seq for line in self.lines if line.decision == "open"]
        earlier = [line for line in self.lines if line.seq < opened[-1]] if opened else []
        return fold(earlier, self.terms).published_subject if earlier else ""

    @cached_property
    def is_out(self) -> bool:
        """Whether the newest release shows what this panel let out last."""
        wanted = self.state.published_subject
        if not wanted:
            return False
        released = self.room.released(self.lane, self.partition_key)
        return released.get(self.terms.panel) == wanted

    @property
    def words(self) -> StateWords:
        """The state of the gate in words."""
        return words_of(self.state, self.is_out)

    @cached_property
    def last_round(self) -> tuple[str, CandidateTable] | None:
        """The name of the last round of this lane whose table the panel let out, and that table."""
        with reading(self.room.engine) as connection:
            states = ledger.states_of_lane(connection, self.terms, self.lane)
        for key in sorted((key for key in states if key < self.partition_key), reverse=True):
            subject = states[key].published_subject
            table = self.room.candidates.table(subject) if subject else None
            if table is not None:
                return self.room.candidates.round_name(self.lane, key), table
        return None


def before(request: Request) -> Before:
    """Return the gate that the address names.

    Raises HTTPException: 404 when there is none, 403 when what is before that panel is not for this person.
    """
    here, asked_for = room_of(request), request.path_params
    terms = here.terms().get(asked_for["panel"])
    if terms is None:
        raise HTTPException(404, f"There is no panel {asked_for['panel']!r}.")
    email = request.state.person.email
    if not is_reader(terms, email, here.clock()):
        raise HTTPException(403, f"The tables of the {terms.title} are for its members; {email} is none.")
    lane, key = lane_of_address(asked_for["lane"]), asked_for["key"]
    lines = ledger.lines(here.engine, ledger.Gate(terms.panel, lane, key))
    if not lines:
        raise HTTPException(404, f"Nothing has been submitted to the {terms.title} in {lane} {key}.")
    return Before(here, terms, lane, key, lines, fold(lines, terms))


def table_of(found: Before) -> CandidateTable:
    """Return the table before the panel, or, when it was taken away, the one that is published.

    Raises HTTPException 404 when there is none, or when its bytes are not in this database.
    """
    subject = found.state.subject or found.state.published_subject
    table = found.room.candidates.table(subject) if subject else None
    if table is None:
        raise HTTPException(404, f"There is no table before the {found.terms.title} now.")
    return table


def compared(found: Before, table: CandidateTable) -> tuple[Change, ...] | None:
    """Return what changed since the last verified table, or None when there is none to compare with."""
    subject = found.last_verified
    earlier = found.room.candidates.table(subject) if subject else None
    return None if earlier is None else changes(earlier, table)


def worklist_of(found: Before, table: CandidateTable) -> Worklist:
    """Return what of a table is to be looked at, and why."""
    subject, last, earlier = found.last_verified, found.last_round, list[Earlier]()
    verified = found.room.candidates.table(subject) if subject else None
    if verified is not None:
        earlier.append(Earlier("when this round was verified last", verified))
    if last is not None:
        earlier.append(Earlier(f"in the last round ({last[0]})", last[1]))
    plausibility = found.room.candidates.plausibility(table.subject_sha256)
    return worklist(table, earlier, plausibility, found.state.comments)


def looked_by(request: Request, found: Before, table: CandidateTable) -> frozenset[str]:
    """Return what this person has marked as looked at."""
    return access_log.looked_at(found.room.engine, request.state.person.email, table.subject_sha256)


def log_view(request: Request, found: Before, table: CandidateTable) -> None:
    """Log that the person of this request is shown the table; to be called before it is."""
    viewed(request, f"{found.terms.panel} {found.lane} {found.partition_key} table {table.subject_sha256}")
