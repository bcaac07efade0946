"""What the room says of itself to whoever restarts it: no sign-in, no host name, no line of the log."""

from pathlib import Path

from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.support.worlds.room_cases import SmallRoom, table
from tests.support.worlds.room_client import logged


def test_a_room_says_whether_it_is_up(engine: Engine, tmp_path: Path) -> None:
    somebody = TestClient(SmallRoom(engine, table("A")).app, "http://10.0.0.7", follow_redirects=False)
    for path, said in (("/health/live", "alive\n"), ("/health/ready", "ready\n")):
        answer = somebody.get(path)
        assert (answer.status_code, answer.text) == (200, said)
        assert somebody.head(path).status_code == 200
    assert logged(engine) == []
    assert somebody.get("/").status_code == 400  # for everything else this is a strange host
    assert somebody.post("/health/ready").status_code == 400

    engine.dispose()
    (tmp_path / "ledger.sqlite").write_bytes(b"no database" * 100)
    answer = somebody.get("/health/ready")
    assert (answer.status_code, answer.text) == (503, "the ledger cannot be read\n")
    assert somebody.get("/health/live").status_code == 200
