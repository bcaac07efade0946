"""Windows into the room: real browsers on a room that this process serves, which tells how it answered.

Belongs here: serving the rooms of the walk (local, by OpenID, an empty one), a window for each person.
Does not belong here: which pages there are (page_catalogue.py), what is done by keys (browsing.py), any
expectation.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ccg_pipeline.cli.room import panel_room
from ccg_pipeline.storage.database import open_database
from expert_panels.settings import Declared
from tests.support.servers.browsing import Visit, new_window
from tests.support.servers.ports import free_port
from tests.support.servers.served import served
from tests.support.worlds.small_pipeline import SmallPipeline

ROOM, OPENID, EMPTY = "room", "openid", "empty"
"""Doors: a pipeline's room in local mode, the same with a provider that is down, a room without rounds."""


BROKEN = "/broken"
"""An address of the empty room at which something fails that nobody expected."""


def broken(_request: Request) -> Response:
    """Fail."""
    raise ZeroDivisionError


class Telling:
    """A room that notes, by a means of Starlette's for tests, which endpoint answered with what page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.answers: list[tuple[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            scope["extensions"] = {**(scope.get("extensions") or {}), "http.response.debug": {}}

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.debug":
                self.answers.append((name_of(scope.get("endpoint")), message["info"]["template"].name))
            else:
                await send(message)

        await self._app(scope, receive, tell)


def name_of(endpoint: Any) -> str:
    """What an endpoint is called in its module; '' where the guard answered before any endpoint."""
    return str(getattr(endpoint, "__qualname__", ""))


def openid_settings(folder: Path, address: str) -> Declared:
    """Settings of a room whose provider of sign-ins cannot be reached."""
    (folder / "secret").write_text("s" * 32, encoding="utf-8")
    provider = f"{{issuer: 'http://127.0.0.1:{free_port()}', client_id: room, client_secret_file: secret}}"
    settings = f"address: {address}\nsession_key_file: secret\nsign_in: {{openid: {provider}}}\n"
    (folder / "room.yaml").write_text(settings, encoding="utf-8")
    return Declared(folder / "room.yaml")


@dataclass
class Windows:
    """The rooms by their doors, and windows into them that stay open."""

    pipeline: SmallPipeline
    browser: Browser
    rooms: dict[str, Telling]
    apps: dict[str, Starlette]
    addresses: dict[str, str]
    _open: dict[tuple[str, str], Visit] = field(default_factory=dict)

    def enter(self, email: str, door: str = ROOM, **how: Any) -> Visit:
        """Open its own window; sign in where an address is given."""
        visit = new_window(self.browser, self.addresses[door], **how)
        if email:
            visit.sign_in(email)
        return visit

    def of(self, email: str, door: str = ROOM) -> Visit:
        """The window that this person has open at that door."""
        if (email, door) not in self._open:
            self._open[email, door] = self.enter(email, door)
        return self._open[email, door]


@contextmanager
def windows(pipeline: SmallPipeline, browser: Browser, folder: Path) -> Iterator[Windows]:
    """Serve the rooms on a pipeline, for as long as a test needs them."""
    address = f"http://127.0.0.1:{free_port()}"
    empty = open_database(f"sqlite:///{folder}/empty.db")
    apps = {
        ROOM: panel_room(pipeline.engine),
        OPENID: panel_room(pipeline.engine, settings=openid_settings(folder, address)),
        EMPTY: panel_room(empty),
    }
    apps[EMPTY].routes.append(Route(BROKEN, broken))
    rooms = {door: Telling(app) for door, app in apps.items()}
    with ExitStack() as stack:
        ports = {OPENID: int(address.rpartition(":")[2])}
        addresses = {
            door: stack.enter_context(served(room, ports.get(door, 0))) for door, room in rooms.items()
        }
        yield Windows(pipeline, browser, rooms, apps, addresses)
    empty.dispose()
