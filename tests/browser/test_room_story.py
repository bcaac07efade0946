"""The panels at work in a real Chromium, over Dagster's running daemon and webserver and the running room.

One town for the whole story, told in order: three panels sign in small steps that show what the room answers,
the others sign, the data change, a panel signs again, and withdraws.
"""

from pathlib import Path

import dagster as dg
import pytest
from browsing import Quarter, Visit, apart
from small_house import MONTH, PANELS, TERMS, land_again

from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.publish import assessment as published

pytestmark = [pytest.mark.browser, pytest.mark.daemon]

ROUND = "/".join(MONTH)
SEATS = ("chair", "deputy", "clinician", "nurse")
"""The first members of every panel, in the order of its terms."""


def path(panel: str) -> str:
    return f"/panels/{panel}/{ROUND}"


def seat(panel: str, who: str) -> str:
    """The e-mail address of a member."""
    return TERMS[panel].members[SEATS.index(who)].email


def decisions(quarter: Quarter, panel: str) -> list[tuple[str, str]]:
    """Who of a panel decided what, in order."""
    name = {seat(panel, who): who for who in SEATS}
    lines = [line for line in quarter.house.lines() if line.panel == panel and line.decision != "open"]
    return [(name[line.actor], line.decision) for line in lines]


@pytest.fixture(scope="module")
def shots(request: pytest.FixtureRequest) -> Path | None:
    """The folder into which pictures of the pages are written, where one is asked for."""
    folder = request.config.getoption("--screenshots")
    return Path(folder) if folder else None


def test_the_board_shows_six_panels_waiting(quarter: Quarter) -> None:
    visit = quarter.enter(seat("cancer", "chair"))
    assert visit.says().count("Awaiting the panel") == len(PANELS)
    assert "0 of 6 decided" in visit.says()
    visit.page.get_by_role("link", name="Cancer panel").click()
    assert "209 of 209 CCGs" in visit.says()
    visit.close()


def test_a_double_click_signs_once_and_going_back_harms_nothing(quarter: Quarter) -> None:
    visit = quarter.enter(seat("cancer", "chair"))
    assert visit.decide(path("cancer"), "approve", "It is right.", twice=True) == 200
    assert "Recorded as line" in visit.says()
    assert decisions(quarter, "cancer") == [("chair", "approve")]
    for step in (visit.page.go_back, visit.page.go_back, visit.page.go_forward, visit.page.reload):
        step()
        assert decisions(quarter, "cancer") == [("chair", "approve")]
    visit.open(f"{path('cancer')}/decision")
    assert visit.page.locator("input[name=decision][value=approve]").count() == 0  # signed already
    visit.close()


def test_a_double_click_signs_once_without_scripts_too(quarter: Quarter) -> None:
    visit = quarter.enter(seat("cancer", "deputy"), has_scripts=False)
    assert visit.decide(path("cancer"), "approve", twice=True) == 200
    assert decisions(quarter, "cancer") == [("chair", "approve"), ("deputy", "approve")]
    visit.close()


def test_a_return_without_a_reason_is_answered_422(quarter: Quarter) -> None:
    visit = quarter.enter(seat("dementia", "chair"))
    visit.open(f"{path('dementia')}/decision")
    visit.fill("return", " ")
    assert visit.pressed("Continue") == 422
    assert "A decision to return needs a reason." in visit.says()
    assert decisions(quarter, "dementia") == []
    visit.close()


def test_a_member_of_another_panel_is_answered_403(quarter: Quarter) -> None:
    visit = quarter.enter(seat("dementia", "chair"))
    assert visit.open(path("cancer")) == 403
    assert visit.open(f"{path('cancer')}/decision") == 403
    assert visit.open(f"{path('cancer')}/ccgs/02N") == 403
    visit.close()


def test_every_task_is_done_by_keyboard_at_400_percent_without_scripts(quarter: Quarter) -> None:
    """A window of 320 pixels is one of 1,280 at 400 %; from the board to the signature by keys alone."""
    visit = quarter.enter(seat("dementia", "chair"), width=320, has_scripts=False)
    visit.tab_to("a.nhsuk-skip-link")
    visit.press("Enter")
    visit.tab_to(f"a[href='{path('dementia')}']")
    visit.press("Enter")
    visit.tab_to("#q")
    visit.page.keyboard.type("Leeds")
    visit.press("Enter")
    visit.page.wait_for_url("**q=Leeds**")
    assert "3 of 209 CCGs" in visit.says()
    visit.tab_to(".room-scroll")  # a table that is wider than the window is scrolled by keys
    visit.tab_to("th[aria-sort] a[href*='sort=rating']")
    visit.press("Enter")
    visit.page.wait_for_url("**sort=rating**")
    visit.tab_to("a[href$='/ccgs/02V']")
    visit.press("Enter")
    visit.page.wait_for_url("**/ccgs/02V")
    visit.tab_to("#text")
    visit.page.keyboard.type("Please look at this one.")
    visit.tab_to("main form button")
    visit.press("Enter")
    visit.page.wait_for_url("**/ccgs/02V#comments")
    assert "Please look at this one." in visit.says()
    visit.tab_to("main a[href$='/decision']")
    visit.press("Enter")
    visit.page.wait_for_url("**/decision")
    visit.tab_to("input[name=interest]")
    visit.press("Space")
    visit.tab_to("input[name=decision]")
    visit.press("Space")
    visit.tab_to("#reason")
    visit.page.keyboard.type("By keyboard.")
    visit.tab_to("main form button")
    visit.press("Enter")
    visit.page.get_by_role("heading", name="Confirm your decision").wait_for()
    visit.tab_to("main form button")
    visit.press("Enter")
    visit.page.wait_for_url("**/decisions/*")
    assert decisions(quarter, "dementia") == [("chair", "comment"), ("chair", "approve")]
    visit.close()


def looked_at(visit: Visit, quarter: Quarter, shots: Path | None) -> list[str]:
    """Every kind of page, one after the other: what is wrong with it."""
    panel, faults = path("cancer"), []

    def note(name: str = "") -> None:
        faults.extend(visit.faults())
        if shots and name:
            visit.page.screenshot(path=shots / f"{name}.png")

    visit.open("/")
    note("room_board")
    visit.open(panel)
    if shots:
        visit.page.set_viewport_size({"width": 1280, "height": 1500})
    note("room_panel")
    visit.open(f"{panel}?sort=near&region=London&q=nowhere")
    note()
    visit.open(f"{panel}/ccgs/02N")
    note("room_ccg")
    visit.open(f"{panel}/decision")
    note()
    visit.pressed("Continue")  # nothing is filled in
    note()
    visit.open(f"{panel}/decision")
    visit.fill("approve", "It is right.")
    visit.pressed("Continue")
    note("room_confirm")
    line = next(
        line.seq for line in quarter.house.lines() if line.panel == "cancer" and line.decision != "open"
    )
    visit.open(f"{panel}/decisions/{line}")
    note()
    assert visit.open(path("maternity")) == 403
    note()
    assert visit.open("/nowhere") == 404
    note()
    visit.pressed("Sign out")
    note()
    return faults


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_window(
    quarter: Quarter, shots: Path | None, width: int
) -> None:
    visit = quarter.enter(seat("cancer", "clinician"), width=width)
    assert looked_at(visit, quarter, shots if width > 320 else None) == []
    visit.close()


def test_the_sixth_panels_signature_brings_the_table(quarter: Quarter) -> None:
    """Each panel's quorum signs in the browser; the last signature shows within half a minute."""
    for panel in PANELS:
        for who in SEATS[:3]:
            if (who, "approve") not in decisions(quarter, panel):
                visit = quarter.enter(seat(panel, who))
                assert visit.decide(path(panel), "approve", "It is right.") == 200
                visit.close()
    quarter.town.shows("the sixth panel's last signature", MONTH, PANELS[-1], published.VERIFIED)
    quarter.town.live.wait(
        "all six in the released table",
        lambda: set(quarter.house.verifications(*MONTH).values()) == {published.VERIFIED},
        30,
    )


def test_changed_data_are_superseded_shown_and_signed_again(quarter: Quarter, shots: Path | None) -> None:
    house = quarter.house
    before = house.tables(*MONTH).frames["ratings"]
    stale = quarter.enter(seat("cancer", "nurse"))
    stale.open(f"{path('cancer')}/decision")  # a page opened before the change

    def halve(row: dict[str, str]) -> None:
        if row["denominator"].isdigit():
            row["numerator"] = str(int(row["numerator"]) // 2)
            row["value"] = str(100 * int(row["numerator"]) / int(row["denominator"]))

    folder = house.landing / "cancer_waits"
    land_again(folder / "cancer_waits_2017-03-31.csv", folder / "again.csv", "2018-12-01", halve)
    sources = [dg.AssetKey(["source", "cancer_waits"]), OBSERVATIONS]
    assert apart(lambda: house.launch("ingest", MONTH[1], sources)).success
    assert apart(lambda: house.launch("interim_lane", MONTH[1])).success
    quarter.town.shows("a change of the data", MONTH, "cancer", published.SUPERSEDED)
    now = house.tables(*MONTH).frames["ratings"]
    assert now.drop(columns="verification").equals(before.drop(columns="verification"))  # the last verified

    stale.fill("withdraw", "On an old page.")
    assert stale.pressed("Continue") == 409
    assert "Nothing was recorded" in stale.says()
    stale.close()

    for who in SEATS[:3]:
        visit = quarter.enter(seat("cancer", who))
        visit.open(path("cancer"))
        assert "Changed since it was verified" in visit.says()
        changed = visit.page.locator("#changed tbody tr")
        assert changed.count() > 200
        if shots and who == "chair":
            visit.page.locator("#changed").scroll_into_view_if_needed()
            visit.page.screenshot(path=shots / "room_changed.png")
        assert visit.decide(path("cancer"), "approve", "The change is right.") == 200
        visit.close()
    quarter.town.shows("the panel's second verification", MONTH, "cancer", published.VERIFIED)
    ratings = house.tables(*MONTH).frames["ratings"]
    assert not ratings.drop(columns="verification").equals(before.drop(columns="verification"))


def test_a_withdrawal_reaches_the_table(quarter: Quarter) -> None:
    visit = quarter.enter(seat("cancer", "deputy"))
    assert visit.decide(path("cancer"), "withdraw", "It must be looked at again.") == 200
    quarter.town.shows("a withdrawal", MONTH, "cancer", published.WITHDRAWN)
    visit.open("/")
    assert "Withdrawn" in visit.says()
    visit.close()


def test_dagster_shows_the_same_states(quarter: Quarter) -> None:
    """Dagster's page of the gate says what the room says."""
    context = quarter.browser.new_context(viewport={"width": 1600, "height": 1000})
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{quarter.town.live.port}/assets/interim/gate/cancer")
    page.get_by_text("withdrawn").first.wait_for(timeout=30_000)
    context.close()
