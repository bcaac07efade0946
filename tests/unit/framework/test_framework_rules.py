"""The shapes of the rules: what they accept, whatever the numbers."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ccg_pipeline.framework.expectations import PublishedCount
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.panels import Matrix, Mean
from ccg_pipeline.framework.provenance import Frozen
from ccg_pipeline.framework.rules import OverallRule, PointsScale

GRADES = st.integers(1, 4)
SCORES = st.integers(-300, 300).map(lambda hundredths: hundredths / 100)
EDITION = load_edition()
MILESTONES = [scale for scale in EDITION.points_scales if not scale.is_judgement]


# what is changed | to what | the sentence; the rest is the edition's own
DEMENTIA = [
    ({"indicators": ("126a",)}, "a matrix combines 2 indicators, not 1"),
    ({"indicators": ("126a", "126b"), "shown": ("126b",)}, "an indicator is there twice"),
    ({"minimum_indicators": {"value": 1}}, "a matrix needs both indicators"),
    ({"minimum_indicators": {"value": 3}}, "3 must be a whole number from 1 to 2"),
    ({"minimum_indicators": {"value": 1.5}}, "1.5 must be a whole number from 1 to 2"),
    ({"grading": {"significant_at": {"value": 0}}}, "significant_at 0 must be above 0"),
    ({"matrix": None}, "combine is matrix, so matrix and nothing else must be given"),
]
OVERALL = [
    ({"blocks": {0: {"indicator": "165a"}}}, "block performance has the wrong indicator: 165a"),
    ({"blocks": {1: {"indicator": None}}}, "block leadership has the wrong indicator: None"),
    ({"blocks": {1: {"key": "finance"}}}, "blocks must be performance, leadership and finance, each once"),
]
LEADERSHIP = [
    ({"levels": {1: {"label": "Green Star"}}}, "a label is there twice"),
    ({"levels": {1: {"label": None, "at_least": 3.0}}}, "levels are all labels or all at_least"),
    ({"levels": {1: {"at_least": 3.0}}}, "a level has either a label or at_least, and not both"),
    ({"levels": {1: {"label": None}}}, "a level has either a label or at_least, and not both"),
]
ELEMENTS = [({"levels": {1: {"at_least": 9.0}}}, "at_least must fall from one level to the next")]
BANDING = [
    ({"range_inside": {"value": 3}}, "range_inside 3 is outside 0 to 2"),
    ({"range_outside": {"value": -1}}, "range_outside -1 is outside 0 to 2"),
]
SMOKING = [
    ({"reference": "none"}, "kind proportion does not go with reference none"),
    ({"points_scale": "yes_no"}, "kind proportion goes with standard_error binomial and points_scale yes_no"),
]
NEW_MODELS = [
    (
        {"overdispersion": True, "overdispersion_provenance": "assumed", "overdispersion_source": "a test"},
        "overdispersion makes no sense for kind judgement",
    ),
    (
        {"sampling_phi": 2.0, "sampling_phi_provenance": "assumed", "sampling_phi_source": "a test"},
        "sampling_phi makes no sense for kind judgement",
    ),
]
ITEMS = [
    ({"sampling_phi": 0.99}, "greater than or equal to 1"),
    ({"sampling_phi_source": ""}, "sampling_phi needs its provenance and source when it is given"),
]
COUNTS = [({"upper_two": 30}, "30 together, but 7 and 22 apart")]
SHAPES = [
    *((EDITION.panel("dementia"), *row) for row in DEMENTIA),
    *((EDITION.overall, *row) for row in OVERALL),
    *((EDITION.points_scale("leadership"), *row) for row in LEADERSHIP),
    *((EDITION.points_scale("urgent_care_elements"), *row) for row in ELEMENTS),
    *((EDITION.banding, *row) for row in BANDING),
    *((EDITION.indicator("101a"), *row) for row in SMOKING),
    *((EDITION.indicator("143a"), *row) for row in NEW_MODELS),
    *((EDITION.indicator("107a"), *row) for row in ITEMS),
    *((one, *row) for one in EDITION.published_counts if one.measure == "cancer" for row in COUNTS),
]


@pytest.mark.parametrize(("part", "change", "sentence"), SHAPES)
def test_a_part_that_disagrees_with_itself_is_refused(part: Frozen, change: object, sentence: str) -> None:
    data = part.model_dump()
    type(part).model_validate(data)
    with pytest.raises(ValidationError, match=sentence):
        type(part).model_validate(changed(data, change))


def changed(data: Any, change: Any) -> Any:
    if not isinstance(change, dict):
        return change
    if isinstance(data, tuple):
        return tuple(changed(one, change.get(place, one)) for place, one in enumerate(data))
    return {**data, **{key: changed(data[key], value) for key, value in change.items()}}


def sourced(value: float) -> dict[str, object]:
    return {"value": float(value), "provenance": "assumed", "source": "a test"}


@settings(max_examples=50)
@given(cuts=st.tuples(SCORES, SCORES, SCORES))
def test_cuts_are_accepted_exactly_when_they_fall(cuts: tuple[float, float, float]) -> None:
    data = {"scores": [sourced(score) for score in (2, 1, 0.5, 0)], "cuts": [sourced(cut) for cut in cuts]}
    if cuts[0] > cuts[1] > cuts[2]:
        assert tuple(cut.value for cut in Mean.model_validate(data).cuts) == cuts
    else:
        with pytest.raises(ValidationError, match="cuts must fall"):
            Mean.model_validate(data)


@settings(max_examples=50)
@given(rows=st.lists(st.lists(GRADES, min_size=4, max_size=4), min_size=4, max_size=4))
def test_a_matrix_is_accepted_exactly_when_no_worse_grade_gives_a_better_rating(
    rows: list[list[int]],
) -> None:
    is_fair = all(
        rows[i][j] <= rows[i2][j2]
        for i in range(4)
        for j in range(4)
        for i2 in range(i, 4)
        for j2 in range(j, 4)
    )
    data = {"rows": rows, "provenance": "assumed", "source": "a test"}
    if is_fair:
        assert Matrix.model_validate(data).rows == tuple(tuple(row) for row in rows)
    else:
        with pytest.raises(ValidationError, match="a worse grade"):
            Matrix.model_validate(data)


@settings(max_examples=50)
@given(start=GRADES, steps=st.tuples(*[st.integers(0, 1)] * 6))
def test_a_matrix_that_falls_with_the_sum_of_grades_is_accepted(start: int, steps: tuple[int, ...]) -> None:
    # Random matrices are hardly ever fair, so fair ones are built as well.
    by_sum = [min(4, start + sum(steps[:place])) for place in range(7)]
    rows = [[by_sum[i + j] for j in range(4)] for i in range(4)]
    matrix = Matrix.model_validate({"rows": rows, "provenance": "assumed", "source": "a test"})
    assert [one.value for one in matrix.stated()] == [" ".join(map(str, row)) for row in rows]


@settings(max_examples=50)
@given(weights=st.tuples(*[st.integers(0, 100)] * 3))
def test_weights_are_accepted_exactly_when_they_sum_to_one(weights: tuple[int, int, int]) -> None:
    data = EDITION.overall.model_dump()
    for block, weight in zip(data["blocks"], weights, strict=True):
        block["weight"]["value"] = weight / 100
    if sum(weights) == 100:
        OverallRule.model_validate(data)
    else:
        with pytest.raises(ValidationError, match="weights must sum to 1"):
            OverallRule.model_validate(data)


@pytest.mark.parametrize("scale", MILESTONES, ids=lambda scale: scale.key)
@settings(max_examples=50)
@given(values=st.tuples(*[st.floats(0, 1e6)] * 2))
def test_more_milestones_never_earn_fewer_points(scale: PointsScale, values: tuple[float, float]) -> None:
    fewer, more = (scale.points_of_value(value) for value in sorted(values))
    assert fewer is not None
    assert more is not None
    assert 0 <= fewer <= more <= 2


@settings(max_examples=50)
@given(counts=st.tuples(*[st.integers(0, 209)] * 4))
def test_published_counts_are_found_apart_and_together(counts: tuple[int, int, int, int]) -> None:
    names = ("best", "second", "third", "worst")
    row = {"year": "2016-17", "lane": "annual", "measure": "overall", "total": sum(counts)}
    count = PublishedCount.model_validate(
        {**row, **dict(zip(names, counts, strict=True)), "provenance": "found", "source": "a test"}
    )
    assert [count.of(grade) for grade in (1, 2, 3, 4)] == list(counts)
    assert count.of(1, 2) == counts[0] + counts[1]
    assert count.of(4, 3) == counts[2] + counts[3]


def test_counts_published_only_together_are_not_known_apart() -> None:
    diabetes = next(one for one in EDITION.published_counts if one.key == "2016-17 annual diabetes")
    assert (diabetes.of(1), diabetes.of(2), diabetes.of(3), diabetes.of(4)) == (None, None, None, 0)
    assert (diabetes.of(1, 2), diabetes.of(3, 4)) == (86, None)


@pytest.mark.parametrize("ask", ["area", "domain", "panel", "publication", "measure", "points_scale", "lane"])
def test_asking_for_what_the_edition_has_not_is_an_error_that_names_it(ask: str) -> None:
    with pytest.raises(KeyError, match=r"the edition has no .* 'x'"):
        getattr(EDITION, ask)("x")


def test_asking_for_an_indicator_or_a_parameter_that_is_not_there_names_it() -> None:
    with pytest.raises(KeyError, match="no indicator '101z'"):
        EDITION.indicator("101z")
    with pytest.raises(KeyError, match="england_total_agrees has no parameter patience"):
        EDITION.expectation("england_total_agrees").parameter("patience")
