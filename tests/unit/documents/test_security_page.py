"""The page of what the gate promises: each test that it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
NAMED = re.compile(r"`([^`\s]+\.py|…)(?:::(test_\w+))?`")
"""A file of tests, or the file of the row above, and one test of it."""


def test_each_attack_names_a_test_that_is_there() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = NAMED.findall(text.partition("| attack | test |")[2])
    assert len(named) > 20
    file = ""
    for wanted, test in named:
        file = file if wanted == "…" else wanted
        path = ROOT / "tests" / file
        assert path.is_file(), file
        assert not test or f"def {test}(" in path.read_text(encoding="utf-8"), (file, test)
