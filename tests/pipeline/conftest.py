"""Pipelines for the tests of the pipeline: scored once on each database, then copied for each story.

Belongs here: databases to run in and their copies, instances, terminals.
Does not belong here: what the stories do (small_pipeline.py), what is typed (terminal.py).
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import dagster as dg
import pytest
from sqlalchemy.engine import make_url

from ccg_pipeline.orchestration.resources import engine_of
from tests.support.made_once import made_once
from tests.support.worlds.small_pipeline import SmallPipeline, score
from tests.support.worlds.terminal import Terminal, score_march


class Databases(Protocol):
    """A kind of database: new ones, and copies of one that nobody is connected to."""

    def empty(self) -> str:
        """The URL of an empty database."""

    def copy(self, url: str) -> str:
        """The URL of a copy of the database at `url`, whose connections are closed."""


class SqliteFiles:
    """A file a database, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._made = folder, 0

    def empty(self) -> str:
        self._made += 1
        return f"sqlite:///{self._folder}/{self._made}.db"

    def copy(self, url: str) -> str:
        engine_of(url).dispose()  # the last connection to go puts everything into the one file
        new = self.empty()
        shutil.copy(str(make_url(url).database), str(make_url(new).database))
        return new


class PostgresDatabases:
    """Databases of the tests' own server."""

    def __init__(self, server: Any) -> None:
        self._server, self._made = server, 0

    def empty(self) -> str:
        return str(self._server.url())

    def copy(self, url: str) -> str:
        engine_of(url).dispose()
        self._made += 1
        parsed, name = make_url(url), f"copy_{self._made}"
        with self._server.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {parsed.database}")
        return parsed.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres(postgres_server: Any) -> Databases:
    return PostgresDatabases(postgres_server)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Each kind of database in turn."""
    found: Databases = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def instance(ccg_home: Path) -> Iterator[dg.DagsterInstance]:
    """An instance of Dagster in memory; it asks for the home only so that the environment is set."""
    del ccg_home
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture(scope="session")
def postgres_scored_url(
    postgres: Databases,
    postgres_server: Any,
    tmp_path_factory: pytest.TempPathFactory,
    small_landing: Path,
    ccg_home: Path,
) -> str:
    """What sqlite_scored_url has, on PostgreSQL: scored by one process of the tests, restored in others."""
    del ccg_home
    here = []

    def scored_and_dumped(folder: Path) -> None:
        here.append(postgres.empty())
        score(here[0], small_landing)
        postgres_server.dump(here[0], folder / "scored.dump")

    folder = made_once(tmp_path_factory, "postgres", scored_and_dumped)
    if not here:
        here.append(postgres.empty())
        postgres_server.restore(here[0], folder / "scored.dump")
    return here[0]


@pytest.fixture(scope="session")
def scored_url(request: pytest.FixtureRequest, databases: Databases, sqlite: Databases) -> str:
    """The same on each kind of database in turn."""
    kind = "sqlite" if databases is sqlite else "postgres"
    return str(request.getfixturevalue(f"{kind}_scored_url"))


@pytest.fixture(scope="session")
def scored(databases: Databases, scored_url: str, small_landing: Path) -> Iterator[SmallPipeline]:
    """The scored pipeline for whoever only looks at it."""
    with dg.DagsterInstance.ephemeral() as instance:
        pipeline = SmallPipeline(databases.copy(scored_url), small_landing, instance)
        yield pipeline
        pipeline.engine.dispose()


def _copied(
    databases: Databases, url: str, small_landing: Path, instance: dg.DagsterInstance, folder: Path
) -> Iterator[SmallPipeline]:
    landing = folder / "landing"
    shutil.copytree(small_landing, landing)
    pipeline = SmallPipeline(databases.copy(url), landing, instance)
    yield pipeline
    pipeline.engine.dispose()


@pytest.fixture
def pipeline(
    databases: Databases, scored_url: str, small_landing: Path, instance: dg.DagsterInstance, tmp_path: Path
) -> Iterator[SmallPipeline]:
    """A copy of the scored pipeline, on each kind of database, with its own landing folder."""
    yield from _copied(databases, scored_url, small_landing, instance, tmp_path)


@pytest.fixture
def sqlite_pipeline(
    sqlite: Databases,
    sqlite_scored_url: str,
    small_landing: Path,
    instance: dg.DagsterInstance,
    tmp_path: Path,
) -> Iterator[SmallPipeline]:
    """The same on SQLite alone, for what no other database could do otherwise."""
    yield from _copied(sqlite, sqlite_scored_url, small_landing, instance, tmp_path)


@pytest.fixture(scope="session")
def scored_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder in which `ccg run` took March to the gates; to be copied from and left as it is."""
    return made_once(tmp_path_factory, "scored", lambda folder: score_march(folder / "home")) / "home"


@pytest.fixture(scope="module")
def home(scored_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the scored home for the tests of one file, which add to its log of views alone."""
    return Path(shutil.copytree(scored_home, tmp_path_factory.mktemp("command") / "home"))


@pytest.fixture
def copy(scored_home: Path, tmp_path: Path) -> Path:
    """A copy of the scored home, to change."""
    return Path(shutil.copytree(scored_home, tmp_path / "copy"))


@pytest.fixture
def ccg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal in a new, empty home folder."""
    return Terminal(monkeypatch, capsys).at(tmp_path / "home")
