"""The grid of indicators × CCGs: from frames of one row a cell to arrays, so that rules need no loops.

Belongs here: finding the row of each cell, and taking a column's cells.
Does not belong here: any rule or number of the method.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Strings = NDArray[np.object_]


def row_of_each_cell(
    frame: pd.DataFrame,
    indicator_codes: Sequence[str],
    organisation_codes: Sequence[str],
    organisation: str = "ccg_code",
    indicator: str = "indicator_code",
) -> Integers:
    """Row number of each indicator (down) and organisation (across); −1 where `frame` has none.

    Rows of other indicators and organisations are left out. `organisation` and `indicator` name the
    columns of their codes. ValueError names an indicator and organisation that is there twice.
    """
    down = pd.Index(indicator_codes).get_indexer(pd.Index(frame[indicator]))
    across = pd.Index(organisation_codes).get_indexer(pd.Index(frame[organisation]))
    inside = np.flatnonzero((down >= 0) & (across >= 0))
    slots = down[inside] * len(organisation_codes) + across[inside]
    if len(np.unique(slots)) < len(slots):
        counts = np.bincount(slots)
        first, second = divmod(int(np.argmax(counts > 1)), len(organisation_codes))
        raise ValueError(
            f"{indicator_codes[first]} is there more than once for {organisation_codes[second]}: "
            "choose one observation before scoring."
        )
    rows = np.full(len(indicator_codes) * len(organisation_codes), -1, dtype=np.int64)
    rows[slots] = inside
    return rows.reshape(len(indicator_codes), len(organisation_codes))


def figures(frame: pd.DataFrame, column: str, rows: Integers) -> Floats:
    """Cells of a column of numbers, in the shape of `rows`; NaN where there is no row or no number."""
    values = np.append(frame[column].to_numpy(dtype="float64", na_value=np.nan), np.nan)
    return values[rows]


def words(frame: pd.DataFrame, column: str, rows: Integers) -> Strings:
    """Cells of a column of text, in the shape of `rows`; empty where there is no row."""
    values = np.append(frame[column].to_numpy(dtype=object), "")
    return values[rows]


def days(frame: pd.DataFrame, column: str, rows: Integers) -> NDArray[np.datetime64]:
    """Cells of a column of dates, in the shape of `rows`; NaT where there is no row."""
    values = np.append(frame[column].to_numpy(dtype="datetime64[s]"), np.datetime64("NaT", "s"))
    return values[rows]
