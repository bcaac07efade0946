"""The command, typed in an empty folder, `ccg edition` among its verbs, and a new edition there.

Belongs here: these three fixtures.
Does not belong here: what the command answers (edition_terminal.py), any expectation.
"""

import sys
from functools import partial
from pathlib import Path

import pytest

from ccg_pipeline.cli import main as cli
from ccg_pipeline.cli.options import console, errors
from tests.support.worlds.edition_terminal import Answer, Typed


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Typed:
    """The command, typed in an empty folder on a wide terminal."""
    monkeypatch.chdir(tmp_path)
    for one in (console, errors):  # their width is fixed by the environment of whoever loaded them first
        monkeypatch.setattr(one, "_width", 200)
        monkeypatch.setattr(one, "_height", 25)

    def typed(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["ccg", *words])
        capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        return Answer(code, *capsys.readouterr())

    return typed


@pytest.fixture
def ccg(command: Typed) -> Typed:
    """`ccg edition`, typed there."""
    return partial(command, "edition")


@pytest.fixture
def mine(ccg: Typed) -> Path:
    """A new edition in the folder `mine`."""
    assert ccg("new", "mine").code == 0
    return Path("mine")
