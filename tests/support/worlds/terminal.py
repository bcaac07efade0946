"""The ccg command as people type it, for the tests of every verb: a terminal, and what it leaves behind.

Belongs here: typing in this process, the small landing folder of a made-up March, looking into a home folder.
Does not belong here: fixtures (tests/pipeline/conftest.py), any expectation but of what holds for all prints.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import select
from typer.main import get_command

from ccg_pipeline.cli import compare as cli_compare
from ccg_pipeline.cli import main as cli
from ccg_pipeline.cli import method as cli_method
from ccg_pipeline.cli import panel as cli_panel
from ccg_pipeline.cli import show as cli_show
from ccg_pipeline.cli import statements as cli_statements
from ccg_pipeline.cli import verbs as cli_verbs
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.storage.database import open_database
from expert_panels import tables as panel_tables
from expert_panels.ledger import record as ledger
from expert_panels.terms import load_terms
from tests.support.worlds.planted_files import of, respoil_rows, write_files

EDITION = load_edition()
PANELS = [rule.key for rule in EDITION.panels]
NAMES = (
    "rtt/Incomplete-Commissioner-Mar17.xls",
    "cancer_waits/cancer_waits_2017-03-31.csv",
    "cancer_survival/cancer_survival_2015-12-31.csv",
    "cancer_experience/cancer_experience_2016-06-30.csv",
    "finance/finance_2017-03-31.csv",
    "leadership/leadership_2017-03-31.csv",
    "stp_progress/stp_progress_2017-03-31.csv",
)
CHAIR, DEPUTY, CLINICIAN = (f"cancer.{seat}@panel.example" for seat in ("chair", "deputy", "clinician"))
MARCH = ("--month", "2017-03")


@dataclass(frozen=True)
class Answer:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that was printed, as one line, however it was folded."""
        return " ".join(self.out.replace("─", "").split())


def score_march(home: Path) -> None:
    """Let `ccg run`, in its own process, take March to the gates; what it printed is next to it."""
    write_files(home / "landing", NAMES)
    respoil_rows(home / "landing" / NAMES[1], lambda rows: of(rows, "01C").update(numerator="see note"))
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("CCG_", "DAGSTER_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "ccg_pipeline.cli", "run", *MARCH],
        env={**environment, "CCG_HOME": str(home), "CCG_ACTOR": "engineer@data.example", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (home / "run.out").write_text(done.stdout, encoding="utf-8")
    (home / "run.err").write_text(done.stderr, encoding="utf-8")


class Terminal:
    """Types commands in this process, in a home folder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def at(self, home: Path) -> "Terminal":
        for name in ("CCG_DATABASE", "CCG_LANDING"):
            self._monkeypatch.delenv(name, raising=False)
        self._monkeypatch.setenv("CCG_HOME", str(home))
        self._monkeypatch.setenv("DAGSTER_HOME", str(home / "dagster"))
        self._monkeypatch.setenv("CCG_ACTOR", "engineer@data.example")
        return self

    def wide(self, width: int) -> "Terminal":
        for verbs_of in (cli_compare, cli_show, cli_method, cli_panel, cli_statements):
            self._monkeypatch.setattr(verbs_of, "console", Console(width=width))
        return self

    def type(self, *arguments: str) -> Answer:
        self._monkeypatch.setattr(sys, "argv", ["ccg", *arguments])
        self._capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = self._capsys.readouterr()
        return Answer(code, captured.out, captured.err)


def database(home: Path) -> str:
    return f"sqlite:///{home / 'ccg.db'}"


@cache
def today() -> str:
    """The day of a meeting whose minutes are recorded now: one day, even when the tests run past midnight."""
    return datetime.now(UTC).date().isoformat()


def views(home: Path) -> list[tuple[str, str, str]]:
    """Who saw what that was not released."""
    columns, engine = panel_tables.access_log.c, open_database(database(home))
    with engine.connect() as connection:
        rows = connection.execute(select(columns.actor, columns.what, columns.subject).order_by(columns.seq))
        return [(str(actor), str(what), str(subject)) for actor, what, subject in rows]


def table_before(panel: str, home: Path) -> str:
    """The fingerprint of the table before a panel in March."""
    terms = load_terms()[panel]
    return ledger.state_of(open_database(database(home)), terms, "interim", "2017-03").subject


def verbs() -> Iterator[tuple[str, ...]]:
    group = get_command(cli_verbs.app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]  # a group, typed as a command
        inner = getattr(command, "commands", {})
        shown = [other for other, verb in inner.items() if not verb.hidden]  # hidden ones are earlier names
        yield from ((name, other) for other in shown) if shown else ((name,),)


def decide(verb: str, home: Path, **changed: str) -> tuple[str, ...]:
    """A decision of the cancer panel's chair on what is before it, but for what is `changed`."""
    options = {"as": CHAIR, "seen": table_before("cancer", home), "interests": "none", **changed}
    typed = [part for name, value in options.items() for part in (f"--{name}", value)]
    return ("panel", verb, "cancer", *MARCH, *typed)


def fits_and_is_stamped(answer: Answer, width: int) -> None:
    assert answer.code == 0
    assert answer.said.startswith("MADE-UP DATA: every figure below was drawn from a seed")
    assert max(len(line) for line in answer.out.splitlines()) <= width
    assert "…" not in answer.out  # nothing is cut
    assert "nan" not in answer.said.lower().split()
    assert "<NA>" not in answer.out
