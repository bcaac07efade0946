"""A database of version 0.1 is brought to this version whole, or is refused and stays as it was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from ccg_pipeline.storage import schema
from ccg_pipeline.storage.corrections import all_lines
from ccg_pipeline.storage.database import (
    DatabaseFault,
    open_database,
    open_for_reading,
    open_for_writing,
    reading,
    status_of,
    upgrade_database,
)
from expert_panels.ledger import record as ledger
from expert_panels.ledger.verify import verify
from tests.support.notations import ledger_cases, storage_cases
from tests.support.worlds.older_databases import restore

DOORS = (open_database, open_for_writing, open_for_reading)
SCORES = [("interim", key, area, 1.0) for key in ("2017-02", "2017-03") for area in "AB"]


@pytest.fixture
def older(databases: Any) -> str:
    return restore(databases.empty())


@contextmanager
def plainly(url: str) -> Iterator[Connection]:
    """The database as any other program opens it, to write."""
    engine = create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def columns_and_indexes(engine: Engine) -> dict[str, Any]:
    """Of each table its columns with their types, and its indexes."""
    found = inspect(engine)
    return {
        name: (
            {one["name"]: (str(one["type"]), one["nullable"]) for one in found.get_columns(name)},
            {(one["name"], *one["column_names"], bool(one["unique"])) for one in found.get_indexes(name)},
        )
        for name in sorted(found.get_table_names())
    }


@pytest.mark.parametrize("door", DOORS)
def test_an_older_database_is_opened_by_no_door(older: str, door: Callable[[str], Engine]) -> None:
    with pytest.raises(
        DatabaseFault, match=r"is of an older version of ccg: .* run `ccg database upgrade`\.$"
    ):
        door(older)
    assert status_of(older) == "older"


def test_an_older_database_is_upgraded_with_all_that_it_holds(older: str, databases: Any) -> None:
    assert upgrade_database(older) == []
    assert status_of(older) == "current"
    engine, new = open_for_reading(older), open_database(databases.empty())
    assert ledger.lines(engine) == ledger_cases.lines_of_before()
    assert verify(engine) == []
    assert storage_cases.held_scores(engine) == SCORES
    assert [line.action for line in all_lines(engine)] == ["waive"]
    assert columns_and_indexes(engine) == columns_and_indexes(new)
    engine.dispose()
    new.dispose()
    assert upgrade_database(older) == []  # once more changes nothing


def test_what_an_older_database_gains_is_kept_from_being_changed(older: str) -> None:
    """The ledger of a database that no panel had seen is made, with its triggers."""
    with plainly(older) as connection:
        connection.execute(text("DROP TABLE decision_ledger"))
        connection.execute(text("DROP TABLE notice"))
    upgrade_database(older)
    engine = open_for_writing(older)
    assert verify(engine) == []
    ledger_cases.filled(engine)
    with pytest.raises(Exception, match="insert-only"), engine.begin() as connection:
        connection.execute(text("DELETE FROM decision_ledger"))
    engine.dispose()


def test_a_ledger_whose_lines_had_fewer_fields_gets_them(older: str) -> None:
    with plainly(older) as connection:
        for name in ("recorded_by", "record_sha256"):
            connection.execute(text(f"ALTER TABLE decision_ledger DROP COLUMN {name}"))
    upgrade_database(older)
    engine = open_for_reading(older)
    assert ledger.lines(engine) == ledger_cases.lines_of_before()
    assert verify(engine) == []
    engine.dispose()


def test_a_trigger_that_is_missing_is_made_again_and_named(older: str) -> None:
    on = " ON decision_ledger" if older.startswith("postgresql") else ""
    for _ in ("in an older database", "in one of this version"):
        with plainly(older) as connection:
            connection.execute(text(f"DROP TRIGGER decision_ledger_insert{on}"))
        assert upgrade_database(older) == ["decision_ledger_insert"]


def test_rows_that_two_writers_doubled_become_one(older: str) -> None:
    with plainly(older) as connection:
        for table in ("area_score", "observation", "quarantine"):
            connection.execute(text(f"INSERT INTO {table} SELECT * FROM {table}"))  # noqa: S608  # of constants
    upgrade_database(older)
    engine = open_for_reading(older)
    with reading(engine) as connection:
        counts = [
            connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608  # of constants
            for table in ("area_score", "observation", "quarantine")
        ]
    assert counts == [8, 5, 3]
    engine.dispose()


def _forget(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE area_score DROP COLUMN note"))


def _contradict(connection: Connection) -> None:
    connection.execute(text("UPDATE area_score SET ccg_code = '010', note = ccg_code"))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (
            _contradict,
            r"area_score holds rows that contradict each other \(lane interim, partition_key 2017-0\d, .*\): "
            r"run their partition once more with version 0\.1",
        ),
        (_forget, r"it is older than version 0\.1, and lacks area_score\.note: run `ccg files`"),
    ],
)
def test_what_cannot_be_upgraded_stays_as_it_was(
    older: str, damage: Callable[[Connection], None], sentence: str
) -> None:
    with plainly(older) as connection:
        damage(connection)
    engine = create_engine(older)
    before = columns_and_indexes(engine)
    with pytest.raises(DatabaseFault, match=r"cannot be upgraded, and is as it was: " + sentence):
        upgrade_database(older)
    assert columns_and_indexes(engine) == before
    assert status_of(older) == "older"
    engine.dispose()


def test_a_database_of_a_newer_version_is_left_alone(databases: Any) -> None:
    url = databases.empty()
    open_database(url).dispose()
    with plainly(url) as connection:
        connection.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'"))  # noqa: S608  # of constants
    for door in DOORS:
        with pytest.raises(DatabaseFault, match=r"is of a newer version of ccg than this one: update ccg\.$"):
            door(url)
    assert upgrade_database(url) == []
    assert status_of(url) == "newer"


def test_the_revisions_are_those_that_alembic_finds() -> None:
    from alembic.script import ScriptDirectory

    found = ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()
    assert [one.revision for one in found] == list(reversed(schema.REVISIONS))
