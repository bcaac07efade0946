"""Indicator bands: every indicator of the edition for every CCG, in one lane and partition.

Belongs here: columns, codes, ranges and key of that table, and that a row has either points or a reason.
Does not belong here: how a band comes about (method), how a frame is checked (conform.py).
"""

from ccg_pipeline.tables.column import Basis, Rule, Table, number, text, whole
from ccg_pipeline.tables.column import may_be_missing as missing
from ccg_pipeline.tables.lanes import (
    AREA_CODE,
    CCG_CODE,
    INDICATOR_CODE,
    IS_MADE_UP,
    LANE,
    LANE_COLUMNS,
    PERIOD,
    once_for_every,
)
from ccg_pipeline.tables.observations import (
    CELL,
    FIGURES,
    FILE,
    JUDGEMENT,
    LAYOUT,
    NOTE,
    PUBLICATION,
    SHEET,
    STATUS,
)

STATISTICAL = ("plain", "overdispersed", "range")


def _rules(basis: Basis) -> list[Rule]:
    return [
        once_for_every("indicator and CCG", len(basis.edition.indicator_codes) * len(basis.ccg_codes)),
        Rule(
            "must have points or say why there is no band",
            lambda rows: rows["points"].notna() == (rows["why_no_band"] == ""),
        ),
        Rule(
            "must have as its band the points, where these are whole",
            lambda rows: (
                rows["band"].astype("Float64").fillna(-1)
                == rows["points"].where(rows["points"] % 1 == 0, -1).astype("Float64")
            ),
        ),
        Rule(
            "must have points only for a published figure",
            lambda rows: rows["points"].isna() | (rows["status"] == "published"),
        ),
        Rule(
            "must have z, reference and standard error where statistical limits were used",
            lambda rows: (
                ~rows["limits"].isin(STATISTICAL)
                | rows[["z", "reference_value", "standard_error", "phi", "tau2"]].notna().all(axis=1)
            ),
        ),
        Rule(
            "must have the basis and provenance of its reference, and only with one",
            lambda rows: (
                (rows["reference_value"].notna() == (rows["reference_basis"] != "none"))
                & (rows["reference_value"].notna() == (rows["reference_provenance"] != ""))
            ),
        ),
    ]


_SHA256, _NAME = FILE
INDICATOR_BAND = Table(
    "indicator_band",
    "Every indicator for every CCG, against its reference value, with its band and points.",
    (
        *LANE_COLUMNS,
        INDICATOR_CODE,
        AREA_CODE,
        CCG_CODE,
        *missing(PERIOD),
        *FIGURES,
        JUDGEMENT,
        STATUS,
        text(
            "direction",
            "Which values are better.",
            ("higher_is_better", "lower_is_better", "no_direction"),
        ),
        number("reference_value", "What the value is compared with.", "unit of the indicator"),
        text(
            "reference_basis",
            "What the reference is: a standard, England as published, or England worked out from the CCGs.",
            ("standard", "england_published", "england_from_ccgs", "none"),
        ),
        text(
            "reference_provenance",
            "How the reference came to us.",
            ("found", "derived", "memory", "assumed"),
            may_be_missing=True,
        ),
        number(
            "standard_error",
            "Standard error of the value, before limits are widened.",
            "unit of the indicator",
            0,
        ),
        number(
            "z",
            "Distance of the value from its reference; above 0 is better, or higher where nothing is better.",
            "standard errors",
        ),
        text(
            "limits",
            "What gave the band: plain limits, widened ones, a range, points of a scale, or nothing.",
            (*STATISTICAL, "points", "none"),
        ),
        number(
            "phi", "Overdispersion of the indicator between CCGs; 1 is chance alone.", "ratio of variances", 0
        ),
        number(
            "tau2",
            "Variance between CCGs by which the limits are widened; 0 where they are not.",
            "squared unit of the indicator",
            0,
        ),
        whole(
            "band",
            "Band: 0 worse than, 1 like, 2 better than the reference.",
            "band",
            0,
            2,
            may_be_missing=True,
        ),
        number("points", "What the area averages: the band, or the points of a scale.", "points", 0, 2),
        text("why_no_band", "Why there is no band, in a sentence.", may_be_missing=True),
        *missing((PUBLICATION, _NAME, _SHA256, SHEET, CELL, NOTE, LAYOUT)),
        IS_MADE_UP,
    ),
    (*LANE, "indicator_code", "ccg_code"),
    rules=_rules,
)
