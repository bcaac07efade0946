"""What the room keeps on a real PostgreSQL server: tables that many make at once, things given out once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine

from expert_panels import access_log, tables
from expert_panels.room.sign_in.sessions import Memory
from tests.support.worlds.room_client import logged

pytestmark = pytest.mark.postgres


def test_many_make_the_tables_and_take_the_same_thing_at_once(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tables.create, [engine] * 8))
        memory = Memory(engine)
        memory.keep("state", "once", datetime.now(UTC) + timedelta(minutes=1))
        memory.keep("late", "never", datetime.now(UTC) - timedelta(seconds=1))
        taken = list(pool.map(memory.take, ["state"] * 8))
    assert sorted(str(each) for each in taken) == [*["None"] * 7, "once"]
    assert (memory.look("state"), memory.look("late")) == (None, None)
    access_log.record(engine, "a\nb", "GET page", "cancer", "shown")
    assert logged(engine) == [(r"a\nb", "GET page", "cancer", "shown")]
    engine.dispose()
