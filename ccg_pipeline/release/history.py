"""The history of a round: its releases with their times, who decided what, who saw figures before.

Belongs here: reading that from releases, ledger and access log; persons by role, never by name.
Does not belong here: the tables of a release (released.py), how any of it is shown (publish/site/).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from ccg_pipeline.release.archive import Release, release_numbered
from ccg_pipeline.storage.sql import release_time
from expert_panels.ledger.record import lines_of_round
from expert_panels.tables import access_log
from expert_panels.terms import Terms

Bodies = Mapping[str, Terms]
"""The terms of reference of every body, by its key."""

OTHER = "a person without a seat in a panel"
"""What somebody is called whose address is in no terms of reference: engineers and statisticians."""


@dataclass(frozen=True)
class DatedRelease:
    """A release and when it was made, UTC, to the second; '' for one of before times were kept."""

    release: Release
    made_at: str


def dated_releases(connection: Connection, lane: str, partition_key: str) -> list[DatedRelease]:
    """Return every release of a round in order, each checked against its sha256."""
    found: list[DatedRelease] = []
    key = release_time.c.lane == lane, release_time.c.partition_key == partition_key
    times = {
        int(serial): str(at)
        for serial, at in connection.execute(select(release_time.c.serial, release_time.c.at).where(*key))
    }
    while one := release_numbered(connection, lane, partition_key, len(found) + 1):
        found.append(DatedRelease(one, times.get(one.serial, "")))
    return found


def statements(connection: Connection, found: Release) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return of each body what it decided on what a release shows: heads and texts, by its key.

    A body that has decided nothing has none. Persons are named by their role.
    """
    lines = {line.hash: line for line in lines_of_round(connection, found.lane, found.partition_key)}
    bodies = dict(found.header["panels"])
    if found.header["overall"] and found.header["overall"].get("gate"):
        bodies[found.header["overall"]["gate"]] = found.header["overall"]
    said: dict[str, tuple[tuple[str, str], ...]] = {}
    for body, entry in bodies.items():
        line = lines.get(str(entry.get("last_line")))
        if line is None:
            continue
        at = line.at.astimezone(UTC)
        roles = ", ".join(sorted({str(role) for role, _ in entry["by"]}))
        pairs = [("Decided", f"{entry['verification']}, on {at.day} {at:%B %Y}"), ("By", roles)]
        pairs.append(("Statement", line.reason or line.meaning))
        said[body] = tuple((head, text) for head, text in pairs if text)
    return said


def views_before(
    connection: Connection, lane: str, partition_key: str, until: str, terms: Bodies
) -> tuple[tuple[str, int], ...]:
    """Return who was shown figures of a round before `until` (UTC), by role, and how often: most first.

    `until` is the time of its first release, as `DatedRelease` has it; '' is none, and nobody saw it before.
    """
    if not until:
        return ()
    end = datetime.fromisoformat(until.replace("Z", "+00:00"))
    roles = {
        person.email: f"{person.role}, {own.title}"
        for own in terms.values()
        for person in (*own.members, *own.officers)
    }
    named = access_log.c.subject.like(f"%{lane} {partition_key}%"), access_log.c.outcome == "shown"
    rows = connection.execute(select(access_log.c.actor, access_log.c.at).where(*named)).all()
    seen = Counter(
        roles.get(str(actor), OTHER)
        for actor, at in rows
        if (at if at.tzinfo else at.replace(tzinfo=UTC)) < end
    )
    return tuple(sorted(seen.items(), key=lambda one: (-one[1], one[0])))
