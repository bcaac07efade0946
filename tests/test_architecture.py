"""The house rules that a machine can hold: who may import whom, and how a module is made.

Belongs here: rules about the source text, read with the standard library's ast, each seen to fail on a
planted example.
Does not belong here: what the code does; style (ruff) and types (mypy), re-exports included.
"""

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

LAYERS = (
    {"settings", "framework", "reference"},
    {"method", "tables"},
    {"sources", "storage", "demo"},
    {"landing", "release"},
    {"quality"},
    {"publish"},
    {"panel_papers", "assets", "checks"},
    {"orchestration"},
    {"cli"},
)
"""Rooms of ccg_pipeline from the ground up. A room imports itself and those below, never one beside it."""

LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
NEVER = {("demo", "method")}  # the made-up year's truth must not come from what is tested with it
OF_PANELS = {"release", "quality", "panel_papers", "assets", "checks", "orchestration", "cli"}
"""Rooms that may import expert_panels, which imports none of them."""

PURE = {"framework", "reference", "method"}
PURE_PACKAGES = {"numpy", "pandas", "scipy", "statsmodels", "kmeans1d", "pydantic", "yaml"}
OF_DAGSTER = {"assets", "checks", "orchestration"}
PLAUSIBILITY = "ccg_pipeline/quality/plausibility.py"

LONGEST = 320
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc"}


def imported(tree: ast.AST) -> Iterator[tuple[str, int, bool]]:
    """Full name of every imported module, its line, and whether the import stands inside a function."""

    def walk(node: ast.AST, inside: bool) -> Iterator[tuple[str, int, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from ((name.name, child.lineno, inside) for name in child.names)
            elif isinstance(child, ast.ImportFrom) and child.level == 0:
                # `from package import module` imports package.module; a symbol's name does no harm here
                yield from ((f"{child.module}.{name.name}", child.lineno, inside) for name in child.names)
            yield from walk(child, inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))

    return walk(tree, False)


def room_of(path: str) -> str:
    """The room of a file: the first folder below ccg_pipeline, or its own name where it is in none."""
    parts = path.split("/")
    return parts[0] if parts[0] != "ccg_pipeline" else parts[1].removesuffix(".py")


def about_rooms(path: str, tree: ast.AST) -> Iterator[str]:
    room = room_of(path)
    if path.startswith("ccg_pipeline/") and room != "__init__" and room not in LEVEL:
        yield f"{room} is no room of the house: give it a place in LAYERS"
        return
    for name, line, _ in imported(tree):
        package, _, rest = name.partition(".")
        if package == "ccg_pipeline":
            other = rest.partition(".")[0]
            if room == "expert_panels":
                yield f"line {line}: expert_panels must not import {name}"
            elif (room, other) in NEVER or (other != room and LEVEL.get(other, -1) >= LEVEL[room]):
                yield f"line {line}: {room} must not import {other}"
        elif package == "expert_panels" and room not in OF_PANELS | {"expert_panels"}:
            yield f"line {line}: {room} must not import expert_panels"


def about_packages(path: str, tree: ast.AST) -> Iterator[str]:
    room = room_of(path)
    for name, line, inside in imported(tree):
        package = name.partition(".")[0]
        ours = package in ("ccg_pipeline", "expert_panels") or package in sys.stdlib_module_names
        impure = room in PURE and not ours and package not in PURE_PACKAGES
        may_use_dagster = room in OF_DAGSTER
        if impure or (package.startswith("dagster") and not may_use_dagster):
            yield f"line {line}: {room} must not import {package}"
        if package == "great_expectations" and path != PLAUSIBILITY:
            yield f"line {line}: only {PLAUSIBILITY} imports great_expectations"
        if package == "great_expectations" and not inside:
            yield f"line {line}: import great_expectations inside the function that needs it"


def about_the_module(path: str, tree: ast.Module, source: str) -> Iterator[str]:
    if path.endswith("/__init__.py"):
        if source.strip():
            yield "__init__.py must be empty"
        return
    if not ast.get_docstring(tree):
        yield "must open with a docstring that says what belongs in it and what does not"
    if (length := len(source.splitlines())) > LONGEST:
        yield f"has {length} lines, more than {LONGEST}"
    for part in path.removesuffix(".py").split("/"):
        if part in VAGUE:
            yield f"the name {part} says nothing"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level > 0:
            yield f"line {node.lineno}: imports must be absolute"
    names = {name for name, _, _ in imported(tree)}
    if "__future__.annotations" in names and any(name.startswith("dagster") for name in names):
        yield "Dagster cannot read annotations that are postponed: drop `from __future__ import annotations`"


def about_ignores(source: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        mark = re.search(r"type: ignore|noqa", token.string)
        if mark and not re.search(
            r"(type: ignore\[[\w\-, ]+\]|noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*)\W+\w+\W+\w+", token.string
        ):
            yield f"line {token.start[0]}: {mark.group()} needs its code and, beside it, its reason"


def offences(path: str, source: str) -> list[str]:
    """Everything that is wrong with a module of the packages, by rule."""
    tree = ast.parse(source)
    return [
        *about_rooms(path, tree),
        *about_packages(path, tree),
        *about_the_module(path, tree, source),
        *about_ignores(source),
    ]


def without_reason(pyproject: str) -> list[str]:
    """Direct dependencies that have no comment on their line."""
    data = tomllib.loads(pyproject)
    lists = [
        data["build-system"]["requires"],
        data["project"]["dependencies"],
        *data["project"].get("optional-dependencies", {}).values(),
        *data.get("dependency-groups", {}).values(),
    ]
    lines = pyproject.splitlines()
    return [
        wanted
        for wanted in (one for each in lists for one in each)
        if not any(re.search(rf'"{re.escape(wanted)}".*#\s*\w+', line) for line in lines)
    ]


def modules(*folders: str) -> list[str]:
    return sorted(
        path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).rglob("*.py")
    )


@pytest.mark.parametrize("path", modules("ccg_pipeline", "expert_panels"))
def test_module_keeps_the_rules(path: str) -> None:
    assert offences(path, (ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", modules("tests", "benchmarks"))
def test_ignores_in_tests_have_their_reasons(path: str) -> None:
    assert list(about_ignores((ROOT / path).read_text(encoding="utf-8"))) == []


def test_tests_of_the_made_up_truth_import_nothing_of_the_method() -> None:
    for path in modules("tests/unit/demo"):
        names = [name for name, _, _ in imported(ast.parse((ROOT / path).read_text(encoding="utf-8")))]
        assert [name for name in names if name.startswith("ccg_pipeline.method")] == [], path


def test_every_direct_dependency_has_its_reason() -> None:
    assert without_reason((ROOT / "pyproject.toml").read_text(encoding="utf-8")) == []


def test_every_room_of_the_house_is_there() -> None:
    found = {room_of(path) for path in modules("ccg_pipeline")} - {"__init__"}
    assert found == set(LEVEL)


DOC = '"""What belongs here."""\n'


def whole(path: str) -> str:
    return path if path.startswith("expert_panels/") else f"ccg_pipeline/{path}"


PLANTED = [  # path, source, what must be said of it
    ("framework/a.py", "import ccg_pipeline.method.scoring.banding", "framework must not import method"),
    ("method/a.py", "from ccg_pipeline.sources.result import Reading", "method must not import sources"),
    ("reference/a.py", "from ccg_pipeline import framework", "reference must not import framework"),
    ("demo/a.py", "from ccg_pipeline.method.scoring.banding import band_of", "demo must not import method"),
    ("demo/a.py", "from ccg_pipeline.sources import rtt", "demo must not import sources"),
    ("sources/a.py", "from ccg_pipeline.storage import tables", "sources must not import storage"),
    ("publish/a.py", "from ccg_pipeline.assets import lanes", "publish must not import assets"),
    ("assets/a.py", "def f():\n    from ccg_pipeline import checks", "assets must not import checks"),
    ("checks/a.py", "import ccg_pipeline.cli.main", "checks must not import cli"),
    ("orchestration/a.py", "from ccg_pipeline.cli import main", "orchestration must not import cli"),
    ("attic/a.py", "", "attic is no room of the house"),
    ("attic.py", "", "attic is no room of the house"),
    ("expert_panels/a.py", "from ccg_pipeline.framework import load", "expert_panels must not import"),
    ("expert_panels/a.py", "import dagster", "expert_panels must not import dagster"),
    ("method/a.py", "import expert_panels.ledger.gate_state", "method must not import expert_panels"),
    ("publish/a.py", "from expert_panels import ledger", "publish must not import expert_panels"),
    ("method/a.py", "import dagster as dg", "method must not import dagster"),
    ("method/a.py", "from sqlalchemy import select", "method must not import sqlalchemy"),
    ("framework/a.py", "import pandera.pandas as pa", "framework must not import pandera"),
    ("reference/a.py", "import rich", "reference must not import rich"),
    ("publish/a.py", "from dagster import asset", "publish must not import dagster"),
    ("storage/tables.py", "import dagster", "storage must not import dagster"),
    ("cli/a.py", "import dagster_postgres", "cli must not import dagster_postgres"),
    ("checks/a.py", "def f():\n    import great_expectations", "only ccg_pipeline/quality/plausibility"),
    ("quality/plausibility.py", "import great_expectations as gx", "inside the function that needs it"),
    ("quality/plausibility.py", "with a:\n    from great_expectations import core", "inside the function"),
    ("tables/__init__.py", "from ccg_pipeline.tables.areas import area_schema", "must be empty"),
    ("method/a.py", "from .banding import band_of", "imports must be absolute"),
    ("method/utils.py", "", "the name utils says nothing"),
    ("method/helpers/a.py", "", "the name helpers says nothing"),
    ("method/a.py", "x = 1\n" * 320, "has 321 lines, more than 320"),
    ("assets/a.py", "from __future__ import annotations\nimport dagster as dg", "postponed"),
    ("method/a.py", "x = f()  # type: ignore", "needs its code"),
    ("method/a.py", "x = f()  # type: ignore[arg-type]", "needs its code and, beside it, its reason"),
    ("method/a.py", "import os  # noqa", "noqa needs its code"),
    ("method/a.py", "import os  # noqa: F401", "noqa needs its code and, beside it, its reason"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "source", "said"), PLANTED)
def test_a_planted_offence_is_found(path: str, source: str, said: str) -> None:
    (found,) = offences(whole(path), DOC + source)
    assert said in found


def test_a_module_without_a_docstring_is_found() -> None:
    assert offences(whole("method/a.py"), "x = 1\n")[0].startswith("must open with a docstring")


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("method/a.py", "import numpy as np\nfrom ccg_pipeline.framework.model import Edition"),
        ("method/a.py", "x = 1\n" * 319),
        ("publish/a.py", "from ccg_pipeline.storage.sql import observation"),
        ("orchestration/io_manager.py", "import dagster as dg"),
        ("assets/a.py", "import dagster as dg\nfrom expert_panels.ledger.record import Ledger"),
        (
            "cli/a.py",
            "from ccg_pipeline.orchestration import main_job\nfrom expert_panels.ledger import record",
        ),
        ("quality/plausibility.py", "def f():\n    with g():\n        import great_expectations as gx"),
        ("tables/a.py", "from __future__ import annotations\nimport pandera.pandas as pa"),
        ("method/a.py", "x = f()  # type: ignore[arg-type]  # the stubs lack this overload"),
        ("method/a.py", "x = f()  # noqa: B008 - typer reads it there"),
        ("method/a.py", 'x = "# noqa"'),
    ],
)
def test_what_is_allowed_is_let_through(path: str, source: str) -> None:
    assert offences(whole(path), DOC + source) == []


def test_a_dependency_without_a_reason_is_found() -> None:
    planted = """
[build-system]
requires = ["setuptools>=77"]  # builds it
[project]
dependencies = [
  "pandas>=3",  # frames
  "attrs>=1",
]
optional-dependencies.more = [
  "black",  #
]
[dependency-groups]
dev = ["pytest"]
"""
    assert without_reason(planted) == ["attrs>=1", "black", "pytest"]
