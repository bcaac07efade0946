"""What was signed with an earlier version stays signed after an upgrade, while the figures are the same.

An earlier commit, taken from the history of this repository, scores and signs March in its own database;
this version upgrades it and scores the same files once more. A commit after which figures themselves changed
does not belong into the list.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.worlds.planted_files import write_files
from tests.support.worlds.terminal import MARCH, NAMES

ROOT = Path(__file__).resolve().parents[2]
COMMITS = ("7cc080b",)
Ccg = Callable[..., str]


def earlier(commit: str, folder: Path) -> Path:
    """Lay the code of an earlier commit into a folder; skip where the history is not at hand."""
    packed = subprocess.run(
        ["git", "-C", str(ROOT), "archive", commit, "ccg_pipeline", "expert_panels"],
        capture_output=True,
        check=False,
    )
    if packed.returncode:
        pytest.skip(f"the history of the repository: {commit} is not in it")
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    return folder


def ccg_of(code: Path, home: Path) -> Ccg:
    """The command of the version that lies in a folder, in a home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CCG_", "DAGSTER_"))}
    environment = {
        **kept,
        "CCG_HOME": str(home),
        "CCG_ACTOR": "engineer@data.example",
        "PYTHONPATH": str(code),
    }

    def typed(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "ccg_pipeline.cli", *words],
            cwd=code,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return " ".join(done.stdout.split())

    return typed


@pytest.mark.parametrize("commit", COMMITS)
def test_an_upgrade_alone_lapses_no_signature(commit: str, tmp_path: Path) -> None:
    write_files(tmp_path / "home" / "landing", NAMES)
    before = ccg_of(earlier(commit, tmp_path / "code"), tmp_path / "home")
    before("run", *MARCH)
    before("panel", "demonstrate", *MARCH)
    signed = before("panel", "status")
    assert signed.count("approved") == 6, signed
    now = ccg_of(ROOT, tmp_path / "home")
    now("database", "upgrade")
    now("run", *MARCH)
    status = now("panel", "status")
    assert status.count("approved") == 6, status
    assert "superseded" not in status
    now("panel", "verify")
