"""Two backfills of one month at the same moment, over the daemon and PostgreSQL: the rows of one are left."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ccg_pipeline.orchestration.definitions import build_definitions
from ccg_pipeline.orchestration.instance import dagster_instance
from tests.support.servers.live_dagster import LiveDagster
from tests.support.worlds.dagster_deployment import Deployment
from tests.support.worlds.small_pipeline import MONTH, SMALL, SmallPipeline, copy_files

pytestmark = [pytest.mark.daemon, pytest.mark.postgres]

TABLES = ("source_observation", "observation", "indicator_band", "area_score", "candidate_rating")


@pytest.fixture
def deployment(
    made_up_year: Path, postgres: Any, tmp_path: Path, ccg_home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployment]:
    """A month is scored in a database of PostgreSQL, and Dagster is running."""
    del ccg_home  # asked for, so that this process keeps nothing next to the code either
    url, landing = postgres.empty(), copy_files(made_up_year, tmp_path / "landing", SMALL)
    monkeypatch.setenv("CCG_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    with dagster_instance() as instance:
        pipeline = SmallPipeline(url, landing, instance)
        pipeline.run(MONTH)
        live = LiveDagster(tmp_path, {"CCG_DATABASE": url, "CCG_LANDING": str(landing)})
        try:
            live.start()
            yield Deployment(pipeline, live)
        finally:
            live.stop()
            pipeline.engine.dispose()


def test_two_backfills_at_once_leave_the_rows_of_one(deployment: Deployment) -> None:
    pipeline = deployment.pipeline
    numbers = {table: len(pipeline.rows(table)) for table in TABLES}
    before = pipeline.fingerprints(*TABLES)
    keys = build_definitions().resolve_asset_graph().get_all_asset_keys()
    sources = [["source", name.partition("/")[0]] for name in SMALL]
    lane = [key.path for key in keys if key.path[0] == MONTH[0] and key.path[-1] != "assessment"]
    # one after the other: a month of observations is asked for by the lane's next 36 months
    for what, chosen in {"observations": [*sources, ["observations"]], "lane": lane}.items():
        seconds = both_at_once(deployment, chosen)
        assert {table: len(pipeline.rows(table)) for table in TABLES} == numbers
        assert pipeline.fingerprints(*TABLES) == before
        print(f"two backfills of {what}, both under way for {seconds:.1f} s: {numbers}")


def both_at_once(deployment: Deployment, chosen: list[list[str]]) -> float:
    """Launch the same backfill twice and wait; the seconds for which both runs were under way."""
    launched = [deployment.launch_backfill(chosen, [MONTH[1]]) for _ in range(2)]

    def have_ended() -> bool:
        return all(str(deployment.backfill(one)["status"]).startswith("COMPLETED") for one in launched)

    deployment.wait("both backfills", have_ended)
    runs = [run for one in launched for run in deployment.backfill(one)["runs"]]
    assert [run["status"] for run in runs] == ["SUCCESS"] * 2, deployment.live.printed()
    seconds = min(run["endTime"] for run in runs) - max(run["startTime"] for run in runs)
    assert seconds > 0
    return float(seconds)
