"""What is said of an organisation's score: each rule in words, the tree under a node, changes and why."""

from typing import Any, get_args

import numpy as np
import pytest

from ccg_pipeline.framework.consistency import disagreements
from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.vocabulary.grading import Step
from ccg_pipeline.method.engine.explaining import Explained, explain, tops
from ccg_pipeline.method.engine.facts import Counts, Facts
from ccg_pipeline.method.engine.rows import changed_by
from ccg_pipeline.method.engine.run import RULES, Run
from ccg_pipeline.method.engine.wording import figure
from expert_panels.foundation.fault import WrongUse

SAID = {"provenance": "assumed", "source": "Ours"}
READ = {"do": "read", "measure": "x", "better": "higher"}
PAIR = [{"node": "x"}, {"node": "y"}]
LABELS = ["Best", "Middle", "Worst"]
CUTS = {"do": "cuts", "at": [2.5, 1.5]}


def edition(*nodes: dict[str, Any]) -> Edition:
    """An edition of x (3, 1, 2), y (none, 5, 5) and these nodes; whatever a step does not say is assumed."""
    first = [{"key": key, "name": key.upper(), "steps": [{**READ, "measure": key}]} for key in ("x", "y")]
    written = [
        {"level": "node", **one, "steps": [{**SAID, **step} for step in one["steps"]]}
        for one in (*first, *nodes)
    ]
    found = Edition.model_validate(
        {
            "key": "small",
            "title": "Small",
            "year": "2020",
            "organisation": "school",
            "scales": [{"key": "three", "labels": LABELS}],
            "nodes": written,
            "rounds": [{"key": "only", "every": "year", **SAID}],
        }
    )
    assert list(disagreements(found)) == []
    return found


def run_of(*nodes: dict[str, Any]) -> Run:
    none = np.full(3, np.nan)
    return Run(
        edition(*nodes),
        Facts(
            organisations=("A", "B", "C"),
            values={"x": np.array([[3.0, 1.0, 2.0]]), "y": np.array([[np.nan, 5.0, 5.0]])},
            judgements={"colour": np.array([["Red", "", "Green"]], dtype=object)},
            counts={"x": Counts(none, np.array([97.0, 97.0, 97.0]), none, none)},
            others={"ENG": {"x": 2.0}},
            attributes={
                "region": np.array(["North", "North", None], dtype=object),
                "near": np.array(["B, C", None, None], dtype=object),
                "whole": np.array([None, "A", "A"], dtype=object),
                "people": np.array([1.0, 3.0, 1.0]),
            },
        ),
    )


def explained(steps: list[dict[str, Any]], scale: str | None = None, organisation: str = "A") -> Explained:
    node = {"key": "n", "steps": steps, **({"scale": scale} if scale else {})}
    return explain(run_of(node), "n", organisation)


RED = {"all_of": [{"of": "colour", "says": ["Red", "Amber"]}]}
HIGH = {
    "all_of": [{"of": "n", "at_least": 2.5}],
    "any_of": [{"of": "y", "below": 5}, {"of": "x", "is_in": [3]}],
}
WORDS: list[
    tuple[list[dict[str, Any]], str, str]
] = [  # steps (the last is what is said), words, what came out
    ([READ], "x, higher is better", "3"),
    ([{**READ, "better": "none"}], "x", "3"),
    ([{**READ, "measure": "y"}], "y, higher is better", "none"),
    ([{"do": "labels", "measure": "colour", "points": {"Red": 0, "Green": 2}}], "colour, judged Red", "0"),
    ([{"do": "take", "of": [{"node": "x"}]}], "the score of X", "3"),
    ([READ, {"do": "transform", "by": "log"}], "its natural logarithm", "1.099"),
    ([READ, {"do": "transform", "by": "power", "power": 2}], "to the power 2", "9"),
    (
        [READ, {"do": "distance", "error": "poisson", "per": 97, "standard": 1}],
        "standard errors from the standard 1",
        "2",
    ),
    ([READ, {"do": "distance", "error": "poisson", "per": 48.5}], "standard errors from ENG 2", "1"),
    (
        [READ, {"do": "distance", "error": "poisson", "per": 48.5, "reference": "WALES"}],
        "standard errors from all organisations together, 2",
        "1",
    ),
    (
        [READ, {"do": "goalposts", "worst": 1, "best": 5, "high": 100}],
        "the way from 1 (worst) to 5 (best), counted from 0 to 100",
        "50",
    ),
    ([READ, {"do": "standardise"}], "standard deviations from the mean among all", "1"),
    (
        [READ, {"do": "standardise", "unit": 10, "middle": 100, "held": True}],
        "standard deviations from the mean among all, times 10, plus 100, as in the base year",
        "110",
    ),
    (
        [READ, {"do": "standardise", "by": "min_max", "pool": "region"}],
        "the way from the worst (0) to the best (100) among those with region North",
        "100",
    ),
    ([READ, {"do": "standardise", "by": "percentile"}], "the share that is worse among all", "1"),
    (
        [READ, {"do": "spread_by_rank", "best": 1, "worst": 4, "standard": 3, "after": 2}],
        "by place among all, from 1 (best) to 4 (worst); 1 from 3",
        "1",
    ),
    (
        [
            READ,
            {"do": "steps", "levels": [{"at_least": 5, "points": 2}, {"above": 1, "points": 1}], "below": 0},
        ],
        "2 from 5, 1 above 1, otherwise 0",
        "1",
    ),
    ([{"do": "mean", "of": PAIR}], "the mean of 1 of 2", "3"),
    (
        [{"do": "mean", "total": True, "fill": 4, "of": PAIR}],
        "the sum of 1 of 2, what is missing counted as 4",
        "7",
    ),
    ([{"do": "mean", "power": 0, "of": [{"node": "x"}]}], "the geometric mean of 1", "3"),
    ([{"do": "spread", "of": PAIR}], "the weighted variance of 1 of 2", "none"),
    ([{"do": "count", "of": PAIR}], "how many of 2 are there", "1"),
    (
        [{"do": "look_up", "of": [{"node": "x"}], "cells": [{"when": [3], "gives": 8}]}],
        "the table's cell for X 3",
        "8",
    ),
    ([{"do": "pick", "of": PAIR}], "the worst of 1 of 2", "3"),
    ([{"do": "pick", "which": "best", "place": 2, "of": PAIR}], "the second best of 1 of 2", "none"),
    ([{"do": "pick", "which": "first", "of": PAIR}], "the first that is there of 1 of 2", "3"),
    (
        [
            {
                "do": "tallies",
                "of": [{"node": "x"}],
                "cases": [{"gives": 1, "when": [{"values": [3], "at_least": 1}]}],
            }
        ],
        "by how many have which value: 1 with 3",
        "1",
    ),
    (
        [{"do": "together", "of": [{"node": "x"}], "how": "most", "pool": "region"}],
        "the highest of X of those with region North",
        "3",
    ),
    (
        [{"do": "together", "of": [{"node": "x"}], "peers": "near"}],
        "the mean of X of its 2 peers (B 1, C 2)",
        "1.5",
    ),
    (
        [{"do": "together", "of": [{"node": "x"}], "parts": "whole", "weights": "people"}],
        "the mean weighted by people of X of its 2 parts (B 1, C 2)",
        "1.25",
    ),
    ([READ, {"do": "bound", "low": 0, "high": 2}], "at least 0 and at most 2", "2"),
    ([READ, {"do": "bound", "high_share": 0.5}], "at most the quantile 0.5 of all", "2"),
    ([READ, {"do": "round", "unit": 2}], "to a multiple of 2", "4"),
    (
        [READ, {"do": "require", "when": RED, "because": "Red"}],
        "only where colour is Red or Amber (it is Red)",
        "no change",
    ),
    (
        [READ, {"do": "put", "by": "score", "value": 9, "when": HIGH, "because": "High"}],
        "9 where the score of n is at least 2.5 (it is 3) and (the score of Y is below 5 (it is not known) "
        "or the score of X is one of 3 (it is 3))",
        "9, was 3",
    ),
]
GRADED: list[tuple[list[dict[str, Any]], str, str]] = [
    ([READ, CUTS], "lines at 2.5, 1.5", "Best"),
    (
        [READ, {"do": "quantiles", "shares": [0.5], "pool": "region"}],
        "the best 50 % of those with region North",
        "Best",
    ),
    ([READ, {"do": "clusters"}], "groups of near neighbours among all", "Best"),
    (
        [{**READ, "better": "lower"}, {"do": "fitted_cuts", "to": [{"node": "x"}]}],
        "lines fitted between the grades of X",
        "Worst",
    ),
    ([{**READ, "better": "lower"}, {"do": "as_scored"}], "the score is the grade", "Worst"),
    (
        [READ, CUTS, {"do": "cap", "at_best": 2, "when": RED, "because": "Red"}],
        "at best Middle where colour is Red or Amber (it is Red)",
        "Middle, was Best",
    ),
    (
        [READ, CUTS, {"do": "cap", "at_worst": 2, "when": RED, "because": "Red"}],
        "at worst Middle where colour is Red or Amber (it is Red)",
        "no change",
    ),
    (
        [READ, CUTS, {"do": "put", "value": 3, "when": RED, "because": "Red"}],
        "Worst where colour is Red or Amber (it is Red)",
        "Worst, was Best",
    ),
    (
        [READ, CUTS, {"do": "put", "value": None, "when": RED, "because": "Red"}],
        "none where colour is Red or Amber (it is Red)",
        "none, was Best",
    ),
]


@pytest.mark.parametrize(("steps", "words", "result"), WORDS)
def test_a_rule_of_scores_says_what_it_did(steps: list[dict[str, Any]], words: str, result: str) -> None:
    done = explained(steps).steps[-1]
    assert (done.words, done.result) == (words, result)


@pytest.mark.parametrize(("steps", "words", "result"), GRADED)
def test_a_rule_of_grades_says_what_it_did(steps: list[dict[str, Any]], words: str, result: str) -> None:
    done = explained(steps, "three").steps[-1]
    assert (done.words, done.result) == (words, result)


def test_every_rule_has_its_words() -> None:
    union = get_args(Step)[0]
    assert {get_args(one.model_fields["do"].annotation)[0] for one in get_args(union)} == set(RULES)
    assert {steps[-1]["do"] for steps, _, _ in WORDS + GRADED} == set(RULES)


def test_all_that_changed_a_score_is_said_once_each() -> None:
    red = {"when": RED, "because": "The colour is red"}
    steps = [
        READ,
        CUTS,
        {"do": "cap", "at_best": 2, **red},
        {"do": "put", "value": 3, **red, "because": "Again"},
    ]
    run = run_of({"key": "n", "scale": "three", "steps": steps})
    assert changed_by(run, "n") == ["The colour is red; Again", "", ""]
    assert changed_by(run, "x") == ["", "", ""]


def test_widened_limits_are_said() -> None:
    steps = [READ, {"do": "distance", "error": "poisson", "per": 1, "widen": True}]
    found = explained(steps).steps[-1]
    assert found.words.startswith("standard errors from ENG 2, limits widened for a spread of 0.787")
    assert found.result == "1.25"  # 1 / √(2 / 97 + 0.787²)
    assert "widened" not in explained([READ, {**steps[1], "widen": False}]).steps[-1].words


def test_what_lies_near_a_line_is_not_rounded_onto_it() -> None:
    steps = [READ, {"do": "transform", "by": "power", "power": 0.5}]
    assert explained(steps).steps[-1].result == "1.732"
    for last in (
        {"do": "steps", "levels": [{"above": 1.732, "points": 1}], "below": 0},
        {**CUTS, "at": [1.732]},
    ):
        found = explained([*steps, last], "three" if last["do"] == "cuts" else None)
        assert found.steps[1].result == "1.7321"


def test_an_adjustment_says_why_where_it_changed_something_alone() -> None:
    steps = [READ, CUTS, {"do": "put", "value": 3, "when": RED, "because": "The colour is red"}]
    assert [one.because for one in explained(steps, "three").steps] == ["", "", "The colour is red"]
    assert [one.because for one in explained(steps, "three", "C").steps] == ["", "", ""]


@pytest.mark.parametrize(
    ("x", "lines", "shown"),
    [
        (2.0, (), "2"),
        (1.44996, (), "1.45"),
        (1.44996, (1.45,), "1.44996"),  # not on the line that it seems to lie on
        (1.45, (1.45,), "1.45"),
        (1.45 + 1e-12, (1.45,), "1.45"),
        (75000.0, (), "75,000"),
        (9999.7, (), "10,000"),
        (12345.6, (12345.0,), "12,346"),
        (-0.00012345, (), "-0.0001234"),
        (np.nan, (1.0,), "none"),
    ],
)
def test_a_figure_is_told_from_the_lines_that_it_is_not_on(
    x: float, lines: tuple[float, ...], shown: str
) -> None:
    assert figure(x, *lines) == shown


def test_the_tree_goes_from_the_node_to_all_that_it_uses() -> None:
    run = run_of(
        {
            "key": "both",
            "name": "Both",
            "steps": [{"do": "mean", "of": [{"node": "x", "weight": 3}, {"node": "y"}]}],
        },
        {
            "key": "top",
            "scale": "three",
            "steps": [
                {"do": "take", "of": [{"node": "both"}]},
                {**CUTS, "provenance": "found", "source": "Published"},
                {
                    "do": "put",
                    "value": {"value": 3, **SAID},
                    "when": {"all_of": [{"of": "y", "below": 1}]},
                    "because": "Low",
                    "provenance": "memory",
                    "source": "Heard",
                },
            ],
        },
    )
    found = explain(run, "top", "A")
    assert (found.score, found.label, found.why) == (3.0, "Best", "")
    assert [(use.role, use.node.key) for use in found.uses] == [("", "both"), ("condition", "y")]
    both = found.uses[0].node
    assert (both.n_used, both.n_expected) == (1, 2)
    assert [(use.role, use.node.key, use.node.why) for use in both.uses] == [
        ("weight 3", "x", ""),
        ("", "y", "there is no figure of y"),
    ]
    assert both.uses[1].node is found.uses[1].node
    doubted = [(("assumed", "Ours"),), (), (("memory", "Heard"), ("assumed", "Ours"))]
    assert [step.doubtful for step in found.steps] == doubted
    assert [node.key for node in tops(run)] == ["top"]


def test_a_pool_and_a_grade_are_used_as_such() -> None:
    run = run_of(
        {"key": "graded", "scale": "three", "steps": [READ, CUTS]},
        {
            "key": "n",
            "steps": [
                {"do": "take", "of": [{"node": "graded", "by": "grade"}]},
                {"do": "standardise", "pool": "node:y"},
            ],
        },
    )
    found = explain(run, "n", "B")
    assert [use.role for use in found.uses] == ["by its grade", "pool"]
    assert found.steps[0].words == "the grade of graded"
    assert found.steps[1].words == "standard deviations from the mean among those with Y 5"


def test_a_stranger_is_refused_by_name() -> None:
    run = run_of()
    with pytest.raises(WrongUse, match="no organisation 'D' among the figures, which have A, B, C\\."):
        explain(run, "x", "D")
    with pytest.raises(WrongUse, match="no node 'z' in the edition: choose one of x, y\\."):
        explain(run, "z", "A")
    assert [node.key for node in tops(run)] == ["x", "y"]


def test_a_node_is_explained_as_it_was_worked_out() -> None:
    run = run_of(
        {
            "key": "n",
            "scale": "three",
            "steps": [READ, {"do": "standardise", "held": True}, {"do": "cuts", "at": [0.5, 0]}],
        }
    )
    *_, last = run.after_each_step(run.edition.node["n"])
    state = run.states["n"]
    assert np.array_equal(last.score, state.score)
    assert state.grade is not None
    assert np.array_equal(last.grade, state.grade)  # type: ignore[arg-type]  # the node is graded


def test_a_condition_on_a_grade_says_its_label() -> None:
    high = {"all_of": [{"of": "g", "by": "grade", "at_most": 1}]}
    graded = {"key": "g", "scale": "three", "steps": [READ, CUTS]}
    cap = {"do": "cap", "at_best": 2, "when": high, "because": "G"}
    capped = {"key": "n", "scale": "three", "steps": [READ, CUTS, cap]}
    (*_, done) = explain(run_of(graded, capped), "n", "A").steps
    assert done.words == "at best Middle where the grade of g is at most 1 (it is 1, Best)"


def test_a_quotient_is_no_weighted_product() -> None:
    reads = [{"key": key, "steps": [{**READ, "measure": key, "better": "none"}]} for key in ("a", "b")]
    of = [{"node": "a"}, {"node": "b", "weight": -1}]
    ratio = {"do": "mean", "power": 0, "total": True, "least": 2, "of": of}
    (done,) = explain(run_of(*reads, {"key": "n", "steps": [ratio]}), "n", "A").steps
    assert done.words == "the product of 0 of 2"
