"""Deciding: the form, the page that asks for confirmation, the line in the ledger, and what it says then.

Belongs here: which decisions a person may be offered, what a form must say before it is shown back, and the
answer to a form that comes too late or twice.
Does not belong here: the rules of a decision, which the ledger asks once more of everything (refusal.py).
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from expert_panels import access_log
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import MEANINGS, NEEDS_REASON, meaning_of
from expert_panels.ledger.line import Line
from expert_panels.ledger.record import DecisionRefused
from expert_panels.room.pages.base import page
from expert_panels.room.pages.before import Before, before, compared, looked_by, worklist_of
from expert_panels.room.sign_in.identity import sign_in_again, typed_before
from expert_panels.room.sign_in.people import is_fresh
from expert_panels.room.sign_in.sessions import Memory

LONGEST_REASON = 10_000
TYPED = ("decision", "interest", "interests", "reason")
"""What a person fills in, and does not lose by having to sign in again."""
DRAFTS_ARE_KEPT = timedelta(minutes=30)
"""How long a form that was filled in waits for its confirmation; going back to it sends nothing again."""


def choices(found: Before, email: str) -> list[str]:
    """Return the decisions that this person may take on this gate now, in the order of the form."""
    state, day = found.state, found.room.clock().date()
    offered: list[str] = []
    if found.terms.member(email, day) is not None:
        spoken = {one.actor for one in state.votes}
        if state.takes_signatures and email not in spoken:
            offered.append("approve")
        if state.is_open:
            offered += ["return", "recuse"]
        if state.published_subject:
            offered.append("withdraw")
        if any(one.actor == email for one in state.recused) or email == state.launched_by.casefold():
            offered = []
    if found.terms.officer(email, day) is not None and state.is_open:
        offered.append("override")
    return offered


@dataclass(frozen=True)
class Answer:
    """What a form says: the decision, the declared interests, the reason, and which table it was opened on.

    `after` is the number of the gate's last line when the form was opened, so that the same form sent twice
    is known by the line that it has written.
    """

    decision: str = ""
    interest: str = ""
    interests: str = ""
    reason: str = ""
    subject: str = ""
    published: str = ""
    serial: int = 0
    after: int = 0
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def declared(self) -> str:
        """The declaration of interests as it is recorded."""
        return "none" if self.interest == "none" else self.interests

    @property
    def table(self) -> str:
        """The fingerprint that the decision is about: a withdrawal's is the published one."""
        return self.published if self.decision == "withdraw" else self.subject


def _opened(found: Before) -> Answer:
    state = found.state
    return Answer(
        subject=state.subject, published=state.published_subject, serial=state.serial, after=state.last_seq
    )


async def _answer(request: Request) -> Answer:
    form = await request.form()

    def text(name: str) -> str:
        value = form.get(name)
        return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""

    return Answer(
        decision=text("decision"),
        interest=text("interest"),
        interests=text("interests"),
        reason=text("reason"),
        subject=text("subject"),
        published=text("published"),
        serial=whole_number(text("serial")),
        after=whole_number(text("after")),
    )


def whole_number(text: str) -> int:
    """Return a number that a form carries; 0, which is no line's and no round's, for anything else."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def faults_of(answer: Answer) -> dict[str, str]:
    """Return what a form lacks, by field in the form's order: the sentence that is next to it."""
    faults = {}
    if answer.interest not in ("none", "some"):
        faults["interest"] = "Answer the declaration of interests."
    elif answer.interest == "some" and not answer.interests:
        faults["interests"] = "State the interest."
    if answer.decision not in MEANINGS:
        faults["decision"] = "Choose a decision."
    if answer.decision in NEEDS_REASON and not answer.reason:
        faults["reason"] = f"A decision to {answer.decision} needs a reason."
    if len(answer.reason) > LONGEST_REASON or len(answer.interests) > LONGEST_REASON:
        faults["reason"] = f"Write at most {LONGEST_REASON:,} characters."
    return faults


def may_decide(request: Request, found: Before, decision: str = "") -> None:
    """Raise HTTPException 403 for a person who may not take the decision, whatever the table is."""
    email, day = request.state.person.email, found.room.clock().date()
    member, officer = found.terms.member(email, day), found.terms.officer(email, day)
    seats = {"override": officer, "": member or officer}
    if seats.get(decision, member) is None:
        raise HTTPException(403, f"{email} has no seat on the {found.terms.title} for that decision.")
    if email.casefold() == found.state.launched_by.casefold():
        raise HTTPException(403, f"{email} launched the run that made this table and so holds no seat on it.")


def _is_stale(answer: Answer, found: Before) -> bool:
    now = found.state
    return (answer.serial, answer.subject, answer.published) != (
        now.serial,
        now.subject,
        now.published_subject,
    )


def _must_have_looked(request: Request, found: Before, answer: Answer) -> None:
    """Raise HTTPException 409 for who verifies a table without having opened it, by the access log."""
    if answer.decision != "approve" or answer.table != found.state.subject:
        return
    if not access_log.has_seen(found.room.engine, request.state.person.email, answer.table):
        raise HTTPException(
            409,
            "You have not opened this table yet, and a signature says that you have examined it: open the "
            f"{found.terms.title}'s page, look at the table, and then decide. Nothing was recorded.",
        )


def _same(found: Before, answer: Answer, email: str) -> Line | None:
    """Return the line that this very form has written already, or None."""
    return next(
        (
            line
            for line in reversed(found.lines)
            if line.seq > answer.after
            and (line.actor, line.decision, line.serial, line.subject_sha256)
            == (email, answer.decision, answer.serial, answer.table)
        ),
        None,
    )


_MOVED = (
    "The page was opened before the table changed, or before the panel decided: open it again, look at what "
    "is there now, and decide on that. Nothing was recorded."
)


def _form(request: Request, found: Before, answer: Answer, status: int = 200) -> Response:
    return page(
        request,
        "decision.html",
        status,
        found=found,
        answer=answer,
        choices=choices(found, request.state.person.email),
        meanings={one: meaning_of(one, found.terms) for one in MEANINGS},
        organisations=_size(found),
    )


def _size(found: Before) -> int:
    table = found.room.candidates.table(found.state.subject or found.state.published_subject)
    return len(table.organisations) if table else 0


def decision_form(request: Request) -> Response:
    """Show the form."""
    found = before(request)
    may_decide(request, found)
    if not is_fresh(request.state.person, found.room.clock()):
        return sign_in_again(request)
    return _form(request, found, replace(_opened(found), **typed_before(request)))


async def check_decision(request: Request) -> Response:
    """Take a filled form: show it back with what it lacks (422), or lead to its confirmation."""
    return await run_in_threadpool(_checked, request, await _answer(request))


def _checked(request: Request, answer: Answer) -> Response:
    found = before(request)
    may_decide(request, found, answer.decision)
    if _is_stale(answer, found):
        raise HTTPException(409, _MOVED)
    _must_have_looked(request, found, answer)
    faults = faults_of(answer)
    if faults:
        return _form(request, found, replace(answer, faults=faults), 422)
    name, email = secrets.token_urlsafe(16), request.state.person.email
    Memory(found.room.engine).keep(_draft(email, name), asdict(answer), found.room.clock() + DRAFTS_ARE_KEPT)
    return RedirectResponse(f"{found.address}/decision/confirm/{name}", status_code=303)


def _draft(email: str, name: str) -> str:
    return f"draft of {email} {name}"


def confirmation(request: Request) -> Response:
    """Ask for confirmation of a form that was filled in; one that was confirmed leads to its line."""
    found, email = before(request), request.state.person.email
    kept = Memory(found.room.engine).look(_draft(email, request.path_params["draft"]))
    if kept is None:
        return RedirectResponse(f"{found.address}/decision", status_code=303)
    answer = Answer(**kept)
    done = _same(found, answer, email)
    if done is not None:
        return _line(found, done)
    if _is_stale(answer, found):
        raise HTTPException(409, _MOVED)
    return page(
        request,
        "confirm.html",
        found=found,
        answer=answer,
        meaning=meaning_of(answer.decision, found.terms),
        organisations=_size(found),
        **_looked_at(request, found, answer),
    )


def _looked_at(request: Request, found: Before, answer: Answer) -> dict[str, Any]:
    """Return what the table comes to that is decided on, and what of its worklist this person has left."""
    table = found.room.candidates.table(answer.table)
    if table is None:
        return {"counts": {}, "changed": None, "unlikely": (), "work": None}
    changed = compared(found, table) if answer.table == found.state.subject else None
    work = worklist_of(found, table)
    left = work.left(looked_by(request, found, table))
    return {
        "counts": table.counts,
        "changed": changed,
        "unlikely": table.unlikely,
        "work": work,
        "left": left,
    }


async def record_decision(request: Request) -> Response:
    """Write the confirmed decision into the ledger, once, and lead to the page that shows its line."""
    return await run_in_threadpool(_recorded, request, await _answer(request))


def _recorded(request: Request, answer: Answer) -> Response:
    found, email = before(request), request.state.person.email
    may_decide(request, found, answer.decision)
    done = _same(found, answer, email)
    if done is None:
        faults = faults_of(answer)
        if faults:
            return _form(request, found, replace(answer, faults=faults), 422)
        if not is_fresh(request.state.person, found.room.clock()):
            typed = {name: getattr(answer, name) for name in TYPED}
            return sign_in_again(request, f"{found.address}/decision", typed)
        _must_have_looked(request, found, answer)
        done = _decided(request, found, answer, email)
    found.room.candidates.issue()
    return _line(found, done)


def _line(found: Before, line: Line) -> Response:
    return RedirectResponse(f"{found.address}/decisions/{line.seq}", status_code=303)


def _decided(request: Request, found: Before, answer: Answer, email: str) -> Line:
    """Write the line, or return the one that the same form, sent twice at once, has just written."""
    try:
        return ledger.decide(
            found.room.engine,
            found.terms,
            lane=found.lane,
            partition_key=found.partition_key,
            decision=answer.decision,
            subject=answer.table,
            serial=answer.serial,
            actor=email,
            interests=answer.declared,
            reason=answer.reason,
            via="page",
        )
    except DecisionRefused as refused:
        done = _same(before(request), answer, email)
        if done is None:
            raise HTTPException(409, f"{refused} Nothing was recorded.") from None
        return done
