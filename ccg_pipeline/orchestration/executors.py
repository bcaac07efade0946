"""Executors: where the steps of a run are executed, in its own process or by Celery workers.

Belongs here: the two executors, each of which says in which process a run is executed.
Does not belong here: what that is said for (run_process.py), the workers and their tasks (celery_app.py).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from ccg_pipeline.orchestration.run_process import executed_here
from ccg_pipeline.orchestration.step_log import StepLog
from ccg_pipeline.settings import CELERY
from expert_panels.foundation.fault import WrongUse


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
        log = StepLog(plan_context.run_id)
        with executed_here(plan_context.instance, plan_context.run_id):
            for event in self._executor.execute(plan_context, execution_plan):
                log.see(event)
                yield event


def _create(context: dg.InitExecutorContext) -> dg.Executor:
    create = dg.in_process_executor.executor_creation_fn
    assert create is not None
    return _Named(create(context))


# A process a step costs two seconds each; one process runs a month in the time of two steps.
in_process_executor = dg.ExecutorDefinition(
    name="in_process",
    config_schema=dg.in_process_executor.config_schema,  # type: ignore[arg-type]  # it takes what it gives
    executor_creation_fn=_create,
    description="All steps in the one process of the run, which says which process that is.",
)
"""Dagster's in-process executor, whose runs say in which process they are executed."""


def _create_celery(_context: dg.InitExecutorContext) -> dg.Executor:
    from ccg_pipeline.orchestration.celery_app import WatchedCeleryExecutor

    executor: dg.Executor = WatchedCeleryExecutor()
    return executor


# No configuration: the UI shows it, and the address of a broker may hold a password.
celery_executor = dg.ExecutorDefinition(
    name=CELERY,
    config_schema={},
    requirements=dg.multiple_process_executor_requirements(),
    executor_creation_fn=_create_celery,
    description="Each step by one of the Celery workers at CCG_BROKER; steps that wait for no other at once.",
)
"""Dagster's Celery executor, with a watch over its workers."""


def executor_named(name: str) -> dg.ExecutorDefinition:
    """Return the executor of that name. Raises WrongUse where what it needs is not installed."""
    if name != CELERY:
        return in_process_executor
    try:
        import dagster_celery  # noqa: F401  # is it there
    except ImportError:
        raise WrongUse(
            "CCG_EXECUTOR is celery and dagster-celery is not installed: pip install 'ccg-pipeline[celery]'."
        ) from None
    return celery_executor
