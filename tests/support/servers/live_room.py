"""The panels' room, started by the tests as `ccg room` starts it, and the people who visit it.

Belongs here: the process, and a crowd without browsers that fills in its forms.
Does not belong here: real browsers (tests/browser), any expectation.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx2

from tests.support.patience import SECONDS, wait_until
from tests.support.servers.live_dagster import ROOT
from tests.support.servers.ports import free_port

STOP_SECONDS = 15
STEPS = 5
"""Requests of a decision: table, form, what was filled in, the question whether to sign, the signature."""


class LiveRoom:
    """`ccg room` on a database; what it prints goes into a file in `folder`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._printed = folder / "ccg-room.txt"
        self._environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start the room and wait until it answers; the seconds that took."""
        with self._printed.open("ab") as printed:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ccg_pipeline.cli", "room", "--port", str(self.port)],
                cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, stdout=printed,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        try:
            return wait_until("the room opens", self._answers, more=self.printed)
        except BaseException:
            self.stop()
            raise

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"The room did not open.\n{self.printed()}"
        try:
            return httpx2.get(f"{self.address}/sign-in", timeout=SECONDS).status_code == 200
        except httpx2.TransportError:
            return False

    def stop(self) -> None:
        """Stop it, and whatever it left."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def printed(self) -> str:
        """What the room printed."""
        return self._printed.read_text(encoding="utf-8", errors="replace") if self._printed.exists() else ""


def hidden(text: str) -> dict[str, str]:
    """The hidden fields on a page, each name once."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text)
    return {name: unescape(value) for name, value in found}


@dataclass(frozen=True)
class Answer:
    """One request of a crowd: what it was, how long it took, and how it was answered.

    `rows` are the organisations that the page names.
    """

    who: str
    what: str
    seconds: float
    status: int
    rows: int


class Guest:
    """Somebody signed in without a browser, who keeps the session's cookie and times every request."""

    def __init__(self, address: str, email: str) -> None:
        self.email, self.answers, self._led_to = email, list[Answer](), ""
        self._client = httpx2.Client(base_url=address, timeout=SECONDS)
        form = {**hidden(self._client.get("/sign-in").text), "email": email}
        assert self._client.post("/sign-in", data=form).status_code == 303

    def ask(self, what: str, method: str, path: str, form: Mapping[str, str] | None = None) -> str:
        """The page that answers a request."""
        begun = time.perf_counter()
        answer = self._client.request(method, path, data=form)
        seconds = time.perf_counter() - begun
        self._led_to = answer.headers.get("location", "")
        rows = len(set(re.findall(r"/ccgs/(\w+)", answer.text)))
        self.answers.append(Answer(self.email, what, seconds, answer.status_code, rows))
        return answer.text

    def fill_in(self, path: str, decision: str) -> dict[str, str]:
        """Fill the decision's form in up to the question whether to sign; the fields that a yes sends."""
        filled = {"decision": decision, "interest": "none", "interests": "", "reason": "Looked at."}
        self.ask("table", "GET", path)
        form = self.ask("form", "GET", f"{path}/decision")
        self.ask("check", "POST", f"{path}/decision", {**hidden(form), **filled})
        return hidden(self.ask("asked", "GET", self._led_to or "/"))

    def confirm(self, path: str, form: Mapping[str, str]) -> tuple[int, str]:
        """Say yes: the status of the answer, and where it leads."""
        self.ask("confirm", "POST", f"{path}/decision/confirm", form)
        return self.answers[-1].status, self._led_to

    def visit(self, path: str, looks: int) -> list[Answer]:
        """Look at the table so many times, in two orders, and approve it."""
        for place in range(looks):
            self.ask("look", "GET", f"{path}/table?sort={'rating' if place % 2 else 'name'}")
        self.confirm(path, self.fill_in(path, "approve"))
        self.leave()
        return self.answers

    def leave(self) -> None:
        self._client.close()


def crowd(address: str, seats: Sequence[tuple[str, str]], requests: int) -> list[Answer]:
    """What people at once, each at a seat (e-mail and the panel's page), are answered: `requests` in all."""
    looks = requests // len(seats) - STEPS
    with ThreadPoolExecutor(len(seats)) as pool:
        guests = list(pool.map(lambda seat: Guest(address, seat[0]), seats))
        visits = pool.map(lambda each: each[0].visit(each[1][1], looks), zip(guests, seats, strict=True))
        return [answer for answers in visits for answer in answers]


ANSWERED = {200, 303, 409}
"""Shown, recorded, or told that somebody was there before."""


def answered(answers: Sequence[Answer]) -> list[Answer]:
    """The requests of a crowd that were not lost: shown, recorded, or refused for a reason.

    Whoever was told that the quorum was there before (409) has no question to say yes to, and says an empty
    one, which is refused (422). Any other 422 is a request that was lost.
    """
    told = set[str]()
    kept = []
    for one in answers:
        if one.status == 409:
            told.add(one.who)
        if one.status in ANSWERED or (one.status == 422 and one.who in told):
            kept.append(one)
    return kept
