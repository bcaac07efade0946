"""What protects every page alike: safe headers, a last resort, form tokens, a limit on attempts to sign in.

Belongs here: ASGI middleware that looks at a request or an answer without knowing what it is about.
Does not belong here: who asks (identity.py), what the pages say.
"""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from expert_panels.room.refusing import refusal, unexpected
from expert_panels.room.sign_in.sessions import csrf_token

LARGEST_FORM = 256 * 1024
"""Bytes of a posted form; a reason and a comment on each of 209 CCGs are far below."""

LONGEST_SENDING = 20.0
"""Seconds in which a form has to be sent."""

_LOG = logging.getLogger(__name__)

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def safe_headers(is_secure: bool) -> dict[str, str]:
    """Return the headers of every answer; a form leads to no other site, nor does what answers it."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cache-Control": "no-store",
    }
    return {**headers, "Strict-Transport-Security": "max-age=31536000"} if is_secure else headers


class SafeHeaders:
    """Puts the safe headers on every answer; only how long something may be cached can a page say itself."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    if name != "Cache-Control" or name not in headers:
                        headers[name] = value
            await send(message)

        await self._app(scope, receive, send_safely)


class LastResort:
    """Answers an error that nobody expected with a plain page; its number is in the log with the fault.

    The page says nothing of the fault, and asks neither session nor database, which may be what failed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        has_begun = False

        async def send_noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception:
            if scope["type"] != "http" or has_begun:  # what has begun to be sent can only be cut off
                raise
            number = f"{secrets.randbelow(10**8):08d}"
            _LOG.exception("Fault %s: %s %s could not be answered.", number, scope["method"], scope["path"])
            await unexpected(Request(scope), number)(scope, receive, send)


class FormTokens:
    """Lets a request that changes something through only with the token of its own session's forms."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] in _SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        body = b""
        try:
            async with asyncio.timeout(LONGEST_SENDING):
                async for part in Request(scope, receive).stream():
                    body += part
                    if len(body) > LARGEST_FORM:
                        sentence = "What was sent is larger than any form of this room."
                        await refusal(Request(scope), 413, sentence)(scope, receive, send)
                        return
        except ClientDisconnect:  # nobody is there any more to be answered
            return
        except TimeoutError:
            answer = refusal(Request(scope), 408, "The form was not sent to its end; send it again.")
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        request = Request(scope, _again(body, receive))
        try:
            form = await request.form()
        except (HTTPException, MultiPartException, ValueError):
            answer = refusal(request, 400, "What was sent is no form that can be read; nothing was recorded.")
            await answer(scope, receive, send)
            return
        given = form.get("csrf_token")
        await form.close()
        expected = csrf_token(request)
        if not isinstance(given, str) or not secrets.compare_digest(given.encode(), expected.encode()):
            sentence = (
                "This form was not opened in your present session, so nothing was recorded: open the page "
                "again, then send it."
            )
            await refusal(request, 403, sentence)(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body which was already read, and then what else comes."""
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


_OF_ALL = "1200/minute"
"""How often all addresses together may ask for sign-in pages: each sign-in that begins is kept a while."""


class SignInLimit:
    """Answers 429 to an address that asks for sign-in pages more often than `limit`, such as "30/minute".

    And to all addresses together beyond twelve hundred a minute. Each process counts for itself: with
    several, an address has as many times the limit.
    """

    def __init__(self, app: ASGIApp, limit: str, path: str) -> None:
        self._app, self._path, self._limit, self._of_all = app, path, parse(limit), parse(_OF_ALL)
        self._counter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"].startswith(self._path):
            address = (scope.get("client") or ("",))[0]
            if not (self._counter.hit(self._limit, address) and self._counter.hit(self._of_all)):
                answer = refusal(Request(scope), 429, "Too many attempts to sign in: wait a minute.")
                answer.headers["Retry-After"] = str(self._limit.get_expiry())
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)
