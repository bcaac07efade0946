"""The room as an application: which address shows which page.

Belongs here: putting pages, static files, the guard and the page that says why not together; what is read at
the start.
Does not belong here: any page (a module each), who is signed in (guard.py), where tables come from.
"""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from threading import Event, Thread
from typing import Any

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from expert_panels.clock import Clock, utc_now
from expert_panels.ledger import record as ledger
from expert_panels.ledger.table import LedgerError
from expert_panels.papers import Candidates
from expert_panels.room.health import Health
from expert_panels.room.pages.base import TEMPLATES, Room, page, room_of, why_not
from expert_panels.room.pages.board import rounds
from expert_panels.room.pages.comment_page import record_comment, record_moderation
from expert_panels.room.pages.decision_page import (
    check_decision,
    confirmation,
    decision_form,
    record_decision,
)
from expert_panels.room.pages.receipt_page import certificate_file, decision_line
from expert_panels.room.pages.table_page import full_table_page, organisation_page
from expert_panels.room.pages.worklist_page import candidate_page, record_look, worklist_file
from expert_panels.room.sign_in.guard import Guard
from expert_panels.room.styles import STATIC
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
            Route(f"{GATE}/table", full_table_page),
            Route(f"{GATE}/worklist.csv", worklist_file),
            Route(f"{GATE}/ccgs/{{code}}", organisation_page),
            Route(f"{GATE}/ccgs/{{code}}/look", record_look, methods=["POST"]),
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
        middleware=[Middleware(Health, engine=engine), *guard.middleware],
        exception_handlers={HTTPException: why_not, LedgerError: why_not},
        lifespan=_open,
    )
    app.state.room = Room(engine, terms, candidates, clock)
    app.state.templates = TEMPLATES
    return app


@asynccontextmanager
async def _open(app: Starlette) -> AsyncIterator[None]:
    """Begin to read the tables before the panels and to issue receipts, while visitors are answered."""
    here, closed = app.state.room, Event()
    Thread(target=warm, args=(here,), name="tables of open rounds", daemon=True).start()
    Thread(target=issue_receipts, args=(here, closed), name="receipts", daemon=True).start()
    yield
    closed.set()


RECEIPTS_SECONDS = 600.0
"""How long after one look for decisions without a receipt there is another (assumed)."""


def issue_receipts(here: Room, closed: Event) -> None:
    """Issue what could not be issued when it was decided, now and again until the room is closed."""
    while True:
        here.candidates.issue()
        if closed.wait(RECEIPTS_SECONDS):
            return


def warm(here: Room) -> None:
    """Have every table that is before a panel read, the newest round first, so that nobody waits for it."""
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
    shown = rounds(states, terms, tables.round_name, tables.bodies, here.clock(), who, here.released)
    return page(request, "board.html", rounds=shown)
