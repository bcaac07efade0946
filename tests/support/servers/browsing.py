"""What people do in the panels' room, in a real browser: by pointer, or by keyboard alone.

Belongs here: the deployment with the room in it; signing in, the decision's form, moving by keys, axe-core's
findings.
Does not belong here: starting a browser (tests/browser/conftest.py), any expectation.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from expert_panels.room.styles import BUILT_STYLES, PLAIN_STYLES, STATIC
from tests.support.patience import SECONDS
from tests.support.servers.live_room import LiveRoom
from tests.support.worlds.dagster_deployment import Deployment
from tests.support.worlds.small_pipeline import MONTH, TERMS, SmallPipeline

T = TypeVar("T")
LONGEST_WAY = 400
"""Presses of Tab after which something cannot be reached by keyboard."""

STYLES = tuple(name for name in (PLAIN_STYLES, BUILT_STYLES) if (STATIC / name).is_file())
WIDTHS = (1280, 320)
"""Pixels of a window; 320 are 1,280 at 400 %."""

SEATS = ("chair", "deputy", "clinician", "nurse")
"""The first members of every panel, in the order of its terms."""

DRESS = """(styles) => new Promise((done, failed) => {
  const link = document.querySelector("link[rel=stylesheet]");
  if (link.href.endsWith(styles)) { done(); return; }
  link.onload = () => done();
  link.onerror = () => failed(new Error(styles));
  link.href = "/static/" + styles;
})"""
"""Exchanges NHS.UK frontend's styles for the room's own or back: nothing else of a page depends on which."""

FOCUS = """(sought) => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const marked = (style) => style.boxShadow !== "none"
    || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
  if (one === document.body) return {found: false, marked: true, seen: true};  // past the end
  const label = one.nextElementSibling;  // what NHS.UK frontend draws a radio button with
  return {
    found: one.matches(sought),
    what: one.outerHTML.slice(0, 120),
    marked: marked(getComputedStyle(one))
      || (one.type === "radio" && marked(getComputedStyle(label, "::before"))),
    seen: box.width > 1 && box.height > 1 && box.bottom > 0 && box.right > 0
      && box.top < innerHeight && box.left < innerWidth,
  };
}"""
"""Where the focus is, and whether somebody who looks can see it there."""


DESCRIBED = """() => {
  const one = document.activeElement;
  const told = [one, one.closest("fieldset")].filter((each) => each && each.hasAttribute("aria-describedby"));
  const ids = told.flatMap((each) => each.getAttribute("aria-describedby").split(" "));
  return ids.map((id) => document.getElementById(id).innerText).join(" ");
}"""


def page_of(panel: str, lane_and_key: tuple[str, str] = MONTH) -> str:
    """The address of a panel's page."""
    return f"/panels/{panel}/{'/'.join(lane_and_key)}"


def seat(panel: str, who: str) -> str:
    """The e-mail address of a member."""
    return TERMS[panel].members[SEATS.index(who)].email


def apart(work: Callable[[], T]) -> T:
    """Do something in its own thread: this one has Playwright's event loop, and Dagster has another."""
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
        """Press a button (the first of that name); the status of the answer, after what it redirects to."""
        with self.page.expect_navigation() as awaited:
            self.page.get_by_role("button", name=name, exact=True).first.click()
        return awaited.value.status

    def fill(self, decision: str, reason: str = "") -> None:
        """Fill in the open form."""
        self.page.check("input[name=interest][value=none]")
        self.page.check(f"input[name=decision][value={decision}]")
        self.page.fill("#reason", reason)

    def decide(self, path: str, decision: str, reason: str = "", *, twice: bool = False) -> int:
        """Open the form, fill it in, confirm it, by a double click if asked; the status at the end."""
        self.open(path)
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
        """Press Tab until the focus is on what is sought; fails when it never is, or cannot be seen."""
        for _ in range(LONGEST_WAY):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            focus = self.page.evaluate(FOCUS, selector)
            assert focus["marked"], f"{focus['what']} does not show that it has the focus on {self.page.url}"
            assert focus["seen"], f"{focus['what']} has the focus out of sight on {self.page.url}"
            if focus["found"]:
                return
        raise AssertionError(f"{selector} cannot be reached by keyboard on {self.page.url}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def enter(self, selector: str) -> int:
        """Reach a link or a button and press Enter; the status of the answer, after what it redirects to."""
        self.tab_to(selector)
        with self.page.expect_navigation() as awaited:
            self.press("Enter")
        return awaited.value.status

    def type(self, selector: str, text: str) -> None:
        """Reach a field and type."""
        self.tab_to(selector)
        self.page.keyboard.type(text)

    def choose(self, name: str, value: str) -> None:
        """Reach radio buttons and go to one of them by the arrow keys."""
        self.tab_to(f"input[name={name}]")
        self.press("Space")
        for _ in range(9):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"{name} {value} cannot be chosen by keyboard on {self.page.url}")

    def described(self) -> str:
        """What a screen reader says next to the names of the field that has the focus and of its group."""
        return str(self.page.evaluate(DESCRIBED))

    def faults(self) -> list[str]:
        """What axe-core finds that is serious or critical, and what is wider than the window."""
        found = [
            f"{self.page.url} {one['impact']} {one['id']}: {one['help']}: {one['nodes'][0]['html']}"
            for one in Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        wide, window = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        return [
            *found,
            *([f"{self.page.url} is {wide} wide in a window of {window}"] if wide > window else []),
        ]

    def faults_every_way(self) -> list[str]:
        """The same in each of the room's styles, in a wide window and in a narrow one."""
        found, size = list[str](), self.page.viewport_size
        for styles in STYLES:
            self.page.evaluate(DRESS, styles)
            for width in WIDTHS:
                self.page.set_viewport_size({"width": width, "height": 900})
                found += [f"{styles}, {width} pixels: {fault}" for fault in self.faults()]
        if size:
            self.page.set_viewport_size(size)
        return found

    def close(self) -> None:
        self.page.context.close()


def new_window(browser: Browser, address: str, *, width: int = 1280, has_scripts: bool = True) -> Visit:
    """Open its own window on a room."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 900 if width > 400 else 640},
        java_script_enabled=has_scripts,
    )
    context.set_default_timeout(1000 * SECONDS)
    return Visit(context.new_page())


@dataclass
class Quarter:
    """The deployment with the panels' room in it, and a browser to visit it with."""

    deployment: Deployment
    room: LiveRoom
    browser: Browser

    @property
    def pipeline(self) -> SmallPipeline:
        """Database, landing folder and instance."""
        return self.deployment.pipeline

    def enter(self, email: str, *, width: int = 1280, has_scripts: bool = True) -> Visit:
        """Open its own window and sign in."""
        visit = new_window(self.browser, self.room.address, width=width, has_scripts=has_scripts)
        visit.sign_in(email)
        return visit
