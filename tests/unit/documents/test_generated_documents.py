"""The pages of docs/ that are generated say what the code says now."""

from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from ccg_pipeline.cli.verbs import app
from tests.support.documents import commands, handbook

SPEC = Path(__file__).resolve().parents[2] / "spec"


@pytest.mark.parametrize("page", [handbook, commands], ids=["method", "commands"])
def test_the_page_is_current(page: Any) -> None:
    assert page.DOCUMENT.read_text(encoding="utf-8") == page.render(), "run `make docs`, and commit its pages"


def test_every_spec_of_the_method_and_the_gate_has_a_chapter() -> None:
    kinds = ("method", "statistics", "gate", "committee")
    written = {path.stem.removeprefix("test_") for kind in kinds for path in SPEC.glob(f"test_{kind}_*.py")}
    assert written == {spec for chapter in handbook.CHAPTERS for spec in chapter.spec}


def test_every_verb_has_an_example_that_can_be_typed() -> None:
    known = [verb for verb, _ in commands.verbs(get_command(app))]
    assert sorted(known) == sorted(commands.EXAMPLES)
    for verb in known:
        commands.parse(commands.example(verb))
