"""What befalls a database, done to a real one: one true sentence, and the rows as they were."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ccg_pipeline.cli.main import sentence_of
from ccg_pipeline.storage.database import DatabaseFault, open_database, reading, writing
from ccg_pipeline.storage.pieces import Piece, write
from tests.support.notations import storage_cases

ROWS = 500


def a_piece(score: float, rows: int = ROWS) -> Piece:
    """Scores of an area."""
    frame = storage_cases.scores("interim", "2017-03", "A", score, rows)
    return Piece("area_score", {"lane": "interim", "partition_key": "2017-03"}, frame)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An SQLite database that holds a score of 1 for each."""
    file = tmp_path / "ccg.db"
    engine = open_database(f"sqlite:///{file}")
    write(engine, [a_piece(1.0)])
    engine.dispose()
    return file


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{file}")
    yield engine
    engine.dispose()


def scores(engine: Engine) -> set[float]:
    with reading(engine) as connection:
        return {float(row[0]) for row in connection.execute(text("SELECT score FROM area_score"))}


def said_by(work: Callable[[], object]) -> str:
    with pytest.raises(DatabaseFault) as raised:
        work()
    return sentence_of(raised.value)


def test_a_full_disk(engine: Engine, file: Path) -> None:
    with engine.connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
    said = said_by(lambda: write(engine, [a_piece(2.0, 10 * ROWS)]))
    assert said == (
        f"The database sqlite:///{file}: its disk is full, and nothing of this was written: make room, then "
        "run it again."
    )
    assert scores(engine) == {1.0}
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    write(engine, [a_piece(2.0)])
    assert scores(engine) == {2.0}


def test_a_lock_that_nobody_gives_up(engine: Engine, file: Path) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "another process has kept it locked" in said_by(lambda: write(engine, [a_piece(2.0)]))
    assert scores(engine) == {1.0}  # who reads waits for nobody
    other.close()


def test_a_damaged_file_and_one_that_is_no_database(file: Path) -> None:
    whole = file.read_bytes()
    for damaged, what in (
        (whole[: len(whole) // 2] + b"\xa5" * (len(whole) // 2), "its file is damaged"),
        (b"no database" * 100, "its file is no SQLite database"),
    ):
        file.write_bytes(damaged)
        said = said_by(lambda: scores(open_database(f"sqlite:///{file}")))
        assert f"{what}: put a backup in its place." in said


@pytest.fixture
def on_server(postgres_url: str) -> Iterator[Engine]:
    engine = open_database(postgres_url)
    write(engine, [a_piece(1.0)])
    yield engine
    engine.dispose()


TROUBLE = [
    ("SELECT pg_terminate_backend(pg_backend_pid())", "its server was stopped or restarted"),
    ("SET LOCAL ROLE nobody_in_particular; SELECT count(*) FROM area_score", "this user lacks a right"),
    ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)", "the statement was cancelled"),
    ("SET TRANSACTION READ ONLY; DELETE FROM area_score", "it may not be written"),
    ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$", "the disk of its server is full"),
    ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'XX001'; END $$", "its files are damaged"),
    ("SELECT nothing", 'column "nothing" does not exist'),
]


@pytest.mark.postgres
@pytest.mark.parametrize(("statements", "said"), TROUBLE)
def test_what_befalls_a_server(on_server: Engine, postgres_server: Any, statements: str, said: str) -> None:
    with postgres_server.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS nobody_in_particular")
        connection.execute("CREATE ROLE nobody_in_particular")

    def work() -> None:
        with writing(on_server) as connection:
            connection.execute(text("UPDATE area_score SET score = 2"))
            for statement in statements.split("; ") if "$$" not in statements else [statements]:
                connection.exec_driver_sql(statement)

    sentence = said_by(work)
    assert said in sentence
    assert sentence.startswith("The database postgresql")
    assert scores(on_server) == {1.0}


def test_what_the_machine_refuses_is_said_too(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as raised:
        (tmp_path / "none").read_bytes()
    assert sentence_of(raised.value).startswith(
        f"{tmp_path / 'none'}: No such file or directory: the machine"
    )
