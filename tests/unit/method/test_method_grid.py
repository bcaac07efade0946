"""From rows to the grid of indicators × CCGs."""

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.statistics.grid import days, figures, row_of_each_cell, words

ROWS = pd.DataFrame(
    {
        "indicator_code": ["b", "a", "z", "a"],
        "ccg_code": ["2", "1", "1", "9"],
        "value": [20.0, 11.0, 99.0, 99.0],
        "band": pd.array([pd.NA, 1, 1, 1], dtype="Int64"),
        "note": ["b of 2", "a of 1", "", ""],
        "period_end": pd.to_datetime(["2017-03-31", None, None, None]),
    }
)
CELLS = row_of_each_cell(ROWS, ["a", "b"], ["1", "2"])


def test_each_cell_finds_its_row_and_others_none() -> None:
    assert CELLS.tolist() == [[1, -1], [-1, 0]]


def test_columns_are_taken_in_the_grids_shape_with_nothing_where_there_is_no_row() -> None:
    np.testing.assert_array_equal(figures(ROWS, "value", CELLS), [[11, np.nan], [np.nan, 20]])
    np.testing.assert_array_equal(figures(ROWS, "band", CELLS), [[1, np.nan], [np.nan, np.nan]])
    assert words(ROWS, "note", CELLS).tolist() == [["a of 1", ""], ["", "b of 2"]]
    assert np.isnat(days(ROWS, "period_end", CELLS)).tolist() == [[True, True], [True, False]]
    assert days(ROWS, "period_end", CELLS)[1, 1] == np.datetime64("2017-03-31")


def test_an_empty_frame_fills_no_cell() -> None:
    assert (row_of_each_cell(ROWS.iloc[:0], ["a"], ["1"]) == -1).all()


def test_a_row_that_stands_twice_is_named() -> None:
    with pytest.raises(ValueError, match="b is there more than once for 2: choose one"):
        row_of_each_cell(pd.concat([ROWS, ROWS.iloc[:1]]), ["a", "b"], ["1", "2"])
