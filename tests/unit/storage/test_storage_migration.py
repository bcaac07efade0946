"""A database of an earlier version gets the columns that it lacks, keeps its rows and opens again."""

from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Column, MetaData, Table, create_engine, insert, inspect

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.migration import add_missing_columns
from ccg_pipeline.storage.sql import area_score, candidate_rating, plausibility

GAINED = ("score", "note", "is_official")


@pytest.fixture
def older(tmp_path: Path) -> str:
    """A database whose area scores lack a figure, a text and a flag, with one row."""
    url = f"sqlite:///{tmp_path}/older.db"
    engine = create_engine(url)
    columns = [Column(one.name, one.type) for one in area_score.columns if one.name not in GAINED]
    table = Table("area_score", MetaData(), *columns)
    table.create(engine)
    row = {"ccg_code": "02N", "n_used": 4, "n_expected": 4, "is_made_up": True}
    with engine.begin() as connection:
        connection.execute(insert(table).values(row | dict.fromkeys(("lane", "partition_key"), "x")))
    engine.dispose()
    return url


def test_what_is_absent_is_added_and_the_rows_stay(older: str) -> None:
    engine = open_database(older)
    with reading(engine) as connection:
        (row,) = frames.read(connection, area_score, {}).to_dict("records")
    assert set(row) == {column.name for column in area_score.columns}
    assert (row["ccg_code"], row["n_used"]) == ("02N", 4)
    assert pd.isna(row["score"])
    assert (row["note"], row["is_official"], row["is_made_up"]) == ("", False, True)
    engine.dispose()


def test_a_table_that_is_absent_is_made_and_says_of_no_month_that_it_was_checked(older: str) -> None:
    engine = open_database(older)
    with reading(engine) as connection:
        assert frames.read(connection, plausibility, {}).empty
    engine.dispose()


def test_a_database_that_is_whole_is_left_as_it_is(older: str) -> None:
    open_database(older).dispose()
    engine = open_database(older)
    assert add_missing_columns(engine) == []
    names = [one["name"] for one in inspect(engine).get_columns("area_score")]
    assert names[-len(GAINED) :] == list(GAINED)
    engine.dispose()


def test_an_older_part_is_completed_with_what_is_not_known() -> None:
    part = pd.DataFrame({"ccg_code": ["02N"], "grade": [2], "rating": ["Good"]})
    (row,) = frames.completed(part, candidate_rating).to_dict("records")
    assert set(row) == {column.name for column in candidate_rating.columns}
    assert (row["grade"], row["rating"], row["why_no_rating"], row["is_made_up"]) == (2, "Good", "", False)
    assert pd.isna(row["score"])
