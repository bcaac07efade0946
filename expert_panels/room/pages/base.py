"""Pages: what every page of the room has in common, from the templates to the answer's headers.

Belongs here: the room that a request is for, the Jinja environment, rendering, the page that says why not.
Does not belong here: any one page, who is signed in, headers of security.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader
from markupsafe import Markup
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from expert_panels.certificates.heads import WORDS
from expert_panels.clock import Clock, utc_now
from expert_panels.foundation.fault import Fault
from expert_panels.ledger.gate_state import MEANINGS
from expert_panels.papers import Candidates
from expert_panels.room.pages.words import RATING_COLOURS, SHORT, moment, panel_word
from expert_panels.room.refusing import refusal
from expert_panels.room.sign_in.sessions import csrf_token
from expert_panels.room.styles import styles_in_use
from expert_panels.terms import Terms

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Room:
    """What the pages work with: the ledger's database, the panels, where tables come from, and a clock."""

    engine: Engine
    terms: Callable[[], Mapping[str, Terms]]
    candidates: Candidates
    clock: Clock = utc_now

    def released(self, lane: str, partition_key: str) -> Mapping[str, str]:
        """Return the fingerprint of each body's table that the newest release of a round shows.

        Nothing of a release that is not what the ledger gives: the log says so, and the pages go on.
        """
        try:
            return self.candidates.released(lane, partition_key)
        except Fault as fault:
            _LOG.warning("%s", fault)
            return {}


def room_of(request: Request) -> Room:
    """Return the room that a request is for."""
    return cast(Room, request.app.state.room)


def environment() -> Environment:
    """Return the environment of all templates: everything is escaped that is not markup of ours."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("expert_panels.room"), PackageLoader("nhsuk_frontend_jinja")]),
        autoescape=True,
        undefined=ChainableUndefined,  # the macros of NHS.UK frontend ask for it
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(
        styles=styles_in_use(),
        rating_colours=RATING_COLOURS,
        meanings=MEANINGS,
        head_words=WORDS,
    )
    made.filters.update(
        moment=moment,
        panel_word=panel_word,
        short=lambda sha256: sha256[:SHORT],
        capitalised=lambda name: (
            name[:1].upper() + name[1:]
        ),  # Jinja's own makes the rest small: Nhs, 2025-q3
    )
    return made


def _on_every_page(request: Request) -> dict[str, Any]:
    here: Room | None = getattr(request.app.state, "room", None)
    return {
        "person": getattr(request.state, "person", None),
        "is_made_up": here is not None and here.candidates.is_made_up(),
        "csrf_token": csrf_token(request) if "session" in request.scope else "",
    }


TEMPLATES = Jinja2Templates(env=environment(), context_processors=[_on_every_page])
"""The room's templates, each given who is signed in and the token of this session's forms."""


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """Return a page; no page is kept by a browser, so that going back never shows what is no longer so."""
    return TEMPLATES.TemplateResponse(
        request, template, context, status_code=status, headers={"Cache-Control": "no-store"}
    )


def markup(template: str, **context: Any) -> Markup:
    """Return a part of a page that is the same for everybody, so that it can be remembered."""
    return Markup(TEMPLATES.get_template(template).render(**context))


def why_not(request: Request, fault: Exception) -> Response:
    """Return the page that says in one sentence why something is not shown or done."""
    if not isinstance(fault, HTTPException):
        return refusal(request, 503, str(fault))
    is_bare = fault.detail == HTTPStatus(fault.status_code).phrase
    return refusal(request, fault.status_code, "There is no such page." if is_bare else fault.detail)
