"""Releases and kept parts are only ever added: the database refuses the rest, and a guard that is gone
shows."""

from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.pieces import Piece, write
from ccg_pipeline.storage.schema import faults_of_guards, upgrade
from ccg_pipeline.storage.sql import BY_NAME, kept

RELEASE = ["interim", "2017-03", 1, "a" * 64, "{}"]
NAMES = ["lane", "partition_key", "serial", "sha256", "header"]
NO_SCOPE: dict[str, Any] = {"lane": [], "partition_key": [], "serial": []}


def parts(content: str) -> Piece:
    frame = pd.DataFrame([["a" * 64, "open", content]], columns=["sha256", "part", "content"])
    return Piece("kept", {"sha256": ["a" * 64]}, frame)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    time = pd.DataFrame([[*RELEASE[:3], "2017-04-05T09:00:00Z"]], columns=[*NAMES[:3], "at"])
    release = pd.DataFrame([RELEASE], columns=NAMES)
    write(engine, [parts("x"), Piece("release", NO_SCOPE, release), Piece("release_time", NO_SCOPE, time)])
    return engine


@pytest.mark.parametrize("table", ["release", "release_time", "kept"])
def test_what_was_released_is_neither_changed_nor_taken_away(filled: Engine, table: str) -> None:
    """Seen before: each of these went through."""
    replaced = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"  # noqa: S608  # of constants
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET sha256 = 'b'", replaced):  # noqa: S608  # of constants
        if "sha256" in statement and table == "release_time":
            continue
        with pytest.raises(DatabaseError), filled.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize("table", ["release", "release_time", "kept"])
def test_no_row_takes_the_place_of_another_by_its_rowid(filled: Engine, table: str) -> None:
    """Seen before on SQLite: the release was gone, and no trigger had fired."""
    if filled.dialect.name == "postgresql":
        return  # which has neither rowids nor REPLACE
    names = ", ".join(one.name for one in BY_NAME[table].columns)
    other = names.replace("lane", "lane || 'x'").replace("sha256", "sha256 || 'x'", 1)
    statement = f"INSERT OR REPLACE INTO {table} (rowid, {names}) SELECT rowid, {other} FROM {table}"  # noqa: S608  # of constants
    with pytest.raises(DatabaseError, match="insert-only"), filled.begin() as connection:
        connection.execute(text(statement))
    added = f"INSERT INTO {table} ({names}) SELECT {other} FROM {table}"  # noqa: S608  # of constants
    with filled.begin() as connection:
        connection.execute(text(added))
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 2  # noqa: S608  # of constants


def test_the_same_part_is_kept_once_and_no_other_under_its_name(filled: Engine) -> None:
    write(filled, [parts("x"), parts("y")])
    with reading(filled) as connection:
        assert list(frames.read(connection, kept, {})["content"]) == ["x"]


def test_a_guard_that_is_gone_is_named_and_an_upgrade_makes_it_whole(filled: Engine) -> None:
    name = "release_change" if filled.dialect.name == "postgresql" else "release_update"
    on = " ON release" if filled.dialect.name == "postgresql" else ""
    with filled.begin() as connection:
        assert faults_of_guards(connection) == []
        connection.execute(text(f"DROP TRIGGER {name}{on}"))
        assert faults_of_guards(connection) == [
            f"The trigger {name} is missing: the database would let rows of release be changed."
        ]
        upgrade(connection)
        assert faults_of_guards(connection) == []
