"""The first page of what is before a panel: its worklist, as a page and as CSV, and the marks on it.

Belongs here: gathering what the page shows; recording that somebody has looked at an organisation.
Does not belong here: what is in the worklist (worklist.py), the full table and its rows (table_page.py).
"""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from expert_panels import access_log
from expert_panels.room.pages.base import page
from expert_panels.room.pages.before import before, compared, log_view, looked_by, table_of, worklist_of
from expert_panels.room.pages.pictures import HEIGHT, WIDTH, picture
from expert_panels.room.pages.query import NO_RATING
from expert_panels.room.pages.worklist import KINDS, worklist_csv


def candidate_page(request: Request) -> Response:
    """Show what is before a panel: what of it to look at first, and what concerns all of it."""
    found = before(request)
    table = table_of(found)
    log_view(request, found, table)
    work, looked = worklist_of(found, table), looked_by(request, found, table)
    kind = request.query_params.get("why", "")
    kind, is_left = kind if kind in KINDS else "", request.query_params.get("left") == "yes"
    return page(
        request,
        "candidate.html",
        found=found,
        table=table,
        work=work,
        looked=looked,
        kinds=KINDS,
        kind=kind,
        is_left=is_left,
        items=work.shown(kind, is_left, looked),
        counts={label or NO_RATING: count for label, count in table.counts.items() if label or count},
        pictures=[drawn for spread in table.spreads if (drawn := picture(spread))],
        width=WIDTH,
        height=HEIGHT,
        changed=compared(found, table),
        plausibility=found.room.candidates.plausibility(table.subject_sha256),
        refused=found.room.candidates.refused_rows(found.terms.panel),
        method=found.room.candidates.method(found.terms.panel),
    )


def worklist_file(request: Request) -> Response:
    """Hand out the worklist as CSV."""
    found = before(request)
    table = table_of(found)
    log_view(request, found, table)
    name = f"{found.terms.panel}_{found.lane.replace('/', '_')}_{found.partition_key}_worklist.csv"
    named = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    content = worklist_csv(
        worklist_of(found, table), table, looked_by(request, found, table), found.words.word
    )
    return Response(content, media_type="text/csv", headers=named)


async def record_look(request: Request) -> Response:
    """Mark an organisation as looked at, or take that back, and lead to the next one that is left."""
    form = await request.form()
    said = {name: str(form.get(name, "")) for name in ("subject", "looked", "then")}
    return await run_in_threadpool(_marked, request, said)


def _marked(request: Request, said: Mapping[str, str]) -> Response:
    found, code = before(request), request.path_params["code"]
    table = table_of(found)
    if code not in table.by_code:
        raise HTTPException(404, f"There is no {code} in this table.")
    if said["subject"] != table.subject_sha256:
        raise HTTPException(409, "The table has changed since this page was opened. Nothing was recorded.")
    has_looked, who = said["looked"] == "yes", request.state.person.email
    access_log.mark(found.room.engine, who, table.subject_sha256, code, has_looked)
    after = ""
    if said["then"] == "next":
        after = worklist_of(found, table).next_left(code, looked_by(request, found, table))
    one = str(request.scope["path"]).removesuffix(f"/{code}/look")
    here = f"{one}/{after}" if after else f"{found.address}#worklist"
    return RedirectResponse(here, status_code=303)
