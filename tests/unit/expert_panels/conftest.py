"""A ledger on SQLite for its tests: on a plain engine, and on one that begins as the pipeline's own does.

Belongs here: the engine and its file. A file of tests that needs another engine makes its own.
Does not belong here: what is done to a ledger (ledger_cases.py), any expectation.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event


def _begins_at_once(engine: Engine) -> None:
    """Make an engine begin every transaction with the write lock, as the pipeline's own engine does."""

    def no_control_of_its_own(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", no_control_of_its_own)
    event.listen(engine, "begin", begin)


@pytest.fixture(params=["plain", "begins at once"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path}/ledger.sqlite")
    if request.param != "plain":
        _begins_at_once(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ledger.sqlite"
