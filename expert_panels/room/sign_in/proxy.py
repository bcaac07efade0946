"""Signing in by a proxy that says in headers who it has let through.

Belongs here: believing those headers from whoever knows the shared secret, and from nobody else.
Does not belong here: how the proxy signs people in.
"""

import math
import secrets
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from expert_panels.room.sign_in.identity import SIGN_IN, Denied, way_back
from expert_panels.room.sign_in.people import Person
from expert_panels.settings import Proxy


class ProxySignIn:
    """Takes the person from the headers of each request; one that did not come by the proxy is refused."""

    limit = "30/minute"

    def __init__(self, settings: Proxy, secret: str) -> None:
        self._settings, self._secret = settings, secret.encode("utf-8")
        self.routes: list[BaseRoute] = [Route(SIGN_IN, self._asked, methods=["GET"])]

    def person(self, request: Request) -> Person | None:
        """Return whom the proxy let through. Raises Denied without its secret."""
        given = self._header(request, self._settings.secret_header).encode("utf-8")
        if not secrets.compare_digest(given, self._secret):
            raise Denied("This request did not come by the proxy that signs people in.")
        email = self._header(request, self._settings.email_header).strip().lower()
        if not email:
            return None
        if not self._header(request, self._settings.email_header).isascii():
            raise Denied("The proxy names an address that is not written in ASCII letters.")
        if request.session.get("for") != email:  # forms of whoever used this browser before are void
            request.session.clear()
            request.session["for"] = email
        name = self._header(request, self._settings.name_header).strip()
        proved = self._header(request, self._settings.authenticated_at_header)
        return Person(email, name or email, _moment(proved), "proxy")

    async def elsewhere(self) -> str:
        """Return where the proxy signs people out."""
        return self._settings.sign_out_at

    def _header(self, request: Request, name: str) -> str:
        values = request.headers.getlist(name)
        if len(values) > 1:
            raise Denied(f"The header {name} came more than once: the proxy must take away what it is sent.")
        return values[0] if values else ""

    def _asked(self, request: Request) -> Response:
        back = quote(way_back(request.query_params.get("back")), safe="")
        return RedirectResponse(self._settings.sign_in_at.replace("{back}", back), status_code=303)


def _moment(seconds: str) -> datetime:
    """Return the time that a header says; long ago when it says none, so that nothing rests on it."""
    try:
        given = float(seconds or 0)
        return datetime.fromtimestamp(given if math.isfinite(given) else 0, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
