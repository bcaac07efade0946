"""Rounds of any edition on the site, in its own words: one without gates, and one with."""

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from ccg_pipeline.assets.publication import NO_FOLDER, published
from ccg_pipeline.framework.families import edition_in
from ccg_pipeline.publish.site.addresses import slugs
from ccg_pipeline.publish.site.build import files_of, write_site
from ccg_pipeline.publish.site.calendar import read_calendar
from ccg_pipeline.publish.site.content import Publication
from ccg_pipeline.publish.site.publications import publications_due, publications_of
from tests.support.worlds.built_site import STYLES, broken_links, built
from tests.support.worlds.released_rounds import SCHOOLS, TRUSTS, InMemory, ambulances
from tests.support.worlds.schools import FIGURES, edition_folder

QUARTERS = {
    "2025-Q1": {"RA": {"nof/OF0017": 20.0}, "RB": {"nof/OF0017": 25.0}, "RC": {"nof/OF0017": 31.0}},
    "2025-Q2": {
        "RA": {"nof/OF0017": 21.0, "nof/OF0086": 4.5},
        "RB": {"nof/OF0017": 19.0, "nof/OF0086": 9.5},
        "RC": {"nof/OF0017": 30.5},
    },
}
HERE = "ambulances/quarter/2025-Q2"
OF_SCHOOLS = {
    code: {f"returns/{name}": value for name, value in own.items()} for code, own in FIGURES.items()
}


@pytest.fixture(scope="module")
def trusts(tmp_path_factory: pytest.TempPathFactory) -> InMemory:
    made = InMemory(ambulances(tmp_path_factory.mktemp("ambulances")), TRUSTS)
    for key, figures in QUARTERS.items():
        made.score(key, figures)
        made.release(key)
    return made


@pytest.fixture(scope="module")
def publications(trusts: InMemory) -> list[Publication]:
    source = trusts.source()
    return publications_of(source, source.found())


@pytest.fixture(scope="module")
def site(publications: list[Publication], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("site") / "out", *publications)


@pytest.fixture
def schools(tmp_path: Path) -> InMemory:
    made = InMemory(edition_in(edition_folder(tmp_path / "schools", "each")), SCHOOLS)
    made.score("2024", OF_SCHOOLS)
    return made


def words(page: Path) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))).split())


def test_an_edition_without_gates_is_published_in_its_own_words(site: Path) -> None:
    home = words(site / "index.html")
    assert "Ambulances, an example, 2025-Q2" in home
    assert "How NHS trusts are doing" in home
    assert "No panel verifies it, for the edition has no gate." in home
    assert "1 grade 1, 1 grade 2, 1 grade 3" not in home
    assert "2 grade 3" in home
    assert not re.search(r"CCG|NHS England's own|clinical", home)


def test_every_link_of_rounds_of_an_edition_leads_somewhere(site: Path) -> None:
    assert broken_links(site) == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("organisation/RB.html", "Beta & Sons"),
        ("organisation/RB.html", "last round: 2"),
        ("organisation/RB.html", "Sickness is above 9"),
        ("organisation/RA.html", "Mark"),
        ("organisation/RC.html", "there is no figure of nof/OF0086"),
        ("metric/minutes.html", "OF0017 of NHS Oversight Framework data, NHS England"),
        ("metric/minutes.html", "2025-Q2.csv, row 3"),
        ("overall/mark.html", "Response time"),
        ("league/mark.html", "Within Place trust"),
        ("about.html", "Lines at 20, 30"),
        ("about.html", "a test"),
    ],
)
def test_what_a_page_of_an_edition_says(site: Path, address: str, said: str) -> None:
    assert said.casefold() in words(site / HERE / address).casefold()


def test_places_are_counted_within_their_pool(publications: list[Publication]) -> None:
    outcomes = publications[0].round.by_key["mark"].outcomes
    assert {code: (one.pool, one.place) for code, one in outcomes.items()} == {
        "RA": ("North", 2), "RB": ("North", 1), "RC": ("South", 1),
    }  # fmt: skip


def test_the_same_releases_give_the_same_bytes(trusts: InMemory, publications: list[Publication]) -> None:
    source = trusts.source()
    again = publications_of(source, source.found())
    assert dict(files_of(publications, STYLES)) == dict(files_of(again, STYLES))


def test_nothing_goes_out_before_its_time(trusts: InMemory, tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    path.write_text(
        "lane,round,publish_at\nambulances/quarter,2025-Q1,2026-01-05T09:30\n"
        "ambulances/quarter,2025-Q2,2026-01-12T09:30\n"
    )
    source, calendar = trusts.source(), read_calendar(path)
    found = publications_due(source, calendar, datetime(2026, 1, 12, 9, 29, tzinfo=UTC))
    assert [one.round.name for one in found.publications] == ["2025-Q1"]
    write_site(tmp_path / "site", files_of(found.publications, STYLES))
    assert "2025-Q2" not in "".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "site").rglob("*.html")
    )


def test_what_a_gate_withholds_is_on_no_page(schools: InMemory, tmp_path: Path) -> None:
    for body in ("care_panel", "learning_panel"):
        schools.decide("2024", body)
    schools.release("2024")
    source = schools.source()
    (publication,) = publications_of(source, source.found())
    assert publication.notes == ("School board: awaiting the panel.",)
    folder = built(tmp_path / "site", publication)
    assert broken_links(folder) == []
    here = folder / "schools/annual/2024"
    assert "awaiting the panel" in words(here / "overall/whole.html")
    assert "Good" in words(here / "area/care.html")
    assert "Good" not in words(here / "judgement/head.html")


def test_a_correction_says_what_it_changed_and_a_withdrawal_stays_with_a_notice(schools: InMemory) -> None:
    for body in ("care_panel", "learning_panel"):
        schools.decide("2024", body)
    schools.release("2024")
    changed = {**OF_SCHOOLS, "S1": {**OF_SCHOOLS["S1"], "returns/attendance": 85}}
    schools.score("2024", changed)
    schools.decide("2024", "care_panel")
    schools.release("2024", "2026-02-02T09:30:00")
    schools.decide("2024", "learning_panel", "withdraw", "a")
    schools.release("2024", "2026-02-03T09:30:00")
    source = schools.source()
    (publication,) = publications_of(source, source.found())
    first, second, third = publication.releases
    assert "Care: 1 rating reads otherwise." in second.changes
    assert first.state == "superseded by release 2 of 2026-02-02"
    assert "Learning has been withdrawn by its panel since this release." in second.withdrawn
    assert "Learning, results: withdrawn by the panel, before verified." in third.changes


def test_the_asset_of_a_publication_writes_the_site_where_a_folder_is_set(
    trusts: InMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    monkeypatch.delenv("CCG_SITE", raising=False)
    assert published(trusts.engine, now) == {"site": NO_FOLDER}
    monkeypatch.setenv("CCG_SITE", str(tmp_path / "site"))
    monkeypatch.setenv("CCG_EDITIONS", str(trusts.edition.folder))
    first, again = published(trusts.engine, now), published(trusts.engine, now)
    assert (first["rounds"], again["files written"]) == (2, 0)
    assert (tmp_path / "site" / HERE / "index.html").is_file()
    monkeypatch.delenv("CCG_EDITIONS")
    assert "name its edition in CCG_EDITIONS" in published(trusts.engine, now)["remarks"]


def test_addresses_differ_where_keys_would_look_the_same() -> None:
    assert slugs(["min utes", "min.utes", "Min-utes", "é"]) == {
        "min utes": "min-utes", "min.utes": "min.utes", "Min-utes": "Min-utes-1", "é": "one",
    }  # fmt: skip
