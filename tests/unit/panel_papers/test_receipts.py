"""A receipt that could not be issued when it was decided is issued later, once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ccg_pipeline.cli import notices as cli_notices
from ccg_pipeline.framework.families import edition_in
from ccg_pipeline.panel_papers import certificates
from ccg_pipeline.panel_papers.certificates import RECEIPT_WITHIN, issue, without_receipt
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.outside import room_signer
from expert_panels.foundation.fault import Fault
from expert_panels.ledger import record as ledger
from expert_panels.settings import Declared
from expert_panels.tables import notice
from tests.support.worlds.released_rounds import SCHOOLS, InMemory
from tests.support.worlds.schools import FIGURES, edition_folder

SETTINGS = """\
address: https://room.example
session_key_file: session.key
sign_in: {proxy: {secret_file: secret, sign_in_at: "https://in.example/?to={back}"}}
notices: {mail: {host: mail.example, sender: room@room.example}}
"""


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Declared:
    path = tmp_path / "room.yaml"
    path.write_text(SETTINGS, encoding="utf-8")
    found = Declared(path)
    monkeypatch.setattr(cli_notices, "declared", lambda: found)
    return found


@pytest.fixture
def schools(tmp_path: Path) -> InMemory:
    """A round that two members of the care panel have signed."""
    made = InMemory(edition_in(edition_folder(tmp_path / "schools", "each")), SCHOOLS)
    made.score(
        "2024", {code: {f"returns/{key}": n for key, n in own.items()} for code, own in FIGURES.items()}
    )
    made.decide("2024", "care_panel")
    return made


def failing(fails: list[bool]) -> Callable[..., object]:
    """What signs for the room, or cannot where the next of `fails` says so."""

    def signer(engine: object) -> object:
        if fails.pop(0):
            raise Fault("The command that signs cannot be reached.")
        return room_signer(engine)  # type: ignore[arg-type]  # the engine, as it was given

    return signer


def recipients(schools: InMemory) -> list[str]:
    with reading(schools.engine) as connection:
        return sorted(connection.execute(select(notice.c.recipient)).scalars())


def test_what_could_not_be_issued_is_issued_by_the_next_call_once(
    schools: InMemory,
    declared: Declared,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    signed = [one for one in ledger.lines(schools.engine) if one.decision == "approve"]
    first, second = signed
    monkeypatch.setattr(certificates, "room_signer", failing([True, False, False]))

    def issued() -> list[str]:
        issue(schools.engine, declared.settings, schools.terms, [schools.edition])
        return recipients(schools)

    # the fault of one keeps no other back, and is said where an engineer looks
    assert issued() == [second.actor]
    assert f"Recorded as line {first.seq}; its receipt will be tried again: The command that" in caplog.text
    messages, lacking = cli_notices.not_sent(schools.engine)
    assert messages == "Messages not sent: 1 waiting; `ccg panel notices` says which and why."
    assert lacking.startswith(f"Decisions without a receipt: line {first.seq}. The room tries again")
    assert issued() == [first.actor, second.actor]
    assert issued() == [first.actor, second.actor]
    assert cli_notices.not_sent(schools.engine) == [messages.replace("1 waiting", "2 waiting")]


def test_without_a_mail_server_nothing_is_issued(schools: InMemory) -> None:
    issue(schools.engine, None, schools.terms, [schools.edition])
    assert recipients(schools) == []


@pytest.mark.parametrize(("later", "lacking"), [(-1, 2), (0, 2), (1, 1)])
def test_a_decision_is_looked_for_within_days(schools: InMemory, later: int, lacking: int) -> None:
    first = next(one for one in ledger.lines(schools.engine) if one.decision == "approve")
    now = first.at + RECEIPT_WITHIN + timedelta(microseconds=later)
    with reading(schools.engine) as connection:
        assert len(without_receipt(connection, now)) == lacking
