"""Every module that a docstring or a comment names is there, under that name.

Belongs here: names such as gate_state.py, room/pages/base.py or tests.support.house in words.
Does not belong here: links in docs/ and README (tests of the documents); whether what is said of it is true.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("ccg_pipeline", "expert_panels", "tests", "benchmarks")
FILES = [path.relative_to(ROOT) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
ENDINGS = {"/".join(path.parts[-n:]) for path in FILES for n in range(1, len(path.parts) + 1)}
PACKAGES = {path.parent.as_posix() for path in FILES} | set(FOLDERS)

NAMED = re.compile(rf"(?<![\w./{{])(?:[\w./]*\w\.py\b|(?:{'|'.join(FOLDERS)})(?:\.\w+)+)(?!\w)")


def words(source: str) -> Iterator[tuple[int, str]]:
    """Each docstring and comment with its line; one under an assignment is about a constant."""
    for node in ast.walk(ast.parse(source)):
        value = getattr(node.value, "value", None) if isinstance(node, ast.Expr) else None
        if isinstance(value, str):
            yield node.lineno, value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def exists(name: str) -> bool:
    """Whether there is a file that ends so, or a module, package or name in a module that is called so."""
    if name.endswith(".py"):
        return name in ENDINGS
    path = name.replace(".", "/")
    owner = path.rpartition("/")[0]
    return path in PACKAGES or f"{path}.py" in ENDINGS or f"{owner}.py" in ENDINGS


def stale(source: str) -> list[str]:
    """The modules that a source names in words and that are not there."""
    return [
        f"line {line}: {name}"
        for line, text in words(source)
        for name in NAMED.findall(text)
        if not exists(name)
    ]


def test_every_module_that_is_named_is_there() -> None:
    said = {path.as_posix(): stale((ROOT / path).read_text(encoding="utf-8")) for path in FILES}
    assert {path: lines for path, lines in said.items() if lines} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""Not here: what it is for (gone_away.py)."""', ["line 1: gone_away.py"]),
        ('x = 1\n"""As attic/gate_state.py says."""', ["line 2: attic/gate_state.py"]),
        ("x = 1  # see ccg_pipeline.attic.gone", ["line 1: ccg_pipeline.attic.gone"]),
        ('"""See gate_state.py, ledger/gate_state.py, ccg_pipeline.method, tests.support.house.ROOT."""', []),
        ('x = "gone_away.py"', []),
    ],
)
def test_a_planted_name_is_found(source: str, found: list[str]) -> None:
    assert stale(source) == found
