"""The runs of an instance as a metric: when each job ended last, and how.

Belongs here: that. Does not belong here: what is in the database (quality/metrics.py).
"""

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from ccg_pipeline.quality.metrics import Metric

ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]

MOST = 500
"""Runs that are looked at, the newest first."""


def run_metric(instance: dg.DagsterInstance) -> Metric:
    """Return when each job ended last, by how it ended."""
    found: dict[tuple[str, ...], float] = {}
    for record in instance.get_run_records(RunsFilter(statuses=ENDED), limit=MOST):
        key = (record.dagster_run.job_name, record.dagster_run.status.value.lower())
        found[key] = max(found.get(key, 0.0), record.end_time or 0.0)
    return Metric(
        "ccg_last_run_timestamp_seconds", "When a job ended last, by how.", ("job", "status"), found
    )
