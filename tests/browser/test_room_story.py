"""The panels at work in a real Chromium, over Dagster's running daemon and webserver and the running room.

One deployment for the whole story, told in order: engineers run the month on Dagster's own page, panels sign,
the data change, the month is run again, a panel sees what changed, signs again, and withdraws.
"""

from pathlib import Path

import pytest

from ccg_pipeline.release import tables as published
from tests.support.servers.browsing import SEATS, Quarter, Visit, page_of, seat
from tests.support.servers.dagster_pages import materialise, picture_of_the_graph, pictures_of_pages
from tests.support.worlds.small_pipeline import MONTH, PANELS, halve, land_again

pytestmark = [pytest.mark.browser, pytest.mark.daemon]


def decisions(quarter: Quarter, panel: str) -> list[tuple[str, str]]:
    """Who of a panel decided what, in order."""
    name = {seat(panel, who): who for who in SEATS}
    lines = [line for line in quarter.pipeline.lines() if line.panel == panel and line.decision != "open"]
    return [(name[line.actor], line.decision) for line in lines]


@pytest.fixture(scope="module")
def shots(request: pytest.FixtureRequest) -> Path | None:
    """The folder into which pictures of the pages are written, where one is asked for."""
    folder = request.config.getoption("--screenshots")
    return Path(folder) if folder else None


def picture(visit: Visit, shots: Path | None, name: str, height: int = 900) -> None:
    """Write a picture of what is in the window, where pictures are asked for."""
    if shots:
        visit.page.set_viewport_size({"width": 1280, "height": height})
        visit.page.screenshot(path=shots / f"{name}.png")


def run_the_month(quarter: Quarter) -> None:
    """What engineers do on the 6th where no schedule did: the job `month`, from its page in Dagster."""
    (run,) = materialise(quarter.browser, quarter.deployment, "month", MONTH[1])
    assert run.is_success, quarter.deployment.live.printed()
    assert run.tags["dagster/from_ui"] == "true"


def test_engineers_run_the_interim_lane(quarter: Quarter) -> None:
    """In its own run, which the webserver launches: the month's files, observations and interim lane."""
    run_the_month(quarter)
    opened = [(line.panel, line.decision) for line in quarter.pipeline.lines()]
    assert sorted(opened) == sorted((panel, "open") for panel in PANELS)
    assert {quarter.pipeline.state(panel, *MONTH).launched_by for panel in PANELS} == {
        "engineer@data.example"
    }


def test_the_board_shows_six_panels_waiting(quarter: Quarter, shots: Path | None) -> None:
    visit = quarter.enter(seat("cancer", "chair"))
    assert visit.says().count("Awaiting the panel") == len(PANELS)
    assert "0 of 6 decided" in visit.says()
    visit.page.get_by_role("link", name="Cancer panel").click()
    assert "of 209 CCGs have a reason to be looked at" in visit.says()
    picture(visit, shots, "room_panel", 1500)
    visit.close()


def test_a_double_click_signs_once_and_going_back_harms_nothing(quarter: Quarter) -> None:
    visit = quarter.enter(seat("cancer", "chair"))
    assert visit.decide(page_of("cancer"), "approve", "It is right.", twice=True) == 200
    assert "Recorded as line" in visit.says()
    assert decisions(quarter, "cancer") == [("chair", "approve")]
    for step in (visit.page.go_back, visit.page.go_back, visit.page.go_forward, visit.page.reload):
        step()
        assert decisions(quarter, "cancer") == [("chair", "approve")]
    visit.open(f"{page_of('cancer')}/decision")
    assert visit.page.locator("input[name=decision][value=approve]").count() == 0  # signed already
    visit.close()


def test_a_double_click_signs_once_without_scripts_too(quarter: Quarter) -> None:
    visit = quarter.enter(seat("cancer", "deputy"), has_scripts=False)
    assert visit.decide(page_of("cancer"), "approve", twice=True) == 200
    assert decisions(quarter, "cancer") == [("chair", "approve"), ("deputy", "approve")]
    visit.close()


def test_a_return_without_a_reason_is_answered_422(quarter: Quarter) -> None:
    visit = quarter.enter(seat("dementia", "chair"))
    visit.open(f"{page_of('dementia')}/decision")
    visit.fill("return", " ")
    assert visit.pressed("Continue") == 422
    assert "A decision to return needs a reason." in visit.says()
    assert decisions(quarter, "dementia") == []
    visit.close()


def test_a_member_of_another_panel_is_answered_403(quarter: Quarter) -> None:
    visit = quarter.enter(seat("dementia", "chair"))
    assert visit.open(page_of("cancer")) == 403
    assert visit.open(f"{page_of('cancer')}/decision") == 403
    assert visit.open(f"{page_of('cancer')}/ccgs/02N") == 403
    visit.close()


def test_the_sixth_panels_signature_brings_the_table(quarter: Quarter, shots: Path | None) -> None:
    """Each panel's quorum signs in the browser; the last signature shows within half a minute."""
    look = quarter.enter(seat("cancer", "clinician"))
    picture(look, shots, "room_board")  # with panels in several states
    look.close()
    for panel in PANELS:
        for who in SEATS[:3]:
            if (who, "approve") not in decisions(quarter, panel):
                visit = quarter.enter(seat(panel, who))
                assert visit.decide(page_of(panel), "approve", "It is right.") == 200
                visit.close()
    quarter.deployment.shows("the sixth panel's last signature", MONTH, PANELS[-1], published.VERIFIED)
    quarter.deployment.wait(
        "all six in the released table",
        lambda: set(quarter.pipeline.verifications(*MONTH).values()) == {published.VERIFIED},
    )


def test_changed_data_are_superseded_shown_and_signed_again(quarter: Quarter, shots: Path | None) -> None:
    pipeline = quarter.pipeline
    before = pipeline.tables(*MONTH).frames["ratings"]
    stale = quarter.enter(seat("cancer", "nurse"))
    stale.open(f"{page_of('cancer')}/decision")  # a page opened before the change

    folder = pipeline.landing / "cancer_waits"
    land_again(folder / "cancer_waits_2017-03-31.csv", folder / "again.csv", "2018-12-01", halve)
    run_the_month(quarter)
    quarter.deployment.shows("a change of the data", MONTH, "cancer", published.SUPERSEDED)
    now = pipeline.tables(*MONTH).frames["ratings"]
    assert now.drop(columns="verification").equals(before.drop(columns="verification"))  # the last verified

    stale.fill("withdraw", "On an old page.")
    assert stale.pressed("Continue") == 409
    assert "Nothing was recorded" in stale.says()
    stale.close()

    for who in SEATS[:3]:
        visit = quarter.enter(seat("cancer", who))
        visit.open(page_of("cancer"))
        assert "Changed since it was verified" in visit.says()
        changed = visit.page.locator("#changed tbody tr")
        assert changed.count() > 200
        if who == "chair":
            changed.first.scroll_into_view_if_needed()
            picture(visit, shots, "room_changed")
        assert visit.decide(page_of("cancer"), "approve", "The change is right.") == 200
        visit.close()
    quarter.deployment.shows("the panel's second verification", MONTH, "cancer", published.VERIFIED)
    ratings = pipeline.tables(*MONTH).frames["ratings"]
    assert not ratings.drop(columns="verification").equals(before.drop(columns="verification"))


def test_a_withdrawal_reaches_the_table(quarter: Quarter) -> None:
    visit = quarter.enter(seat("cancer", "deputy"))
    assert visit.decide(page_of("cancer"), "withdraw", "It must be looked at again.") == 200
    quarter.deployment.shows("a withdrawal", MONTH, "cancer", published.WITHDRAWN)
    visit.open("/")
    assert "Withdrawn" in visit.says()
    visit.close()


def test_dagster_shows_the_same_states(quarter: Quarter, shots: Path | None) -> None:
    """Dagster's page of the gate says what the room says."""
    context = quarter.browser.new_context(viewport={"width": 1600, "height": 1000})
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{quarter.deployment.live.port}/assets/interim/gate/cancer")
    page.get_by_text("withdrawn").first.wait_for()
    context.close()
    if shots:
        picture_of_the_graph(quarter.browser, quarter.deployment, shots / "graph.png")
        pictures_of_pages(quarter.browser, quarter.deployment, shots)
