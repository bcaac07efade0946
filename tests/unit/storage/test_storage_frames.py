"""Frames in and out of a database: same values and dtypes, only the scope replaced, no column dropped."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, literal_column

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.fingerprint import data_version
from ccg_pipeline.storage.sql import BY_NAME, area_score, observation
from expert_panels.foundation.fault import Fault
from tests.support.notations import storage_cases


@pytest.mark.parametrize(
    ("table", "make"), [pytest.param(*case, id=name) for name, *case in storage_cases.ROUND_TRIPS]
)
def test_frames_come_back_as_they_went_in(
    engine: Engine, table: Table, make: Callable[[], pd.DataFrame]
) -> None:
    storage_cases.come_back_as_they_went_in(engine, table, make())


@pytest.mark.parametrize("table", BY_NAME.values(), ids=BY_NAME.keys())
def test_a_table_without_rows_still_has_its_dtypes(engine: Engine, table: Table) -> None:
    with reading(engine) as connection:
        empty = frames.read(connection, table, {})
    assert list(empty.columns) == [column.name for column in table.columns]
    assert len(empty) == 0
    assert "object" not in {str(dtype) for name, dtype in empty.dtypes.items() if name != "at"}


def test_only_the_scope_is_replaced(engine: Engine) -> None:
    storage_cases.only_its_scope_is_replaced(engine)


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda frame: frame.assign(zeal=1, cell="B2"), "columns not in the table ['cell', 'zeal']"),
        (lambda frame: frame.drop(columns=["score", "area"]), "columns not in the frame ['area', 'score']"),
    ],
)
def test_columns_too_many_or_too_few_are_refused_and_nothing_is_written(
    engine: Engine, spoil: Callable[[pd.DataFrame], pd.DataFrame], named: str
) -> None:
    with engine.begin() as connection:
        frames.replace(connection, area_score, {}, storage_cases.scores("interim", "2017-03", "A", 1.0))
    new = spoil(storage_cases.scores("interim", "2017-03", "A", 2.0))
    with pytest.raises(ValueError, match="area_score: ") as fault, engine.begin() as connection:
        frames.replace(connection, area_score, {}, new)
    assert named in str(fault.value)
    assert storage_cases.held_scores(engine) == [("interim", "2017-03", "A", 1.0)]


@pytest.mark.parametrize("at_once", [1, 2, 4, 5, 6])
def test_rows_come_back_the_same_however_many_are_taken_at_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    frame = storage_cases.observations()
    assert len(frame) == 5
    monkeypatch.setattr(frames, "AT_ONCE", at_once)
    storage_cases.come_back_as_they_went_in(engine, observation, frame)


@pytest.mark.parametrize(
    ("column", "value"), [("period_end", "'31/03/2017'"), ("period_end", "17257"), ("value", "'abc'")]
)
def test_a_cell_that_somebody_altered_into_what_it_cannot_be_is_named(
    tmp_path: Path, column: str, value: str
) -> None:
    """On SQLite, where a column holds whatever is put there."""
    engine = open_database(f"sqlite:///{tmp_path}/altered.db")
    with engine.begin() as connection:
        frames.replace(connection, observation, {}, storage_cases.observations())
        connection.execute(observation.update().values({column: literal_column(value)}))
    with (
        pytest.raises(Fault, match="The table observation of the database holds a value"),
        reading(engine) as connection,
    ):
        frames.read(connection, observation, {})


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
@pytest.mark.parametrize("dtype", ["str", "object"])
def test_missing_text_is_empty_and_never_a_word(engine: Engine, missing: Any, dtype: str) -> None:
    frame = storage_cases.observations()
    frame["note"] = pd.Series(["said", missing, "", "x", "y"], dtype=dtype)
    with engine.begin() as connection:
        frames.replace(connection, observation, {}, frame)
    with reading(engine) as connection:
        assert frames.read(connection, observation, {})["note"].tolist() == ["said", "", "", "x", "y"]


def test_a_condition_narrows_the_scope(engine: Engine) -> None:
    frame = storage_cases.observations()
    frame.loc[0, "period_end"] = pd.Timestamp("2017-04-30")
    with engine.begin() as connection:
        frames.replace(connection, observation, {}, frame)
    until = observation.c.period_end <= date(2017, 3, 31)
    with reading(engine) as connection:
        found = frames.read(connection, observation, {"organisation_code": ["01C", "01D"]}, until)
    assert found["organisation_code"].tolist() == ["01D"]


numbers = st.floats(allow_infinity=False, width=64)
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
days = st.none() | st.dates(date(1700, 1, 1), date(2200, 1, 1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(rows=st.lists(st.tuples(numbers, words, days, st.booleans()), min_size=1, max_size=6))
def test_whatever_is_written_has_the_same_fingerprint_when_read(
    rows: list[tuple[float, str, date | None, bool]],
) -> None:
    first = storage_cases.observations().iloc[[0] * len(rows)].reset_index(drop=True)
    value, note, day, flag = zip(*rows, strict=True)
    frame = first.assign(
        value=value,
        note=pd.Series(note, dtype="str"),
        revised_on=pd.to_datetime(pd.Series(day, dtype="object")).astype("datetime64[ns]"),
        is_made_up=flag,
        cell=[str(place) for place in range(len(rows))],
    )
    engine = open_database("sqlite://")
    with engine.begin() as connection:
        frames.replace(connection, observation, {}, frame)
        found = frames.read(connection, observation, {})
    engine.dispose()
    assert data_version(found) == data_version(frame)
    pd.testing.assert_frame_equal(found.sort_values("cell"), frame.sort_values("cell"), check_exact=True)
