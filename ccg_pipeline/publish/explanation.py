"""Explanation: from a rating to its bands, values and reference values, and the cell each came from.

Belongs here: one CCG, one area, in the order in which a reader asks.
Does not belong here: printing (printed.py), computing anything anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ccg_pipeline.framework.model import Area, Edition
from ccg_pipeline.reference.changes import restating_weights
from ccg_pipeline.reference.organisations import OF_FRAMEWORK, ccg_history


class NotKnown(Exception):
    """A CCG, an area or a table that is not known: one sentence that says what is."""


@dataclass(frozen=True)
class Explanation:
    """An area of a CCG: its score, its panel's rating where it has one, and its indicators' rows."""

    area: Area
    score: pd.Series
    rating: pd.Series | None
    indicators: pd.DataFrame


def find_ccg(organisations: pd.DataFrame, wanted: str) -> str:
    """Return the code of a CCG given by ODS code, ONS code, its name or a part of it.

    `organisations` has one row a CCG: ccg_code, ccg_name and, if known, ons_code. Raises NotKnown for no CCG
    or several, naming five of them, and for a CCG of another year, naming those in its area.
    """
    upper = wanted.strip().upper()
    for column in ("ccg_code", "ons_code"):
        if column in organisations and (organisations[column] == upper).any():
            return str(organisations.loc[organisations[column] == upper, "ccg_code"].iloc[0])
    names = organisations["ccg_name"].str.upper()
    found = organisations[names.isin([upper, f"NHS {upper} CCG"])]
    if found.empty:
        found = organisations[names.str.contains(upper, regex=False)]
    if len(found) == 1:
        return str(found["ccg_code"].iloc[0])
    if found.empty:
        _refuse_other_years(upper)
        raise NotKnown(f"There is no CCG {wanted!r}: give its code (02N) or a part of its name.")
    some = ", ".join(f"{row.ccg_code} {row.ccg_name}" for row in found.head(5).itertuples(index=False))
    raise NotKnown(f"{wanted!r} is {len(found)} CCGs, among them {some}: give a code.")


def _refuse_other_years(code: str) -> None:
    """Raise NotKnown for the code of a CCG of another year, naming the CCGs of the framework in its area."""
    every = ccg_history()
    own = every[(every["ccg_code"] == code) | (every["ons_code"] == code)]
    for row in own.to_dict("records"):
        year = pd.Timestamp(row["valid_from"]).year
        weights = restating_weights(year, OF_FRAMEWORK)
        here = ", ".join(weights.loc[weights["from_code"] == row["ccg_code"], "to_code"])
        raise NotKnown(
            f"{code} is {row['ccg_name']} of April {year}; of the CCGs of April {OF_FRAMEWORK} its people "
            f"belonged to {here}: give one of these codes."
        )


def find_area(edition: Edition, wanted: str) -> Area:
    """Return an area given by code (122), slug or name; NotKnown lists them all."""
    key = wanted.strip().lower()
    for area in edition.areas:
        if key in (area.code, area.slug, area.name.lower()):
            return area
    raise NotKnown(
        f"There is no area {wanted!r}: give its code or name, one of "
        + ", ".join(f"{area.code} {area.name}" for area in edition.areas)
        + "."
    )


def explain(tables: Mapping[str, pd.DataFrame], edition: Edition, ccg_code: str, area: Area) -> Explanation:
    """Return the rows behind an area of a CCG; `tables` are a release's, or what stands now.

    The indicators are those of the area and those that decide its panel's rating, in the edition's order.
    """
    rule = next((one for one in edition.panels if one.area == area.code), None)
    codes = [one.code for one in edition.indicators_of(area.code)]
    if rule is not None:
        codes += [code for code in (*rule.indicators, *rule.shown) if code not in codes]
    scores, bands, ratings = tables["area_scores"], tables["bands"], tables["ratings"]
    score = scores[(scores["ccg_code"] == ccg_code) & (scores["area_code"] == area.code)].iloc[0]
    rows = bands[(bands["ccg_code"] == ccg_code) & bands["indicator_code"].isin(codes)]
    rating = None
    if rule is not None:
        rating = ratings[(ratings["ccg_code"] == ccg_code) & (ratings["panel"] == rule.key)].iloc[0]
    return Explanation(area, score, rating, rows.sort_values("indicator_code").reset_index(drop=True))
