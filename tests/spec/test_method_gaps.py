"""A score that rests on less than all: what it is with its gaps at the worst and at the best.

Organisations A, B, C, … have figures of a and b; what is said is of A, whose gaps are filled with the others
as they are.
"""

import numpy as np
import pytest

from ccg_pipeline.method.engine.gaps import bounds_of_gaps
from ccg_pipeline.method.engine.run import Run
from tests.support.notations.method_tables import lines
from tests.support.notations.rule_tables import run

GAPS = """
    it                          | a      | b     | better | score | worst | best
    mean                        | - 0 10 | 4 2 8 |        | 4     | 2     | 7
    mean                        | - 0 10 | 4 2 8 | lower  | 4     | 7     | 2
    mean of: [a*3, b]           | - 0 10 | 4 2 8 |        | 4     | 1     | 8.5
    mean of: [a*0, b]           | - 0 10 | 4 2 8 |        | 4     | 4     | 4
    mean total: true, fill: 0   | - 0 10 | 4 2 8 |        | 4     | 4     | 14
    mean total: true, fill: 0, of: [a*-1, b*-1] | - 0 10 | 4 2 8 | | -4   | -4    | -14
    mean                        | 6 0 10 | 4 2 8 |        | 5     |       |
    mean                        | - 0 10 | - 2 8 |        |       |       |
    mean least: 2               | - 0 10 | 4 2 8 |        |       |       |
    pick which: worst           | - 0 10 | 4 2 8 |        | 4     | 0     | 4
    pick which: best            | - 0 10 | 4 2 8 |        | 4     | 4     | 10
    pick which: first           | - 0 10 | 4 2 8 |        | 4     |       |
    count                       | - 0 10 | 4 2 8 |        | 1     |       |
    mean then round unit: 5     | - 0 10 | 4 2 8 |        | 5     | 0     | 5
    mean                        | - - -  | 4 2 8 |        | 4     |       |
    mean                        | - - 2 2 | 4 2 8 6 |     | 4     | 3     | 3
    mean                        | - - - 2 | 4 2 8 6 |     | 4     |       |
"""


def bounds(made: Run, node: str = "it") -> list[float]:
    """Worst and best of A; nothing where nothing is said of it."""
    found = bounds_of_gaps(made)
    own = found[(found["node"] == node) & (found["organisation"] == "A")]
    return own[["with_gaps_worst", "with_gaps_best"]].to_numpy().ravel().tolist()


@pytest.mark.parametrize("given", lines(GAPS))
def test_a_score_with_its_gaps_at_the_worst_and_at_the_best(given: dict[str, str]) -> None:
    made = run(given["it"], {"a": given["a"], "b": given["b"]}, better=given["better"] or "higher")
    score = made.states["it"].score[0, 0]
    assert score == pytest.approx(float(given["score"] or "nan"), nan_ok=True)
    assert bounds(made) == pytest.approx([float(given[end]) for end in ("worst", "best") if given[end]])


STEPS = "steps levels: [{at_least: 5, points: 2}, {at_least: 3, points: 1}], below: 0"


def test_points_are_filled_from_those_that_the_rule_gives_though_nobody_earned_them() -> None:
    nodes = {"p": f"take of: [a] then {STEPS}", "q": f"take of: [b] then {STEPS}"}
    made = run("mean of: [p, q]", {"a": "- 3", "b": "4 4"}, before=nodes)
    assert bounds(made) == [0.5, 1.5]


def test_a_gap_further_down_widens_what_rests_on_it() -> None:
    made = run(
        "mean of: [area, b]", {"a": "- 0 10", "b": "4 2 8", "c": "6 6 6"}, before={"area": "mean of: [a, c]"}
    )
    assert bounds(made, "area") == [3, 8]
    assert bounds(made) == [(3 + 4) / 2, (8 + 4) / 2]


def test_the_others_stay_as_they_are_where_scores_are_set_against_each_other() -> None:
    made = run("mean then standardise by: z", {"a": "- 0 10 -", "b": "4 2 8 6"})
    at = {}
    for end in (0.0, 10.0):
        alone = np.array([(end + 4) / 2, 1, 9, 6])  # D has a gap too, which is not filled meanwhile
        at[end] = (alone[0] - alone.mean()) / alone.std(ddof=1)
    assert bounds(made) == pytest.approx([at[0.0], at[10.0]])


def test_what_nobody_of_its_kind_has_is_no_gap() -> None:
    league = {"of": "it", "pool": "kind"}
    figures = {"a": "- - 1 9", "b": "4 5 6 7"}
    made = run("mean", figures, attributes={"kind": "boat boat train train"}, leagues=(league,))
    assert bounds(made) == []
    assert bounds(run("mean", figures)) == [2.5, 6.5]
    made = run("mean", figures, attributes={"kind": "- boat train train"}, leagues=(league,))
    assert bounds(made) == [2.5, 6.5]  # of a kind that nobody knows


def test_a_member_by_its_grade_is_filled_from_the_best_grade_to_the_worst() -> None:
    nodes = {"g": "take of: [a] then cuts at: [3, 2, 1]"}
    made = run(
        "mean of: [g.grade, h.grade]",
        {"a": "- 3 2", "b": "2 2 2"},
        before=nodes | {"h": "take of: [b] then cuts at: [3, 2, 1]"},
    )
    assert bounds(made) == [(4 + 2) / 2, (1 + 2) / 2]
