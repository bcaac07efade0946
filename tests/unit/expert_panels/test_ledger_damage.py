"""The ledger on each kind of database: what damage shows, and one from before lines had all their fields."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from expert_panels.ledger.gate_state import MEANINGS
from expert_panels.ledger.line import LATER_FIELDS
from expert_panels.ledger.record import append, head, lines, open_round
from expert_panels.ledger.table import LedgerError, guard
from expert_panels.ledger.verify import verify
from tests.support.notations import ledger_cases
from tests.support.notations.gate_lines import START, TERMS, a_line, lines_of, sha
from tests.support.notations.signed_lines import with_key


@pytest.fixture
def engine(any_engine: Engine) -> Engine:
    return any_engine


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
        engine = with_key(create_engine(f"sqlite:///{file}"))
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
        open_round(
            engine, TERMS, lane="interim", partition_key="2017-03", subject=sha("A"), launched_by="schedule"
        )


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"no database at all" * 100)
    engine = with_key(create_engine(f"sqlite:///{tmp_path}/x.sqlite"))
    with pytest.raises(LedgerError, match=r"^The ledger cannot be read \(file is not a database\)\.$"):
        verify(engine)
    engine.dispose()


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
    """Write the lines of the script when they had seventeen fields; the later ones are added afterwards."""
    ledger_cases.filled(engine)
    later = ", ".join(f"'' AS {name}" for name in (*LATER_FIELDS, "signature"))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE old AS SELECT {OLD_FIELDS}, {later} FROM decision_ledger"))  # noqa: S608  # of constants
        connection.execute(text("DROP TABLE decision_ledger"))
        connection.execute(text("ALTER TABLE old RENAME TO decision_ledger"))
        assert guard(connection)  # they went with the table


def test_a_ledger_from_before_is_whole_and_goes_on(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setitem(MEANINGS, "open", ledger_cases.OLD_MEANING)  # type: ignore[arg-type]  # a dict
        _as_it_was(engine)
        assert lines(engine) == lines_of(ledger_cases.SCRIPT)
    assert verify(engine) == []
    assert {line.seq: line.hash[:18] for line in lines(engine) if line.seq in OLD_HASHES} == OLD_HASHES
    assert append(engine, a_line("m1", "comment", "B", 2, about="01C")).seq == 9
    assert verify(engine) == []


@pytest.mark.parametrize("name", LATER_FIELDS)
def test_a_later_field_that_is_filled_afterwards_is_an_edit(engine: Engine, name: str) -> None:
    _as_it_was(engine)
    ledger_cases.damage(engine, [ledger_cases.edit(3, name, "x")])
    assert verify(engine)[0] == "Line 3 has been edited: it does not give the hash that it carries."
