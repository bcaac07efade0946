"""Entries of the register of special measures, as their tests submit them and decide on them.

Belongs here: a database that takes entries, submitting an event, decisions of the committee's members.
Does not belong here: any expectation.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from ccg_pipeline.framework.round_dates import REGISTER
from ccg_pipeline.release.bodies import recording_body
from ccg_pipeline.release.entries import key_of, submit
from ccg_pipeline.storage.database import open_database
from ccg_pipeline.storage.sql import database_kind
from expert_panels.ledger import record as ledger
from tests.support.notations.register_lines import event

BODY = recording_body()
CHAIR, DEPUTY, REGIONAL = (one.email for one in BODY.members[:3])


@contextmanager
def made_up_database(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An empty database of made-up data, with a key of its room."""
    monkeypatch.setenv("CCG_HOME", str(home))
    monkeypatch.setenv("CCG_DATABASE", f"sqlite:///{home / 'ccg.db'}")
    made = open_database(f"sqlite:///{home / 'ccg.db'}")
    with made.begin() as connection:
        connection.execute(insert(database_kind).values(only=1, kind="made_up", decided_by="a.csv"))
    yield made
    made.dispose()


def lay(engine: Engine, line: str, evidence: str = "Red in 3 years", launched_by: str = "engineer") -> str:
    """Submit the event of a line; its key."""
    found = event(line)
    submit(engine, found, evidence, launched_by)
    return key_of(found)


def take(engine: Engine, key: str, decision: str, *people: str, reason: str = "") -> None:
    """Let people decide on what is before the committee."""
    for one in people:
        state = ledger.state_of(engine, BODY, REGISTER, key)
        subject = state.published_subject if decision == "withdraw" else state.subject
        ledger.decide(
            engine, BODY, lane=REGISTER, partition_key=key, decision=decision, subject=subject, actor=one,
            interests="none", reason=reason,
        )  # fmt: skip
