"""Whether the room is up: for whoever restarts it or sends people to it, without signing in.

Belongs here: the two addresses that say so, and nothing of what the room holds.
Does not belong here: whether a deployment has all that it needs (`ccg doctor` of the pipeline).
"""

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from expert_panels.ledger import record as ledger
from expert_panels.ledger.table import LedgerError

LIVE, READY = "/health/live", "/health/ready"


class Health:
    """Answers both addresses before anything else: no host name, no session, no line of the log."""

    def __init__(self, app: ASGIApp, engine: Engine) -> None:
        self._app, self._engine = app, engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
        elif scope["path"] == LIVE:
            await _answer(200, "alive")(scope, receive, send)
        elif scope["path"] == READY:
            await (await run_in_threadpool(self._ready))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _ready(self) -> Response:
        try:
            ledger.head(self._engine)
        except LedgerError:
            return _answer(503, "the ledger cannot be read")
        return _answer(200, "ready")


def _answer(status: int, said: str) -> Response:
    return PlainTextResponse(f"{said}\n", status, {"Cache-Control": "no-store"})
