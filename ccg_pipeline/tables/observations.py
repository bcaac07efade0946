"""The shape of observations and of quarantined rows.

Belongs here: columns, codes, ranges and keys of the frames that readers return and the database keeps.
Does not belong here: the columns' names and order (a reading's types say them), how a schema is held against
a frame (conform.py).
"""

import json

import pandas as pd
import pandera.pandas as pa

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.tables.conform import Column, Rule, build, date, flag, key, number, rule, text, whole

ORGANISATION_KINDS = ("ccg", "england", "nhs_england", "local_authority", "outside_england", "stp")
STATUSES = ("published", "suppressed", "missing", "refused")
LAYOUTS = ("published", "assumed", "made_up")
FIGURES = ["numerator", "denominator", "value", "lower_95", "upper_95"]
SHA256 = "[0-9a-f]{64}"
CODE_OF_KIND = {
    "ccg": r"\d\d[A-Z]|[A-Z]\d[A-Z]\d[A-Z]",  # of any year: 02N, and D4U1Y since April 2021
    "england": "ENG",
    "nhs_england": "X24",
    "stp": r"E54\d{6}",
}


def observation_schema(edition: Edition) -> pa.DataFrameSchema:
    """Make the schema of what is known: one row an indicator, organisation and data period."""
    return _observations("observations", edition, ())


def source_observation_schema(edition: Edition) -> pa.DataFrameSchema:
    """Make the schema of what files say: as `observation_schema`, but once for each file that says it."""
    return _observations("source observations", edition, ("source_sha256",))


def _observations(name: str, edition: Edition, also_by: tuple[str, ...]) -> pa.DataFrameSchema:
    codes = [*edition.indicator_codes, *(one.code for one in edition.supplementary)]
    columns: list[Column] = [
        text("partition_key", like=r"\d{4}-\d{2}", required=False),
        text("indicator_code", codes),
        text("organisation_code", filled=True),
        text("organisation_kind", ORGANISATION_KINDS),
        date("period_start"),
        date("period_end"),
        *(number(figure) for figure in FIGURES),
        text("judgement"),
        text("status", STATUSES),
        text("note"),
        text("publication", [one.key for one in edition.publications]),
        text("source_sha256", like=SHA256),
        text("source_name", filled=True),
        text("sheet"),
        text("cell", filled=True),
        date("published_on", may_be_missing=True),
        date("revised_on", may_be_missing=True),
        text("dates_provenance", ("found", "assumed")),
        text("layout", LAYOUTS),
        flag("is_made_up"),
    ]
    by = ("indicator_code", "organisation_code", "period_start", "period_end", *also_by)
    return build(name, columns, [key(*by), *_rules(edition)])


def _rules(edition: Edition) -> list[Rule]:
    in_percent = frozenset(
        [one.code for one in edition.indicators if one.kind == "proportion"]
        + [one.code for one in edition.supplementary if one.unit == "%"]
    )
    counted = in_percent | {one.code for one in edition.indicators if one.kind == "rate"}
    return [
        rule("must begin no later than it ends", lambda rows: rows["period_start"] <= rows["period_end"]),
        rule("must have a code of its kind of organisation", _has_code_of_its_kind),
        rule(
            "must have a value or a judgement where its status is published",
            # an authority's delayed days are published without a population, so with a count alone
            lambda rows: (
                (rows["status"] != "published")
                | rows["value"].notna()
                | (rows["judgement"] != "")
                | ((rows["organisation_kind"] != "ccg") & rows["numerator"].notna())
            ),
        ),
        rule(
            "must have neither figure nor judgement where its status is not published",
            lambda rows: (
                (rows["status"] == "published")
                | (rows[FIGURES].isna().all(axis=1) & (rows["judgement"] == ""))
            ),
        ),
        rule(
            "must have a proportion within 0 to 100 %",
            lambda rows: (
                ~rows["indicator_code"].isin(in_percent)
                | rows["value"].isna()
                | rows["value"].between(0, 100)
            ),
        ),
        rule(
            "must have a numerator no larger than the denominator of a proportion",
            lambda rows: (
                ~rows["indicator_code"].isin(in_percent) | ~(rows["numerator"] > rows["denominator"])
            ),
        ),
        rule(
            "must have no count below 0",
            lambda rows: (
                ~rows["indicator_code"].isin(counted) | ~((rows["numerator"] < 0) | (rows["denominator"] < 0))
            ),
        ),
        rule(
            "must have its lower limit no higher than its upper",
            lambda rows: ~(rows["lower_95"] > rows["upper_95"]),
        ),
        rule(
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


def quarantine_schema(edition: Edition) -> pa.DataFrameSchema:
    """Make the schema of refused rows: each whole, once, with where it stands and all its reasons."""
    columns = [
        text("partition_key", like=r"(\d{4}-\d{2})?", required=False),
        text("source_sha256", like=SHA256),
        text("source_name", filled=True),
        text("publication", [one.key for one in edition.publications]),
        text("sheet"),
        whole("row", at_least=1),
        text("indicator_code"),
        text("organisation_code"),
        date("period_end", may_be_missing=True),
        text("reasons", filled=True),
        text("refused_by", filled=True),
        text("raw", filled=True),
        flag("is_made_up"),
    ]
    as_read = rule(
        "must hold the row as read, in JSON", lambda rows: rows["raw"].map(_is_json).astype("bool")
    )
    return build("quarantine", columns, [key("source_sha256", "source_name", "sheet", "row"), as_read])


def _is_json(raw: object) -> bool:
    try:
        json.loads(str(raw))
    except ValueError:
        return False
    return True
