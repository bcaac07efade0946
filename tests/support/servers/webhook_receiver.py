"""A webhook that a test can bend, and what it accepted.

Belongs here: the application, and checking what it is told by its signature. Does not belong here: serving it
(served.py), any expectation.
"""

import asyncio
import hashlib
import hmac
import json
import threading
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from expert_panels.notices.webhook import SIGNATURE

SECRET = "a shared secret"


class Receiver:
    """A webhook: notes what it accepted, and answers what it is told to.

    It answers after so many `seconds`, and where `given_up` is an event, not before that.
    """

    def __init__(self) -> None:
        self.status, self.seconds = 204, 0.0
        self.given_up: threading.Event | None = None
        self.accepted: list[tuple[dict[str, Any], dict[str, str]]] = []

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/in", self._post, methods=["POST"])])

    async def _post(self, request: Request) -> Response:
        body, status = await request.body(), self.status
        await asyncio.sleep(self.seconds)
        while self.given_up and not self.given_up.is_set():
            await asyncio.sleep(0.01)
        if status < 300:
            signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            assert request.headers[SIGNATURE] == f"sha256={signature}"
            self.accepted.append((json.loads(body), dict(request.headers)))
        return Response(status_code=status, headers={"Location": "/elsewhere"})

    @property
    def ids(self) -> list[str]:
        return [headers["idempotency-key"] for _, headers in self.accepted]
