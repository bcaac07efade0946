"""How far a panel's figures are from another grade, and which change of a single one changes a rating.

Belongs here: the ways across the cuts between an indicator's four grades, and what each does to the rating.
Does not belong here: grades and ratings themselves (the engine's), distances between bands (`distances`),
any of it in words (candidates, publish).

As in `distances`, references, denominators and widened limits are held, and people are counted things.
"""

import numpy as np
import pandas as pd

from ccg_pipeline.framework.lane_rules import PanelRule, reading_of
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.scoring.distances import (
    can_move,
    exact_counts,
    people_to_fall,
    people_to_rise,
    spread_and_step,
)
from ccg_pipeline.method.scoring.on_bands import OnBands
from ccg_pipeline.method.statistics.grid import Floats

GRADE_CHANGE_COLUMNS = (
    "ccg_code",
    "indicator_code",
    "grade",
    "margin",
    "change",
    "people",
    "rating_now",
    "rating",
)
RATING_DISTANCE_COLUMNS = ("panel", "ccg_code", "indicator_code", "to_better", "people_to_better")


def grade_changes(bands: pd.DataFrame, rated: pd.DataFrame, edition: Edition, panel: str) -> pd.DataFrame:
    """Every change of one indicator alone to another of its grades, for every CCG in `rated`.

    Columns GRADE_CHANGE_COLUMNS.

    `bands` has one row an indicator of the panel and CCG, `rated` what `rate_panel` gives of this panel.
    ``grade``: the one reached, 1 to 4; ``margin``: the distance in standard errors; ``change``: in the
    indicator's unit, with its sign; ``people``: the least whole number that does it, with its sign, NaN where
    nobody is counted; ``rating``: the panel's grade that would come of it, NaN next to a ``rating_now`` that
    is missing or was given by another rule. The smallest margin first; of equals, in the order of the panel's
    indicators. No way leads past all or below nobody of what is counted.
    """
    rule, ccgs = edition.panel(panel), rated["ccg_code"].tolist()
    given, indicators = (
        OnBands.of(bands, edition, ccgs),
        [edition.indicator(code) for code in rule.indicators],
    )
    at = _places(edition, rule)
    z, value, rows = given.z[at], given.value[at], given.rows[at]
    spread, step = spread_and_step(bands, indicators, rows)
    exact, on = list(exact_counts(bands, indicators, rows)), z.copy()  # of small counts on their own scale
    for one in exact:
        on[one.place], spread[one.place], step[one.place] = one.counts, one.unit, 1.0
    limit = rule.significant_at.value
    readings = [reading_of(panel, code) for code in rule.indicators]
    states = given.run(readings, given.distances()).states
    grades = np.stack([states[one].outcome[0] for one in readings])
    now = np.where(
        rated["rule"] == rule.combine, rated["grade"].to_numpy(dtype=float, na_value=np.nan), np.nan
    )
    better = np.array([[-1.0 if one.direction == "lower_is_better" else 1.0] for one in indicators])
    found: dict[str, list[Floats]] = {name: [] for name in GRADE_CHANGE_COLUMNS[2:-1]}
    ways = []
    # a better grade begins on its cut, but for the lowest: at −limit is still significantly worse
    for above, (cut, is_in) in enumerate(((limit, True), (0.0, True), (-limit, False)), start=1):
        is_up, edge = grades > above, np.full(z.shape, cut)
        margin = np.maximum(np.where(is_up, cut - z, z - cut), 0)
        for one in exact:
            edge[one.place] = one.edge(edge[one.place])
        gap = np.maximum(np.where(is_up, edge - on, on - edge), 0)
        people = np.where(is_up, people_to_rise(on, step, edge, is_in), people_to_fall(on, step, edge, is_in))
        sign, reached = np.where(is_up, better, -better), np.where(is_up, above, above + 1.0)
        moved = sign * np.where(np.isfinite(people), people * step, gap) * spread
        is_open = np.isfinite(grades) & can_move(indicators, value, moved)
        way = {
            "grade": np.where(is_open, reached, np.nan),
            "margin": margin,
            "change": sign * gap * spread,
            "people": sign * people,
            "rating_now": np.broadcast_to(now, z.shape),
        }
        ways.append(reached)
        for name, values in way.items():
            found[name].append(values)
    found["rating"] = list(_ratings(given, rule, ways))
    every = pd.DataFrame({name: np.stack(each, axis=1).ravel() for name, each in found.items()})
    every.insert(0, "indicator_code", np.repeat(rule.indicators, 3 * len(ccgs)))
    every.insert(0, "ccg_code", np.tile(ccgs, 3 * len(indicators)))
    every["rating"] = every["rating"].where(every["rating_now"].notna())
    return every[every["grade"].notna()].sort_values("margin", kind="stable", ignore_index=True)


def _ratings(given: OnBands, rule: PanelRule, reached: list[Floats]) -> Floats:
    """The panel's rating if each indicator alone had each grade in `reached`: (ways, indicators, CCGs).

    `reached`: a way each, (indicators, CCGs).
    """
    at, limit = _places(given.edition, rule), rule.significant_at.value
    of_grade = np.array([limit, 0.0, -limit / 2, -limit])  # a distance that each grade has
    z = np.repeat(given.z[:, None], len(reached) * len(at), axis=1)
    for way, grades in enumerate(reached):
        for i, place in enumerate(at):
            z[place, way * len(at) + i] = of_grade[grades[i].astype(int) - 1]
    run = given.run([rule.key], given.distances(z) | given.enough_data())
    grade = run.states[rule.key].grade
    assert grade is not None  # a panel has a scale
    return grade.reshape(len(reached), len(at), -1)


def _places(edition: Edition, rule: PanelRule) -> list[int]:
    return [edition.indicator_codes.index(code) for code in rule.indicators]


def to_next_rating(bands: pd.DataFrame, candidates: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """For every panel and CCG the shortest way of one indicator alone to a better rating.

    `candidates`: what `rate_panel` gives, of one or more panels. One row a row of it, with
    RATING_DISTANCE_COLUMNS: the indicator that is the fewest standard errors away from a grade which would
    better the rating, how far that is in its unit, and how many people. '' and NaN where no indicator alone
    can do it, where there is no rating, or it is the best, or the minimum data rule gave it.
    """
    found = []
    for panel, of_panel in candidates.groupby("panel", sort=False):
        every = grade_changes(bands, of_panel, edition, str(panel))
        first = every[every["rating"] < every["rating_now"]].drop_duplicates("ccg_code")
        shortest = first.assign(to_better=first["change"].abs(), people_to_better=first["people"].abs())
        found.append(of_panel[["panel", "ccg_code"]].merge(shortest, on="ccg_code", how="left"))
    table = pd.concat(found, ignore_index=True)
    return table.assign(indicator_code=table["indicator_code"].fillna(""))[list(RATING_DISTANCE_COLUMNS)]
