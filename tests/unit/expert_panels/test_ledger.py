"""The ledger on SQLite: what is recorded, what is refused, what two processes do, what damage shows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ledger_cases
import pytest
from gate_lines import START, TERMS, a_line, email, lines_of, sha
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError

from expert_panels.chain import GENESIS, LATER_FIELDS
from expert_panels.decision import MEANINGS
from expert_panels.ledger import (
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
    verify,
)
from expert_panels.ledger_table import LedgerError, create, decision_ledger, writing

GATE = {"lane": "interim", "partition_key": "2017-03"}


def _begins_at_once(engine: Engine) -> None:
    """Make an engine begin every transaction with the write lock, as the pipeline's own engine does."""

    def no_control_of_its_own(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", no_control_of_its_own)
    event.listen(engine, "begin", begin)


@pytest.fixture(params=["plain", "begins at once"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path}/ledger.sqlite")
    if request.param != "plain":
        _begins_at_once(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ledger.sqlite"


def _decide(engine: Engine, who: str, decision: str, letter: str, **more: Any) -> Any:
    filled: dict[str, Any] = {**GATE, "interests": "none", "at": START, **more}
    return decide(engine, TERMS, decision=decision, subject=sha(letter), actor=email(who), **filled)


def _open(engine: Engine, letter: str, **more: Any) -> Any:
    return open_round(
        engine, TERMS, subject=sha(letter), launched_by="schedule", **{**GATE, "at": START, **more}
    )


# --- what is recorded


def test_lines_come_back_as_they_were_written_and_link(engine: Engine) -> None:
    create(engine)
    written = [append(engine, line) for line in lines_of(ledger_cases.SCRIPT)]
    assert lines(engine) == written == lines_of(ledger_cases.SCRIPT)
    assert [line.prev for line in written] == [GENESIS, *(line.hash for line in written[:-1])]
    assert head(engine) == Head(8, written[-1].hash)
    assert verify(engine, known_head=[line.hash for line in written]) == []


def test_an_empty_ledger_is_whole_and_its_head_is_known(engine: Engine) -> None:
    create(engine)
    assert (head(engine), lines(engine), verify(engine, known_head=GENESIS)) == (Head(0, GENESIS), [], [])


def test_time_is_kept_in_utc_to_the_microsecond(engine: Engine) -> None:
    create(engine)
    east = datetime.fromisoformat("2017-04-05T23:30:00.000001+05:30")
    append(engine, a_line("m1", "approve", "A", 1, at=east))
    assert lines(engine)[0].at == datetime(2017, 4, 5, 18, 0, 0, 1, tzinfo=UTC)
    with engine.connect() as connection:
        assert (
            connection.execute(text("SELECT at FROM decision_ledger")).scalar()
            == "2017-04-05T18:00:00.000001Z"
        )


def test_a_time_without_zone_is_refused(engine: Engine) -> None:
    create(engine)
    with pytest.raises(ValueError, match="has no time zone"):
        append(engine, a_line("m1", "approve", "A", 1, at=datetime(2017, 4, 5)))
    assert head(engine).seq == 0


def test_a_decision_is_recorded_with_role_meaning_and_terms(engine: Engine) -> None:
    create(engine)
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
    create(engine)
    _open(engine, "A")
    decide(
        engine,
        TERMS,
        **GATE,
        decision="approve",
        subject=sha("A"),
        actor=" M1@Panel.example ",
        interests="none",
    )
    with pytest.raises(DecisionRefused, match="has decided so already"):
        _decide(engine, "m1", "approve", "A")
    assert head(engine).seq == 2


def test_a_refused_decision_leaves_no_line_and_no_lock(engine: Engine) -> None:
    create(engine)
    _open(engine, "A")
    for more in ({"interests": ""}, {"serial": 2}, {"partition_key": "2017-04"}):
        with pytest.raises(DecisionRefused):
            _decide(engine, "m1", "approve", "A", **more)
    with pytest.raises(DecisionRefused, match="The data have moved"):
        _decide(engine, "m1", "approve", "B")
    assert head(engine).seq == 1
    assert _decide(engine, "m1", "approve", "A", serial=1).seq == 2


def test_a_clock_that_is_behind_cannot_sign_twice(engine: Engine) -> None:
    create(engine)
    _open(engine, "A")
    _decide(engine, "m1", "approve", "A", at=START + timedelta(hours=1))
    with pytest.raises(DecisionRefused, match="has decided so already"):
        _decide(engine, "m1", "approve", "A", at=START)


# --- rounds


def test_a_candidate_is_laid_before_the_panel_once_until_it_changes(engine: Engine) -> None:
    create(engine)
    serials = [line and line.serial for line in (_open(engine, letter) for letter in "AABBA")]
    assert serials == [1, None, 2, None, 3]


@pytest.mark.parametrize("close", ["return", "withdraw"])
def test_a_closed_candidate_is_laid_before_the_panel_again_only_when_asked(
    engine: Engine, close: str
) -> None:
    create(engine)
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
    create(engine)
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


# --- what the database refuses


CHANGES = [
    "UPDATE decision_ledger SET reason = 'x' WHERE seq = 2",
    "DELETE FROM decision_ledger WHERE seq = 8",
    "DELETE FROM decision_ledger",
    "INSERT OR REPLACE INTO decision_ledger SELECT * FROM decision_ledger WHERE seq = 2",
    "REPLACE INTO decision_ledger SELECT * FROM decision_ledger WHERE seq = 8",
    "UPDATE OR REPLACE decision_ledger SET seq = 1 WHERE seq = 2",
    "INSERT INTO decision_ledger SELECT * FROM decision_ledger WHERE seq = 2 "
    "ON CONFLICT (seq) DO UPDATE SET reason = 'x'",
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_table_is_insert_only(engine: Engine, change: str) -> None:
    ledger_cases.filled(engine)
    with pytest.raises(DatabaseError, match="insert-only"), engine.begin() as connection:
        connection.execute(text(change))
    assert lines(engine) == lines_of(ledger_cases.SCRIPT)


@pytest.mark.parametrize(("seq", "prev"), [(10, "head"), (8, "head"), (0, "head"), (-1, "head"), (9, "x")])
def test_an_insert_that_does_not_follow_is_refused(engine: Engine, seq: int, prev: str) -> None:
    hashes = ledger_cases.filled(engine)
    line = a_line("m1", "approve", "B", 2).sealed(seq, hashes[-1] if prev == "head" else prev)
    with pytest.raises(DatabaseError, match="insert-only"), engine.begin() as connection:
        connection.execute(decision_ledger.insert().values(**line.content()))
    assert head(engine).seq == 8


def test_create_again_changes_nothing_and_puts_back_a_trigger_that_is_gone(engine: Engine) -> None:
    ledger_cases.filled(engine)
    create(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER decision_ledger_delete"))
    assert verify(engine) == [
        "The trigger decision_ledger_delete is missing: the database would let lines be changed."
    ]
    create(engine)
    assert (verify(engine), len(lines(engine))) == ([], 8)


# --- two processes


def test_two_processes_append_fifty_lines_each_to_one_chain(engine: Engine, url: str) -> None:
    create(engine)
    ledger_cases.at_once(ledger_cases.append_fifty, (url, "interim"), (url, "annual"))
    found = lines(engine)
    assert verify(engine) == []
    assert [line.seq for line in found] == list(range(1, 101))
    for lane in ("interim", "annual"):
        assert [line.serial for line in found if line.lane == lane] == list(range(50))


def test_two_processes_open_and_sign_at_the_same_instant(url: str) -> None:
    assert sum(ledger_cases.at_once(ledger_cases.create_and_open, (url,), (url,))) == len(ledger_cases.ROUNDS)
    twice = ledger_cases.at_once(ledger_cases.sign, (url, "m1"), (url, "m1"))
    for answers in zip(*twice, strict=True):
        assert sorted(answers) == ["", "m1@panel.example has decided so already; nothing more is recorded."]
    two_people = ledger_cases.at_once(ledger_cases.sign, (url, "chair"), (url, "m2"))
    assert two_people == [[""] * 10, [""] * 10]
    engine = create_engine(url)
    assert {state.state for state in states(engine, {"cancer": TERMS}).values()} == {"approved"}
    assert (head(engine).seq, verify(engine)) == (40, [])
    engine.dispose()


def test_two_members_of_the_committee_moderate_and_comment_at_the_same_instant(url: str) -> None:
    ledger_cases.moderated_at_once(url)


def test_the_ledger_is_locked_before_it_is_read(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_engine(url)
    ledger_cases.filled(engine)
    monkeypatch.setattr("expert_panels.ledger_table._WAIT_SECONDS", 1)
    with (
        writing(engine),
        pytest.raises(LedgerError, match=r"^Nothing was recorded, try again: .*locked\)\.$"),
    ):
        append(engine, a_line("m1", "approve", "B", 2))
    assert append(engine, a_line("m1", "approve", "B", 2)).seq == 9
    engine.dispose()


# --- what damage shows


@pytest.mark.parametrize(
    ("statements", "sentences"),
    [pytest.param(statements, sentences, id=name) for name, statements, sentences in ledger_cases.DAMAGES],
)
def test_damage_is_named(engine: Engine, statements: list[str], sentences: list[str]) -> None:
    ledger_cases.filled(engine)
    assert verify(engine) == []
    ledger_cases.damage(engine, statements)
    assert verify(engine) == sentences


def test_a_cut_off_tail_shows_by_a_hash_that_is_known_elsewhere(engine: Engine) -> None:
    hashes = ledger_cases.filled(engine)
    ledger_cases.damage(engine, ["DELETE FROM decision_ledger WHERE seq > 6"])
    assert verify(engine) == []
    assert verify(engine, known_head=hashes[5]) == []
    (sentence,) = verify(engine, known_head=hashes[6])
    assert sentence.startswith(f"No line carries the hash {hashes[6]}")
    assert "the ledger ends at line 6" in sentence


def test_a_ledger_written_anew_shows_by_a_hash_that_is_known_elsewhere(engine: Engine) -> None:
    hashes = ledger_cases.filled(engine)
    ledger_cases.damage(engine, ["DELETE FROM decision_ledger"])
    ledger_cases.filled(engine, ledger_cases.SCRIPT.replace("m2 return", "m3 return"))
    assert verify(engine) == []
    assert len(verify(engine, known_head=hashes)) == 6  # the first two lines are the same


def test_a_line_replaced_by_a_well_hashed_one_shows_at_the_next(engine: Engine) -> None:
    hashes = ledger_cases.filled(engine)
    forged = a_line("chair", "approve", "B", 2, at=START).sealed(5, hashes[3])
    for name in ("hash", "at"):
        ledger_cases.damage(engine, [ledger_cases.edit(5, name, forged.content()[name])])
    assert verify(engine) == ["Line 6 does not follow line 5: one of them has been replaced or forged."]


def test_one_byte_changed_in_the_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    for old, new, sentence in (
        (b"a reason", b"a season", "Line 3 has been edited: it does not give the hash that it carries."),
        (b"a season", b"a \xffeason", "Line 3 cannot be read: its bytes are not text."),
    ):
        engine = create_engine(f"sqlite:///{file}")
        if not file.exists():
            ledger_cases.filled(engine, "open A; m1 approve; m2 return; open B")
        engine.dispose()
        content = file.read_bytes()
        assert content.count(old) == 1
        file.write_bytes(content.replace(old, new))
        assert verify(engine) == [sentence]
        engine.dispose()


def test_a_line_whose_time_was_edited_is_not_read_as_if_nothing_was(engine: Engine) -> None:
    ledger_cases.filled(engine)
    for edited in ("yesterday", "2017-04-05", "2017-04-05T09:00:00"):
        ledger_cases.damage(engine, [ledger_cases.edit(4, "at", edited)])
        with pytest.raises(LedgerError, match="Line 4 of the ledger has no readable time"):
            lines(engine)


def test_a_database_without_ledger_is_said_to_have_none(engine: Engine) -> None:
    assert verify(engine) == ["There is no ledger in this database: the table decision_ledger is missing."]
    with pytest.raises(LedgerError, match="The ledger cannot be read"):
        head(engine)
    with pytest.raises(LedgerError, match="Nothing was recorded"):
        _open(engine, "A")


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"no database at all" * 100)
    engine = create_engine(f"sqlite:///{tmp_path}/x.sqlite")
    with pytest.raises(LedgerError, match=r"^The ledger cannot be read \(file is not a database\)\.$"):
        verify(engine)
    engine.dispose()


# --- a ledger from before lines had all their fields

OLD_FIELDS = (
    "seq, prev, hash, at, panel, lane, partition_key, serial, decision, subject_sha256, actor, role, "
    "meaning, interests, reason, via, terms_version"
)
OLD_HASHES = {
    # of the first and the last line of the script, as they were written before comments and moderations
    1: "e66f06cb23f06a656b",
    8: "9d2a904465f6f54c82",
}


def _as_it_was(engine: Engine) -> None:
    """Make the table as it was when lines had seventeen fields, with the lines of the script in it."""
    ledger_cases.filled(engine)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE old AS SELECT {OLD_FIELDS} FROM decision_ledger"))  # noqa: S608  # of constants
        connection.execute(text("DROP TABLE decision_ledger"))
        connection.execute(text("ALTER TABLE old RENAME TO decision_ledger"))


def test_a_ledger_from_before_is_whole_and_goes_on(engine: Engine) -> None:
    _as_it_was(engine)
    assert [sentence for sentence in verify(engine) if "trigger" not in sentence] == []
    create(engine)
    assert verify(engine) == []
    assert lines(engine) == lines_of(ledger_cases.SCRIPT)
    assert {line.seq: line.hash[:18] for line in lines(engine) if line.seq in OLD_HASHES} == OLD_HASHES
    assert append(engine, a_line("m1", "comment", "B", 2, about="01C")).seq == 9
    assert verify(engine) == []


@pytest.mark.parametrize("name", LATER_FIELDS)
def test_a_later_field_that_is_filled_afterwards_is_an_edit(engine: Engine, name: str) -> None:
    _as_it_was(engine)
    create(engine)
    ledger_cases.damage(engine, [ledger_cases.edit(3, name, "x")])
    assert verify(engine) == ["Line 3 has been edited: it does not give the hash that it carries."]
