"""The ledger on a real PostgreSQL server: what is refused, what two processes do, what damage shows."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DatabaseError

from expert_panels.ledger.line import GENESIS
from expert_panels.ledger.record import Head, append, decide, head, lines, open_round, states, verify
from expert_panels.ledger.table import LedgerError, create, decision_ledger, writing
from tests.support.notations import ledger_cases
from tests.support.notations.gate_lines import START, TERMS, a_line, email, lines_of, sha

pytestmark = pytest.mark.postgres


@pytest.fixture(params=["READ COMMITTED", "SERIALIZABLE"])
def engine(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[Engine]:
    engine = create_engine(postgres_url, isolation_level=request.param)
    yield engine
    engine.dispose()


def _isolation(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.get_isolation_level())


def test_lines_come_back_as_they_were_written_with_the_bytes_of_sqlite(engine: Engine) -> None:
    create(engine)
    create(engine)
    assert (head(engine), verify(engine)) == (Head(0, GENESIS), [])
    written = [append(engine, line) for line in lines_of(ledger_cases.SCRIPT)]
    assert lines(engine) == written == lines_of(ledger_cases.SCRIPT)
    assert verify(engine, known_head=[line.hash for line in written]) == []


CHANGES = [
    "UPDATE decision_ledger SET reason = 'x' WHERE seq = 2",
    "UPDATE decision_ledger SET reason = 'x' WHERE seq = 999",
    "DELETE FROM decision_ledger WHERE seq = 8",
    "DELETE FROM decision_ledger",
    "TRUNCATE decision_ledger",
    "INSERT INTO decision_ledger SELECT * FROM decision_ledger WHERE seq = 2 "
    "ON CONFLICT (seq) DO UPDATE SET reason = 'x'",
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_table_is_insert_only(engine: Engine, change: str) -> None:
    ledger_cases.filled(engine)
    with pytest.raises(DatabaseError, match="insert-only"), engine.begin() as connection:
        connection.execute(text(change))
    assert lines(engine) == lines_of(ledger_cases.SCRIPT)


@pytest.mark.parametrize(("seq", "prev"), [(10, "head"), (8, "head"), (0, "head"), (9, "x")])
def test_an_insert_that_does_not_follow_is_refused(engine: Engine, seq: int, prev: str) -> None:
    hashes = ledger_cases.filled(engine)
    line = a_line("m1", "approve", "B", 2).sealed(seq, hashes[-1] if prev == "head" else prev)
    with pytest.raises(DatabaseError, match="insert-only"), engine.begin() as connection:
        connection.execute(decision_ledger.insert().values(**line.content()))
    assert head(engine).seq == 8


@pytest.mark.parametrize(
    "undo", ["DROP TRIGGER {} ON decision_ledger", "ALTER TABLE decision_ledger DISABLE TRIGGER {}"]
)
@pytest.mark.parametrize("trigger", ["decision_ledger_insert", "decision_ledger_change"])
def test_a_trigger_that_is_gone_is_named(engine: Engine, undo: str, trigger: str) -> None:
    ledger_cases.filled(engine)
    with engine.begin() as connection:
        connection.execute(text(undo.format(trigger)))
    assert verify(engine) == [f"The trigger {trigger} is missing: the database would let lines be changed."]


def test_two_processes_append_fifty_lines_each_to_one_chain(engine: Engine, postgres_url: str) -> None:
    create(engine)
    writers = (postgres_url, "interim"), (postgres_url, "annual")
    ledger_cases.at_once(ledger_cases.append_fifty, *writers, isolation_level=_isolation(engine))
    found = lines(engine)
    assert verify(engine) == []
    assert [line.seq for line in found] == list(range(1, 101))
    for lane in ("interim", "annual"):
        assert [line.serial for line in found if line.lane == lane] == list(range(50))


def test_two_processes_open_and_sign_at_the_same_instant(postgres_url: str) -> None:
    url = postgres_url
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


def test_two_members_of_the_committee_moderate_and_comment_at_the_same_instant(postgres_url: str) -> None:
    ledger_cases.moderated_at_once(postgres_url)


def test_a_writer_that_holds_the_ledger_too_long_is_waited_for_and_then_said(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(engine)
    open_round(
        engine, TERMS, lane="interim", partition_key="2017-03", subject=sha("A"), launched_by="x", at=START
    )
    monkeypatch.setattr("expert_panels.ledger.table._WAIT_SECONDS", 1)
    with writing(engine), pytest.raises(LedgerError, match="Nothing was recorded, try again"):
        decide(
            engine,
            TERMS,
            lane="interim",
            partition_key="2017-03",
            decision="approve",
            subject=sha("A"),
            actor=email("m1"),
            interests="none",
        )
    assert head(engine).seq == 1


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
    assert verify(engine, known_head=hashes[5]) == []
    (sentence,) = verify(engine, known_head=hashes[7])
    assert "the ledger ends at line 6" in sentence


def test_a_database_without_ledger_is_said_to_have_none(engine: Engine) -> None:
    assert verify(engine) == ["There is no ledger in this database: the table decision_ledger is missing."]
    with pytest.raises(LedgerError, match="The ledger cannot be read"):
        head(engine)
