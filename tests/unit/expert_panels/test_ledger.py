"""The ledger on each kind of database: what is recorded, what is refused, what two processes do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DatabaseError

from expert_panels.ledger.gate_state import MEANINGS
from expert_panels.ledger.line import GENESIS
from expert_panels.ledger.record import (
    DecisionRefused,
    Gate,
    Head,
    append,
    decide,
    head,
    lines,
    open_round,
    state_of,
    states,
)
from expert_panels.ledger.table import LedgerError, decision_ledger, guard, writing
from expert_panels.ledger.verify import verify
from expert_panels.schema import METADATA
from expert_panels.terms import Member
from tests.support.notations import ledger_cases
from tests.support.notations.gate_lines import START, TERMS, a_line, email, lines_of, sha
from tests.support.notations.signed_lines import with_key


@pytest.fixture
def engine(any_engine: Engine) -> Engine:
    return any_engine


GATE = {"lane": "interim", "partition_key": "2017-03"}


def _decide(engine: Engine, who: str, decision: str, letter: str, **more: Any) -> Any:
    filled: dict[str, Any] = {**GATE, "interests": "none", "at": START, **more}
    return decide(engine, TERMS, decision=decision, subject=sha(letter), actor=email(who), **filled)


def _open(engine: Engine, letter: str, **more: Any) -> Any:
    return open_round(
        engine, TERMS, subject=sha(letter), launched_by="schedule", **{**GATE, "at": START, **more}
    )


def test_lines_come_back_as_they_were_written_and_link(engine: Engine) -> None:
    METADATA.create_all(engine)
    written = [append(engine, line) for line in lines_of(ledger_cases.SCRIPT)]
    assert lines(engine) == written == lines_of(ledger_cases.SCRIPT)
    assert [line.prev for line in written] == [GENESIS, *(line.hash for line in written[:-1])]
    assert head(engine) == Head(8, written[-1].hash)
    assert verify(engine, known_head=[line.hash for line in written]) == []


def test_an_empty_ledger_is_whole_and_its_head_is_known(engine: Engine) -> None:
    METADATA.create_all(engine)
    assert (head(engine), lines(engine), verify(engine, known_head=GENESIS)) == (Head(0, GENESIS), [], [])


def test_time_is_kept_in_utc_to_the_microsecond(engine: Engine) -> None:
    METADATA.create_all(engine)
    east = datetime.fromisoformat("2017-04-05T23:30:00.000001+05:30")
    append(engine, a_line("m1", "approve", "A", 1, at=east))
    assert lines(engine)[0].at == datetime(2017, 4, 5, 18, 0, 0, 1, tzinfo=UTC)
    with engine.connect() as connection:
        assert (
            connection.execute(text("SELECT at FROM decision_ledger")).scalar()
            == "2017-04-05T18:00:00.000001Z"
        )


def test_a_time_without_zone_is_refused(engine: Engine) -> None:
    METADATA.create_all(engine)
    with pytest.raises(ValueError, match="has no time zone"):
        append(engine, a_line("m1", "approve", "A", 1, at=datetime(2017, 4, 5)))
    assert head(engine).seq == 0


def test_a_decision_is_recorded_with_role_meaning_and_terms(engine: Engine) -> None:
    METADATA.create_all(engine)
    _open(engine, "A")
    line = _decide(engine, "chair", "approve", "A", interests=" none ", reason=" good ")
    assert (line.actor, line.role, line.meaning) == (email("chair"), "chair", MEANINGS["approve"])
    assert (line.interests, line.reason, line.via, line.terms_version) == (
        "none",
        "good",
        "cli",
        TERMS.version,
    )
    assert lines(engine)[-1] == line
    assert state_of(engine, TERMS, **GATE).state == "partial"


def test_an_address_is_the_same_in_capitals(engine: Engine) -> None:
    METADATA.create_all(engine)
    _open(engine, "A")
    decide(
        engine,
        TERMS,
        **GATE,
        decision="approve",
        subject=sha("A"),
        actor=" M1@Panel.example ",
        interests="none",
        at=START,
    )
    with pytest.raises(DecisionRefused, match="has decided so already"):
        _decide(engine, "m1", "approve", "A")
    assert head(engine).seq == 2


def test_a_refused_decision_leaves_no_line_and_no_lock(engine: Engine) -> None:
    METADATA.create_all(engine)
    _open(engine, "A")
    for more in ({"interests": ""}, {"serial": 2}, {"partition_key": "2017-04"}):
        with pytest.raises(DecisionRefused):
            _decide(engine, "m1", "approve", "A", **more)
    with pytest.raises(DecisionRefused, match="The data have moved"):
        _decide(engine, "m1", "approve", "B")
    assert head(engine).seq == 1
    assert _decide(engine, "m1", "approve", "A", serial=1).seq == 2


def test_a_clock_that_is_behind_cannot_sign_twice(engine: Engine) -> None:
    METADATA.create_all(engine)
    _open(engine, "A")
    _decide(engine, "m1", "approve", "A", at=START + timedelta(minutes=4))
    with pytest.raises(DecisionRefused, match="has decided so already"):
        _decide(engine, "m1", "approve", "A", at=START)


@pytest.mark.parametrize(
    ("behind", "written"),
    [
        (timedelta(0), "2017-04-05T10:00"),
        (timedelta(minutes=5), "2017-04-05T10:00"),
        (timedelta(minutes=6), ""),
    ],
)
def test_lines_never_go_back_in_time(engine: Engine, behind: timedelta, written: str) -> None:
    METADATA.create_all(engine)
    late = START.replace(hour=10, minute=0)
    _open(engine, "A", at=late)
    if written:
        assert _decide(engine, "m1", "approve", "A", at=late - behind).at.isoformat().startswith(written)
    else:
        with pytest.raises(DecisionRefused, match=r"line 1 of the ledger is of 2017-04-05 10:00"):
            _decide(engine, "m1", "approve", "A", at=late - behind)
    assert verify(engine) == []


def test_a_candidate_is_laid_before_the_panel_once_until_it_changes(engine: Engine) -> None:
    METADATA.create_all(engine)
    serials = [line and line.serial for line in (_open(engine, letter) for letter in "AABBA")]
    assert serials == [1, None, 2, None, 3]


@pytest.mark.parametrize("close", ["return", "withdraw"])
def test_a_closed_candidate_is_laid_before_the_panel_again_only_when_asked(
    engine: Engine, close: str
) -> None:
    METADATA.create_all(engine)
    _open(engine, "A")
    if close == "withdraw":
        for who in ("chair", "m1", "m2"):
            _decide(engine, who, "approve", "A")
    assert _open(engine, "A", again=True) is None
    _decide(engine, "m3", close, "A", reason="a reason")
    assert _open(engine, "A") is None
    assert _open(engine, "A", again=True).serial == 2
    assert state_of(engine, TERMS, **GATE).state == "awaiting"


def test_states_of_all_gates_come_apart(engine: Engine) -> None:
    METADATA.create_all(engine)
    _open(engine, "A")
    _open(engine, "B", partition_key="2017-04")
    _open(engine, "C", lane="annual", partition_key="2016-17")
    append(engine, a_line("", "open", "A", 1, panel="another"))
    _decide(engine, "m1", "approve", "B", partition_key="2017-04")
    found = states(engine, {"cancer": TERMS})
    assert {(gate.lane, gate.partition_key): state.state for gate, state in found.items()} == {
        ("annual", "2016-17"): "awaiting",
        ("interim", "2017-03"): "awaiting",
        ("interim", "2017-04"): "partial",
    }
    april = Gate("cancer", "interim", "2017-04")
    assert [line.seq for line in lines(engine, april)] == [2, 5]
    assert [line.seq for line in lines(engine, after=3)] == [4, 5]


CHANGES = {
    "sqlite": [
        "INSERT OR REPLACE INTO decision_ledger SELECT * FROM decision_ledger WHERE seq = 2",
        "REPLACE INTO decision_ledger SELECT * FROM decision_ledger WHERE seq = 8",
        "UPDATE OR REPLACE decision_ledger SET seq = 1 WHERE seq = 2",
    ],
    "postgresql": [
        "TRUNCATE decision_ledger",
        "UPDATE decision_ledger SET reason = 'x' WHERE seq = 999",
    ],
    "both": [
        "UPDATE decision_ledger SET reason = 'x' WHERE seq = 2",
        "DELETE FROM decision_ledger WHERE seq = 8",
        "DELETE FROM decision_ledger",
        "INSERT INTO decision_ledger SELECT * FROM decision_ledger WHERE seq = 2 "
        "ON CONFLICT (seq) DO UPDATE SET reason = 'x'",
    ],
}


def test_the_table_is_insert_only(engine: Engine) -> None:
    ledger_cases.filled(engine)
    for change in (*CHANGES["both"], *CHANGES[engine.dialect.name]):
        with pytest.raises(DatabaseError, match="insert-only"), engine.begin() as connection:
            connection.execute(text(change))
        assert lines(engine) == lines_of(ledger_cases.SCRIPT), change


def test_no_line_takes_the_place_of_another_by_its_hash(engine: Engine) -> None:
    """Seen before on SQLite: the line went, and with it a withdrawal or an approval."""
    hashes = ledger_cases.filled(engine)
    line = a_line("m1", "approve", "B", 2).sealed(9, hashes[-1]).content() | {"hash": hashes[0]}
    insert = decision_ledger.insert()
    if engine.dialect.name == "sqlite":
        insert = insert.prefix_with("OR REPLACE")
    with pytest.raises(DatabaseError, match=r"insert-only|unique"), engine.begin() as connection:
        connection.execute(insert.values(**line))
    assert lines(engine) == lines_of(ledger_cases.SCRIPT)


STRANGERS = {
    "sqlite": [
        "CREATE TRIGGER audit BEFORE INSERT ON decision_ledger BEGIN SELECT RAISE(IGNORE); END",
    ],
    "postgresql": [
        "CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.decision = ''comment''; RETURN NEW; END'",
        "CREATE TRIGGER audit BEFORE INSERT ON decision_ledger FOR EACH ROW EXECUTE FUNCTION audit()",
    ],
}


def test_a_trigger_of_somebody_is_named_and_what_it_changes_is_not_recorded(engine: Engine) -> None:
    """Seen before: the room said that a decision was recorded, which the trigger had left out or changed."""
    hashes = ledger_cases.filled(engine)
    with engine.begin() as connection:
        for statement in STRANGERS[engine.dialect.name]:
            connection.execute(text(statement))
    with pytest.raises(LedgerError, match="did not keep the line as it was written"):
        append(engine, a_line("m1", "approve", "B", 2))
    assert lines(engine) == lines_of(ledger_cases.SCRIPT)
    assert verify(engine, hashes) == [
        "The trigger audit on decision_ledger is not ours: it may change or leave out what is written; "
        "take it away."
    ]


@pytest.mark.parametrize(("seq", "prev"), [(10, "head"), (8, "head"), (0, "head"), (-1, "head"), (9, "x")])
def test_an_insert_that_does_not_follow_is_refused(engine: Engine, seq: int, prev: str) -> None:
    hashes = ledger_cases.filled(engine)
    line = a_line("m1", "approve", "B", 2).sealed(seq, hashes[-1] if prev == "head" else prev)
    with pytest.raises(DatabaseError, match="insert-only"), engine.begin() as connection:
        connection.execute(decision_ledger.insert().values(**line.content()))
    assert head(engine).seq == 8


UNDONE = {
    # what is done to a trigger -> what is said of it
    "sqlite": [
        (f"decision_ledger_{what}", [undo, *again], said)
        for what in ("insert", "update", "delete")
        for undo, again, said in (
            ("DROP TRIGGER {}", [], "missing"),
            (
                "DROP TRIGGER {}",
                [f"CREATE TRIGGER {{}} BEFORE {what.upper()} ON decision_ledger BEGIN SELECT 1; END"],
                "disabled or altered",
            ),
        )
    ],
    "postgresql": [
        (f"decision_ledger_{what}", [undo], said)
        for what in ("insert", "change")
        for undo, said in (
            ("DROP TRIGGER {} ON decision_ledger", "missing"),
            ("ALTER TABLE decision_ledger DISABLE TRIGGER {}", "disabled or altered"),
            ("ALTER TABLE decision_ledger ENABLE REPLICA TRIGGER {}", "disabled or altered"),
        )
    ],
}


def test_an_address_is_written_in_ascii(engine: Engine) -> None:
    """The Kelvin sign is lowered to a plain k, so that another address would be a member's."""
    ledger_cases.filled(engine)
    address = "\u212aim@panel.example"
    with pytest.raises(DecisionRefused, match="is no address of a member: write it in ASCII letters"):
        decide(
            engine, TERMS, decision="approve", subject=sha("A"), actor=address, lane="x", partition_key="y"
        )
    with pytest.raises(ValidationError, match="email"):
        Member.model_validate({"name": "Kim", "role": "chair", "from": "2016-04-01", "email": address})


def test_a_trigger_that_guards_nothing_is_named_and_comes_back_when_asked_for(engine: Engine) -> None:
    ledger_cases.filled(engine)
    for trigger, undone, said in UNDONE[engine.dialect.name]:
        with engine.begin() as connection:
            for statement in undone:
                connection.execute(text(statement.format(trigger)))
        named = f"The trigger {trigger} is {said}: the database would let lines be changed."
        assert [verify(engine) for _ in range(2)] == [[named]] * 2  # verifying repairs nothing
        with engine.begin() as connection:
            assert guard(connection) == [trigger]
            assert guard(connection) == []
        assert (verify(engine), len(lines(engine))) == ([], 8)


def test_two_processes_append_fifty_lines_each_to_one_chain(engine: Engine) -> None:
    METADATA.create_all(engine)
    url, options = engine.url.render_as_string(hide_password=False), dict[str, str]()
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            options["isolation_level"] = str(connection.get_isolation_level())
    ledger_cases.at_once(ledger_cases.append_fifty, (url, "interim"), (url, "annual"), **options)
    found = lines(engine)
    assert verify(engine) == []
    assert [line.seq for line in found] == list(range(1, 101))
    for lane in ("interim", "annual"):
        assert [line.serial for line in found if line.lane == lane] == list(range(50))


def test_two_processes_open_and_sign_at_the_same_instant(database_url: str) -> None:
    url = database_url
    ledger_cases.opened_at_once(url)
    twice = ledger_cases.at_once(ledger_cases.sign, (url, "m1"), (url, "m1"))
    for answers in zip(*twice, strict=True):
        assert sorted(answers) == ["", "m1@panel.example has decided so already; nothing more is recorded."]
    two_people = ledger_cases.at_once(ledger_cases.sign, (url, "chair"), (url, "m2"))
    assert two_people == [[""] * 10, [""] * 10]
    engine = with_key(create_engine(url))
    assert {state.state for state in states(engine, {"cancer": TERMS}).values()} == {"approved"}
    assert (head(engine).seq, verify(engine)) == (40, [])
    engine.dispose()


def test_two_members_of_the_committee_moderate_and_comment_at_the_same_instant(database_url: str) -> None:
    ledger_cases.moderated_at_once(database_url)


def test_who_holds_the_ledger_too_long_is_waited_for_and_then_said(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger_cases.filled(engine)
    monkeypatch.setattr("expert_panels.ledger.table._WAIT_SECONDS", 1)
    with writing(engine), pytest.raises(LedgerError, match=r"^Nothing was recorded, try again: "):
        append(engine, a_line("m1", "approve", "B", 2))
    assert append(engine, a_line("m1", "approve", "B", 2)).seq == 9
