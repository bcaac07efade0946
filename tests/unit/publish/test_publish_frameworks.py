"""Several frameworks about the same CCGs: places in common scale, disagreements and their reasons."""

import pandas as pd
import pytest

from ccg_pipeline.publish.frameworks import Answers, compared_groups, disagreements


def answers(what: str, order: list[float], measures: str, **members: Answers) -> Answers:
    codes = list("abcd")[: len(order)]
    results = pd.Series([f"{one:g}" for one in order], codes)
    return Answers(f"framework {what}", what, results, pd.Series(order, codes), frozenset(measures), members)


LEADERSHIP = answers("leadership", [4, 1, 2, 3], "x")
GRADES = answers("grades", [1, 1, 2, 2], "xy")
SCORES = answers("scores", [9, 8, 3, 1], "xz", leadership=LEADERSHIP)


@pytest.mark.parametrize(
    ("one", "code", "places", "half"),
    [
        (SCORES, "d", (1, 1), "better"),
        (SCORES, "a", (4, 4), "worse"),
        (GRADES, "a", (1, 2), "better"),
        (GRADES, "d", (3, 4), "worse"),
        (answers("g", [1, 2, 2, 3], "x"), "b", (2, 3), ""),  # in both halves: no disagreement follows
        (answers("g", [1, float("nan"), 2, 3], "x"), "b", None, ""),
    ],
)
def test_places_are_shared_by_equals(
    one: Answers, code: str, places: tuple[int, int] | None, half: str
) -> None:
    assert (one.places(code), one.half(code)) == (places, half)


def test_a_disagreement_says_what_is_read_and_where_it_stands_lowest() -> None:
    (said,) = disagreements([GRADES, SCORES, answers("same", [1, 2, 2, 3], "xy")], "a")[:1]
    assert said == (
        "framework grades, grades has it in the better half (1), framework scores, scores in the worse (9): "
        "they read 2 and 2 measures, 1 of them in common; lowest there: leadership 4 (place 4 of 4)."
    )


@pytest.mark.parametrize(
    ("measures", "read"),
    [
        ("xy", "they read the same measures by another rule"),
        ("z", "they read no measure in common (2 and 1)"),
    ],
)
def test_why_two_frameworks_may_disagree(measures: str, read: str) -> None:
    (said,) = disagreements([GRADES, answers("other", [4, 3, 2, 1], measures)], "a")
    assert read in said


def test_nothing_is_said_where_they_agree() -> None:
    assert disagreements([GRADES, answers("like", [1, 2, 3, 4], "x")], "a") == []


def test_groups_have_their_middle_place_under_each_framework() -> None:
    found = compared_groups([GRADES, SCORES], {"first two": ["a", "b"], "nobody": []})
    assert found["first two"].tolist() == [1.5, 3.5]
    assert found["nobody"].isna().all()
