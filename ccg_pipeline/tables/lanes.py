"""What the frames of both lanes have in common.

Belongs here: the columns lane and partition_key, and the rule that a lane's frame has a row for everything.
Does not belong here: any one layer's columns (bands.py, areas.py, candidates.py, overall.py).
"""

from ccg_pipeline.tables.conform import Column, Rule, rule, text


def lane_columns(*lanes: str) -> list[Column]:
    """Make the two columns that say whose rows these are; without `lanes`, both lanes are allowed."""
    return [
        text("lane", lanes or ("interim", "annual")),
        text("partition_key", like=r"\d{4}-\d{2}(-\d{2})?"),
    ]


def once_for_every(what: str, count: int) -> Rule:
    """Make the rule that there are `count` rows; with a key and codes, that none is lost or doubled."""
    return rule(f"must have {count:,} rows, one for every {what}", lambda rows: len(rows) == count)
