"""Dagster's partitions: months up to the interim lane, financial years for the annual.

Belongs here: the two partition definitions and the mappings between them.
Does not belong here: reading what somebody typed for a round (framework/rounds.py).
"""

import dagster as dg

from ccg_pipeline.framework.rounds import FIRST_MONTH, FIRST_YEAR

MONTHS = dg.TimeWindowPartitionsDefinition(cron_schedule="0 0 1 * *", start=FIRST_MONTH, fmt="%Y-%m")
"""A source's partition is the month in which its data period ends."""

YEARS = dg.TimeWindowPartitionsDefinition(cron_schedule="0 0 1 4 *", start=FIRST_YEAR, fmt="%Y-%m-%d")
"""Financial years, by the day they begin."""

LOOK_BACK = dg.TimeWindowPartitionMapping(start_offset=-35, allow_nonexistent_upstream_partitions=True)
"""Lineage of an interim month: itself and the 35 months before it, the oldest data an edition may use."""

YEAR_OF_MONTHS = dg.TimeWindowPartitionMapping()
"""Lineage of a financial year: its twelve months."""
