"""What the panels' tests share: a ledger on SQLite, plain or as the pipeline's own engine begins, and a room.

Belongs here: the engine and its file, the small room and its chair. A file of tests that needs another
engine makes its own.
Does not belong here: what is done to a ledger (ledger_cases.py), any expectation.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event

from tests.support.notations.signed_lines import with_key
from tests.support.worlds.room_cases import SmallRoom, Visitor, organisation, table
from tests.support.worlds.room_client import SetClock


def _begins_at_once(engine: Engine) -> None:
    """Make an engine begin every transaction with the write lock, as the pipeline's own engine does."""

    def no_control_of_its_own(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", no_control_of_its_own)
    event.listen(engine, "begin", begin)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = with_key(create_engine(url))
    yield engine
    engine.dispose()


LEVELS = ("READ COMMITTED", "SERIALIZABLE")


@pytest.fixture(
    params=["plain", "begins at once", *(pytest.param(each, marks=pytest.mark.postgres) for each in LEVELS)]
)
def any_engine(request: pytest.FixtureRequest, url: str) -> Iterator[Engine]:
    """The same, plain and as the pipeline begins; PostgreSQL by each level of isolation."""
    if request.param in LEVELS:
        engine = with_key(
            create_engine(request.getfixturevalue("postgres_url"), isolation_level=request.param)
        )
    else:
        engine = with_key(create_engine(url))
        if request.param != "plain":
            _begins_at_once(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> SetClock:
    """The clock of a room."""
    return SetClock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ledger.sqlite"


@pytest.fixture
def small(engine: Engine) -> SmallRoom:
    """A room with table A before the panel, and B known."""
    changed = organisation("A02", 3, 45.0)
    others = [one for one in table("A").organisations if one.code != "A02"]
    made = SmallRoom(engine, table("A"), table("B", [*others, changed]))
    made.open("A")
    return made


@pytest.fixture
def chair(small: SmallRoom) -> Visitor:
    return small.enter("chair")
