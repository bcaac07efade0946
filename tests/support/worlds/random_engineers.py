"""Engineers who land changed files at random and launch real runs of them in Dagster's webserver.

Belongs here: what they land, and which run they launch when another has ended.
Does not belong here: processes and when they are killed, any expectation (test_random_people.py).
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from dagster import DagsterRunStatus

from tests.support.worlds.dagster_deployment import Deployment
from tests.support.worlds.small_pipeline import MONTH, YEAR, land_again

CHANGED = {  # a publication of each panel's area, by the file that the others come from
    "cancer": "cancer_waits/cancer_waits_2017-03-31.csv",
    "dementia": "qof/qof_2017-03-31.csv",
    "diabetes": "nda/nda_2017-03-31.csv",
    "learning_disability": "ld_health_checks/ld_health_checks_2017-03-31.csv",
    "maternity": "satod/satod_2017-03-31.csv",
    "mental_health": "eip/eip_2017-03-31.csv",
}
SHARES = {"A": 1.0, "B": 0.5, "C": 0.8}
"""Figures of a file by name: those that were there first, half of the counts, four fifths of them."""

LANES = [("month", MONTH[1]), ("annual_lane", YEAR[1])]
PARTS = [("ingest", MONTH[1]), ("interim_lane", MONTH[1]), ("annual_lane", YEAR[1])]


def times(share: float) -> Callable[[dict[str, str]], None]:
    """What multiplies the counts of a row, and leaves alone what is suppressed."""

    def change(row: dict[str, str]) -> None:
        if row["denominator"].isdigit() and row["numerator"].isdigit() and share != 1:
            row["numerator"] = str(int(int(row["numerator"]) * share))
            row["value"] = str(100 * int(row["numerator"]) / int(row["denominator"]))

    return change


class Launched(NamedTuple):
    """A run that an engineer waits for."""

    job: str
    key: str
    run_id: str


@dataclass
class Engineers:
    """They land files, then launch the runs that read and score them, one after the other; then again."""

    deployment: Deployment
    aside: Path
    chance: random.Random
    lands: dict[str, list[str]] = field(default_factory=lambda: {panel: ["A"] for panel in CHANGED})
    launched: Counter[str] = field(default_factory=Counter)
    _next: list[tuple[str, str]] = field(default_factory=list)
    _last: Launched | None = None
    _rest_until: float = 0.0

    @property
    def changes(self) -> int:
        """How many files they have landed."""
        return sum(len(each) - 1 for each in self.lands.values())

    @property
    def returns(self) -> int:
        """How often figures came back that had been replaced: A, then B, then A."""
        return sum(
            first == third
            for each in self.lands.values()
            for first, third in zip(each, each[2:], strict=False)
        )

    def act(self, with_year: bool = True) -> None:
        """Launch what comes next once the run before has ended; without the year, no run of its lane."""
        if self._last is not None and not self._has_ended(self._last):
            return
        if not self._next:
            if time.monotonic() < self._rest_until:
                return
            for panel in self.chance.sample(sorted(CHANGED), 3):
                self.land(panel)
            runs = LANES if self.launched["month"] <= self.launched["ingest"] else PARTS
            self._next = list(runs if with_year else runs[:-1])
        job, key = self._next.pop(0)
        self._last = Launched(job, key, self.deployment.launch(job, key))
        self.launched[job] += 1
        self._rest_until = time.monotonic() + self.chance.uniform(20, 40)  # else no release had its turn

    def come_back(self) -> None:
        """Find Dagster running again: launch once more what was under way, with one more file."""
        self.land(self.chance.choice(sorted(CHANGED)))
        if self._last is not None and not self._has_ended(self._last):
            run = self.deployment.pipeline.instance.get_run_by_id(self._last.run_id)
            if run is not None and run.status is not DagsterRunStatus.QUEUED:
                self._again(self._last)

    def have_ended(self) -> bool:
        """Land nothing more, launch what is still to be launched; whether all of it has ended well."""
        if self._last is not None and not self._has_ended(self._last):
            return False
        if self._next:
            self.act()
        return self._last is None

    def _has_ended(self, last: Launched) -> bool:
        """Whether a run has ended; one that failed is launched again."""
        run = self.deployment.pipeline.instance.get_run_by_id(last.run_id)
        assert run is not None
        if run.is_finished:
            self._last = None
            if run.status is not DagsterRunStatus.SUCCESS:
                self._again(last)
        return run.is_finished

    def _again(self, last: Launched) -> None:
        """Launch once more what was not done; a month in its two parts, which take less time each."""
        self._last = None
        self._next = [*(PARTS[:-1] if last.job == "month" else [(last.job, last.key)]), *self._next]

    def land(self, panel: str) -> None:
        """Land other figures of a publication in the place of those that were landed last."""
        landed = self.lands[panel]
        others = [one for one in SHARES if one != landed[-1]]
        share = landed[0] if len(landed) == 2 else self.chance.choice(others)  # back to the first, then any
        landed.append(share)
        first = self.deployment.pipeline.landing / CHANGED[panel]
        day = date(2018, 12, 1) + timedelta(days=len(landed))
        name = f"{panel}_again.csv"
        written = land_again(first, self.aside / name, day.isoformat(), times(SHARES[share]))
        written.replace(first.with_name(name))  # whole or not at all, as a run may be reading there
