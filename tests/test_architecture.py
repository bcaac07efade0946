"""The house rules that a machine can hold: who may import whom, and how a module is made.

Belongs here: the contracts of tool.importlinter, and rules about the source text, read with the standard
library's ast; each is seen to fail on a planted example.
Does not belong here: what the code does; style (ruff) and types (mypy), re-exports included; whether what a
docstring names exists (test_signposts.py).
"""

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import grimp
import pytest
from importlinter import api
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from tests.support.house import PICTURE, ROOT, drawn, import_graph, read_house

PURE = ("framework", "reference", "method")
PURE_PACKAGES = {"numpy", "pandas", "scipy", "kmeans1d", "pydantic"}
OF_DAGSTER = ("assets", "checks", "orchestration")

LONGEST = 320
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc"}

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
CONFIGURED = api.read_configuration(str(ROOT / "pyproject.toml"))
SESSION, CONTRACTS = CONFIGURED["session_options"], CONFIGURED["contracts_options"]
KINDS: dict[str, Any] = {
    "layers": LayersContract,
    "forbidden": ForbiddenContract,
    "protected": ProtectedContract,
}


@cache
def imports() -> grimp.ImportGraph:
    return import_graph(external=True)


def in_rooms(module: str, rooms: tuple[str, ...]) -> bool:
    return module.startswith(tuple(f"ccg_pipeline.{room}." for room in rooms))


def strangers(graph: grimp.ImportGraph) -> Iterator[str]:
    """Packages from outside that a module may not import."""
    for module in sorted(graph.modules):
        for package in sorted(graph.find_modules_directly_imported_by(module)):
            is_ours = package.startswith(("ccg_pipeline", "expert_panels"))
            is_pure = is_ours or package in PURE_PACKAGES | sys.stdlib_module_names
            is_dagster = package.startswith("dagster") and not in_rooms(module, OF_DAGSTER)
            if is_dagster or (in_rooms(module, PURE) and not is_pure):
                yield f"{module} must not import {package}"


def broken(graph: grimp.ImportGraph) -> list[str]:
    """The names of the contracts that an import graph breaks, and every package that must not be there."""
    found = []
    for contract in CONTRACTS:
        checked = KINDS[contract["type"]](contract["name"], SESSION, contract)
        if not checked.check(deepcopy(graph), verbose=False).kept:
            found.append(contract["name"])
    return [*found, *strangers(graph)]


def test_every_import_keeps_the_contracts() -> None:
    assert broken(imports()) == [], "`lint-imports` says where"


ROOMS, CHAPTERS, PANELS, ASKING, TRUTH, PLAUSIBILITY = (contract["name"] for contract in CONTRACTS)

PLANTED_IMPORTS = [  # importer, imported, what is broken
    ("ccg_pipeline.framework.a", "ccg_pipeline.method.scoring.banding", ROOMS),
    ("ccg_pipeline.reference.a", "ccg_pipeline.framework.model", ROOMS),
    ("ccg_pipeline.method.scoring.a", "ccg_pipeline.sources.result", ROOMS),
    ("ccg_pipeline.sources.a", "ccg_pipeline.storage.sql", ROOMS),
    ("ccg_pipeline.publish.a", "ccg_pipeline.assets.lanes", ROOMS),
    ("ccg_pipeline.assets.a", "ccg_pipeline.checks.asset_checks", ROOMS),
    ("ccg_pipeline.orchestration.a", "ccg_pipeline.cli.main", ROOMS),
    ("ccg_pipeline.attic", "ccg_pipeline.framework.model", ROOMS),
    ("ccg_pipeline.attic.a", "json", ROOMS),
    ("ccg_pipeline.method.statistics.a", "ccg_pipeline.method.scoring.banding", CHAPTERS),
    ("ccg_pipeline.method.scoring.a", "ccg_pipeline.method.uncertainty.simulation", CHAPTERS),
    ("ccg_pipeline.demo.a", "ccg_pipeline.method.scoring.banding", TRUTH),
    ("expert_panels.a", "ccg_pipeline.framework.load", PANELS),
    ("ccg_pipeline.publish.a", "expert_panels.terms", ASKING),
    ("ccg_pipeline.checks.a", "great_expectations", PLAUSIBILITY),
    ("expert_panels.a", "dagster", "expert_panels.a must not import dagster"),
    ("ccg_pipeline.storage.a", "dagster", "ccg_pipeline.storage.a must not import dagster"),
    ("ccg_pipeline.cli.a", "dagster_postgres", "ccg_pipeline.cli.a must not import dagster_postgres"),
    ("ccg_pipeline.method.a", "sqlalchemy", "ccg_pipeline.method.a must not import sqlalchemy"),
    ("ccg_pipeline.framework.a", "pandera", "ccg_pipeline.framework.a must not import pandera"),
    ("ccg_pipeline.reference.a", "rich", "ccg_pipeline.reference.a must not import rich"),
]


@pytest.mark.parametrize(("importer", "imported", "said"), PLANTED_IMPORTS)
def test_a_planted_import_is_found(importer: str, imported: str, said: str) -> None:
    graph = deepcopy(imports())
    if importer.count(".") == 2:
        graph.add_module(importer.rpartition(".")[0])
    graph.add_import(importer=importer, imported=imported)
    assert said in broken(graph)


def test_the_house_has_few_floors_no_circle_and_a_picture_that_is_current() -> None:
    house = read_house()
    assert len(house.rooms) <= 20
    assert len(house.floors) <= 9
    assert house.circles == []
    assert PICTURE.read_text(encoding="utf-8") == drawn(house), "draw it: python -m tests.support.house"


def imported_names(tree: ast.AST) -> Iterator[tuple[str, int, bool]]:
    """Every imported module, its line, and whether the import is inside a function."""
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno, id(node) in inside) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((f"{module}.{name.name}", node.lineno, id(node) in inside) for name in node.names)


def about_the_module(path: str, source: str) -> Iterator[str]:
    tree = ast.parse(source)
    if path.endswith("/__init__.py"):
        if source.strip():
            yield "__init__.py must be empty"
        return
    if not ast.get_docstring(tree):
        yield "must open with a docstring that says what belongs in it and what does not"
    if (length := len(source.splitlines())) > LONGEST:
        yield f"has {length} lines, more than {LONGEST}"
    yield from (f"the name {part} says nothing" for part in re.split(r"[/.]", path) if part in VAGUE)
    names = list(imported_names(tree))
    for name, line, is_inside in names:
        if name.startswith("."):
            yield f"line {line}: imports must be absolute"
        if name.startswith("great_expectations") and not is_inside:
            yield f"line {line}: import great_expectations inside the function that needs it"
        if name == "__future__.annotations" and any(one.startswith("dagster") for one, _, _ in names):
            yield "Dagster cannot read postponed annotations: drop `from __future__ import annotations`"


def about_ignores(source: str) -> Iterator[str]:
    reasoned = r"(type: ignore\[[\w\-, ]+\]|noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*)\W+\w+\W+\w+"
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        mark = re.search(r"type: ignore|noqa", token.string) if token.type == tokenize.COMMENT else None
        if mark and not re.search(reasoned, token.string):
            yield f"line {token.start[0]}: {mark.group()} needs its code and, after it, its reason"


def offences(path: str, source: str) -> list[str]:
    """Everything that is wrong with the text of a module of the packages."""
    return [*about_the_module(path, source), *about_ignores(source)]


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
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert [name for name, _, _ in imported_names(tree) if "ccg_pipeline.method" in name] == [], path


def test_every_direct_dependency_has_its_reason() -> None:
    assert without_reason(PYPROJECT) == []


DOC = '"""What belongs here."""\n'
PLANTED = [  # path, source, what must be said of it
    ("quality/plausibility.py", DOC + "import great_expectations as gx", "inside the function that needs it"),
    ("quality/a.py", DOC + "with a:\n    from great_expectations import core", "inside the function"),
    ("tables/__init__.py", "from ccg_pipeline.tables.areas import area_schema", "must be empty"),
    ("method/a.py", "x = 1\n", "must open with a docstring"),
    ("method/a.py", DOC + "from .banding import band_of", "imports must be absolute"),
    ("method/utils.py", DOC, "the name utils says nothing"),
    ("method/helpers/a.py", DOC, "the name helpers says nothing"),
    ("method/a.py", DOC + "x = 1\n" * 320, "has 321 lines, more than 320"),
    ("assets/a.py", DOC + "from __future__ import annotations\nimport dagster as dg", "postponed"),
    ("method/a.py", DOC + "x = f()  # type: ignore", "needs its code"),
    ("method/a.py", DOC + "x = f()  # type: ignore[arg-type]", "needs its code and, after it, its reason"),
    ("method/a.py", DOC + "import os  # noqa", "noqa needs its code"),
    ("method/a.py", DOC + "import os  # noqa: F401", "noqa needs its code and, after it, its reason"),
]


@pytest.mark.parametrize(("path", "source", "said"), PLANTED)
def test_a_planted_offence_is_found(path: str, source: str, said: str) -> None:
    (found,) = offences(path, source)
    assert said in found


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n" * 319,
        "def f():\n    with g():\n        import great_expectations as gx",
        "from __future__ import annotations\nimport pandera.pandas as pa",
        "x = f()  # type: ignore[arg-type]  # the stubs lack this overload",
        "x = f()  # noqa: B008 - typer reads it there",
        'x = "# noqa"',
    ],
)
def test_what_is_allowed_is_let_through(source: str) -> None:
    assert offences("method/a.py", DOC + source) == []


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
