"""A copy of a database, restored into an empty machine: every row, every line, every trigger."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from ccg_pipeline.storage.backup import back_up, restore
from ccg_pipeline.storage.database import DatabaseFault, open_database, open_for_reading, reading
from ccg_pipeline.storage.pieces import Piece, write
from expert_panels.foundation.fault import WrongUse
from expert_panels.ledger import record as ledger
from expert_panels.ledger.table import unsound_triggers
from tests.support.notations import storage_cases
from tests.support.notations.gate_lines import lines_of
from tests.support.notations.ledger_cases import SCRIPT

pytest.importorskip("psycopg", reason="PostgreSQL: the extra `postgres` is not installed")


@pytest.fixture
def filled(database_url: str) -> str:
    """A database with some scores and eight lines of a ledger."""
    engine = open_database(database_url)
    scores = storage_cases.scores("interim", "2017-03", "A", 1.0, 209)
    write(engine, [Piece("area_score", {"lane": "interim", "partition_key": "2017-03"}, scores)])
    for line in lines_of(SCRIPT):
        ledger.append(engine, line)
    engine.dispose()
    return database_url


def elsewhere(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A database of the same kind that holds nothing, or is not there yet."""
    if make_url(url).get_backend_name() == "sqlite":
        return f"sqlite:///{tmp_path}/other/restored.db"
    server: Any = request.getfixturevalue("postgres_server")
    return str(server.url())


def test_a_copy_restores_into_an_empty_machine(
    filled: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    copy, target = tmp_path / "ccg.backup", elsewhere(filled, tmp_path, request)
    writer = open_database(filled)
    with writer.begin() as open_transaction:  # what was not committed is in no copy
        open_transaction.execute(text("UPDATE area_score SET score = 2"))
        back_up(filled, copy)
        open_transaction.rollback()
    writer.dispose()
    assert copy.stat().st_mode & 0o777 == 0o600
    with pytest.raises(WrongUse, match="is there already"):
        back_up(filled, copy)
    restore(copy, target)
    before, after = open_for_reading(filled), open_for_reading(target)
    assert ledger.lines(after) == ledger.lines(before) == lines_of(SCRIPT)
    with reading(after) as connection:
        assert unsound_triggers(connection) == {}
        values = connection.execute(text("SELECT score FROM area_score")).scalars().all()
    assert values == [1.0] * 209
    before.dispose()
    after.dispose()
    with pytest.raises(DatabaseFault, match=r"is there: move it away|holds something: restore into"):
        restore(copy, target)


def test_a_copy_that_was_cut_off_makes_nothing(
    filled: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    copy, target = tmp_path / "ccg.backup", elsewhere(filled, tmp_path, request)
    back_up(filled, copy)
    copy.write_bytes(copy.read_bytes()[:-4000])
    with pytest.raises(DatabaseFault):
        restore(copy, target)
    with pytest.raises(DatabaseFault, match=r"There is no database|holds nothing yet"):
        open_for_reading(target)
    with pytest.raises(WrongUse, match="there is no such file"):
        restore(tmp_path / "none", target)
