"""The calendar of releases: when each round may first be published, and what is due.

Belongs here: reading the calendar, refusing a time that may not be, what is due at a time.
Does not belong here: what time it is (whoever asks says so), what a round holds (publications.py).

Code of Practice for Statistics, edition 3.0: releases are pre-announced and go out at 9.30 am on a weekday.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from expert_panels.foundation.fault import Fault

LONDON = ZoneInfo("Europe/London")
AT = time(9, 30)
COLUMNS = ["lane", "round", "publish_at"]
EXAMPLE = "annual,2016-17,2017-07-21T09:30"


@dataclass(frozen=True)
class Announced:
    """A round that is announced: its lane and name (2016-17, 2017-03), and its time, of London."""

    lane: str
    name: str
    publish_at: datetime

    @property
    def words(self) -> str:
        """The time as people write it: `21 July 2017, 9.30 am`."""
        return f"{self.publish_at.day} {self.publish_at:%B %Y}, 9.30 am"


def read_calendar(path: Path) -> tuple[Announced, ...]:
    """Read a calendar, a CSV with COLUMNS, in its order of times; Fault names the row that cannot be used."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if rows.fieldnames != COLUMNS:
                raise Fault(f"{path}: its first line must be {','.join(COLUMNS)}; a row is {EXAMPLE}.")
            found = [_announced(row, f"{path}, line {rows.line_num}") for row in rows]
    except (OSError, UnicodeDecodeError) as fault:
        raise Fault(f"{path}: the calendar cannot be read: {fault}.") from None
    keys = [(one.lane, one.name) for one in found]
    if twice := [key for key in keys if keys.count(key) > 1]:
        raise Fault(f"{path}: {' '.join(twice[0])} is announced twice: keep one of the rows.")
    return tuple(sorted(found, key=lambda one: (one.publish_at, one.lane, one.name)))


def _announced(row: dict[str, str], where: str) -> Announced:
    values = [row.get(name) or "" for name in COLUMNS]
    if not all(values) or None in row:
        raise Fault(f"{where}: a row has {len(COLUMNS)} values, as in {EXAMPLE}.")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", values[2]):
        raise Fault(f"{where}: {values[2]!r} is no time: write it as 2017-07-21T09:30, by London's clock.")
    try:
        at = datetime.fromisoformat(values[2]).replace(tzinfo=LONDON)
    except ValueError:
        raise Fault(f"{where}: {values[2]!r} is no day of the calendar: correct it.") from None
    if at.time() != AT or at.weekday() > 4:
        raise Fault(f"{where}: {at:%A, %H:%M} is not 9.30 am on a weekday: choose such a time.")
    return Announced(values[0], values[1], at)


@dataclass(frozen=True)
class Due:
    """What may be published at a time, and what is still to come: lane and name with the time in words."""

    published: dict[tuple[str, str], str]
    to_come: tuple[Announced, ...]


def due(rounds: Sequence[tuple[str, str]], calendar: Sequence[Announced] | None, now: datetime) -> Due:
    """Return which `rounds` (lane and name) may be published at `now` (with a time zone).

    Without a calendar all may, and no time is said of them. With one, a round that it does not announce
    may not: what was never announced does not go out.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    if calendar is None:
        return Due(dict.fromkeys(rounds, ""), ())
    is_out = {(one.lane, one.name): one for one in calendar if one.publish_at <= now}
    return Due(
        {key: is_out[key].words for key in rounds if key in is_out},
        tuple(one for one in calendar if one.publish_at > now),
    )
