"""What the room keeps, on each kind of database: tables that many make at once, things given out once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from ccg_pipeline.storage.database import open_database
from expert_panels import access_log
from expert_panels.room.sign_in.sessions import Memory
from tests.support.worlds.room_client import SetClock, logged


def test_many_make_the_tables_and_take_the_same_thing_at_once(database_url: str, clock: SetClock) -> None:
    with ThreadPoolExecutor(8) as pool:
        for opened in pool.map(open_database, [database_url] * 8):
            opened.dispose()
        engine = open_database(database_url)
        memory = Memory(engine, clock)
        memory.keep("state", "once", clock() + timedelta(minutes=1))
        memory.keep("late", "never", clock())
        taken = list(pool.map(memory.take, ["state"] * 8))
    assert sorted(str(each) for each in taken) == [*["None"] * 7, "once"]
    assert (memory.look("state"), memory.look("late")) == (None, None)
    access_log.record(engine, "a\nb", "GET page", "cancer", "shown")
    assert logged(engine) == [(r"a\nb", "GET page", "cancer", "shown")]
    engine.dispose()
