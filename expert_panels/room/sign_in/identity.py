"""Who asks: finds the person of every request, lets nobody else in, and logs whoever is turned away.

Belongs here: the middleware between sessions and pages, and the log of views that pages call.
Does not belong here: how somebody signs in (local.py, openid.py, proxy.py), what a panel lets a member do.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from expert_panels import access_log
from expert_panels.foundation.fault import Fault
from expert_panels.room.refusing import DENIED, refusal
from expert_panels.room.sign_in import sessions
from expert_panels.room.sign_in.people import Person, holds_a_seat
from expert_panels.terms import Terms

SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"
STATIC = "/static/"

_KEPT = timedelta(minutes=15)
"""How long what was typed is kept for somebody who has to sign in again."""


class SignIn(Protocol):
    """One way of finding out who asks."""

    routes: list[BaseRoute]
    limit: str

    def person(self, request: Request) -> Person | None:
        """Return who asks, or None. Raises Denied when the request lies about it."""
        ...

    async def elsewhere(self) -> str:
        """Return the address at which whoever signed the person in signs them out too; '' for none."""
        ...


class Denied(Fault):
    """Somebody who is not let in: one sentence for them and for the log, and the status of the answer."""

    def __init__(self, sentence: str, status: int = 403) -> None:
        super().__init__(sentence)
        self.status = status


class Identity:
    """Sets `request.state.person`, and lets only who holds a seat past the sign-in and the static files."""

    def __init__(
        self,
        app: ASGIApp,
        engine: Engine,
        sign_in: SignIn,
        terms: Callable[[], Mapping[str, Terms]],
        memory: sessions.Memory,
    ) -> None:
        self._app, self._engine, self._memory = app, engine, memory
        self._sign_in, self._terms = sign_in, terms
        self._strangers = access_log.Strangers(engine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.person = None
        request.state.engine = self._engine
        request.state.memory = self._memory

        async def send_logged(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in DENIED:
                said = getattr(request.state, "refusal", "")
                await run_in_threadpool(self._turned_away, request, f"{message['status']}: {said}")
            await send(message)

        answer = None if scope["path"].startswith(STATIC) else await run_in_threadpool(self._stop, request)
        await (answer or self._app)(scope, receive, send_logged)

    def _turned_away(self, request: Request, outcome: str) -> None:
        """Log that a request is denied: of somebody known in the access log, of nobody apart from it."""
        if request.state.person is not None:
            _log(request, request.scope["path"], outcome)
            return
        address = request.client.host if request.client else "?"
        self._strangers.turned_away(address, f"{request.method} {request.scope['path']}", outcome)

    def _stop(self, request: Request) -> Response | None:
        """Find the person; return the answer to whoever may not go on."""
        try:
            person = request.state.person = self._sign_in.person(request)
        except Denied as denied:
            return refusal(request, denied.status, str(denied))
        path = request.scope["path"]
        if path in (SIGN_IN, SIGN_OUT) or path.startswith(f"{SIGN_IN}/"):
            return None
        if person is None:
            if request.method in ("GET", "HEAD"):
                return sign_in_again(request)
            return refusal(request, 401, "You are not signed in, or no longer; nothing was recorded.")
        if not holds_a_seat(person, self._terms(), self._memory.now().date()):
            return refusal(request, 403, f"{person.email} holds no seat in any panel.")
        return None


def _log(request: Request, subject: str, outcome: str) -> None:
    person: Person = request.state.person
    access_log.record(request.state.engine, person.email, f"{request.method} page", subject, outcome)


def viewed(request: Request, subject: str) -> None:
    """Log that the person of this request is shown ratings that are not released; to be called before."""
    _log(request, subject, "shown")


def let_in(request: Request, memory: sessions.Memory, person: Person, back: str | None) -> Response:
    """Begin the session of who has just signed in, log it, and lead back to where they came from."""
    sessions.begin(request, memory, person)
    access_log.record(request.state.engine, person.email, "sign in", person.via, "signed in")
    return RedirectResponse(way_back(back), status_code=303)


def sign_in_again(request: Request, back: str = "", typed: Mapping[str, str] | None = None) -> Response:
    """Lead to a fresh sign-in, and from there to `back`, or else to the page asked for.

    What was `typed` into the form there is kept for its person until they are back. What follows a form may
    not lead to another site, where the sign-in may be, so there a page of ours with a link comes between.
    """
    if typed:
        memory: sessions.Memory = request.state.memory
        memory.keep(_typed_by(request, back), dict(typed), memory.now() + _KEPT)
    here = quote(request.scope["path"]) + (f"?{request.url.query}" if request.url.query else "")
    address = f"{SIGN_IN}?back={quote(back or here, safe='')}"
    if request.method not in ("GET", "HEAD"):
        request.state.refusal = "a fresh sign-in is asked for."
        return _answer(request, "sign_in_again.html", 401, href=address, is_decision=True)
    if request.state.person is None and request.headers.get("sec-fetch-site") == "same-origin":
        request.state.refusal = "the session is over."  # and what was asked may be a filter's form
        return _answer(request, "sign_in_again.html", 401, href=address)
    return RedirectResponse(address, status_code=303)


def signed_out(request: Request, elsewhere: str) -> Response:
    """Return the page that says that a session is over, and goes on to end the one `elsewhere` too."""
    request.state.person = None
    return _answer(request, "signed_out.html", 200, elsewhere=elsewhere, site=urlsplit(elsewhere).netloc)


def _answer(request: Request, template: str, status: int, **context: Any) -> Response:
    templates: Jinja2Templates = request.app.state.templates
    return templates.TemplateResponse(request, template, context, status_code=status)


def typed_before(request: Request) -> dict[str, Any]:
    """Return, once, what the person had typed into the form of this page when they had to sign in again."""
    memory, key = request.state.memory, _typed_by(request, request.scope["path"])
    return dict(memory.take(key) or {}) if memory.look(key) else {}


def _typed_by(request: Request, path: str) -> str:
    return f"typed {request.state.person.email} {path}"


def way_back(given: str | None) -> str:
    """Return the page of this room that a sign-in leads back to; the board for anything that is none."""
    back = given or "/"
    parts = urlsplit(back)
    is_ours = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    return back if is_ours and not parts.scheme and not parts.netloc else "/"
