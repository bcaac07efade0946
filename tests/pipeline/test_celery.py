"""The Celery executor on a real Redis, two real workers and PostgreSQL for the data and for Dagster.

Belongs here: that steps are executed by the workers, and what becomes of a run whose worker is killed.
Does not belong here: how much two workers save (benchmarks/).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.reconstruct import ReconstructableRepository
from sqlalchemy import text

from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.assets.sources import source_key
from ccg_pipeline.orchestration import definitions
from ccg_pipeline.orchestration.instance import dagster_instance, settings_faults, settings_file
from ccg_pipeline.orchestration.resources import engine_of
from ccg_pipeline.storage.database import reading
from tests.support.patience import wait_until
from tests.support.servers.celery_workers import Workers, deployment, redis_server, workers
from tests.support.worlds.small_pipeline import copy_files

pytest.importorskip("dagster_celery", reason="Celery: the extra `celery` is not installed")

from ccg_pipeline.orchestration import celery_app  # it needs the extra

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.daemon,
    # Celery's own, of the client for Redis
    pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning"),
]

MONTH = "2017-03"
LANDED = ["cancer_waits/cancer_waits_2017-03-31.csv", "nda/nda_2017-03-31.csv"]
SOURCES = [source_key("cancer_waits"), source_key("nda")]


@dataclass
class Cluster:
    """Two workers, the database that they write, the instance that they share."""

    url: str
    workers: Workers
    instance: dg.DagsterInstance

    def ingest(self) -> dg.DagsterRun:
        """Execute the job `ingest` of a month by the workers; the run as it ended."""
        ours = ReconstructableRepository.for_module(definitions.__name__, "defs")
        with dg.execute_job(
            ours.get_reconstructable_job("ingest"),
            instance=self.instance,
            tags={"dagster/partition": MONTH},
            asset_selection=[*SOURCES, OBSERVATIONS],
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        ) as result:
            run = self.instance.get_run_by_id(result.run_id)
        assert run is not None
        return run

    def said(self) -> str:
        """What Dagster recorded of the newest run."""
        (newest,) = self.instance.get_runs(limit=1)
        told = [entry.dagster_event for entry in self.instance.all_logs(newest.run_id) if entry.dagster_event]
        return "\n".join(f"{event.message} {event.event_specific_data}" for event in told if event.is_failure)

    def rows(self) -> dict[str, int]:
        """Source -> its rows."""
        statement = "SELECT publication, count(*) FROM source_observation GROUP BY 1"
        with reading(engine_of(self.url)) as connection:
            return {str(source): int(rows) for source, rows in connection.execute(text(statement))}


@pytest.fixture(scope="module")
def cluster(
    made_up_year: Path, postgres_server: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """A new database, whose tables its owner has made."""
    folder = tmp_path_factory.mktemp("cluster")
    url = postgres_server.url()
    with pytest.MonkeyPatch.context() as patch, redis_server(folder) as broker:
        landing = copy_files(made_up_year, folder / "landing", LANDED)
        environment = deployment(folder / "home", url, postgres_server.url(), landing, broker)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(celery_app, "PING_SECONDS", 0.5)
        settings = settings_file(url)
        assert settings_faults(settings, "celery") == []
        with dagster_instance(url) as instance, workers(folder, environment, "one", "two") as running:
            yield Cluster(url, running, instance)
            engine_of(url).dispose()


def test_steps_are_executed_by_the_workers_and_one_that_is_killed_leaves_the_rows_as_they_were(
    cluster: Cluster,
) -> None:
    engine = engine_of(cluster.url)
    ended: list[dg.DagsterRun] = []
    run = Thread(target=lambda: ended.append(cluster.ingest()))
    with engine.begin() as connection:
        # both sources wait here, one with each worker
        connection.execute(text("LOCK TABLE source_observation IN SHARE MODE"))
        run.start()

        def waiting() -> bool:
            assert run.is_alive(), cluster.said()
            with reading(engine) as other:
                return other.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar() == 2

        wait_until("both workers to write", waiting)
        assert cluster.workers.steps("one") == cluster.workers.steps("two") == 1
        cluster.workers.kill("two")
    run.join()
    (killed,) = ended
    assert killed.status is dg.DagsterRunStatus.FAILURE
    assert "The worker celery@two that ran source__" in cluster.said()
    left = cluster.rows()
    assert cluster.ingest().status is dg.DagsterRunStatus.SUCCESS  # by the worker that is left
    whole = cluster.rows()
    assert set(whole) == {"cancer_waits", "nda"}
    assert len(left) == 1  # the source of the other worker, whole
    assert left.items() <= whole.items()
