"""The record of corrections on each kind of database: insert-only, in force up to and with its last day."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ccg_pipeline.storage.corrections import all_lines, in_force, record

ROW = {"source_sha256": "ab" * 32, "source_name": "a.csv", "publication": "satod", "sheet": "", "row": 7}


def written(engine: Engine, action: str, at: str, until: str, **cells: str) -> None:
    record(
        engine,
        action,
        ROW,
        cells=cells,
        actor="jo@data.example",
        recorded_by="jo",
        reason="It was confirmed.",
        until=date.fromisoformat(until),
        at=datetime.fromisoformat(at).replace(tzinfo=UTC),
    )


def test_the_record_is_insert_only(engine: Engine) -> None:
    written(engine, "waive", "2017-06-01", "2017-06-30")
    written(engine, "correct", "2017-06-02", "2017-07-31", Numerator="3")
    before = all_lines(engine)
    assert [line.seq for line in before] == [1, 2]
    assert dict(before[1].cells) == {"Numerator": "3"}
    forgeries = [
        "UPDATE amendment SET until = '2099-12-31'",
        "DELETE FROM amendment",
        "DELETE FROM amendment WHERE seq = 2",
    ]
    if engine.dialect.name == "sqlite":
        forgeries.append("INSERT OR REPLACE INTO amendment SELECT * FROM amendment WHERE seq = 1")
    else:
        forgeries.append("TRUNCATE amendment")
    for forgery in forgeries:
        with pytest.raises(DBAPIError, match="amendment is insert-only"), engine.begin() as connection:
            connection.execute(text(forgery))
    assert all_lines(engine) == before


def test_a_correction_holds_up_to_and_with_its_last_day(engine: Engine) -> None:
    written(engine, "waive", "2017-06-01T23:30:00", "2017-06-30")
    written(engine, "correct", "2017-06-10", "2017-06-20", Numerator="3")
    written(engine, "waive", "2017-07-05", "2017-07-31")
    written(engine, "revoke", "2017-07-10", "2017-07-10")
    lines = all_lines(engine)
    holding = {
        "2017-05-31": [],
        "2017-06-01": ["waive"],
        "2017-06-09": ["waive"],
        "2017-06-10": ["correct"],  # the later line takes the place of the first
        "2017-06-20": ["correct"],
        "2017-06-21": [],  # and the first does not come back when it lapses
        "2017-07-05": ["waive"],
        "2017-07-09": ["waive"],
        "2017-07-10": [],
        "2017-07-11": [],
    }
    for day, actions in holding.items():
        assert [line.action for line in in_force(lines, date.fromisoformat(day))] == actions, day
