"""The figures of measures for a round, the newest of its own dates, and the organisations that they are of.

Belongs here: these queries. Does not belong here: what an edition makes of them (method/engine/gathering.py).
"""

from collections.abc import Collection
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.sql import observation

FIGURE = (
    "measure", "organisation_code", "period_start", "period_end", "status", "value", "numerator",
    "denominator", "lower_95", "upper_95", "judgement", "source_name", "source_sha256", "sheet", "cell",
    "note", "is_made_up",
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


def organisations_of_kind(
    connection: Connection, kind: str, attributes: Collection[str], upto: date
) -> pd.DataFrame:
    """Return the organisations of a kind of which something is known up to a day, by their code as index.

    A column for each of `attributes`, such as ``trust_type``: the newest label that a publication gives the
    organisation, None where there is none.
    """
    known = frames.read(
        connection, observation, {"organisation_kind": kind}, observation.c.period_end <= upto
    )
    codes = pd.Index(sorted(known["organisation_code"].unique()), name="organisation_code")
    labels = known[(known["judgement"] != "") & known["indicator_code"].isin(list(attributes))].sort_values(
        "period_end", kind="stable"
    )
    newest = labels.drop_duplicates(["indicator_code", "organisation_code"], keep="last")
    wide = newest.pivot(index="organisation_code", columns="indicator_code", values="judgement")
    wide = wide.reindex(index=codes, columns=list(attributes))
    return wide.astype(object).where(wide.notna(), None)
