"""A share that is away for a moment is tried again; a bad file is not, since it will be as bad next time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import dagster as dg
import pytest

from ccg_pipeline.assets.sources import RETRY, source_asset
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.landing.downloads.publications import Downloads
from ccg_pipeline.landing.files import Found, LandingFolder
from ccg_pipeline.orchestration.io_manager import FrameStore
from ccg_pipeline.orchestration.partitions import MONTHS
from ccg_pipeline.orchestration.resources import engine_of
from tests.support.worlds.small_pipeline import EDITION, SmallPipeline, copy_files

QOF = "qof/qof_2017-03-31.csv"


@dataclass
class ShareThatIsAway(LandingFolder):
    """The landing folder on a share that answers only after `times` attempts."""

    times: int = 0
    attempts: ClassVar[list[int]] = []

    def files(self) -> tuple[Found, ...]:
        self.attempts.append(len(self.attempts) + 1)
        if len(self.attempts) <= self.times:
            raise OSError(112, "Host is down", self.path)
        return super().files()


@pytest.fixture
def landing(made_up_year: Path, tmp_path: Path) -> Path:
    return copy_files(made_up_year, tmp_path / "landing", [QOF])


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As often as it says, but without the seconds between, which are seen to be there."""
    assert RETRY.delay
    assert RETRY.delay >= 1
    monkeypatch.setattr("ccg_pipeline.assets.sources.RETRY", RETRY._replace(delay=0.01))


def materialised(
    folder: LandingFolder, url: str, instance: dg.DagsterInstance
) -> tuple[dg.ExecuteInProcessResult, Sequence[str]]:
    """Run the source of the Quality and Outcomes Framework; the result, and what its event log says."""
    database = engine_of(url)
    result = dg.materialize(
        [source_asset(EDITION.publication("qof"), EDITION, wanted_by(EDITION), MONTHS)],
        partition_key="2017-03",
        instance=instance,
        resources={
            "landing": folder,
            "downloads": Downloads(""),
            "database": database,
            "io_manager": FrameStore(database),
        },
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
    log = instance.all_logs(result.run_id)
    return result, [entry.dagster_event.event_type_value for entry in log if entry.dagster_event]


@pytest.mark.parametrize(("times", "succeeds"), [(2, True), (3, True), (4, False)])
def test_a_source_that_is_away_is_tried_three_times_more(
    times: int, succeeds: bool, landing: Path, sqlite: Any, instance: dg.DagsterInstance
) -> None:
    ShareThatIsAway.attempts.clear()
    pipeline = SmallPipeline(sqlite.empty(), landing, instance)
    result, events = materialised(ShareThatIsAway(path=str(landing), times=times), pipeline.url, instance)
    assert result.success is succeeds
    assert events.count("STEP_UP_FOR_RETRY") == min(times, 3)
    assert events.count("STEP_RESTARTED") == min(times, 3)
    assert events.count("ASSET_MATERIALIZATION") == int(succeeds)
    assert (len(pipeline.rows("source_observation")) > 200) is succeeds
    pipeline.engine.dispose()


def test_a_file_that_is_refused_is_not_tried_again(
    landing: Path, sqlite: Any, instance: dg.DagsterInstance
) -> None:
    path = landing / QOF
    path.write_text(path.read_text().replace("made_up,qof", "guessed,qof"))
    pipeline = SmallPipeline(sqlite.empty(), landing, instance)
    result, events = materialised(LandingFolder(str(landing)), pipeline.url, instance)
    assert result.success
    assert "STEP_UP_FOR_RETRY" not in events
    assert [check.passed for check in result.get_asset_check_evaluations()] == [False]
    (refused,) = pipeline.rows("source_file")["refusal"]
    assert refused == "qof_2017-03-31.csv: its layout 'guessed' is neither 'made_up' nor 'declared'."
    assert pipeline.rows("source_observation").empty
    pipeline.engine.dispose()
