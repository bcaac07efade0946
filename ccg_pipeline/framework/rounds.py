"""Rounds by name: months of the interim lane and financial years of the annual lane, typed and printed.

Belongs here: reading what somebody typed for a round, its first and last day, how it is printed.
Does not belong here: Dagster's partitions (orchestration/partitions.py), what a lane takes for a round
(method/scoring/latest.py).
"""

import re
from datetime import UTC, date, datetime

from expert_panels.foundation.fault import WrongUse

FIRST_MONTH = "2012-01"
"""The oldest published file of the IAF ends in 2012."""

FIRST_YEAR = "2013-04-01"
"""CCGs took over on 1 April 2013; a financial year is known by the day on which it begins."""


def _today() -> date:
    return datetime.now(UTC).date()


def month_key(text: str, today: date | None = None) -> str:
    """Return the partition key of a month written 2017-03 that is over by `today` (UTC).

    Raises WrongUse.
    """
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise WrongUse(f"--month {text!r} is not a month: write it as 2017-03.")
    if text < FIRST_MONTH or last_day(text) >= (today or _today()):
        raise WrongUse(f"--month {text} cannot be assessed: give a month that is over, from 2012-01 on.")
    return text


def year_key(text: str, today: date | None = None) -> str:
    """Return the partition key (`2016-04-01`) of a financial year written 2016-17 that is over by `today`.

    Raises WrongUse.
    """
    written = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
    if written is None or (int(written[1]) + 1) % 100 != int(written[2]):
        raise WrongUse(f"--year {text!r} is not a financial year: write it as 2016-17.")
    key = f"{written[1]}-04-01"
    if key < FIRST_YEAR or last_day(key) >= (today or _today()):
        raise WrongUse(f"--year {text} cannot be assessed: give a year that is over, from 2013-14 on.")
    return key


def day_of(text: str, option: str) -> date:
    """Return the day written 2017-05-31 that was given for an option. Raises WrongUse."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"{option} {text!r} is not a date: write it as 2017-05-31.") from None


def last_day(partition_key: str) -> date:
    """Return the last day of a month (`2017-03`) or financial year (`2016-04-01`)."""
    if len(partition_key) == 7:
        year, month = int(partition_key[:4]), int(partition_key[5:])
        after = date(year + month // 12, month % 12 + 1, 1)
        return date.fromordinal(after.toordinal() - 1)
    return date(int(partition_key[:4]) + 1, 3, 31)


def first_day(partition_key: str) -> date:
    """Return the first day of a month (`2017-03`) or financial year (`2016-04-01`)."""
    return date.fromisoformat(partition_key if len(partition_key) == 10 else f"{partition_key}-01")


def words(lane: str, partition_key: str) -> str:
    """Return a lane's partition as people write it: `2017-03`, or `2016-17` for a financial year."""
    if lane == "interim":
        return partition_key
    begin = int(partition_key[:4])
    return f"{begin}-{(begin + 1) % 100:02d}"
