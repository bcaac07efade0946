"""Every task of the room by keyboard alone, without scripts, in a window of 320 pixels: 1,280 at 400 %.

Each press of Tab asserts that the focus can be seen (browsing.py). A task has its own panel, so
that none leans on another.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.servers.browsing import Visit, apart, page_of, seat
from tests.support.servers.room_windows import Windows, windows
from tests.support.worlds.small_pipeline import COMMITTEE, MONTH, PANELS, TERMS, YEAR, SmallPipeline

pytestmark = pytest.mark.browser

CODE = "02V"
OVERALL = page_of(COMMITTEE, YEAR)
BUTTON = "main form button"
DECIDE = "main a[href$='/decision']"

Enter = Callable[[str], Visit]


@pytest.fixture(scope="module")
def opened(
    scored: SmallPipeline, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Windows]:
    """The month awaits its panels, but for one that has verified; the year is before the committee."""

    def stand() -> None:
        scored.approve(["maternity"], *MONTH)
        scored.approve(PANELS, *YEAR)
        scored.converge()

    apart(stand)
    with windows(scored, chromium, tmp_path_factory.mktemp("keyboard")) as opened:
        yield opened


@pytest.fixture
def enter(opened: Windows) -> Iterator[Enter]:
    """Opens a narrow window without scripts in which somebody has signed in."""
    visits: list[Visit] = []

    def enter(email: str) -> Visit:
        visits.append(opened.enter(email, width=320, has_scripts=False))
        return visits[-1]

    yield enter
    for visit in visits:
        visit.close()


def decisions(opened: Windows, panel: str, lane_and_key: tuple[str, str] = MONTH) -> list[tuple[str, str]]:
    """The address of who decided and what they did, in order."""
    lines = [line for line in opened.pipeline.lines() if (line.lane, line.partition_key) == lane_and_key]
    return [(line.actor, line.decision) for line in lines if line.panel == panel and line.decision != "open"]


def decide(visit: Visit, decision: str, reason: str) -> None:
    """From the panel's page to the line in the record."""
    assert visit.enter(DECIDE) == 200
    visit.choose("interest", "none")
    visit.choose("decision", decision)
    visit.type("#reason", reason)
    assert visit.enter(BUTTON) == 200
    assert "Confirm your decision" in visit.says()
    assert visit.enter(BUTTON) == 200
    assert "Recorded as line" in visit.says()


def test_signing_in_and_out(enter: Enter) -> None:
    visit, who = enter(""), TERMS["dementia"].members[1]
    visit.open("/")
    visit.type("#email", f"{who.name} ({who.role})")  # a list of choices goes to what is typed
    assert visit.enter(BUTTON) == 200
    assert who.email in visit.page.inner_text("header")
    assert visit.enter("header form button") == 200
    assert "You are signed out" in visit.says()
    assert visit.enter("main a[href='/sign-in']") == 200
    visit.open("/")
    assert visit.page.get_by_role("heading", name="Sign in").count() == 1


def test_finding_a_ccg_commenting_on_it_and_signing(opened: Windows, enter: Enter) -> None:
    visit, who = enter(seat("dementia", "chair")), seat("dementia", "chair")
    visit.open("/")
    visit.tab_to("a.nhsuk-skip-link")
    visit.press("Enter")
    assert visit.enter(f"a[href='{page_of('dementia')}']") == 200
    assert visit.enter(f"a[href='{page_of('dementia')}/table']") == 200
    visit.type("#q", "Leeds")
    visit.press("Enter")
    visit.page.wait_for_url("**q=Leeds**")
    assert "3 of 209 CCGs" in visit.says()
    visit.tab_to(".room-scroll")  # a table that is wider than the window is scrolled by keys
    visit.enter("th[aria-sort] a[href*='sort=rating']")
    assert "sort=rating" in visit.page.url
    assert visit.enter(f"a[href$='/ccgs/{CODE}']") == 200
    visit.type("#text", "Please look at this one.")
    visit.enter(BUTTON)
    assert visit.page.url.endswith(f"/ccgs/{CODE}#comments")
    assert "Please look at this one." in visit.says()
    decide(visit, "approve", "By keyboard.")
    assert decisions(opened, "dementia") == [(who, "comment"), (who, "approve")]


def test_a_comment_that_lacks_its_words_is_mended(opened: Windows, enter: Enter) -> None:
    visit = enter(seat("dementia", "nurse"))
    visit.open(f"{page_of('dementia')}/ccgs/{CODE}")
    assert visit.enter("form[action$='/comment'] button") == 422
    visit.tab_to(".nhsuk-error-summary a[href='#text']")
    visit.press("Enter")
    assert "Write your comment on 02V" in visit.described()
    visit.page.keyboard.type("Seen on the visit.")
    assert visit.enter(BUTTON) == 200
    assert "Seen on the visit." in visit.says()
    assert decisions(opened, "dementia")[-1] == (seat("dementia", "nurse"), "comment")


def test_going_through_the_worklist_by_its_marks(enter: Enter) -> None:
    visit = enter(seat("dementia", "clinician"))
    visit.open(page_of("dementia"))
    before = visit.page.locator(".room-work__item--looked").count()
    assert visit.enter(".room-work__name a") == 200
    name = visit.page.inner_text("h1")
    assert visit.enter(".room-look__button") == 200  # marked, and on to the next one that is left
    assert visit.page.inner_text("h1") != name
    assert visit.enter("a[href$='#worklist']") == 200
    assert visit.page.locator(".room-work__item--looked").count() == before + 1
    assert visit.enter("a[href*='left=yes']") == 200
    assert visit.page.locator(".room-work__item--looked").count() == 0


def test_from_a_ccg_to_one_that_is_like_it_and_back(enter: Enter) -> None:
    visit = enter(seat("dementia", "deputy"))
    visit.open(f"{page_of('dementia')}/ccgs/{CODE}")
    name = visit.page.inner_text("h1")
    visit.enter("[aria-labelledby=similar-caption] tbody a")
    assert visit.page.inner_text("h1") != name
    assert visit.enter(f"nav.nhsuk-breadcrumb a[href='{page_of('dementia')}']") == 200
    assert "What to look at" in visit.says()
    for _ in range(2):
        visit.page.go_back()  # the browser's own key, which a headless one has not
    assert visit.page.inner_text("h1") == name


def test_a_form_that_lacks_everything_is_mended_and_the_table_returned(opened: Windows, enter: Enter) -> None:
    visit, who = enter(seat("cancer", "chair")), seat("cancer", "chair")
    visit.open(page_of("cancer"))
    visit.enter(DECIDE)
    assert visit.enter(BUTTON) == 422
    assert visit.page.title().startswith("Error: ")
    lacking = {"decision": "Choose a decision.", "interest": "Answer the declaration of interests."}
    for field, lacks in lacking.items():
        visit.tab_to(f".nhsuk-error-summary a[href='#{field}']")
        visit.press("Enter")
        assert lacks in visit.described()
    visit.choose("interest", "none")
    visit.choose("decision", "return")
    assert visit.enter(BUTTON) == 422
    visit.tab_to(".nhsuk-error-summary a[href='#reason']")
    visit.press("Enter")
    assert "A decision to return needs a reason." in visit.described()
    visit.page.keyboard.type("The waits of two trusts are missing.")
    assert visit.enter(BUTTON) == 200
    assert visit.enter(BUTTON) == 200
    assert decisions(opened, "cancer") == [(who, "return")]
    visit.open("/")
    assert "Returned" in visit.says()


def test_recusing_oneself(opened: Windows, enter: Enter) -> None:
    visit, who = enter(seat("diabetes", "nurse")), seat("diabetes", "nurse")
    visit.open(page_of("diabetes"))
    decide(visit, "recuse", "I work for one of them.")
    assert decisions(opened, "diabetes") == [(who, "recuse")]
    visit.open(f"{page_of('diabetes')}/decision")
    assert "There is no decision that you could take" in visit.says()


def test_withdrawing_and_taking_the_certificate_home(opened: Windows, enter: Enter) -> None:
    visit, who = enter(seat("maternity", "deputy")), seat("maternity", "deputy")
    visit.open(page_of("maternity"))
    decide(visit, "withdraw", "It must be looked at again.")
    assert decisions(opened, "maternity")[-1] == (who, "withdraw")
    visit.tab_to("main a[href^='/certificates/']")
    with visit.page.expect_download() as awaited:
        visit.press("Enter")
    assert awaited.value.suggested_filename == f"line-{opened.pipeline.lines()[-1].seq}.dsse.json"
    visit.enter("main a[href='/']")
    assert "Withdrawn" in visit.says()


def test_two_officers_override(opened: Windows, enter: Enter) -> None:
    officers = TERMS["mental_health"].officers[:2]
    for officer in officers:
        visit = enter(officer.email)
        visit.open(page_of("mental_health"))
        decide(visit, "override", "The panel cannot meet in time.")
    assert decisions(opened, "mental_health") == [(officer.email, "override") for officer in officers]
    assert "Two officers have let this table out" in visit.says()


def test_the_committee_moderates_a_judgement(opened: Windows, enter: Enter) -> None:
    who = TERMS[COMMITTEE].members[0].email
    visit, form = enter(who), f"form[action$='/ccgs/{CODE}/moderation']"
    visit.open(f"{OVERALL}/ccgs/{CODE}")
    visit.tab_to("#after-165a")
    visit.press("ArrowDown")
    after = visit.page.input_value("#after-165a")
    visit.type("#interests-165a", "none")
    assert visit.enter(f"{form} button") == 422
    assert visit.page.input_value("#after-165a") == after  # nothing that was filled in is lost
    assert visit.page.input_value("#interests-165a") == "none"
    visit.tab_to(".nhsuk-error-summary a[href='#reason-165a']")
    visit.press("Enter")
    assert "A moderation needs a reason." in visit.described()
    visit.page.keyboard.type("Seen at the visit.")
    assert visit.enter(f"{form} button") == 200
    assert decisions(opened, COMMITTEE, YEAR) == [(who, "moderate")]
    line = opened.pipeline.lines()[-1]
    assert (line.about, line.item, line.after, line.reason) == (CODE, "165a", after, "Seen at the visit.")
    assert f"now {after}" in visit.says()
