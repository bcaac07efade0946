"""The Celery workers of the extra `celery`: their app, and an executor that knows when one of them is gone.

Belongs here: the settings that workers and executor share, the watch over steps that a worker has begun.
Does not belong here: choosing an executor (executors.py), which process a run is in (run_process.py).

A worker is started with `celery -A ccg_pipeline.orchestration.celery_app worker`, in the environment of the
webserver and the daemon: CCG_DATABASE, CCG_LANDING, CCG_BROKER, DAGSTER_HOME.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from billiard.exceptions import WorkerLostError
from celery import states
from celery.result import AsyncResult
from dagster._core.execution.retries import RetryMode
from dagster._grpc.types import ExecuteStepArgs
from dagster._serdes import pack_value
from dagster_celery.config import TASK_EXECUTE_PLAN_NAME
from dagster_celery.core_execution_loop import core_celery_execution_loop
from dagster_celery.executor import CeleryExecutor
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task, create_resume_job_task, create_task

from ccg_pipeline.orchestration.run_process import executed_here
from ccg_pipeline.settings import broker_url

_LOG = logging.getLogger(__name__)

PING_SECONDS = 5.0
"""How often workers that have begun a step are asked whether they are there, and how long they may take."""

MISSED_PINGS = 6
"""A worker that did not answer so many times in a row is gone: after half a minute to a minute."""


def _settings() -> dict[str, Any]:
    """Return what Celery is told: by the executor and by every worker."""
    broker = broker_url()
    return {
        "broker": broker,
        "backend": broker,
        "config_source": {
            "task_track_started": True,  # by which worker, so that it can be watched
            "worker_prefetch_multiplier": 1,  # a step takes seconds or minutes: none waits behind another
            "task_default_queue": "dagster",
            "task_default_priority": 5,
            "broker_connection_retry_on_startup": True,
            "result_expires": 86_400,
        },
    }


def __getattr__(name: str) -> Any:
    # Celery's command looks for `app`; whoever only imports this module needs no broker
    if name != "app":
        raise AttributeError(name)
    made = make_app(_settings())
    for create in (create_task, create_execute_job_task, create_resume_job_task):
        create(made)
    return made


def workers_there() -> list[str]:
    """Return the names of the workers that answer; empty where there is none or the broker is away."""
    try:
        answers = make_app(_settings()).control.ping(timeout=PING_SECONDS)
    except Exception as fault:  # noqa: BLE001  # whatever keeps the broker from answering
        _LOG.warning("The broker does not answer: %s", fault)
        return []
    return sorted(name for answer in answers for name in answer)


class WatchedCeleryExecutor(CeleryExecutor):
    """Dagster's Celery executor, which does not wait for a worker that was killed.

    Celery itself tells of a killed child of a worker. Of a worker that is gone with its machine nobody tells:
    its steps are given up here, the run fails with that sentence, and Dagster's own run retries apply.
    """

    def __init__(self) -> None:
        said = _settings()
        super().__init__(  # type: ignore[no-untyped-call]  # it is left without types
            retries=RetryMode.DISABLED,
            broker=said["broker"],
            backend=said["backend"],
            config_source=said["config_source"],
        )

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[Any]:
        """Execute the steps, and look after the workers meanwhile."""
        submitted: dict[str, AsyncResult[Any]] = {}

        def submit(app: Any, context: Any, step: Any, queue: str, priority: int, known: Any) -> Any:
            given = ExecuteStepArgs(
                job_origin=context.reconstructable_job.get_python_origin(),
                run_id=context.run_id,
                step_keys_to_execute=[step.key],
                instance_ref=context.instance.get_ref(),
                retry_mode=context.executor.retries.for_inner_plan(),
                known_state=known,
            )
            submitted[step.key] = (
                app.send_task(  # by its name: dagster-celery registers it again for each step
                    TASK_EXECUTE_PLAN_NAME,
                    kwargs={
                        "execute_step_args_packed": pack_value(given),
                        "executable_dict": context.reconstructable_job.to_dict(),
                    },
                    priority=priority,
                    queue=queue,
                    routing_key=f"{queue}.{TASK_EXECUTE_PLAN_NAME}",
                )
            )
            return submitted[step.key]

        with executed_here(plan_context.instance, plan_context.run_id), _watching(submitted):
            yield from core_celery_execution_loop(plan_context, execution_plan, step_execution_fn=submit)


@contextmanager
def _watching(submitted: dict[str, "AsyncResult[Any]"]) -> Iterator[None]:
    """Give up, from now to the end of the block, the steps of workers that do not answer any more."""
    ended = Event()

    def watch() -> None:
        app, missed = make_app(_settings()), dict[str, int]()
        while not ended.wait(PING_SECONDS):
            try:
                _give_up(app, submitted, missed)
            except Exception as fault:  # noqa: BLE001  # a broker that is away for a moment ends no watch
                _LOG.warning("The workers could not be looked after: %s", fault)

    thread = Thread(target=watch, name="watch over the workers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _give_up(app: Any, submitted: dict[str, "AsyncResult[Any]"], missed: dict[str, int]) -> None:
    """Ask each worker that has begun a step whether it is there; give up the steps of one that is not.

    `missed`: worker -> how often in a row it has not answered; it is kept from one call to the next.
    """
    begun = dict[str, list[tuple[str, AsyncResult[Any]]]]()
    for step_key, result in list(submitted.items()):
        meta = app.backend.get_task_meta(result.id)
        if meta.get("status") == states.STARTED:
            worker = str((meta.get("result") or {}).get("hostname", ""))
            begun.setdefault(worker, []).append((step_key, result))
    if not begun:
        return
    answers = app.control.ping(destination=list(begun), timeout=PING_SECONDS)
    there = {name for answer in answers for name in answer}
    for worker, steps in begun.items():
        missed[worker] = 0 if worker in there else missed.get(worker, 0) + 1
        if missed[worker] < MISSED_PINGS:
            continue
        for step_key, result in steps:
            why = f"The worker {worker} that ran {step_key} was killed or cannot be reached."
            app.backend.mark_as_failure(result.id, WorkerLostError(why))
