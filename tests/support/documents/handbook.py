"""The handbook of the method, docs/method.md: each rule in its own words, its numbers, and its spec tables.

Belongs here: the list of chapters; turning docstrings, numbers of the edition and spec tests into Markdown.
Does not belong here: a statement about a rule (its docstring), a number (the edition), an expected value
(its spec test).

`python -m tests.support.documents.handbook` writes the file.
"""

import importlib
import inspect
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from _pytest.mark.structures import Mark, ParameterSet

from ccg_pipeline.framework.describe import numbers_table
from ccg_pipeline.framework.load import load_edition

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = ROOT / "docs" / "method.md"

OPENING = """\
# The handbook of the method

What the method does to a figure, from a publication to a rating: each rule, its formula and source, the
numbers of the edition with their provenance, and the table of cases that is its specification.

This page is generated (`make docs`) from the docstrings of the rules, the edition's files and the tests in
`tests/spec`; a test fails when it is not current. To change it, change the rule, its test or the edition.
A provenance is `found` in a published source, `derived` by arithmetic from published figures, from `memory`
and not verified, or `assumed`; `ccg method` lists what is assumed. The [glossary](glossary.md) has the words.
"""


@dataclass(frozen=True)
class Chapter:
    """Modules of rules ("module: functions" for some of it), spec tests, and numbers by "file: item"."""

    title: str
    rules: tuple[str, ...]
    spec: tuple[str, ...]
    numbers: tuple[str, ...] = ()


METHOD, GATE = "ccg_pipeline.method", "expert_panels.ledger"
WORDS = "ccg_pipeline.framework.vocabulary"
CHAPTERS = (
    Chapter(
        "Which figure counts",
        (f"{METHOD}.assess: current_observations published_by", f"{METHOD}.scoring.latest"),
        ("method_known", "method_latest"),
        ("framework.yaml: max_age_months", "framework.yaml: conventions / selection"),
    ),
    Chapter(
        "Restatement for the CCGs of the edition",
        (f"{METHOD}.scoring.restatement", f"{METHOD}.statistics.apportionment"),
        ("method_restatement",),
        ("framework.yaml: conventions / apportionment", "framework.yaml: conventions / restatement"),
    ),
    Chapter(
        "Reference values",
        (f"{METHOD}.scoring.references",),
        ("method_references",),
        ("framework.yaml: conventions / reference",),
    ),
    Chapter(
        "Bands of an indicator",
        (f"{METHOD}.statistics.standard_errors", f"{METHOD}.scoring.banding"),
        ("method_banding",),
        (
            "framework.yaml: conventions / binomial",
            "framework.yaml: conventions / poisson",
            "framework.yaml: conventions / interval",
            "edition.yaml: parameters / limit_of_bands",
            "edition.yaml: parameters / extremes",
            "edition.yaml: parameters / amber",
            "edition.yaml: parameters / leadership_green",
            "edition.yaml: parameters / leadership_amber",
            *(f"edition.yaml: nodes / {node}" for node in ("{code}", "1")),
        ),
    ),
    Chapter(
        "Dispersion beyond chance",
        (f"{METHOD}.statistics.dispersion",),
        ("method_dispersion", "method_sampling", "method_shared_figures", "method_small_counts"),
    ),
    Chapter(
        "Area scores",
        (f"{METHOD}.scoring.rated: score_areas",),
        ("method_areas",),
        ("framework.yaml: conventions / area_score",),
    ),
    Chapter(
        "Ratings of the six clinical areas",
        (f"{METHOD}.scoring.rated: rate_panel",),
        ("method_clinical",),
        (
            "edition.yaml: parameters / limit_of_panels",
            *(f"edition.yaml: parameters / {panel}" for panel in ("cancer", "maternity")),
            "edition.yaml: nodes / {panel}",
            *(f"edition.yaml: nodes / {one.key}" for one in load_edition().panels),
            "framework.yaml: conventions / both_of_a_table",
        ),
    ),
    Chapter(
        "The overall rating",
        (f"{METHOD}.scoring.rated: rate_overall rate_blocks",),
        ("method_overall",),
        (
            "edition.yaml: parameters / missing",
            *(f"edition.yaml: parameters / {block.key}_weight" for block in load_edition().overall.blocks),
            *(f"edition.yaml: parameters / {line}" for line in ("outstanding_at", "good_at")),
            *(f"edition.yaml: nodes / {node}" for node in ("performance", "overall")),
        ),
    ),
    Chapter("Moderation by the committee", (f"{METHOD}.uncertainty.moderation",), ("method_moderation",)),
    Chapter(
        "Distances to the next band and rating",
        (f"{METHOD}.scoring.distances", f"{METHOD}.scoring.grade_changes"),
        ("method_distances", "method_next_grade"),
    ),
    Chapter(
        "Uncertainty of scores and ratings",
        (
            f"{METHOD}.uncertainty.simulation",
            f"{METHOD}.uncertainty.columns",
            *(f"{METHOD}.certainty.{module}" for module in ("simulation", "drawing", "errors", "saying")),
            f"{METHOD}.statistics.priors",
            f"{METHOD}.statistics.tails",
        ),
        ("method_certainty", "statistics_coverage"),
        ("framework.yaml: uncertainty",),
    ),
    Chapter("What is missing, at its worst and at its best", (f"{METHOD}.engine.gaps",), ("method_gaps",)),
    Chapter("Places in a league", (f"{METHOD}.statistics.ranks",), ("method_ranks",)),
    Chapter(
        "Robustness under other rules",
        (f"{METHOD}.uncertainty.robustness",),
        ("method_robustness",),
        ("robustness.yaml: ",),
    ),
    Chapter(
        "Rules that give a score",
        (
            f"{WORDS}.scoring: Read Take Transform Distance Goalposts Steps Labels",
            f"{METHOD}.engine.scoring: read take transform distance reference_of goalposts steps labels",
            f"{METHOD}.statistics.small_counts",
        ),
        ("rules_scoring",),
    ),
    Chapter(
        "Rules that compare organisations",
        (
            f"{WORDS}.scoring: Standardise SpreadByRank",
            f"{WORDS}.others: Together",
            f"{METHOD}.engine.scoring: standardise spread_by_rank",
            f"{METHOD}.engine.together: together",
        ),
        ("rules_comparing",),
    ),
    Chapter(
        "Rules that combine members",
        (f"{WORDS}.combining: Mean Spread Count LookUp Pick Tallies", f"{METHOD}.engine.combining"),
        ("rules_combining",),
    ),
    Chapter(
        "Rules that grade, and leagues",
        (
            f"{WORDS}.grading: Cuts Quantiles FittedCuts Clusters AsScored",
            f"{METHOD}.engine.grading: cuts quantiles fitted_cuts fitted_lines clusters as_scored",
        ),
        ("rules_grading", "method_fitted_cuts"),
    ),
    Chapter(
        "Rules that adjust",
        (
            f"{WORDS}.grading: Put Cap Require Bound Round",
            f"{METHOD}.engine.grading: holds put cap require bound round_to",
        ),
        ("rules_adjusting",),
    ),
    Chapter("Order, direction and draws", (f"{METHOD}.engine.turning",), ("rules_together",)),
    Chapter("Whole frameworks", (), ("method_orchards", "method_cqc")),
    Chapter("Clusters", (f"{METHOD}.statistics.clusters",), ("method_clusters",)),
    Chapter("Similar organisations", (f"{METHOD}.statistics.peers",), ("method_peers",)),
    Chapter("Intervals of single figures", (f"{METHOD}.statistics.intervals",), ("statistics_intervals",)),
    Chapter("Changes", (f"{METHOD}.statistics.changes",), ("statistics_changes",)),
    Chapter(
        "The gate: states and refusals",
        (f"{GATE}.fold: fold", f"{GATE}.refusal: refusal", "tests.support.notations.gate_lines: "),
        ("gate_states", "gate_refusals"),
    ),
    Chapter("The committee's gate", (), ("committee_states",)),
)


def render() -> str:
    """Return the whole page."""
    contents = "".join(f"- [{one.title}](#{_anchor(one.title)})\n" for one in CHAPTERS)
    return "\n".join([OPENING, contents, *("\n".join(_chapter(one)) for one in CHAPTERS)])


def _anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield f"## {chapter.title}\n"
    for rule in chapter.rules:
        name, colon, functions = rule.partition(":")
        module = importlib.import_module(name)
        yield f"### `{name}`\n\n{_without_signposts(module)}\n"
        for function in functions.split() if colon else _public(module):
            yield f"#### `{function}`\n\n{inspect.getdoc(getattr(module, function))}\n"
    yield from _numbers(chapter.numbers)
    for spec in chapter.spec:
        yield from _spec(importlib.import_module(f"tests.spec.test_{spec}"))


def _public(module: ModuleType) -> list[str]:
    """Return the names of the public functions of a module, in the order of its source."""
    found = [one for _, one in inspect.getmembers(module, inspect.isfunction)]
    own = [one for one in found if one.__module__ == module.__name__ and not one.__name__.startswith("_")]
    return [one.__name__ for one in sorted(own, key=lambda one: one.__code__.co_firstlineno)]


def _without_signposts(module: ModuleType) -> str:
    """Return the opening of a module without the paragraphs that say what belongs in it."""
    paragraphs = (inspect.getdoc(module) or "").split("\n\n")
    return "\n\n".join(one for one in paragraphs if not one.startswith("Belongs here"))


def _numbers(prefixes: tuple[str, ...]) -> Iterator[str]:
    if not prefixes:
        return
    table = numbers_table(load_edition())
    where = table["file"] + ": " + table["item"]
    chosen = table[where.str.startswith(prefixes)]
    yield "### Numbers of the edition\n"
    yield _table(["item", "value", "unit", "provenance", "source"], chosen.iloc[:, 1:].to_numpy().tolist())


def _spec(module: ModuleType) -> Iterator[str]:
    """Yield the tables of a spec module, then what its other tests hold, a sentence each."""
    yield f"### Cases: `{module.__name__.replace('.', '/')}.py`\n\n{_without_signposts(module)}\n"
    sentences = []
    for name, test in vars(module).items():
        if not name.startswith("test_"):
            continue
        tables = [one for one in map(_cases, _marks(test)) if one]
        if tables:
            yield "\n".join([f"**{_sentence(name)}**{_caption(module, test)}\n", *tables])
        else:
            sentences.append(f"- {_sentence(name)}")
    if sentences:
        yield "Also held:\n\n" + "\n".join(sentences) + "\n"


def _marks(test: object) -> list[Mark]:
    marks: list[Mark] = getattr(test, "pytestmark", [])
    return [one for one in marks if one.name == "parametrize"]


def _cases(mark: Mark) -> str:
    """Return the cases of a parametrisation as a table; '' where they are no text or numbers."""
    names, cases = mark.args
    columns = [one.strip() for one in names.split(",")] if isinstance(names, str) else list(names)
    rows = [case.values if isinstance(case, ParameterSet) else case for case in cases]
    if all(isinstance(row, dict) for row in rows):
        columns, rows = list(rows[0]), [list(row.values()) for row in rows]
    elif len(columns) == 1:
        rows = [[row] for row in rows]
    shown = _table(columns, rows)
    if " object at 0x" in shown or "<function" in shown:
        return ""
    return f"{columns[0]}: {'; '.join(_cell(row[0]) for row in rows)}\n" if len(columns) == 1 else shown


def _caption(module: ModuleType, test: object) -> str:
    """Return the comment above the table that a test is parametrised with."""
    source, decorators = inspect.getsource(module), inspect.getsource(test).split("\ndef ")[0]  # type: ignore[arg-type]  # a test function
    for constant in re.findall(r"\b[A-Z][A-Z_]{2,}\b", decorators):
        above = re.search(rf"((?:^# .*\n)+){constant}\b", source, re.MULTILINE)
        if above and "   " not in above[1]:
            return " " + " ".join(line.removeprefix("# ") for line in above[1].splitlines())
    return ""


def _sentence(name: str) -> str:
    said = re.sub(r"\bccg", "CCG", name.removeprefix("test_").replace("_", " "))
    return f"{said[0].upper()}{said[1:]}."


def _table(columns: list[str], rows: list[list[object]]) -> str:
    lines = [columns, ["---"] * len(columns), *([_cell(one) for one in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: object) -> str:
    match value:
        case float():
            return "" if math.isnan(value) else f"{value:.10g}"
        case dict():
            return ", ".join(f"{name}: {_cell(one)}" for name, one in value.items())
        case tuple() | list():
            return ", ".join(_cell(one) for one in value)
        case _:
            shown = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in str(value))
    return shown.replace("|", r"\|")


if __name__ == "__main__":
    DOCUMENT.write_text(render(), encoding="utf-8")
