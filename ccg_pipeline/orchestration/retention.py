"""Dagster's runs that need not be kept for ever.

Belongs here: which ended runs are not the newest of anything, and taking them away with their events.
Does not belong here: the looks of schedules and sensors, which `retention` of dagster.yaml takes away; the
pipeline's own tables (release/retention.py).
"""

from datetime import datetime
from pathlib import Path

import dagster as dg
from dagster._core.events import DagsterEventType
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log import SqliteEventLogStorage


def outdated_runs(instance: dg.DagsterInstance, before: datetime) -> list[str]:
    """Return the ids of runs that ended before a moment (aware) and made no newest piece of an asset.

    Without the run that made a partition last, Dagster would show that partition as missing.
    """
    ended = instance.get_run_records(dg.RunsFilter(statuses=list(FINISHED_STATUSES), updated_before=before))
    newest = {run for key in instance.all_asset_keys() for run in _newest(instance, key)}
    return sorted({one.dagster_run.run_id for one in ended} - newest)


def _newest(instance: dg.DagsterInstance, key: dg.AssetKey) -> set[str]:
    latest = instance.get_latest_materialization_event(key)
    ids = instance.get_latest_storage_id_by_partition(key, DagsterEventType.ASSET_MATERIALIZATION)
    asked = dg.AssetRecordsFilter(asset_key=key, storage_ids=list(ids.values()))
    made = instance.fetch_materializations(asked, limit=len(ids)).records if ids else []
    return {one.run_id for one in made} | ({latest.run_id} if latest else set())


def take_away_runs(instance: dg.DagsterInstance, runs: list[str]) -> None:
    """Take away runs with their events; on SQLite also the file that Dagster keeps of each."""
    storage = instance.event_log_storage
    for run in runs:
        instance.delete_run(run)
        if isinstance(storage, SqliteEventLogStorage):
            for ending in ("", "-wal", "-shm"):
                Path(f"{storage.path_for_shard(run)}{ending}").unlink(missing_ok=True)
