"""`ccg database`, and what the verbs that only read leave of a database: nothing new, and no waiting."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ccg_pipeline.storage.database import open_database
from tests.support.worlds.older_databases import restore
from tests.support.worlds.terminal import MARCH, PANELS, Terminal, database, views

READING: list[tuple[str, ...]] = [
    ("show", "02N"),
    ("explain", "02N", "122"),
    ("export", "assessment"),
    ("league", "--area", "129"),
    ("files",),
    ("quarantine",),
    ("quarantine", "amendments"),
    ("panel", "status"),
    ("panel", "verify"),
    ("database", "status"),
]
LOGGED: list[tuple[str, ...]] = [
    ("show", "02N", "--unreleased"),
    ("panel", "show", "cancer", *MARCH),
    ("quarantine", "--effect"),
    ("method", "--fit"),
    ("diff", *MARCH, "--since", "2017-04-01"),
]
OVERRIDE = "dac_override,-dac_read_search"  # by which root writes to what nobody may write


@contextmanager
def read_only(home: Path) -> Iterator[None]:
    """Neither the database nor its folder can be written, nor anything else in it."""
    file = home / "ccg.db"
    file.chmod(0o444)
    home.chmod(0o555)
    yield
    home.chmod(0o755)
    file.chmod(0o644)


def typed_by_anybody(home: Path, *typed: str) -> "subprocess.CompletedProcess[str]":
    """Type a command in a process that may write only what its permissions let it write, root or not."""
    plain = [sys.executable, "-m", "ccg_pipeline.cli", *typed]
    if os.geteuid() == 0:
        if not (setpriv := shutil.which("setpriv")):
            pytest.skip("root, and no setpriv: nothing is read-only here")
        plain = [setpriv, f"--bounding-set=-{OVERRIDE}", f"--inh-caps=-{OVERRIDE}", *plain]
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("CCG_", "DAGSTER_"))
    }
    return subprocess.run(
        plain, env={**environment, "CCG_HOME": str(home)}, capture_output=True, text=True, check=False
    )


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file of a folder, with its size and when it was changed."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    "typed", [*READING, *LOGGED, ("diff", *MARCH, "--since", "2017-04-01")], ids=" ".join
)
def test_a_misspelt_path_is_said_and_makes_nothing(
    ccg: Terminal, tmp_path: Path, typed: tuple[str, ...]
) -> None:
    url = f"sqlite:///{tmp_path}/misspelt/ccg.db"
    answer = ccg.type(*typed, "--database", url)
    says = f"There is no database {url}: check --database and CCG_DATABASE; `ccg run` makes a new one.\n"
    assert (answer.code, answer.err) == (1, says)
    assert not (tmp_path / "misspelt").exists()


def test_what_only_reads_works_on_a_copy_that_nobody_may_write(copy: Path) -> None:
    with read_only(copy):
        before = contents(copy)
        for typed in READING:
            done = typed_by_anybody(copy, *typed)
            assert (done.returncode, done.stderr.count("\n") <= 1) == (0, True), f"{typed}: {done.stderr}"
        for typed in LOGGED[:2]:
            done = typed_by_anybody(copy, *typed)
            assert done.returncode == 1
            assert done.stderr.startswith(
                f"The database {database(copy)} is read-only, and this has to write"
            )
            assert done.stderr.endswith("is shown only where the view can be logged.\n")
        assert contents(copy) == before


@pytest.mark.parametrize("typed", READING, ids=" ".join)
def test_what_only_reads_waits_for_no_writer_and_leaves_the_file_as_it_is(
    copy: Path, ccg: Terminal, typed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    # who waits for the writer below is told that the database is locked, as nobody will commit
    monkeypatch.setattr("ccg_pipeline.storage.database._WAIT_MS", 1)
    engine = open_database(database(copy))
    before = (copy / "ccg.db").read_bytes()
    with engine.begin() as writer:
        writer.exec_driver_sql("DELETE FROM area_score")
        assert ccg.at(copy).type(*typed).code == 0
        writer.rollback()
    assert (copy / "ccg.db").read_bytes() == before
    engine.dispose()


def test_an_older_database_is_upgraded_by_its_verb_alone(ccg: Terminal, tmp_path: Path) -> None:
    url = restore(f"sqlite:///{tmp_path}/older.db")
    is_older = "is of an older version of ccg: save a copy of it, then run `ccg database upgrade`.\n"
    for typed in (*READING[:-1], *LOGGED):
        answer = ccg.type(*typed, "--database", url)
        assert (answer.code, answer.err) == (1, f"The database {url} {is_older}")
    status = ccg.type("database", "status", "--database", url)
    assert (status.code, status.out) == (1, f"The database {is_older}")
    for _ in range(2):
        upgraded = ccg.type("database", "upgrade", "--database", url)
        assert (upgraded.code, upgraded.out) == (0, "The database is of this version.\n")
    assert ccg.type("panel", "verify", "--database", url).said.startswith("The ledger is whole: 8 lines, ")


def test_a_missing_trigger_is_named_by_verify_and_made_by_upgrade(copy: Path, ccg: Terminal) -> None:
    engine = open_database(database(copy))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER decision_ledger_update")
    engine.dispose()
    for _ in range(2):
        broken = ccg.at(copy).type("panel", "verify")
        assert broken.code == 1
        assert "The trigger decision_ledger_update is missing: the database would let lines be" in broken.err
    assert ccg.type("database", "upgrade").said.startswith("The ledger lacked decision_ledger_update, ")
    assert ccg.type("panel", "verify").code == 0


def test_a_run_leaves_one_file_that_is_for_its_owner_alone(copy: Path) -> None:
    (file,) = copy.glob("ccg.db*")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_view_that_is_logged_is_logged_in_the_database_that_is_named(copy: Path, ccg: Terminal) -> None:
    assert len(PANELS) == 6
    before = views(copy)
    assert ccg.at(copy).type("panel", "show", "cancer", *MARCH).code == 0
    assert views(copy)[len(before) :] == [("engineer@data.example", "panel show cancer", "interim 2017-03")]
