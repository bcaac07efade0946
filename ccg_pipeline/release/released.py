"""The one door: what leaves the building, read from what was released.

Belongs here: finding a release and rebuilding its tables from the parts it points at, each checked; the same
of what is not released.
Does not belong here: which parts a release shows (assets/), how a table is laid out (assessment.py), the log
of who saw what is not released (the panels' own package keeps it).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import words
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.reference.special_measures.register import Register
from ccg_pipeline.release.archive import Release, fetch, latest_release, released_partitions
from ccg_pipeline.release.entries import register_at, register_known_to
from ccg_pipeline.release.holds import HELD_BACK, blocking_lane, reason_of
from ccg_pipeline.release.parts import OPEN, OVERALL, tables_of
from ccg_pipeline.release.rederived import check_release
from ccg_pipeline.release.tables import NO_COMMITTEE, SHOWN, assessed_tables, by_committee, is_overridden
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.frames import read, typed
from ccg_pipeline.storage.sql import BY_NAME, lane_fingerprint
from expert_panels.foundation.fault import Fault
from expert_panels.terms import Terms, load_terms

NOT_VERIFIED = "not verified, not for publication"


@dataclass(frozen=True)
class Tables:
    """The tables of a lane's partition; `release` is None for what is not released.

    `register` is that of special measures as the release knows it, and of what is not released as it is now.
    """

    lane: str
    partition_key: str
    frames: Mapping[str, pd.DataFrame]
    header: Mapping[str, Any]
    release: Release | None
    register: Register

    @property
    def is_made_up(self) -> bool:
        """Whether any figure was drawn and not published."""
        return bool(self.header["is_made_up"])

    @property
    def verifications(self) -> dict[str, str]:
        """What was done about each panel's area, by its key, and about the `overall` rating, in words."""
        said = {panel: str(entry["verification"]) for panel, entry in self.header["panels"].items()}
        overall = self.header["overall"]
        return said | ({OVERALL: by_committee(str(overall["verification"]))} if overall else {})

    @property
    def overridden(self) -> tuple[str, ...]:
        """The panels' areas, and `overall`, that are out without the verification that they should have."""
        return tuple(key for key, said in self.verifications.items() if is_overridden(said))


def typed_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of a part with the dtypes that they have in the database."""
    return {name: typed(frame, BY_NAME[name]) if name in BY_NAME else frame for name, frame in tables.items()}


def kept_part(connection: Connection, sha256: str) -> dict[str, pd.DataFrame]:
    """Return the tables of a kept part, each column of its own type; StorageFault when it was altered."""
    return typed_tables(tables_of(fetch(connection, sha256)))


def released(
    engine: Engine,
    edition: Edition,
    lane: str = "",
    partition_key: str = "",
    as_at: date | None = None,
    terms: Mapping[str, Terms] | None = None,
) -> Tables:
    """Return the newest release of a lane's partition; without one, of the newest partition there is.

    With `as_at`, the release that stood at the end of that day (UTC), whatever has followed it. `terms` are
    those of every body, the packaged ones where none are given. Raises Fault, and StorageFault when a part is
    absent or was altered, or when the release is not what the ledger gives.
    """
    with reading(engine) as connection:
        if not lane:
            lane, partition_key = _newest(released_partitions(connection, as_at))
        found = latest_release(connection, lane, partition_key, as_at) if lane else None
        if found is None:
            named = f"{lane} table of {words(lane, partition_key)}" if lane else "table"
            if as_at is not None:
                raise Fault(
                    f"No {named} had been released by {as_at}: --unreleased shows what the figures that were "
                    "published by then give."
                )
            scored = (lane, partition_key) if lane else _newest(read(connection, lane_fingerprint, {}))
            if scored[0] and (held := reason_of(blocking_lane(connection, edition, *scored))):
                raise Fault(f"No {named} has been released, for what was scored is {HELD_BACK}. {held}.")
            raise Fault(
                f"No {named} has been released: `ccg panel status` says what is awaited, and --unreleased "
                "shows what is not verified."
            )
        return _tables(connection, edition, found, terms)


def released_before(engine: Engine, edition: Edition, found: Release, terms: Mapping[str, Terms]) -> Tables:
    """Return the tables of any release, whatever has followed it; raises as `released` does."""
    with reading(engine) as connection:
        return _tables(connection, edition, found, terms)


def _tables(
    connection: Connection, edition: Edition, found: Release, terms: Mapping[str, Terms] | None
) -> Tables:
    check_release(connection, edition, found, load_terms() if terms is None else terms)
    parts = {OPEN: kept_part(connection, found.header["open"])}
    for panel, said in found.header["panels"].items():
        if said["verification"] in SHOWN:
            parts[panel] = kept_part(connection, said["subject"])
    overall = found.header["overall"]
    if overall is not None and overall["verification"] in (*SHOWN, NO_COMMITTEE):
        parts[OVERALL] = kept_part(connection, overall["subject"])
    register = register_known_to(connection, found)
    frames = assessed_tables(found.header, parts, edition, ccgs(), register)
    return Tables(found.lane, found.partition_key, frames, found.header, found, register)


def newest_scored(engine: Engine) -> tuple[str, str]:
    """Return lane and partition key of the newest partition that was scored; Fault without any."""
    with reading(engine) as connection:
        lane, key = _newest(read(connection, lane_fingerprint, {}))
    if not lane:
        raise Fault("Nothing has been scored in this database: `ccg run` does that.")
    return lane, key


def unreleased(engine: Engine, edition: Edition, lane: str = "", partition_key: str = "") -> Tables:
    """Return the tables as they stand, verified or not, for who may see them; whoever shows them logs it."""
    with reading(engine) as connection:
        current = read(connection, lane_fingerprint, {})
        if not lane:
            lane, partition_key = _newest(current)
        current = current[(current["lane"] == lane) & (current["partition_key"] == partition_key)]
        if OPEN not in set(current["part"]):
            named = f"the {lane} lane for {words(lane, partition_key)}" if lane else "this database"
            raise Fault(f"Nothing has been scored in {named}: `ccg run` does that.")
        register = register_at(connection)
        parts = {
            str(row.part): kept_part(connection, str(row.sha256)) for row in current.itertuples(index=False)
        }
    header = {
        "lane": lane,
        "partition_key": partition_key,
        "edition": edition.key,
        "is_made_up": bool(current["is_made_up"].any()),
        "panels": {rule.key: {"verification": NOT_VERIFIED} for rule in edition.panels},
        "overall": {"verification": NOT_VERIFIED} if OVERALL in parts else None,
    }
    committee = edition.lane(lane).overall_gate
    if committee is not None and committee.key in parts:
        parts[OVERALL] = parts[committee.key]  # as it stands before the committee, with what it moderated
    frames = assessed_tables(header, parts, edition, ccgs(), register)
    return Tables(lane, partition_key, frames, header, None, register)


def _newest(partitions: pd.DataFrame) -> tuple[str, str]:
    """Return the newest partition, a month before a year: the interim table is what most people ask for."""
    partitions = partitions[
        ~partitions["lane"].str.contains("/")
    ]  # those of other editions are asked for by name
    if partitions.empty:
        return "", ""
    ordered = partitions.sort_values(["lane", "partition_key"], ascending=[False, False])
    return str(ordered["lane"].iloc[0]), str(ordered["partition_key"].iloc[0])
