"""The address at which Prometheus asks the room for its metrics.

Belongs here: who may ask, and the answer. Does not belong here: any metric (whoever puts the room together).
"""

import hmac
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

METRICS = "/metrics"


class Metrics:
    """Answers METRICS before anything else, to who brings the token as `Authorization: Bearer TOKEN`."""

    def __init__(self, app: ASGIApp, made: Callable[[], bytes], token: str) -> None:
        self._app, self._made, self._expected = app, made, f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != METRICS or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        brought = Request(scope).headers.get("authorization", "").encode()
        if hmac.compare_digest(brought, self._expected):
            answer = Response(await run_in_threadpool(self._made), media_type="text/plain; version=0.0.4")
        else:
            answer = PlainTextResponse("a token is needed\n", 401, {"WWW-Authenticate": "Bearer"})
        answer.headers["Cache-Control"] = "no-store"
        await answer(scope, receive, send)
