"""What the bare lines of a ledger let out, counted by hand, and that releases show exactly that.

Belongs here: the naive count, said without the fold; every release held against it.
Does not belong here: who decided and launched, and when (random_people.py, random_engineers.py).
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.release.archive import fetch
from ccg_pipeline.release.parts import tables_of
from ccg_pipeline.release.released import released
from ccg_pipeline.release.tables import OVERRIDDEN, SHOWN, VERIFIED
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.sql import release, release_time
from expert_panels.ledger import record as ledger
from expert_panels.ledger.line import Line
from tests.support.worlds.small_pipeline import COMMITTEE, EDITION, TERMS

WRITTEN_WITHIN = timedelta(seconds=60)
"""How long a run that read the ledger may take to write its release, on a machine that others keep busy."""


def published(lines: Iterable[Line], body: str) -> str:
    """Whose rows are out by a gate's lines, all of them allowed: counted by hand, line by line."""
    terms = TERMS[body]
    leaders = {one.email for one in terms.members if terms.leads(one.role)}
    subject, out, votes, officers = "", "", set[str](), set[str]()
    now, out_since = 0, 0  # rounds: the same rows laid again are before the panel again
    for line in lines:
        match line.decision:
            case "open" | "close":
                subject, now = line.subject_sha256 if line.decision == "open" else "", line.serial
                votes, officers = set(), set()
            case "return" | "moderate":
                votes, officers = set(), set()
            case "recuse":
                votes.discard(line.actor)
            case "withdraw":
                assert line.subject_sha256 == out
                if out_since == now:
                    votes, officers = set(), set()
                out = ""
            case "approve":
                assert line.subject_sha256 == subject
                votes.add(line.actor)
                if len(votes) >= terms.quorum.members and votes & leaders:
                    out, out_since = subject, now
            case "override":
                officers.add(line.role)
                if len(officers) == 2:
                    out, out_since = subject, now
    return out


def releases(engine: Engine) -> pd.DataFrame:
    with reading(engine) as connection:
        return frames.read(connection, release, {})


def of_gate(lines: list[Line], body: str, lane: str, key: str) -> list[Line]:
    return [one for one in lines if (one.panel, one.lane, one.partition_key) == (body, lane, key)]


def up_to(lines: list[Line], last_line: str) -> list[Line]:
    """Lines up to the one with that hash; none for ''."""
    return lines[: [one.hash for one in lines].index(last_line) + 1] if last_line else []


def when_made(engine: Engine) -> dict[tuple[str, str, int], datetime]:
    """When each release was made, to the second, where that is on record."""
    with reading(engine) as connection:
        times = frames.read(connection, release_time, {})
    return {
        (str(row.lane), str(row.partition_key), int(row.serial)): datetime.fromisoformat(str(row.at))
        for row in times.itertuples(index=False)
    }


def nothing_unverified_is_out(engine: Engine, seen: set[tuple[str, str, int]]) -> None:
    """Look at every release that was not looked at before."""
    lines, moments = ledger.lines(engine), when_made(engine)
    for row in releases(engine).itertuples(index=False):
        name = (str(row.lane), str(row.partition_key), int(row.serial))
        if name in seen:
            continue
        seen.add(name)
        header = json.loads(str(row.header))
        assert sha256_of(row.header) == row.sha256
        said = dict(header["panels"])
        if header["overall"] is not None:
            said[COMMITTEE] = header["overall"]
        for body, entry in said.items():
            taken = up_to(of_gate(lines, body, *name[:2]), entry["last_line"])
            out = published(taken, body)
            assert (entry["verification"] in SHOWN) == bool(out), (name, body)
            assert entry["subject"] == out, (name, body)
            if name in moments:  # and no line that stood well before the release was left out of account
                older = [
                    one for one in of_gate(lines, body, *name[:2]) if one.at < moments[name] - WRITTEN_WITHIN
                ]
                assert len(older) <= len(taken) or published(older, body) == out, (name, body)
        words = {entry["verification"] for entry in said.values()}
        if name[0] == "annual" and name[2] == 1:
            assert words <= {VERIFIED, OVERRIDDEN}
        if header["overall"] is not None and header["overall"]["verification"] in (VERIFIED, OVERRIDDEN):
            with reading(engine) as connection:
                rests_on = tables_of(fetch(connection, header["overall"]["subject"]))["rests_on"]
            assert dict(zip(rests_on["panel"], rests_on["subject"], strict=True)) == {
                panel: entry["subject"] for panel, entry in header["panels"].items()
            }
            assert words <= {VERIFIED, OVERRIDDEN}


def shows_what_was_released(engine: Engine, lane: str, key: str) -> None:
    """The newest table that leaves shows the very ratings of what was let out, and no other rating."""
    tables = released(engine, EDITION, lane, key)
    ratings = tables.frames["ratings"]
    for panel, entry in tables.header["panels"].items():
        own = ratings[ratings["panel"] == panel].set_index("ccg_code")["rating"]
        assert len(own) == 209
        if not entry["subject"]:
            assert own.eq("").all(), (lane, panel)
            continue
        with reading(engine) as connection:
            kept = tables_of(fetch(connection, entry["subject"]))["candidate_rating"]
        assert own.to_dict() == kept.set_index("ccg_code")["rating"].fillna("").to_dict(), (lane, panel)
