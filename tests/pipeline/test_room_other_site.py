"""Signing in at another site, in a real browser: cookies and content security policy let it happen."""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Engine, create_engine

from expert_panels.ledger import record as ledger
from expert_panels.room.app import room
from expert_panels.room.sign_in.guard import guard
from expert_panels.room.sign_in.openid import OpenIdSignIn
from expert_panels.room.sign_in.sessions import Memory
from expert_panels.schema import METADATA
from expert_panels.settings import OpenId
from tests.support.notations.gate_lines import TERMS, email, sha
from tests.support.notations.signed_lines import with_key
from tests.support.servers.browsing import Visit
from tests.support.servers.openid_provider import CLIENT, SECRET, Provider
from tests.support.servers.ports import free_port
from tests.support.servers.served import served
from tests.support.worlds.room_cases import ADDRESS, SmallCandidates, table
from tests.support.worlds.room_client import KEY

pytestmark = pytest.mark.browser

WRITTEN = "It took six minutes to write this."


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = with_key(create_engine(f"sqlite:///{tmp_path}/room.sqlite"))
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def address(engine: Engine, provider: Provider) -> Iterator[str]:
    """A room whose members sign in at a provider on another site: localhost, not 127.0.0.1.

    Its pages for people are on their own origin, neither the room's nor the issuer's.
    """
    port = free_port()
    with served(provider.app()) as its_address, served(provider.app()) as its_pages:
        provider.issuer = its_address.replace("127.0.0.1", "localhost")
        pages = its_pages.replace("127.0.0.1", "localhost")
        provider.metadata = {
            "authorization_endpoint": f"{pages}/authorize",
            "end_session_endpoint": f"{pages}/end",
        }
        settings = OpenId(issuer=provider.issuer, client_id=CLIENT, client_secret_file=Path("x"))
        sign_in = OpenIdSignIn(settings, SECRET, f"http://127.0.0.1:{port}", Memory(engine))
        guarded = guard(engine, sign_in, lambda: {"cancer": TERMS}, KEY, ["127.0.0.1"], is_secure=False)
        app = room(engine, lambda: {"cancer": TERMS}, SmallCandidates({sha("A"): table("A")}), guarded)
        ledger.open_round(
            engine, TERMS, lane="interim", partition_key="2017-03", subject=sha("A"), launched_by="engineer"
        )
        with served(app, port) as ours:
            yield ours


def in_chromium(address: str, story: Callable[[Page], None]) -> None:
    """Live a story in its own browser, in its own thread: Playwright keeps its loop in one."""
    path = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "google-chrome"))), ""
    )
    if not path:
        pytest.skip("Chromium: none on PATH")

    def live() -> None:
        with sync_playwright() as playwright:
            arguments = ["--headless", "--no-sandbox", "--disable-gpu"]
            browser = playwright.chromium.launch(executable_path=path, args=arguments)
            story(browser.new_context(base_url=address).new_page())
            browser.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(live).result(120)


def test_a_decision_that_took_long_survives_the_sign_in_at_another_site(
    address: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []

    def story(page: Page) -> None:
        page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
        page.goto(ADDRESS)
        assert email("chair") in page.inner_text("header")
        page.goto(ADDRESS)
        page.goto(f"{ADDRESS}/decision")
        page.check("input[name=interest][value=none]")
        page.check("input[name=decision][value=return]")
        page.fill("#reason", WRITTEN)
        page.get_by_role("button", name="Continue", exact=True).click()
        answers = iter((False, True))  # too old when it is sent, fresh after the sign-in
        monkeypatch.setattr("expert_panels.room.pages.decision_page.is_fresh", lambda *_: next(answers))
        page.get_by_role("button", name="Sign", exact=True).click()
        assert "You signed in more than five minutes ago." in page.inner_text("main")
        assert Visit(page).faults() == []
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"**{ADDRESS}/decision")
        assert page.input_value("#reason") == WRITTEN
        assert page.is_checked("input[name=decision][value=return]")
        assert [line.decision for line in ledger.lines(engine)] == ["open"]
        monkeypatch.undo()
        page.get_by_role("button", name="Continue", exact=True).click()
        page.get_by_role("button", name="Sign", exact=True).click()
        page.wait_for_url(f"**{ADDRESS}/decisions/2")

    in_chromium(address, story)
    line = ledger.lines(engine)[-1]
    assert (line.decision, line.actor, line.reason) == ("return", email("chair"), WRITTEN)
    assert [said for said in refused if "401" not in said] == []


def test_whose_session_ended_over_a_filled_filter_signs_in_and_sees_what_was_asked_for(
    address: str,
) -> None:
    def story(page: Page) -> None:
        page.goto(f"{ADDRESS}/table")
        page.fill("#q", "A03")
        page.context.clear_cookies()
        page.get_by_role("button", name="Show", exact=True).click()
        assert "Your session is over" in page.inner_text("main")
        assert Visit(page).faults() == []
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"**{ADDRESS}/table?q=A03**")
        assert "1 of 4 CCGs" in page.inner_text("main")

    in_chromium(address, story)


def test_signing_out_ends_the_session_at_the_other_site_too_and_comes_back(
    address: str, provider: Provider
) -> None:
    def story(page: Page) -> None:
        page.goto(ADDRESS)
        page.get_by_role("button", name="Sign out", exact=True).click()
        page.wait_for_url("**/sign-out?state=*")
        assert "You are signed out" in page.inner_text("main")
        assert page.locator("header button").count() == 0
        assert Visit(page).faults() == []

    in_chromium(address, story)
    assert len(provider.ended) == 1
