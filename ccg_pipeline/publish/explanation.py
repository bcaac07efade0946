"""Explanation: from a rating to its bands, values and reference values, and the cell each came from.

Belongs here: one CCG, one area, in the order in which a reader asks.
Does not belong here: printing (cli/prints/organisation.py), any rule.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.framework.lane_rules import PanelRule
from ccg_pipeline.framework.model import Area, Edition
from ccg_pipeline.method.certainty.nearest import Nearest
from ccg_pipeline.method.scoring.grade_changes import grade_changes
from ccg_pipeline.method.statistics.peers import against_peers, places_of_peers
from ccg_pipeline.reference.finding import did_you_mean
from ccg_pipeline.reference.organisations import similar_organisations
from expert_panels.foundation.fault import WrongUse


@dataclass(frozen=True)
class Explanation:
    """An area of a CCG: its score, its panel's rating where it has one, and its indicators' rows.

    ``nearest``: which single figure, being another, would bring another rating, in a sentence; '' for none.
    ``grades``: of each indicator behind the rating, by code; None for one without a grade.
    """

    area: Area
    score: pd.Series
    rating: pd.Series | None
    indicators: pd.DataFrame
    nearest: str = ""
    grades: Mapping[str, int | None] = field(default_factory=dict)


def find_area(edition: Edition, wanted: str) -> Area:
    """Return an area given by code (122), slug or name; WrongUse names those that are like it, or all."""
    key = wanted.strip().lower()
    for area in edition.areas:
        if key in (area.code, area.slug, area.name.lower()):
            return area
    if meant := did_you_mean(wanted, [area.name for area in edition.areas]):
        raise WrongUse(f"There is no area {wanted!r}.{meant}")
    known = ", ".join(f"{area.code} {area.name}" for area in edition.areas)
    raise WrongUse(f"There is no area {wanted!r}: give its code or name, one of {known}.")


def indicator_code(edition: Edition, wanted: str) -> str:
    """Return the code of an indicator given by it (122a), in capitals or not; '' where there is none."""
    key = wanted.strip().lower()
    return key if key in edition.indicator_codes else ""


def find_indicator(edition: Edition, wanted: str) -> str:
    """Return the code of an indicator given by it or by its name; WrongUse where there is none."""
    by_name = {one.name.casefold(): one.code for one in edition.indicators}
    found = indicator_code(edition, wanted) or by_name.get(wanted.strip().casefold(), "")
    if not found:
        meant = did_you_mean(wanted, [one.name for one in edition.indicators])
        raise WrongUse(f"There is no indicator {wanted!r}: give its code, such as 122a.{meant}")
    return found


def explain(tables: Mapping[str, pd.DataFrame], edition: Edition, ccg_code: str, area: Area) -> Explanation:
    """Return the rows behind an area of a CCG; `tables` are a release's, or what is in force now.

    The indicators are those of the area and those that decide its panel's rating, in the edition's order.
    """
    rule = next((one for one in edition.panels if one.area == area.code), None)
    codes = [one.code for one in edition.indicators_of(area.code)]
    if rule is not None:
        codes += [code for code in (*rule.indicators, *rule.shown) if code not in codes]
    scores, bands, ratings = tables["area_scores"], tables["bands"], tables["ratings"]
    score = scores[(scores["ccg_code"] == ccg_code) & (scores["area_code"] == area.code)].iloc[0]
    rows = bands[(bands["ccg_code"] == ccg_code) & bands["indicator_code"].isin(codes)]
    rating, nearest = None, ""
    grades: Mapping[str, int | None] = {}
    if rule is not None:
        rating = ratings[(ratings["ccg_code"] == ccg_code) & (ratings["panel"] == rule.key)].iloc[0]
        nearest = nearest_rating(rating, rows, edition, rule)
        grades = grades_behind(tables["indicator_grades"], rule.key, ccg_code)
    rows = rows.sort_values("indicator_code").reset_index(drop=True)
    return Explanation(area, score, rating, rows, nearest, grades)


def grades_behind(indicator_grades: pd.DataFrame, panel: str, ccg_code: str) -> dict[str, int | None]:
    """Return the grade of each indicator behind a panel's rating of a CCG, by code; None for none."""
    is_own = (indicator_grades["panel"] == panel) & (indicator_grades["ccg_code"] == ccg_code)
    own = indicator_grades[is_own]
    grades = zip(own["indicator_code"], own["indicator_grade"], strict=True)
    return {str(code): None if pd.isna(grade) else int(grade) for code, grade in grades}


def among_similar(bands: pd.DataFrame, indicator: Indicator, ccg_code: str) -> str:
    """Return how a CCG's figure compares with those of the ten CCGs most similar to it, in a few words.

    `bands`: a lane's. Their median, and the place among them with itself where one way is better; '' where
    fewer than five of them have a figure.
    """
    own = bands[bands["indicator_code"] == indicator.code].sort_values("ccg_code", ignore_index=True)
    codes = own["ccg_code"].tolist()
    better = -1.0 if indicator.better == "lower" else 1.0
    values = own["value"].to_numpy(dtype=float)
    every = against_peers(values, places_of_peers(codes, similar_organisations()), better)
    found = {name: column[codes.index(ccg_code)] for name, column in every.items()}
    if math.isnan(found["peer_median"]):
        return ""
    n = int(found["n_peers"])
    said = f"median of {n} of the 10 CCGs most similar {found['peer_median']:,.4g}"
    if math.isnan(found["rank_among_peers"]) or indicator.better == "none":
        return said
    return f"{said}; place {found['rank_among_peers']:.0f} of {n + 1} with them, 1 is best"


def nearest_rating(rating: pd.Series, rows: pd.DataFrame, edition: Edition, rule: PanelRule) -> str:
    """Return which single figure, being another, would bring a CCG another rating; '' where none would.

    `rating` and `rows`: its rating by this panel, and its bands of at least the panel's indicators.
    """
    every = grade_changes(rows, pd.DataFrame([rating]), edition, rule.key)
    others = every[every["rating"].notna() & (every["rating"] != every["rating_now"])]
    if others.empty:
        return ""
    way = others.iloc[0]
    code, grade = str(way["indicator_code"]), int(way["rating"])
    value = float(rows.loc[rows["indicator_code"] == code, "value"].iloc[0])
    label = edition.labels(str(rating["lane"]))[grade - 1]
    needed, side = _needed(value, float(way["change"]))
    near = Nearest(code, value, needed, float(way["margin"]), grade, label, side)
    return near.sentence(f"{edition.indicator(code).name} ({code})")


def _needed(value: float, change: float) -> tuple[float, str]:
    """Return the figure to which a change leads, in few digits, and whether the rating comes at or past it.

    A line that is met but for the last digits of a float is named itself; any other figure is rounded away.
    """
    scale = 10.0 ** max(0, 2 - math.floor(math.log10(abs(change))))
    needed = (value + change) * scale
    if abs(round(needed) - needed) < 1e-6:
        return round(needed) / scale, "above" if change > 0 else "below"
    return (math.ceil(needed) if change > 0 else math.floor(needed)) / scale, "at"
