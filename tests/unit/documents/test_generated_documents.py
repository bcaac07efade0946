"""The pages of docs/ that are generated say what the code says now."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter
from typer.main import get_command

from ccg_pipeline.cli.verbs import app
from ccg_pipeline.framework.vocabulary.grading import Step
from ccg_pipeline.method.engine.run import RULES
from expert_panels.foundation.strict_yaml import parse
from tests.support.documents import commands, editions, handbook

STEPS: TypeAdapter[Any] = TypeAdapter(Step)
SPEC = Path(__file__).resolve().parents[2] / "spec"


@pytest.mark.parametrize("page", [handbook, commands, editions], ids=["method", "commands", "editions"])
def test_the_page_is_current(page: Any) -> None:
    assert page.DOCUMENT.read_text(encoding="utf-8") == page.render(), "run `make docs`, and commit its pages"


def test_every_spec_of_the_method_and_the_gate_has_a_chapter() -> None:
    kinds = ("method", "statistics", "rules", "gate", "committee")
    written = {path.stem.removeprefix("test_") for kind in kinds for path in SPEC.glob(f"test_{kind}_*.py")}
    assert written == {spec for chapter in handbook.CHAPTERS for spec in chapter.spec}


def test_every_verb_has_an_example_that_can_be_typed() -> None:
    known = [verb for verb, _ in commands.verbs(get_command(app))]
    assert sorted(known) == sorted(commands.EXAMPLES)
    for verb in known:
        commands.parse(commands.example(verb))


def test_every_rule_has_an_example_that_can_be_written() -> None:
    assert list(editions.EXAMPLES) == [
        get_args(model.model_fields["do"].annotation)[0]
        for models in editions.KINDS.values()
        for model in models
    ]
    assert set(editions.EXAMPLES) == set(RULES)
    for do in editions.EXAMPLES:
        assert STEPS.validate_python(parse(editions.example(do), do).data).do == do


def test_every_field_of_a_rule_has_a_kind_in_words() -> None:
    said = editions.DOCUMENT.read_text(encoding="utf-8")
    for models in (*editions.KINDS.values(), editions.FRAME, editions.PARTS):
        for model in models:
            for name, field in model.model_fields.items():
                kind = editions.kind_of(field.annotation)
                assert not re.search(r"[\[\]_]|typing|float|str\b", re.sub(r"`[^`]*`", "", kind)), (
                    name,
                    kind,
                )
    parts = {editions._words(model.__name__) for model in editions.FRAME + editions.PARTS}
    assert {one.lower() for one in re.findall(r"^#### ([A-Z][\w ]*)$", said, re.MULTILINE)} == parts
