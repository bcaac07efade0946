"""How to write an edition, docs/editions.md: its example with what the commands print, and every rule.

Belongs here: filling the page's marked blocks from the skeleton, from the commands that it names, and from
the models of the rules; an example of each rule.
Does not belong here: the page's own sentences (the page), what a rule says (its docstring).

A block begins with ``<!-- file NAME -->``, ``<!-- command ccg … -->``, ``<!-- frame -->`` or
``<!-- rules -->`` and goes to ``<!-- end -->``. `python -m tests.support.documents.editions` writes the page.
"""

import inspect
import re
import shlex
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin
from unittest.mock import patch

from pydantic import BaseModel
from typer.main import get_command

from ccg_pipeline.cli.options import console
from ccg_pipeline.cli.verbs import app
from ccg_pipeline.framework.edition import Edition, Gate, League, Node, Parameter, Round, Scale
from ccg_pipeline.framework.families import SKELETON
from ccg_pipeline.framework.limits import Limits
from ccg_pipeline.framework.vocabulary import combining, grading, others, rule, scoring

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "editions.md"
BLOCK = re.compile(r"<!-- (file|command|frame|rules)(?: (\S.*?))? -->\n(?s:.*?)<!-- end -->")
WIDTH = 100

KINDS = {
    "Rules that score": (
        scoring.Read, scoring.Take, others.Together, scoring.Transform, scoring.Distance, scoring.Goalposts,
        scoring.Standardise, scoring.SpreadByRank, scoring.Steps, scoring.Labels,
    ),
    "Rules that combine": (
        combining.Mean, combining.LookUp, combining.Pick, combining.Tallies, combining.Count,
        combining.Spread,
    ),
    "Rules that grade": (
        grading.Cuts, grading.Quantiles, grading.FittedCuts, grading.Clusters, grading.AsScored,
    ),
    "Rules that adjust": (grading.Put, grading.Cap, grading.Require, grading.Bound, grading.Round),
}  # fmt: skip
FRAME = (Edition, Scale, Parameter, Node, Round, Gate, League, Limits)
PARTS = (
    rule.Member, rule.When, rule.Condition, rule.OwnSource, scoring.Level, combining.Cell, combining.Case,
    combining.Tally,
)  # fmt: skip
EXAMPLES = {
    "read": "measure: beds/days_delayed, better: lower",
    "take": "of: [{node: 122a.z}]",
    "together": "of: [{node: offences}], parts: region, how: total, least_share: 1",
    "transform": "by: power, power: -1",
    "distance": "error: binomial, per: 100, standard: 85",
    "goalposts": "worst: 20, best: 85, high: 100",
    "standardise": "by: z, pool: region, weights: population",
    "spread_by_rank": "best: 1, worst: 4, pool: trust_type",
    "steps": "levels: [{at_least: 1.96, points: 2}, {above: -1.96, points: 1}], below: 0",
    "labels": "measure: inspection/safety, points: {Good: 2, Fair: 1, Poor: 0}",
    "mean": "of: [{node: access, weight: 0.4}, {node: service, weight: 0.6}], least: 2",
    "look_up": "of: [{node: a}, {node: b}], cells: [{when: [1, 1], gives: 1}, {when: [1, 2], gives: 2}]",
    "pick": "which: worst, of: [{node: a}, {node: b}], needs_all: true",
    "tallies": "of: [{node: a}, {node: b}], cases: [{gives: 2, when: [{values: [1], at_least: 2}]}]",
    "count": "of: [{node: a}, {node: b}]",
    "spread": "of: [{node: a}, {node: b}]",
    "cuts": "at: [80, 60, 40]",
    "quantiles": "shares: [0.25, 0.5, 0.75], pool: trust_type",
    "fitted_cuts": "to: [{node: published_grade}]",
    "clusters": "pool: region",
    "as_scored": "",
    "put": "when: {any_of: [{of: inspection/safety, says: [Poor]}]}, value: 4, because: It is not safe",
    "cap": "when: {all_of: [{of: deficit, above: 0}]}, at_best: 3, because: It has a deficit",
    "require": "when: {all_of: [{of: n_measures, at_least: 3}]}, because: Too little is known",
    "bound": "low: 0, high: 100",
    "round": "unit: 0.5",
}
"""The fields of one step of each rule, as they are written after `do`."""


def example(do: str) -> str:
    """Return a whole step of a rule as it is written in a file."""
    fields = f"{EXAMPLES[do]}, " if EXAMPLES[do] else ""
    return f"{{do: {do}, {fields}provenance: assumed, source: Ours}}"


def render() -> str:
    """Return the whole page, its marked blocks written by what they name."""
    with TemporaryDirectory() as folder, chdir(folder):
        return BLOCK.sub(_block, DOCUMENT.read_text(encoding="utf-8"))


def _block(found: re.Match[str]) -> str:
    kind, what = found.groups()
    if kind == "frame":
        inside = "\n".join(_parts(FRAME, ("provenance", "source", "note")))
    elif kind == "rules":
        inside = "\n".join(_rules())
    elif kind == "file":
        inside = f"```{what.rpartition('.')[2]}\n{(SKELETON / what).read_text(encoding='utf-8')}```\n"
    else:
        inside = f"```sh\n{what}\n```\n\n```text\n{printed(what)}```\n"
    return f"<!-- {' '.join(filter(None, (kind, what)))} -->\n{inside}<!-- end -->"


def printed(line: str) -> str:
    """Return what a line prints, typed in the folder where we are."""
    out = StringIO()
    # whoever was first to load the console fixed its width by the environment of that moment
    with redirect_stdout(out), patch.multiple(console, _width=WIDTH, _height=25):
        get_command(app).main(shlex.split(line)[1:], "ccg", standalone_mode=False)
    return "".join(f"{one.rstrip()}\n" for one in out.getvalue().splitlines()).strip("\n") + "\n"


def _rules() -> Iterator[str]:
    for kind, models in KINDS.items():
        yield f"### {kind}\n"
        for model in models:
            do = get_args(model.model_fields["do"].annotation)[0]
            yield f"#### `{do}`\n\n{_said(model)}\n\n```yaml\n{example(do)}\n```\n"
            yield _fields(model, ("do", *rule.Rule.model_fields))
    yield "### Parts of rules\n"
    yield from _parts(PARTS, ("parameter",))  # which is no key of a file


def _parts(models: tuple[type[BaseModel], ...], left_out: tuple[str, ...] = ()) -> Iterator[str]:
    for part in models:
        yield f"#### {_words(part.__name__).capitalize()}\n\n{_said(part)}\n"
        yield _fields(part, left_out)


def _said(model: type[BaseModel]) -> str:
    return inspect.getdoc(model) or ""


def _fields(model: type[BaseModel], left_out: tuple[str, ...]) -> str:
    rows = [
        f"| `{name}` | {kind_of(field.annotation)} | {_default(field)} |\n"
        for name, field in model.model_fields.items()
        if name not in left_out
    ]
    return f"| field | is | default |\n| --- | --- | --- |\n{''.join(rows)}" if rows else ""


def _default(field: Any) -> str:
    if field.is_required():
        return "must be given"
    if field.default_factory is not None:  # an empty mapping
        return "none"
    match field.default:
        case None | () | "":
            return "none"
        case bool():
            return f"`{str(field.default).lower()}`"
        case float():
            return f"`{field.default:g}`"
        case tuple():
            return f"`[{', '.join(field.default)}]`"
    return f"`{field.default}`"


def kind_of(annotation: Any) -> str:
    """Return in words what a field takes."""
    if annotation == grading.Step:
        return "step"
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        kinds = [kind_of(one) for one in inside if one is not NoneType]
        return "number" if "number" in kinds else " or ".join(dict.fromkeys(kinds))
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in inside)
    if origin is tuple:
        return f"list of: {kind_of(inside[0])}"
    if inside and hasattr(annotation, "__metadata__"):
        return kind_of(inside[0])
    if origin is not None:  # a mapping
        return f"{kind_of(inside[0])}: {kind_of(inside[1])}"
    plain = {
        float: "number",
        int: "whole number",
        str: "text",
        bool: "`true`, `false`",
        rule.OwnSource: "number",
    }
    return plain.get(annotation) or _words(annotation.__name__)


def _words(name: str) -> str:
    """The name of a model as words: ``OwnSource`` is "own source"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


if __name__ == "__main__":
    DOCUMENT.write_text(render(), encoding="utf-8")
