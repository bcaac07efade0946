"""Observations: one row a figure, as files say it and as it is known.

Belongs here: columns, codes, ranges and keys of what readers return and the database keeps.
Does not belong here: how a publication is read (sources), rows that were refused (records.py).
"""

import pandas as pd

from ccg_pipeline.tables.column import Basis, Depends, Rule, Table, date, number, text
from ccg_pipeline.tables.lanes import IS_MADE_UP, MONTH, PERIOD

ORGANISATION_KINDS = ("ccg", "england", "nhs_england", "local_authority", "outside_england", "stp")
ORGANISATION_KIND = text(
    "organisation_kind",
    "What kind of organisation it is.",
    Depends(
        f"{', '.join(ORGANISATION_KINDS)}, and the kinds that the editions in force are about",
        lambda basis: (*ORGANISATION_KINDS, *basis.wanted.organisation_kinds),
    ),
)
STATUSES = ("published", "suppressed", "missing", "refused")
LAYOUTS = ("published", "assumed", "made_up")
SHA256 = "[0-9a-f]{64}"
CODE_OF_KIND = {
    "ccg": r"\d\d[A-Z]|[A-Z]\d[A-Z]\d[A-Z]",  # of any year: 02N, and D4U1Y since April 2021
    "england": "ENG",
    "nhs_england": "X24",
    "stp": r"E54\d{6}",
}
PUBLICATION = text(
    "publication",
    "Key of the publication that the figure is from.",
    Depends("publications of the editions in force", lambda basis: basis.wanted.keys),
)
FIGURES = (
    number("numerator", "What was counted, as published.", "unit of the indicator"),
    number("denominator", "Out of how many it was counted, as published.", "unit of the indicator"),
    number("value", "The figure as published.", "unit of the indicator"),
    number("lower_95", "Lower 95 % limit of the figure, as published.", "unit of the indicator"),
    number("upper_95", "Upper 95 % limit of the figure, as published.", "unit of the indicator"),
)
FIGURE_NAMES = tuple(one.name for one in FIGURES)
JUDGEMENT = text(
    "judgement", "What was judged, where the indicator is a judgement: Green, Amber …", may_be_missing=True
)
STATUS = text(
    "status",
    "Whether there is a figure: published, suppressed by its publisher, missing, or refused by us.",
    STATUSES,
)
NOTE = text(
    "note", "What has to be known of the figure: restated, amended, disagreeing files.", may_be_missing=True
)
FILE = (
    text("source_sha256", "The file that says it, by the sha256 of its bytes.", like=SHA256),
    text("source_name", "Name of the file."),
)
SHEET = text("sheet", "Sheet of a workbook.", may_be_missing=True)
CELL = text("cell", "Where on the sheet, or in the file: cell, row or rows.")
DATES = (
    date("published_on", "Day on which the file was published.", may_be_missing=True),
    date("revised_on", "Day on which the file was revised, where it is a revision.", may_be_missing=True),
)
DATES_PROVENANCE = text(
    "dates_provenance",
    "Whether these days were found in the file or its sidecar, or are assumed.",
    ("found", "assumed"),
)
LAYOUT = text(
    "layout",
    "Whose layout the file was read in: its publisher's, one that we assume is, or our own of made-up data.",
    LAYOUTS,
)
_FIGURE = ("indicator_code", "organisation_code", "period_start", "period_end")

OBSERVATION_COLUMNS = (
    text(
        "indicator_code",
        "Code of the measure within its publication: of an indicator, or of a supplementary measure.",
        Depends("measures that the editions in force read", lambda basis: basis.wanted.codes),
    ),
    text("organisation_code", "Code of the organisation that the figure is about.", unit="ODS or ONS code"),
    ORGANISATION_KIND,
    *PERIOD,
    *FIGURES,
    JUDGEMENT,
    STATUS,
    NOTE,
    PUBLICATION,
    *FILE,
    SHEET,
    CELL,
    *DATES,
    DATES_PROVENANCE,
    LAYOUT,
    IS_MADE_UP,
)
"""What a reader returns of each figure, in order."""


def _rules(basis: Basis) -> list[Rule]:
    in_percent = basis.wanted.codes_of_kind("proportion")
    counted = in_percent | basis.wanted.codes_of_kind("rate")
    return [
        Rule("must begin no later than it ends", lambda rows: rows["period_start"] <= rows["period_end"]),
        Rule("must have a code of its kind of organisation", _has_code_of_its_kind),
        Rule(
            "must have a value or a judgement where its status is published",
            # an authority's delayed days are published without a population, so with a count alone
            lambda rows: (
                (rows["status"] != "published")
                | rows["value"].notna()
                | (rows["judgement"] != "")
                | ((rows["organisation_kind"] != "ccg") & rows["numerator"].notna())
            ),
        ),
        Rule(
            "must have neither figure nor judgement where its status is not published",
            lambda rows: (
                (rows["status"] == "published")
                | (rows[list(FIGURE_NAMES)].isna().all(axis=1) & (rows["judgement"] == ""))
            ),
        ),
        Rule(
            "must have a proportion within 0 to 100 %",
            lambda rows: (
                ~rows["indicator_code"].isin(in_percent)
                | rows["value"].isna()
                | rows["value"].between(0, 100)
            ),
        ),
        Rule(
            "must have a numerator no larger than the denominator of a proportion",
            lambda rows: (
                ~rows["indicator_code"].isin(in_percent) | ~(rows["numerator"] > rows["denominator"])
            ),
        ),
        Rule(
            "must have no count below 0",
            lambda rows: (
                ~rows["indicator_code"].isin(counted) | ~((rows["numerator"] < 0) | (rows["denominator"] < 0))
            ),
        ),
        Rule(
            "must have its lower limit no higher than its upper",
            lambda rows: ~(rows["lower_95"] > rows["upper_95"]),
        ),
        Rule(
            "must be made up where its layout is",
            lambda rows: (rows["layout"] != "made_up") | rows["is_made_up"],
        ),
    ]


def _has_code_of_its_kind(rows: pd.DataFrame) -> "pd.Series[bool]":
    holds = pd.Series(True, index=rows.index)
    codes = rows["organisation_code"].astype("str")
    for kind, pattern in CODE_OF_KIND.items():
        holds &= (rows["organisation_kind"] != kind) | codes.str.fullmatch(pattern)
    return holds


SOURCE_OBSERVATION = Table(
    "source_observation",
    "What each file says, file by file: an older file and its revision both stay.",
    (MONTH, *OBSERVATION_COLUMNS),
    ("source_sha256", "source_name", "partition_key", *_FIGURE),
    indexes={"partition": ("partition_key", "publication")},
    optional=frozenset({"partition_key"}),
    rules=_rules,
)
OBSERVATION = Table(
    "observation",
    "What is known now: of several files about one figure, the one that was revised or published last.",
    (MONTH, *OBSERVATION_COLUMNS),
    ("partition_key", *_FIGURE),
    indexes={"latest": ("indicator_code", "organisation_code", "period_end")},
    optional=frozenset({"partition_key"}),
    rules=_rules,
)
