"""The guard of the room: everything between the network and a page, put together in its order.

Belongs here: which protection stands before which.
Does not belong here: what each of them does, the pages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from expert_panels.clock import Clock, utc_now
from expert_panels.room.sign_in import sessions
from expert_panels.room.sign_in.identity import SIGN_IN, SIGN_OUT, Identity, SignIn, signed_out
from expert_panels.room.sign_in.protection import (
    FormTokens,
    LastResort,
    SafeHeaders,
    SignInLimit,
    safe_headers,
)
from expert_panels.terms import Terms


@dataclass(frozen=True)
class Guard:
    """What the application takes over: its middleware, outermost first, and the routes of signing in, out."""

    middleware: list[Middleware]
    routes: list[BaseRoute]


def guard(
    engine: Engine,
    sign_in: SignIn,
    terms: Callable[[], Mapping[str, Terms]],
    session_key: str,
    hosts: list[str],
    is_secure: bool = True,
    clock: Clock = utc_now,
) -> Guard:
    """Return the guard of a room that answers to the names `hosts`.

    `session_key` signs the cookies. `is_secure`: browsers come by HTTPS; it is off on loopback alone.
    The application must carry its Jinja2Templates as `app.state.templates`, with refusal.html.
    """
    memory = sessions.Memory(engine, clock)

    async def sign_out(request: Request) -> Response:
        elsewhere = ""
        if request.method == "POST":
            elsewhere = await sign_in.elsewhere()
            await run_in_threadpool(sessions.end, request, memory)
        elif request.state.person is not None:
            return RedirectResponse("/", status_code=303)
        return signed_out(request, elsewhere)

    return Guard(
        middleware=[
            Middleware(SafeHeaders, headers=safe_headers(is_secure)),
            Middleware(LastResort),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
            Middleware(
                sessions.Sessions,
                secret_key=session_key,
                now=clock,
                # browsers keep a cookie of this prefix to HTTPS and to this very host
                session_cookie="__Host-room" if is_secure else "room",
                is_secure=is_secure,
            ),
            Middleware(Identity, engine=engine, sign_in=sign_in, terms=terms, memory=memory),
            Middleware(SignInLimit, limit=sign_in.limit, path=SIGN_IN),
            Middleware(FormTokens),
        ],
        routes=[*sign_in.routes, Route(SIGN_OUT, sign_out, methods=["GET", "POST"])],
    )
