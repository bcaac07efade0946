"""What people do in the panels' room, in a real browser: by pointer, or by keyboard alone.

Belongs here: the town with the room in it; signing in, the decision's form, moving by keys, axe-core's
findings.
Does not belong here: starting a browser (tests/browser/conftest.py), any expectation.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from axe_playwright_python.sync_playwright import Axe
from live_room import LiveRoom
from live_town import Town
from playwright.sync_api import Browser, Page
from small_house import House

T = TypeVar("T")
LONGEST_WAY = 400
"""Presses of Tab after which something cannot be reached by keyboard."""


def apart(work: Callable[[], T]) -> T:
    """Do something in a thread of its own: this one has Playwright's event loop, and Dagster has another."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


class Visit:
    """A window in which somebody is signed in."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def sign_in(self, email: str) -> None:
        self.page.goto("/sign-in")
        self.page.select_option("#email", email)
        self.page.click("main button")

    def open(self, path: str) -> int:
        """Go to a page; the status of the answer."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer.status

    def says(self) -> str:
        """The words of the page."""
        return self.page.inner_text("main")

    def pressed(self, name: str) -> int:
        """Press a button; the status of the answer, after what it redirects to."""
        with self.page.expect_navigation() as awaited:
            self.page.get_by_role("button", name=name, exact=True).click()
        return awaited.value.status

    def fill(self, decision: str, reason: str = "") -> None:
        """Fill in the open form."""
        self.page.check("input[name=interest][value=none]")
        self.page.check(f"input[name=decision][value={decision}]")
        self.page.fill("#reason", reason)

    def decide(self, path: str, decision: str, reason: str = "", *, twice: bool = False) -> int:
        """Open the form, fill it in, confirm it, by a double click if asked; the status at the end."""
        self.open(f"{path}/decision")
        self.fill(decision, reason)
        self.pressed("Continue")
        if not twice:
            return self.pressed("Sign")
        self.page.get_by_role("button", name="Sign", exact=True).dblclick(delay=20)
        # the first answer is given up for the second, which an awaited navigation would take for a failure
        self.page.get_by_role("heading", name="Recorded as line").wait_for()
        return self.open(self.page.url)

    def tab_to(self, selector: str, *, back: bool = False) -> None:
        """Press Tab until the focus is on what is sought; fails when it never is."""
        sought = self.page.locator(selector).first
        for _ in range(LONGEST_WAY):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            if self.page.locator("*:focus").count() and sought.and_(self.page.locator("*:focus")).count():
                return
        raise AssertionError(f"{selector} cannot be reached by keyboard on {self.page.url}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def faults(self) -> list[str]:
        """What axe-core finds that is serious or critical, and what is wider than the window."""
        found = [
            f"{self.page.url} {one['impact']} {one['id']}: {one['help']}: {one['nodes'][0]['html']}"
            for one in Axe().run(self.page).response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        wide, window = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        return [
            *found,
            *([f"{self.page.url} is {wide} wide in a window of {window}"] if wide > window else []),
        ]

    def close(self) -> None:
        self.page.context.close()


@dataclass
class Quarter:
    """The town with the panels' room in it, and a browser to visit it with."""

    town: Town
    room: LiveRoom
    browser: Browser

    @property
    def house(self) -> House:
        """Database, landing folder and instance."""
        return self.town.house

    def enter(self, email: str, *, width: int = 1280, has_scripts: bool = True) -> Visit:
        """Open a window of its own and sign in."""
        context = self.browser.new_context(
            base_url=self.room.address,
            viewport={"width": width, "height": 900 if width > 400 else 640},
            java_script_enabled=has_scripts,
        )
        context.set_default_timeout(20_000)
        visit = Visit(context.new_page())
        visit.sign_in(email)
        return visit
