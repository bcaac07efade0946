"""Falling cuts, and how exactly an edge is met."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccg_pipeline.method.statistics.cutpoints import (
    ROUNDING,
    grade_by_cuts,
    to_next_cut,
)
from tests.support.notations.method_tables import lines


def test_a_score_at_a_cut_is_above_it() -> None:
    scores = np.array([2, 1.4, 1.3999, 0.9, 0.8999, 0.5, 0.4999, 0, np.nan])
    expected = [1, 1, 2, 2, 3, 3, 4, 4, np.nan]
    np.testing.assert_array_equal(grade_by_cuts(scores, [1.4, 0.9, 0.5]), expected)


def test_an_edge_is_met_to_rounding_and_no_further() -> None:
    scores = np.array([1.45 - ROUNDING / 2, 1.45 - ROUNDING * 2])
    assert grade_by_cuts(scores, [1.45, 1.0]).tolist() == [1, 2]


@pytest.mark.parametrize("cuts", [[1.0, 1.45], [1.0, 1.0]])
def test_cuts_that_do_not_fall_are_refused(cuts: list[float]) -> None:
    with pytest.raises(ValueError, match=r"^Cuts must fall from best to worst: 1\S* comes after 1\.$"):
        grade_by_cuts(np.array([1.0]), cuts)


def test_of_many_cuts_that_do_not_fall_one_is_named() -> None:
    cuts = [np.full((60, 209), 1.0), np.full((60, 209), 1.5)]
    with pytest.raises(ValueError, match=r"^Cuts must fall from best to worst: 1\.5 comes after 1\.$"):
        grade_by_cuts(np.ones((60, 209)), cuts)


def test_no_scores_have_no_grades() -> None:
    assert grade_by_cuts(np.array([]), [1.0]).tolist() == []


NEAR = """
    score | up   | down
    2     | -    | 0.6
    1.4   | -    | 0
    1.39  | 0.01 | 0.49
    0.9   | 0.5  | 0
    0.5   | 0.4  | 0
    0.4   | 0.1  | -
    -     | -    | -
"""


@pytest.mark.parametrize("row", lines(NEAR), ids=lambda row: row["score"])
def test_how_far_the_cuts_about_a_score_are(row: dict[str, str]) -> None:
    score, up, down = (np.nan if row[name] == "-" else float(row[name]) for name in ("score", "up", "down"))
    found = to_next_cut(np.array([score]), [1.4, 0.9, 0.5])
    assert found.up[0] == pytest.approx(up, nan_ok=True)
    assert found.down[0] == pytest.approx(down, nan_ok=True)


@given(st.lists(st.floats(0, 2), min_size=1, max_size=20))
def test_what_is_missing_to_the_cut_is_just_enough(drawn: list[float]) -> None:
    cuts, scores = [1.4, 0.9, 0.5], np.array(drawn)
    near = to_next_cut(scores, cuts)
    grade = grade_by_cuts(scores, cuts)
    risen = grade_by_cuts(scores + np.nan_to_num(near.up), cuts)
    assert (risen == np.where(np.isnan(near.up), grade, grade - 1)).all()
    held = grade_by_cuts(scores - np.nan_to_num(near.down), cuts)
    assert (held == grade).all()


def test_cuts_of_several_versions_are_met_each_by_its_own() -> None:
    cuts = [np.array([[1.5], [1.0]]), np.array([[0.5], [0.9]])]
    assert grade_by_cuts(np.array([[1.2, 0.6], [1.2, 0.6]]), cuts).tolist() == [[2, 2], [1, 3]]
