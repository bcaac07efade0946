"""Publishers' files on the way in: the verb and the source assets against a real server on this machine."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from ccg_pipeline.assets.sources import sources_asset
from ccg_pipeline.cli.verbs import app
from ccg_pipeline.framework.wanted import wanted_by
from ccg_pipeline.landing.downloads.outcomes import Policy
from ccg_pipeline.landing.downloads.publications import Downloads
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.orchestration.io_manager import FrameStore
from ccg_pipeline.orchestration.partitions import MONTHS
from ccg_pipeline.orchestration.resources import engine_of
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import source_file
from expert_panels.foundation.fault import Fault
from tests.support.servers.publisher import Publisher, page, running_publisher, serves
from tests.support.worlds.small_pipeline import EDITION

QOF = "qof/qof_2017-03-31.csv"
QUICK = Policy(attempts=2, first_wait=0.01)


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    with running_publisher() as running:
        yield running


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CCG_HOME", str(tmp_path))
    for name in ("CCG_DOWNLOADS", "CCG_LANDING"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def configured(pipeline: Path, **urls: str) -> None:
    lines = [f"{key}: {{url: '{url}'}}\n" for key, url in urls.items()]
    (pipeline / "downloads.yaml").write_text("".join(lines))


def materialised(pipeline: Path) -> dg.ExecuteInProcessResult:
    database = engine_of(f"sqlite:///{pipeline}/ccg.db")
    return dg.materialize(
        [sources_asset([EDITION.publication("qof")], EDITION, wanted_by(EDITION), MONTHS)],
        partition_key="2017-03",
        instance=dg.DagsterInstance.ephemeral(),
        resources={
            "landing": LandingFolder(str(pipeline / "landing")),
            "downloads": Downloads(str(pipeline / "downloads.yaml")),
            "database": database,
            "io_manager": FrameStore(database),
        },
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )


def stored(pipeline: Path) -> list[tuple[str, str]]:
    with reading(engine_of(f"sqlite:///{pipeline}/ccg.db")) as connection:
        rows = connection.execute(select(source_file.c.name, source_file.c.state)).all()
    return [(str(name), str(state)) for name, state in rows]


def downloads_of(result: dg.ExecuteInProcessResult) -> str:
    (event,) = result.asset_materializations_for_node("source__qof")
    return str(event.metadata["downloads"].value)


def test_a_source_asset_fetches_reads_and_records(
    publisher: Publisher, pipeline: Path, made_up_year: Path
) -> None:
    body = (made_up_year / QOF).read_bytes()
    configured(pipeline, qof=publisher.at("/qof/2017.csv", serves(body, '"1"')))
    result = materialised(pipeline)
    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())
    assert "2017.csv: fetched" in downloads_of(result)
    assert stored(pipeline) == [("2017.csv", "read")]
    assert "unchanged" in downloads_of(materialised(pipeline))


def test_an_asset_reads_what_has_landed_when_the_publisher_is_away(
    pipeline: Path, made_up_year: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccg_pipeline.landing.downloads.publications.Policy", lambda: QUICK)
    (pipeline / "landing").mkdir()
    (pipeline / "landing" / "by_hand.csv").write_bytes((made_up_year / QOF).read_bytes())
    with running_publisher() as gone:
        configured(pipeline, qof=gone.root + "/qof.csv")
    result = materialised(pipeline)
    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())  # offline is a normal state
    assert "127.0.0.1 cannot be reached; what has landed stands" in downloads_of(result)
    assert stored(pipeline) == [("by_hand.csv", "read")]


def test_a_sign_in_page_lands_nowhere_and_fails_the_check(publisher: Publisher, pipeline: Path) -> None:
    configured(pipeline, qof=publisher.at("/qof.csv", page))
    result = materialised(pipeline)
    assert result.success
    (check,) = result.get_asset_check_evaluations()
    assert not check.passed
    assert check.severity == dg.AssetCheckSeverity.ERROR
    assert "answers with a web page, perhaps to sign in" in str(check.description)
    assert not [path for path in (pipeline / "landing").rglob("*.csv") if path.is_file()]


def test_a_wrong_address_fails_the_step_in_one_sentence(pipeline: Path) -> None:
    (pipeline / "downloads.yaml").write_text("qof: {url: 'https://a.example/{day}'}\n")
    result = materialised(pipeline)
    assert not result.success
    failures = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert "downloads.yaml, line 1 (qof): url {day} is none of" in str(
        failures[0].user_failure_data.description  # type: ignore[union-attr]  # a dg.Failure has one
    )


# --- the verb ----------------------------------------------------------------------------------------------


def test_the_verb_fetches_into_the_landing_folder(publisher: Publisher, pipeline: Path) -> None:
    configured(
        pipeline, rtt=publisher.at("/Mar17.xls", serves(b"abc", '"1"')).replace("Mar17", "{month:%b%y}")
    )
    answer = CliRunner().invoke(app, ["fetch", "rtt", "--month", "2017-03"])
    assert answer.exit_code == 0
    assert answer.stdout.startswith("Mar17.xls: fetched, 3 bytes, sha256 ba7816bf8f01")
    assert (pipeline / "landing" / "rtt" / "Mar17.xls").read_bytes() == b"abc"
    again = CliRunner().invoke(app, ["fetch", "rtt", "--month", "2017-03"])
    assert again.stdout == "Mar17.xls: unchanged at the publisher.\n"


def test_the_verb_without_a_publication_lists_them(pipeline: Path) -> None:
    configured(pipeline, rtt="https://a.example/x")
    lines = CliRunner().invoke(app, ["fetch"]).stdout.splitlines()
    assert sum("configured" in line for line in lines) == 1
    assert lines[-1] == f"Addresses: {pipeline}/downloads.yaml"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rtt"], "rtt: its address names the month; give --month."),
        (["iapt"], "iapt: no address is configured (there are: mar, rtt); write its address"),
        (["mar"], "answers 404 Not Found; correct the address"),
    ],
)
def test_the_verb_refuses_in_one_sentence(
    publisher: Publisher, pipeline: Path, arguments: list[str], said: str
) -> None:
    configured(pipeline, rtt="https://a.example/{month}", mar=publisher.root + "/none.xls")
    answer = CliRunner().invoke(app, ["fetch", *arguments])
    assert isinstance(answer.exception, Fault)
    assert said in str(answer.exception)


def test_no_publishers_file_goes_into_the_made_up_year(publisher: Publisher, pipeline: Path) -> None:
    configured(pipeline, rtt=publisher.at("/a.xls", serves(b"abc")))
    (pipeline / "landing" / "_truth").mkdir(parents=True)
    answer = CliRunner().invoke(app, ["fetch", "rtt"])
    assert "holds the made-up year" in str(answer.exception)
    assert not (pipeline / "landing" / "rtt").exists()
