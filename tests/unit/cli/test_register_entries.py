"""Entries of the register of special measures: a named committee records them, and nobody else can."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text
from starlette.testclient import TestClient

from ccg_pipeline.cli.room import panel_room
from ccg_pipeline.framework.round_dates import REGISTER
from ccg_pipeline.panel_papers.certificates import certificate_of, tables_decided_on
from ccg_pipeline.reference.special_measures.events import Event, recorded
from ccg_pipeline.release.bodies import RECORDS, terms_in_force
from ccg_pipeline.release.entries import (
    faults_of_entries,
    key_of,
    register_of,
    submitted,
    unfitting,
)
from ccg_pipeline.storage.outside import room_signer
from expert_panels.foundation.fault import Fault
from expert_panels.ledger import record as ledger
from expert_panels.ledger.record import DecisionRefused
from expert_panels.ledger.table import decision_ledger
from expert_panels.ledger.verify import verify
from tests.support.notations.register_lines import event
from tests.support.worlds.edition_terminal import Typed
from tests.support.worlds.register_entries import BODY, CHAIR, DEPUTY, REGIONAL, lay, made_up_database, take

OFFICERS = [one.email for one in BODY.officers]
ENTERED = "02N entered 2017-07-21"
DAY = date(2017, 8, 1)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    with made_up_database(tmp_path, monkeypatch) as made:
        yield made


def answer(engine: Engine, day: date = DAY, ccg: str = "02N") -> str:
    return register_of(engine).standing(ccg, "special measures", day).answer


SIGN3 = [("approve", CHAIR), ("approve", DEPUTY), ("approve", REGIONAL)]


@pytest.mark.parametrize(
    ("decisions", "state", "is_in"),
    [
        ([], "awaiting", False),
        (SIGN3[:2], "partial", False),  # below the quorum of three
        (SIGN3, "approved", True),  # at it
        ([("approve", BODY.members[3].email), *SIGN3[1:]], "approved", True),  # the deputy leads as well
        ([*SIGN3[:2], ("return", REGIONAL)], "returned", False),
        ([*SIGN3, ("withdraw", CHAIR)], "withdrawn", False),
        ([("override", OFFICERS[0])], "awaiting", False),
        ([("override", one) for one in OFFICERS], "overridden", True),
        ([("recuse", CHAIR), *SIGN3[1:]], "partial", False),
    ],
)
def test_an_entry_is_in_the_register_by_what_the_committee_decides(
    engine: Engine, decisions: list[tuple[str, str]], state: str, is_in: bool
) -> None:
    key = lay(engine, ENTERED)
    for decision, one in decisions:
        take(engine, key, decision, one, reason="Seen at the visit.")
    (found,) = submitted(engine)
    assert (found.key, found.state.state, found.recorded is not None) == (key, state, is_in)
    assert answer(engine) == ("yes" if is_in else "no")
    assert len(register_of(engine).here) == is_in
    assert verify(engine) == faults_of_entries(engine) == []


@pytest.mark.parametrize(
    ("before", "line", "against"),
    [
        # what is before in the database, what is submitted, and what of it does not fit
        ((), ENTERED, ""),
        ((ENTERED,), "02N entered 2017-07-22", "it was so since 2017-07-21, and no end is recorded"),
        ((ENTERED,), "02N extended 2018-07-20 until 2018-12-31", ""),
        ((), "02N extended 2018-07-20 until 2018-12-31", "no beginning is recorded"),
        ((ENTERED,), "02N left 2018-07-20", ""),
        ((), "02N left 2018-07-20", "no beginning is recorded"),
        ((ENTERED, "02N left 2018-07-20"), "02N entered 2018-07-21", ""),
        ((ENTERED, "02N left 2018-07-20"), "02N left 2018-07-21", "no beginning is recorded"),
        ((ENTERED,), "02N applied 2018-07-20 of finance", ""),  # directions in addition
        (("02N applied 2018-07-20 of finance",), "02N lifted 2018-10-01 of finance", ""),
        (
            ("02N applied 2018-07-20 of finance",),
            "02N lifted_in_part 2018-10-01 of leadership",
            "no part leadership of them is recorded, and they are taken to go on",
        ),
        # against the published list: Croydon entered on the day of the reset
        ((), "07V entered 2017-01-01", "it was so since 2016-07-21, and no end is recorded"),
    ],
)
def test_what_does_not_fit_is_said_and_not_refused(
    engine: Engine, before: tuple[str, ...], line: str, against: str
) -> None:
    for one in before:
        take(engine, lay(engine, one), "approve", CHAIR, DEPUTY, REGIONAL)
    found = [one.against for one in unfitting(register_of(engine), event(line))]
    assert found == ([against] if against else [])
    lay(engine, line)


@pytest.mark.parametrize(
    ("line", "evidence", "sentence"),
    [
        ("02N entered 2015-07-31", "Red", "there were no special measures before 2015-08-01"),
        ("02N entered 2022-07-01", "Red", "the CCG ended on"),
        ("99Z entered 2017-07-21", "Red", "there was no such CCG"),
        (ENTERED, " ", "give --evidence and --source"),
    ],
)
def test_what_cannot_have_been_is_not_submitted(
    engine: Engine, line: str, evidence: str, sentence: str
) -> None:
    with pytest.raises(Fault, match=re.escape(sentence)):
        lay(engine, line, evidence)
    assert submitted(engine) == []


def test_a_database_without_data_takes_no_entry(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM database_kind"))
    with pytest.raises(Fault, match="holds no data yet"):
        lay(engine, ENTERED)


def test_an_entry_tells_of_its_own_ccg_and_of_no_other(engine: Engine) -> None:
    take(engine, lay(engine, "02N entered 2020-02-01"), "approve", CHAIR, DEPUTY, REGIONAL)
    assert register_of(engine).replayed.horizon == date(2019, 7, 31)
    assert [answer(engine, date(2020, 2, day)) for day in (1, 2)] == ["yes", "not known"]
    assert answer(engine, date(2020, 2, 1), "02P") == "not known"
    (spell,) = register_of(engine).history("02N")
    assert spell.sources == (
        f"a newspaper; recorded here by the {BODY.title} on "
        f"{submitted(engine)[0].state.decided_at:%Y-%m-%d}, made up",
    )


def test_corrected_it_is_before_the_committee_again_and_the_earlier_one_stays(engine: Engine) -> None:
    key = lay(engine, ENTERED)
    take(engine, key, "approve", CHAIR, DEPUTY, REGIONAL)
    with pytest.raises(Fault, match="submitted to the Special measures committee already, unchanged"):
        lay(engine, ENTERED)
    assert lay(engine, f"{ENTERED} by minutes") == key
    (found,) = submitted(engine)
    assert found.state.state == "superseded"
    assert found.recorded is not None
    assert found.recorded.source.startswith("a newspaper; ")
    take(engine, key, "approve", CHAIR, DEPUTY, REGIONAL)
    assert len(register_of(engine).here) == 1
    assert register_of(engine).here[0].source.startswith("minutes; ")


def test_who_submits_an_entry_holds_no_seat_on_it(engine: Engine) -> None:
    key = lay(engine, ENTERED, launched_by=CHAIR)
    with pytest.raises(DecisionRefused, match="launched the run"):
        take(engine, key, "approve", CHAIR)


def forged(engine: Engine, key: str) -> list[dict[str, Any]]:
    """Three approvals with right hashes that no room signed."""
    state, head = ledger.state_of(engine, BODY, REGISTER, key), ledger.head(engine)
    rows = []
    for seq, one in enumerate(BODY.members[:3], start=head.seq + 1):
        line = ledger.Line(
            panel=RECORDS, lane=REGISTER, partition_key=key, serial=state.serial, decision="approve",
            subject_sha256=state.subject, actor=one.email, role=one.role, interests="none", via="cli",
            meaning=BODY.approval, terms_version=BODY.version, at=state.opened_at,
        ).sealed(seq, rows[-1]["hash"] if rows else head.hash)  # fmt: skip
        rows.append(line.content())
    return rows


def test_the_pipeline_and_a_forged_insert_record_nothing(engine: Engine) -> None:
    key = lay(engine, ENTERED)
    state = ledger.state_of(engine, BODY, REGISTER, key)
    for via in ("pipeline", "cli"):
        with pytest.raises(DecisionRefused):  # by the pipeline's hand, and by somebody without a seat
            ledger.decide(
                engine, BODY, lane=REGISTER, partition_key=key, decision="approve", subject=state.subject,
                actor="pipeline@data.example" if via == "cli" else CHAIR, interests="none", via=via,
            )  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(decision_ledger), forged(engine, key))
    assert answer(engine) == "no"
    assert submitted(engine)[0].state.state == "awaiting"
    assert any("signature" in fault or "signed" in fault for fault in verify(engine))


def test_bytes_that_were_altered_are_named_and_not_read(engine: Engine) -> None:
    key = lay(engine, ENTERED)
    take(engine, key, "approve", CHAIR, DEPUTY, REGIONAL)
    with engine.begin() as connection:
        for name in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'kept'")
        ).scalars():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE kept SET content = replace(content, '2017-07-21', '2017-07-01')"))
    assert [fault.split(": ")[0] for fault in faults_of_entries(engine)] == [f"Entry {key} of the register"]
    with pytest.raises(Fault, match="was altered"):
        register_of(engine)


def test_the_room_shows_an_entry_and_takes_the_decision(engine: Engine) -> None:
    key = lay(engine, ENTERED)
    page = f"/panels/{RECORDS}/{REGISTER.replace('/', ':')}/{key}"
    client = TestClient(panel_room(engine), "http://127.0.0.1", follow_redirects=False)

    def fields(shown: str) -> dict[str, str]:
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown)
        return {name: unescape(value) for name, value in found}

    for number, one in enumerate((CHAIR, DEPUTY, REGIONAL), start=1):
        form = fields(client.get("/sign-in").text) | {"email": one}
        assert client.post("/sign-in", data=form).status_code == 303
        shown = " ".join(unescape(client.get(page).text).split())
        assert "Entry of the register of special measures, 2017-07-21-02N" in shown
        assert "overseen for a year" in shown  # the rules of the guidance, as its method
        one_page = unescape(client.get(f"{page}/ccgs/02N").text)
        assert "Red in 3 years" in one_page
        assert client.get(f"{page}/table").status_code == 200
        form = fields(client.get(f"{page}/decision").text)
        form |= {"decision": "approve", "interest": "none", "interests": "", "reason": ""}
        confirm = client.post(f"{page}/decision", data=form).headers["location"]
        asked = client.get(confirm).text
        assert BODY.approval in asked
        assert client.post(f"{page}/decision/confirm", data=fields(asked)).status_code == 303
        assert answer(engine) == ("yes" if number == 3 else "no")
        client.cookies.clear()
    assert "Special measures committee" in TestClient(panel_room(engine), "http://127.0.0.1").get("/").text


def test_a_decision_has_a_certificate_that_carries_the_entry(engine: Engine) -> None:
    key = lay(engine, ENTERED)
    take(engine, key, "approve", CHAIR, DEPUTY, REGIONAL)
    line = ledger.lines(engine)[-1]
    made = json.loads(certificate_of(engine, line, room_signer(engine), terms_in_force()))
    said = base64.b64decode(made["payload"]).decode()
    assert line.meaning == BODY.approval
    assert BODY.approval in said
    (table,) = tables_decided_on(engine, line.subject_sha256).values()
    assert hashlib.sha256(table).hexdigest() in said
    assert b"evidence,Red in 3 years" in table


@pytest.mark.usefixtures("engine")
def test_as_typed_from_a_submission_to_the_history(command: Typed) -> None:
    assert "No entry was submitted yet" in command("measures", "entries").words
    typed = ("measures", "submit", "Airedale", "--event", "entered", "--on", "2017-07-21")
    assert command(*typed, "--evidence", "Red", "--source", " ").code == 1
    answer = command(*typed, "--evidence", "Red in three years", "--source", "letter")
    key = "2017-07-21-02N-special-measures-entered"
    assert f"{key} is submitted to the Special measures committee" in answer.words
    assert "No event is recorded." in command("measures", "history", "02N").words
    assert "awaiting, not in the register" in command("measures", "entries").words
    paper = command("measures", "entry", key)
    assert "MADE-UP DATA" in paper.words
    assert "evidence Red in three years" in paper.words
    seen = re.search(r"[0-9a-f]{64}", paper.out)
    assert seen is not None
    decided = ("measures", "decide", key)
    by = ("--seen", seen[0], "--interests", "none", "--as")
    assert command(*decided, "approve", *by, "somebody@else.example").code == 1
    assert command(*decided, "sign", *by, CHAIR).code == 2
    for one in (CHAIR, DEPUTY, REGIONAL):
        assert BODY.approval in command(*decided, "approve", *by, one).words
    listed = command("measures", "entries")
    assert "approved, in the register" in listed.words
    assert key in listed.out  # whole, since it is typed
    assert (
        "letter; recorded here by the Special measures committee"
        in command("measures", "history", "02N").words
    )
    assert (
        f"{len(recorded())} events, the last of 2019-07-31, and 1 recorded in this database (02N)"
        in command("measures", "show").words
    )
    assert command("measures", "entry", "nobody").code == 2
    assert "The ledger is whole" in command("panel", "verify").words


def test_made_up_members_sign_for_an_entry(engine: Engine, command: Typed) -> None:
    key = lay(engine, ENTERED)
    assert command("panel", "demonstrate", "--entry", key, "--year", "2016-17").code == 2
    assert command("panel", "demonstrate", "--entry", "another").code == 2
    assert "signed by 3 made-up members" in command("panel", "demonstrate", "--entry", key).words
    assert answer(engine) == "yes"
    assert "approved, nothing to sign" in command("panel", "demonstrate", "--entry", key).words


def test_an_event_goes_into_bytes_and_comes_back(engine: Engine) -> None:
    lines = (
        ENTERED,
        "02N extended 2018-07-20 until 2018-12-31",
        "02N applied 2018-07-20 of finance,leadership",
    )
    made: list[Event] = [event(line) for line in lines]
    for line in lines:
        lay(engine, line)
    kept = sorted((one.before.event for one in submitted(engine) if one.before), key=key_of)
    assert kept == sorted(made, key=key_of)
