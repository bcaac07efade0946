"""A Redis server and Celery workers of the tests' own, on the loopback, killed however the tests end.

Belongs here: starting them, waiting until they answer, killing one as a machine that loses its power does.
Does not belong here: what they execute (tests/pipeline/test_celery.py).
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from ccg_pipeline.orchestration.instance import SETTINGS
from tests.support.patience import wait_until
from tests.support.servers.ports import free_port

STORAGE = "storage: {postgres: {postgres_url: {env: CCG_DAGSTER_DATABASE}}}\n"


def deployment(home: Path, url: str, dagsters: str, landing: Path, broker: str) -> dict[str, str]:
    """Return the environment of a deployment with workers, whose `dagster.yaml` is written for it.

    `url` and `dagsters` are databases of PostgreSQL, for the data and for Dagster; `home` is new.
    """
    settings = home / "dagster" / "dagster.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text(SETTINGS + STORAGE, encoding="utf-8")
    return {
        "CCG_HOME": str(home),
        "DAGSTER_HOME": str(home / "dagster"),
        "CCG_DATABASE": url,
        "CCG_LANDING": str(landing),
        "CCG_DAGSTER_DATABASE": make_url(dagsters).set(drivername="postgresql").render_as_string(),
        "CCG_EXECUTOR": "celery",
        "CCG_BROKER": broker,
    }


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Start a server that keeps nothing, and yield its URL; a test that asks for it is skipped without."""
    redis = pytest.importorskip("redis", reason="Celery: the extra `celery` is not installed")
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("Redis: no redis-server on PATH")
    port = free_port()
    options = ["--port", f"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([binary, *options], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    def answers() -> bool:
        with suppress(redis.exceptions.ConnectionError), redis.Redis(port=port) as client:
            return bool(client.ping())
        return False

    try:
        wait_until("Redis answers", answers)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


class Workers:
    """Celery workers by their names, each with one child that executes a step at a time."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, {**os.environ, **environment}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start a worker of each name; steps wait until it is ready."""
        typed = [sys.executable, "-m", "celery", "-A", "ccg_pipeline.orchestration.celery_app", "worker"]
        for name in names:
            with self.log(name).open("wb") as log:
                self._processes[name] = subprocess.Popen(
                    [*typed, "--hostname", name, "--concurrency", "1", "--loglevel", "INFO"],
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # so that its child dies with it
                )
        for name in names:
            wait_until(f"{name} is ready", partial(self._is_ready, name), more=self.log(name).read_text)

    def _is_ready(self, name: str) -> bool:
        assert self._processes[name].poll() is None, self.log(name).read_text()
        return " ready." in self.log(name).read_text()

    def log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def kill(self, name: str) -> None:
        """Kill a worker with its child, at once."""
        process = self._processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        for name in list(self._processes):
            self.kill(name)

    def steps(self, name: str) -> int:
        """How many steps a worker was given."""
        return self.log(name).read_text().count(" received")


@contextmanager
def workers(folder: Path, environment: Mapping[str, str], *names: str) -> Iterator[Workers]:
    """Start workers of these names, and kill all that are left at the end."""
    made = Workers(folder, environment)
    try:
        made.start(*names)
        yield made
    finally:
        made.kill_all()
