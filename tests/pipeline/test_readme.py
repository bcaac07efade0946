"""What README, CONTRIBUTING and docs/ tell people to type, typed; and whatever these pages name is there."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from dagster import DagsterInstance

from tests.support.documents.commands import parse
from tests.support.documents.typed_lines import ccg_lines, filled, is_typed, typed
from tests.support.worlds.terminal import Terminal, database

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

FOREIGN = {"python", "/opt/ccg/bin/pip", "buildah", "docker", "mkdir", "openssl", "echo"}
"""Programs of others, which nothing here can hold to be there."""


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
        if not is_typed(line):
            parse(line)
            continue
        restored = f"sqlite:///{tmp_path}/restored.db"
        line = filled(line, database(copy), copy / "landing", tmp_path, restored)
        answer = ccg.type(*shlex.split(line)[1:])
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
