"""Area scores: every area of the edition for every CCG, in one lane and partition.

Belongs here: columns, codes, ranges and key of that table, and that a row has either a score or a reason.
Does not belong here: how a score comes about (method), how a frame is checked (conform.py).
"""

from ccg_pipeline.tables.column import Basis, Depends, Rule, Table, flag, number, text, whole
from ccg_pipeline.tables.lanes import AREA_CODE, CCG_CODE, IS_MADE_UP, LANE, LANE_COLUMNS, once_for_every
from ccg_pipeline.tables.uncertainty import (
    DISTANCE_COLUMNS,
    INTERVAL_COLUMNS,
    INTERVAL_RULES,
    IS_TOLD_APART,
    RANK_COLUMNS,
    RANK_RULES,
    REFERENCE_COLUMNS,
    REFERENCE_RULES,
)


def _rules(basis: Basis) -> list[Rule]:
    return [
        once_for_every("area and CCG", len(basis.edition.areas) * len(basis.ccg_codes)),
        Rule("must use no more indicators than expected", lambda rows: rows["n_used"] <= rows["n_expected"]),
        Rule(
            "must have a score or say why there is none",
            lambda rows: rows["score"].notna() == (rows["why_no_score"] == ""),
        ),
        Rule(
            "must have a score only from indicators", lambda rows: rows["score"].isna() | (rows["n_used"] > 0)
        ),
        Rule(
            "must have an interval and a set of places just where it has a score",
            lambda rows: (
                (rows["score"].notna() == rows["lower_95"].notna())
                & (rows["score"].notna() == rows["rank_lower_95"].notna())
            ),
        ),
        *INTERVAL_RULES,
        *REFERENCE_RULES,
        *RANK_RULES,
    ]


N_COLUMNS = (
    whole("n_used", "Indicators that the score rests on.", "indicators", 0),
    whole("n_expected", "Indicators that it should rest on.", "indicators", 1),
)
IS_OFFICIAL = flag(
    "is_official",
    "Whether NHS England published the score: never, area scores are our construct.",
    only=False,
)
AREA_SCORE = Table(
    "area_score",
    "The score of every area for every CCG: the mean of the points of its indicators. Our construct.",
    (
        *LANE_COLUMNS,
        AREA_CODE,
        text(
            "area",
            "Short name of the area.",
            Depends("areas of the edition", lambda basis: [one.slug for one in basis.edition.areas]),
        ),
        text(
            "domain",
            "Code of the domain that the area belongs to.",
            Depends("domains of the edition", lambda basis: [one.code for one in basis.edition.domains]),
        ),
        CCG_CODE,
        number("score", "Mean of the points of the area's indicators; 2 is best.", "points", 0, 2),
        *N_COLUMNS,
        text("note", "What has to be known of the score.", may_be_missing=True),
        text("why_no_score", "Why there is no score, in a sentence.", may_be_missing=True),
        *INTERVAL_COLUMNS,
        *REFERENCE_COLUMNS,
        IS_TOLD_APART,
        *DISTANCE_COLUMNS,
        *RANK_COLUMNS,
        IS_OFFICIAL,
        IS_MADE_UP,
    ),
    (*LANE, "area_code", "ccg_code"),
    rules=_rules,
)
