"""Lines fitted to published grades, quantiles of too few, and conditions of which a part is not known.

A table gives a score and, where the publisher gave one, a grade; lower scores are better.
"""

import numpy as np
import pytest

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.run import Run
from tests.support.notations.method_tables import lines

MADE_UP = {"provenance": "assumed", "source": "Made up"}
SCORE = {"do": "read", "measure": "score", "better": "lower", **MADE_UP}


def edition(*steps: dict[str, object], n_grades: int = 3) -> Edition:
    """Scores in a node, published grades in another, and a third with these steps."""
    given = [
        {"do": "read", "measure": "grade", "better": "lower", **MADE_UP},
        {"do": "as_scored", **MADE_UP},
    ]
    return Edition.model_validate(
        {
            "key": "made_up",
            "title": "Made up",
            "year": "2021",
            "organisation": "orchard",
            "scales": [{"key": "grades", "labels": [str(n + 1) for n in range(n_grades)]}],
            "nodes": [
                {"key": "given", "level": "given", "scale": "grades", "steps": given},
                {"key": "flag", "level": "flag", "steps": [{**SCORE, "measure": "flag", "better": "none"}]},
                {"key": "graded", "level": "graded", "scale": "grades", "steps": [SCORE, *steps]},
            ],
            "rounds": [{"key": "year", "every": "year", **MADE_UP}],
        }
    )


FITTED = {"do": "fitted_cuts", "to": [{"node": "given", "by": "grade"}], **MADE_UP}
NAN = {"-": "nan", "": "nan"}


def column(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([[float(NAN.get(row[name], row[name])) for row in rows]])


def run(rows: list[dict[str, str]], made: Edition) -> Run:
    values = {name: column(rows, name) for name in ("score", "grade", "flag") if name in rows[0]}
    return Run(made, Facts([str(n) for n in range(len(rows))], values))


TABLES = {
    # the lines lie at 1.5 and at 2.5, and a score on one has the better grade
    "graded": """
        score | grade | found
        1.0   | 1     | 1
        1.4   | 1     | 1
        1.6   | 2     | 2
        2.0   | 2     | 2
        3.0   | 3     | 3
        1.49  | -     | 1
        1.5   | -     | 1
        1.51  | -     | 2
        2.49  | -     | 2
        2.5   | -     | 2
        2.51  | -     | 3
        9.0   | -     | 3
        -     | 1     | -
    """,
    # one grade of five contradicts the order: the line misses it alone
    "contradictory": """
        score | grade | found
        1.0   | 1     | 1
        1.1   | 3     | 1
        1.2   | 1     | 1
        1.3   | 1     | 1
        2.0   | 3     | 3
        2.2   | 3     | 3
    """,
    # nobody was given the best grade: it lies beyond every score
    "no best": """
        score | grade | found
        0.0   | -     | 2
        1.0   | 2     | 2
        3.0   | 3     | 3
    """,
    "no worst": """
        score | grade | found
        1.0   | 1     | 1
        3.0   | 2     | 2
        9.0   | -     | 2
    """,
    "none given": """
        score | grade | found
        1.0   | -     | -
        3.0   | -     | -
    """,
}


@pytest.mark.parametrize("name", TABLES)
def test_lines_lie_halfway_between_published_grades(name: str) -> None:
    rows = lines(TABLES[name])
    state = run(rows, edition(FITTED)).states["graded"]
    assert state.grade is not None
    assert np.array_equal(state.grade, column(rows, "found"), equal_nan=True)


def test_without_a_published_grade_the_reason_says_so() -> None:
    state = run(lines(TABLES["none given"]), edition(FITTED)).states["graded"]
    assert state.why is not None
    assert set(state.why) == {"no grade is published to which lines could be fitted"}


def test_fitted_lines_do_not_move_in_draws() -> None:
    rows = lines(TABLES["graded"])
    published = run(rows, edition(FITTED))
    drawn = Facts(published.facts.organisations, {"score": np.array([[1.49] * 13, [2.51] * 13])})
    state = Run(published.edition, drawn, published.learned).states["graded"]
    assert state.grade is not None
    assert state.grade.tolist() == [[1.0] * 13, [3.0] * 13]


@pytest.mark.parametrize(("least", "has"), [(3, True), (4, True), (5, False)])
def test_quantiles_need_at_least_so_many(least: int, has: bool) -> None:
    rows = [{"score": one, "grade": "-"} for one in ("1", "2", "3", "4", "-")]
    halves = {"do": "quantiles", "shares": [0.5], "least": least, **MADE_UP}
    state = run(rows, edition(halves)).states["graded"]
    assert state.grade is not None
    assert state.why is not None
    assert np.array_equal(state.grade[0], [1, 1, 2, 2, np.nan] if has else [np.nan] * 5, equal_nan=True)
    assert state.why[0] == ("" if has else "fewer than 5 have a score, and quantiles need so many")


# The flag is 1; the score is below 2. A part that is false decides, whatever the unknown one is. both: the
# flag is 1, and the score is below 2 or above 9.
UNKNOWN = """
    score | flag | all_of | any_of | both
    1     | 1    | put    | put    | put
    1     | 0    | stays  | put    | stays
    3     | 1    | stays  | put    | stays
    3     | 0    | stays  | stays  | stays
    1     | -    | none   | put    | none
    3     | -    | stays  | none   | stays
"""


@pytest.mark.parametrize("kind", ["all_of", "any_of", "both"])
def test_a_condition_is_unknown_only_where_the_unknown_part_decides(kind: str) -> None:
    rows = [{**row, "grade": "1"} for row in lines(UNKNOWN)]
    flag, score, high = (
        {"of": "flag", "at_least": 1},
        {"of": "graded", "below": 2},
        {"of": "graded", "above": 9},
    )
    when = {"all_of": [flag], "any_of": [score, high]} if kind == "both" else {kind: [flag, score]}
    rule = {"do": "put", "value": 3, "when": when, "if_unknown": "none", "because": "Put"}
    cuts = {"do": "cuts", "at": [1, 5], **MADE_UP}
    grade = run(rows, edition(cuts, {**rule, **MADE_UP})).states["graded"].grade
    assert grade is not None
    plain = [1.0 if row["score"] == "1" else 2.0 for row in rows]
    said = {"put": 3.0, "none": np.nan}
    expected = [said.get(row[kind], stays) for row, stays in zip(rows, plain, strict=True)]
    assert np.array_equal(grade[0], expected, equal_nan=True)
