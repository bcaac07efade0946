"""Explanation: from a rating to its bands, values and reference values, and the cell each came from.

Belongs here: one CCG, one area, in the order in which a reader asks.
Does not belong here: printing (cli/prints/organisation.py), computing anything anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ccg_pipeline.framework.model import Area, Edition
from expert_panels.foundation.fault import WrongUse


@dataclass(frozen=True)
class Explanation:
    """An area of a CCG: its score, its panel's rating where it has one, and its indicators' rows."""

    area: Area
    score: pd.Series
    rating: pd.Series | None
    indicators: pd.DataFrame


def find_area(edition: Edition, wanted: str) -> Area:
    """Return an area given by code (122), slug or name; WrongUse lists them all."""
    key = wanted.strip().lower()
    for area in edition.areas:
        if key in (area.code, area.slug, area.name.lower()):
            return area
    raise WrongUse(
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
