"""The Dagster instance of a database: where it is kept, its settings, and what must hold of those.

Belongs here: opening it, the `dagster.yaml` that is written where there is none, the faults of a user's own.
Does not belong here: what runs on it (main_job.py, automation.py).
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from ccg_pipeline.settings import dagster_home, database_url
from expert_panels.foundation.strict_yaml import parse
from expert_panels.foundation.whole_file import write_whole

SETTINGS = """\
telemetry:
  enabled: false
nux:
  enabled: false
freshness:
  enabled: true
# After a backfill the sensor has a release to make for each round, and a run takes 300 MB.
concurrency:
  runs:
    max_concurrent_runs: 2
# A run whose process was killed before it began, or that hangs, is waited for so long and no longer.
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  max_runtime_seconds: 21600
  poll_interval_seconds: 15
"""
"""What `dagster.yaml` says where there is none yet."""


def settings_file(url: str = "") -> Path:
    """Return the `dagster.yaml` of a database's instance, by the database's URL; it may not be there yet."""
    return dagster_home(url or database_url()) / "dagster.yaml"


KEPT_OPEN = {"module": "ccg_pipeline.orchestration.kept_open", "class": "KeptOpen"}
"""The storage of an instance that is opened here, where its settings name none."""

NO_COMPUTE_LOGS = {
    "module": "dagster._core.storage.noop_compute_log_manager",
    "class": "NoOpComputeLogManager",
}
"""Steps print nothing: to keep what they print, Dagster would start two processes a run."""


@contextmanager
def dagster_instance(url: str = "") -> Iterator[dg.DagsterInstance]:
    """Open the Dagster instance of a database, by its URL: DAGSTER_HOME, or `dagster` in its home folder."""
    settings = settings_file(url)
    settings.parent.mkdir(parents=True, exist_ok=True)
    if not settings.exists():
        write_whole(settings, SETTINGS.encode("utf-8"))
    folder, said = str(settings.parent), _said(settings)
    overrides: dict[str, Any] = {} if "compute_logs" in said else {"compute_logs": NO_COMPUTE_LOGS}
    if not any("storage" in str(key) for key in said):
        overrides["storage"] = {"custom": {**KEPT_OPEN, "config": {"base_dir": folder}}}
    reference = InstanceRef.from_dir(folder, overrides=overrides)
    with dg.DagsterInstance.from_ref(reference) as instance:
        yield instance


def _said(settings: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = parse(settings.read_text(encoding="utf-8"), str(settings)).data or {}
    return found


def settings_faults(settings: Path, executor: str = "in_process") -> list[str]:
    """Return what does not hold of a `dagster.yaml`, a sentence each; what is left out is as Dagster has it.

    `executor` is that of CCG_EXECUTOR: several machines need more of their instance than one.
    Raises Fault for a file that is not YAML.
    """
    said = _said(settings)

    def at(*path: str) -> Any:
        found: Any = said
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    faults = []
    if at("telemetry", "enabled") is not False:
        faults.append("telemetry is on: write `telemetry: {enabled: false}`.")
    if at("run_monitoring", "enabled") is not True:
        faults.append(
            "run monitoring is off, and a run that hangs is waited for without end: write "
            "`run_monitoring: {enabled: true, start_timeout_seconds: 180, max_runtime_seconds: 21600}`."
        )
    if at("freshness", "enabled") is not True:
        faults.append(
            "freshness is off, and late observations do not show: write `freshness: {enabled: true}`."
        )
    if at("concurrency", "runs", "max_concurrent_runs") is None and at("run_coordinator") is None:
        faults.append(
            "any number of runs may go on at a time, and each takes 300 MB: write "
            "`concurrency: {runs: {max_concurrent_runs: 2}}`."
        )
    if _holds_a_password(said):
        faults.append(
            "it holds a database's password, which the webserver shows to everybody: name a variable of the "
            "environment instead, `postgres_url: {env: CCG_DAGSTER_DATABASE}`."
        )
    if executor == "celery" and at("storage", "postgres") is None:
        faults.append(
            "CCG_EXECUTOR is celery, and its workers share no SQLite: write "
            "`storage: {postgres: {postgres_url: {env: CCG_DAGSTER_DATABASE}}}`."
        )
    return [f"{settings}: {fault}" for fault in faults]


def _holds_a_password(said: Any) -> bool:
    if isinstance(said, Mapping):
        return any(
            (key in ("postgres_url", "password") and isinstance(value, str)) or _holds_a_password(value)
            for key, value in said.items()
        )
    return isinstance(said, list) and any(map(_holds_a_password, said))


def daemon_is_live(instance: dg.DagsterInstance) -> bool:
    """Return whether a Dagster daemon has looked at the sensors within the last minute."""
    beats = instance.get_daemon_heartbeats()
    return any(name == "SENSOR" and time.time() - beat.timestamp < 60 for name, beat in beats.items())
