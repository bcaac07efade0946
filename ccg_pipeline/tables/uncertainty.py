"""The shape of how sure everything is: the columns that scores and ratings carry, and the rules about them.

Belongs here: these columns and rules, shared by the frames that carry them, and the frame of them all.
Does not belong here: how they come about (method), the frames' own columns (a module each).
"""

from collections.abc import Collection

import pandas as pd
import pandera.pandas as pa

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.tables.conform import Column, Rule, build, flag, key, number, rule, text, whole
from ccg_pipeline.tables.lanes import lane_columns, once_for_every

GRADES = ["p_grade_1", "p_grade_2", "p_grade_3", "p_grade_4"]
AGAINST = ["p_above_reference", "p_at_reference", "p_below_reference"]
SUM = 1e-9


def interval_columns() -> list[Column]:
    """Make the 95 % limits of a score, 0 to 2, and whether it is told from its neighbour."""
    return [number("lower_95", 0, 2), number("upper_95", 0, 2), flag("is_told_apart")]


def reference_columns() -> list[Column]:
    """Make where an area's interval lies against its references, and the probabilities."""
    return [text("against_reference", ("above", "below", "cannot be told", "")), *_chances(AGAINST)]


def grade_columns() -> list[Column]:
    """Make the probability of each grade, the grades that cannot be ruled out, and the neighbour."""
    grades = ("best_grade_95", "worst_grade_95", "neighbour_grade")
    return [
        *_chances([*GRADES, "p_own_grade_by_both"]),
        *(whole(name, 1, len(GRADES), may_be_missing=True) for name in grades),
    ]


def distance_columns(edition: Edition) -> list[Column]:
    """Make the distance to the next grade: in the score, and by the nearest indicator."""
    return [
        number("to_better", 0, 2),
        text("nearest_indicator", (*edition.indicator_codes, "")),
        number("nearest_to_better", 0),
        number("nearest_people", 1),
    ]


def rank_columns(count: int) -> list[Column]:
    """Make the place among `count` CCGs, its simultaneous 95 % set, and the chances of the ends."""
    return [
        *(whole(name, 1, count, may_be_missing=True) for name in ("rank", "rank_lower_95", "rank_upper_95")),
        whole("n_not_told_apart", 0, count - 1, may_be_missing=True),
        *_chances(["p_top_10", "p_bottom_10"]),
    ]


def _chances(names: Collection[str]) -> list[Column]:
    return [number(name, 0, 1) for name in names]


INTERVAL_RULES: tuple[Rule, ...] = (
    rule(
        "must have its lower limit no higher than its upper",
        lambda rows: ~(rows["lower_95"] > rows["upper_95"]),
    ),
    rule(
        "must name the nearest indicator with its distance, and only then",
        lambda rows: (rows["nearest_indicator"] != "") == rows["nearest_to_better"].notna(),
    ),
)
REFERENCE_RULES: tuple[Rule, ...] = (
    rule("must have probabilities that sum to 1", lambda rows: _sums_to_one(rows[AGAINST])),
    rule(
        "must be told apart just where its interval lies on one side of its references",
        lambda rows: rows["against_reference"].isin(["above", "below"]) == rows["is_told_apart"],
    ),
)
GRADE_RULES: tuple[Rule, ...] = (
    rule("must have probabilities that sum to 1", lambda rows: _sums_to_one(rows[GRADES])),
    rule(
        "must have its best grade no worse than its worst",
        lambda rows: ~(rows["best_grade_95"] > rows["worst_grade_95"]).fillna(False).astype("bool"),
    ),
    rule(
        "must name a neighbouring grade just where it is rated and cannot be told apart",
        lambda rows: (rows[GRADES[0]].notna() & ~rows["is_told_apart"]) == rows["neighbour_grade"].notna(),
    ),
)
RANK_RULES: tuple[Rule, ...] = (
    rule(
        "must have its set of places in order",
        lambda rows: ~(rows["rank_lower_95"] > rows["rank_upper_95"]).fillna(False).astype("bool"),
    ),
)


def _sums_to_one(chances: pd.DataFrame) -> "pd.Series[bool]":
    total = chances.sum(axis=1, min_count=1)
    return total.isna() | ((total - 1).abs() < SUM)


def certainty_schema(edition: Edition, lane: Lane, ccg_codes: Collection[str]) -> pa.DataFrameSchema:
    """Make the schema of how sure everything of one lane and partition is."""
    panels, areas = [one.key for one in edition.panels], [one.code for one in edition.areas]
    overall = ["overall"] if edition.lane(lane).has_overall_rating else []
    columns = [
        *lane_columns(lane),
        text("measure", ("area", "panel", *overall)),
        text("code", (*areas, *panels, *overall)),
        text("ccg_code", ccg_codes),
        *interval_columns(),
        *reference_columns(),
        *grade_columns(),
        *distance_columns(edition),
        number("bands_to_better", 1),
        *rank_columns(len(ccg_codes)),
        flag("is_made_up"),
    ]
    everything = len(areas) + len(panels) + len(overall)
    rules = [
        key("lane", "partition_key", "measure", "code", "ccg_code"),
        once_for_every("area, panel, overall score and CCG", everything * len(ccg_codes)),
    ]
    return build("how sure everything is", columns, [*rules, *INTERVAL_RULES, *RANK_RULES])
