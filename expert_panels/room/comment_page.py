"""Comments: what a member says of one organisation, kept in the ledger beside the decisions.

Belongs here: taking the form on an organisation's page.
Does not belong here: the page itself (candidate_page.py), votes (decision_page.py).
"""

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from expert_panels import ledger
from expert_panels.ledger import DecisionRefused
from expert_panels.room.candidate_page import before
from expert_panels.room.decision_page import LONGEST_REASON, may_decide, whole_number


async def record_comment(request: Request) -> Response:
    """Write a comment on one organisation into the ledger, and lead back to its page."""
    form = await request.form()
    return await run_in_threadpool(_commented, request, dict(form))


def _commented(request: Request, form: Mapping[str, Any]) -> Response:
    found, code = before(request), request.path_params["code"]
    may_decide(request, found, "comment")
    said = str(form.get("text", "")).replace("\r\n", "\n").strip()
    if not said or len(said) > LONGEST_REASON:
        raise HTTPException(422, f"Write what is to be said of {code}, in at most {LONGEST_REASON:,} signs.")
    email = request.state.person.email
    is_said = any((one.actor, one.about, one.text) == (email, code, said) for one in found.state.comments)
    if not is_said:
        try:
            ledger.decide(
                found.room.engine,
                found.terms,
                lane=found.lane,
                partition_key=found.partition_key,
                decision="comment",
                subject=str(form.get("subject", "")),
                serial=whole_number(str(form.get("serial", ""))),
                actor=email,
                reason=said,
                about=code,
                via="page",
            )
        except DecisionRefused as refused:
            raise HTTPException(409, f"{refused} Nothing was recorded.") from None
    return RedirectResponse(f"{found.address}/ccgs/{code}#comments", status_code=303)
