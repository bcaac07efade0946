"""Publishing by itself: a run is asked for at the time of the calendar, not a second before, and once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.assets.metadata import NO_PREVIEW, on_the_site, rows_shown
from ccg_pipeline.assets.publication import published
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.orchestration.automation import requests
from ccg_pipeline.orchestration.publishing import publication_key, publications_to_build, publish_what_is_due
from ccg_pipeline.publish.site.calendar import COLUMNS
from ccg_pipeline.storage.pieces import Piece
from tests.support.worlds.released_rounds import TRUSTS, InMemory, ambulances

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # a Monday in winter, when London has UTC
SECOND = timedelta(seconds=1)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemory]:
    """A quarter that is released and announced for half past nine, and a folder for the site."""
    world = InMemory(ambulances(tmp_path), TRUSTS)
    world.score("2025-Q1", {"RA": {"nof/OF0017": 18}, "RB": {"nof/OF0017": 25}})
    world.release("2025-Q1")
    announce(tmp_path, world, "2026-03-02T09:30")
    monkeypatch.setenv("CCG_SITE", str(tmp_path / "site"))
    monkeypatch.setenv("CCG_SITE_CALENDAR", str(tmp_path / "calendar.csv"))
    monkeypatch.setenv("CCG_EDITIONS", str(world.edition.folder))
    yield world
    world.engine.dispose()


def announce(folder: Path, world: InMemory, at: str) -> None:
    rows = [",".join(COLUMNS), f"{world.lane},2025-Q1,{at}"]
    (folder / "calendar.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def due(made: InMemory, now: datetime) -> list[tuple[str, str]]:
    rounds = {made.lane: EditionRound(made.edition, made.round)}
    found = publications_to_build(made.engine, load_edition(), rounds, now)
    return [(one.lane, one.partition_key) for one in found]


def pages(folder: Path) -> list[Path]:
    return sorted(folder.glob("site/ambulances/**/*"))


def test_nothing_is_asked_for_or_written_before_the_time(made: InMemory, tmp_path: Path) -> None:
    for early in (AT - SECOND, AT - timedelta(minutes=1), AT - timedelta(days=30)):
        assert due(made, early) == []
        published(made.engine, early)  # whoever builds early writes nothing of it either
        assert pages(tmp_path) == []
    assert due(made, AT) == [(made.lane, "2025-Q1")]


def test_what_was_built_is_asked_for_no_more_and_what_is_due_no_longer_is_taken_away(
    made: InMemory, tmp_path: Path
) -> None:
    published(made.engine, AT)
    assert pages(tmp_path)
    assert due(made, AT) == due(made, AT + timedelta(days=1)) == []
    announce(tmp_path, made, "2026-03-09T09:30")
    assert due(made, AT) == [(made.lane, "2025-Q1")]
    published(made.engine, AT)
    assert [one for one in pages(tmp_path) if one.is_file()] == []
    assert due(made, AT) == []


def test_without_a_folder_nothing_is_due(made: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCG_SITE", "")
    assert due(made, AT) == []


def test_the_run_that_is_asked_for_builds_the_site_alone(made: InMemory) -> None:
    rounds = {made.lane: EditionRound(made.edition, made.round)}
    with dg.DagsterInstance.ephemeral() as instance:
        found = publications_to_build(made.engine, load_edition(), rounds, AT)
        (asked,) = requests(instance, found, rounds, publication_key)
    assert isinstance(asked, dg.RunRequest)
    assert asked.asset_selection == [dg.AssetKey(["ambulances", "quarter", "publication"])]
    assert (asked.job_name, asked.partition_key) == ("ambulances__quarter", "2025-Q1")


def test_a_tick_that_does_nothing_says_nothing(made: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCG_SITE", "")
    sensor = publish_what_is_due([], load_edition(), [EditionRound(made.edition, made.round)])
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, resources={"database": made.engine})
        answer = sensor.evaluate_tick(context)
    assert answer.run_requests == []
    assert answer.skip_message == "Sensor function returned an empty result"  # Dagster's own words


@pytest.mark.parametrize(
    ("address", "rounds", "link"),
    [
        ("", ["iaf/annual/2016-17"], {}),
        (
            "https://site.example/",
            ["iaf/annual/2016-17"],
            "https://site.example/iaf/annual/2016-17/index.html",
        ),
        ("https://site.example", [], "https://site.example/index.html"),
        ("https://site.example", ["a/b/c", "a/b/d"], "https://site.example/index.html"),
    ],
)
def test_an_asset_links_to_the_site_where_its_address_is_said(
    address: str, rounds: list[str], link: str | dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCG_SITE_ADDRESS", address)
    shown = on_the_site(*rounds)
    assert shown == (link and {"on the site": dg.MetadataValue.url(str(link))})


@pytest.mark.parametrize(("table", "is_open"), [("observation", True), ("area_score", False)])
def test_an_asset_shows_rows_of_what_publishers_say_and_says_why_no_others(table: str, is_open: bool) -> None:
    frame = pd.DataFrame({"ccg_code": ["02N"], "value": [1.5]})
    shown = rows_shown([Piece(table, {}, frame)], table)
    assert shown["dagster/partition_row_count"] == 1
    assert ("02N" in str(shown["preview"])) == is_open
    assert (shown["preview"] == NO_PREVIEW) != is_open
