"""What came of a run, for whoever asked for it; a room of its own so that printing it loads no Dagster.

Belongs here: that. Does not belong here: running anything (main_job.py).
"""

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What came of a run: the ids of its Dagster runs and the checks that did not pass."""

    run_ids: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
