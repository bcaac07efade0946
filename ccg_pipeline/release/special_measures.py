"""The annual rounds that were released one after the other, as the criteria of special measures ask for them.

Belongs here: which released years follow on each other, and the labels of each CCG in them.
Does not belong here: the criteria and who meets them (reference/special_measures/proposals.py).
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import last_day, words
from ccg_pipeline.reference.special_measures.proposals import Criterion, Round
from ccg_pipeline.release.archive import released_partitions
from ccg_pipeline.release.released import Tables, released
from ccg_pipeline.storage.database import reading

ANNUAL = "annual"


def annual_rounds(
    engine: Engine, edition: Edition, by: tuple[Criterion, ...], upto: date | None = None
) -> list[Round]:
    """Return the released annual rounds that follow on each other without a gap, up to the newest, in order.

    `upto`: only years that end on or before that day. Nothing that was not released is evidence.
    """
    with reading(engine) as connection:
        every = released_partitions(connection)
    keys = list(every.loc[every["lane"] == ANNUAL, "partition_key"])
    keys = [key for key in keys if upto is None or last_day(key) <= upto]
    return [round_of(released(engine, edition, ANNUAL, key), by) for key in in_a_row(keys)]


def in_a_row(keys: Sequence[str]) -> list[str]:
    """Return the newest of some years' partition keys (`2016-04-01`), and those before it without a gap."""
    ordered = sorted(keys, reverse=True)
    return [key for at, key in enumerate(ordered) if int(ordered[0][:4]) - int(key[:4]) == at][::-1]


def round_of(tables: Tables, by: tuple[Criterion, ...]) -> Round:
    """Return a released annual round with the labels that the criteria look at; a withheld one has none."""
    overall = tables.frames["overall"]
    columns = [one.judged_by for one in by if one.judged_by in overall]
    labels: dict[str, dict[str, str]] = {
        str(row["ccg_code"]): {name: row[name] for name in columns if not pd.isna(row[name]) and row[name]}
        for row in overall.to_dict("records")
    }
    period = words(tables.lane, tables.partition_key)
    serial = "" if tables.release is None else f" {tables.release.serial}"
    return Round(period, f"release{serial} of {period}", labels)
