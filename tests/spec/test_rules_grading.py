"""Rules that give a grade: each in a table of scores in and grades out, 1 being best.

`better` is which way the score is better. Organisations are divided by spaces, draws by /; `-` is missing.
"""

import math
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccg_pipeline.method.statistics.clusters import cms_clusters
from tests.support.notations.method_tables import lines
from tests.support.notations.rule_tables import numbers, reasons, run, worked_out


def graded(rule: str, given: dict[str, str], labels: int = 4) -> None:
    """The rule with the fields of the row gives its grades to x."""
    found = worked_out(f"{rule} {given['fields']}", given["x"], better=given["better"], labels=labels)
    assert found.grade is not None
    assert found.grade == pytest.approx(numbers(given["grades"]), nan_ok=True)
    assert found.score == pytest.approx(numbers(given["x"]), nan_ok=True)
    assert reasons(found) == given["why"]


CUTS = """
    fields                      | better | x                  | grades    | why
    at: [1.45, 1]               | higher | 1.46 1.45 1.44     | 1 1 2     |
    at: [1.45, 1]               | higher | 1.01 1 0.99 -      | 2 2 3 -   | there is no figure of x
    at: [1.45, 1], edge: worse  | higher | 1.46 1.45 1 0.99   | 1 2 3 3   |
    at: [1, 1.45]               | lower  | 0.99 1 1.01        | 1 1 2     |
    at: [1, 1.45]               | lower  | 1.44 1.45 1.46     | 2 2 3     |
    at: [1, 1.45], edge: worse  | lower  | 0.99 1 1.45 1.46   | 1 2 3 3   |
    at: [0.3]                   | higher | 0.2999999999999999 | 1         |
    at: [0.3]                   | lower  | 0.3000000000000001 | 1         |
    at: [0.3], edge: worse      | higher | 0.3000000000000001 | 2         |
    at: [0.3], edge: worse      | lower  | 0.2999999999999999 | 2         |
    at: [0]                     | higher | 1 -1 / -1 1        | 1 2 / 2 1 |
"""


@pytest.mark.parametrize("given", lines(CUTS), ids=lambda given: f"{given['fields']}: {given['x']}")
def test_fixed_lines(given: dict[str, str]) -> None:
    graded("cuts", given, labels=3)


# Quartiles of 1 to 5 are 2, 3 and 4; of 1 to 4 they are 1.75, 2.5 and 3.25
QUANTILES = """
    fields                                | better | x               | grades        | why
    shares: [0.25, 0.5, 0.75]             | higher | 1 2 3 4 5       | 4 3 2 1 1     |
    shares: [0.25, 0.5, 0.75]             | lower  | 1 2 3 4 5       | 1 1 2 3 4     |
    shares: [0.25, 0.5, 0.75]             | higher | 1 2 - 3 4       | 4 3 - 2 1     | there is no figure of x
    shares: [0.25, 0.5, 0.75], edge: worse | higher | 1 2 3 4 5      | 4 4 3 2 1     |
    shares: [0.25, 0.5, 0.75], edge: worse | lower  | 1 2 3 4 5      | 1 2 3 4 4     |
    shares: [0.2]                         | higher | 1 2 3 4 5 6     | 2 2 2 2 1 1   |
    shares: [0.5]                         | higher | 7 7 7           | 1 1 1         |
    shares: [0.5]                         | higher | 7               | 1             |
    shares: [0.5]                         | higher | 1 2 3 / 9 1 1   | 2 1 1 / 1 1 1 |
"""


@pytest.mark.parametrize("given", lines(QUANTILES), ids=lambda given: f"{given['fields']}: {given['x']}")
def test_shares_of_a_pool(given: dict[str, str]) -> None:
    graded("quantiles", given)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=12), st.sampled_from(["higher", "lower"]))
@settings(max_examples=40)
def test_quantiles_are_numpys_own(whole: list[int], better: str) -> None:
    x = np.array(whole, dtype=float)
    found = worked_out("quantiles shares: [0.1, 0.5, 0.9]", " ".join(map(str, whole)), better=better)
    shares = (0.1, 0.5, 0.9)
    lines_at = [np.quantile(x, 1 - one if better == "higher" else one) for one in shares]
    beyond = [x < line - 1e-9 if better == "higher" else x > line + 1e-9 for line in lines_at]
    assert found.grade is not None
    assert found.grade[0].tolist() == (1 + np.sum(beyond, axis=0)).tolist()


@pytest.mark.parametrize(
    ("rule", "grades"),
    [("quantiles shares: [0.5]", "2 1 2 1 -"), ("clusters", "2 1 2 1 -")],
)
def test_grades_within_a_pool(rule: str, grades: str) -> None:
    text, kinds = f"{rule}, pool: kind".replace("clusters,", "clusters"), {"kind": "a a b b -"}
    found = worked_out(text, "1 2 10 30 5", attributes=kinds, labels=2)
    assert found.grade == pytest.approx(numbers(grades), nan_ok=True)
    assert reasons(found) == "its kind is unknown, so there is nobody to compare it with"


# Three groups; the best is grade 1
CLUSTERS = """
    fields | better | x                  | grades          | why
           | higher | 1 2 10 11 20 -     | 3 3 2 2 1 -     | there is no figure of x
           | lower  | 1 2 10 11 20       | 1 1 2 2 3       |
           | higher | 11 1 20 10 2       | 2 3 1 2 3       |
           | higher | 5 5 6 6 9          | 3 3 2 2 1       |
           | higher | 1 2 9 / 9 1 2      | 3 2 1 / 1 3 2   |
           | higher | 5 5 6              | - - -           | it has no peers that can be parted into 3 grades
           | higher | 5                  | -               | it has no peers that can be parted into 3 grades
"""


@pytest.mark.parametrize("given", lines(CLUSTERS), ids=lambda given: f"{given['better']}: {given['x']}")
def test_groups_of_near_neighbours(given: dict[str, str]) -> None:
    graded("clusters", given, labels=3)


@given(st.lists(st.integers(0, 40), min_size=3, max_size=8, unique=True), st.integers(2, 3))
@settings(max_examples=40)
def test_no_other_grouping_is_nearer(whole: list[int], k: int) -> None:
    x = np.array(sorted(whole), dtype=float)
    found = worked_out("clusters", " ".join(map(str, x)), labels=k)

    def within(groups: list[np.ndarray]) -> float:
        return sum(float(np.square(one - one.mean()).sum()) for one in groups)

    cuts = ([0, *inner, len(x)] for inner in combinations(range(1, len(x)), k - 1))
    best = min(within([x[a:b] for a, b in pairwise(one)]) for one in cuts)
    assert found.grade is not None
    assert sorted(set(found.grade[0])) == list(range(1, k + 1))
    assert (np.diff(found.grade[0]) <= 0).all()
    assert within([x[found.grade[0] == one] for one in range(1, k + 1)]) == pytest.approx(best)


@pytest.mark.parametrize("radius", [1.0, 10.0])
def test_a_radius_leaves_the_far_away_out_of_the_centres(radius: float) -> None:
    x = [
        3.0,
        8.0,
        11.0,
        14.0,
        16.0,
        17.0,
        19.0,
        21.0,
        22.0,
    ]  # each radius, and the exact groups, differ
    found = worked_out(f"clusters radius: {radius}", " ".join(map(str, x)), labels=3)
    assert found.grade is not None
    assert found.grade[0].tolist() == (4 - cms_clusters(np.array(x), 3, radius).labels).tolist()
    few = worked_out(f"clusters radius: {radius}", "1 1 1", labels=3)
    assert reasons(few) == "it has no peers that can be parted into 3 grades"


NOT_A_GRADE = "its score is no grade from 1 to 3"
AS_SCORED = f"""
    fields | better | x                       | grades  | why
           | lower  | 1 2 3                   | 1 2 3   |
           | lower  | 0.9999999999 3.00000000001 | 1 3  |
           | lower  | 0 4 1.5                 | - - -   | {NOT_A_GRADE}
           | lower  | 1.001 -                 | - -     | {NOT_A_GRADE}; there is no figure of x
"""


@pytest.mark.parametrize("given", lines(AS_SCORED), ids=lambda given: given["x"])
def test_the_score_is_the_grade(given: dict[str, str]) -> None:
    graded("as_scored", given, labels=3)


# Places by rounded score, ties in the best; `grade` is better or worse than 5
LEAGUE = """
    by             | unit | better | x               | places
    [score]        |      | higher | 3 9 5 -         | 3 1 2 -
    [score]        |      | lower  | 3 9 5           | 1 3 2
    [score]        |      | higher | 3 9 9 1         | 3 1 1 4
    [score]        |      | higher | 0.3 0.30000000000000004 | 1 1
    [score]        | 1    | higher | 2.5 3.4 3.5 2.4 | 2 2 1 4
    [score]        | 1    | lower  | 2.5 3.4 3.5 2.4 | 2 2 4 1
    [score]        | 0.01 | lower  | 1.004 1.005     | 1 2
    [grade]        |      | higher | 3 9 5 4         | 3 1 1 3
    [grade, score] |      | higher | 3 9 5 4         | 4 1 2 3
    [grade, score] | 100  | higher | 3 9 5 4         | 3 1 1 3
    [grade, score] |      | lower  | 3 9 5 -         | 1 3 2 -
    [score]        |      | higher | 1 2 / 2 1       | 2 1 / 1 2
    [grade, score] |      | higher | - - -           | - - -
"""


@pytest.mark.parametrize("given", lines(LEAGUE), ids=lambda given: f"{given['by']} {given['x']}")
def test_places_in_a_league(given: dict[str, str]) -> None:
    by = given["by"].strip("[]").split(", ")
    league = {"of": "it", "by": by, **({"unit": float(given["unit"])} if given["unit"] else {})}
    found = run("cuts at: [5]", {"x": given["x"]}, given["better"], labels=2, leagues=(league,))
    places = found.league(found.edition.leagues[0])
    assert places == pytest.approx(numbers(given["places"]), nan_ok=True)


FROM_THE_WORST = """
    by             | better | x         | places
    [score]        | higher | 3 9 5 -   | 1 3 2 -
    [score]        | lower  | 3 9 5 9   | 4 1 3 1
    [grade]        | higher | 3 9 5 4   | 1 3 3 1
    [grade, score] | higher | 3 9 5 4   | 1 4 3 2
"""


@pytest.mark.parametrize("given", lines(FROM_THE_WORST), ids=lambda given: f"{given['by']} {given['x']}")
def test_a_league_may_count_from_the_worst(given: dict[str, str]) -> None:
    league = {"of": "it", "by": given["by"].strip("[]").split(", "), "first": "worst"}
    found = run("cuts at: [5]", {"x": given["x"]}, given["better"], labels=2, leagues=(league,))
    places = found.league(found.edition.leagues[0])
    assert places == pytest.approx(numbers(given["places"]), nan_ok=True)
    assert found.edition.leagues[0].order == "place 1 is the worst"


def test_a_league_within_a_pool() -> None:
    league = {"of": "it", "pool": "kind"}
    found = run("read", {"x": "3 9 5 7 1"}, leagues=(league,), attributes={"kind": "a a b b -"})
    assert found.league(found.edition.leagues[0]) == pytest.approx(numbers("2 1 2 1 -"), nan_ok=True)


def test_places_of_grades_alone_where_nothing_has_a_score() -> None:
    text = "cuts at: [5] then put when: y >= 1, value: 2, even_unrated: true"
    league = {"of": "it", "by": ["grade", "score"]}
    found = run(text, {"x": "- -", "y": "1 0"}, labels=2, leagues=(league,))
    places = found.league(found.edition.leagues[0])[0].tolist()
    assert places[0] == 1
    assert math.isnan(places[1])
