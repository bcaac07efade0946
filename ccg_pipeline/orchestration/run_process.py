"""Run workers: the process in which a run is executed, and what becomes of a run whose process was killed.

Belongs here: what a run says of its process, and no longer waiting for one that is gone.
Does not belong here: a run that never started or goes on without end (Dagster's own run monitoring, in the
settings of main_job.py); which runs are waited for (automation.py).
"""

import os
import re
import socket
from collections.abc import Iterator
from typing import Any

import dagster as dg
import psutil
from dagster import DagsterRun, DagsterRunStatus, RunsFilter

PROCESS_TAG = "ccg/process"

UNFINISHED = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]

_PROCESS = re.compile(r"([0-9]{1,9})(?::([0-9]{1,12}))?")
"""A process as a run says it: its number, and when it began."""

_CLOCK_SECONDS = 10.0
"""How far two readings of one process's beginning may lie apart, since clocks are set right at times."""


def this_process() -> str:
    """Return what a run that is executed in this very process says of it: machine, number and beginning.

    The beginning, in seconds since 1970, tells it from a later process of the same number: a machine or a
    container that starts again gives the same numbers to the same programs.
    """
    return f"{socket.gethostname()}:{os.getpid()}:{psutil.Process().create_time():.0f}"


class _Named(dg.Executor):
    """Executes as another executor does, after the run was tagged with its process."""

    def __init__(self, executor: dg.Executor) -> None:
        self._executor = executor

    @property
    def retries(self) -> Any:
        return self._executor.retries

    @property
    def step_dependency_config(self) -> Any:
        return self._executor.step_dependency_config

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[Any]:
        plan_context.instance.add_run_tags(plan_context.run_id, {PROCESS_TAG: this_process()})
        yield from self._executor.execute(plan_context, execution_plan)


def _create(context: dg.InitExecutorContext) -> dg.Executor:
    create = dg.in_process_executor.executor_creation_fn
    assert create is not None
    return _Named(create(context))


in_process_executor = dg.ExecutorDefinition(
    name="in_process",
    config_schema=dg.in_process_executor.config_schema,  # type: ignore[arg-type]  # it takes what it gives
    executor_creation_fn=_create,
    description="All steps in the one process of the run, which says which process that is.",
)
"""Dagster's in-process executor, whose runs say in which process they are executed."""


def fail_orphaned_runs(instance: dg.DagsterInstance) -> list[DagsterRun]:
    """Report as failed what runs in a process of this machine that is no more; return those runs.

    Nobody else watches over a run in the process of a command, or in one that Dagster's default launcher
    started: killed, it would count as unfinished for ever, hold its place among the runs that may go on at a
    time, and its round would be waited for for ever.
    """
    killed = []
    for run in instance.get_runs(RunsFilter(statuses=UNFINISHED)):
        machine, _, process = _said(instance, run).partition(":")
        if machine == socket.gethostname() and not _is_running(process):
            number = process.partition(":")[0]
            instance.report_run_failed(run, f"The process {number} that ran this was killed.")
            killed.append(run)
    return killed


def _said(instance: dg.DagsterInstance, run: DagsterRun) -> str:
    """Return what a run says of its process; '' for a re-execution that has only its parent's tags yet."""
    said = run.tags.get(PROCESS_TAG, "")
    parent = instance.get_run_by_id(run.parent_run_id) if said and run.parent_run_id else None
    return "" if parent is not None and parent.tags.get(PROCESS_TAG) == said else said


def _is_running(process: str) -> bool:
    said = _PROCESS.fullmatch(process)
    if said is None:  # whoever launches a run may write any tag, and none may stop the sensor
        return True
    number, began = said.groups()
    if int(number) == os.getpid():  # a run of this process is over before anything is asked
        return False
    try:
        found = psutil.Process(int(number))
        # one that nobody takes notice of stays in the table of processes, and does nothing more
        if found.status() == psutil.STATUS_ZOMBIE:
            return False
        return not began or abs(found.create_time() - float(began)) < _CLOCK_SECONDS
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
