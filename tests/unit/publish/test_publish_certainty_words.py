"""How sure a figure is, in words: tables of rows and what is said of them."""

import math

import pytest

from ccg_pipeline.publish.uncertainty_words import (
    against_reference,
    chances,
    distinguishable,
    how_sure,
    interval,
    next_grade,
    would_not_be_repeated,
)
from tests.support.notations.method_tables import EDITION

LABELS = ("Outstanding", "Good", "Requires improvement", "Inadequate")
NO = math.nan
FROM_THE_BEST = "cannot be told from Outstanding"


def graded(*shares: float, told: bool = False, neighbour: float = NO) -> dict[str, object]:
    named = {f"p_grade_{grade}": share for grade, share in enumerate(shares, start=1)}
    return {**named, "is_told_apart": told, "neighbour_grade": neighbour}


@pytest.mark.parametrize(
    ("row", "likely", "sure"),
    [
        (graded(0.1, 0.9, 0, 0, neighbour=1), "Good 90 %, Outstanding 10 %", FROM_THE_BEST),
        (graded(0, 1, 0, 0, told=True), "Good 100 %", "told apart"),
        (graded(0.004, 0.996, 0, 0, told=True), "Good 100 %", "told apart"),
        (graded(0.005, 0.995, 0, 0, told=True), "Good 100 %, Outstanding 0 %", "told apart"),
        (graded(NO, NO, NO, NO), "", ""),
    ],
)  # fmt: skip
def test_a_grade(row: dict[str, object], likely: str, sure: str) -> None:
    assert chances(row, LABELS) == likely
    assert distinguishable(row, LABELS) == sure


ONCE_MORE = "Were the same measured again, about"


@pytest.mark.parametrize(
    ("shares", "firm", "said", "is_unlikely"),
    [
        (
            (0.1, 0.9, 0, 0),
            "likely to hold",
            "90 in 100 measurements would give Good, 10 Outstanding.",
            False,
        ),
        ((0.01, 0.99, 0, 0), "holds", "99 in 100 measurements would give Good, 1 Outstanding.", False),
        ((0.4, 0.6, 0, 0), "may not hold", "60 in 100 measurements would give Good, 40 Outstanding.", False),
        (
            (0, 0.1, 0.82, 0.08),
            "would probably not be repeated",
            "10 in 100 measurements would give Good, 82 Requires improvement, 8 Inadequate.",
            True,
        ),
    ],
)
def test_a_rating_whose_row_says_what_the_same_would_earn_again(
    shares: tuple[float, ...], firm: str, said: str, is_unlikely: bool
) -> None:
    row = graded(0, 1, 0, 0, told=True) | {"rating": "Good", "lane": "interim", "partition_key": "2017-03"}
    row |= {f"p_again_{grade}": share for grade, share in enumerate(shares, start=1)}
    assert distinguishable(row, LABELS) == firm
    assert how_sure(row, LABELS) == f"Good, by the figures of 2017-03. {ONCE_MORE} {said}"
    assert would_not_be_repeated(row, LABELS) is is_unlikely


def test_an_older_row_says_what_the_true_values_would_earn() -> None:
    row = graded(0.1, 0.9, 0, 0, neighbour=1) | {
        "rating": "Good",
        "lane": "interim",
        "partition_key": "2017-03",
    }
    for older in (row, row | {"p_again_1": NO}):
        assert how_sure(older, LABELS).startswith("Allowing for chance in the figures, Good is right in 90")
        assert not would_not_be_repeated(older, LABELS)


@pytest.mark.parametrize(
    ("before", "said"),
    [("", ""), ("Green", "How sure it is was worked out before moderation, and is not known of what was")],
)
def test_of_a_moderated_rating_it_is_said_why_nothing_is_known(before: str, said: str) -> None:
    row = graded(NO, NO, NO, NO) | {"rating": "Good", "finance_judgement_before": before}
    assert how_sure(row, LABELS).startswith(said)
    assert bool(how_sure(row, LABELS)) == bool(said)


def test_an_interval_and_where_it_lies() -> None:
    row = {"lower_95": 0.5, "upper_95": 1.25, "against_reference": "cannot be told"}
    assert (interval(row), against_reference(row)) == ("0.50 to 1.25", "cannot be told from the references")
    none = {"lower_95": NO, "upper_95": NO, "against_reference": ""}
    assert (interval(none), against_reference(none)) == ("", "")


@pytest.mark.parametrize(
    ("to_better", "bands", "nearest", "by", "people", "said"),
    [
        (0.25, 12, "", NO, NO, "0.25 points of the score; 12 bands better"),
        (NO, NO, "122a", 1.76, 53, "nearest is 122a by 1.8 percentage points, 53 counted"),
        (0.25, 1, "", NO, NO, "0.25 points of the score; 1 band better"),
        (NO, NO, "122d", 4.6, NO, "nearest is 122d by 4.6"),
        (NO, NO, "106a", 123.4, NO, "nearest is 106a by 120 (absolute"),
        (NO, NO, "", NO, NO, ""),
    ],
)  # fmt: skip
def test_the_next_grade(
    to_better: float, bands: float, nearest: str, by: float, people: float, said: str
) -> None:
    row = {
        "to_better": to_better,
        "bands_to_better": bands,
        "nearest_indicator": nearest,
        "nearest_to_better": by,
        "nearest_people": people,
    }
    assert next_grade(row, EDITION).startswith(said)
