"""The room as an application: which address shows which page.

Belongs here: putting pages, static files, the guard and the page that says why not together; what is read at
the start.
Does not belong here: any page (a module each), who is signed in (guard.py), where tables come from.
"""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from threading import Thread
from typing import Any

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from expert_panels.clock import Clock, utc_now
from expert_panels.ledger import record as ledger
from expert_panels.ledger.table import LedgerError
from expert_panels.papers import Candidates
from expert_panels.room.pages.base import STATIC, TEMPLATES, Room, page, room_of, why_not
from expert_panels.room.pages.board import rounds
from expert_panels.room.pages.comment_page import record_comment, record_moderation
from expert_panels.room.pages.decision_page import (
    certificate_file,
    check_decision,
    confirmation,
    decision_form,
    decision_line,
    record_decision,
)
from expert_panels.room.pages.table_page import candidate_page, organisation_page
from expert_panels.room.sign_in.guard import Guard
from expert_panels.terms import Terms

_LOG = logging.getLogger(__name__)

GATE = "/panels/{panel}/{lane}/{key}"


def room(
    engine: Engine,
    terms: Callable[[], Mapping[str, Terms]],
    candidates: Candidates,
    guard: Guard,
    clock: Clock = utc_now,
) -> Starlette:
    """Return the application of the panel room on the ledger in `engine`, behind `guard`."""
    app = Starlette(
        routes=[
            Route("/", board_page),
            Route(GATE, candidate_page),
            Route(f"{GATE}/ccgs/{{code}}", organisation_page),
            Route(f"{GATE}/ccgs/{{code}}/comment", record_comment, methods=["POST"]),
            Route(f"{GATE}/ccgs/{{code}}/moderation", record_moderation, methods=["POST"]),
            Route(f"{GATE}/decision", decision_form, methods=["GET"]),
            Route(f"{GATE}/decision", check_decision, methods=["POST"]),
            Route(f"{GATE}/decision/confirm/{{draft}}", confirmation),
            Route(f"{GATE}/decision/confirm", record_decision, methods=["POST"]),
            Route(f"{GATE}/decisions/{{seq:int}}", decision_line),
            Route("/certificates/{seq:int}", certificate_file),
            *guard.routes,
            Mount("/static", Static(directory=STATIC), name="static"),
        ],
        middleware=guard.middleware,
        exception_handlers={HTTPException: why_not, LedgerError: why_not},
        lifespan=_open,
    )
    app.state.room = Room(engine, terms, candidates, clock)
    app.state.templates = TEMPLATES
    return app


@asynccontextmanager
async def _open(app: Starlette) -> AsyncIterator[None]:
    """Begin to read the tables before the panels, while the first visitors are answered."""
    Thread(target=warm, args=(app.state.room,), name="tables of open rounds", daemon=True).start()
    yield


def warm(here: Room) -> None:
    """Have every table that lies before a panel read, the newest round first, so that nobody waits for it."""
    try:
        states = ledger.states(here.engine, here.terms())
        for _, state in sorted(states.items(), key=lambda each: each[0].partition_key, reverse=True):
            if state.is_open and state.subject:
                here.candidates.table(state.subject)
    except Exception:  # noqa: BLE001  # whatever it is, who asks for that table is told
        _LOG.warning("The tables before the panels could not be read in advance.", exc_info=True)


class Static(StaticFiles):
    """The room's styles and its one script, which a browser may keep for a while, unlike any page."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a file, to be kept for ten minutes."""
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "public, max-age=600"
        return answer


def board_page(request: Request) -> Response:
    """Show every panel's gate in every round."""
    here = room_of(request)
    terms = here.terms()
    states = ledger.states(here.engine, terms)
    tables, who = here.candidates, request.state.person.email
    shown = rounds(states, terms, tables.round_name, tables.bodies, here.clock(), who)
    return page(request, "board.html", rounds=shown)
