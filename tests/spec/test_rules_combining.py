"""Rules that make one score of several members: each in a table of members in and a score out.

One organisation a row, whose members are a, b, c; `-` is missing.
"""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.notations.method_tables import lines
from tests.support.notations.rule_tables import numbers, reasons, run, worked_out


def members(text: str) -> dict[str, str]:
    return dict(zip("abc", text.split(), strict=False))


def held(rule: str, given: dict[str, str]) -> None:
    """The rule with the fields of the row gives its score, or its reason for none."""
    found = worked_out(
        f"{rule} {given['fields']}", members(given["a b c"]), better=given.get("better", "higher")
    )
    assert found.score[0] == pytest.approx(numbers(given["gives"])[0], abs=1e-6, nan_ok=True)
    assert reasons(found) == given["why"]


MEAN = """
    fields                      | a b c  | gives    | why
                                | 1 2 6  | 3        |
                                | 1 - 6  | 3.5      |
                                | - - -  | -        | 0 of 3 are there; without a, b, …
    of: [a, b, c*2]             | 1 2 6  | 3.75     |
    of: [a, b, c*2]             | 1 - 6  | 4.333333 |
    of: [a*0, b*0, c*2]         | 1 2 -  | -        | 2 of 3 are there; without c
    power: 0, of: [a*3, b*1]    | 1 16 - | 2        |
    power: 0                    | 2 8 -  | 4        |
    power: 0                    | 0 8 4  | 0        |
    power: 0                    | -1 8 4 | -        | its members have no such mean
    power: -1                   | 2 6 -  | 3        |
    power: -1, of: [a*3, b*1]   | 2 6 -  | 2.4      |
    power: -1                   | 0 6 4  | 0        |
    total: true, fill: 0        | 1 2 6  | 9        |
    total: true, fill: 1        | 1 - 6  | 8        |
    total: true, fill: 1        | - - -  | -        | 0 of 3 are there; without a, b, …
    total: true, least: 3       | 1 - 6  | -        | 2 of 3 are there; without b
    total: true, least: 2       | 1 - 6  | 7        |
    total: true, power: 0, least: 1 | 2 3 4 | 24    |
    total: true, power: 0, fill: 2 | 3 - 4 | 24     |
    fill: 0                     | 1 - 6  | 2.333333 |
    fill: 0, of: [a*2, b, c]    | 1 - 6  | 2        |
    fill: 0, least: 3           | 1 - 6  | -        | 2 of 3 are there; without b
    fill: 0, least: 1           | - - -  | -        | 0 of 3 are there; without a, b, …
    least: 2                    | - - 6  | -        | 1 of 3 are there; without a, b
    least: 2                    | - 2 6  | 4        |
    least_share: 0.6666666667   | - 2 6  | 4        |
    least_share: 0.67           | - 2 6  | -        | 2 of 3 are there; without a
    required: [a]               | 1 - -  | 1        |
    required: [a]               | - 2 6  | -        | 2 of 3 are there; without a
    required: [a, c]            | 1 2 -  | -        | 2 of 3 are there; without c
"""


# a divided by b, and by its square
QUOTIENTS = """
    fields                                         | better | a b c  | gives | why
    total: true, power: 0, of: [a, b*-1], least: 2 | none   | 6 -4 - | -1.5  |
    total: true, power: 0, of: [a, b*-1], least: 2 | none   | -6 4 - | -1.5  |
    total: true, power: 0, of: [a, b*-1], least: 2 | none   | 0 4 -  | 0     |
    total: true, power: 0, of: [a, b*-1], least: 2 | none   | 6 0 -  | -     | its members have no such mean
    total: true, power: 0, of: [a, b*-1], least: 2 | none   | 6 - -  | -     | 1 of 2 are there; without b
    total: true, power: 0, of: [a, b*-2], least: 2 | none   | 8 -4 - | 0.5   |
"""


@pytest.mark.parametrize("given", lines(QUOTIENTS), ids=lambda given: f"{given['fields']}: {given['a b c']}")
def test_a_product_may_be_below_0_and_divide(given: dict[str, str]) -> None:
    held("mean", given)


@pytest.mark.parametrize("given", lines(MEAN), ids=lambda given: f"{given['fields']}: {given['a b c']}")
def test_a_mean_or_a_sum(given: dict[str, str]) -> None:
    held("mean", given)


def test_what_a_total_takes_away_counts_the_other_way_round() -> None:
    text = "mean total: true, least: 2, of: [p, q*-1]"
    before = {"p": "read measure: a, better: higher", "q": "read measure: b, better: lower"}
    found = worked_out(text, {"a": "5 5", "b": "2 -"}, before=before)
    assert (found.score.tolist()[0][0], found.better) == (3, "higher")
    assert reasons(found) == "1 of 2 are there; without q"


def test_a_score_says_on_how_many_members_it_rests() -> None:
    found = worked_out("mean", {"a": "1 -", "b": "1 1", "c": "1 -"})
    assert found.n_used is not None
    assert (found.n_used.tolist(), found.n_expected) == ([3, 1], 3)


def test_members_by_grade_are_better_low() -> None:
    before = {"g": "read measure: a then cuts at: [8, 4]"}
    found = worked_out("mean of: [g.grade]", {"a": "9 5 1"}, before=before)
    assert (found.score.tolist(), found.better) == ([[1, 2, 3]], "lower")


# n / (n − 1) · Σ w·(x − mean)² / Σ w
SPREAD = """
    fields             | a b c | gives | why
                       | 1 2 6 | 7     |
                       | 1 - 5 | 8     |
                       | 3 3 3 | 0     |
                       | - 2 - | -     | 1 of 3 are there; without a, c
    of: [a*1, b*1, c*2] | 1 2 5 | 4.78125 |
"""


@pytest.mark.parametrize("given", lines(SPREAD), ids=lambda given: f"{given['fields']}: {given['a b c']}")
def test_a_variance_of_the_members(given: dict[str, str]) -> None:
    held("spread", given)


COUNT = """
    fields | a b c  | gives | why
           | 1 2 0  | 3     |
           | 1 - 0  | 2     |
           | - - -  | 0     |
"""


@pytest.mark.parametrize("given", lines(COUNT), ids=lambda given: given["a b c"])
def test_how_many_members_are_there(given: dict[str, str]) -> None:
    held("count", given)


# 1 1 gives 1, 1 2 gives 2, 2 1 gives 3; nothing is known of 2 2
LOOK_UP = """
    a b c                    | gives | why
    1 1                      | 1     |
    1 2                      | 2     |
    2 1                      | 3     |
    2 0.99999999999          | 3     |
    2 2                      | -     | the table has nothing for its members
    2 1.001                  | -     | the table has nothing for its members
    2 -                      | -     | 1 of 2 are there; without b
"""


@pytest.mark.parametrize("given", lines(LOOK_UP), ids=lambda given: given["a b c"])
def test_a_table(given: dict[str, str]) -> None:
    cells = "{when: [1, 1], gives: 1}, {when: [1, 2], gives: 2}, {when: [2, 1], gives: 3}"
    held(f"look_up cells: [{cells}]", {**given, "fields": ""})


PICK = """
    fields                         | better | a b c | gives | why
                                   | higher | 1 2 6 | 1     |
                                   | lower  | 1 2 6 | 6     |
    which: best                    | higher | 1 2 6 | 6     |
    which: best                    | lower  | 1 2 6 | 1     |
    place: 2                       | higher | 6 1 2 | 2     |
    place: 2                       | lower  | 6 1 2 | 2     |
    place: 2                       | higher | 6 6 1 | 6     |
    place: 3, which: best          | higher | 6 1 2 | 1     |
    place: 2                       | higher | - 1 2 | 2     |
    place: 2                       | higher | - - 2 | -     | 1 of 3 are there; without a, b
    which: worst                   | higher | - 2 6 | 2     |
    which: worst, needs_all: true  | higher | - 2 6 | -     | 2 of 3 are there; without a
    which: first                   | higher | - 2 6 | 2     |
    which: first                   | none   | 1 2 6 | 1     |
    which: first                   | higher | - - - | -     | 0 of 3 are there; without a, b, …
    which: first, needs_all: true  | higher | 1 - 6 | -     | 2 of 3 are there; without b
"""


@pytest.mark.parametrize("given", lines(PICK), ids=lambda given: f"{given['fields']}: {given['a b c']}")
def test_one_member_decides(given: dict[str, str]) -> None:
    held("pick", given)


# 1 for two members of 1, 2 for one of 1 and none of 4, 3 for whatever has no 4
TALLIES = """
    fields           | a b c      | gives | why
                     | 1 1 4      | 1     |
                     | 1 0.999999999999 4 | 1 |
                     | 1 2 3      | 2     |
                     | 1 2 4      | -     | no case is that of its members
                     | 2 2 3      | 3     |
                     | 2 2 4      | -     | no case is that of its members
                     | 1 1 -      | -     | 2 of 3 are there; without c
    needs_all: false | 1 1 -      | 1     |
    needs_all: false | 2 - -      | 3     |
    needs_all: false | - - -      | -     | 0 of 3 are there; without a, b, …
"""


@pytest.mark.parametrize("given", lines(TALLIES), ids=lambda given: f"{given['fields']}: {given['a b c']}")
def test_the_first_case_whose_tallies_hold(given: dict[str, str]) -> None:
    some, none = "{values: [1], at_least: 1}", "{values: [4], at_most: 0}"
    cases = f"{{gives: 1, when: [{{values: [1], at_least: 2}}]}}, {{gives: 2, when: [{some}, {none}]}}"
    held(f"tallies cases: [{cases}, {{gives: 3, when: [{none}]}}],", given)


def test_a_case_without_a_tally_is_for_all_others() -> None:
    text = "tallies cases: [{gives: 1, when: [{values: [1, 2], at_least: 2, at_most: 2}]}, {gives: 9}]"
    assert worked_out(text, {"a": "1 1 1", "b": "2 2 3", "c": "3 1 3"}).score.tolist() == [[1, 9, 9]]


FIGURES = st.lists(st.one_of(st.none(), st.integers(1, 9)), min_size=3, max_size=3)


@given(FIGURES, st.tuples(*[st.integers(1, 5)] * 3), st.sampled_from([1, 0, -1]))
@settings(max_examples=60)
def test_a_weighted_mean_is_that_of_the_formula(
    x: list[int | None], w: tuple[int, int, int], power: int
) -> None:
    text = f"mean power: {power}, of: [a*{w[0]}, b*{w[1]}, c*{w[2]}]"
    found = worked_out(
        text, {key: "-" if one is None else str(one) for key, one in zip("abc", x, strict=True)}
    )
    there = np.array([one for one in x if one is not None], dtype=float)
    weight = np.array([own for own, one in zip(w, x, strict=True) if one is not None], dtype=float)
    if not len(there):
        assert np.isnan(found.score[0, 0])
        return
    by_hand = {
        1: np.average(there, weights=weight),
        0: np.prod(there ** (weight / weight.sum())),
        -1: weight.sum() / (weight / there).sum(),
    }
    assert found.score[0, 0] == pytest.approx(by_hand[power])


@pytest.mark.parametrize("power", [1, 0, -1])
def test_a_mean_rises_with_each_member_and_lies_among_them(power: int) -> None:
    for a, b, c in itertools.product([1.0, 2.0, 5.0], repeat=3):
        lower, higher = (
            worked_out(f"mean power: {power}", {"a": f"{one}", "b": f"{b}", "c": f"{c}"}).score[0, 0]
            for one in (a, a + 1)
        )
        assert min(a, b, c) - 1e-12 <= lower < higher


def test_members_of_several_draws_and_of_one_go_together() -> None:
    found = run("mean", {"a": "1 3 / 3 5", "b": "5 7"}).states["it"]
    assert found.score.tolist() == [[3, 5], [4, 6]]
