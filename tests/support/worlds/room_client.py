"""A room of two pages behind the real guard, for the tests of signing in.

Belongs here: the application and its clock, a browser that posts its forms, what the access log says.
Does not belong here: the room's own pages (tests of the room), any expectation.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from expert_panels.clock import Clock
from expert_panels.room.pages.base import TEMPLATES
from expert_panels.room.sign_in.guard import guard
from expert_panels.room.sign_in.identity import SignIn, sign_in_again, viewed
from expert_panels.room.sign_in.local import LocalSignIn
from expert_panels.room.sign_in.people import is_fresh
from expert_panels.room.sign_in.sessions import Memory, csrf_token
from expert_panels.schema import METADATA
from expert_panels.tables import access_log, turned_away
from expert_panels.terms import Terms
from tests.support.notations.gate_lines import TERMS

KEY = "k" * 32


class SetClock:
    """A clock that shows a time until it is set to a later one."""

    def __init__(self) -> None:
        self._now = datetime(2017, 4, 5, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self._now

    def seconds(self) -> int:
        """The time in whole seconds since 1970, as the libraries count it."""
        return int(self._now.timestamp())

    def pass_by(self, time: timedelta) -> None:
        """Let some time pass."""
        self._now += time


def terms() -> Mapping[str, Terms]:
    return {"cancer": TERMS}


def page(request: Request) -> Response:
    viewed(request, "cancer interim 2017-03")
    return PlainTextResponse(f"{request.state.person.email} {csrf_token(request)}")


def decide(request: Request) -> Response:
    if not is_fresh(request.state.person, request.app.state.clock()):
        return sign_in_again(request, "/page")
    return PlainTextResponse(f"decided by {request.state.person.email}")


def broken(_request: Request) -> Response:
    raise ZeroDivisionError


def room_with(
    engine: Engine, sign_in: SignIn, hosts: list[str], clock: Clock, is_secure: bool = True
) -> Starlette:
    """The two pages behind the guard."""
    guarded = guard(engine, sign_in, terms, KEY, hosts, is_secure, clock)
    routes = [
        Route("/page", page),
        Route("/decide", decide, methods=["POST"]),
        Route("/broken", broken),
        *guarded.routes,
    ]
    app = Starlette(routes=routes, middleware=guarded.middleware)
    app.state.templates, app.state.clock = TEMPLATES, clock
    return app


def local_room(
    engine: Engine, clock: Clock, holds_real_data: Callable[[], bool] = lambda: False
) -> Starlette:
    """The room in local mode."""
    METADATA.create_all(engine)
    sign_in = LocalSignIn("127.0.0.1", Memory(engine, clock), terms, holds_real_data)
    return room_with(engine, sign_in, ["127.0.0.1"], clock, is_secure=False)


def browser(app: Starlette, address: str = "http://127.0.0.1") -> TestClient:
    """A browser that follows no redirect by itself."""
    return TestClient(app, address, follow_redirects=False)


def form_token(text: str) -> str:
    """The form token on a sign-in page, or at the end of /page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    return found.group(1) if found else text.split()[-1]


def sign_in_as(client: TestClient, email: str, back: str = "/page") -> Any:
    """Choose a demonstration member on the sign-in page."""
    token = form_token(client.get("/sign-in").text)
    return client.post("/sign-in", data={"csrf_token": token, "email": email, "back": back})


def logged(engine: Engine) -> list[tuple[str, str, str, str]]:
    """The access log: who, what, subject, outcome."""
    columns = access_log.c
    statement = select(columns.actor, columns.what, columns.subject, columns.outcome).order_by(columns.seq)
    with engine.connect() as connection:
        return [(str(a), str(b), str(c), str(d)) for a, b, c, d in connection.execute(statement)]


def strangers(engine: Engine) -> list[tuple[str, str, str]]:
    """Who was turned away without being known: address, what, outcome."""
    columns = turned_away.c
    statement = select(columns.address, columns.what, columns.outcome).order_by(columns.seq)
    with engine.connect() as connection:
        return [(str(a), str(b), str(c)) for a, b, c in connection.execute(statement)]
