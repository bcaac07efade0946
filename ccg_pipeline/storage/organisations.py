"""Organisations as they are known on a day: names and other attributes that files told of.

Belongs here: that query. Does not belong here: organisations that the reference lists (reference/).
"""

from datetime import date

import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import organisation_attribute


def organisations(engine: Engine, kind: str, end: date) -> pd.DataFrame:
    """Return the organisations of a kind by code, a column an attribute (name, region …), as of `end`.

    Of each attribute what is said of the latest period up to `end`, by the file published or revised last.
    Missing where nothing is said.
    """
    rows = organisation_attribute.c
    with reading(engine) as connection:
        said = frames.read(
            connection, organisation_attribute, {"organisation_kind": kind}, rows.period_end <= end
        )
    order = said.assign(since=said[["published_on", "revised_on"]].max(axis=1))
    order = order.sort_values(["period_end", "since", "source_sha256"], na_position="first")
    last = order.drop_duplicates(["organisation_code", "attribute"], keep="last")
    return last.pivot(index="organisation_code", columns="attribute", values="value").rename_axis(
        columns=None
    )
