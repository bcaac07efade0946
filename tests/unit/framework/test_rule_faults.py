"""What each rule refuses of its own fields, and of the ways of what it is given: a sentence each.

Belongs here: one row for every sentence of the models of rules.
Does not belong here: where in a file it is said (test_edition_faults.py).
"""

import pytest
from pydantic import ValidationError

from ccg_pipeline.framework.files import misfit_of
from ccg_pipeline.framework.vocabulary.rule import When
from tests.support.notations.method_tables import lines
from tests.support.notations.rule_tables import run

FIELDS = """
    steps                                                 | said
    distance error: binomial, per: 0                      | per is 0, and must be above 0
    distance error: binomial, winsorise: 0.5              | winsorise 0.5 is not at least 0 and below 0.5
    distance error: binomial, winsorise: -0.1             | winsorise -0.1 is not at least 0 and below 0.5
    distance error: binomial, reference_needs: 1.01       | reference_needs 1.01 is outside 0 to 1
    distance error: binomial, standard: 101               | the standard 101 is no proportion per 100
    together of: [x], how: total                          | a sum punishes what is missing: say which share
    together of: [x], parts: whole, pool: kind            | organisations are parts, peers or a pool: give one
    together of: [x], how: median, weights: people        | weights go with how: mean, and how is median
    together of: [x], least_share: 50                     | least_share 50 is outside 0 to 1
    goalposts worst: 1, best: 1                           | worst and best are the same, so there is no way
    goalposts worst: 1, best: 2, low: 3, high: 3          | low and high are the same, so all would score the
    goalposts worst: 0, best: 2, log: true                | a goalpost at or below 0 has no logarithm
    standardise by: min_max, weights: people              | weights go with by: z, and by is min_max
    standardise by: percentile, held: true                | by: percentile goes by the place among those who
    standardise by: normal, ddof: 0                       | ddof goes with by: z or percentile, and by is
    standardise unit: 0                                   | unit is 0, and must be above 0
    standardise by: min_max, low: 1, high: 1              | low, which the worst gets, must lie below high
    standardise ddof: -1                                  | steps.1.ddof is -1: input should be greater than
    spread_by_rank best: 1, worst: 4, standard: 9         | a standard goes with after, and a floor with
    spread_by_rank best: 1, worst: 4, before: 3           | a standard goes with after, and a floor with
    spread_by_rank best: 1, worst: 1                      | best, after, before and worst must lie in this
    spread_by_rank best: 1, worst: 4, floor: 1, before: 5 | best, after, before and worst must lie in this
    steps levels: [{points: 1}], below: 0                 | a level is reached either at_least or above a
    steps levels: [{points: 1, above: 1, at_least: 1}], below: 0 | a level is reached either at_least or
    steps levels: [{points: 1, above: 1}, {points: 2, above: 1}], below: 0 | levels must fall, and begin at
    mean of: [a, a]                                       | a is a member twice
    mean of: [a*-1, b]                                    | a weight below 0 makes no mean: only a total may
    mean of: [a*0, b*0]                                   | all weights are 0
    mean of: [a, b], total: true                          | a sum punishes what is missing: say as what it
    mean of: [a, b], least_share: 1.1                     | least_share 1.1 is outside 0 to 1
    mean of: [a, b], least: 1.5                           | 1.5 is no number of them: a whole number from 1 on
    mean of: [a, b], least: 0                             | 0 is no number of them: a whole number from 1 on
    mean of: [a, b], power: true                          | steps.0.power: true and false are no numbers
    mean of: [a, b], least: 3                             | least asks for 3 of 2 members
    mean of: [a, b], required: [c]                        | c is required and is no member
    look_up of: [a, b], cells: [{when: [1], gives: 1}]    | a cell has 1 values for 2 members
    look_up of: [a], cells: [{when: [1], gives: 1}, {when: [1], gives: 2}] | the cell of 1 is there twice
    pick of: [a, b], place: 3                             | there is no place 3 among 2 members
    tallies of: [a], cases: [{gives: 1, when: [{values: [1], at_least: 2, at_most: 1}]}] | no number is at
    quantiles shares: [0.5, 0.5]                          | shares must rise, above 0 and below 1
    quantiles shares: [1]                                 | shares must rise, above 0 and below 1
    quantiles shares: [0]                                 | shares must rise, above 0 and below 1
    cuts at: [1] then cap when: a > 1                     | a cap needs at_best or at_worst
    cuts at: [1] then cap when: a > 1, at_best: 3, at_worst: 2 | at_best is a worse grade than at_worst
    read then bound                                       | a bound needs low, high, low_share or high_share
    read then bound low: 1, low_share: 0.1                | a bound is a number or a share, not both
    read then bound high: 1, high_share: 0.1              | a bound is a number or a share, not both
    read then bound high_share: 1.1                       | a share lies within 0 and 1
    read then bound low: 2, high: 1                       | the lower bound 2 lies above the upper 1
    read then bound low_share: 0.9, high_share: 0.1       | the lower bound 0.9 lies above the upper 0.1
    read then round unit: 0                               | a unit lies above 0
"""

WAYS = """
    steps                                       | better | said
    goalposts worst: 1, best: 2                 | lower  | lower is better, and the best goalpost lies on the
    goalposts worst: 2, best: 1                 | higher | higher is better, and the best goalpost lies on
    spread_by_rank best: 1, worst: 4            | none   | nobody has a place where no way is better: say so
    cuts at: [1, 2]                             | higher | higher is better, so lines from the best grade on
    cuts at: [2, 1]                             | lower  | lower is better, so lines from the best grade on
    cuts at: [2, 2]                             | higher | higher is better, so lines from the best grade on
    cuts at: [1]                                | none   | no way is better, so nobody can be graded: say so
    quantiles shares: [0.5]                     | none   | no way is better, so nobody can be graded: say so
    clusters                                    | none   | no way is better, so nobody can be graded: say so
    as_scored                                   | higher | grade 1 is best, and the score is said to be
    mean of: [a, l]                             | higher | of a higher is better and of l lower: turn one
    mean of: [a, b], better: lower              | higher | says that lower is better, and of its members
    mean of: [a, l*-1], total: true, fill: 0, better: lower | higher | says that lower is better, and of its
    pick of: [a, b]                             | none   | of its members no way is better, so none is the
    pick of: [a, b], which: best                | none   | of its members no way is better, so none is the
"""

FIGURES = {"x": "1 2", "a": "1 2", "b": "1 2"}


@pytest.mark.parametrize("given", lines(FIELDS), ids=lambda given: given["steps"])
def test_fields_that_do_not_go_together(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        run(given["steps"], FIGURES)
    assert given["said"] in misfit_of(caught.value).sentence()


@pytest.mark.parametrize("given", lines(WAYS), ids=lambda given: f"{given['steps']}: {given['better']}")
def test_ways_that_do_not_go_together(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"^it: ") as caught:
        run(given["steps"], FIGURES, given["better"], before={"l": "read measure: a, better: lower"})
    assert str(caught.value).startswith(f"it: {given['said']}")


def test_a_total_of_one_and_one_that_says_what_must_be_there_need_no_more() -> None:
    for text in (
        "of: [a*2]",
        "of: [a, b], least: 2",
        "of: [a, b], least_share: 1",
        "of: [a, b], required: [a]",
    ):
        assert run(f"mean total: true, {text}", FIGURES).states["it"].score.shape == (1, 2)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({}, "there is no condition"),
        ({"all_of": [{"of": "a"}]}, "the condition on a needs either words (says) or bounds"),
        (
            {"any_of": [{"of": "a", "says": ["Red"], "below": 1}]},
            "the condition on a needs either words (says)",
        ),
        ({"all_of": [{"of": "a", "above": 3, "below": 2}]}, "no score of a lies between 3 and 2"),
        ({"all_of": [{"of": "a", "at_least": 2, "below": 2}]}, "no score of a lies between 2 and 2"),
    ],
)
def test_a_condition_needs_words_or_bounds(when: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        When.model_validate(when)
    assert said in misfit_of(caught.value).sentence()
