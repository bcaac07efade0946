"""The shape of area scores: every area of the edition for every CCG, in one lane and partition.

Belongs here: columns, codes, ranges and keys of that frame, and that a row has either a score or a reason.
Does not belong here: how a score comes about (method), how a schema is held against a frame (conform.py).
"""

from collections.abc import Collection

import pandera.pandas as pa

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.tables.conform import build, flag, key, number, rule, text, whole
from ccg_pipeline.tables.lanes import lane_columns, once_for_every
from ccg_pipeline.tables.uncertainty import (
    INTERVAL_RULES,
    RANK_RULES,
    REFERENCE_RULES,
    distance_columns,
    interval_columns,
    rank_columns,
    reference_columns,
)


def area_schema(edition: Edition, ccg_codes: Collection[str]) -> pa.DataFrameSchema:
    """Make the schema of the scores of one lane and partition: len(areas) × len(ccg_codes) rows."""
    columns = [
        *lane_columns(),
        text("area_code", [one.code for one in edition.areas]),
        text("area", [one.slug for one in edition.areas]),
        text("domain", [one.code for one in edition.domains]),
        text("ccg_code", ccg_codes),
        number("score", 0, 2),
        whole("n_used", 0),
        whole("n_expected", 1),
        text("note"),
        text("why_no_score"),
        *interval_columns(),
        *reference_columns(),
        *distance_columns(edition),
        *rank_columns(len(ccg_codes)),
        flag("is_official", only=False),
        flag("is_made_up"),
    ]
    rules = [
        key("lane", "partition_key", "area_code", "ccg_code"),
        once_for_every("area and CCG", len(edition.areas) * len(ccg_codes)),
        rule("must use no more indicators than expected", lambda rows: rows["n_used"] <= rows["n_expected"]),
        rule(
            "must have a score or say why there is none",
            lambda rows: rows["score"].notna() == (rows["why_no_score"] == ""),
        ),
        rule(
            "must have a score only from indicators", lambda rows: rows["score"].isna() | (rows["n_used"] > 0)
        ),
        rule(
            "must have an interval and a place just where it has a score",
            lambda rows: (
                (rows["score"].notna() == rows["lower_95"].notna())
                & (rows["score"].notna() == rows["rank"].notna())
            ),
        ),
        *INTERVAL_RULES,
        *REFERENCE_RULES,
        *RANK_RULES,
    ]
    return build("area scores", columns, rules)
