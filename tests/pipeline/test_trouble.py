"""What befalls a run from outside, done to real ones: one sentence each, and the next run completes."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.support.patience import SECONDS, wait_until
from tests.support.servers.postgres import Server, binaries, running_server
from tests.support.worlds.planted_files import write_files
from tests.support.worlds.terminal import MARCH, database

FILES = ("finance/finance_2017-03-31.csv", "leadership/leadership_2017-03-31.csv")
SCORES = "SELECT count(*), sum(score) FROM area_score"
UNEXPECTED = "should not have happened"


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    write_files(folder, FILES)
    return folder


def begun(home: Path, landing: Path, url: str = "") -> "subprocess.Popen[str]":
    """`ccg run` of March in its own process."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("CCG_", "DAGSTER_"))
    }
    return subprocess.Popen(
        [sys.executable, "-m", "ccg_pipeline.cli", "run", *MARCH, "--landing", str(landing)],
        env={**inherited, "CCG_HOME": str(home), "CCG_DATABASE": url or database(home), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Its exit code and the last line that it wrote to standard error, after those of its steps."""
    _, err = process.communicate(timeout=SECONDS)
    assert UNEXPECTED not in err
    assert "Traceback" not in err
    return process.returncode, err.strip().split("\n")[-1]


def answer(url: str, statement: str) -> Any:
    """The first row that a database answers with; None while it cannot."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return tuple(connection.execute(text(statement)).one())
    except DBAPIError:
        return None
    finally:
        engine.dispose()


def is_in_the_middle(url: str) -> Callable[[], bool]:
    """Whether a run has written its sources and not yet its scores."""
    return lambda: bool((answer(url, "SELECT count(*) FROM source_file") or (0,))[0])


@pytest.fixture(scope="module")
def undisturbed(landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The scores of a run to which nothing happened."""
    home = tmp_path_factory.mktemp("undisturbed")
    assert ended(begun(home, landing))[0] == 0
    return answer(database(home), SCORES)


def completes(home: Path, landing: Path, undisturbed: Any, url: str = "") -> None:
    """The next run gives what an undisturbed one gave."""
    code, err = ended(begun(home, landing, url))
    assert (code, err) == (0, "")
    assert answer(url or database(home), SCORES) == undisturbed


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, which nobody but root can make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("a small disk cannot be mounted here, so that none is full")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk(small_disk: Path, landing: Path, undisturbed: Any) -> None:
    code, err = ended(begun(small_disk, landing))
    assert code == 1
    assert "its disk is full, and nothing of this was written: make room, then run it again." in err
    subprocess.run(["mount", "-o", "remount,size=500m", small_disk], check=True)
    completes(small_disk, landing, undisturbed)


def test_a_database_that_somebody_keeps_locked(tmp_path: Path, landing: Path, undisturbed: Any) -> None:
    completes(tmp_path, landing, undisturbed)
    write_files(tmp_path / "more", ("rtt/Incomplete-Commissioner-Mar17.xls",))
    with closing(sqlite3.connect(tmp_path / "ccg.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, err = ended(begun(tmp_path, tmp_path / "more"))
    assert code == 1
    assert "another process has kept it locked for half a minute: wait for it, then run it again." in err
    completes(tmp_path, landing, undisturbed)


def test_a_damaged_page(tmp_path: Path, landing: Path, undisturbed: Any) -> None:
    completes(tmp_path, landing, undisturbed)
    file = tmp_path / "ccg.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((page,),) = connection.execute(
            # every run reads it, with or without new files: figures are read of months that have changed
            "SELECT rootpage FROM sqlite_master WHERE name = 'source_file'"
        )
        ((size,),) = connection.execute("PRAGMA page_size")
    whole = file.read_bytes()
    file.write_bytes(whole[: size * (page - 1)] + b"\xa5" * size + whole[size * page :])
    code, err = ended(begun(tmp_path, landing))
    assert code == 1
    assert f"{file}: its file is damaged: put a backup in its place." in err
    file.write_bytes(whole)
    completes(tmp_path, landing, undisturbed)


def test_control_c(tmp_path: Path, landing: Path, undisturbed: Any) -> None:
    process = begun(tmp_path, landing)
    wait_until("the run is in the middle", is_in_the_middle(database(tmp_path)))
    process.send_signal(signal.SIGINT)
    code, err = ended(process)
    assert code == 130
    assert (
        err == "Interrupted: what was finished is kept, and nothing is half written; run it again to go on."
    )
    completes(tmp_path, landing, undisturbed)


@pytest.fixture
def own_server() -> Iterator[Server]:
    if (found := binaries()) is None:
        pytest.skip("PostgreSQL is not installed here")
    with running_server(found) as server:
        yield server


@pytest.mark.postgres
def test_a_server_that_is_restarted_at_once(
    tmp_path: Path, landing: Path, undisturbed: Any, own_server: Server
) -> None:
    url = own_server.url()
    process = begun(tmp_path, landing, url)
    wait_until("the run is in the middle", is_in_the_middle(url))
    own_server.restart_at_once()
    code, err = ended(process)
    if code == 0:  # it was reading files, or tried again what the restart had ended
        assert (err, answer(url, SCORES)) == ("", undisturbed)
    else:
        assert code == 1
        assert "its server was stopped or restarted" in err or "the connection to its server was lost" in err
    completes(tmp_path, landing, undisturbed, url)
