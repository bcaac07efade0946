"""Decisions of a panel, and the fold of a ledger's lines into the state of a gate.

Belongs here: what each decision means, why one may not be taken, what it changes. All of it is pure: no
clock, no database. One set of rules serves both ways: what `refusal` refuses before a line is written, `fold`
disregards when it meets it in a ledger, so that a line forged past the rules moves nothing.
Does not belong here: the line itself (chain.py), who sits on a panel (terms.py), the record (ledger.py).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from expert_panels.chain import Line
from expert_panels.terms import Terms

MEANINGS: Mapping[str, str] = {
    "open": "This table is laid before the panel.",
    "approve": "I have examined this table and verify its ratings for publication.",
    "return": "I return this table to those who made it, for the reason given.",
    "recuse": "I have an interest and take no part in the decision on this table.",
    "withdraw": "I withdraw the panel's verification: what was published of this table is to be taken out.",
    "override": "I ask that this table be published without the panel's verification, for the reason given, "
    "and be marked as overridden.",
}
"""Decision -> what a signature under it means. The keys are the vocabulary of the ledger."""

VIAS = ("pipeline", "page", "cli", "minutes")
"""How a line reached the ledger; `pipeline` for `open` lines and for them alone."""

_NEEDS_REASON = ("return", "withdraw", "override")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Signature:
    """A decision of one person that the state rests on."""

    actor: str
    role: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class GateState:
    """What a ledger says of one panel's gate in one lane and partition.

    `subject` is the candidate before the panel, `published_subject` the one whose rows are out ('' for none):
    the two differ, or are of different serials, while a candidate that changed waits to be verified again.
    `missing` says in words what is needed for the quorum, `returns` holds the reasons of a return.
    """

    panel: str
    serial: int = 0
    subject: str = ""
    launched_by: str = ""
    opened_at: datetime | None = None
    votes: tuple[Signature, ...] = ()
    recused: tuple[Signature, ...] = ()
    returns: tuple[Signature, ...] = ()
    overrides: tuple[Signature, ...] = ()
    withdrawn: bool = False
    published_subject: str = ""
    published_serial: int = 0
    published_as: str = ""
    published_by: tuple[Signature, ...] = ()
    decided_at: datetime | None = None
    missing: tuple[str, ...] = ()
    last_seq: int = 0
    last_hash: str = ""

    @property
    def state(self) -> str:
        """not_ready, awaiting, partial, approved, returned, withdrawn, superseded or overridden."""
        if not self.serial:
            return "not_ready"
        if self.returns:
            return "returned"
        if self.withdrawn:
            return "withdrawn"
        if self.published_serial == self.serial:
            return self.published_as
        if self.published_subject:
            return "superseded"
        return "partial" if self.votes else "awaiting"

    @property
    def is_open(self) -> bool:
        """Whether the panel can vote on the candidate."""
        return self.state in ("awaiting", "partial", "superseded")

    @property
    def is_superseded(self) -> bool:
        """Whether rows are published that are not those of the candidate now before the panel."""
        return bool(self.published_subject) and self.published_serial != self.serial

    @property
    def data_version(self) -> str:
        """`state:subject:last line`, which changes whenever the gate does."""
        return f"{self.state}:{self.subject}:{self.last_hash}"


def fold(lines: Iterable[Line], terms: Terms, at: datetime | None = None) -> GateState:
    """Return the state of a gate from the lines of its panel, lane and partition, in order of `seq`.

    `at` leaves out what is later and says on which day `missing` counts the members; without it, every line
    counts and the day is the last line's. A person must hold a seat on the day of the line. The terms are
    those handed in, for lines written under earlier ones too: a quorum that is raised closes gates again.
    Raises ValueError for lines of another panel or of several partitions.
    """
    state, asked_of, day = GateState(panel=terms.panel), set(), at
    for line in lines:
        asked_of.add((line.panel, line.lane, line.partition_key))
        if at is not None and line.at > at:
            continue
        if not refusal(line, state, terms):
            state = _after(line, state, terms)
        state = replace(state, last_seq=line.seq, last_hash=line.hash)
        day = at or line.at
    if len(asked_of) > 1 or any(panel != terms.panel for panel, _, _ in asked_of):
        raise ValueError(f"One gate of {terms.panel} was asked for, with lines of {sorted(asked_of)}.")
    return replace(state, missing=_missing(state, terms, day)) if day else state


def _after(line: Line, state: GateState, terms: Terms) -> GateState:
    """Return the state after a line that `refusal` has nothing against."""
    signature = Signature(line.actor, line.role, line.at, line.reason)
    # What is before the panel is one serial; what ends or begins a serial leaves no vote behind.
    cleared = replace(state, votes=(), overrides=())
    match line.decision:
        case "open":
            return replace(
                cleared,
                serial=line.serial,
                subject=line.subject_sha256,
                launched_by=line.actor,
                opened_at=line.at,
                recused=(),
                returns=(),
                withdrawn=False,
            )
        case "return":
            return replace(cleared, returns=(*state.returns, signature))
        case "withdraw":
            gone = replace(
                state,
                published_subject="",
                published_serial=0,
                published_as="",
                published_by=(),
                decided_at=line.at,
            )
            # Of a superseded candidate only the published rows go; the new one stays before the panel.
            return gone if state.is_superseded else replace(gone, withdrawn=True, votes=(), overrides=())
        case "recuse":
            votes = tuple(vote for vote in state.votes if vote.actor != line.actor)
            return replace(state, votes=votes, recused=(*state.recused, signature))
        case "approve":
            state = replace(state, votes=(*state.votes, signature))
            return (
                _published(state, "approved", state.votes, line) if _is_quorum(state.votes, terms) else state
            )
        case _:  # override, the last of the vocabulary
            state = replace(state, overrides=(*state.overrides, signature))
            return (
                _published(state, "overridden", state.overrides, line) if len(state.overrides) == 2 else state
            )


def _published(state: GateState, how: str, by: tuple[Signature, ...], line: Line) -> GateState:
    return replace(
        state,
        returns=(),
        withdrawn=False,
        published_subject=state.subject,
        published_serial=state.serial,
        published_as=how,
        published_by=by,
        decided_at=line.at,
    )


def _is_quorum(votes: tuple[Signature, ...], terms: Terms) -> bool:
    led = any(terms.leads(vote.role) for vote in votes) or not terms.quorum.chair_or_deputy
    return led and len(votes) >= terms.quorum.members


def _missing(state: GateState, terms: Terms, at: datetime) -> tuple[str, ...]:
    missing = []
    if state.is_open:
        spoken = {signature.actor for signature in (*state.votes, *state.recused)} | {state.launched_by}
        able = [member for member in terms.members_on(at.date()) if member.email not in spoken]
        wanted = terms.quorum.members - len(state.votes)
        if wanted > 0:
            missing.append(f"{wanted} more of the {terms.quorum.members} signatures of the quorum")
        leader = terms.quorum.chair_or_deputy and not any(terms.leads(vote.role) for vote in state.votes)
        if leader:
            missing.append(f"the {terms.chair_role} or the {terms.deputy_role}")
        if wanted > len(able) or (leader and not any(terms.leads(member.role) for member in able)):
            missing.append("members who may sign: too few are left for the quorum")
    if len(state.overrides) == 1:
        missing.append("a second override, by another person in another role")
    return tuple(missing)


def refusal(line: Line, state: GateState, terms: Terms) -> str:
    """Return why `line` may not be the next line after `state`, in one sentence, or '' when it may.

    `line` need not be sealed. The same is asked of a decision to be taken and of a line found in a ledger.
    """
    if line.decision not in MEANINGS:
        return f"{line.decision!r} is no decision: say one of {', '.join(MEANINGS)}."
    if (line.via not in VIAS) or ((line.via == "pipeline") != (line.decision == "open")):
        return f"A decision to {line.decision} cannot come via {line.via!r}."
    for name in ("actor", "role", "interests", "reason"):
        if any(
            unicodedata.category(sign) in ("Cc", "Cs") for sign in getattr(line, name) if sign not in "\n\t"
        ):
            return f"The {name} holds a control character: write it as plain text."
    if line.decision == "open":
        return _refusal_to_open(line, state)
    return _refusal_of_person(line, state, terms) or _refusal_of_decision(line, state, terms)


def _refusal_to_open(line: Line, state: GateState) -> str:
    if not _SHA256.fullmatch(line.subject_sha256):
        return f"A round cannot be opened on {line.subject_sha256!r}: it is not a sha256."
    if line.serial != state.serial + 1:
        return f"Serial {line.serial} cannot be opened: the next is {state.serial + 1}."
    return "" if line.actor.strip() else "A round cannot be opened without saying who launched its run."


def _refusal_of_person(line: Line, state: GateState, terms: Terms) -> str:
    """Why this person may not decide at all."""
    day = line.at.astimezone(UTC).date()
    if line.decision == "override":
        person, seat = terms.officer(line.actor, day), "is not an officer who may override for"
    else:
        person, seat = terms.member(line.actor, day), "is not a member of"
    if person is None:
        return f"{line.actor or 'Nobody'} {seat} the {terms.title} on {day}."
    if line.role != person.role:
        return f"{line.actor} signs as {line.role!r} but is {person.role!r} in the {terms.title}'s terms."
    if line.actor.casefold() == state.launched_by.casefold():
        return f"{line.actor} launched the run that made this table and so holds no seat on it."
    if any(each.actor == line.actor for each in state.recused):
        return f"{line.actor} takes no part in this round: a recusal stands until the table changes."
    return ""


def _refusal_of_decision(line: Line, state: GateState, terms: Terms) -> str:
    """Why this decision may not be taken on this table now."""
    table = f"the {terms.title}'s table of {line.lane} {line.partition_key}"
    if not state.serial:
        return f"There is nothing to decide on {table}: no candidate has been laid before the panel."
    withdraws = line.decision == "withdraw"
    if withdraws and not state.published_subject:
        return f"There is nothing to withdraw: {table} is not published."
    now = state.published_subject if withdraws else state.subject
    if line.serial != state.serial or line.subject_sha256 != now:
        return (
            f"The data have moved: you saw {line.subject_sha256[:12] or 'no table'} and {table} is now "
            f"{now[:12]}; look at it again and decide on that."
        )
    if not line.interests.strip():
        return 'The declaration of interests is not answered: state the interest, or write "none".'
    if line.decision in _NEEDS_REASON and not line.reason.strip():
        return f"A decision to {line.decision} needs a reason."
    if withdraws:
        return ""
    if state.published_serial == state.serial:
        return f"It is decided: {table} is {state.state}; it can only be withdrawn."
    if line.decision == "override":
        return _refusal_to_override(line, state)
    already = (
        state.returns if line.decision == "return" else state.votes if line.decision == "approve" else ()
    )
    if any(each.actor == line.actor for each in already):
        return f"{line.actor} has decided so already; nothing more is recorded."
    if not state.is_open and not (line.decision == "return" and state.returns):
        return (
            f"It is decided: {table} was {state.state}; those who made it must lay it before the panel again."
        )
    return ""


def _refusal_to_override(line: Line, state: GateState) -> str:
    if any(each.actor == line.actor for each in state.overrides):
        return f"{line.actor} has asked for the override already; the second must be another person."
    if any(each.role == line.role for each in state.overrides):
        return f"The override was already asked for as {line.role!r}; the second must hold another role."
    return ""
