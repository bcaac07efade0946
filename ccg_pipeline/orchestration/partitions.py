"""Dagster's partitions: months up to the interim lane, financial years for the annual.

Belongs here: the partition definitions and the mappings between them.
Does not belong here: reading what somebody typed for a round (framework/rounds.py).
"""

from datetime import date

import dagster as dg

from ccg_pipeline.framework.rounds import FIRST_MONTH, FIRST_YEAR


def months(since: date) -> dg.TimeWindowPartitionsDefinition:
    """Return the months from a day on: a source's partition is the month in which its data period ends."""
    start = since.strftime("%Y-%m")
    return dg.TimeWindowPartitionsDefinition(cron_schedule="0 0 1 * *", start=start, fmt="%Y-%m")


MONTHS = months(date.fromisoformat(f"{FIRST_MONTH}-01"))
"""Those of the interim lane, and of sources where no edition is of an earlier year."""

YEARS = dg.TimeWindowPartitionsDefinition(cron_schedule="0 0 1 4 *", start=FIRST_YEAR, fmt="%Y-%m-%d")
"""Financial years, by the day they begin."""

LOOK_BACK = dg.TimeWindowPartitionMapping(start_offset=-35, allow_nonexistent_upstream_partitions=True)
"""Lineage of an interim month: itself and the 35 months before it, the oldest data an edition may use."""

YEAR_OF_MONTHS = dg.TimeWindowPartitionMapping()
"""Lineage of a financial year: its twelve months."""
