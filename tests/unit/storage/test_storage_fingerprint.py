"""Equal figures give equal fingerprints however they are written down; any other figure gives another."""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccg_pipeline.storage.fingerprint import canonical_json, canonical_rows, data_version, sha256_of

FRAME = pd.DataFrame(
    {
        "ccg_code": ["01C", "01D", "01E"],
        "value": [92.5, float("nan"), 0.0],
        "band": pd.array([2, None, 0], dtype="Int64"),
        "period_end": pd.to_datetime(["2017-03-31", None, "2016-12-31"]),
        "is_made_up": [True, False, True],
    }
)
Change = Callable[[pd.DataFrame], pd.DataFrame]


def fingerprint(frame: pd.DataFrame) -> str:
    return sha256_of(canonical_json({"columns": sorted(frame.columns), "rows": canonical_rows(frame)}))


def test_the_canonical_form_is_this_text() -> None:
    """Written out by hand, so that a signature given today can be checked by who has none of this code."""
    text = (
        '{"columns":["band","ccg_code","is_made_up","period_end","value"],'
        '"rows":[[0,"01E",true,"2016-12-31",0],[2,"01C",true,"2017-03-31",92.5],[null,"01D",false,null,null]]}'
    )
    assert fingerprint(FRAME) == hashlib.sha256(text.encode()).hexdigest()


SAME: dict[str, Change] = {
    "rows in another order": lambda frame: frame.iloc[[2, 0, 1]],
    "columns in another order": lambda frame: frame[frame.columns[::-1]],
    "another index": lambda frame: frame.set_axis([7, 7, 7], axis=0),
    "noise in the 13th digit": lambda frame: frame.assign(value=frame["value"] * (1 + 1e-14)),
    "minus nought": lambda frame: frame.assign(value=frame["value"].replace(0.0, -0.0)),
    "whole numbers as floats": lambda frame: frame.assign(band=frame["band"].astype("float64")),
    "whole numbers as objects": lambda frame: frame.assign(band=frame["band"].astype("object")),
    "None for NaN": lambda frame: frame.assign(
        value=frame["value"].astype("object").where([True, False, True], None)
    ),
    "plain dates": lambda frame: frame.assign(period_end=[date(2017, 3, 31), None, date(2016, 12, 31)]),
    "dates to the second": lambda frame: frame.astype({"period_end": "datetime64[s]"}),
    "text as objects": lambda frame: frame.astype({"ccg_code": "object"}),
    "flags as objects": lambda frame: frame.astype({"is_made_up": "object"}),
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
def test_the_same_figures_have_one_fingerprint(change: Change) -> None:
    assert fingerprint(change(FRAME.copy())) == fingerprint(FRAME)


def _put(column: str, value: Any) -> Change:
    return lambda frame: frame.astype({column: "object"}).assign(**{column: [value, *frame[column][1:]]})


OTHER: dict[str, Change] = {
    "a figure in the 11th digit": _put("value", 92.5000000001),
    "a figure gone": _put("value", None),
    "nought for missing": lambda frame: frame.fillna({"value": 0.0}),
    "a band": _put("band", 1),
    "a code": _put("ccg_code", "01F"),
    "a space": _put("ccg_code", "01C "),
    "empty for missing text": _put("ccg_code", ""),
    "text for a number": _put("value", "92.5"),
    "the day after": _put("period_end", pd.Timestamp("2017-04-01")),
    "a flag": _put("is_made_up", False),
    "a row twice": lambda frame: pd.concat([frame, frame.iloc[:1]]),
    "a row less": lambda frame: frame.iloc[:2],
    "another name": lambda frame: frame.rename(columns={"value": "values"}),
    "a column more": lambda frame: frame.assign(z=None),
    "two figures swapped": lambda frame: frame.assign(value=frame["value"].to_numpy()[[2, 1, 0]]),
}


def test_any_other_figure_gives_another_fingerprint() -> None:
    found = {name: fingerprint(change(FRAME.copy())) for name, change in OTHER.items()}
    found["as it was"] = fingerprint(FRAME)
    assert len(set(found.values())) == len(found), found


OF_OBJECTS = {"flags as objects", "whole numbers as objects", "None for NaN", "plain dates"}
"""As no column of a table comes, neither from a step nor from the database."""


@pytest.mark.parametrize("name", sorted(SAME.keys() - OF_OBJECTS))
def test_the_same_figures_are_one_version(name: str) -> None:
    assert data_version(SAME[name](FRAME.copy())) == data_version(FRAME)


def test_any_other_figure_is_another_version() -> None:
    found = {name: data_version(change(FRAME.copy())) for name, change in OTHER.items()}
    found["as it was"] = data_version(FRAME)
    assert len(set(found.values())) == len(found), found


def test_arithmetic_noise_lapses_nothing() -> None:
    assert fingerprint(pd.DataFrame({"x": [0.1 + 0.2]})) == fingerprint(pd.DataFrame({"x": [0.3]}))


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_an_infinite_figure_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        fingerprint(pd.DataFrame({"x": [value]}))


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_an_infinite_figure_has_no_version(value: float) -> None:
    with pytest.raises(ValueError, match="x: an infinite figure"):
        data_version(pd.DataFrame({"x": [1.0, value]}))


def test_no_rows_are_not_no_columns() -> None:
    assert len({fingerprint(frame) for frame in (FRAME.iloc[:0], FRAME.iloc[:0, :1], pd.DataFrame())}) == 3


def test_text_is_hashed_as_utf_8_and_not_escaped() -> None:
    assert canonical_json({"b": "é–", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"é–"}'
    assert sha256_of("é") == hashlib.sha256(b"\xc3\xa9").hexdigest()


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**11), 10**11),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=4),
    st.dates(date(1700, 1, 1), date(2200, 1, 1)).map(pd.Timestamp),
)


def _frame(rows: list[list[Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["b", "a", "c"], dtype="object")


@given(rows=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=5), data=st.data())
def test_order_never_matters(rows: list[list[Any]], data: st.DataObject) -> None:
    frame = _frame(rows)
    shuffled = frame.loc[data.draw(st.permutations(range(len(rows)))), data.draw(st.permutations("abc"))]
    assert fingerprint(shuffled) == fingerprint(frame)


@given(values=st.lists(st.floats(allow_infinity=False), min_size=1, max_size=5))
def test_a_column_of_floats_is_written_as_its_cells_one_by_one(values: list[float]) -> None:
    floats = pd.DataFrame({"x": values}, dtype="float64")
    assert fingerprint(floats) == fingerprint(floats.astype("object"))


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_twelve_digits_are_kept_and_no_more(value: float) -> None:
    written = float(f"{value:.11e}")
    assert fingerprint(pd.DataFrame({"x": [written]})) == fingerprint(pd.DataFrame({"x": [value]}))
    beside = np.nextafter(written, np.inf) if written == 0 else written * (1 + 2e-11)
    if np.isfinite(beside) and abs(written) > 1e-290:
        assert fingerprint(pd.DataFrame({"x": [beside]})) != fingerprint(pd.DataFrame({"x": [written]}))
