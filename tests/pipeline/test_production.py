"""Production as docs/operations.md says it: PostgreSQL for the data and for Dagster, Redis, Celery's workers.

Belongs here: that what the page says to type works there, from an empty server on.
Does not belong here: what becomes of a killed worker (test_celery.py), each role's rights
(test_postgres_roles.py), the same commands on SQLite (test_readme.py).
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dagster import DagsterInstance

from ccg_pipeline.orchestration.resources import engine_of
from tests.support.documents.typed_lines import ccg_lines, filled, is_typed
from tests.support.servers.celery_workers import deployment, redis_server, workers
from tests.support.worlds.terminal import MARCH

pytest.importorskip("dagster_celery", reason="Celery: the extra `celery` is not installed")
pytestmark = [
    pytest.mark.postgres,
    pytest.mark.daemon,
    # Celery's own, of the client for Redis
    pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning"),
]

OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
NOT_HERE = ("daemon", "schedule")
"""What `ccg doctor` misses on a machine of tests: nobody started the daemon, or switched a schedule on."""


@pytest.fixture
def production(
    scored_home: Path, postgres_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of an empty database of a server, in the environment of a deployment with two workers."""
    url = postgres_server.url()
    shutil.copytree(scored_home / "landing", tmp_path / "landing")
    monkeypatch.chdir(tmp_path)
    with redis_server(tmp_path) as broker:
        environment = deployment(tmp_path / "home", url, postgres_server.url(), tmp_path / "landing", broker)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with workers(tmp_path, environment, "one", "two"):
            yield url
        engine_of(url).dispose()


def typed(*arguments: str) -> str:
    """What a command prints, in a separate process, as in a deployment."""
    command = [sys.executable, "-m", "ccg_pipeline.cli", *arguments]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or arguments == ("doctor",), f"{arguments}: {done.stderr}"
    return done.stdout


def test_what_the_page_says_to_type_works_on_a_server(
    production: str, postgres_server: Any, tmp_path: Path
) -> None:
    restored = postgres_server.url()
    typed("database", "upgrade")
    typed("run", *MARCH)
    typed("quarantine", "--output", "refused.csv")
    missed = [line for line in typed("doctor").splitlines() if line.startswith("!")]
    assert [line for line in missed if not any(word in line for word in NOT_HERE)] == []
    for line in filter(is_typed, ccg_lines(OPERATIONS)):
        typed(*shlex.split(filled(line, production, tmp_path / "landing", tmp_path, restored))[1:])
    with DagsterInstance.get() as instance:
        assert instance.get_runs()
        assert not [run for run in instance.get_runs() if not run.is_success]
