"""Which line may not be the next: why a decision may not be taken now, in one sentence.

Belongs here: every rule of a decision, asked of one that is to be taken and of a line found in a ledger.
Does not belong here: what a decision changes (fold.py), what it means (gate_state.py).
"""

import re
import unicodedata
from datetime import UTC, date

from expert_panels.ledger.gate_state import MEANINGS, NEEDS_REASON, OF_THE_PIPELINE, VIAS, GateState
from expert_panels.ledger.line import Line
from expert_panels.terms import Terms, terms_in

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"\w(?:[\w .:/()'&-]{0,58}[\w)])?")  # of any register: R0A, E38000001, WEST SHIRE
_TEXTS = ("actor", "role", "interests", "reason", "about", "item", "before", "after", "recorded_by")


def refusal(line: Line, state: GateState, terms: Terms) -> str:
    """Return why `line` may not be the next line after `state`, in one sentence, or '' when it may.

    `line` need not be sealed. The same is asked of a decision to be taken and of a line found in a ledger.
    """
    if line.decision not in MEANINGS:
        return f"{line.decision!r} is no decision: say one of {', '.join(MEANINGS)}."
    if (line.via not in VIAS) or ((line.via == "pipeline") != (line.decision in OF_THE_PIPELINE)):
        return f"A decision to {line.decision} cannot come via {line.via!r}."
    for name in _TEXTS:
        if any(
            unicodedata.category(sign) in ("Cc", "Cs") for sign in getattr(line, name) if sign not in "\n\t"
        ):
            return f"The {name} holds a control character: write it as plain text."
    if line.decision == "open":
        return _refusal_of_form(line) or _refusal_to_open(line, state)
    if line.decision == "terms":
        return _refusal_of_form(line)
    if line.decision == "close":
        return _refusal_of_form(line) or _refusal_to_close(line, state)
    return (
        _refusal_of_person(line, state, terms)
        or _refusal_of_form(line)
        or _refusal_of_recorder(line, state, terms)
        or _refusal_of_decision(line, state, terms)
    )


def _refusal_of_form(line: Line) -> str:
    """Why these fields are not those of such a decision."""
    is_moderation = line.decision == "moderate"
    if is_moderation or line.decision == "comment":
        if not _CODE.fullmatch(line.about):
            return f"Say which organisation it is about, by its code: {line.about!r} is none."
    elif line.about:
        return f"A decision to {line.decision} is about the whole table and not about {line.about}."
    if is_moderation:
        if not (line.item and line.before and line.after) or line.before == line.after:
            return "A moderation says which judgement it puts from what to what, and the two differ."
    elif line.item or line.before or line.after:
        return f"A decision to {line.decision} moderates no judgement."
    if line.via == "minutes":
        if not (_is_day(line.minuted_on) and _SHA256.fullmatch(line.minutes_sha256)):
            return "A minuted decision needs the day of its meeting and the sha256 of the minutes."
        is_recorded = line.recorded_by and _SHA256.fullmatch(line.record_sha256)
        if (line.recorded_by or line.record_sha256) and not is_recorded:
            return "Who records minutes is named together with the sha256 of what she signed."
    elif line.minuted_on or line.minutes_sha256 or line.recorded_by or line.record_sha256:
        return f"A decision via {line.via!r} is in no minutes."
    return _refusal_of_terms(line)


def _refusal_of_terms(line: Line) -> str:
    """Why the terms of reference in this line, or their absence, are not those of such a decision."""
    if not line.terms:
        return "A change of terms says what they are." if line.decision == "terms" else ""
    if line.decision not in ("open", "terms"):
        return f"A decision to {line.decision} carries no terms of reference."
    carried = terms_in(line.terms)
    if carried is None or (carried.panel, carried.version) != (line.panel, line.terms_version):
        return "The terms of reference that the line carries are not those whose version it names."
    return ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _refusal_to_open(line: Line, state: GateState) -> str:
    if not _SHA256.fullmatch(line.subject_sha256):
        return f"A round cannot be opened on {line.subject_sha256!r}: it is not a sha256."
    if line.serial != state.serial + 1:
        return f"Serial {line.serial} cannot be opened: the next is {state.serial + 1}."
    return "" if line.actor.strip() else "A round cannot be opened without saying who launched its run."


def _refusal_to_close(line: Line, state: GateState) -> str:
    if not state.subject:
        return "There is nothing to take from before the panel."
    if line.serial != state.serial or line.subject_sha256 != state.subject:
        return f"What is to be taken back is not what was submitted to the panel: serial {state.serial}."
    return "" if line.actor.strip() else "A round cannot be closed without saying who launched its run."


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


def _refusal_of_recorder(line: Line, state: GateState, terms: Terms) -> str:
    """Why this person may not record what others decided: nobody records what she could decide."""
    recorder = line.recorded_by.casefold()
    if not recorder:
        return ""
    for day in (date.fromisoformat(line.minuted_on), line.at.astimezone(UTC).date()):
        if terms.member(recorder, day) or terms.officer(recorder, day):
            return f"{recorder} holds a seat on the {terms.title} on {day} and so records nothing for it."
    if recorder == state.launched_by.casefold():
        return f"{recorder} launched the run that made this table and so records no decision on it."
    return ""


def _refusal_of_decision(line: Line, state: GateState, terms: Terms) -> str:
    """Why this decision may not be taken on this table now."""
    table = f"the {terms.title}'s table of {line.lane} {line.partition_key}"
    withdraws = line.decision == "withdraw"
    if not (state.published_subject if withdraws and state.serial else state.subject):
        if withdraws and state.serial:
            return f"There is nothing to withdraw: {table} is not published."
        return f"There is nothing to decide on {table}: no candidate has been submitted to the panel."
    now = state.published_subject if withdraws else state.subject
    if line.serial != state.serial or line.subject_sha256 != now:
        return (
            f"The data have moved: you saw {line.subject_sha256[:12] or 'no table'} and {table} is now "
            f"{now[:12]}; look at it again and decide on that."
        )
    if line.decision != "comment" and not line.interests.strip():
        return 'The declaration of interests is not answered: state the interest, or write "none".'
    if line.decision in NEEDS_REASON and not line.reason.strip():
        return f"A decision to {line.decision} needs a reason."
    if withdraws:
        return ""
    is_further = line.decision == "approve" and state.state == "approved"  # under what is decided already
    if state.published_serial == state.serial and not is_further:
        return f"It is decided: {table} is {state.state}; it can only be withdrawn."
    if line.decision == "comment":
        return _refusal_to_comment(line, state, table)
    if line.decision == "moderate":
        return _refusal_to_moderate(line, state, terms)
    if state.is_moderated:
        return f"A judgement in {table} has been moderated: decide on the moderated table when it is there."
    if line.decision == "override":
        return _refusal_to_override(line, state)
    already = (
        state.returns if line.decision == "return" else state.votes if line.decision == "approve" else ()
    )
    if any(each.actor == line.actor for each in already):
        return f"{line.actor} has decided so already; nothing more is recorded."
    if not (state.is_open or is_further or (line.decision == "return" and state.returns)):
        return (
            f"It is decided: {table} was {state.state}; those who made it must submit it to the panel again."
        )
    return ""


def _refusal_to_comment(line: Line, state: GateState, table: str) -> str:
    if state.state == "withdrawn":
        return f"It is decided: {table} was withdrawn; those who made it must submit it to the panel again."
    said = (line.actor, line.about, line.reason)
    if any((one.actor, one.about, one.text) == said for one in state.comments):
        return f"{line.actor} has said so of {line.about} already; nothing more is recorded."
    return ""


def _refusal_to_moderate(line: Line, state: GateState, terms: Terms) -> str:
    if line.item not in terms.may_moderate:
        may = " and ".join(terms.may_moderate) or "no judgement"
        return f"The {terms.title} may moderate {may}, and not {line.item}."
    now = state.judgement(line.about, line.item, line.before)
    if now != line.before:
        return f"{line.item} of {line.about} has been moderated to {now!r} and is not {line.before!r}."
    return ""


def _refusal_to_override(line: Line, state: GateState) -> str:
    if any(each.actor == line.actor for each in state.overrides):
        return f"{line.actor} has asked for the override already; the second must be another person."
    if any(each.role == line.role for each in state.overrides):
        return f"The override was already asked for as {line.role!r}; the second must hold another role."
    return ""
