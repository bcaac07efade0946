"""Runs whose process is gone are no longer waited for; what a run says of its process and code location."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import psutil
import pytest
from dagster import DagsterEvent, DagsterEventType, DagsterRunStatus
from dagster._core.remote_origin import (
    GrpcServerCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.test_utils import create_run_for_test

from ccg_pipeline.orchestration import run_process
from ccg_pipeline.orchestration.automation import requests
from ccg_pipeline.orchestration.run_process import (
    LOCATION,
    beating,
    fail_orphaned_runs,
    of_the_code_location,
    process_space,
    this_process,
)
from ccg_pipeline.release.due import Due
from tests.support.patience import wait_until
from tests.support.worlds.small_pipeline import MONTH


@pytest.fixture(scope="module")
def processes() -> Iterator[dict[str, str]]:
    """Number and beginning of processes: one that has ended, of which nobody took notice, and so on."""
    unnoticed = subprocess.Popen([sys.executable, "-c", ""])
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    parent = psutil.Process(os.getppid())
    unseen = psutil.Process(unnoticed.pid)
    wait_until("a process to end", lambda: unseen.status() == psutil.STATUS_ZOMBIE)
    yield {
        "gone": f"{ended.pid}:{time.time():.0f}",
        "gone, by its number": f"{ended.pid}",
        "unnoticed": f"{unnoticed.pid}:{psutil.Process(unnoticed.pid).create_time():.0f}",
        "alive": f"{parent.pid}:{parent.create_time():.0f}",
        "alive, by its number": f"{parent.pid}",
        "another of its number": f"{parent.pid}:{parent.create_time() - 3600:.0f}",
        "gone, here": f"{ended.pid}:{time.time():.0f}:{process_space()}",
        "gone, in another container": f"{ended.pid}:{time.time():.0f}:0123-4567.89",
        "this": this_process().partition(":")[2],
        "nothing": "",
        "no number": "x",
        "no beginning": f"{ended.pid}:x",
        "a number that no process has": f"{10**30}",
        "below all numbers": "-1",
    }
    unnoticed.wait()


@pytest.mark.parametrize(
    ("machine", "process", "parent", "is_killed"),
    [
        ("this", "gone", "", True),
        ("this", "gone, by its number", "", True),
        ("this", "unnoticed", "", True),
        ("this", "alive", "", False),
        ("this", "alive, by its number", "", False),
        ("this", "another of its number", "", True),
        ("this", "this", "", True),
        ("this", "gone, here", "", True),
        # of a container with this host name nothing is known here
        ("this", "gone, in another container", "", False),
        ("another", "gone", "", False),
        ("this", "gone", "gone", False),  # it has the tags of the run that it repeats, and not begun yet
        ("this", "gone", "another of its number", True),
        ("", "", "", False),
        # whoever launches a run may write any tag: what says nothing of a process is nobody's end
        ("this", "nothing", "", False),
        ("this", "no number", "", False),
        ("this", "no beginning", "", False),
        ("this", "a number that no process has", "", False),
        ("this", "below all numbers", "", False),
    ],
)
def test_a_run_whose_process_is_gone_is_no_longer_waited_for(
    instance: dg.DagsterInstance,
    processes: dict[str, str],
    machine: str,
    process: str,
    parent: str,
    is_killed: bool,
) -> None:
    name = {"this": socket.gethostname(), "another": "another-machine"}

    def tags(process: str) -> dict[str, str]:
        said = {"ccg/process": f"{name[machine]}:{processes[process]}"} if process else {}
        return {"dagster/partition": "2017-03", **said}

    def run(status: DagsterRunStatus, process: str, **of: Any) -> str:
        return create_run_for_test(
            instance, job_name="interim_lane", status=status, tags=tags(process), **of
        ).run_id

    before = run(DagsterRunStatus.FAILURE, parent) if parent else None
    run_id = run(DagsterRunStatus.STARTED, process, parent_run_id=before, root_run_id=before)
    assert [one.run_id for one in fail_orphaned_runs(instance)] == [run_id] * is_killed
    now = instance.get_run_by_id(run_id)
    assert now is not None
    assert now.status is (DagsterRunStatus.FAILURE if is_killed else DagsterRunStatus.STARTED)
    (answer,) = requests(instance, [Due(*MONTH, ("cancer",), True, "0123456789abcdef")])
    assert isinstance(answer, dg.RunRequest) is is_killed


@pytest.mark.parametrize(
    ("alive_at", "is_killed"), [("999700", False), ("999699", True), ("", False), ("soon", False)]
)
def test_a_run_that_nobody_here_can_look_at_says_itself_that_it_is_alive(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, alive_at: str, is_killed: bool
) -> None:
    """It is 300 s after 999,700."""
    tags = {"ccg/process": "another-machine:17:1000000:0123-4567.89"}
    tags |= {"ccg/alive_at": alive_at} if alive_at else {}
    create_run_for_test(instance, status=DagsterRunStatus.STARTED, tags=tags)
    monkeypatch.setattr(run_process.time, "time", lambda: 1_000_000.0)
    killed = fail_orphaned_runs(instance)
    monkeypatch.undo()
    assert len(killed) == is_killed


def test_a_run_says_again_and_again_that_it_is_alive(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_process, "BEAT_SECONDS", 0.01)
    run_id = create_run_for_test(instance).run_id

    def said() -> dict[str, str]:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        return dict(run.tags)

    with beating(instance, run_id):
        wait_until("the run to say that it is alive", lambda: "ccg/alive_at" in said())
    assert not [one for one in threading.enumerate() if run_id in one.name]


@pytest.mark.parametrize(
    ("location", "seconds", "is_killed"), [("ours", 61, True), ("ours", 59, False), ("another", 61, False)]
)
def test_a_run_killed_before_it_said_its_process_is_not_waited_for(
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    location: str,
    seconds: int,
    is_killed: bool,
) -> None:
    job = RemoteJobOrigin(
        RemoteRepositoryOrigin(GrpcServerCodeLocationOrigin("host", 1, location_name="ours"), "r"), "month"
    )
    run_id = create_run_for_test(
        instance, status=DagsterRunStatus.STARTING, remote_job_origin=job, job_code_origin=None
    ).run_id
    run = instance.get_run_by_id(run_id)
    assert run is not None
    instance.report_engine_event("starts", run)
    instance.report_dagster_event(DagsterEvent(DagsterEventType.RUN_START.value, "month"), run_id)
    (record,) = instance.get_run_records()
    assert record.start_time is not None
    then = record.start_time + seconds
    monkeypatch.setattr(run_process.time, "time", lambda: then)
    killed = fail_orphaned_runs(instance, location)
    monkeypatch.undo()
    assert [one.run_id for one in killed] == [run_id] * is_killed


def test_a_run_in_this_process_says_of_which_code_location_it_is() -> None:
    """By that alone the webserver shows it on its timeline and under Jobs."""

    @dg.job
    def nothing() -> None:
        """A job without a step."""

    with dg.DagsterInstance.ephemeral() as instance:
        with of_the_code_location(instance, "nothing"):
            found = nothing.execute_in_process(instance=instance)
        run = instance.get_run_by_id(found.run_id)
        assert run is not None
        assert run.remote_job_origin is not None
        assert run.remote_job_origin.repository_origin.get_label() == f"__repository__@{LOCATION}"
        assert run.remote_job_origin.job_name == "nothing"
        assert "create_run_for_job" not in vars(instance)
