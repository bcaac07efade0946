"""Fixtures that every tier of tests shares.

Belongs here: where the published files are, the PostgreSQL server, and skipping by name where they are not;
the made-up year, and a database that is scored once for all processes of the tests.
Does not belong here: fixtures of one tier (each has its own conftest).
"""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from ccg_pipeline.framework.robustness import Draws
from tests.support.made_once import made_once

# A busy machine is no failure of a property: none of them is about time.
settings.register_profile("whatever the machine does", deadline=None)
settings.load_profile("whatever the machine does")

pytest_plugins = ["tests.support.costs"]
FEW = {"draws": 200, "versions": 2, "samples": 20}
SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real published files next to the project; a test that asks for it is skipped without."""
    if not SHARED.is_dir():
        pytest.skip("published files: no ../shared beside the project")
    return SHARED


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A PostgreSQL server of the tests' own; a test that asks for it is skipped where it is not installed."""
    pytest.importorskip("psycopg", reason="PostgreSQL: the extra `postgres` is not installed")
    from tests.support.servers.postgres import binaries, running_server

    folder = binaries()
    if folder is None:
        pytest.skip("PostgreSQL: no initdb on PATH or in /usr/lib/postgresql")
    with running_server(folder) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Any) -> str:
    """The SQLAlchemy URL of an empty database of this test's own."""
    return str(postgres_server.url())


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The SQLAlchemy URL of an empty database of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/database.db"
    return str(request.getfixturevalue("postgres_url"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what passing tests printed: their figures belong into the record of a run."""
    said = [
        (report.nodeid, report.capstdout.strip())
        for report in terminalreporter.stats.get("passed", [])
        if report.when == "call" and report.capstdout.strip()
    ]
    if said:
        terminalreporter.section("figures")
    for test, lines in said:
        terminalreporter.line(test)
        for line in lines.splitlines():
            terminalreporter.line(f"  {line}")


@pytest.fixture(scope="session", autouse=True)
def keys_beside_no_code(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where a database that a test opens keeps the keys of its room: nothing goes next to the code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CCG_HOME", str(tmp_path_factory.mktemp("keys")))
        yield


@pytest.fixture(scope="session", autouse=True)
def few_draws() -> Iterator[None]:
    """Draw less than an edition says: draws are a third of what a run takes, and no story is about how many.

    What holds of draws themselves is tested with a number of its own, in tests/spec and tests/unit/method.
    """
    number = Draws.number
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Draws, "number", lambda self, name: FEW.get(name) or number(self, name))
        yield


@pytest.fixture(scope="session")
def ccg_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the pipeline keeps what is in neither database nor instance: nothing goes next to the code."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CCG_HOME", str(folder))
        patch.setenv("CCG_ACTOR", "engineer@data.example")
        patch.delenv("DAGSTER_HOME", raising=False)
        yield folder


@pytest.fixture(scope="session")
def made_up_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up year, whole; to be copied from and left as it is."""
    from ccg_pipeline.demo.year import make_year

    return made_once(tmp_path_factory, "year", lambda folder: make_year(folder))


@pytest.fixture(scope="session")
def small_landing(made_up_year: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A landing folder with the files of SMALL; to be copied from and left as it is."""
    from tests.support.worlds.small_pipeline import SMALL, copy_files

    return copy_files(made_up_year, tmp_path_factory.mktemp("small") / "landing", SMALL)


@pytest.fixture(scope="session")
def sqlite_scored_url(tmp_path_factory: pytest.TempPathFactory, small_landing: Path, ccg_home: Path) -> str:
    """An SQLite database in which a month and a year are scored and nothing is signed; only to be copied."""
    from tests.support.worlds.small_pipeline import score

    del ccg_home
    name = "scored.db"
    folder = made_once(
        tmp_path_factory, "sqlite", lambda new: score(f"sqlite:///{new / name}", small_landing)
    )
    return f"sqlite:///{folder / name}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare where the browser tests put the pictures that stand in docs/."""
    parser.addoption("--screenshots", default="", help="Folder into which the browser tests write pictures.")


def pytest_configure() -> None:
    """Let Python look for circles as rarely as the command does (`cli/main.py`): importing is faster."""
    gc.set_threshold(50_000, 50, 100)
