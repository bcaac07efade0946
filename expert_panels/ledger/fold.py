"""The fold of a ledger's lines into the state of a gate.

Belongs here: what each decision changes. Pure: no clock, no database. What `refusal` refuses before a line is
written the fold disregards when it meets it in a ledger, so that a line forged past the rules moves nothing.
Does not belong here: which line may be the next (refusal.py), the state itself (gate_state.py).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from expert_panels.ledger.gate_state import Comment, GateState, Moderation, Signature
from expert_panels.ledger.line import Line
from expert_panels.ledger.refusal import refusal
from expert_panels.terms import Terms, terms_in


def fold(lines: Iterable[Line], terms: Terms, at: datetime | None = None) -> GateState:
    """Return the state of a gate from the lines of its panel, lane and partition, in order of `seq`.

    `at` leaves out what is later and says on which day `missing` counts the members; without it, every line
    counts and the day is the last line's. A person must hold a seat on the day of the line. A round counts
    under the terms that its opening line carries; `terms` are for rounds of before, whose lines carry none.
    Raises ValueError for lines of another panel or of several partitions.
    """
    state, asked_of, day = GateState(panel=terms.panel), set(), at
    for line in lines:
        asked_of.add((line.panel, line.lane, line.partition_key))
        if at is not None and line.at > at:
            continue
        state = _next(line, state, terms)
        day = at or line.at
    if len(asked_of) > 1 or any(panel != terms.panel for panel, _, _ in asked_of):
        raise ValueError(f"One gate of {terms.panel} was asked for, with lines of {sorted(asked_of)}.")
    return replace(state, missing=_missing(state, state.terms or terms, day)) if day else state


def steps(lines: Iterable[Line], terms: Terms) -> Iterator[tuple[Line, GateState, GateState]]:
    """Return each line that moves a gate, with the state before it and after it, `missing` left out."""
    state = GateState(panel=terms.panel)
    for line in lines:
        before, state = state, _next(line, state, terms)
        if state.decision_seq == line.seq:
            yield line, before, state


def _next(line: Line, state: GateState, terms: Terms) -> GateState:
    """Return the state after a line; one that may not be is only counted."""
    counted = state.terms or terms
    if not refusal(line, state, counted):
        moves, state = _moves(line, state), _after(line, state, counted)
        if moves:
            state = replace(state, decision_seq=line.seq, decision_line=line.hash)
    return replace(state, last_seq=line.seq, last_hash=line.hash)


def _moves(line: Line, state: GateState) -> bool:
    """Return whether a line decides anything: no remark does, nor a signature under what is approved."""
    return line.decision not in ("comment", "terms") and not (
        line.decision == "approve" and state.state == "approved"
    )


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
                # The committee's own moderation changes the table and nobody's interest in it.
                recused=state.recused if state.is_moderated else (),
                comments=state.comments if state.is_moderated else (),
                is_moderated=False,
                moderated_on=state.moderated_on if state.is_moderated else "",
                returns=(),
                withdrawn=False,
                terms=terms_in(line.terms) if line.terms else None,
                newest_terms=line.terms_version if line.terms else "",
            )
        case "terms":
            return replace(state, newest_terms=line.terms_version)
        case "close":
            return replace(cleared, subject="", comments=(), is_moderated=False, returns=(), withdrawn=False)
        case "comment":
            said = Comment(line.about, line.reason, line.actor, line.role, line.at)
            return replace(state, comments=(*state.comments, said))
        case "moderate":
            made = Moderation(
                serial=line.serial,
                about=line.about,
                item=line.item,
                before=line.before,
                after=line.after,
                reason=line.reason,
                actor=line.actor,
                role=line.role,
                at=line.at,
            )
            return replace(
                cleared,
                moderations=(*state.moderations, made),
                is_moderated=True,
                moderated_on=line.minuted_on,
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
                decided_by=(),
                published_line="",
                decided_at=line.at,
            )
            # Of a superseded candidate only the published rows go; the new one stays before the panel.
            return gone if state.is_superseded else replace(gone, withdrawn=True, votes=(), overrides=())
        case "recuse":
            votes = tuple(vote for vote in state.votes if vote.actor != line.actor)
            return replace(state, votes=votes, recused=(*state.recused, signature))
        case "approve":
            signed = replace(state, votes=(*state.votes, signature))
            if state.state == "approved":
                return replace(signed, published_by=signed.votes)
            return (
                _published(signed, "approved", signed.votes, line)
                if _is_quorum(signed.votes, terms)
                else signed
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
        decided_by=by,
        published_line=line.hash,
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
    if state.is_moderated:
        missing.append("the moderated table, which is being submitted to it")
    if len(state.overrides) == 1:
        missing.append("a second override, by another person in another role")
    return tuple(missing)
