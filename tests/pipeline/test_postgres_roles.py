"""The roles on PostgreSQL that docs/operations.md grants: each does its work, and nothing besides."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from ccg_pipeline.storage.database import open_database, open_for_reading, open_for_writing
from ccg_pipeline.storage.sql import kept, observed
from expert_panels import access_log
from expert_panels.clock import utc_now
from expert_panels.ledger import record as ledger
from expert_panels.room.sign_in.sessions import Memory
from expert_panels.terms import load_terms

pytestmark = pytest.mark.postgres

ROLES = ("ccg_run", "ccg_room", "ccg_reader")
DOCS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
(GRANTS,) = re.findall(r"```sql\n(.*?)```", DOCS, re.DOTALL)
ROUND = {"lane": "interim", "partition_key": "2017-03"}


@pytest.fixture
def granted(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database whose owner has granted what the page says."""
    monkeypatch.setenv("CCG_HOME", str(tmp_path))
    owner = open_database(postgres_url)
    with owner.begin() as connection:
        for role in ROLES:
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        connection.exec_driver_sql(GRANTS)
    yield postgres_url
    with owner.begin() as connection:
        for role in ROLES:
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))
    owner.dispose()


def as_role(url: str, role: str) -> str:
    return make_url(url).set(username=role).render_as_string(hide_password=False)


def refused(engine: Engine, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        engine.begin() as connection,
    ):
        connection.execute(text(statement))


def test_each_role_does_its_work_and_no_more(granted: str) -> None:
    run, room = (open_for_writing(as_role(granted, role)) for role in ("ccg_run", "ccg_room"))
    reader = open_for_reading(as_role(granted, "ccg_reader"))
    terms = load_terms()["cancer"]
    ledger.open_round(run, terms, **ROUND, subject="a" * 64, launched_by="engineer@data.example")
    with run.begin() as connection:
        connection.execute(insert(observed).values(partition_key="2017-03"))
        connection.execute(observed.delete())
        connection.execute(insert(kept).values(sha256="a" * 64, part="cancer", content="{}"))

    line = ledger.decide(
        room, terms, **ROUND, decision="approve", subject="a" * 64, actor="cancer.chair@panel.example",
        interests="none",
    )  # fmt: skip
    access_log.record(room, "cancer.chair@panel.example", "GET page", "cancer interim 2017-03")
    access_log.Strangers(room).turned_away("192.0.2.1", "POST /", "401: no")
    Memory(room).keep("session x", {}, utc_now())
    assert Memory(room).take("session x") is None
    assert [one.seq for one in ledger.lines(reader)] == [1, line.seq]

    for engine in (run, room):
        refused(engine, "UPDATE decision_ledger SET reason = 'x'")
        refused(engine, "DELETE FROM access_log")
        refused(engine, "ALTER TABLE decision_ledger DISABLE TRIGGER ALL")
        refused(engine, "DELETE FROM release")
    refused(run, "DELETE FROM room_remembered")
    refused(room, "DELETE FROM observation")
    refused(room, "INSERT INTO release VALUES ('interim', '2017-03', 1, 'x', '{}')")
    writer = open_for_writing(as_role(granted, "ccg_reader"))
    refused(writer, "INSERT INTO access_log (at) VALUES (now())")
    for engine in (run, room, reader, writer):
        engine.dispose()
