"""How a panel's area gets its candidate rating: grades, the matrix, the mean, minimum data, labels."""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.scoring.rated import CANDIDATE_COLUMNS, rate_panel
from tests.support.notations.method_tables import EDITION, bands, grades_of, lines, observations

NOTHING_MORE = observations("indicator | ccg | value\nnda_participation | 01A | 90").iloc[:0]
Z_OF_GRADE = {1: 2.5, 2: 0.5, 3: -0.5, 4: -2.5}

GRADES = """
    z       | grade
    1.9601  | 1
    1.96    | 1
    1.9599  | 2
    0.0001  | 2
    0       | 2
    -0.0001 | 3
    -1.9599 | 3
    -1.96   | 4
    -1.9601 | 4
"""


@pytest.mark.parametrize("given", lines(GRADES), ids=lambda given: given["z"])
def test_position_and_significance_give_one_of_four_grades(given: dict[str, str]) -> None:
    assert grades_of(float(given["z"])) == float(given["grade"])


def test_a_missing_z_has_no_grade() -> None:
    assert np.isnan(grades_of(math.nan))


def _rated(
    panel: str, grades: dict[str, int | None], lane: Lane = "interim", **measure: object
) -> "pd.Series":
    rows = [f"{code} | 01A | {Z_OF_GRADE[grade] if grade else ''}" for code, grade in grades.items()]
    more = NOTHING_MORE
    if measure:
        columns = " | ".join(measure)
        more = observations(
            f"indicator | ccg | {columns}\nnda_participation | 01A | "
            + " | ".join(str(one) for one in measure.values())
        )
    rated = rate_panel(bands("indicator | ccg | z\n" + "\n".join(rows)), more, EDITION, panel, lane)
    assert list(rated.columns) == list(CANDIDATE_COLUMNS)
    return rated.iloc[0]


# The matrix of the slide on dementia: down care plan review (126b), across the diagnosis rate (126a).
MATRIX = """
    126b | 1 | 2 | 3 | 4
    1    | 1 | 1 | 2 | 3
    2    | 1 | 2 | 3 | 3
    3    | 2 | 3 | 3 | 4
    4    | 3 | 3 | 4 | 4
"""
CELLS = [
    (int(row["126b"]), across, int(row[str(across)])) for row in lines(MATRIX) for across in (1, 2, 3, 4)
]


@pytest.mark.parametrize(("review", "diagnosis", "rating"), CELLS)
def test_sixteen_cells_of_the_dementia_matrix(review: int, diagnosis: int, rating: int) -> None:
    rated = _rated("dementia", {"126a": diagnosis, "126b": review})
    assert rated["grade"] == rating
    assert rated["detail"] == f'{{"126a":{diagnosis},"126b":{review}}}'
    assert (rated["rule"], rated["n_used"], rated["n_expected"]) == ("matrix", 2, 2)
    assert math.isnan(rated["score"])


def test_rows_and_columns_of_a_matrix_are_not_exchanged() -> None:
    cells = [{"when": [row, column], "gives": row} for row in (1, 2, 3, 4) for column in (1, 2, 3, 4)]
    families = [
        {**one, "steps": [{**one["steps"][0], "cells": cells}, *one["steps"][1:]]}
        if one["key"] == "dementia"
        else one
        for one in EDITION.rules.families
    ]
    edition = EDITION.model_copy(update={"rules": replace(EDITION.rules, families=families)})
    given = bands("indicator | ccg | z\n126a | 01A | 2.5\n126b | 01A | -2.5")
    assert rate_panel(given, NOTHING_MORE, edition, "dementia", "interim")["grade"].tolist() == [4]


LABELS = """
    grade | interim                       | annual
    1     | Top performing                | Outstanding
    2     | Performing well               | Good
    3     | Needs improvement             | Requires improvement
    4     | Greatest need for improvement | Inadequate
"""


@pytest.mark.parametrize("given", lines(LABELS), ids=lambda given: given["grade"])
@pytest.mark.parametrize("lane", ["interim", "annual"])
def test_labels_differ_by_lane(given: dict[str, str], lane: Lane) -> None:
    grade = int(given["grade"])
    assert _rated("dementia", {"126a": grade, "126b": grade}, lane)["rating"] == given[lane]


# Grades 1 to 4 score 2, 1.25, 0.75 and 0; cuts for cancer 1.4, 0.9, 0.5, for maternity 1.8, 0.9, 0.5.
MEANS = """
    what                      | panel     | grades  | score  | rating
    all at the top            | cancer    | 1 1 1 1 | 2      | 1
    above 1.4                 | cancer    | 1 1 2 3 | 1.5    | 1
    below 1.4                 | cancer    | 1 2 2 3 | 1.3125 | 2
    above 0.9                 | cancer    | 2 2 2 4 | 0.9375 | 2
    below 0.9                 | cancer    | 2 3 3 3 | 0.875  | 3
    at 0.5                    | cancer    | 1 4 4 4 | 0.5    | 3
    below 0.5                 | cancer    | 3 3 4 4 | 0.375  | 4
    all at the bottom         | cancer    | 4 4 4 4 | 0      | 4
    three of four, above 1.4  | cancer    | 1 1 3 - | 1.5833 | 1
    three of four, 1.3333     | cancer    | 1 1 4 - | 1.3333 | 2
    one below its reference   | maternity | 1 1 1 3 | 1.6875 | 2
    none below its reference  | maternity | 1 1 1 2 | 1.8125 | 1
"""


@pytest.mark.parametrize("given", lines(MEANS), ids=lambda given: given["what"])
def test_the_mean_score_and_its_cuts(given: dict[str, str]) -> None:
    codes = EDITION.panel(given["panel"]).indicators
    grades = [None if one == "-" else int(one) for one in given["grades"].split()]
    rated = _rated(given["panel"], dict(zip(codes, grades, strict=True)))
    assert rated["score"] == pytest.approx(float(given["score"]), abs=5e-5)
    assert rated["grade"] == int(given["rating"])
    assert rated["rule"] == "mean"
    assert json.loads(rated["detail"]) == dict(zip(codes, grades, strict=True))


def test_smoking_counts_in_maternity() -> None:
    with_smoking = _rated("maternity", {"125a": 2, "125b": 2, "125c": 2, "101a": 4})
    assert json.loads(with_smoking["detail"])["101a"] == 4
    assert with_smoking["score"] == pytest.approx(3 * 1.25 / 4)


def test_what_is_only_shown_does_not_count() -> None:
    decided = {"123a": 2, "123b": 2}
    shown = {**decided, "123c": 4, "123d": 4, "123e": 4}
    assert _rated("mental_health", decided).equals(_rated("mental_health", shown))


TOO_FEW = """
    panel    | grades  | needed | of | why
    cancer   | 1 1 - - | 3      | 4  | 122c: The publisher suppressed the figure; 122d: The publisher …
    dementia | 1 -     | 2      | 2  | 126a: The publisher suppressed the figure
    dementia | - -     | 2      | 2  | 126b: The publisher suppressed the figure; 126a: The publisher …
"""


@pytest.mark.parametrize("given", lines(TOO_FEW), ids=lambda given: f"{given['panel']} {given['grades']}")
def test_too_few_indicators_give_no_rating(given: dict[str, str]) -> None:
    codes = EDITION.panel(given["panel"]).indicators
    grades = [None if one == "-" else int(one) for one in given["grades"].split()]
    rated = _rated(given["panel"], dict(zip(codes, grades, strict=True)))
    assert pd.isna(rated["grade"])
    assert rated["rating"] == ""
    assert math.isnan(rated["score"])
    start = (
        f"Fewer than {given['needed']} of {given['of']} indicators have a grade ({given['why'].rstrip('…')}"
    )
    assert rated["why_no_rating"].startswith(start)


# Both indicators of diabetes are graded 1; only the share of practices that took part differs.
PARTICIPATION = """
    value | status     | grade | rule
    0     | published  | 4     | minimum data (nda_participation below 25)
    24.9  | published  | 4     | minimum data (nda_participation below 25)
    25    | published  | 1     | matrix
    25.1  | published  | 1     | matrix
    100   | published  | 1     | matrix
    90    | suppressed |       | matrix
          | missing    |       | matrix
"""


@pytest.mark.parametrize("given", lines(PARTICIPATION), ids=lambda g: f"{g['value']} {g['status']}")
def test_too_little_participation_gives_the_lowest_grade(given: dict[str, str]) -> None:
    rated = _rated("diabetes", {"103a": 1, "103b": 1}, value=given["value"], status=given["status"])
    assert rated["rule"] == given["rule"]
    if given["grade"]:
        assert rated["grade"] == int(given["grade"])
        assert rated["why_no_rating"] == ""
    else:
        assert pd.isna(rated["grade"])
        assert rated["why_no_rating"] == (
            "nda_participation is missing, so that the minimum data rule cannot be applied."
        )


def test_too_little_participation_counts_even_without_indicators() -> None:
    rated = _rated("diabetes", {"103a": None, "103b": None}, value=10)
    assert (rated["grade"], rated["rating"]) == (4, "Greatest need for improvement")
    assert (rated["n_used"], rated["why_no_rating"]) == (0, "")


def test_every_ccg_has_a_row_whatever_the_order_of_rows() -> None:
    given = bands("indicator | ccg | z\n126a | 02B | 0\n126b | 01A | 2\n126a | 01A | -3\n126b | 02B | 1")
    rated = rate_panel(given, NOTHING_MORE, EDITION, "dementia", "annual")
    assert rated["ccg_code"].tolist() == ["01A", "02B"]
    assert rated["grade"].tolist() == [3, 2]
    assert rated.equals(rate_panel(given.iloc[::-1], NOTHING_MORE, EDITION, "dementia", "annual"))


def test_a_made_up_measure_marks_the_rating() -> None:
    assert not _rated("dementia", {"126a": 1, "126b": 1})["is_made_up"]
    assert _rated("diabetes", {"103a": 1, "103b": 1}, value=90, is_made_up=True)["is_made_up"]
