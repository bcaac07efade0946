"""One node with its steps on a few figures, so that the spec tables of rules read as tables.

Belongs here: steps, figures and conditions written as text, and an edition of one node made of them;
comparing what it comes to with the row of a table.
Does not belong here: any expected value.

Figures of organisations are divided by spaces, draws by ``/``; ``-`` is a missing figure. Steps are divided
by "then", and a step is its rule with its fields: ``read then cuts at: [2, 1], edge: worse``. Members are
``a``, ``b*2`` (its weight) and ``c.grade``; conditions ``d >= 1 and e in 1/2``, ``j is Red or k is Red``.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from ccg_pipeline.framework.consistency import disagreements
from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.vocabulary.grading import BEGINS
from ccg_pipeline.method.engine.facts import Counts, Facts, State
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.work import Learned
from ccg_pipeline.method.statistics.grid import Floats
from expert_panels.foundation.strict_yaml import parse

SOURCED = {"provenance": "assumed", "source": "A test"}
COMBINE = ("mean", "spread", "count", "look_up", "pick", "tallies")
BOUNDS = {">=": "at_least", ">": "above", "<=": "at_most", "<": "below"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def numbers(text: str) -> Floats:
    """Figures of organisations, a row a draw: (draws, organisations)."""
    rows = [[math.nan if one == "-" else float(one) for one in row.split()] for row in text.split("/")]
    return np.array(rows)


def steps(
    text: str, figures: Mapping[str, str] | None = None, better: str = "higher"
) -> list[dict[str, Any]]:
    """The steps of a node; where the first does not begin one, the measure x is read before."""
    found = [_step(one, tuple(figures or {}), better) for one in text.split(" then ")]
    begins = [rule.model_fields["do"].annotation.__args__[0] for rule in BEGINS]  # type: ignore[union-attr]  # of a Literal
    return found if found[0]["do"] in begins else [_step("read", (), better), *found]


def _step(text: str, figures: tuple[str, ...], better: str) -> dict[str, Any]:
    do, _, fields = text.strip().partition(" ")
    step: dict[str, Any] = {"do": do, **parse("{" + fields + "}", "a table").data, **SOURCED}
    if do == "read":
        step = {"measure": "x", "better": better, **step}
    if do in COMBINE:
        step = {"of": figures, **step}
    if "of" in step:
        step["of"] = [_member(str(one)) for one in step["of"]]
    if "when" in step:
        step = {"because": "of a condition", **step, "when": _when(step["when"])}
    return step


def _member(text: str) -> dict[str, Any]:
    name, _, weight = text.partition("*")
    key, _, by = name.partition(".")
    return {"node": key, "weight": float(weight or 1), "by": by or "score"}


def _when(text: str) -> dict[str, Any]:
    some, every = text.split(" or "), text.split(" and ")
    return {"any_of": [*map(_condition, some)]} if len(some) > 1 else {"all_of": [*map(_condition, every)]}


def _condition(text: str) -> dict[str, Any]:
    name, sign, what = text.split(" ", 2)
    key, _, by = name.partition(".")
    values = what.split("/")
    if sign == "is":
        return {"of": key, "says": values}
    bound = {"is_in": values} if sign == "in" else {BOUNDS[sign]: float(what)}
    return {"of": key, "by": by or "score", **bound}


def run(
    text: str,
    figures: Mapping[str, str],
    better: str = "higher",
    labels: int = 4,
    before: Mapping[str, str] | None = None,
    counts: Mapping[str, str] | None = None,
    england: float | None = None,
    attributes: Mapping[str, str] | None = None,
    learned: Learned | None = None,
    leagues: tuple[dict[str, Any], ...] = (),
) -> Run:
    """Run an edition whose node "it" has the steps of `text`.

    Each of `figures` is a measure and a node that reads it, of which `better` is better; one of words is a
    judgement. `before`: further nodes and their steps. `counts` and `england`: of the measure x. `labels`: of
    the scale of whatever grades.
    """
    words = {key: one for key, one in figures.items() if re.search(r"[A-Za-z]", one)}
    values = {key: numbers(one) for key, one in figures.items() if key not in words}
    judgements = {
        key: np.array([["" if one == "-" else one for one in row.split()] for row in text.split("/")], object)
        for key, text in words.items()
    }
    n = next(iter({**values, **judgements}.values())).shape[1]
    read = {key: f"read measure: {key}, better: {better}" for key in values}
    nodes = {**read, **(before or {}), "it": text}
    edition = Edition.model_validate(
        {
            "key": "small",
            "title": "A small edition",
            "year": "2016",
            "organisation": "orchard",
            "scales": [{"key": "scale", "labels": [f"grade {one + 1}" for one in range(labels)]}],
            "nodes": [_node(key, steps(one, figures, better)) for key, one in nodes.items()],
            "rounds": [{"key": "annual", "every": "year", **SOURCED}],
            "leagues": [{**SOURCED, **one} for one in leagues],
        }
    )
    faults = [said for _, said in disagreements(edition)]
    if faults:
        raise ValueError(faults[0])
    none = " ".join(["-"] * n)
    names = ("numerator", "denominator", "lower_95", "upper_95")
    facts = Facts(
        organisations=tuple(LETTERS[one % 26] + str(one // 26 or "") for one in range(n)),
        values=values,
        judgements=judgements,
        counts={"x": Counts(*(numbers((counts or {}).get(one, none))[0] for one in names))},
        others={} if england is None else {"ENG": {"x": england}},
        attributes={key: _attribute(one) for key, one in (attributes or {}).items()},
    )
    return Run(edition, facts, learned)


def _node(key: str, its_steps: list[dict[str, Any]]) -> dict[str, Any]:
    grades = any(
        one["do"] in ("cuts", "quantiles", "fitted_cuts", "clusters", "as_scored") for one in its_steps
    )
    return {"key": key, "level": "thing", "steps": its_steps, **({"scale": "scale"} if grades else {})}


def _attribute(text: str) -> list[object]:
    return [None if one == "-" else float(one) if one[0].isdigit() else one for one in text.split()]


def worked_out(text: str, figures: Mapping[str, str] | str, **others: Any) -> State:
    """What the node "it" comes to; figures of x alone may be given as they are."""
    return run(text, {"x": figures} if isinstance(figures, str) else figures, **others).states["it"]


def reasons(state: State) -> str:
    """Why organisations have none, each reason once."""
    return "; ".join(dict.fromkeys(str(one) for one in state.why if one)) if state.why is not None else ""


def held(rule: str, given: dict[str, str], **others: object) -> None:
    """The rule with the fields of the row on x gives its scores, in its way, with its reasons."""
    found = worked_out(
        f"{rule} {given['fields']}", given["x"], better=given.get("better", "higher"), **others
    )
    assert found.score == pytest.approx(numbers(given["gives"]), abs=1e-6, nan_ok=True)
    if "then" in given:
        assert found.better == given["then"]
    assert reasons(found) == given.get("why", reasons(found))
