"""The log of a deployment: a line of JSON a step, with its seconds and counts, and one where it failed.

Belongs here: which events make a line and what is in it; CCG_LOG says whether it is written.
Does not belong here: what people see at a terminal (cli/), Dagster's own event log.
"""

import json
import logging
import sys
from collections import Counter, defaultdict
from typing import Any

from dagster import DagsterEvent, DagsterEventType
from dagster._core.definitions.metadata import FloatMetadataValue, IntMetadataValue

from ccg_pipeline.settings import log_format

_LOG = logging.getLogger("ccg.steps")


class StepLog:
    """Makes a line of the events of a run as they come."""

    def __init__(self, run_id: str) -> None:
        self._run_id, self._counts = run_id, defaultdict[str, Counter[str]](Counter)
        if log_format() == "json" and not _LOG.handlers:
            _LOG.addHandler(logging.StreamHandler(sys.stderr))
            _LOG.setLevel(logging.INFO)
            _LOG.propagate = False

    def see(self, event: DagsterEvent) -> None:
        """Take in one event; a step that ended is written."""
        step = event.step_key or ""
        match event.event_type:
            case DagsterEventType.ASSET_MATERIALIZATION:
                counts = self._counts[step]
                counts["assets"] += 1
                for name, value in event.step_materialization_data.materialization.metadata.items():
                    if isinstance(value, IntMetadataValue | FloatMetadataValue) and value.value:
                        counts[name] += value.value  # type: ignore[assignment]  # a number either way
            case DagsterEventType.ASSET_CHECK_EVALUATION:
                self._counts[step]["checks_failed"] += not event.asset_check_evaluation_data.passed
            case DagsterEventType.STEP_SUCCESS:
                seconds = round(event.step_success_data.duration_ms / 1000, 2)
                self._write(event, "step ended", seconds=seconds, **self._counts.pop(step, Counter()))
            case DagsterEventType.STEP_FAILURE:
                self._write(event, "step failed", why=event.step_failure_data.error_display_string)
            case DagsterEventType.RUN_FAILURE | DagsterEventType.PIPELINE_FAILURE:
                self._write(event, "run failed", why=event.message)

    def _write(self, event: DagsterEvent, what: str, **more: Any) -> None:
        line = {"event": what, "job": event.job_name, "run": self._run_id, "step": event.step_key, **more}
        _LOG.info(json.dumps({key: said for key, said in line.items() if said is not None}, default=str))
