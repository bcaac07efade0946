"""What is before a panel, row by row: the page of its full table, and the page of one organisation in it.

Belongs here: gathering what the two pages show.
Does not belong here: the worklist (worklist_page.py), sorting and filtering (query.py), deciding
(decision_page.py).
"""

from collections import OrderedDict
from collections.abc import Mapping

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from expert_panels.papers import CandidateTable
from expert_panels.room.pages.base import markup, page
from expert_panels.room.pages.before import (
    Before,
    before,
    compared,
    log_view,
    looked_by,
    table_of,
    worklist_of,
)
from expert_panels.room.pages.query import NO_RATING, Asked, asked, regions, rows
from expert_panels.room.sign_in.identity import typed_before, viewed

_PARTS: OrderedDict[tuple[str, str, Asked], Markup] = OrderedDict()
_REMEMBERED = 256


def _long_table(found: Before, table: CandidateTable, wanted: Asked) -> Markup:
    """Return the long table as markup: what a fingerprint and a query stand for never changes."""
    key = (found.address, table.subject_sha256, wanted)
    if key not in _PARTS:
        _PARTS[key] = markup(
            "long_table.html",
            table=table,
            rows=rows(table, wanted),
            asked=wanted,
            address=found.address,
            deciding=[one for one in table.measures if one.decides],
            decisive={one.code for one in table.measures if one.decides},
            has_scores=any(one.score for one in table.organisations),
            name=found.name,
        )
        while len(_PARTS) > _REMEMBERED:
            _PARTS.popitem(last=False)
    return _PARTS[key]


def full_table_page(request: Request) -> Response:
    """Show every row of what is before a panel, sorted and filtered as the address asks."""
    found = before(request)
    table = table_of(found)
    log_view(request, found, table)
    wanted = asked(request.query_params, table)
    return page(
        request,
        "full_table.html",
        found=found,
        table=table,
        asked=wanted,
        long_table=_long_table(found, table, wanted),
        regions=regions(table),
        ratings=[*table.labels, NO_RATING],
    )


def organisation_page(request: Request) -> Response:
    """Show one organisation of the table before a panel, with its figures and those it resembles."""
    return organisation_shown(request, before(request), **typed_before(request))


def organisation_shown(
    request: Request, found: Before, faults: Mapping[str, str] | None = None, **typed: str
) -> Response:
    """Return the page of the organisation that the address names.

    `faults` says, by the id of a field of its forms, what that field lacks (then the answer is 422), and
    `typed` what had been filled in.
    """
    table, code = table_of(found), request.path_params["code"]
    organisation = table.by_code.get(code)
    if organisation is None:
        raise HTTPException(404, f"There is no {code} in this table.")
    viewed(request, f"{found.terms.panel} {found.lane} {found.partition_key} {code}")
    changed, work = compared(found, table), worklist_of(found, table)
    last = found.last_round
    looked = looked_by(request, found, table)
    return page(
        request,
        "organisation.html",
        422 if faults else 200,
        faults=faults or {},
        typed=typed,
        found=found,
        table=table,
        one=organisation,
        last=None if last is None else (last[0], last[1].by_code.get(code)),
        work=work,
        looked=looked,
        previous_and_next=[table.by_code.get(each) for each in work.previous_and_next(code)],
        context=found.room.candidates.context(table.subject_sha256, code),
        measures={measure.code: measure for measure in table.measures},
        similar=[table.by_code[each] for each in organisation.similar if each in table.by_code],
        doubted=found.room.candidates.plausibility(table.subject_sha256).of(code),
        changed=None if changed is None else [change for change in changed if change.code == code],
        comments=[each for each in found.state.comments if each.about == code],
        moderable=[
            figure
            for figure in organisation.figures
            if figure.measure in found.terms.may_moderate and figure.choices
        ],
        may_comment=found.terms.member(request.state.person.email, found.room.clock().date()) is not None,
    )
