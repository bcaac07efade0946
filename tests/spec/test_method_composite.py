"""Up a hierarchy: means by hand, what is missing, leaving one out, and hierarchies that cannot be."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccg_pipeline.framework.hierarchy import Hierarchy, Node
from ccg_pipeline.method.scoring.composite import (
    Aggregation,
    aggregate,
    available,
    composite,
)
from tests.support.notations.method_tables import lines


def numbers(text: str) -> np.ndarray:
    return np.array([math.nan if one == "-" else float(one) for one in text.split()])


# Weighted means of what is there; at_least is the share of members, by number, that must be.
MEANS = """
    mean       | at_least | values  | weights | score
    arithmetic | 0        | 1 2 6   | 1 1 1   | 3
    arithmetic | 0        | 1 2 6   | 1 1 2   | 3.75
    arithmetic | 0        | 1 - 6   | 1 1 2   | 4.333333
    arithmetic | 0        | - - 6   | 1 1 2   | 6
    arithmetic | 0        | - - -   | 1 1 2   | -
    arithmetic | 0.66     | 1 - 6   | 1 1 1   | 3.5
    arithmetic | 0.67     | 1 - 6   | 1 1 1   | -
    arithmetic | 0.5      | 1 -     | 1 1     | 1
    arithmetic | 0.51     | 1 -     | 1 1     | -
    arithmetic | 1        | 1 2     | 1 1     | 1.5
    arithmetic | 0        | -1 1    | 1 1     | 0
    geometric  | 0        | 1 4     | 1 1     | 2
    geometric  | 0        | 1 4     | 1 3     | 2.828427
    geometric  | 0        | 1 4 -   | 1 1 5   | 2
    geometric  | 1        | 1 4 -   | 1 1 5   | -
    harmonic   | 0        | 2 6     | 1 1     | 3
    harmonic   | 0        | 2 6     | 3 1     | 2.4
    harmonic   | 0        | 2 6 -   | 1 1 5   | 3
    harmonic   | 1        | 2 6 -   | 1 1 5   | -
"""


@pytest.mark.parametrize("given", lines(MEANS), ids=lambda given: f"{given['mean']} of {given['values']}")
def test_a_mean_by_hand(given: dict[str, str]) -> None:
    rule = Aggregation(given["mean"], float(given["at_least"]))  # type: ignore[arg-type]  # read from a table
    found = aggregate(numbers(given["values"]), numbers(given["weights"]), rule)
    assert found == pytest.approx(numbers(given["score"])[0], abs=5e-7, nan_ok=True)


@pytest.mark.parametrize("mean", ["geometric", "harmonic"])
@pytest.mark.parametrize("value", [0.0, -1.0])
def test_a_mean_that_cannot_bear_nought_says_so(mean: str, value: float) -> None:
    rule = Aggregation(mean)  # type: ignore[arg-type]  # one of the two names above
    with pytest.raises(ValueError, match=f"A {mean} mean needs values above 0, not {value:g}"):
        aggregate(np.array([value, 1.0]), np.ones(2), rule)


def test_rules_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match=r"is 0 to 1, not 1\.01"):
        Aggregation(at_least=1.01)
    with pytest.raises(ValueError, match="There is no mean 'median'"):
        Aggregation("median")  # type: ignore[arg-type]  # none, on purpose


def tree(table: str) -> Hierarchy:
    return Hierarchy(
        tuple(
            Node(row["code"], row["parent"], float(row.get("weight", 1)), int(row.get("direction", 1)))
            for row in lines(table)
        )
    )


TWO_AREAS = tree(
    """
    code | parent | weight | direction
    a    | A      | 1      | 1
    b    | A      | 3      | -1
    c    | B      | 1      | 1
    A    | all    | 3      | 1
    B    | all    | 1      | 1
    all  |        | 1      | 1
    """
)

# A is (a + 3b)/4, all is (3A + B)/4, of what is there
SCORED = """
    a b c    | A | B | all
    4 8 3    | 7 | 3 | 6
    4 - 3    | 4 | 3 | 3.75
    4 8 -    | 7 | - | 7
    - - 3    | - | 3 | 3
    - - -    | - | - | -
"""


@pytest.mark.parametrize("given", lines(SCORED), ids=lambda given: given["a b c"])
def test_two_areas_by_hand(given: dict[str, str]) -> None:
    found = composite(numbers(given["a b c"])[None], TWO_AREAS)
    assert list(found)[-1] == "all"
    for code in ("A", "B", "all"):
        assert found[code][0] == pytest.approx(numbers(given[code])[0], nan_ok=True)


def test_each_aggregate_may_have_a_rule_of_its_own_and_must_have_one() -> None:
    values = np.array([numbers("1 4 3"), numbers("1 - 3")])
    rules = {"A": Aggregation("geometric", at_least=1), "B": Aggregation(), "all": Aggregation()}
    found = composite(values, TWO_AREAS, rules)
    assert found["A"] == pytest.approx([4**0.75, math.nan], nan_ok=True)
    assert found["all"][1] == 3
    del rules["B"]
    with pytest.raises(ValueError, match="No rule says how the members of B become"):
        composite(values, TWO_AREAS, rules)


IMPOSSIBLE = """
    nodes                          | said
    a:all a:all all:               | a stands twice
    a:all all: b:                  | one node without a parent, not 2
    a:b b:a                        | one node without a parent, not 0
    a:B all:                       | a names the parent B, which is not
    all:                           | all has no members
    a:all x:y y:x all:             | x does not lead up to all
    a:all:0 all:                   | weight of a must be above 0
    a:all:-1 all:                  | weight of a must be above 0
    a:all:nan all:                 | weight of a must be above 0
    a:all:1:2 all:                 | direction of a is 1 or -1
    a:A A:all:1:-1 all:            | A is an aggregate and turned already
"""


@pytest.mark.parametrize("given", lines(IMPOSSIBLE), ids=lambda given: given["nodes"])
def test_a_hierarchy_that_cannot_be_names_the_code(given: dict[str, str]) -> None:
    nodes = []
    for text in given["nodes"].split():
        code, parent, *rest = text.split(":")
        weight, direction = ([*rest, "1", "1"])[:2] if len(rest) < 2 else rest
        nodes.append(Node(code, parent, float(weight), int(direction)))
    with pytest.raises(ValueError, match=given["said"]):
        Hierarchy(tuple(nodes))


def test_values_that_do_not_fit_the_hierarchy_are_refused() -> None:
    with pytest.raises(ValueError, match="The hierarchy has 3 indicators, the values 2"):
        composite(np.ones((1, 2)), TWO_AREAS)


POSITIVE = st.floats(1, 100)
RULES = st.sampled_from([Aggregation("arithmetic"), Aggregation("geometric"), Aggregation("harmonic")])


@given(st.lists(POSITIVE, min_size=3, max_size=3), RULES, st.floats(0, 50), st.integers(0, 2))
def test_a_score_lies_between_its_members_and_a_better_value_never_lowers_it(
    values: list[float], rule: Aggregation, more: float, which: int
) -> None:
    before = composite(np.array([values]), TWO_AREAS, rule)["all"][0]
    assert min(values) * (1 - 1e-12) <= before <= max(values) * (1 + 1e-12)
    values[which] += more
    assert composite(np.array([values]), TWO_AREAS, rule)["all"][0] >= before * (1 - 1e-12)


@given(st.lists(POSITIVE, min_size=3, max_size=3), RULES, st.sampled_from([0.01, 3.0, 1000.0]))
def test_only_the_proportion_of_weights_matters(values: list[float], rule: Aggregation, by: float) -> None:
    weights = np.array([1.0, 2.0, 5.0])
    assert aggregate(np.array(values), weights, rule) == pytest.approx(
        aggregate(np.array(values), weights * by, rule)
    )


@given(st.permutations(range(6)))
def test_the_order_of_nodes_decides_only_the_order_of_columns(order: list[int]) -> None:
    shuffled = Hierarchy(tuple(TWO_AREAS.nodes[i] for i in order))
    value = {"a": 4.0, "b": 8.0, "c": 3.0}
    found = composite(np.array([[value[node.code] for node in shuffled.indicators]]), shuffled)
    assert found["all"][0] == 6


def test_what_the_hierarchy_says_of_itself() -> None:
    assert [node.code for node in TWO_AREAS.indicators] == ["a", "b", "c"]
    assert TWO_AREAS.directions == (1, -1, 1)
    assert TWO_AREAS.top == "all"
    counts = available(np.array([numbers("4 - 3"), numbers("- - 3")]), TWO_AREAS)
    assert {code: found.tolist() for code, found in counts.items()} == {
        "A": [1, 0],
        "B": [1, 1],
        "all": [2, 1],
    }


def test_an_indicator_that_is_not_there_cannot_be_left_out() -> None:
    with pytest.raises(ValueError, match="z is no indicator"):
        TWO_AREAS.without("z")
