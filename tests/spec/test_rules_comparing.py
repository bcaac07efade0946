"""Rules that set an organisation against others: each in a table of values in and scores out.

`better` is which way the measure is better, `then` which way the score is.
Organisations are divided by spaces, `-` is missing.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expert_panels.foundation.fault import Fault
from tests.support.notations.method_tables import lines
from tests.support.notations.rule_tables import held, numbers, reasons, run, worked_out

# Of 1, 2, 6 the mean is 3, the deviation √7 (dividing by 2) or √(14 / 3) (by 3)
STANDARDISE = """
    fields                       | better | x           | gives                          | then
                                 | higher | 1 2 6       | -0.755929 -0.377964 1.133893   | higher
                                 | lower  | 1 2 6       | 0.755929 0.377964 -1.133893    | higher
                                 | none   | 1 2 6       | -0.755929 -0.377964 1.133893   | none
    ddof: 0                      | higher | 1 2 6       | -0.925820 -0.462910 1.388730   | higher
    ddof: 0, middle: 9, unit: 2  | higher | 1 2 6       | 7.148360 8.074180 11.777460    | higher
                                 | higher | 1 - 6       | -0.707107 - 0.707107           | higher
                                 | higher | 4           | -                              | higher
                                 | higher | 0.1 0.1 0.1 | - - -                          | higher
                                 | higher | 0.1 0.1 0.1 0.1 0.1 | - - - - -              | higher
    least: 3                     | higher | 1 2 6 -     | -0.755929 -0.377964 1.133893 - | higher
    least: 4                     | higher | 1 2 6 -     | - - - -                        | higher
    by: min_max                  | higher | 1 2 6       | 0 20 100                       | higher
    by: min_max                  | lower  | 1 2 6       | 100 80 0                       | higher
    by: min_max, low: 1, high: 2 | higher | 1 2 6 -     | 1 1.2 2 -                      | higher
    by: min_max                  | higher | 3 3         | - -                            | higher
    by: percentile               | higher | 1 2 6       | 0 0.5 1                        | higher
    by: percentile               | lower  | 1 2 6       | 1 0.5 0                        | higher
    by: percentile               | higher | 5 1 5 9 -   | 0.333333 0 0.333333 1 -        | higher
    by: percentile               | higher | 5           | -                              | higher
    by: percentile, ddof: 0      | lower  | 1 2 6 -     | 0.666667 0.333333 0 -          | higher
    by: percentile, ddof: 0      | higher | 5 1 5 9     | 0.25 0 0.25 0.75               | higher
    by: normal                   | higher | 1 2 6 -     | -0.967422 0 0.967422 -         | higher
    by: normal                   | lower  | 5 1 5 9     | 0 1.150349 0 -1.150349         | higher
    by: normal                   | higher | 5           | -                              | higher
"""


@pytest.mark.parametrize("given", lines(STANDARDISE), ids=lambda given: f"{given['fields']}, {given['x']}")
def test_set_against_all(given: dict[str, str]) -> None:
    held("standardise", given)


WITHIN_POOLS = """
    steps                            | x           | pool      | gives
    standardise by: min_max          | 1 2 10 30   | a a b b   | 0 100 0 100
    standardise by: min_max          | 1 2 10 30   | a a b -   | 0 100 - -
    standardise by: percentile       | 1 2 10 30 0 | a b a b b | 0 0.5 1 1 0
    standardise by: z                | 1 3 10 30   | a a b b   | -0.707107 0.707107 -0.707107 0.707107
    spread_by_rank best: 1, worst: 4 | 1 2 10 30   | a a b b   | 4 1 4 1
    spread_by_rank best: 1, worst: 4 | 1 2 10 30   | a a b -   | 4 1 1 -
"""


@pytest.mark.parametrize("given", lines(WITHIN_POOLS), ids=lambda given: f"{given['steps']}: {given['pool']}")
def test_within_a_pool(given: dict[str, str]) -> None:
    found = worked_out(f"{given['steps']}, pool: kind", given["x"], attributes={"kind": given["pool"]})
    assert found.score == pytest.approx(numbers(given["gives"]), abs=1e-6, nan_ok=True)


ALONE = "fewer than 1 have a figure, or all have the same"
UNKNOWN = "its kind is unknown, so there is nobody to compare it with"


@pytest.mark.parametrize(
    ("steps", "x", "why"),
    [
        ("standardise", "1 2 -", "there is no figure of x"),
        ("standardise", "3 3 3", ALONE),
        ("standardise least: 4", "1 2 3", "fewer than 4 have a figure, or all have the same"),
        ("standardise by: min_max, pool: kind", "1 2 3", f"{ALONE}; {UNKNOWN}"),
        ("spread_by_rank best: 1, worst: 2, pool: kind", "1 2 3", UNKNOWN),
    ],
)
def test_why_nobody_can_be_set_against_an_organisation(steps: str, x: str, why: str) -> None:
    assert reasons(worked_out(steps, x, attributes={"kind": "a b -"})) == why


def test_an_attribute_that_nobody_has_is_named() -> None:
    with pytest.raises(Fault, match=r"no attribute 'region', which a rule asks for; known: kind\."):
        worked_out("standardise pool: region", "1 2", attributes={"kind": "a b"})


def test_a_pool_may_be_those_of_equal_score_at_a_node_and_stays_so_in_draws() -> None:
    text = "standardise by: min_max, pool: node:p"
    published = run(text, {"p": "1 1 2 2 -", "x": "1 2 10 30 5"})
    assert published.states["it"].score == pytest.approx(numbers("0 100 0 100 -"), nan_ok=True)
    assert reasons(published.states["it"]) == "its p is unknown, so there is nobody to compare it with"
    drawn = run(text, {"p": "1 2 1 2 1", "x": "1 2 10 30 5"}, learned=published.learned)
    assert drawn.states["it"].score == pytest.approx(numbers("0 100 0 100 -"), nan_ok=True)


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), min_size=2, max_size=9))
@settings(max_examples=40)
def test_a_weighted_z_is_that_of_the_formula(pairs: list[tuple[int, int]]) -> None:
    x, w = (np.array(one, dtype=float) for one in zip(*pairs, strict=True))
    share = w / w.sum()
    middle = np.dot(share, x)
    population = np.dot(share, (x - middle) ** 2)
    for ddof, variance in ((0, population), (1, population / (1 - np.dot(share, share)))):
        found = worked_out(
            f"standardise ddof: {ddof}, weights: people",
            " ".join(map(str, x)),
            attributes={"people": " ".join(map(str, w))},
        )
        expected = (x - middle) / np.sqrt(variance) if len(set(x)) > 1 else np.full(len(x), np.nan)
        assert found.score[0] == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("fields", ["", "by: min_max, ", "weights: people, "])
def test_a_base_year_stands_still_where_asked(fields: str) -> None:
    others = {"attributes": {"people": "1 2 3"}}
    base = run(f"standardise {fields}held: true", {"x": "1 2 6"}, **others)
    later = run(f"standardise {fields}held: true", {"x": "2 3 7"}, learned=base.learned, **others)
    new = run(f"standardise {fields}held: false", {"x": "2 3 7"}, learned=base.learned, **others)
    one = base.states["it"].score[0]
    slope = (one[2] - one[0]) / 5
    assert later.states["it"].score[0] == pytest.approx(one + slope)
    assert new.states["it"].score[0] == pytest.approx(one)


# Best is 1 and worst 4; who meets the standard or misses the floor is outside the order of the others
SPREAD_BY_RANK = """
    fields                                       | better | x                         | gives
                                             | higher | 9 5 7 1                   | 1 3 2 4
                                                 | lower  | 9 5 7 1                   | 4 2 3 1
                                             | higher | 9 5 7 -                   | 1 4 2.5 -
                                             | higher | 9 9 5 1                   | 1 1 3 4
                                             | higher | 9 5 5 1                   | 1 2 2 4
                                             | higher | 0.30000000000000004 0.3 0 | 1 1 4
                                             | higher | 5                         | 1
    standard: 18, after: 2                       | higher | 19 18 17.9 12 5           | 1 1 2 3 4
    standard: 18, after: 2                       | lower  | 17 18 18.1 20 25          | 1 1 2 3 4
    standard: 18, after: 2                       | higher | 17.9999999999 17          | 1 2
    floor: 10, before: 3                         | higher | 12 11 10 9.9              | 1 2 3 4
    floor: 10, before: 3                         | lower  | 8 9 10 10.1               | 1 2 3 4
    standard: 18, after: 2, floor: 10, before: 3 | higher | 18 17 10 9 -              | 1 2 3 4 -
"""


@pytest.mark.parametrize("given", lines(SPREAD_BY_RANK), ids=lambda given: f"{given['fields']}: {given['x']}")
def test_evenly_by_place(given: dict[str, str]) -> None:
    held("spread_by_rank best: 1, worst: 4,", {**given, "then": "lower"})


def test_evenly_by_place_where_more_is_better() -> None:
    given = {"fields": "", "x": "9 5 7", "gives": "100 0 50", "then": "higher"}
    held("spread_by_rank best: 100, worst: 0", given)


@pytest.mark.parametrize("far", [1, 1000], ids=["places from 1", "places of thousands"])
def test_published_places_untie_what_is_rounded_and_nothing_else(far: int) -> None:
    figures = {
        "x": "0.5 0.5000001 0.5 0.500002 0.4",
        "p": " ".join(str(far * one) for one in (3, 2, 2, 9, 1)),
    }
    found = worked_out("spread_by_rank best: 0, worst: 4, untie: p", figures)
    assert found.score == pytest.approx(numbers("3 1 1 0 4"))


# of A and B the whole is C, of C it is D; A names B and C, B names C and Z, who is not there, D names A and B
TOGETHER = """
    fields                                     | x       | gives       | begins
                                               | 1 2 6 - | 3 3 3 3     |
    how: median                                | 1 2 6 - | 2 2 2 2     |
    how: deviation                             | 1 3 - - | 1.414214 1.414214 1.414214 1.414214 |
    how: deviation                             | 1 - - - | - - - -     | 1 of its 4 organisations have a score
    how: least                                 | 1 2 6 - | 1 1 1 1     |
    how: most, least_share: 0.8                | 1 2 6 - | - - - -     | 3 of its 4 organisations have a score
    how: total, least_share: 0.75              | 1 2 6 - | 9 9 9 9     |
    weights: people                            | 1 2 6 - | 2.6 2.6 2.6 2.6 |
    pool: kind                                 | 1 2 6 - | 1.5 1.5 6 6 |
    pool: kind                                 | 1 2 - - | 1.5 1.5 - - | 0 of its 2 organisations have a score
    parts: whole                               | 1 2 6 - | - - 1.5 6   | it has no parts
    parts: whole, how: total, least_share: 1   | 1 - 6 - | - - - 6     | it has no parts; 1 of its 2 parts
    parts: whole, how: total, least_share: 0.5 | 1 - 6 - | - - 1 6     | it has no parts
    parts: whole, weights: people              | 1 2 6 - | - - 1.75 6  | it has no parts
    peers: near                                | 1 2 6 - | 4 6 - 1.5   | it has no peers
    peers: near, least_share: 1                | 1 2 6 - | 4 - - 1.5   | 1 of its 2 peers have
"""


@pytest.mark.parametrize("given", lines(TOGETHER), ids=lambda given: f"{given['fields']}, {given['x']}")
def test_what_several_come_to_together(given: dict[str, str]) -> None:
    about = {"kind": "a a b b", "people": "1 3 1 2", "whole": "C C D -", "near": "B,C C,Z - A,B"}
    row = {**given, "fields": ", ".join(one for one in ("of: [x]", given["fields"]) if one)}
    held("together", row, attributes=about)
    assert reasons(worked_out(f"together {row['fields']}", row["x"], attributes=about)).startswith(
        given["begins"]
    )


@pytest.mark.parametrize(
    ("fields", "then"), [("", "lower"), (", better: none", "none"), (", how: deviation", "none")]
)
def test_which_way_what_several_come_to_is_better(fields: str, then: str) -> None:
    assert worked_out(f"together of: [x]{fields}", "1 2", better="lower").better == then


def test_what_parts_come_to_is_worked_out_draw_by_draw() -> None:
    found = worked_out("together of: [x], parts: whole", "1 3 - / 5 - -", attributes={"whole": "C C -"})
    assert found.score == pytest.approx(numbers("- - 2 / - - 5"), nan_ok=True)
