"""The site: links lead somewhere, nothing is from elsewhere, the same bytes, nothing withheld is there."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from ccg_pipeline.publish.league import ONE_ALONE
from ccg_pipeline.publish.site import build
from ccg_pipeline.publish.site.build import LIST, PART, files_of, write_site
from ccg_pipeline.publish.site.content import Publication
from ccg_pipeline.publish.site.of_lanes import round_of_lane
from ccg_pipeline.publish.site.pages import Pages
from ccg_pipeline.publish.uncertainty_words import how_sure
from expert_panels.foundation.fault import Fault
from tests.support.notations.method_tables import EDITION
from tests.support.worlds.built_site import STYLES, Page, broken_links, built, publication, released_tables

ROUND = "iaf_2016_17/annual/2016-17"
ELSEWHERE = re.compile(r"""(?:https?:)?//[^\s"'<>]+""")


@pytest.fixture(scope="module")
def published() -> Publication:
    return publication(dementia="awaiting the panel")


@pytest.fixture(scope="module")
def site(published: Publication, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("site") / "out", published)


def words(site: Path, address: str) -> str:
    """The words of a page, without markup."""
    text = re.sub(r"<[^>]+>", " ", (site / ROUND / address).read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", text).replace("&#39;", "'")


def test_every_link_leads_somewhere(site: Path) -> None:
    assert broken_links(site) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text(
        '<a href="gone.html">x</a><a href="#gone">y</a><script src="https://x.example/y.js"></script>'
    )
    assert [one.partition(": ")[2] for one in broken_links(tmp_path)] == [
        "gone.html",
        "#gone (no such place)",
        "https://x.example/y.js",
    ]


def test_nothing_is_asked_for_from_elsewhere(site: Path) -> None:
    """No address of another host is in a page, a style or a script, but that of a notation."""
    found = {
        (path.name, address)
        for path in site.rglob("*")
        if path.suffix in (".html", ".css", ".js", ".svg")
        for address in ELSEWHERE.findall(path.read_text(encoding="utf-8"))
        if "w3.org/2000/svg" not in address
    }
    assert {one for one in found if one[0] != "site.js"} == set()


def test_the_same_release_gives_the_same_bytes(published: Publication) -> None:
    assert dict(files_of([published], STYLES)) == dict(
        files_of([publication(dementia="awaiting the panel")], STYLES)
    )


def test_every_address_is_used_once(published: Publication) -> None:
    addresses = [address for address, _ in files_of([published], STYLES)]
    assert len(addresses) == len({one.lower() for one in addresses})


def test_a_rating_is_said_with_how_sure_it_is(site: Path) -> None:
    rows = released_tables().frames["overall"].set_index("ccg_code")
    said = words(site, "organisation/02N.html")
    assert rows.loc["02N", "rating"] in said
    assert how_sure(rows.loc["02N"], EDITION.labels("annual")) in said


def test_a_figure_is_shown_with_its_source_in_its_own_unit(site: Path) -> None:
    bands = released_tables().frames["bands"].set_index(["indicator_code", "ccg_code"])
    row = bands.loc[("122b", "02N")]
    for address in ("organisation/02N.html", "indicator/122b.html"):
        said = words(site, address)
        assert f"{row['value']:.1f} %" in said
        assert f"{row['source_name']}, {row['cell']}" in said


def test_the_overall_rating_rests_on_what_its_page_says(site: Path) -> None:
    said = words(site, "overall/overall.html")
    assert "Where both leadership and finance are judged Red, it is Inadequate whatever the score." in said
    page = (site / ROUND / "overall/overall.html").read_text(encoding="utf-8")
    linked = set(re.findall(r'href="../(?:indicator|clinical-area)/([^"]+).html"', page))
    counting = {one.code for one in EDITION.indicators if one.counts_towards_overall}
    assert linked == counting | {"165a", "141b"}


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("131a", "People eligible for standard NHS Continuing Healthcare, per 50,000 population. Neither"),
        ("101a", "Maternal smoking at delivery, in %. A lower figure is better."),
        ("141a", "Financial plan: judged Green, Amber or Red, the best first."),
    ],
)
def test_an_indicator_says_what_it_is(site: Path, code: str, what: str) -> None:
    assert f"What it is {what}" in words(site, f"indicator/{code}.html")


def test_an_assumed_number_is_written_as_everywhere_else(site: Path) -> None:
    said = words(site, "about.html")
    (oldest,) = (one for one in EDITION.assumed() if one.item == "max_age_months")
    assert f"max_age_months {oldest.text} months" in said
    assert ".0 months" not in said


def test_a_league_without_places_says_why(site: Path) -> None:
    assert ONE_ALONE in words(site, "league/101.html")


def test_no_page_has_an_id_twice(site: Path) -> None:
    pages = {path.name: Page(path.read_text(encoding="utf-8")).ids for path in site.rglob("*.html")}
    assert {name for name, ids in pages.items() if len(ids) != len(set(ids))} == set()


def test_what_is_withheld_is_nowhere(site: Path) -> None:
    withheld = released_tables().frames["ratings"].query("panel == 'dementia'")
    said = words(site, "clinical-area/dementia.html")
    assert "withheld: awaiting the panel" in said
    assert not any(rating in said for rating in set(withheld["rating"]) - {""})


def test_only_what_changed_is_written_again(tmp_path: Path, published: Publication) -> None:
    first = write_site(tmp_path, files_of([published], STYLES))
    again = write_site(tmp_path, files_of([published], STYLES))
    other = write_site(
        tmp_path,
        files_of([publication(dementia="awaiting the panel", cancer="returned by the panel")], STYLES),
    )
    assert (first.n_written, again.n_written) == (first.n_files, 0)
    assert 0 < other.n_written < first.n_files / 2


def test_a_page_that_is_gone_is_removed(tmp_path: Path, published: Publication) -> None:
    built(tmp_path, published, publication("interim"))
    assert (tmp_path / "iaf_2016_17/interim").is_dir()
    built(tmp_path, published)
    assert not list((tmp_path / "iaf_2016_17/interim").rglob("*.html"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


SITES = ([("a.html", b"1"), ("b/c.html", b"1")], [("b/d.html", b"2"), ("a.html", b"2"), ("b/c.html", b"2")])


@pytest.mark.parametrize("at", [0, 1, 2])
def test_who_breaks_off_while_pages_are_made_leaves_the_site_as_it_was(tmp_path: Path, at: int) -> None:
    def broken() -> Iterator[tuple[str, bytes]]:
        yield from SITES[1][:at]
        raise RuntimeError("no more")

    new, old = tmp_path / "new", tmp_path / "old"
    write_site(old, SITES[0])
    before = contents(old)
    for folder in (new, old):
        with pytest.raises(RuntimeError, match="no more"):
            write_site(folder, broken())
    assert {name: one for name, one in contents(old).items() if not name.startswith(PART)} == before
    assert {name for name in contents(new) if not name.startswith(PART)} == set()
    for folder in (new, old):
        write_site(folder, SITES[1])
        assert contents(folder) == {**dict(SITES[1]), LIST: b"a.html\nb/c.html\nb/d.html\n"}


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_who_breaks_off_while_pages_take_their_places_leaves_what_the_next_one_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    for before in ([], SITES[0]):
        for then in SITES:  # the last may publish less than who was interrupted: a page withdrawn meanwhile
            folder = tmp_path / f"{len(before)}{len(then)}"
            if before:
                write_site(folder, before)
            done = count()

            def move(source: Path, target: Path, done: Iterator[int] = done) -> None:
                if next(done) == moved:
                    raise KeyboardInterrupt
                target.parent.mkdir(parents=True, exist_ok=True)
                source.replace(target)

            with monkeypatch.context() as patched:
                patched.setattr(build, "_move", move)
                with pytest.raises(KeyboardInterrupt):
                    write_site(folder, SITES[1])
            write_site(folder, then)
            assert {name for name in contents(folder) if name != LIST} == {name for name, _ in then}
            assert all((folder / name).read_bytes() == one for name, one in then)


def test_the_folder_of_somebody_else_is_left_alone(tmp_path: Path, published: Publication) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Fault, match="holds no site"):
        built(tmp_path, published)
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.txt"]


def test_what_a_committee_moderated_is_said_on_the_page(tmp_path: Path) -> None:
    tables = released_tables()
    overall = tables.frames["overall"]
    is_its = overall["ccg_code"] == "02N"
    moderated = overall.assign(
        leadership_judgement_before=overall["leadership_judgement_before"].where(~is_its, "Red"),
        leadership_moderation_reason=overall["leadership_moderation_reason"].where(~is_its, "A new team"),
    )
    frames = {**tables.frames, "overall": moderated}
    made = Publication(round_of_lane(replace(tables, frames=frames), EDITION))
    pages = built(tmp_path, made) / "iaf_2016_17/annual/2016-17/organisation"
    said = "Leadership was moderated from Red to "
    found = [one.stem for one in sorted(pages.glob("*.html")) if said in one.read_text(encoding="utf-8")]
    assert found == ["02N"]


@pytest.mark.parametrize(
    ("publish_at", "announced", "contact", "has_calendar"),
    [
        ("", (), "", False),
        ("21 July 2017, 9.30 am", (), "ask@board.example", True),
        ("", (("21 July 2018, 9.30 am", "Annual assessment, 2017-18"),), "", True),
    ],
)
def test_a_site_promises_what_was_set_up_for_it_and_nothing_else(
    publish_at: str, announced: tuple[tuple[str, str], ...], contact: str, has_calendar: bool
) -> None:
    pages = dict(
        Pages([replace(publication(), publish_at=publish_at)], "a.css", announced, contact).of_site()
    )
    assert (b"9.30 am on a weekday" in pages["calendar.html"]) == has_calendar
    assert (b"No calendar was given" in pages["calendar.html"]) != has_calendar
    assert (b"within five working days" in pages["about.html"]) == bool(contact)
