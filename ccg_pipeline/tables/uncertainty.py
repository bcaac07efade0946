"""How sure every score and rating is: the columns that say it, and the rules about them.

Belongs here: these columns and rules, shared by the tables that carry them, and the table of them all.
Does not belong here: how they come about (method), the other columns of scores and ratings (a module each).
"""

import pandas as pd

from ccg_pipeline.tables.column import Basis, Depends, Rule, Table, flag, number, text, whole
from ccg_pipeline.tables.lanes import CCG_CODE, IS_MADE_UP, LANE, LANE_COLUMNS, once_for_every

CHANCE = "probability, 0 to 1"
GRADES = ["p_grade_1", "p_grade_2", "p_grade_3", "p_grade_4"]
AGAIN = ["p_again_1", "p_again_2", "p_again_3", "p_again_4"]
AGAINST = ["p_above_reference", "p_at_reference", "p_below_reference"]
SUM = 1e-9
_N_CCGS = Depends("the number of CCGs", lambda basis: float(len(basis.ccg_codes)))
_N_OTHERS = Depends("the number of other CCGs", lambda basis: float(len(basis.ccg_codes) - 1))

INTERVAL_COLUMNS = (
    number("lower_95", "Lower 95 % limit of the score that the true values would earn.", "points", 0, 2),
    number("upper_95", "Upper 95 % limit of the score that the true values would earn.", "points", 0, 2),
)
IS_TOLD_APART = flag(
    "is_told_apart",
    "Whether it is shown, with 95 % certainty, to differ from its neighbour: an area from its references, "
    "a rating from the next grade.",
)
REFERENCE_COLUMNS = (
    text(
        "against_reference",
        "Where the interval of an area lies against 1, the score of one like the references throughout.",
        ("above", "below", "cannot be told"),
        may_be_missing=True,
    ),
    number("p_above_reference", "Chance that the true score is above the references.", CHANCE, 0, 1),
    number("p_at_reference", "Chance that the true score is that of the references.", CHANCE, 0, 1),
    number("p_below_reference", "Chance that the true score is below the references.", CHANCE, 0, 1),
)
GRADE_COLUMNS = (
    *(
        number(name, f"Chance that the true values earn grade {grade} (1 is best).", CHANCE, 0, 1)
        for grade, name in enumerate(GRADES, start=1)
    ),
    *(
        number(name, f"Chance that the same care, measured again, earns grade {grade}.", CHANCE, 0, 1)
        for grade, name in enumerate(AGAIN, start=1)
    ),
    whole(
        "best_grade_95", "Best grade that 95 % of draws leave.", "grade, 1 best", 1, 4, may_be_missing=True
    ),
    whole(
        "worst_grade_95", "Worst grade that 95 % of draws leave.", "grade, 1 best", 1, 4, may_be_missing=True
    ),
    whole(
        "neighbour_grade",
        "The grade from which the rating cannot be told apart; none where it can.",
        "grade, 1 best",
        1,
        4,
        may_be_missing=True,
    ),
    number(
        "p_own_grade_by_both",
        "Chance of the same grade when both figures and the assumed numbers of the method vary.",
        CHANCE,
        0,
        1,
    ),
)
DISTANCE_COLUMNS = (
    number("to_better", "How much more score the next better grade takes.", "points", 0, 2),
    text(
        "nearest_indicator",
        "Code of the indicator that is the fewest standard errors away from a better band, or that alone "
        "would better the panel's rating.",
        Depends("indicators of the edition", lambda basis: basis.edition.indicator_codes),
        may_be_missing=True,
    ),
    number("nearest_to_better", "How far that indicator is from it.", "unit of the nearest indicator", 0),
    number(
        "nearest_people", "To how many people that comes, where the indicator counts people.", "people", 1
    ),
)
BANDS_TO_BETTER = number(
    "bands_to_better", "How many bands more, of one indicator each, the next overall grade takes.", "bands", 1
)
RANK_COLUMNS = (
    whole(
        "rank",
        "Place among all CCGs by score, the highest first; equal scores share their best place. None for the "
        "score of one indicator alone.",
        "place",
        1,
        _N_CCGS,
        may_be_missing=True,
    ),
    whole(
        "rank_lower_95",
        "Best place of the 95 % set: in 95 of 100 draws the sets hold for all CCGs at once.",
        "place",
        1,
        _N_CCGS,
        may_be_missing=True,
    ),
    whole(
        "rank_upper_95",
        "Worst place of the 95 % set: in 95 of 100 draws the sets hold for all CCGs at once.",
        "place",
        1,
        _N_CCGS,
        may_be_missing=True,
    ),
    whole(
        "n_not_told_apart",
        "Other CCGs that are shown neither above nor below.",
        "CCGs",
        0,
        _N_OTHERS,
        may_be_missing=True,
    ),
    number(
        "p_top_10",
        "Chance that the true score is among the ten highest; ties share, so all add up to ten.",
        CHANCE,
        0,
        1,
    ),
    number(
        "p_bottom_10",
        "Chance that the true score is among the ten lowest; ties share, so all add up to ten.",
        CHANCE,
        0,
        1,
    ),
)

INTERVAL_RULES: tuple[Rule, ...] = (
    Rule(
        "must have its lower limit no higher than its upper",
        lambda rows: ~(rows["lower_95"] > rows["upper_95"]),
    ),
    Rule(
        "must name the nearest indicator with its distance, and only then",
        lambda rows: (rows["nearest_indicator"] != "") == rows["nearest_to_better"].notna(),
    ),
)
REFERENCE_RULES: tuple[Rule, ...] = (
    Rule("must have probabilities that sum to 1", lambda rows: _sums_to_one(rows[AGAINST])),
    Rule(
        "must be told apart just where its interval lies on one side of its references",
        lambda rows: rows["against_reference"].isin(["above", "below"]) == rows["is_told_apart"],
    ),
)
GRADE_RULES: tuple[Rule, ...] = (
    Rule("must have probabilities that sum to 1", lambda rows: _sums_to_one(rows[GRADES])),
    Rule("must have chances of the same again that sum to 1", lambda rows: _sums_to_one(rows[AGAIN])),
    Rule(
        "must have its best grade no worse than its worst",
        lambda rows: ~(rows["best_grade_95"] > rows["worst_grade_95"]).fillna(False).astype("bool"),
    ),
    Rule(
        "must name a neighbouring grade just where it is rated and cannot be told apart",
        lambda rows: (rows[GRADES[0]].notna() & ~rows["is_told_apart"]) == rows["neighbour_grade"].notna(),
    ),
)
RANK_RULES: tuple[Rule, ...] = (
    Rule(
        "must have a place only with its set",
        lambda rows: rows["rank"].isna() | rows["rank_lower_95"].notna(),
    ),
    Rule(
        "must have its set of places in order",
        lambda rows: ~(rows["rank_lower_95"] > rows["rank_upper_95"]).fillna(False).astype("bool"),
    ),
)


DRAWN = frozenset(
    column.name
    for column in (*INTERVAL_COLUMNS, IS_TOLD_APART, *REFERENCE_COLUMNS, *GRADE_COLUMNS, *RANK_COLUMNS)
    if column.name != "rank"
)
"""What comes of draws: it says how sure a figure is, and is no figure itself."""


def _sums_to_one(chances: pd.DataFrame) -> "pd.Series[bool]":
    total = chances.sum(axis=1, min_count=1)
    return total.isna() | ((total - 1).abs() < SUM)


def _rules(basis: Basis) -> list[Rule]:
    edition = basis.edition
    everything = len(edition.areas) + len(edition.panels) + len(_overall(basis))
    return [
        once_for_every("area, panel, overall score and CCG", everything * len(basis.ccg_codes)),
        *INTERVAL_RULES,
        *RANK_RULES,
    ]


def _overall(basis: Basis) -> list[str]:
    lanes = [basis.edition.lane(lane) for lane in basis.lanes]
    return ["overall"] if any(lane.has_overall_rating for lane in lanes) else []


def _codes(basis: Basis) -> list[str]:
    areas, panels = basis.edition.areas, basis.edition.panels
    return [*(one.code for one in areas), *(one.key for one in panels), *_overall(basis)]


CERTAINTY = Table(
    "certainty",
    "How sure every area score, rating and overall score is; the tables of these carry their columns of it.",
    (
        *LANE_COLUMNS,
        text(
            "measure",
            "What is scored.",
            Depends("area, panel, overall", lambda basis: ["area", "panel", *_overall(basis)]),
        ),
        text(
            "code",
            "Code of the area, key of the panel, or overall.",
            Depends("areas, panels, overall", _codes),
        ),
        CCG_CODE,
        *INTERVAL_COLUMNS,
        *REFERENCE_COLUMNS,
        *GRADE_COLUMNS,
        IS_TOLD_APART,
        *DISTANCE_COLUMNS,
        BANDS_TO_BETTER,
        *RANK_COLUMNS,
        IS_MADE_UP,
    ),
    (*LANE, "measure", "code", "ccg_code"),
    rules=_rules,
)
