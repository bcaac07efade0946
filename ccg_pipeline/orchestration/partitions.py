"""Partitions: months for sources, observations and the interim lane; financial years for the annual lane.

Belongs here: the two partition definitions, the mappings between them, reading what somebody typed for one.
Does not belong here: how one is printed (publish/naming.py), what a lane takes for it (method/latest.py).
"""

import re
from datetime import date

import dagster as dg
import pandas as pd

MONTHS = dg.TimeWindowPartitionsDefinition(cron_schedule="0 0 1 * *", start="2012-01", fmt="%Y-%m")
"""A source's partition is the month in which its data period ends; the oldest published file ends in 2012."""

YEARS = dg.TimeWindowPartitionsDefinition(cron_schedule="0 0 1 4 *", start="2013-04-01", fmt="%Y-%m-%d")
"""Financial years, by the day they begin; CCGs took over on 1 April 2013."""

LOOK_BACK = dg.TimeWindowPartitionMapping(start_offset=-35, allow_nonexistent_upstream_partitions=True)
"""Lineage of an interim month: itself and the 35 months before it, the oldest data an edition may use."""

YEAR_OF_MONTHS = dg.TimeWindowPartitionMapping()
"""Lineage of a financial year: its twelve months."""


class PartitionFault(Exception):
    """A month or year that is not written as asked: one sentence."""


def month_key(text: str) -> str:
    """Return the partition key of a month written 2017-03; or PartitionFault."""
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise PartitionFault(f"--month {text!r} is not a month: write it as 2017-03.")
    if not MONTHS.has_partition_key(text):
        raise PartitionFault(
            f"--month {text} cannot be assessed: give a month that is over, from 2012-01 on."
        )
    return text


def year_key(text: str) -> str:
    """Return the partition key of a financial year written 2016-17 (`2016-04-01`), or PartitionFault."""
    written = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
    if written is None or (int(written[1]) + 1) % 100 != int(written[2]):
        raise PartitionFault(f"--year {text!r} is not a financial year: write it as 2016-17.")
    key = f"{written[1]}-04-01"
    if not YEARS.has_partition_key(key):
        raise PartitionFault(f"--year {text} cannot be assessed: give a year that is over, from 2013-14 on.")
    return key


def day_of(text: str, option: str) -> date:
    """Return the day written 2017-05-31 that stands behind an option; or PartitionFault."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PartitionFault(f"{option} {text!r} is not a date: write it as 2017-05-31.") from None


def last_day(partition_key: str) -> date:
    """Return the last day of a month (`2017-03`) or financial year (`2016-04-01`)."""
    if len(partition_key) == 7:
        return pd.Period(partition_key, freq="M").end_time.date()
    return date(int(partition_key[:4]) + 1, 3, 31)


def first_day(partition_key: str) -> date:
    """Return the first day of a month (`2017-03`) or financial year (`2016-04-01`)."""
    return date.fromisoformat(partition_key if len(partition_key) == 10 else f"{partition_key}-01")
