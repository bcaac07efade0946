"""Overall ratings: one row a CCG, in a lane that has them.

Belongs here: columns, labels, ranges and key of that table, and that a row has either a rating or a reason.
Does not belong here: how a rating comes about (method), how a frame is checked (conform.py).
"""

from ccg_pipeline.tables.candidates import GRADE, RATING, WHY_NO_RATING
from ccg_pipeline.tables.column import Basis, Rule, Table, number, text, whole
from ccg_pipeline.tables.lanes import CCG_CODE, IS_MADE_UP, LANE, LANE_COLUMNS, once_for_every
from ccg_pipeline.tables.uncertainty import (
    BANDS_TO_BETTER,
    DISTANCE_COLUMNS,
    GRADE_COLUMNS,
    GRADE_RULES,
    INTERVAL_COLUMNS,
    INTERVAL_RULES,
    IS_TOLD_APART,
    RANK_COLUMNS,
    RANK_RULES,
)


def _rules(basis: Basis) -> list[Rule]:
    return [
        once_for_every("CCG", len(basis.ccg_codes)),
        Rule(
            "must use no more indicators than expected",
            lambda rows: rows["n_performance_used"] <= rows["n_performance_expected"],
        ),
        Rule(
            "must have as its rating the label of its grade",
            lambda rows: (
                rows["grade"].map(dict(enumerate(basis.labels, start=1))).fillna("") == rows["rating"]
            ),
        ),
        Rule(
            "must have a rating or say why there is none",
            lambda rows: (rows["rating"] != "") == (rows["why_no_rating"] == ""),
        ),
        Rule(
            "must have a rating only with its score",
            lambda rows: (rows["rating"] == "") | rows["overall_score"].notna(),
        ),
        Rule(
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


OVERALL_RATING = Table(
    "overall_rating",
    "The overall rating of every CCG at the year's end: performance, quality of leadership and finance.",
    (
        *LANE_COLUMNS,
        CCG_CODE,
        number("performance_score", "Mean of the points of all indicators that count.", "points", 0, 2),
        whole("n_performance_used", "Counting indicators that have points.", "indicators", 0),
        whole("n_performance_expected", "Indicators that count.", "indicators", 1),
        text("leadership_judgement", "Judgement of the quality of leadership.", may_be_missing=True),
        number("leadership_points", "Points of that judgement.", "points", 0, 2),
        text("finance_judgement", "Judgement of finance.", may_be_missing=True),
        number("finance_points", "Points of that judgement.", "points", 0, 2),
        number(
            "weight_used", "Share of the weights of the three blocks that had figures.", "share, 0 to 1", 0, 1
        ),
        number("overall_score", "Weighted mean of the three blocks.", "points", 0, 2),
        GRADE,
        RATING,
        WHY_NO_RATING,
        *INTERVAL_COLUMNS,
        *GRADE_COLUMNS,
        IS_TOLD_APART,
        *DISTANCE_COLUMNS,
        BANDS_TO_BETTER,
        *RANK_COLUMNS,
        IS_MADE_UP,
    ),
    (*LANE, "ccg_code"),
    rules=_rules,
)
