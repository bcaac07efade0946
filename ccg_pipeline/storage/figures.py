"""The figures of measures for a round: of each measure and organisation the newest of the round's own dates.

Belongs here: that query. Does not belong here: what an edition makes of them (method/engine/gathering.py).
"""

from collections.abc import Collection
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.sql import observation

FIGURE = (
    "measure", "organisation_kind", "organisation_code", "period_start", "period_end", "status", "value",
    "numerator", "denominator", "lower_95", "upper_95", "judgement", "source_name", "source_sha256", "sheet",
    "cell", "note", "is_made_up",
)  # fmt: skip
"""What is known of a figure: which it is, what it says, and the file and cell that it came from."""


def figures_between(
    connection: Connection, measures: Collection[str], first: date, last: date
) -> pd.DataFrame:
    """Return the newest figure of each measure and organisation whose period ends within these days.

    `measures` are named ``publication/code``. Columns FIGURE, in the order of measure and organisation.
    """
    codes = sorted({measure.partition("/")[2] for measure in measures})
    ends = observation.c.period_end.between(first, last)
    rows = frames.read(connection, observation, {"indicator_code": codes}, ends)
    rows = rows.assign(measure=rows["publication"] + "/" + rows["indicator_code"])
    rows = rows[rows["measure"].isin(list(measures))].sort_values(
        ["measure", "organisation_code", "period_end", "period_start"], kind="stable"
    )
    newest = rows.drop_duplicates(["measure", "organisation_code"], keep="last")
    return newest[list(FIGURE)].reset_index(drop=True)
