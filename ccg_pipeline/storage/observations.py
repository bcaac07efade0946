"""Observations as a round asks for them: of each figure the latest period, or every period of a year.

Belongs here: that query. Does not belong here: which of the rows a lane takes (method/scoring/latest.py).
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import Engine, exists, func, select

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import observation


def latest_observations(
    engine: Engine, codes: Sequence[str], begin: date, end: date, yearly: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the rows of table observation for indicators `codes` whose period is the latest up to `end`.

    Of the indicators in `yearly`, of which a round takes the mean, every period that ends from `begin` on; of
    England every period, because each CCG is set against that of its own.
    """
    rows = observation.c
    latest = (
        select(rows.indicator_code, rows.organisation_code, func.max(rows.period_end).label("latest"))
        .where(rows.period_end <= end)
        .group_by(rows.indicator_code, rows.organisation_code)
        .subquery()
    )
    is_latest = exists().where(
        latest.c.indicator_code == rows.indicator_code,
        latest.c.organisation_code == rows.organisation_code,
        latest.c.latest == rows.period_end,
    )
    of_the_year = rows.indicator_code.in_(yearly) & rows.period_end.between(begin, end)
    of_england = (rows.organisation_kind == "england") & (rows.period_end <= end)
    asked_for = is_latest | of_the_year | of_england
    with reading(engine) as connection:
        found = frames.read(connection, observation, {"indicator_code": list(codes)}, asked_for)
    return found.drop(columns="partition_key")
