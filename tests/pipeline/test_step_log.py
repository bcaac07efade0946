"""The log of a deployment: a line of JSON a step, with its seconds and counts, and none where nobody asks."""

import json
import logging

import dagster as dg
import pytest

from ccg_pipeline.orchestration.step_log import StepLog
from expert_panels.foundation.fault import WrongUse


@dg.asset
def read() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"rows": 209, "made up": True, "refused": 0})


@dg.asset(deps=[read])
def broken() -> None:
    raise ValueError("no")


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([read, broken], instance=instance, raise_on_error=False)
    caplog.clear()
    log = StepLog(result.run_id)
    with caplog.at_level(logging.INFO, "ccg.steps"):
        for event in result.all_events:
            log.see(event)
    said = [json.loads(record.message) for record in caplog.records if record.name == "ccg.steps"]
    assert {one.pop("run") for one in said} <= {result.run_id}
    return said


def test_a_line_a_step(caplog: pytest.LogCaptureFixture) -> None:
    ended, failed, run = lines(caplog)
    assert float(str(ended.pop("seconds"))) >= 0
    job = {"job": "__ephemeral_asset_job__"}
    assert ended == {"event": "step ended", **job, "step": "read", "assets": 1, "rows": 209}
    assert (failed["event"], failed["step"]) == ("step failed", "broken")
    assert "ValueError: no" in str(failed["why"])
    assert run["event"] == "run failed"


def test_only_json_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCG_LOG", "xml")
    with pytest.raises(WrongUse, match="CCG_LOG is 'xml': write json"):
        StepLog("1")
