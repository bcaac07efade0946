"""Falling cuts, and how exactly an edge is met."""

import numpy as np
import pytest

from ccg_pipeline.method.cutpoints import ROUNDING, grade_by_cuts


def test_a_score_at_a_cut_is_above_it() -> None:
    scores = np.array([2, 1.4, 1.3999, 0.9, 0.8999, 0.5, 0.4999, 0, np.nan])
    expected = [1, 1, 2, 2, 3, 3, 4, 4, np.nan]
    np.testing.assert_array_equal(grade_by_cuts(scores, [1.4, 0.9, 0.5]), expected)


def test_an_edge_is_met_to_rounding_and_no_further() -> None:
    scores = np.array([1.45 - ROUNDING / 2, 1.45 - ROUNDING * 2])
    assert grade_by_cuts(scores, [1.45, 1.0]).tolist() == [1, 2]


@pytest.mark.parametrize("cuts", [[1.0, 1.45], [1.0, 1.0]])
def test_cuts_that_do_not_fall_are_refused(cuts: list[float]) -> None:
    with pytest.raises(ValueError, match="Cuts must fall"):
        grade_by_cuts(np.array([1.0]), cuts)


def test_no_scores_have_no_grades() -> None:
    assert grade_by_cuts(np.array([]), [1.0]).tolist() == []
