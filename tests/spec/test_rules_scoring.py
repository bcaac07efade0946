"""Rules that give a score: each in a table of values in and scores out.

`better` is which way the measure is better, `then` which way the score is.
Organisations are divided by spaces, `-` is missing.
"""

import numpy as np
import pytest
from scipy import stats

from tests.support.notations.method_tables import lines
from tests.support.notations.rule_tables import held, numbers, reasons, run, worked_out

READ_AND_TAKE = """
    steps        | better | x     | gives | then   | why
    read         | higher | 3 - 1 | 3 - 1 | higher | there is no figure of x
    read         | lower  | 3 2 1 | 3 2 1 | lower  |
    read         | none   | 3 2 1 | 3 2 1 | none   |
    take of: [x] | lower  | 3 - 1 | 3 - 1 | lower  | there is no figure of x
"""


@pytest.mark.parametrize(
    "given", lines(READ_AND_TAKE), ids=lambda given: f"{given['steps']}, {given['better']}"
)
def test_a_measure_or_a_node_as_it_is(given: dict[str, str]) -> None:
    held(given["steps"], {**given, "fields": ""})


def test_the_grade_of_a_node_is_better_low() -> None:
    taken = worked_out("take of: [g.grade]", "9 5 1 -", before={"g": "cuts at: [8, 4]"})
    assert taken.score == pytest.approx(numbers("1 2 3 -"), nan_ok=True)
    assert (taken.better, reasons(taken)) == ("lower", "there is no figure of x")


TRANSFORM = """
    fields               | better | x             | gives         | then   | why
    by: log              | higher | 1 2.718281828 | 0 1           | higher |
    by: log              | lower  | 0.5 0 -1      | -0.693147 - - | lower  | its figure has no logarithm
    by: power, power: 2  | higher | 3 0 -2        | 9 0 4         | higher |
    by: power, power: .5 | higher | 9 0 -4        | 3 0 -         | higher | its figure has no power of 0.5
    by: power, power: -1 | higher | 4 0 -2        | 0.25 - -0.5   | lower  | its figure has no power of -1
    by: power, power: -1 | lower  | 4             | 0.25          | higher |
    by: power, power: -1 | none   | 4             | 0.25          | none   |
    by: power            | lower  | 4 -           | 4 -           | lower  | there is no figure of x
"""


@pytest.mark.parametrize("given", lines(TRANSFORM), ids=lambda given: f"{given['fields']}, {given['better']}")
def test_a_logarithm_or_a_power(given: dict[str, str]) -> None:
    held("transform", given)


# One standard error of 40 % of 100 is √(40 · 60 / 100) = 4.898979; England has 40, Wales no figure
DISTANCE = """
    fields                | better | x                      | n           | gives  | why
    standard: 40          | higher | 44.898979 40 35.101021 | 100 100 100 | 1 0 -1 |
    standard: 40          | lower  | 44.898979 40 35.101021 | 100 100 100 | -1 0 1 |
    standard: 40          | none   | 44.898979 40 35.101021 | 100 100 100 | 1 0 -1 |
    standard: 40          | higher | 44.898979 44.898979    | 400 0       | 2 -    | it has no standard error
    standard: 40          | higher | 40 -                   | 400 400     | 0 -    | there is no figure of x
    standard: 100         | higher | 99                     | 100         | -      | it has no standard error
                          | higher | 44.898979 35.101021    | 100 100     | 1 -1   |
    per: 1, standard: 0.4 | higher | 0.44898979             | 100         | 1      |
    error: poisson        | higher | 52.649111 33.675445    | 100 400     | 2 -2   |
    reference: WAL        | higher | 40 60                  | 100 100     | -2 2   |
"""


@pytest.mark.parametrize("given", lines(DISTANCE), ids=lambda given: f"{given['fields']}, {given['better']}")
def test_standard_errors_from_a_reference(given: dict[str, str]) -> None:
    error = "" if "error" in given["fields"] else "error: binomial, "
    held(f"distance {error}", given, counts={"denominator": given["n"]}, england=40)


# On the reference it is 0, though the middle of a skewed count lies off its mean
EXACT = """
    error    | reference | n   | events | chance of fewer, and half of as many
    poisson  | 4         | 100 | 0      | 0.009158
    poisson  | 4         | 100 | 4      | 0.5
    poisson  | 4         | 100 | 8      | 0.963752
    poisson  | 4         | 100 | 9      | 0.985253
    binomial | 10        | 20  | 0      | 0.060788
    binomial | 10        | 20  | 2      | 0.5
    binomial | 10        | 20  | 5      | 0.972786
    binomial | 50        | 1   | 1      | 0.75
"""


@pytest.mark.parametrize("given", lines(EXACT), ids=lambda given: f"{given['events']} of {given['n']}")
def test_small_counts_are_as_far_as_their_exact_chance(given: dict[str, str]) -> None:
    fields = f"distance error: {given['error']}, standard: {given['reference']}, exact: true"
    value = repr(100 * float(given["events"]) / float(given["n"]))
    found = worked_out(fields, value, counts={"denominator": given["n"]})
    chance = float(given["chance of fewer, and half of as many"])
    assert stats.norm.cdf(found.score[0, 0]) == pytest.approx(chance, abs=2e-6)


def test_of_small_counts_no_more_are_flagged_than_is_meant() -> None:
    """Poisson counts about 4: by the normal law 5.1 % lie 1.96 standard errors above, exactly 2.1 %."""
    counts = np.arange(30)
    text, value = "distance error: poisson, standard: 4", " ".join(map(str, counts))
    n = {"denominator": "100 " * 30}
    share = stats.poisson.pmf(counts, 4)
    flagged = {
        exact: share[worked_out(f"{text}, exact: {exact}", value, counts=n).score[0] >= 1.96].sum()
        for exact in ("true", "false")
    }
    assert flagged["false"] == pytest.approx(0.0511, abs=1e-4)
    assert flagged["true"] == pytest.approx(0.0214, abs=1e-4)


@pytest.mark.parametrize(
    "fields", ["error: interval", "error: poisson, widen: true", "error: poisson, phi: 2"]
)
def test_exact_chances_are_those_of_plain_counts(fields: str) -> None:
    with pytest.raises(ValueError, match="exact chances are those of plain counts"):
        worked_out(f"distance {fields}, exact: true", "1")


@pytest.mark.parametrize(("needs", "is_there"), [(0.49, True), (0.5, True), (0.51, False)])
def test_a_reference_needs_a_share_of_the_organisations(needs: float, is_there: bool) -> None:
    found = worked_out(
        f"distance error: binomial, reference_needs: {needs}", "40 60 - -", counts={"denominator": "100 " * 4}
    )
    assert found.score == pytest.approx(numbers("-2 2 - -" if is_there else "- - - -"), nan_ok=True)
    lacks = "" if is_there else "there is nothing to compare it with; "
    assert reasons(found) == f"{lacks}there is no figure of x"


def test_a_reference_of_counts_is_that_of_all_of_them_together() -> None:
    counts = {"numerator": "10 90", "denominator": "100 300"}  # 25 %, where the mean of the two is 20
    found = run("distance error: binomial", {"x": "10 30"}, counts=counts)
    assert found.learned.steps["it", 1].value.tolist() == [25, 25]
    half = run("distance error: binomial", {"x": "10 30"}, counts={**counts, "numerator": "10 -"})
    assert half.learned.steps["it", 1].value.tolist() == [
        20,
        20,
    ]  # of figures, where not more than half have counts
    none = run("distance error: binomial", {"x": "10 20 60 / 5 5 5"})
    assert none.learned.steps["it", 1].value.tolist() == [30, 30, 30]  # of the first draw


def test_a_published_interval_gives_the_error() -> None:
    counts = {"lower_95": "8.04 8.04 - 12", "upper_95": "11.96 11.96 11 11"}
    found = worked_out("distance error: interval, standard: 8", "10 6 10 10", counts=counts)
    assert found.score == pytest.approx(numbers("1.999963 -1.999963 - -"), abs=1e-5, nan_ok=True)
    assert reasons(found) == "it has no standard error"


@pytest.mark.parametrize(
    ("z", "fields", "is_widened"),
    [
        (5.0, "widen: true", True),
        (5.0, "widen: false", False),
        (5.0, "widen: true, widen_above: 25.01", False),
        (5.0, "widen: true, widen_above: 24.99", True),
        (0.5, "widen: true", False),
    ],
)
def test_limits_are_widened_where_more_than_chance_is_seen(z: float, fields: str, is_widened: bool) -> None:
    x = " ".join(f"{50 + sign * z * 5}" for sign in (1, -1) * 10)  # one standard error is 5 points
    text = f"distance error: binomial, standard: 50, {fields}"
    found = run(text, {"x": x}, counts={"denominator": "100 " * 20})
    learned = found.learned.steps["it", 1]
    assert learned.phi == pytest.approx(z**2)
    # tau² = (n·phi − (n − 1)) / (Σw − Σw²/Σw), with w = 1 / 25 for each of 20
    assert learned.tau2 == pytest.approx(25 * (20 * z**2 - 19) / 19 if is_widened else 0)
    assert np.abs(found.states["it"].score[0]) == pytest.approx(z * 5 / np.sqrt(25 + learned.tau2))


def test_one_alone_cannot_say_how_much_wider_its_limits_should_be() -> None:
    text = "distance error: binomial, standard: 50, widen: true"
    found = worked_out(text, {"x": "60 -"}, counts={"denominator": "100 100"})
    assert np.isnan(found.score).all()
    wide = "its limits are to be widened, and too few have a figure to say by how much"
    assert reasons(found) == f"{wide}; there is no figure of x"


def test_extremes_are_pulled_in_or_left_out() -> None:
    z = np.array([1, -1] * 7 + [30, -30] * 3, dtype=float)

    def phi(fields: str) -> float:
        text = f"distance error: binomial, standard: 50, {fields}"
        x = " ".join(str(50 + 5 * one) for one in z)
        return float(run(text, {"x": x}, counts={"denominator": "100 " * 20}).learned.steps["it", 1].phi)

    assert phi("extremes: truncate") == pytest.approx((14 * 1 + 2 * 900) / 16)  # two at each end go
    assert phi("winsorise: 0") == pytest.approx(np.square(z).mean())
    low, high = np.quantile(z, [0.1, 0.9])
    assert phi("winsorise: 0.1") == pytest.approx(np.square(np.clip(z, low, high)).mean())


def test_what_a_distance_learned_stands_still_in_draws() -> None:
    counts, text = {"numerator": "40 60", "denominator": "100 100"}, "distance error: binomial, widen: true"
    published = run(text, {"x": "40 60"}, counts=counts)
    drawn = run(text, {"x": "40 60 / 90 90"}, counts=counts, learned=published.learned).states["it"]
    learned = published.learned.steps["it", 1]
    assert learned.value.tolist() == [50, 50]
    assert drawn.score[0] == pytest.approx(published.states["it"].score[0])
    assert drawn.score[1] == pytest.approx((90 - learned.value) / learned.spread)


GOALPOSTS = """
    fields                             | better | x          | gives    | then   | why
    worst: 20, best: 85                | higher | 20 52.5 85 | 0 .5 1   | higher |
    worst: 20, best: 85                | none   | 19 86 -    | 0 1 -    | higher | there is no figure of x
    worst: 20, best: 85, inside: false | higher | 13.5 91.5  | -0.1 1.1 | higher |
    worst: 8, best: 2                  | lower  | 8 5 2 1    | 0 .5 1 1 | higher |
    worst: 2, best: 8, low: 1, high: 5 | higher | 2 5 8      | 1 3 5    | higher |
    worst: 2, best: 8, low: 4, high: 1 | higher | 2 5 8      | 4 2.5 1  | lower  |
    worst: 1, best: 100, log: true     | higher | 1 10 0.1   | 0 .5 0   | higher |
    worst: 1, best: 100, log: true     | higher | 1 0 -1     | 0 - -    | higher | its figure has no logarithm
"""


@pytest.mark.parametrize("given", lines(GOALPOSTS), ids=lambda given: f"{given['fields']}: {given['x']}")
def test_the_share_of_the_way(given: dict[str, str]) -> None:
    held("goalposts", given)


# 2 points from 1.96 on, 1 point above −1.96, else none
STEPS = """
    x                          | better | gives
    1.97 1.96 1.95             | higher | 2 2 1
    -1.95 -1.96 -1.97 -        | lower  | 1 0 0 -
    1.9599999999 -1.9599999999 | higher | 2 0
"""


@pytest.mark.parametrize("given", lines(STEPS), ids=lambda given: given["x"])
def test_points_of_the_first_level_reached(given: dict[str, str]) -> None:
    levels = "steps levels: [{at_least: 1.96, points: 2}, {above: -1.96, points: 1}], below:"
    held(levels, {**given, "fields": "0", "then": "higher"})


@pytest.mark.parametrize(
    ("fields", "x", "gives", "better"),
    [
        ("at_least: 0.3, points: 1}], below: 0", "0.2999999999999999 0.2999", "1 0", "higher"),
        ("above: 0.3, points: 1}], below: 0", "0.30000000000000004 0.3001", "0 1", "higher"),
        ("at_least: 2, points: 0}], below: 1, magnitude: true", "2 -2 1.9 -1.9 -3", "0 0 1 1 0", "higher"),
        ("at_least: 9, points: 3}], below: 1, better: lower", "9 8.9", "3 1", "lower"),
    ],
)
def test_points_of_one_level(fields: str, x: str, gives: str, better: str) -> None:
    held("steps levels: [{", {"fields": fields, "x": x, "gives": gives, "then": better})


LABELS = """
    fields                              | x         | gives     | why
    points: {Green: 2, Red: 0}          | Green Red | 2 0       |
    points: {Green: 2, Red: 0}          | Red -     | 0 -       | there is no figure of x
    points: {Good: 2}                   | Good good | 2 -       | judged 'good', which is none of Good
    points: {R: 4, G: 1}, better: lower | R G / G G | 4 1 / 1 1 |
"""


@pytest.mark.parametrize("given", lines(LABELS), ids=lambda given: f"{given['fields']}: {given['x']}")
def test_points_of_a_judgement(given: dict[str, str]) -> None:
    way = "lower" if "lower" in given["fields"] else "higher"
    held("labels measure: x,", {**given, "then": way})
