"""Rules that adjust a score or a grade: each in a table of what it is given and what it leaves.

Organisations are divided by spaces; `-` is missing. A grade is 1 to 4, given at 8, 6 and 4.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.notations.method_tables import lines
from tests.support.notations.rule_tables import numbers, reasons, run, worked_out

GRADED = "cuts at: [8, 6, 4] then"


def figures(given: dict[str, str]) -> dict[str, str]:
    return {key: given[key] for key in ("x", "d", "e", "j") if given.get(key)}


def changed(given: dict[str, str], rule: str) -> None:
    """The rule with the fields of the row leaves its grades, and says which it changed and why."""
    found = worked_out(f"{GRADED} {rule} {given['fields']}", figures(given))
    assert found.grade is not None
    assert found.grade == pytest.approx(numbers(given["grades"]), nan_ok=True)
    assert [number for one in found.changed for number in np.flatnonzero(one.where)] == [
        number for number, one in enumerate(given["changed"].split()) if one == "yes"
    ]
    assert reasons(found) == given.get("why", "")


# Where d is 1 or more the grade is 3
CONDITIONS = """
    when             | x   | d                       | e   | j         | grades | changed
    d >= 1           | 9 9 | 1 0.9                   |     |           | 3 1    | yes no
    d >= 0.3         | 9 9 | 0.2999999999999999 0.29 |     |           | 3 1    | yes no
    d > 1            | 9 9 | 1.0000000000000002 1.1  |     |           | 1 3    | no yes
    d > 1            | 9 9 | 1 2                     |     |           | 1 3    | no yes
    d <= 1           | 9 9 | 1 1.1                   |     |           | 3 1    | yes no
    d < 1            | 9 9 | 0.9999999999999999 0.9  |     |           | 1 3    | no yes
    d in 1/2         | 9 9 | 2 3                     |     |           | 3 1    | yes no
    d in 1/2         | 9 9 | 1.00000000001 1.5       |     |           | 3 1    | yes no
    d >= 1 and e < 5 | 9 9 | 1 1                     | 4 5 |           | 3 1    | yes no
    d >= 1 or e < 5  | 9 9 | 0 0                     | 4 5 |           | 3 1    | yes no
    j is Red         | 9 9 |                         |     | Red Green | 3 1    | yes no
    j is Red/Amber   | 9 9 |                         |     | Amber -   | 3 1    | yes no
    it < 9           | 9 8 |                         |     |           | 1 3    | no yes
    it.grade in 2    | 9 7 |                         |     |           | 1 3    | no yes
    d >= 1           | 9 9 | - 1                     |     |           | 1 3    | no yes
"""


@pytest.mark.parametrize("given", lines(CONDITIONS), ids=lambda given: f"{given['when']}: {given['d']}")
def test_when_a_condition_holds(given: dict[str, str]) -> None:
    changed({**given, "fields": f"when: {given['when']}, value: 3"}, "put")


# Of what is missing: x is 9, 3 or none, d is 1, 0 or unknown; the condition is d >= 1
PUT = """
    fields                       | x   | d   | grades | changed | why
    value: 3                     | 9 3 | 1 1 | 3 3    | yes yes |
    value: 4                     | 9 3 | 1 1 | 4 4    | yes no  |
    value: 3                     | 9 9 | 0 - | 1 1    | no no   |
    value: null                  | 9 3 | 1 0 | - 4    | yes no  | of a condition
    value: null                  | -   | 1   | -      | no      | there is no figure of x
    value: 3                     | 9 - | 1 1 | 3 -    | yes no  | there is no figure of x
    value: 3, even_unrated: true | 9 - | 1 1 | 3 3    | yes yes |
    value: 3, if_unknown: none   | 9 9 | - 0 | - 1    | yes no  | of a condition
"""


@pytest.mark.parametrize("given", lines(PUT), ids=lambda given: f"{given['fields']}: {given['x']}")
def test_a_grade_is_put_in_place(given: dict[str, str]) -> None:
    changed({**given, "fields": f"when: d >= 1, {given['fields']}"}, "put")


# None where nobody knows whether it holds: what is certain of one condition may decide for all
UNKNOWN = """
    when             | d   | e   | known
    d >= 1 and e < 5 | - - | 4 9 | no yes
    d >= 1 and e < 5 | 1 0 | - - | no yes
    d >= 1 and e < 5 | -   | -   | no
    d >= 1 or e < 5  | - - | 4 9 | yes no
    d >= 1 or e < 5  | 1 0 | - - | yes no
    d >= 1 or e < 5  | -   | -   | no
    d >= 1 or e < 5  | 0   | 9   | yes
"""


@pytest.mark.parametrize("given", lines(UNKNOWN), ids=lambda given: f"{given['when']}: {given['d']}")
def test_what_is_unknown(given: dict[str, str]) -> None:
    x = " ".join("9" for _ in given["d"].split())
    found = worked_out(
        f"{GRADED} put when: {given['when']}, value: 3, if_unknown: none", {**figures(given), "x": x}
    )
    assert found.grade is not None
    assert np.isfinite(found.grade[0]).tolist() == [one == "yes" for one in given["known"].split()]


def test_both_judgements_must_be_red_and_one_that_is_green_is_enough_to_know() -> None:
    text = f"{GRADED} put when: j is Red and k is Red, value: 4, if_unknown: none"
    found = worked_out(text, {"x": "9 9 9 9", "j": "Red Red Green -", "k": "Red - - -"})
    assert found.grade == pytest.approx(numbers("4 - 1 -"), nan_ok=True)


def test_a_score_is_put_in_place() -> None:
    found = worked_out("read then put by: score, when: d >= 1, value: 0", {"x": "9 5 -", "d": "1 0 1"})
    assert found.score == pytest.approx(numbers("0 5 -"), nan_ok=True)
    graded = worked_out(f"{GRADED} put by: score, when: d >= 1, value: 0", {"x": "9", "d": "1"})
    assert (graded.score.tolist(), graded.grade.tolist() if graded.grade is not None else 0) == ([[0]], [[1]])


# Where d is 1 or more
CAP = """
    fields                   | x         | d         | grades  | changed
    at_best: 3               | 9 7 5 3 - | 1 1 1 1 1 | 3 3 3 4 - | yes yes no no no
    at_best: 3               | 9 7       | 0 -       | 1 2     | no no
    at_worst: 2              | 9 7 5 3   | 1 1 1 1   | 1 2 2 2 | no no yes yes
    at_best: 2, at_worst: 3  | 9 7 5 3   | 1 1 1 1   | 2 2 3 3 | yes no no yes
"""


@pytest.mark.parametrize("given", lines(CAP), ids=lambda given: f"{given['fields']}: {given['d']}")
def test_a_grade_is_held_between_two(given: dict[str, str]) -> None:
    why = "there is no figure of x" if "-" in given["x"] else ""
    changed({**given, "fields": f"when: d >= 1, {given['fields']}", "why": why}, "cap")


REQUIRE = """
    fields                           | x     | d     | e     | grades | changed    | why
    when: d >= 1                     | 9 7   | 1 0   |       | 1 -    | no yes     | of a condition
    when: d >= 1                     | 9     | -     |       | -      | yes        | of a condition
    when: d >= 1                     | -     | 1     |       | -      | no         | there is no figure of x
    when: d >= 1 or e >= 1           | 9 9 9 | 1 0 0 | 0 - 0 | 1 - -  | no yes yes | of a condition
    when: d >= 1, because: no doctor | 9     | 0     |       | -      | yes        | no doctor
"""


@pytest.mark.parametrize("given", lines(REQUIRE), ids=lambda given: f"{given['fields']}: {given['d']}")
def test_nothing_unless_it_holds(given: dict[str, str]) -> None:
    changed(given, "require")


def test_what_is_required_of_a_score_takes_the_score() -> None:
    found = worked_out("read then require when: d >= 1", {"x": "9 7", "d": "1 0"})
    assert found.score == pytest.approx(numbers("9 -"), nan_ok=True)
    assert found.grade is None


def test_each_adjustment_says_what_it_changed() -> None:
    text = f"{GRADED} cap when: d >= 1, at_best: 2 then put when: d >= 2, value: 4"
    found = worked_out(text, {"x": "9 9 9", "d": "0 1 2"})
    assert [(one.step, one.where.tolist()) for one in found.changed] == [
        (2, [False, True, True]),
        (3, [False, False, True]),
    ]


BOUND = """
    fields                         | x               | gives
    low: 2                         | 1 2 3 -         | 2 2 3 -
    high: 2                        | 1 2 3 -         | 1 2 2 -
    low: 2, high: 2.5              | 1 2 3           | 2 2 2.5
    low_share: 0.25                | 1 2 3 4 5       | 2 2 3 4 5
    high_share: 0.75               | 1 2 3 4 5       | 1 2 3 4 4
    low_share: 0.1, high_share: 0.9 | 0 10 20 -      | 2 10 18 -
    low: 15, high_share: 0.5       | 0 10 20 30 -    | 15 15 15 15 -
    low_share: 0.1                 | - -             | - -
"""


@pytest.mark.parametrize("given", lines(BOUND), ids=lambda given: f"{given['fields']}: {given['x']}")
def test_a_score_is_held_between_bounds(given: dict[str, str]) -> None:
    found = worked_out(f"read then bound {given['fields']}", given["x"])
    assert found.score == pytest.approx(numbers(given["gives"]), nan_ok=True)


def test_bounds_at_shares_are_those_of_the_published_figures() -> None:
    text = "read then bound high_share: 0.5"
    published = run(text, {"x": "1 2 3"})
    assert run(text, {"x": "5 1 7"}, learned=published.learned).states["it"].score.tolist() == [[2, 1, 2]]


ROUND = """
    fields              | x                        | gives
    unit: 0.5           | 3.24 3.25 3.75 -         | 3 3.5 4 -
    unit: 1             | 0.5 1.5 2.5 0.4999       | 1 2 3 0
    unit: 1             | -0.5 -1.5 -0.49          | -1 -2 0
    unit: 0.01          | 1.005 2.675 1.0049       | 1.01 2.68 1
    unit: 1             | 0.49999999999            | 1
    unit: 1, clean: 12  | 0.49999999999            | 0
    unit: 10            | 14 15                    | 10 20
"""


@pytest.mark.parametrize("given", lines(ROUND), ids=lambda given: f"{given['fields']}: {given['x']}")
def test_a_score_is_rounded(given: dict[str, str]) -> None:
    found = worked_out(f"read then round {given['fields']}", given["x"])
    assert found.score == pytest.approx(numbers(given["gives"]), nan_ok=True)


@given(st.lists(st.integers(-400, 400), min_size=1, max_size=6), st.sampled_from([0.25, 0.1, 1.0, 5.0]))
@settings(max_examples=30)
def test_what_is_rounded_lies_within_half_a_unit(whole: list[int], unit: float) -> None:
    x = np.array(whole) / 8
    found = worked_out(f"read then round unit: {unit}", " ".join(map(str, x))).score[0]
    assert (np.abs(found - x) <= unit / 2 + 1e-9).all()
    assert found / unit == pytest.approx(np.round(found / unit))
