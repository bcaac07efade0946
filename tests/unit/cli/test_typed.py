"""What is printed as the next command can be typed where it is printed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ccg_pipeline.cli.typed import as_typed, called


@pytest.mark.parametrize(
    ("name", "path", "is_typed"),
    [
        (".venv/bin/ccg", "", ".venv/bin/ccg"),  # of a checkout, as README says
        ("{folder}/.venv/bin/ccg", "", ".venv/bin/ccg"),
        ("{folder}/.venv/bin/ccg", "{folder}/.venv/bin", "ccg"),  # an environment that is activated
        ("{folder}/.venv/bin/ccg", "{folder}/other", ".venv/bin/ccg"),  # the shell would find another
        ("/opt/ccg/bin/ccg", "", "/opt/ccg/bin/ccg"),
        ("{folder}/ccg_pipeline/cli/__main__.py", "", "ccg"),  # python -m
    ],
)
def test_the_command_is_named_as_it_was_called(name: str, path: str, is_typed: str, tmp_path: Path) -> None:
    for script in (tmp_path / ".venv/bin/ccg", tmp_path / "other/ccg"):
        script.parent.mkdir(parents=True)
        script.touch(mode=0o755)
    assert (
        called(name.format(folder=tmp_path), tmp_path, path.format(folder=tmp_path) or os.devnull) == is_typed
    )


@pytest.mark.parametrize(
    ("text", "as_it_can_be_typed"),
    [
        ("ccg show 02N", "/opt/bin/ccg show 02N"),
        ("run `ccg database upgrade`.", "run `/opt/bin/ccg database upgrade`."),
        ("See: ccg panel status; ccg panel show", "See: /opt/bin/ccg panel status; /opt/bin/ccg panel show"),
        ("of a newer version of ccg than this one", "of a newer version of ccg than this one"),
        (".venv/bin/ccg show 02N", ".venv/bin/ccg show 02N"),
        ("ccg_pipeline and ccg showing", "ccg_pipeline and ccg showing"),
    ],
)
def test_a_text_names_it_in_each_command(
    text: str, as_it_can_be_typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/opt/bin/ccg"])
    monkeypatch.setenv("PATH", "")
    assert as_typed(text) == as_it_can_be_typed


def test_a_refusal_says_what_can_be_typed(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("ccg")
    done = subprocess.run(
        [script, "show", "02N"], env={"CCG_HOME": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"`{called(str(script), Path.cwd(), os.devnull)} run`" in done.stderr
