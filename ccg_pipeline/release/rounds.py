"""Releases of an edition's rounds: what a round's part contains, what its header says, reading it back.

Belongs here: the one part of a round that no gate holds, its header, and a released round as tables.
Does not belong here: keeping parts and headers (archive.py), releases of the two lanes of before (parts.py,
header.py), what is printed of them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.framework.round_dates import lane_of
from ccg_pipeline.release.archive import Release, StorageFault, fetch, latest_release
from ccg_pipeline.release.parts import OPEN
from ccg_pipeline.storage.fingerprint import canonical_json, canonical_rows
from ccg_pipeline.storage.frames import completed, typed
from ccg_pipeline.storage.sql import grade_chance, observation, place, score
from expert_panels.foundation.fault import Fault

NO_GATE = "no panel verifies it, for the edition has no gate"
"""What the header of a release says where an edition is released without anybody's signature."""

TABLES = ("scores", "places", "chances", "figures", "organisations")
"""What a part holds: scores, places, chances, and what they rest on: published figures, and what is known of
the organisations. Whoever has the part and the edition can work its scores out again."""


def part_of(edition: Edition, one: Round, key: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the canonical bytes of a round's part; `tables` has a frame for each name of TABLES."""
    packed = {
        name: {"columns": sorted(tables[name].columns), "rows": canonical_rows(tables[name])}
        for name in TABLES
    }
    return canonical_json(
        {"edition": edition.key, "round": one.key, "partition_key": key, "part": OPEN, "tables": packed}
    )


def header_of(edition: Edition, one: Round, key: str, sha256: str, is_made_up: bool) -> dict[str, Any]:
    """Return the header of the release of a round without gates, whose part has this `sha256`."""
    return {
        "lane": lane_of(edition, one),
        "partition_key": key,
        "edition": edition.key,
        "title": f"{edition.title}, {key}",
        "is_made_up": is_made_up,
        "open": sha256,
        "panels": {},
        "overall": None,
        "verification": NO_GATE,
        "ledger_head": "",
    }


@dataclass(frozen=True)
class ReleasedRound:
    """A released round of an edition: its release, and its tables by the names in TABLES."""

    release: Release
    tables: Mapping[str, pd.DataFrame]

    @property
    def is_made_up(self) -> bool:
        """Whether any figure in it was drawn from a seed."""
        return bool(self.release.header["is_made_up"])


def checked_round(connection: Connection, edition: Edition, one: Round, release: Release) -> dict[str, Any]:
    """Return the part of a round's release; StorageFault unless its header says what the round gives.

    No panel verifies it, so nothing but its own part and the edition speaks for it.
    """
    header, key = release.header, release.partition_key
    expected = header_of(edition, one, key, str(header.get("open")), bool(header.get("is_made_up")))
    content: dict[str, Any] = json.loads(fetch(connection, str(header.get("open"))))
    about = {"edition": edition.key, "round": one.key, "partition_key": key, "part": OPEN}
    if header != expected or any(content.get(name) != said for name, said in about.items()):
        raise StorageFault(
            f"Release {release.serial} of {release.lane} {key} is not what its part and the edition give, "
            "and is not shown: it was altered, or the edition's title was changed since. Run the round again."
        )
    return content


def released_round(connection: Connection, edition: Edition, one: Round, key: str) -> ReleasedRound:
    """Read the newest release of a round, checked against its sha256; Fault where there is none."""
    release = latest_release(connection, lane_of(edition, one), key)
    if release is None:
        raise Fault(
            f"Nothing of {edition.key} {key} is released in this database: run `ccg run --edition "
            f"{edition.key} --{one.every} {key}`."
        )
    content = checked_round(connection, edition, one, release)
    tables = {
        name: pd.DataFrame(packed["rows"], columns=packed["columns"])
        for name, packed in content["tables"].items()
    }
    tables["scores"] = completed(typed(tables["scores"], score), score)
    tables["places"] = completed(typed(tables["places"], place), place)
    tables["chances"] = completed(typed(tables["chances"], grade_chance), grade_chance)
    tables["figures"] = typed(tables["figures"], observation)
    tables["organisations"] = tables["organisations"].set_index("organisation_code")
    return ReleasedRound(release, tables)


def released_keys(connection: Connection, edition: Edition, one: Round, keys: list[str]) -> list[str]:
    """Return those of a round's partitions `keys` of which there is a release, in their order."""
    return [key for key in keys if latest_release(connection, lane_of(edition, one), key) is not None]
