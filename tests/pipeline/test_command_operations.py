"""`ccg doctor` and `ccg ui`: what a deployment lacks is named, and what Dagster is told."""

import sys
from pathlib import Path

import pytest

from ccg_pipeline.cli.ui import WORKSPACE, ui_command
from ccg_pipeline.orchestration import definitions, doctor
from ccg_pipeline.orchestration.instance import SETTINGS, dagster_instance
from ccg_pipeline.storage.database import open_database
from expert_panels.foundation.strict_yaml import parse
from tests.support.worlds.terminal import Terminal, database


def test_what_a_new_home_lacks_is_named(ccg: Terminal, tmp_path: Path) -> None:
    answer = ccg.type("doctor")
    assert answer.code == 1
    lacks = [line for line in answer.out.splitlines() if line.startswith("! ")]
    home = tmp_path / "home"
    assert [line.split(":")[0] for line in lacks[:2]] == [
        "! There is no database sqlite",
        f"! {home / 'landing'}",
    ]
    assert f"! {home / 'dagster' / 'dagster.yaml'}: there is no Dagster instance yet" in answer.out


def test_a_deployment_is_looked_over(ccg: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    (home / "landing").mkdir(parents=True)
    open_database(database(home)).dispose()
    with dagster_instance(database(home)):
        pass
    monkeypatch.setattr(doctor, "daemon_is_live", lambda _instance: True)
    monkeypatch.setattr(doctor, "_schedules_on", lambda _instance: set(doctor.SCHEDULES))
    answer = ccg.type("doctor")
    assert (answer.code, [line for line in answer.out.splitlines() if line.startswith("!")]) == (0, [])
    monkeypatch.setattr(doctor, "daemon_is_live", lambda _instance: False)
    monkeypatch.setattr(doctor, "_schedules_on", lambda _instance: {"on_1_june"})
    monkeypatch.setattr(doctor, "LEAST_BYTES", 10**18)
    (home / "dagster" / "dagster.yaml").write_text(SETTINGS.replace("enabled: false", "enabled: true", 1))
    engine = open_database(database(home))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER decision_ledger_update")
    engine.dispose()
    answer = ccg.type("doctor")
    assert answer.code == 1
    lacks = [line for line in answer.out.splitlines() if line.startswith("! ")]
    for said, line in zip(
        (
            "The trigger decision_ledger_update is missing",
            "GB are free",
            "telemetry is on",
            "No daemon",
            "off",
        ),
        lacks,
        strict=True,
    ):
        assert said in line


def test_dagster_is_told_where_everything_is(ccg: Terminal, tmp_path: Path) -> None:
    del ccg  # its home
    home = tmp_path / "home"
    command, variables = ui_command(database(home), "127.0.0.1", 3001)
    assert command[:4] == [sys.executable, "-m", "dagster", "dev"]
    assert command[-4:] == ["-h", "127.0.0.1", "-p", "3001"]
    assert variables["CCG_HOME"] == str(home)
    assert variables["DAGSTER_HOME"] == str(home / "dagster")
    assert variables["CCG_DATABASE"] == database(home)
    (location,) = parse(WORKSPACE, "").data["load_from"]
    named = location["python_module"]
    assert (named["module_name"], named["attribute"]) == (definitions.__name__, "defs")
    checkout = parse((Path(__file__).parents[2] / "workspace.yaml").read_text(encoding="utf-8"), "")
    (of_checkout,) = checkout.data["load_from"]
    assert of_checkout["python_module"]["location_name"] == named["location_name"]  # one name for its runs
