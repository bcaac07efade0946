"""The commands that a page tells people to type, with the words in capitals filled in.

Belongs here: the lines of a page's blocks, what stands for their capitals, which are not run and why.
Does not belong here: typing them (terminal.py), what must come of it (tests/pipeline/).
"""

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.storage.database import open_for_reading
from expert_panels.ledger import record as ledger
from expert_panels.terms import load_terms
from tests.support.documents.commands import leaf
from tests.support.worlds.terminal import NAMES

PARSED_ONLY = {
    "run": "takes a minute, and PostgreSQL: test_command_runs.py",
    "panel sign-minutes": "needs the form of a meeting: test_command_minutes.py",
    "panel minutes": "needs the form of a meeting: test_command_minutes.py",
    "doctor": "names what a machine lacks, such as a daemon: test_command_operations.py",
    "ui": "becomes the webserver and goes on until it is stopped: test_command_operations.py",
    "checks let-through": "nothing blocks in the tests' year: test_held_back.py",
    "quarantine waive": "the tests' refused row is no number, so nobody can waive it: test_amendments.py",
}
"""Verbs that are not run here, and why; their lines are still held against the command's options."""
WHOLE_SHEET = "FILE:SHEET:all"
"""So is a correction of a whole sheet: the tests' refused row has its own cause: test_amendments.py."""


def typed(page: Path) -> Iterator[str]:
    """Yield the lines of a page's blocks of commands, without their comments."""
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if words := shlex.split(line, comments=True):
                yield shlex.join(words)


def ccg_lines(page: Path) -> list[str]:
    return [line.removeprefix(".venv/bin/") for line in typed(page) if re.match(r"(\.venv/bin/)?ccg ", line)]


def is_typed(line: str) -> bool:
    """Whether a line is run, and not only held against the options of its command."""
    return leaf(shlex.split(line)[1:])[0] not in PARSED_ONLY and WHOLE_SHEET not in line


@contextmanager
def _ledger_at(url: str) -> Iterator[Engine]:
    engine = open_for_reading(url)
    yield engine
    engine.dispose()


def filled(line: str, url: str, landing: Path, folder: Path, restored: str) -> str:
    """A line with its words in capitals filled in, as a reader would whose database is at `url`."""

    def refused() -> str:
        return str(pd.read_csv(folder / "refused.csv")["row_id"].iloc[0])

    def corrected() -> str:
        rows = pd.read_csv(landing / NAMES[1])
        row = rows[rows["numerator"] == "see note"].iloc[0]
        return f"numerator={round(float(row['value']) * float(row['denominator']) / 100)}"

    def decided() -> str:
        with _ledger_at(url) as engine:
            lines = ledger.lines(engine)
        return str(max(one.seq for one in lines if one.decision == "approve" and one.panel == "cancer"))

    def before() -> str:
        with _ledger_at(url) as engine:
            return ledger.state_of(engine, load_terms()["cancer"], "interim", "2017-03").subject

    words: dict[str, Callable[[], str]] = {
        "FOLDER": lambda: str(folder / "recorder"),
        "FINGERPRINT": before,
        "COLUMN=VALUE": corrected,
        "URL": lambda: restored,
        "PERSON": lambda: "engineer@data.example",
        "WHY": lambda: "Seen.",
        "DAY": lambda: "2099-12-31",
        "LINE": decided,
        "ID": refused,
    }
    line = line.replace("sqlite:///real.db", shlex.quote(url))
    for word, value in words.items():
        if re.search(rf"(?<!\S){word}(?!\S)", line):
            line = re.sub(rf"(?<!\S){word}(?!\S)", shlex.quote(value()), line)
    return line
