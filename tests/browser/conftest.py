"""Fixtures of the browser tests: Chromium, and a whole deployment: Dagster, its daemon, the panels' room.

Belongs here: finding Chromium or skipping by name; starting and stopping what the stories need.
Does not belong here: what people do in a browser (browsing.py), any expectation.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
from playwright.sync_api import Browser, sync_playwright

from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.orchestration.instance import dagster_instance
from tests.support.servers.browsing import Quarter, apart
from tests.support.servers.live_dagster import LiveDagster
from tests.support.servers.live_room import LiveRoom
from tests.support.worlds.dagster_deployment import Deployment
from tests.support.worlds.small_pipeline import SMALL, SmallPipeline, copy_files

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module", autouse=True)
def nobody_is_asked_to_sign_in_anew() -> Iterator[None]:
    """People prove once who they are: on a slow machine more than five minutes pass until they decide.

    Tests that set the clock show what is refused after these minutes, and after half an hour
    (tests/unit/expert_panels/test_room_guard.py, test_room_access.py).
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("expert_panels.room.sign_in.people.FRESH", timedelta(hours=8))
        patch.setattr("expert_panels.room.sign_in.sessions.IDLE", timedelta(hours=8))
        yield


@pytest.fixture(scope="module")  # its event loop must not stand in the way of who comes after
def chromium() -> Iterator[Browser]:
    """A real Chromium; a test that asks for it is skipped where there is none."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"Chromium: none of {', '.join(NAMES)} on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def scored(
    sqlite_scored_url: str, small_landing: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SmallPipeline]:
    """A pipeline of the module's own in which a month and a year are scored, and nothing is signed."""
    folder = tmp_path_factory.mktemp("pipeline")
    shutil.copytree(small_landing, folder / "landing")
    shutil.copy(sqlite_scored_url.removeprefix("sqlite:///"), folder / "ccg.db")
    with dg.DagsterInstance.ephemeral() as instance:
        pipeline = SmallPipeline(f"sqlite:///{folder}/ccg.db", folder / "landing", instance)
        yield pipeline
        pipeline.engine.dispose()


EARLIER = {
    "2015-12": ("cancer_stage", "cancer_survival", "ccg_ois"),
    "2017-02": ("maternity_survey",),
}
"""Month -> the publications of which a figure of that month is in the quarter's table."""


def read_earlier(pipeline: SmallPipeline) -> None:
    """Read what was published of earlier months, as it was when it came."""
    for month, publications in EARLIER.items():
        keys = [dg.AssetKey(["source", publication]) for publication in publications]
        assert pipeline.launch("ingest", month, [*keys, OBSERVATIONS]).success


@pytest.fixture(scope="module")
def quarter(
    chromium: Browser, made_up_year: Path, tmp_path_factory: pytest.TempPathFactory, ccg_home: Path
) -> Iterator[Quarter]:
    """Files have landed, those of earlier months are read, and Dagster and the room are open."""
    del ccg_home  # asked for, so that this process keeps nothing next to the code
    folder = tmp_path_factory.mktemp("quarter")
    landing = copy_files(made_up_year, folder / "landing", SMALL)
    url = f"sqlite:///{folder}/ccg.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CCG_HOME", str(folder))
        patch.setenv("DAGSTER_HOME", str(folder / "dagster"))
        with dagster_instance() as instance:
            pipeline = SmallPipeline(url, landing, instance)
            apart(lambda: read_earlier(pipeline))
            settings = {"CCG_DATABASE": url, "CCG_LANDING": str(landing)}
            live, room = LiveDagster(folder, settings), LiveRoom(folder, settings)
            try:
                opened = room.start()
                print(f"\nthe room is open: {opened:.1f} s; webserver and daemon: {live.start():.1f} s")
                yield Quarter(Deployment(pipeline, live), room, chromium)
            finally:
                room.stop()
                live.stop()
                pipeline.engine.dispose()
