"""Opening a database, and the rule that it holds made-up or real data, never both."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import DatabaseFault, admit, open_database, reading
from ccg_pipeline.storage.outside import kind_of
from ccg_pipeline.storage.sql import area_score
from tests.support.notations import storage_cases

SENTENCES = {
    True: "b.xls holds made-up data but this database holds real data: "
    "give --database another file or URL for it.",
    False: "b.xls holds real data but this database holds made-up data: "
    "give --database another file or URL for it.",
}


def _kind(engine: Engine) -> str:
    with reading(engine) as connection:
        return kind_of(connection)


@pytest.mark.parametrize(("is_made_up", "kind"), [(True, "made_up"), (False, "real")])
def test_the_first_file_decides_and_its_kind_comes_in_again(
    engine: Engine, is_made_up: bool, kind: str
) -> None:
    assert _kind(engine) == ""
    for name in ("a.xls", "b.xls", "a.xls"):
        with engine.begin() as connection:
            admit(connection, name, is_made_up)
        assert _kind(engine) == kind


def _write_and_admit(engine: Engine, area: str, file_name: str, is_made_up: bool) -> None:
    with engine.begin() as connection:
        frames.replace(connection, area_score, {}, storage_cases.scores("interim", "2017-03", area, 1.0))
        admit(connection, file_name, is_made_up)


@pytest.mark.parametrize("second", [True, False])
def test_the_other_kind_is_refused_in_one_sentence_and_its_rows_with_it(engine: Engine, second: bool) -> None:
    _write_and_admit(engine, "A", "a.xls", not second)
    with pytest.raises(DatabaseFault) as fault:
        _write_and_admit(engine, "B", "b.xls", second)
    assert str(fault.value) == SENTENCES[second]
    assert _kind(engine) == ("real" if second else "made_up")
    assert storage_cases.held_scores(engine) == [("interim", "2017-03", "A", 1.0)]


def test_a_file_that_fails_after_all_has_decided_nothing(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        admit(connection, "a.xls", True)
        assert kind_of(connection) == "made_up"
        transaction.rollback()
    assert _kind(engine) == ""
    _write_and_admit(engine, "A", "b.xls", False)
    assert _kind(engine) == "real"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ccg.db", "The database 'ccg.db' is not a URL: write sqlite:///FILE or postgresql://HOST/NAME."),
        (
            "oracle9://host/name",
            "The database oracle9://host/name cannot be opened: it is neither SQLite nor",
        ),
        (
            "mysql://me:secret@host/name",
            "The database mysql://me:***@host/name cannot be opened: it is neither",
        ),
        ("sqlite:////dev/null/ccg.db", "The database sqlite:////dev/null/ccg.db cannot be opened: "),
    ],
)
def test_what_cannot_be_opened_is_said_in_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(DatabaseFault) as fault:
        open_database(url)
    assert str(fault.value).startswith(sentence)
    assert "\n" not in str(fault.value)


def test_a_password_is_never_said() -> None:
    url = "postgresql://ccg:open-sesame@127.0.0.1:1/name?connect_timeout=2"
    with pytest.raises(DatabaseFault, match=r"^The database postgresql\+psycopg://ccg:\*\*\*@") as fault:
        open_database(url)
    assert "open-sesame" not in str(fault.value)


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"not a database, but somebody's notes\n" * 99)
    with pytest.raises(DatabaseFault, match=r"notes\.txt cannot be opened"):
        open_database(f"sqlite:///{path}")
    assert path.read_bytes() == b"not a database, but somebody's notes\n" * 99


def test_who_reads_waits_for_no_writer_and_sees_what_was_there_before(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/ccg.db")
    with engine.begin() as writer:
        frames.replace(writer, area_score, {}, storage_cases.scores("interim", "2017-03", "A", 1.0))
        assert storage_cases.held_scores(engine) == []
    assert storage_cases.held_scores(engine) == [("interim", "2017-03", "A", 1.0)]
    engine.dispose()


def test_a_database_is_opened_again_with_what_it_held(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ccg.db"
    for _ in range(2):
        engine = open_database(url)
        with engine.begin() as connection:
            admit(connection, "a.xls", True)
            assert connection.execute(text("SELECT count(*) FROM database_kind")).scalar() == 1
        engine.dispose()


def test_threads_make_new_databases_at_the_same_time(tmp_path: Path) -> None:
    def kind_of_new(number: int) -> str:
        engine = open_database(f"sqlite:///{tmp_path}/{number}.db")
        kind = _kind(engine)
        engine.dispose()
        return kind

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(kind_of_new, range(16))) == {""}
