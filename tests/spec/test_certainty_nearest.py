"""What would change a rating, and which figures really changed: small tables, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.certainty.changes import real_changes, sentence_of_change
from ccg_pipeline.method.certainty.nearest import nearest_other_grade
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.run import Run
from tests.support.notations.method_tables import lines
from tests.support.notations.rule_tables import run

# Organisation A's grade of "it", by the figures x and y; whichever figure needs to move least says what
NEAREST = """
    steps                                   | x     | y     | measure | needed | label
    mean of: [x] then cuts at: [6, 4]       | 5.5 1 9 | 1 2 3 | x     | 6      | grade 1
    mean of: [x] then cuts at: [6, 4]       | 4 1 9 | 1 2 3 | x       | 4      | grade 3
    mean of: [x] then cuts at: [60, 40]     | 5 1 9 | 1 2 3 | -       | -      | -
    mean of: [x, y] then cuts at: [6, 2]    | 5 1 9 | 5 4 9 | x       | 7      | grade 1
    mean of: [x, y*3] then cuts at: [6, 2]  | 5 1 9 | 5 1 9 | y       | 6.34   | grade 1
    mean of: [x] then quantiles shares: [.4] | 3 4 5 6 1 | 1 2 3 4 5 | x | 5    | grade 1
    mean of: [x] then cuts at: [6, 4]       | - 1 9 | 1 2 3 | -       | -      | -
    read then cuts at: [60, 0]              | 5 1 9 | 1 2 3 | x       | 0      | grade 3
    read {repeated} then cuts at: [60, 0]   | 5 1 9 | 1 2 3 | -       | -      | -
    read {repeated} then cuts at: [9, 0]    | 5 1 9 | 1 2 3 | x       | 9      | grade 1
"""


REPEATED = "error: {value: repeated, provenance: assumed, source: a test}"


@pytest.mark.parametrize("given", lines(NEAREST), ids=lambda given: f"{given['steps']}, {given['x']}")
def test_the_nearest_other_grade(given: dict[str, str]) -> None:
    published = run(
        given["steps"].replace("{repeated}", REPEATED), {"x": given["x"], "y": given["y"]}, labels=3
    )
    found = nearest_other_grade(published, "it", "A")
    if given["measure"] == "-":
        assert found is None
        return
    assert found is not None
    assert (found.measure, found.label) == (given["measure"], given["label"])
    assert found.needed == pytest.approx(float(given["needed"]), abs=1e-4)


# A line is said as it is written, and a figure beyond it is rounded so that it is still beyond
SAID = """
    steps                                      | x              | said
    read then cuts at: [85]                    | 85.06 80 90    | is 85.06; below 85, all else
    read then cuts at: [85]                    | 84.2 80 90     | is 84.2; at 85, all else
    read then cuts at: [0]                     | 0 -1 4         | is 0; below 0, all else
    read then cuts at: [0.125]                 | 0.3 0 1        | is 0.3; below 0.125, all else
    read then transform by: power, power: 2 then cuts at: [2] | 1 0 3 | is 1; at 1.415, all else
    read then transform by: power, power: 2 then cuts at: [2] | 2 0 3 | is 2; at 1.414, all else
    read then cuts at: [0.00021]               | 0.00001 0 0.0004 | is 0.00001; at 0.00021, all else
    read then cuts at: [2500000]               | 2000000 0 4000000 | is 2,000,000; at 2,500,000, all else
"""


@pytest.mark.parametrize("given", lines(SAID), ids=lambda given: f"{given['steps']}, {given['x']}")
def test_the_sentence_is_true_at_the_line(given: dict[str, str]) -> None:
    found = nearest_other_grade(run(given["steps"], {"x": given["x"]}, labels=2), "it", "A")
    assert found is not None
    assert given["said"] in found.sentence("x")


def counted(events: list[int]) -> Run:
    shown = " ".join(map(str, events))
    n = " ".join(["1000"] * len(events))
    return run(
        "distance error: binomial, standard: 50 then cuts at: [0]",
        {"x": " ".join(repr(one / 10) for one in events)},
        labels=2,
        counts={"numerator": shown, "denominator": n},
    )


# Of 1,000 each, 500 in the round before; one standard error of the difference is √2 · 1.58 points
CHANGED = """
    events          | direction
    500 500 500     | 0 0 0
    540 500 500     | 0 0 0
    600 500 500     | 1 0 0
    600 500 400     | 1 0 -1
"""


@pytest.mark.parametrize("given", lines(CHANGED), ids=lambda given: given["events"])
def test_changes_that_are_real(given: dict[str, str]) -> None:
    now, before = counted([int(one) for one in given["events"].split()]), counted([500, 500, 500])
    found = real_changes(now, [before.facts])
    assert found["direction"].tolist() == [float(one) for one in given["direction"].split()]
    assert found["standard_error"].to_numpy() == pytest.approx(2.236, abs=0.05)


def test_where_nothing_changed_but_by_chance_few_worlds_show_a_change() -> None:
    random = np.random.default_rng(8)
    shown = 0
    for _ in range(40):
        now, before = (counted(random.binomial(1000, 0.5, 60).tolist()) for _ in range(2))
        shown += int((real_changes(now, [before.facts])["direction"] != 0).any())
    assert shown <= 5  # 2 expected at 5 %


def test_an_organisation_that_is_new_has_not_changed() -> None:
    now, before = counted([600, 500]), counted([500])
    assert real_changes(now, [before.facts])["organisation"].tolist() == ["A"]


def test_without_a_round_before_there_is_no_change() -> None:
    with pytest.raises(ValueError, match="There is no round before"):
        real_changes(counted([500]), [])


def test_nothing_with_an_error_nothing_changed() -> None:
    published = run("read then cuts at: [2]", {"x": "1 3"}, labels=2)
    found = real_changes(published, [Facts(("A", "B"), {"x": np.array([[3.0, 1.0]])})])
    assert isinstance(found, pd.DataFrame)
    assert found.empty


def test_the_sentence_of_a_change() -> None:
    said = "62-day waits fell from 86.1 to 80.2, which is worse and more than chance alone would do."
    assert sentence_of_change("62-day waits", 80.2, 86.1, -1.0) == said
