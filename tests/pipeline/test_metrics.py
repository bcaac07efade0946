"""Metrics for Prometheus: of a database, of the runs, and who may ask the room for them."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from ccg_pipeline.cli.room import panel_room
from ccg_pipeline.storage.database import open_for_reading, open_for_writing
from expert_panels.settings import Declared
from tests.support.worlds.terminal import Terminal, database

SETTINGS = """\
address: http://127.0.0.1:8001
session_key_file: secret
sign_in: {proxy: {secret_file: secret, sign_in_at: /start}}
"""
SECRET = "s" * 40

Found = dict[str, dict[tuple[str, ...], float]]


def read(text: str) -> Found:
    """Metric -> labels -> value, as Prometheus itself reads the text."""
    return {
        family.name: {tuple(one.labels.values()): one.value for one in family.samples}
        for family in text_string_to_metric_families(text)
    }


def test_a_scored_month_in_figures(ccg: Terminal, copy: Path) -> None:
    answer = ccg.at(copy).type("metrics")
    assert answer.code == 0
    found = read(answer.out)
    files = found["ccg_source_files"]
    assert files["cancer_waits", "read"] == 1
    assert not any(state == "refused" for _, state in files)
    rows = found["ccg_source_rows"]
    assert rows["quarantined", "cancer_waits"] == 1
    assert rows["used", "cancer_waits"] > 200
    newest = found["ccg_newest_data_timestamp_seconds"]["cancer_waits",]
    assert datetime.fromtimestamp(newest, UTC).strftime("%Y-%m-%d") == "2017-03-31"
    waiting = found["ccg_gate_waiting_since_timestamp_seconds"]
    assert {(body, lane, key) for body, lane, key in waiting} >= {("cancer", "interim", "2017-03")}
    assert all(value > 1_700_000_000 for value in waiting.values())
    assert "ccg_findings" in found
    assert found["ccg_last_release_timestamp_seconds"]["interim",] > 1_700_000_000
    assert {job for job, status in found["ccg_last_run_timestamp_seconds"] if status == "success"} >= {
        "ingest",
        "interim_lane",
    }


def test_who_has_the_token_may_ask_the_room(home: Path, tmp_path: Path) -> None:
    file, token = tmp_path / "room.yaml", tmp_path / "metrics.token"
    (tmp_path / "secret").write_text(SECRET)
    engine = open_for_writing(database(home))

    def asked(said: str, **headers: str) -> tuple[int, str]:
        file.write_text(SETTINGS + said, encoding="utf-8")
        room = TestClient(panel_room(engine, settings=Declared(file)), base_url="http://127.0.0.1:8001")
        answer = room.get("/metrics", headers=headers, follow_redirects=False)
        return answer.status_code, answer.text

    token.write_text(SECRET)
    declared = "metrics: {token_file: metrics.token}\n"
    status, text = asked(declared, Authorization=f"Bearer {SECRET}")
    assert status == 200
    assert read(text)["ccg_source_files"]
    assert asked(declared)[0] == asked(declared, Authorization="Bearer other")[0] == 401
    assert asked("")[0] != 200  # nobody may
    engine.dispose()


def test_runs_that_failed_show(tmp_path: Path, ccg: Terminal, copy: Path) -> None:
    from ccg_pipeline.orchestration.run_metrics import run_metric

    del tmp_path, ccg, copy

    @dg.asset
    def broken() -> None:
        raise ValueError("no")

    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([broken], instance=instance, raise_on_error=False)
        ((job, status),) = run_metric(instance).values
    assert (job, status) == ("__ephemeral_asset_job__", "failure")


def test_the_metrics_change_nothing(ccg: Terminal, copy: Path) -> None:
    before = (copy / "ccg.db").read_bytes()
    ccg.at(copy).type("metrics")
    open_for_reading(database(copy)).dispose()
    assert (copy / "ccg.db").read_bytes() == before
