"""The shape of overall ratings: one row a CCG, in the annual lane only.

Belongs here: columns, labels, ranges and keys of that frame, and that a row has either a rating or a reason.
Does not belong here: how a rating comes about (method), how a schema is held against a frame (conform.py).
"""

from collections.abc import Collection

import pandera.pandas as pa

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.tables.conform import build, flag, key, number, rule, text, whole
from ccg_pipeline.tables.lanes import lane_columns, once_for_every
from ccg_pipeline.tables.uncertainty import (
    GRADE_RULES,
    INTERVAL_RULES,
    RANK_RULES,
    distance_columns,
    grade_columns,
    interval_columns,
    rank_columns,
)


def overall_schema(edition: Edition, ccg_codes: Collection[str]) -> pa.DataFrameSchema:
    """Make the schema of the overall ratings of a financial year: len(ccg_codes) rows."""
    labels = edition.labels("annual")
    columns = [
        *lane_columns("annual"),
        text("ccg_code", ccg_codes),
        number("performance_score", 0, 2),
        whole("n_performance_used", 0),
        whole("n_performance_expected", 1),
        text("leadership_judgement"),
        number("leadership_points", 0, 2),
        text("finance_judgement"),
        number("finance_points", 0, 2),
        number("weight_used", 0, 1),
        number("overall_score", 0, 2),
        whole("grade", 1, len(labels), may_be_missing=True),
        text("rating", (*labels, "")),
        text("why_no_rating"),
        *interval_columns(),
        *grade_columns(),
        *distance_columns(edition),
        number("bands_to_better", 1),
        *rank_columns(len(ccg_codes)),
        flag("is_made_up"),
    ]
    rules = [
        key("lane", "partition_key", "ccg_code"),
        once_for_every("CCG", len(ccg_codes)),
        rule(
            "must use no more indicators than expected",
            lambda rows: rows["n_performance_used"] <= rows["n_performance_expected"],
        ),
        rule(
            "must have as its rating the label of its grade",
            lambda rows: rows["grade"].map(dict(enumerate(labels, start=1))).fillna("") == rows["rating"],
        ),
        rule(
            "must have a rating or say why there is none",
            lambda rows: (rows["rating"] != "") == (rows["why_no_rating"] == ""),
        ),
        rule(
            "must have a rating only with its score",
            lambda rows: (rows["rating"] == "") | rows["overall_score"].notna(),
        ),
        rule(
            "must have an interval, a place and probabilities just where it is rated",
            lambda rows: (
                (rows["rating"] == "")
                == rows[["lower_95", "rank", "p_grade_1"]].astype("Float64").isna().all(axis=1)
            ),
        ),
        *INTERVAL_RULES,
        *GRADE_RULES,
        *RANK_RULES,
    ]
    return build("overall ratings", columns, rules)
