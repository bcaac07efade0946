"""Partitions: months for sources, observations and the interim lane; financial years for the annual lane.

Belongs here: the two partition definitions, the mappings between them, and their words on the command line.
Does not belong here: which data period a lane takes for a month (method/latest.py).
"""

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
    """Return the partition key of a month written 2017-03."""
    try:
        return pd.Period(text, freq="M").strftime("%Y-%m") if len(text) == 7 else _refuse_month(text)
    except ValueError:
        return _refuse_month(text)


def _refuse_month(text: str) -> str:
    raise PartitionFault(f"--month {text!r} is not a month: write it as 2017-03.")


def year_key(text: str) -> str:
    """Return the partition key of a financial year written 2016-17 (`2016-04-01`)."""
    first, dash, last = text.partition("-")
    if not (dash and first.isdigit() and last.isdigit() and len(first) == 4 and len(last) == 2) or (
        int(first) + 1
    ) % 100 != int(last):
        raise PartitionFault(f"--year {text!r} is not a financial year: write it as 2016-17.")
    return f"{first}-04-01"


def last_day(partition_key: str) -> date:
    """Return the last day of a month (`2017-03`) or financial year (`2016-04-01`)."""
    if len(partition_key) == 7:
        return pd.Period(partition_key, freq="M").end_time.date()
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
