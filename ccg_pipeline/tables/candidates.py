"""Candidate ratings: what the rules give every CCG in one panel's area, before the panel saw it.

Belongs here: columns, codes, labels and key of that table, and that a row has either a rating or a reason.
Does not belong here: how a rating comes about (method), the panel's decisions (their own package).
"""

import json
from dataclasses import replace

from ccg_pipeline.tables.areas import N_COLUMNS
from ccg_pipeline.tables.column import Basis, Depends, Rule, Table, number, text, whole
from ccg_pipeline.tables.lanes import (
    CCG_CODE,
    INDICATOR_CODE,
    IS_MADE_UP,
    LANE,
    LANE_COLUMNS,
    once_for_every,
)
from ccg_pipeline.tables.uncertainty import (
    DISTANCE_COLUMNS,
    GRADE_COLUMNS,
    GRADE_RULES,
    INTERVAL_COLUMNS,
    INTERVAL_RULES,
    IS_TOLD_APART,
)


def _rules(basis: Basis) -> list[Rule]:
    return [
        once_for_every("CCG", len(basis.ccg_codes)),
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
        Rule("must use no more indicators than expected", lambda rows: rows["n_used"] <= rows["n_expected"]),
        Rule(
            "must have probabilities of grades just where it has one",
            lambda rows: rows["grade"].notna() == rows["p_grade_1"].notna(),
        ),
        *INTERVAL_RULES,
        *GRADE_RULES,
        Rule("must hold its detail as an object in JSON", lambda rows: rows["detail"].map(_is_object)),
    ]


def _is_object(detail: str) -> bool:
    try:
        return isinstance(json.loads(detail), dict)
    except ValueError:
        return False


def _panels(basis: Basis) -> list[str]:
    return [one.key for one in basis.edition.panels if basis.panel in ("", one.key)]


GRADE = whole(
    "grade",
    "Grade of the rating.",
    "grade, 1 best",
    1,
    Depends("the number of grades", lambda basis: float(len(basis.labels))),
    may_be_missing=True,
)
RATING = text(
    "rating",
    "The grade in the words of the lane.",
    Depends("ratings of the lane", lambda basis: basis.labels),
    may_be_missing=True,
)
WHY_NO_RATING = text("why_no_rating", "Why there is no rating, in a sentence.", may_be_missing=True)
CANDIDATE_RATING = Table(
    "candidate_rating",
    "What the rules give every CCG in each panel's area, before the panel saw it.",
    (
        *LANE_COLUMNS,
        text(
            "panel", "Key of the panel that verifies the rating.", Depends("panels of the edition", _panels)
        ),
        text(
            "area_code",
            "Code of the panel's area.",
            Depends(
                "areas of the panels",
                lambda basis: [basis.edition.panel(panel).area for panel in _panels(basis)],
            ),
        ),
        CCG_CODE,
        GRADE,
        RATING,
        number(
            "score", "Mean score of the indicators' grades, where that decides the rating.", "points", 0, 2
        ),
        *N_COLUMNS,
        text("rule", "Which rule decided: the panel's mean or matrix, or the minimum of data."),
        text("detail", "Grade of each indicator.", unit="JSON object"),
        WHY_NO_RATING,
        *INTERVAL_COLUMNS,
        *GRADE_COLUMNS,
        IS_TOLD_APART,
        *DISTANCE_COLUMNS,
        IS_MADE_UP,
    ),
    (*LANE, "panel", "ccg_code"),
    rules=_rules,
)

DETAIL = "detail"
"""The column of a candidate rating that is kept as it was signed, and leaves as rows of INDICATOR_GRADE."""

RATING_SHOWN = replace(
    CANDIDATE_RATING,
    columns=tuple(one for one in CANDIDATE_RATING.columns if one.name != DETAIL),
    rules=lambda _basis: (),
)
INDICATOR_GRADE = Table(
    "indicator_grade",
    "The grade of each indicator behind each rating of a panel.",
    (
        *LANE_COLUMNS,
        CANDIDATE_RATING.column("panel"),
        CCG_CODE,
        INDICATOR_CODE,
        whole(
            "indicator_grade",
            "Its grade, by which the panel's rule rates the area; none where it has none.",
            "grade, 1 best",
            1,
            4,
            may_be_missing=True,
        ),
        IS_MADE_UP,
    ),
    (*LANE, "panel", "ccg_code", "indicator_code"),
)
