"""What is left of figures after a straight line in others, and how much the line explains."""

import numpy as np
import pytest

from ccg_pipeline.method.statistics.adjusting import after_covariates

X = np.array([[0.0], [1.0], [2.0], [3.0]])


@pytest.mark.parametrize(
    ("values", "left", "explained"),
    [
        ([1.0, 3.0, 5.0, 7.0], [0.0, 0.0, 0.0, 0.0], 1.0),  # all on the line
        ([1.0, -1.0, -1.0, 1.0], [1.0, -1.0, -1.0, 1.0], 0.0),  # the line is level
        ([2.0, 2.0, 2.0, 2.0], [0.0, 0.0, 0.0, 0.0], 0.0),  # nothing to explain
        ([0.0, 1.0, 3.0, 2.0], [-0.3, -0.1, 1.1, -0.7], 0.64),
    ],
)
def test_what_is_left(values: list[float], left: list[float], explained: float) -> None:
    found, share = after_covariates(np.array(values), X)
    assert found == pytest.approx(left, abs=1e-12)
    assert share == pytest.approx(explained)


def test_what_is_missing_is_left_out_and_stays_missing() -> None:
    found, share = after_covariates(np.array([1.0, 3.0, 5.0, np.nan]), X)
    assert found[:3] == pytest.approx([0, 0, 0], abs=1e-12)
    assert np.isnan(found[3])
    assert share == pytest.approx(1)


def test_too_few_are_refused() -> None:
    with pytest.raises(ValueError, match="2 organisations are too few to adjust for 1 figures"):
        after_covariates(np.array([1.0, 2.0]), X[:2])
