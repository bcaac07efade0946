"""Whether a lane's partition is as its last run left it, so that its steps need not run again.

Belongs here: what the rows of a lane rest on and those rows themselves as one fingerprint, and the run that
left them so.
Does not belong here: gates and releases, which are worked out again by every run (main_job.py); draws that a
step keeps by itself (assets/uncertainty.py).
"""

import hashlib
from functools import cache
from pathlib import Path

import dagster as dg
from sqlalchemy import Engine, select

import ccg_pipeline
from ccg_pipeline.assets.lane import Lane
from ccg_pipeline.assets.uncertainty import known_by
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import (
    area_score,
    candidate_rating,
    certainty,
    indicator_band,
    lane_fingerprint,
    overall_rating,
)

LEFT_TAG = "ccg/left"
"""Of a run that went through all steps of a lane's partition: the fingerprint of what it left."""

_ROWS = (indicator_band, certainty, area_score, candidate_rating, overall_rating, lane_fingerprint)


def rests_on(engine: Engine, lane: Lane, key: str) -> str:
    """Return the sha256 of all that the rows of a partition rest on: figures, edition, every file of ours."""
    figures = lane.observations(engine, key, lane.edition.indicator_codes)
    return f"{package_version()}:{known_by(lane, figures, lane.supplementary(engine, key))}"


def left(engine: Engine, lane: Lane, key: str, rests_on: str) -> str:
    """Return the sha256 of what a partition rests on with the rows that are stored of it."""
    digest = hashlib.sha256(f"{lane.name}/{key}/{rests_on}".encode())
    with reading(engine) as connection:
        for table in _ROWS:
            own = select(table).where(table.c.lane == lane.name, table.c.partition_key == key)
            rows = sorted(map(repr, connection.execute(own).all()))
            digest.update(f"{table.name}:{len(rows)}\n".encode() + "\n".join(rows).encode())
    return digest.hexdigest()


def is_left(instance: dg.DagsterInstance, fingerprint: str) -> bool:
    """Return whether a run left exactly this, so that the rows are those that it made of the same."""
    ended = dg.RunsFilter(tags={LEFT_TAG: fingerprint}, statuses=[dg.DagsterRunStatus.SUCCESS])
    return bool(instance.get_run_records(ended, limit=1))


@cache
def package_version() -> str:
    """Return the sha256 of every file of this package, code and reference data, by its place in it."""
    folder, digest = Path(ccg_pipeline.__file__).parent, hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(folder)}:{content}\n".encode())
    return digest.hexdigest()
