"""Dagster's webserver and daemon, started by the tests as `make ui` starts them, and stopped by them.

Belongs here: the processes and what they print, GraphQL and REST on the loopback, waiting.
Does not belong here: what is asked of them (tests/pipeline/test_daemon.py), the pipeline's own database.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.support.patience import SECONDS, wait_until
from tests.support.servers.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
STOP_SECONDS = 30
LINES = 60


class LiveDagster:
    """`dagster dev` on the project's workspace; what it prints goes into a file in `folder`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.port = free_port()
        self._printed = folder / "dagster-dev.txt"
        self._environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start webserver and daemon and wait until the webserver answers; the seconds that took."""
        options = ["-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(self.port)]
        # Where the tests themselves ignore an interrupt, as in the background of a shell, Dagster would too.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with self._printed.open("ab") as printed:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "dagster", "dev", *options],
                    cwd=ROOT,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=printed,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # so that nothing it started can outlive it
                )
        finally:
            signal.signal(signal.SIGINT, before)
        return self.wait("the webserver answers", self._answers)

    def stop(self) -> None:
        """Stop webserver, daemon and whatever run they have started."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
        finally:
            with suppress(ProcessLookupError):  # it left nothing behind
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill(self) -> None:
        """Kill webserver, daemon, code servers and runs at once, as a machine that loses its power does."""
        process, self._process = self._process, None
        assert process is not None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"Dagster ended by itself.\n{self.printed()}")
        try:
            with urlopen(self._address("server_info"), timeout=SECONDS) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def _address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON answer to a JSON body."""
        content = json.dumps(body).encode()
        request = Request(self._address(path), content, {"Content-Type": "application/json"})
        try:
            with urlopen(request, timeout=SECONDS) as answer:
                return json.load(answer)
        except HTTPError as fault:
            raise AssertionError(f"{path}: {fault}\n{fault.read().decode()}\n{self.printed()}") from fault

    def ask_list(self, query: str, **variables: Any) -> list[Any]:
        """The one field that a GraphQL query asks for, where it is a list."""
        return list(self._asked(query, variables))

    def ask(self, query: str, **variables: Any) -> Any:
        """The one field that a GraphQL query or mutation asks for; fails with the error that came instead."""
        field = self._asked(query, variables)
        assert not str(field.get("__typename", "")).endswith("Error"), f"{field}\n{self.printed()}"
        return field

    def _asked(self, query: str, variables: Mapping[str, Any]) -> Any:
        answer = self.post("graphql", {"query": query, "variables": variables})
        assert "errors" not in answer, f"{answer['errors']}\n{self.printed()}"
        (field,) = answer["data"].values()
        return field

    def wait(
        self, what: str, holds: Callable[[], object], moves: Callable[[], object] = lambda: None
    ) -> float:
        """Wait until something holds, for as long as something moves; the seconds that took.

        Fails with what was printed.
        """
        return wait_until(what, holds, moves, self.printed)

    def printed(self) -> str:
        """The last lines that webserver, daemon and runs printed."""
        if not self._printed.exists():
            return "Dagster printed nothing."
        lines = self._printed.read_text(encoding="utf-8", errors="replace").splitlines()
        return "Dagster printed at last:\n" + "\n".join(lines[-LINES:])
