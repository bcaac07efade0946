"""A share that is away for a moment is tried again; a bad file is not, since it will be as bad next time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import dagster as dg
import pytest
import stamina

from ccg_pipeline.assets.sources import ATTEMPTS, source_key, sources_asset
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.landing.downloads.publications import Downloads
from ccg_pipeline.landing.files import Found, Landed, LandingFolder
from ccg_pipeline.landing.write_plan import write_plan
from ccg_pipeline.orchestration.io_manager import FrameStore
from ccg_pipeline.orchestration.outcome import sentence_of
from ccg_pipeline.orchestration.partitions import MONTHS
from ccg_pipeline.orchestration.resources import engine_of
from ccg_pipeline.storage.pieces import Piece
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
def at_once() -> Iterator[None]:
    """As often as it says, but without the seconds between."""
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        yield


def materialised(
    folder: LandingFolder, url: str, instance: dg.DagsterInstance, *others: str
) -> dg.ExecuteInProcessResult:
    """Run the source of the Quality and Outcomes Framework, and `others` in the same step."""
    database, publications = engine_of(url), [EDITION.publication(one) for one in ("qof", *others)]
    return dg.materialize(
        [sources_asset(publications, EDITION, wanted_by(EDITION), MONTHS)],
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


@pytest.mark.parametrize(("times", "succeeds"), [(2, True), (3, True), (4, False)])
def test_a_source_that_is_away_is_tried_three_times_more(
    times: int, succeeds: bool, landing: Path, sqlite: Any, instance: dg.DagsterInstance
) -> None:
    ShareThatIsAway.attempts.clear()
    pipeline = SmallPipeline(sqlite.empty(), landing, instance)
    result = materialised(ShareThatIsAway(path=str(landing), times=times), pipeline.url, instance)
    assert result.success is succeeds
    assert len(ShareThatIsAway.attempts) == min(times + 1, ATTEMPTS)
    assert len(result.asset_materializations_for_node("source__qof")) == int(succeeds)
    assert (len(pipeline.rows("source_observation")) > 200) is succeeds
    pipeline.engine.dispose()


def test_a_file_that_is_refused_is_not_tried_again(
    landing: Path, sqlite: Any, instance: dg.DagsterInstance
) -> None:
    path = landing / QOF
    path.write_text(path.read_text().replace("made_up,qof", "guessed,qof"))
    pipeline = SmallPipeline(sqlite.empty(), landing, instance)
    result = materialised(LandingFolder(str(landing)), pipeline.url, instance)
    assert result.success
    assert [check.passed for check in result.get_asset_check_evaluations()] == [False]
    (refused,) = pipeline.rows("source_file")["refusal"]
    assert refused == "qof_2017-03-31.csv: its layout 'guessed' is neither 'made_up' nor 'declared'."
    assert pipeline.rows("source_observation").empty
    pipeline.engine.dispose()


def test_a_publication_that_fails_keeps_no_other_from_being_written(
    landing: Path, sqlite: Any, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(landed: list[Landed], *arguments: Any, **named: Any) -> list[Piece]:
        if not landed:
            raise ValueError("no file of it is there")
        return write_plan(landed, *arguments, **named)

    monkeypatch.setattr("ccg_pipeline.assets.sources.write_plan", broken)
    pipeline = SmallPipeline(sqlite.empty(), landing, instance)
    result = materialised(LandingFolder(str(landing)), pipeline.url, instance, "nda", "eip")
    assert not result.success
    assert sentence_of(result.all_events, "") == "nda: no file of it is there eip: no file of it is there"
    assert [one.asset_key for one in result.asset_materializations_for_node("sources")] == [source_key("qof")]
    assert set(pipeline.rows("source_observation")["publication"]) == {"qof"}
    pipeline.engine.dispose()
