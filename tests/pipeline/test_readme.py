"""What README, CONTRIBUTING and docs/ tell people to type, typed; and whatever these pages name is there."""

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from dagster import DagsterInstance

from ccg_pipeline.storage.database import open_database
from expert_panels.ledger import record as ledger
from tests.support.documents.commands import leaf, parse
from tests.support.worlds.terminal import NAMES, Terminal, database, table_before

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

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
FOREIGN = {"python", "/opt/ccg/bin/pip", "buildah", "docker", "mkdir", "openssl", "echo"}
"""Programs of others, which nothing here can hold to be there."""


def typed(page: Path) -> Iterator[str]:
    """Yield the lines of a page's blocks of commands, without their comments."""
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if words := shlex.split(line, comments=True):
                yield shlex.join(words)


def ccg_lines(page: Path) -> list[str]:
    return [line.removeprefix(".venv/bin/") for line in typed(page) if re.match(r"(\.venv/bin/)?ccg ", line)]


def filled(line: str, home: Path, folder: Path) -> str:
    """A line with its words in capitals filled in, as a reader would."""

    def refused() -> str:
        return str(pd.read_csv(folder / "refused.csv")["row_id"].iloc[0])

    def corrected() -> str:
        rows = pd.read_csv(home / "landing" / NAMES[1])
        row = rows[rows["numerator"] == "see note"].iloc[0]
        return f"numerator={round(float(row['value']) * float(row['denominator']) / 100)}"

    def decided() -> str:
        lines = ledger.lines(open_database(database(home)))
        return str(max(one.seq for one in lines if one.decision == "approve" and one.panel == "cancer"))

    words: dict[str, Callable[[], str]] = {
        "FOLDER": lambda: str(folder / "recorder"),
        "FINGERPRINT": lambda: table_before("cancer", home),
        "COLUMN=VALUE": corrected,
        "URL": lambda: f"sqlite:///{folder}/restored.db",
        "PERSON": lambda: "engineer@data.example",
        "WHY": lambda: "Seen.",
        "DAY": lambda: "2099-12-31",
        "LINE": decided,
        "ID": refused,
    }
    line = line.replace("sqlite:///real.db", shlex.quote(database(home)))
    for word, value in words.items():
        if re.search(rf"(?<!\S){word}(?!\S)", line):
            line = re.sub(rf"(?<!\S){word}(?!\S)", shlex.quote(value()), line)
    return line


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md"])
def test_the_commands_of_a_page_work_from_top_to_bottom(
    page: str, ccg: Terminal, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ccg.at(copy)
    lines = ccg_lines(ROOT / page)
    assert ccg.type("quarantine", "--output", "refused.csv").code == 0
    if any("--year" in line for line in lines):
        assert ccg.type("run", "--year", "2016-17").code == 0
    for line in lines:
        if leaf(shlex.split(line)[1:])[0] in PARSED_ONLY or WHOLE_SHEET in line:
            parse(line)
            continue
        answer = ccg.type(*shlex.split(filled(line, copy, tmp_path))[1:])
        assert answer.code == 0, f"{line}: {answer.err}"
    with DagsterInstance.get() as instance:
        assert not [run for run in instance.get_runs() if not run.is_success]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_whatever_else_a_page_says_to_type_is_there(page: Path) -> None:
    for line in typed(page):
        words = shlex.split(line)
        if words[0] == "make":
            dry = subprocess.run(
                ["make", "--dry-run", "PYTHON=python3", *words[1:]], cwd=ROOT, capture_output=True, text=True
            )
            assert dry.returncode == 0, f"{line}: {dry.stderr}"
        elif not words[0].endswith("ccg") and words[0] not in FOREIGN:
            assert (ROOT / words[0]).is_file(), line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_or_links_to_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = set(re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text))
    named = set(re.findall(r"`((?:ccg_pipeline|expert_panels|tests|benchmarks|docs)/[\w/.-]+)`", text))
    lost = [one for one in links if not (page.parent / one).exists()]
    assert lost + [one for one in named if not (ROOT / one).exists()] == []
    anchors = {heading: target for target, heading in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text)}
    for anchor, target in anchors.items():
        there = (page.parent / target if target else page).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", there, re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
