"""What `ccg doctor` looks at: whether all that a deployment needs is there and as it should be.

Belongs here: the checks, each of which says one sentence; none of them changes anything.
Does not belong here: printing (cli/doctor.py), what the data say (quality/).
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorStatus, InstigatorType
from sqlalchemy import Engine

from ccg_pipeline.orchestration.instance import (
    daemon_is_live,
    dagster_instance,
    settings_faults,
    settings_file,
)
from ccg_pipeline.settings import CELERY, dagster_home, executor_name, home_of, keys_of, landing_path
from ccg_pipeline.storage.database import WHAT_TO_DO, open_for_reading, reading, status_of
from expert_panels.certificates.signing_key import PRIVATE
from expert_panels.clock import utc_now
from expert_panels.foundation.fault import Fault
from expert_panels.ledger import record as ledger
from expert_panels.ledger.table import unsound_triggers
from expert_panels.settings import declared

LEAST_BYTES = 2_000_000_000
"""Free space below which a month with its history may not fit: a scored month takes some 40 MB."""

SCHEDULES = ("on_the_5th", "on_1_june")


class Said(NamedTuple):
    """What a check found: whether it holds, and the sentence."""

    holds: bool
    sentence: str


def examined(url: str) -> Iterator[Said]:
    """Yield what each check says of a deployment, by its database's URL; a check that breaks off says why."""
    for check in (_settings, _database, _triggers, _clock, _keys, _folders, _disk, _instance, _workers):
        try:
            yield from check(url)
        except (Fault, OSError) as fault:
            yield Said(False, str(fault))


def _settings(_url: str) -> Iterator[Said]:
    yield Said(True, f"Steps are executed by {executor_name()}.")
    room = declared()
    where = f"served at {room.settings.address}" if room else "in local mode, for made-up data alone"
    yield Said(True, f"The panels' room is {where}.")


def _database(url: str) -> Iterator[Said]:
    state = status_of(url)
    yield Said(state == "current", f"The database {WHAT_TO_DO.get(state, 'is of this version.')}")


def _with_engine(url: str, look: Callable[[Engine], Iterator[Said]]) -> Iterator[Said]:
    try:
        if status_of(url) != "current":
            return
    except Fault:
        return  # said already, as is a database of another version
    engine = open_for_reading(url)
    try:
        yield from look(engine)
    finally:
        engine.dispose()


def _triggers(url: str) -> Iterator[Said]:
    def look(engine: Engine) -> Iterator[Said]:
        with reading(engine) as connection:
            unsound = unsound_triggers(connection)
        for name, what in unsound.items():
            yield Said(False, f"The trigger {name} is {what}: `ccg database upgrade` makes it again.")
        if not unsound:
            yield Said(True, "The database refuses every change of a line of the ledger.")

    return _with_engine(url, look)


def _clock(url: str, now: Callable[[], datetime] = utc_now) -> Iterator[Said]:
    def look(engine: Engine) -> Iterator[Said]:
        last = ledger.lines(engine)[-1:]
        if last and last[0].at > now():
            yield Said(
                False,
                f"The clock says {now():%Y-%m-%d %H:%M} UTC, before the ledger's last line: set it right.",
            )
        else:
            yield Said(True, f"The clock says {now().astimezone(UTC):%Y-%m-%d %H:%M} UTC.")

    return _with_engine(url, look)


def _keys(url: str) -> Iterator[Said]:
    key = keys_of(url) / PRIVATE
    if not key.exists():
        yield Said(True, f"There is no key in {key.parent} yet: the first line that is signed makes one.")
    elif key.stat().st_mode & 0o077:
        yield Said(False, f"{key}: others than its owner may read the key: chmod 600.")
    else:
        yield Said(True, f"{key}: the key is for its owner alone.")


def _folders(url: str) -> Iterator[Said]:
    landing = Path(landing_path())
    if landing.is_dir() and os.access(landing, os.R_OK | os.X_OK):
        yield Said(True, f"{landing}: source files are read from here.")
    else:
        yield Said(
            False, f"{landing}: there is no such folder that can be read: make it, or set CCG_LANDING."
        )
    for folder in (home_of(url), dagster_home(url)):
        there = next(one for one in (folder, *folder.parents) if one.exists())
        is_writable = os.access(there, os.W_OK | os.X_OK)
        yield Said(is_writable, f"{folder}: {'can' if is_writable else 'cannot'} be written.")


def _disk(url: str) -> Iterator[Said]:
    folder = next(one for one in (home_of(url), *home_of(url).parents) if one.exists())
    free = shutil.disk_usage(folder).free
    yield Said(
        free >= LEAST_BYTES, f"{folder}: {free / 1e9:.1f} GB are free, and {LEAST_BYTES / 1e9:.0f} GB needed."
    )


def _instance(url: str) -> Iterator[Said]:
    settings = settings_file(url)
    if not settings.exists():
        yield Said(False, f"{settings}: there is no Dagster instance yet: `ccg ui` makes one.")
        return
    faults = settings_faults(settings, executor_name())
    yield from (Said(False, fault) for fault in faults)
    if not faults:
        yield Said(True, f"{settings}: all that must hold of it does.")
    with dagster_instance(url) as instance:
        is_live = daemon_is_live(instance)
        yield Said(
            is_live,
            "The daemon looked at the sensors within the last minute."
            if is_live
            else "No daemon looked at the sensors for a minute: start `ccg ui`, or `dagster-daemon run`.",
        )
        on = _schedules_on(instance)
    for name in SCHEDULES:
        how = "on" if name in on else "off: switch it on in Dagster, under Automation"
        yield Said(name in on, f"The schedule {name} is {how}.")


def _schedules_on(instance: dg.DagsterInstance) -> set[str]:
    states = instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
    return {one.instigator_name for one in states if one.status is InstigatorStatus.RUNNING}


def _workers(_url: str) -> Iterator[Said]:
    if executor_name() != CELERY:
        return
    from ccg_pipeline.orchestration.celery_app import workers_there

    there = workers_there()
    names = ", ".join(there) or "none: start one, or every run waits"
    yield Said(bool(there), f"Celery workers that answer: {names}.")
