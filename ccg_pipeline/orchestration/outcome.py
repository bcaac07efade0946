"""What came of a run, for whoever asked for it; in a room for itself, so that printing it loads no Dagster.

Belongs here: that, and the sentence of a run that failed.
Does not belong here: running anything (main_job.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from expert_panels.foundation.fault import sentence_in

if TYPE_CHECKING:
    from dagster import DagsterEvent


@dataclass
class Outcome:
    """What came of a run: the ids of its Dagster runs and the checks that did not pass."""

    run_ids: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)


def is_interrupted(events: "Iterable[DagsterEvent]") -> bool:
    """Return whether a step failed since somebody stopped the process, which Dagster says by an error."""
    errors = [event.step_failure_data.error for event in events if event.is_step_failure]
    return any(error is not None and error.cls_name == "DagsterExecutionInterruptedError" for error in errors)


def sentence_of(events: "Iterable[DagsterEvent]", run_id: str) -> str:
    """Return the first failed step's own sentence; a fault that is nobody's sentence comes with its type."""
    for event in events:
        if event.is_step_failure:
            failure = event.step_failure_data
            if failure.user_failure_data is not None and failure.user_failure_data.description:
                return str(failure.user_failure_data.description)
            chain: list[str] = []
            error = failure.error
            while error is not None:
                chain.append(error.message)
                error = error.cause
            if said := next(filter(None, map(sentence_in, chain)), ""):
                return said
            if chain:
                (said, *_) = chain[-1].strip().splitlines()
                return f"Step {event.step_key} failed, run {run_id}: {said}"
    return f"Run {run_id} failed before any step."
