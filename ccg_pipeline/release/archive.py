"""Parts and releases: what was submitted to a panel, and what was published, kept for ever.

Belongs here: content-addressed parts, release headers, and reading them back checked against their sha256.
Does not belong here: what a part or a header contains (publish/), who may release (assets/).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Engine, exists, insert, select

from ccg_pipeline.storage import frames, locks
from ccg_pipeline.storage.database import reading, writing
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from ccg_pipeline.storage.pieces import Piece, write_within
from ccg_pipeline.storage.sql import gate, kept, lane_fingerprint, release, release_time
from expert_panels.foundation.fault import Fault


class StorageFault(Fault):
    """What is stored does not agree with its fingerprint: one sentence."""


def keep(connection: Connection, part: str, content: str) -> str:
    """Keep a part's bytes and return their sha256; the same bytes are kept once."""
    sha256 = sha256_of(content)
    locks.hold(connection, [(kept.name, {"sha256": sha256})])
    if connection.execute(select(kept.c.sha256).where(kept.c.sha256 == sha256)).first() is None:
        connection.execute(insert(kept).values(sha256=sha256, part=part, content=content))
    return sha256


def fetch(connection: Connection, sha256: str) -> str:
    """Return the bytes kept under `sha256`; StorageFault when they are absent or were altered."""
    row = connection.execute(select(kept.c.content).where(kept.c.sha256 == sha256)).first()
    if row is None:
        raise StorageFault(
            f"No part is kept under {sha256[:12]}…: the database is not the one that signed it."
        )
    content = str(row[0])
    if sha256_of(content) != sha256:
        raise StorageFault(f"The part kept under {sha256[:12]}… was altered: its bytes no longer match.")
    return content


@dataclass(frozen=True)
class Release:
    """A release: its serial, its sha256, and its header, which points at the parts it shows."""

    lane: str
    partition_key: str
    serial: int
    sha256: str
    header: dict[str, Any]


def _made_by(day: date) -> ColumnElement[bool]:
    """Return the condition that a release was made on or before `day` (UTC); one of unknown time was not."""
    made = release_time.c
    is_its = (made.lane == release.c.lane) & (made.partition_key == release.c.partition_key)
    return exists().where(is_its, made.serial == release.c.serial, made.at < f"{day + timedelta(days=1)}")


def made_at(connection: Connection, made: Release) -> datetime | None:
    """Return when a release was made, UTC, to the second; None for one of before times were kept."""
    columns = release_time.c
    key = columns.lane == made.lane, columns.partition_key == made.partition_key
    at = connection.execute(select(columns.at).where(*key, columns.serial == made.serial)).scalar()
    return None if at is None else datetime.fromisoformat(str(at))


def latest_release(
    connection: Connection, lane: str, partition_key: str, as_at: date | None = None
) -> Release | None:
    """Return the newest release of a lane's partition, or None; StorageFault when its header was altered.

    With `as_at`, the one that was the newest at the end of that day.
    """
    made = [] if as_at is None else [_made_by(as_at)]
    row = connection.execute(
        select(release.c.serial, release.c.sha256, release.c.header)
        .where(release.c.lane == lane, release.c.partition_key == partition_key, *made)
        .order_by(release.c.serial.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return _checked(lane, partition_key, int(row[0]), str(row[1]), str(row[2]))


def _checked(lane: str, partition_key: str, serial: int, sha256: str, header: str) -> Release:
    if sha256_of(header) != sha256:
        raise StorageFault(f"Release {serial} of {lane} {partition_key} was altered: it no longer matches.")
    return Release(lane, partition_key, serial, sha256, json.loads(header))


def release_numbered(connection: Connection, lane: str, partition_key: str, serial: int) -> Release | None:
    """Return one release by its number, or None; StorageFault when its header was altered."""
    key = release.c.lane == lane, release.c.partition_key == partition_key, release.c.serial == serial
    row = connection.execute(select(release.c.sha256, release.c.header).where(*key)).first()
    return None if row is None else _checked(lane, partition_key, serial, str(row[0]), str(row[1]))


def numbers_released(connection: Connection) -> list[tuple[str, str, int]]:
    """Return lane, partition key and number of every release that was ever made, in order."""
    columns = release.c.lane, release.c.partition_key, release.c.serial
    rows = connection.execute(select(*columns).order_by(*columns)).all()
    return [(str(lane), str(key), int(serial)) for lane, key, serial in rows]


def released_partitions(connection: Connection, as_at: date | None = None) -> pd.DataFrame:
    """Return lane, partition_key and newest serial of everything released (by the day `as_at`), in order."""
    columns = ["lane", "partition_key", "serial"]
    made = [] if as_at is None else [_made_by(as_at)]
    rows = connection.execute(select(*(release.c[name] for name in columns)).where(*made)).all()
    frame = pd.DataFrame.from_records([tuple(row) for row in rows], columns=columns).sort_values(columns)
    return frame.drop_duplicates(["lane", "partition_key"], keep="last", ignore_index=True)


def next_header(connection: Connection, header: dict[str, Any]) -> pd.DataFrame:
    """Return the row of table `release` for a header; no row when the newest release says the same."""
    lane, partition_key = str(header["lane"]), str(header["partition_key"])
    text = canonical_json(header)
    before = latest_release(connection, lane, partition_key)
    columns = ["lane", "partition_key", "serial", "sha256", "header"]
    if before is not None and before.sha256 == sha256_of(text):
        return pd.DataFrame([], columns=columns)
    serial = 1 if before is None else before.serial + 1
    return pd.DataFrame([[lane, partition_key, serial, sha256_of(text), text]], columns=columns)


def release_new(
    engine: Engine,
    headers: Sequence[dict[str, Any]],
    now: datetime,
    parts: Sequence[tuple[str, str]] = (),
) -> int:
    """Release, at `now`, what these headers say and no newest release says; return how many that were.

    `parts` that no body verifies, each with its bytes, are kept with the headers that name them. Of two who
    release a partition at the same moment one waits, and sees what the other released.
    """
    rounds = {"partition_key": [str(one["partition_key"]) for one in headers]}
    held = [(release.name, rounds), (kept.name, {"sha256": [sha256_of(content) for _, content in parts]})]
    with writing(engine) as connection:
        locks.hold(connection, held)
        pieces = new_releases(connection, headers, now)
        for part, content in parts:
            keep(connection, part, content)
        write_within(connection, pieces)
    return len(pieces[0].frame)


def new_releases(connection: Connection, headers: Sequence[dict[str, Any]], now: datetime) -> list[Piece]:
    """Return the releases that these headers are and that there are not yet, made at `now`, to be written."""
    news = pd.concat([next_header(connection, header) for header in headers], ignore_index=True)
    made = news[["lane", "partition_key", "serial"]].assign(at=now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    # the scope holds no row, so that nothing of what was released is ever replaced
    scope: dict[str, str | list[str]] = {"lane": [], "partition_key": [], "serial": []}
    return [Piece("release", scope, news), Piece("release_time", scope, made)]


def released_rounds(connection: Connection) -> list[tuple[str, str]]:
    """Return lane and partition key of everything that was ever released."""
    rows = connection.execute(select(release.c.lane, release.c.partition_key).distinct()).all()
    return [(str(lane), str(key)) for lane, key in rows]


def known_heads(connection: Connection) -> list[str]:
    """Return the hashes of lines that releases and gates carry, by which a cut-off tail shows."""
    headers = [latest_release(connection, lane, key) for lane, key in released_rounds(connection)]
    released = {one.header["ledger_head"] for one in headers if one is not None}
    shown = set(connection.execute(select(gate.c.last_line)).scalars())
    return sorted((released | shown) - {""})


def candidate_fingerprints(engine: Engine, lane: str = "", partition_key: str = "") -> pd.DataFrame:
    """Return the fingerprint of each candidate part, with columns FINGERPRINT.

    Of all rounds, or of one lane, or of one round of it.
    """
    scope = {name: key for name, key in (("lane", lane), ("partition_key", partition_key)) if key}
    with reading(engine) as connection:
        return frames.read(connection, lane_fingerprint, scope)


FINGERPRINT = ["lane", "partition_key", "part", "sha256", "launched_by", "is_made_up"]
"""Columns of a candidate part's fingerprint."""


def part_pieces(
    lane: str, part: str, contents: Mapping[str, str], launched_by: str, is_made_up: bool
) -> list[Piece]:
    """Return a part's fingerprints and bytes, to be written; `contents` maps partition keys to bytes."""
    sha256 = {key: sha256_of(content) for key, content in contents.items()}
    rows = [[lane, key, part, value, launched_by, is_made_up] for key, value in sha256.items()]
    scope = {"lane": lane, "partition_key": list(sha256), "part": part}
    content_of = {sha256[key]: content for key, content in contents.items()}
    archived = [[value, part, content] for value, content in content_of.items()]
    kept_rows = pd.DataFrame(archived, columns=["sha256", "part", "content"])
    return [
        Piece("lane_fingerprint", scope, pd.DataFrame(rows, columns=FINGERPRINT)),
        Piece("kept", {"sha256": sorted(content_of)}, kept_rows),
    ]
