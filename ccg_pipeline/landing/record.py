"""The landing folder against the record: which files have to be looked into for a publication and its months.

Belongs here: the record of files that were read before, and leaving alone what it tells all about.
Does not belong here: reading a file (sources/), what a source asset does with it (sources.py).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine, func, select

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.wanted import Wanted, wanted_by
from ccg_pipeline.landing.files import Found, Landed, LandingFolder
from ccg_pipeline.sources.corrections import Amendment
from ccg_pipeline.sources.result import Reading
from ccg_pipeline.storage.code_version import code_version
from ccg_pipeline.storage.corrections import all_lines, in_force
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.sql import file_landed, source_file, source_observation


@dataclass(frozen=True)
class Recorded:
    """What the database says of a file that was read before by this very code."""

    publication: str
    months: frozenset[str]
    is_refused: bool


Months = Mapping[tuple[str, str], frozenset[str]]
"""File, by its sha256 and name -> months."""


def read_by(found: Found, asked: str) -> str:
    """Return by what a file was read: this code, sidecar, what was `asked` of it, and amendments.

    Another of any reads it again.
    """
    said = found.problem or (repr(found.amendments) if found.amendments else "")
    amended = f":{sha256_of(said)[:12]}" if said else ""
    return f"{code_version('ccg_pipeline.sources')}:{found.sidecar_sha256[:12]}:{asked}{amended}"


def _is_read(found: Found, asked: str, stored: str) -> bool:
    """True where a file was read by this code and asked for the same, or for anything where now nothing is.

    What another edition took from it stays, so that editions which run by turns do not undo each other.
    """
    now = read_by(found, asked)
    if asked or stored == now:
        return stored == now
    before = stored.split(":")
    return len(before) > 2 and stored == read_by(found, before[2])


def amendments_in_force(engine: Engine, day: date) -> dict[str, tuple[Amendment, ...]]:
    """Return what is said of single rows on a day: sha256 of the file -> its amendments."""
    holding: dict[str, tuple[Amendment, ...]] = {}
    for line in in_force(all_lines(engine), day):
        if line.action == "withdraw":
            continue
        said = Amendment(
            line.sheet,
            line.row,
            "correct" if line.action == "correct" else "waive",
            tuple(sorted(line.cells.items())),
            f"by {line.actor} until {line.until}: {line.reason}",
        )
        holding[line.source_sha256] = (*holding.get(line.source_sha256, ()), said)
    return holding


def files_of(landing: LandingFolder, engine: Engine) -> tuple[Found, ...]:
    """Return the files of the landing folder, each with what is in force of its rows; and withdrawn ones.

    A file that was withdrawn is refused, also where it is no longer in the folder.
    """
    holding, gone = amendments_in_force(engine, landing.day()), withdrawn(engine, landing.day())
    files = [
        gone.get((found.sha256, found.name)) or replace(found, amendments=holding.get(found.sha256, ()))
        for found in with_landings(landing.files(), landings(engine), landing.looked_at)
    ]
    there = {(found.sha256, found.name) for found in files}
    return (*files, *(found for key, found in gone.items() if key not in there))


def landings(engine: Engine) -> dict[tuple[str, str], str]:
    """Return when each file that was met landed last, by its sha256 and name."""
    column = file_landed.c
    last = select(column.sha256, column.name, func.max(column.at)).group_by(column.sha256, column.name)
    with reading(engine) as connection:
        return {(sha256, name): at for sha256, name, at in connection.execute(last).all()}


def with_landings(
    files: Collection[Found], known: Mapping[tuple[str, str], str], looked_at: datetime
) -> list[Found]:
    """Return the files that are in the folder, each with when it landed.

    One lands when it is met for the first time, and again when it is back in the place of another of its
    name, which has gone. It then landed after all that is `known`, whatever the clock says.
    """
    there = {(found.sha256, found.name) for found in files}
    newest = {key[1]: key for key in sorted(known, key=known.__getitem__)}
    now = looked_at.isoformat(timespec="microseconds")
    if (last := max(known.values(), default="")) > now:
        now = (datetime.fromisoformat(last) + timedelta(microseconds=1)).isoformat(timespec="microseconds")
    landed = []
    for found in files:
        own = found.sha256, found.name
        is_known = own in known and (newest[found.name] == own or newest[found.name] in there)
        landed.append(replace(found, landed_at=known[own] if is_known else now))
    return landed


def withdrawn(engine: Engine, day: date) -> dict[tuple[str, str], Found]:
    """Return the files that are withdrawn on a day, by sha256 and each name under which they were met."""
    holding = in_force(all_lines(engine), day)
    lines = {line.source_sha256: line for line in holding if line.action == "withdraw"}
    column = source_file.c
    statement = select(column.sha256, column.name, column.publication, column.size_bytes).where(
        column.sha256.in_(sorted(lines))
    )
    with reading(engine) as connection:
        met = connection.execute(statement).all() if lines else []
    return {
        (sha256, name): Found(
            Path(name),
            sha256,
            "",
            problem=f"was withdrawn by {lines[sha256].actor}: {lines[sha256].reason.rstrip('.')}",
            publication=lines[sha256].publication or publication,
            size_bytes=size,
        )
        for sha256, name, publication, size in met
    }


def recorded(engine: Engine, files: Collection[Found], wanted: Edition | Wanted) -> dict[Found, Recorded]:
    """Return those of `files` that were read before and not landed since, with what was found in them."""
    landed_at = landings(engine)
    column = source_file.c
    columns = (column.sha256, column.name, column.read_by, column.publication, column.months, column.state)
    asked = wanted_by(wanted)
    with reading(engine) as connection:
        rows = {tuple(row[:2]): row[2:] for row in connection.execute(select(*columns)).all()}
    record = {}
    for found in files:
        row = rows.get((found.sha256, found.name))
        if found.landed_at not in ("", landed_at.get((found.sha256, found.name))):
            continue
        if row is not None and _is_read(found, asked.fingerprint(row[1]), row[0]):
            months = frozenset(month for month in row[2].split(",") if month)
            record[found] = Recorded(row[1], months, row[3] == "refused")
    return record


@dataclass(frozen=True)
class Look:
    """The files of a landing folder at one moment, and what the record says of those read before."""

    landing: LandingFolder
    wanted: Wanted
    files: tuple[Found, ...]
    record: Mapping[Found, Recorded]

    def landed_of(self, publication: str, months: Collection[str]) -> list[Landed]:
        """Return the files of a publication that tell of `months`, or were refused; others stay closed.

        Publication '' has those of no publication, and of publications of which nobody asks anything.
        """
        to_open = [
            found
            for found in self.files
            if (known := self.record.get(found)) is None
            or (
                self.wanted.source_of(known.publication) == publication
                and (known.is_refused or not known.months.isdisjoint(months))
            )
        ]
        landed = [self.landing.read(found, self.wanted) for found in to_open]
        return [one for one in landed if self.wanted.source_of(one.publication) == publication]


def look_into(landing: LandingFolder, engine: Engine, wanted: Edition | Wanted) -> Look:
    """Look into the landing folder and the record, once for all publications of a run."""
    asked, files = wanted_by(wanted), files_of(landing, engine)
    return Look(landing, asked, files, recorded(engine, files, asked))


def to_write_again(engine: Engine, landed: Collection[Landed], wanted: Edition | Wanted) -> Months:
    """Return the months that are stored of those of `landed` that were read in another way before.

    They tell something else now (or no more) in every one of these months, not only in those of a run.
    """
    record = recorded(engine, [one.found for one in landed], wanted)
    changed = {(one.found.sha256, one.found.name) for one in landed if one.found not in record}
    column = source_observation.c
    statement = select(column.source_sha256, column.source_name, column.partition_key).distinct()
    is_changed = column.source_sha256.in_(sorted(sha256 for sha256, _ in changed))
    months: dict[tuple[str, str], frozenset[str]] = {}
    with reading(engine) as connection:
        for sha256, name, month in connection.execute(statement.where(is_changed)).all():
            if (sha256, name) in changed:
                months[sha256, name] = months.get((sha256, name), frozenset()) | {month}
    return months


def file_rows(landed: list[Landed], wanted: Edition | Wanted) -> pd.DataFrame:
    """Return the account of each file, read or refused: one row a file, columns of table source_file."""
    rows = []
    for one in landed:
        account: dict[str, object] = {
            "sha256": one.found.sha256,
            "name": one.found.name,
            "publication": one.publication,
            "layout": "",
            "state": "refused",
            "refusal": "",
            "published_on": None,
            "revised_on": None,
            "dates_provenance": "",
            "size_bytes": one.found.size_bytes,
            "rows_read": 0,
            "rows_used": 0,
            "rows_not_asked_for": 0,
            "rows_not_an_organisation": 0,
            "rows_quarantined": 0,
            "is_made_up": False,
        }
        if isinstance(one.outcome, Reading):
            account |= vars(one.outcome.source_file) | {"state": "read"}
        else:
            account["refusal"] = str(one.outcome)
        by = read_by(one.found, wanted_by(wanted).fingerprint(one.publication))
        rows.append(account | {"read_by": by, "months": ",".join(sorted(one.months))})
    return pd.DataFrame(rows).drop_duplicates(["sha256", "name"])
