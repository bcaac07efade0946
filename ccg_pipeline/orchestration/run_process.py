"""Run workers: the process in which a run is executed, and what becomes of a run whose process was killed.

Belongs here: what a run says of its process, its heartbeat, and no longer waiting for one that is gone.
Does not belong here: a run that never started or goes on without end (Dagster's own run monitoring, in the
settings of instance.py); which runs are waited for (automation.py), executors
(executors.py).
"""

import logging
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread

import dagster as dg
import psutil
from dagster import DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME as REPOSITORY
from dagster._core.remote_origin import InProcessCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

_LOG = logging.getLogger(__name__)

DEFINITIONS = "ccg_pipeline.orchestration.definitions"
PROCESS_TAG = "ccg/process"
ALIVE_TAG = "ccg/alive_at"

BEAT_SECONDS = 30.0
"""How often a run says that its process is alive."""

SILENT_SECONDS = 300.0
"""A run that said so longer ago than this, and whose process nobody here can look at, has no process."""

UNNAMED_SECONDS = 60.0
"""A run of ours that started longer ago and has not said its process was killed before it could."""

UNFINISHED = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]

_PROCESS = re.compile(r"([0-9]{1,9})(?::([0-9]{1,12})(?::([0-9a-f.-]{1,80}))?)?")
"""A process as a run says it: its number, when it began, and in which space of process numbers."""

_CLOCK_SECONDS = 10.0
"""How far two readings of one process's beginning may lie apart, since clocks are set right at times."""


def this_process() -> str:
    """Return what a run that is executed in this very process says of it: machine, number, beginning, space.

    The beginning, in seconds since 1970, tells it from a later process of the same number: a machine or a
    container that starts again gives the same numbers to the same programs.
    """
    said = f"{socket.gethostname()}:{os.getpid()}:{psutil.Process().create_time():.0f}"
    return f"{said}:{space}" if (space := process_space()) else said


def alive() -> dict[str, str]:
    """Return the tags by which a run says that it is executed in this very process, now."""
    return {PROCESS_TAG: this_process(), ALIVE_TAG: f"{time.time():.0f}"}


def process_space() -> str:
    """Return the space of process numbers: this start of the machine and the PID namespace; '' without /proc.

    Two containers of one host name have different ones, and neither sees the other's processes.
    """
    try:
        started = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{started}.{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


@contextmanager
def beating(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Say of a run, from now to the end of the block, that its process is alive."""
    ended = Event()

    def beat() -> None:
        while not ended.wait(BEAT_SECONDS):
            try:
                instance.add_run_tags(run_id, {ALIVE_TAG: f"{time.time():.0f}"})
            except Exception as fault:  # noqa: BLE001  # one beat that cannot be written ends no run
                logging.getLogger(__name__).warning(
                    "Run %s could not say that it is alive: %s", run_id, fault
                )

    thread = Thread(target=beat, name=f"beats of {run_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


LOCATION = "ccg_pipeline"
"""The name of the code location, in `workspace.yaml` of a checkout and in that of `ccg ui`."""


@contextmanager
def of_the_code_location(instance: dg.DagsterInstance, job_name: str) -> Iterator[None]:
    """Let runs that are created in the block say whose job they are of.

    The webserver shows a run on its timeline, and under Jobs, by its code location, which
    `execute_in_process` has no argument for.
    """
    target = LoadableTargetOrigin(module_name=DEFINITIONS, attribute="defs")
    repository = RemoteRepositoryOrigin(
        InProcessCodeLocationOrigin(target, location_name=LOCATION), REPOSITORY
    )
    create = partial(instance.create_run_for_job, remote_job_origin=repository.get_job_origin(job_name))
    instance.create_run_for_job = create  # type: ignore[method-assign]  # of this instance, and for the block
    try:
        yield
    finally:
        del instance.create_run_for_job  # the class's own is there again


@contextmanager
def executed_here(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Say of a run that it is executed in this very process, from now to the end of the block."""
    instance.add_run_tags(run_id, alive())
    with beating(instance, run_id):
        yield


def fail_orphaned_runs(instance: dg.DagsterInstance, location: str = "") -> list[DagsterRun]:
    """Report as failed what was executed in a process that is known to be no more; return those runs.

    Known is what this machine sees: of a process with the same space of process numbers. Of any other the run
    itself says, every half minute, that it is alive. `location`, the origin of a code location, tells which
    runs are ours where they have not said their process yet; without it those are left alone.

    Nobody else watches over a run in the process of a command, or in one that Dagster's default launcher
    started: killed, it would count as unfinished for ever, hold its place among the runs that may go on at a
    time, and its round would be waited for for ever.
    """
    killed, now = [], time.time()
    for record in instance.get_run_records(RunsFilter(statuses=UNFINISHED)):
        run = record.dagster_run
        if why := _end(run, _said(instance, run), record.start_time, now, location):
            instance.report_run_failed(run, why)
            killed.append(run)
    return killed


def _end(run: DagsterRun, said: str, start_time: float | None, now: float, location: str) -> str:
    """Return why the process of a run is known to be gone; '' where it is not known."""
    if not said:
        is_ours = location != "" and _location(run) == location
        # a queued or starting run has no process yet: Dagster waits for it, `start_timeout_seconds` long
        is_late = run.status is DagsterRunStatus.STARTED and start_time is not None
        if is_ours and is_late and now - (start_time or now) > UNNAMED_SECONDS:
            return "The process that ran this was killed before its first step."
        return ""
    machine, _, process = said.partition(":")
    named = _PROCESS.fullmatch(process)
    if named is None:  # whoever launches a run may write any tag, and none may stop the sensor
        return ""
    number, began, space = named.groups()
    if machine == socket.gethostname() and (space or "") in ("", process_space()):
        return "" if _is_running(number, began) else f"The process {number} that ran this was killed."
    alive_at = run.tags.get(ALIVE_TAG, "")
    if alive_at.isdecimal() and len(alive_at) < 12 and now - int(alive_at) > SILENT_SECONDS:
        return f"The process {number} on {machine} that ran this has been silent for {SILENT_SECONDS:.0f} s."
    return ""


def _location(run: DagsterRun) -> str:
    origin = run.remote_job_origin
    return origin.repository_origin.code_location_origin.location_name if origin else ""


def _said(instance: dg.DagsterInstance, run: DagsterRun) -> str:
    """Return what a run says of its process; '' for a re-execution that has only its parent's tags yet."""
    said = run.tags.get(PROCESS_TAG, "")
    parent = instance.get_run_by_id(run.parent_run_id) if said and run.parent_run_id else None
    return "" if parent is not None and parent.tags.get(PROCESS_TAG) == said else said


def _is_running(number: str, began: str | None) -> bool:
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
