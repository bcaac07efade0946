"""The shape of candidate ratings: what the rules give every CCG in one panel's area, before the panel saw it.

Belongs here: columns, codes, labels and keys of that frame, and that a row has either a rating or a reason.
Does not belong here: how a rating comes about (method), the panel's decisions (their own package).
"""

import json
from collections.abc import Collection

import pandera.pandas as pa

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.tables.conform import build, flag, key, number, rule, text, whole
from ccg_pipeline.tables.lanes import lane_columns, once_for_every
from ccg_pipeline.tables.uncertainty import (
    GRADE_RULES,
    INTERVAL_RULES,
    distance_columns,
    grade_columns,
    interval_columns,
)


def candidate_schema(
    edition: Edition, lane: Lane, panel: str, ccg_codes: Collection[str]
) -> pa.DataFrameSchema:
    """Make the schema of a panel's candidate table in a lane: one row a CCG, labels as the lane has them."""
    labels = edition.labels(lane)
    columns = [
        *lane_columns(lane),
        text("panel", (panel,)),
        text("area_code", (edition.panel(panel).area,)),
        text("ccg_code", ccg_codes),
        whole("grade", 1, len(labels), may_be_missing=True),
        text("rating", (*labels, "")),
        number("score", 0, 2),
        whole("n_used", 0),
        whole("n_expected", 1),
        text("rule", filled=True),
        text("detail", filled=True),
        text("why_no_rating"),
        *interval_columns(),
        *grade_columns(),
        *distance_columns(edition),
        flag("is_made_up"),
    ]
    rules = [
        key("lane", "partition_key", "ccg_code"),
        once_for_every("CCG", len(ccg_codes)),
        rule(
            "must have as its rating the label of its grade",
            lambda rows: rows["grade"].map(dict(enumerate(labels, start=1))).fillna("") == rows["rating"],
        ),
        rule(
            "must have a rating or say why there is none",
            lambda rows: (rows["rating"] != "") == (rows["why_no_rating"] == ""),
        ),
        rule("must use no more indicators than expected", lambda rows: rows["n_used"] <= rows["n_expected"]),
        rule(
            "must have probabilities of grades just where it has one",
            lambda rows: rows["grade"].notna() == rows["p_grade_1"].notna(),
        ),
        *INTERVAL_RULES,
        *GRADE_RULES,
        rule("must hold its detail as an object in JSON", lambda rows: rows["detail"].map(_is_object)),
    ]
    return build("candidate ratings", columns, rules)


def _is_object(detail: str) -> bool:
    try:
        return isinstance(json.loads(detail), dict)
    except ValueError:
        return False
