"""What must hold of the `dagster.yaml` of a deployment, as a table: what is left out or wrong is named."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ccg_pipeline.orchestration import kept_open
from ccg_pipeline.orchestration.instance import SETTINGS, dagster_instance, settings_faults, settings_file
from expert_panels.foundation.fault import Fault

POSTGRES = "storage: {postgres: {postgres_url: %s}}\n"
FROM_ENVIRONMENT = "{env: CCG_DAGSTER_DATABASE}"

FAULTS = [
    # what is written, executor, what is said
    (SETTINGS, "in_process", []),
    (SETTINGS + POSTGRES % FROM_ENVIRONMENT, "celery", []),
    (
        "",
        "in_process",
        ["telemetry is on", "run monitoring", "freshness is off", "any number"],
    ),
    (SETTINGS.replace("enabled: false", "enabled: true", 1), "in_process", ["telemetry is on"]),
    (SETTINGS.replace("run_monitoring", "other"), "in_process", ["run monitoring is off"]),
    (SETTINGS.replace("freshness", "other"), "in_process", ["freshness is off"]),
    (SETTINGS.replace("max_concurrent_runs", "other"), "in_process", ["any number of runs"]),
    (SETTINGS + POSTGRES % "'postgresql://me:pw@h/d'", "in_process", ["it holds a database's password"]),
    (SETTINGS + "schedules: [{password: pw}]\n", "in_process", ["it holds a database's password"]),
    (SETTINGS, "celery", ["CCG_EXECUTOR is celery, and its workers share no SQLite"]),
]


@pytest.mark.parametrize(("written", "executor", "said"), FAULTS)
def test_what_does_not_hold_is_named(tmp_path: Path, written: str, executor: str, said: list[str]) -> None:
    file = tmp_path / "dagster.yaml"
    file.write_text(written, encoding="utf-8")
    faults = settings_faults(file, executor)
    assert len(faults) == len(said)
    for fault, beginning in zip(faults, said, strict=True):
        assert fault.startswith(f"{file}: {beginning}")


def test_what_is_written_where_there_is_none_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    with dagster_instance() as instance:
        assert instance.telemetry_enabled is False
        assert instance.run_monitoring_enabled
    assert settings_faults(settings_file()) == []


def test_what_is_no_yaml_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "dagster.yaml"
    file.write_text("telemetry: {enabled: false", encoding="utf-8")
    with pytest.raises(Fault, match=r"dagster\.yaml"):
        settings_faults(file)


def test_an_instance_keeps_its_files_open_and_either_reads_what_the_other_wrote(
    ccg_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del ccg_home
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))

    @dg.asset
    def one() -> int:
        return 1

    def materialised(instance: dg.DagsterInstance) -> dg.DagsterEventType | None:
        run = dg.materialize([one], instance=instance).run_id
        event = instance.all_logs(run)[-1].dagster_event
        return event.event_type if event else None

    with dagster_instance() as ours:
        assert isinstance(ours.event_log_storage, kept_open.EventLog)
        assert isinstance(ours.run_storage, kept_open.Runs)
        assert materialised(ours) is dg.DagsterEventType.PIPELINE_SUCCESS
    assert not list(tmp_path.rglob("*-wal"))  # closed whole
    with dg.DagsterInstance.from_config(str(tmp_path / "dagster")) as own:
        assert own.get_runs_count() == 1
        assert materialised(own) is dg.DagsterEventType.PIPELINE_SUCCESS
    with dagster_instance() as ours:
        assert ours.get_runs_count() == 2
        assert ours.get_latest_materialization_event(dg.AssetKey("one")) is not None


def test_what_a_step_says_is_written_together_and_read_here_at_once(
    ccg_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del ccg_home
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    seen = []

    def materialised(instance: dg.DagsterInstance, run: str) -> int:
        return len(instance.all_logs(run, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION))

    with dagster_instance() as ours:

        @dg.multi_asset(specs=[dg.AssetSpec("one"), dg.AssetSpec("other")])
        def two(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
            yield dg.MaterializeResult(asset_key="one")
            with dg.DagsterInstance.from_config(str(tmp_path / "dagster")) as elsewhere:
                for instance in (elsewhere, ours, elsewhere):
                    seen.append(materialised(instance, context.run.run_id))
            yield dg.MaterializeResult(asset_key="other")

        run = dg.materialize([two], instance=ours).run_id
        assert seen == [0, 1, 1]
        with dg.DagsterInstance.from_config(str(tmp_path / "dagster")) as elsewhere:
            assert materialised(elsewhere, run) == 2
            assert elsewhere.get_latest_materialization_event(dg.AssetKey("other")) is not None
