"""What a member says of one organisation: a comment, or another judgement in the place of the one shown.

Belongs here: taking the forms on an organisation's page.
Does not belong here: the page itself (table_page.py), votes (decision_page.py).
"""

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from expert_panels.ledger import record as ledger
from expert_panels.ledger.record import DecisionRefused
from expert_panels.papers import Organisation
from expert_panels.room.pages.before import Before, before, table_of
from expert_panels.room.pages.decision_page import LONGEST_REASON, may_decide, whole_number
from expert_panels.room.pages.table_page import organisation_shown
from expert_panels.room.sign_in.identity import sign_in_again
from expert_panels.room.sign_in.people import is_fresh


async def record_comment(request: Request) -> Response:
    """Write a comment on one organisation into the ledger, and lead back to its page."""
    form = await request.form()
    return await run_in_threadpool(_commented, request, dict(form))


async def record_moderation(request: Request) -> Response:
    """Write a moderated judgement of one organisation into the ledger, and lead back to its page."""
    form = await request.form()
    return await run_in_threadpool(_moderated, request, dict(form))


def _text(form: Mapping[str, Any], name: str) -> str:
    return str(form.get(name, "")).replace("\r\n", "\n").strip()


def _commented(request: Request, form: Mapping[str, Any]) -> Response:
    found, code = before(request), request.path_params["code"]
    may_decide(request, found, "comment")
    _in_table(found, code)
    said, email = _text(form, "text"), request.state.person.email
    if not said or len(said) > LONGEST_REASON:
        lacks = f"Write your comment on {code}, in at most {LONGEST_REASON:,} characters."
        return organisation_shown(request, found, {"text": lacks}, text=said)
    if not any((one.actor, one.about, one.text) == (email, code, said) for one in found.state.comments):
        _written(request, found, form, decision="comment", reason=said)
    return RedirectResponse(f"{found.address}/ccgs/{code}#comments", status_code=303)


def _moderated(request: Request, form: Mapping[str, Any]) -> Response:
    found, code = before(request), request.path_params["code"]
    may_decide(request, found, "moderate")
    fields = {name: _text(form, name) for name in ("item", "before", "after", "interests", "reason")}
    if faults := _lacking(fields):
        return organisation_shown(request, found, faults, **fields)
    _may_moderate(found, code, fields)
    if not is_fresh(request.state.person, found.room.clock()):
        return sign_in_again(request, f"{found.address}/ccgs/{code}", fields)
    serial = whole_number(_text(form, "serial"))
    told = ("item", "before", "after", "reason")
    wanted = (request.state.person.email, serial, code, *(fields[name] for name in told))
    done = [
        (one.actor, one.serial, one.about, *(getattr(one, name) for name in told))
        for one in found.state.moderations
    ]
    if wanted not in done[-1:]:  # the same form sent twice moderates once
        _written(request, found, form, decision="moderate", **fields)
    return RedirectResponse(f"{found.address}/ccgs/{code}#moderation", status_code=303)


def _in_table(found: Before, code: str) -> Organisation:
    """Return the organisation of the table before the panel, or raise HTTPException 404."""
    organisation = table_of(found).by_code.get(code)
    if organisation is None:
        raise HTTPException(404, f"There is no {code} in this table.")
    return organisation


def _may_moderate(found: Before, code: str, fields: Mapping[str, str]) -> None:
    """Raise HTTPException unless the form is about a judgement of the table, as it is, and a label of it.

    The browser says all three, and may say anything.
    """
    item, after, before_it = fields["item"], fields["after"], fields["before"]
    figures = _in_table(found, code).figures
    figure = next((one for one in figures if one.measure == item and one.choices), None)
    if figure is None:
        raise HTTPException(422, f"{item} of {code} is no judgement in this table that can be moderated.")
    if after not in (figure.value, *figure.choices):
        raise HTTPException(422, f"{after!r} is no judgement of {item}: choose one of the form.")
    made = [one for one in found.state.moderations if (one.about, one.item) == (code, item)]
    # the value of an earlier form, too: one sent twice is recognised later, and the ledger asks again
    if before_it not in (figure.value, *(one.before for one in made)):
        raise HTTPException(409, f"{item} of {code} is {figure.value!r} and not {before_it!r}.")


def _lacking(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what the form of a moderation lacks, by the id of the field."""
    faults, item = {}, fields["item"]
    for name, lacks in (
        ("after", "Choose the judgement that it is to be."),
        ("interests", 'Declare your interests in this organisation, or write "none".'),
        ("reason", "A moderation needs a reason."),
    ):
        if not fields[name]:
            faults[f"{name}-{item}"] = lacks
        elif len(fields[name]) > LONGEST_REASON:
            faults[f"{name}-{item}"] = f"Write at most {LONGEST_REASON:,} characters."
    return faults


def _written(request: Request, found: Before, form: Mapping[str, Any], **fields: Any) -> None:
    """Write a line about the organisation of the address; HTTPException 409 when the ledger refuses it."""
    try:
        ledger.decide(
            found.room.engine,
            found.terms,
            lane=found.lane,
            partition_key=found.partition_key,
            subject=_text(form, "subject"),
            serial=whole_number(_text(form, "serial")),
            actor=request.state.person.email,
            about=request.path_params["code"],
            via="page",
            **fields,
        )
    except DecisionRefused as refused:
        raise HTTPException(409, f"{refused} Nothing was recorded.") from None
    found.room.candidates.issue()
