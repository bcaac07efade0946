"""Signing in without proof, as one of the demonstration members: for the made-up year, on this machine alone.

Belongs here: what local mode refuses, and its sign-in page.
Does not belong here: any sign-in that proves something (openid.py, proxy.py).
"""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.templating import Jinja2Templates

from expert_panels.foundation.fault import Fault
from expert_panels.room.refusing import refusal
from expert_panels.room.sign_in import sessions
from expert_panels.room.sign_in.identity import SIGN_IN, Denied, let_in, way_back
from expert_panels.room.sign_in.people import Person
from expert_panels.settings import is_loopback
from expert_panels.terms import Member, Terms

_REAL = (
    "This database holds real data: in local mode anybody signs in as anybody, so it serves made-up data only"
)


class LocalSignIn:
    """Signs in whom the browser chooses of the demonstration members.

    Raises Fault for any address but loopback, for a database with real data, and for terms of real people.
    """

    limit = "240/minute"  # a demonstration signs in as eighteen people

    def __init__(
        self,
        host: str,
        memory: sessions.Memory,
        terms: Callable[[], Mapping[str, Terms]],
        holds_real_data: Callable[[], bool],
    ) -> None:
        if not is_loopback(host):
            raise Fault(
                "In local mode anybody signs in as anybody, so the room listens on 127.0.0.1 only and not on "
                f"{host}: configure a sign-in to serve others."
            )
        if holds_real_data():
            raise Fault(f"{_REAL}: configure a sign-in.")
        real = [each.panel for each in terms().values() if not each.is_made_up]
        if real:
            raise Fault(f"The terms of {', '.join(real)} name real people: configure a sign-in.")
        self._memory, self._terms, self._holds_real_data = memory, terms, holds_real_data
        self.routes: list[BaseRoute] = [
            Route(SIGN_IN, self._choose, methods=["GET"]),
            Route(SIGN_IN, self._chosen, methods=["POST"]),
        ]

    def person(self, request: Request) -> Person | None:
        """Return who was chosen in this browser."""
        if self._holds_real_data():  # it may have come in after the start
            raise Denied(f"{_REAL}.", 503)
        return sessions.person_of(request, self._memory)

    async def elsewhere(self) -> str:
        """Return nothing: nobody signed in anywhere else."""
        return ""

    def _people(self) -> dict[str, list[Member]]:
        """Return who can be chosen, by the title of their panel."""
        day = self._memory.now().date()
        return {
            each.title: [
                *each.members_on(day), *(officer for officer in each.officers if officer.serves_on(day)),
            ]
            for each in self._terms().values()
        }  # fmt: skip

    def _choose(self, request: Request) -> Response:
        templates: Jinja2Templates = request.app.state.templates
        context = {
            "people": self._people(),
            "back": way_back(request.query_params.get("back")),
            "csrf_token": sessions.csrf_token(request),
        }
        return templates.TemplateResponse(request, "sign_in.html", context)

    async def _chosen(self, request: Request) -> Response:
        form = await request.form()
        email, back = form.get("email"), form.get("back")
        found = next((one for each in self._people().values() for one in each if one.email == email), None)
        if found is None:
            return refusal(request, 403, f"{email} is none of the demonstration members.")
        person = Person(found.email, found.name, self._memory.now(), "local")
        return let_in(request, self._memory, person, back if isinstance(back, str) else None)
