"""Every page of the room as axe-core sees it, in both styles, wide and at 400 %, and none left out.

A page that is added later fails here until it has an entry in tests/support/worlds/page_catalogue.py.
"""

from collections.abc import Iterator

import pytest
from jinja2.meta import find_referenced_templates
from playwright.sync_api import Browser
from starlette.routing import Route

from expert_panels.room.pages.base import TEMPLATES
from expert_panels.room.refusing import DENIED
from expert_panels.room.styles import STATIC
from tests.support.servers.browsing import Visit, apart
from tests.support.servers.room_windows import OPENID, ROOM, Windows, name_of, windows
from tests.support.worlds.page_catalogue import CATALOGUE, Entry, stand
from tests.support.worlds.small_pipeline import SmallPipeline

pytestmark = pytest.mark.browser

FILES = {"certificate_file", "worklist_file"}
"""Endpoints that hand out a file and show no page."""

UNTOLD = {"long_table.html", "unexpected.html"}
"""Templates that are rendered by themselves: a part of the panel's page, and the page of an error."""


class Walk:
    """The windows, and what was seen at each entry: the endpoint that answered, and the page's template."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._seen: dict[str, tuple[str, str]] = {}

    def come(self, entry: Entry) -> tuple[Visit, int]:
        """Come to a page: the window, and the status of the answer."""
        windows = self._windows
        visit = (windows.enter if entry.is_last else windows.of)(entry.who, entry.door)
        status = entry.come(windows, visit)
        self._seen[entry.name] = windows.rooms[entry.door].answers[-1]
        return visit, status

    def look(self, entry: Entry) -> list[str]:
        """Come to a page; what is wrong there."""
        visit, status = self.come(entry)
        visit.page.keyboard.press("Tab")
        is_skip = visit.page.evaluate("document.activeElement.matches('a.nhsuk-skip-link')")
        return [
            *([f"answered {status}, not {entry.status}"] if status != entry.status else []),
            *([] if is_skip else ["the way past the head does not come first"]),
            *visit.faults_every_way(),
        ]

    def all(self) -> set[tuple[str, str]]:
        """What was seen, and now is, at all entries."""
        for entry in CATALOGUE:
            if entry.name not in self._seen:
                self.come(entry)
        return set(self._seen.values())

    def routes(self) -> list[Route]:
        """The addresses of the room, with both of its sign-ins that have a page."""
        apps = [self._windows.apps[door] for door in (ROOM, OPENID)]
        return [route for app in apps for route in app.routes if isinstance(route, Route)]


@pytest.fixture(scope="module")
def walk(
    scored: SmallPipeline, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    """A month and a year with a panel in every state, and a browser to walk there."""
    apart(lambda: stand(scored))
    with windows(scored, chromium, tmp_path_factory.mktemp("walk")) as opened:
        yield Walk(opened)


@pytest.mark.parametrize("entry", CATALOGUE, ids=[entry.name.replace(" ", "-") for entry in CATALOGUE])
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_window(walk: Walk, entry: Entry) -> None:
    assert walk.look(entry) == []


def test_no_address_is_left_out(walk: Walk) -> None:
    """Every address that is opened in a browser has answered with a page."""
    seen = {endpoint for endpoint, _ in walk.all()}
    addresses = {name_of(route.endpoint) for route in walk.routes() if "GET" in (route.methods or ())}
    assert addresses - FILES - seen == set()
    assert addresses > FILES


def test_no_template_is_left_out(walk: Walk) -> None:
    """Every template is a page that was seen, or a part of one."""
    files = list((STATIC.parent / "templates").iterdir())
    sources = [TEMPLATES.env.parse(file.read_text(encoding="utf-8")) for file in files]
    parts = {part for source in sources for part in find_referenced_templates(source)}
    seen = {template for _, template in walk.all()}
    assert {file.name for file in files} - parts - UNTOLD == seen


def test_no_way_of_turning_somebody_away_is_left_out() -> None:
    assert {entry.status for entry in CATALOGUE} >= DENIED | {404, 405, 409, 422, 500, 503}
