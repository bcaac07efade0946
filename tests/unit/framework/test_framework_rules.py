"""The shapes of the rules: what they accept, whatever the numbers."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ccg_pipeline.framework.expectations import PublishedCount
from ccg_pipeline.framework.lane_rules import PanelRule, panel_rule
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.provenance import Frozen

GRADES = st.integers(1, 4)
EDITION = load_edition()


# what is changed | to what | the sentence; the rest is the edition's own
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
    ({"exact": True, "exact_provenance": "assumed", "exact_source": "a test"}, "exact goes with counts"),
    ({"sampling_phi": 0.99}, "greater than or equal to 1"),
    ({"sampling_phi_source": ""}, "sampling_phi needs its provenance and source when it is given"),
]
COUNTS = [({"upper_two": 30}, "30 together, but 7 and 22 apart")]
SHAPES = [
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
    if is_fair:
        assert rated_by(rows).combine == "matrix"
    else:
        with pytest.raises(ValueError, match="a worse grade"):
            rated_by(rows)


def rated_by(rows: list[list[int]]) -> PanelRule:
    """The rule of the panel on dementia with this table."""
    node = EDITION.nodes.node["dementia"]
    look_up, *others = node.steps
    cells = [{"when": [i + 1, j + 1], "gives": rows[i][j]} for i in range(4) for j in range(4)]
    steps = [type(look_up).model_validate({**look_up.model_dump(), "cells": cells}), *others]
    return panel_rule(EDITION.nodes, node.model_copy(update={"steps": tuple(steps)}), "126", ())


@settings(max_examples=50)
@given(start=GRADES, steps=st.tuples(*[st.integers(0, 1)] * 6))
def test_a_matrix_that_falls_with_the_sum_of_grades_is_accepted(start: int, steps: tuple[int, ...]) -> None:
    # Random matrices are hardly ever fair, so fair ones are built as well.
    by_sum = [min(4, start + sum(steps[:place])) for place in range(7)]
    assert rated_by([[by_sum[i + j] for j in range(4)] for i in range(4)]).minimum_indicators == 2


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
