"""The site in a real browser, from its folder: axe finds nothing serious, nothing is too wide."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.servers.browsing import WIDTHS, Visit
from tests.support.worlds.built_site import built, publication

ROUND = "iaf_2016_17/annual/2016-17"
KINDS = (
    "index.html",
    "about.html",
    "calendar.html",
    *(
        f"{ROUND}/{page}.html"
        for page in (
            "organisation/02N", "indicator/122b", "area/122", "overall/overall", "clinical-area/cancer",
            "clinical-area/dementia", "league/overall", "releases", "release/1", "about", "data",
        )
    ),
)  # fmt: skip
"""One page of each kind, among them one of which everything is withheld."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("site") / "out", publication(dementia="awaiting the panel"))


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_serious_on_any_kind_of_page(site: Path, chromium: Browser, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900})
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    visit, faults = Visit(context.new_page()), list[str]()
    for page in KINDS:
        visit.page.goto((site / page).as_uri())
        faults += visit.faults()
    context.close()
    assert faults == []
    assert [url for url in asked if not url.startswith("file:")] == []


def test_an_organisation_prints_as_a_report_of_two_sheets(site: Path, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto((site / ROUND / "organisation/02N.html").as_uri())
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))
    page.emulate_media(media="print")
    shown = page.locator("main .card, main .figures tbody tr:visible").count()
    added = page.locator("main a").first.evaluate("one => getComputedStyle(one, '::after').content")
    page.close()
    assert (len(sheets), shown, added) == (2, 7 + 29 + 60, "none")  # no address stands behind a link


def test_a_table_is_sorted_where_scripts_run_and_whole_where_they_do_not(
    site: Path, chromium: Browser
) -> None:
    address = (site / ROUND / "league/overall.html").as_uri()
    for has_scripts in (True, False):
        context = chromium.new_context(java_script_enabled=has_scripts)
        page = context.new_page()
        page.goto(address)
        assert page.locator("#rows tbody tr").count() == 4
        assert page.locator("#rows thead button").count() == (5 if has_scripts else 0)
        if has_scripts:
            score = page.get_by_role("button", name="Score")
            score.click()
            first = page.locator("#rows tbody tr").first.inner_text()
            score.click()
            assert page.locator("#rows tbody tr").last.inner_text() == first
        context.close()
