"""The frameworks before that of 2016/17: assurance by two rules, the scorecard's grid, points."""

from itertools import product

import numpy as np
import pytest

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.families import edition_named
from ccg_pipeline.framework.vocabulary.scoring import Distance, Read
from ccg_pipeline.method.engine.facts import Counts, Facts
from ccg_pipeline.method.engine.run import Run
from tests.support.notations.method_tables import lines

ASSURANCE, SCORECARD, POINTS = map(
    edition_named, ("assurance_2015_16", "scorecard_2015", "points_league_2015")
)
LABELS = ASSURANCE.labels("headline")
COMPONENTS = [one.key for one in ASSURANCE.nodes if one.level == "component"]


def headlines(five: list[str], node: str) -> list[str]:
    """The headline of combinations of five letters (O, G, R, I; - none); '' for none."""
    named = {label[0]: label for label in LABELS} | {"-": ""}
    said = np.array([[named[letter] for letter in one] for one in five], dtype=object).T
    judgements = {f"assurance/{key}": said[at][None] for at, key in enumerate(COMPONENTS)}
    run = Run(ASSURANCE, Facts([str(at) for at in range(len(five))], judgements=judgements))
    return ["" if np.isnan(one) else LABELS[int(one) - 1] for one in run.states[node].outcome[0]]


# Salford was outstanding in three of five components, and overall: the only CCG with three.
ASSURED = """
    five  | by the draft rule    | by the second
    OOOGG | Good                 | Outstanding
    OOGGG | Good                 | Good
    OOOOO | Outstanding          | Outstanding
    OOOOR | Requires improvement | Good
    GGGGG | Good                 | Good
    GGGGR | Requires improvement | Good
    GGGRR | Requires improvement | Requires improvement
    GGGGI | Inadequate           | Good
    GGGRI | Inadequate           | Requires improvement
    GGGII | Inadequate           | Inadequate
    OOOII | Inadequate           | Inadequate
    GGGG- |                      |
"""


@pytest.mark.parametrize("given", lines(ASSURED), ids=lambda given: given["five"])
def test_five_components_make_a_headline_by_either_rule(given: dict[str, str]) -> None:
    for five in (given["five"], given["five"][::-1]):  # each component weighs the same
        assert headlines([five], "headline.draft") == [given["by the draft rule"]]
        assert headlines([five], "headline") == [given["by the second"]]


def test_the_second_rule_makes_nobody_worse() -> None:
    every = ["".join(five) for five in product("OGRI", repeat=5)]
    draft, second = headlines(every, "headline.draft"), headlines(every, "headline")
    assert all(LABELS.index(new) <= LABELS.index(old) for old, new in zip(draft, second, strict=True))
    assert draft.count("Outstanding") == 1
    assert second.count("Outstanding") == sum(
        five.count("O") >= 3 and set(five) <= set("OG") for five in every
    )


def test_the_words_of_the_year_and_those_of_the_publication_are_the_same_grades() -> None:
    pairs = ["Assured as good", "Good", "Not assured", "Inadequate"]
    judgements = {f"assurance/{key}": np.array([pairs], dtype=object) for key in COMPONENTS}
    run = Run(ASSURANCE, Facts(["a", "b", "c", "d"], judgements=judgements))
    assert run.states["headline"].outcome[0].tolist() == [2, 2, 4, 4]


def world(edition: Edition, without: str = "") -> Run:
    """A far better CCG, a far worse one, 40 at the reference; the measure `without` is missing for all."""
    n = 42
    values, counts, others = {}, {}, {}
    for node in edition.nodes:
        read, *steps = node.steps
        if not isinstance(read, Read) or read.measure == without:
            continue
        (distance,) = [one for one in steps if isinstance(one, Distance)]
        per, reference = float(distance.per), float(distance.standard or 50)  # type: ignore[arg-type]  # plain here
        step = reference / 5 * (1 if read.better == "higher" else -1)
        value = np.array([reference + step, reference - step, *[reference] * (n - 2)])
        denominator = np.full(n, 1000 * per)
        values[read.measure] = value[None]
        error = reference / 100
        counts[read.measure] = Counts(value * denominator / per, denominator, value - error, value + error)
        others[read.measure] = {"ENG": reference}
    return Run(edition, Facts([str(at) for at in range(n)], values=values, counts=counts, others=others))


def test_the_grid_is_green_blue_and_red_and_the_green_and_blue_are_left_alone() -> None:
    run = world(SCORECARD)
    cells = [one.key for one in SCORECARD.nodes if one.level in ("cell", "population")]
    assert len(cells) == 15 + 5
    for key in cells:
        assert run.states[key].outcome[0, :3].tolist() == [1, 4, 2], key
    assert run.states["left_alone"].outcome[0, :3].tolist() == [1, 4, 1]


def test_points_are_two_one_or_none_an_indicator_and_a_sum_punishes_nobody_for_what_is_missing() -> None:
    run = world(POINTS)
    n_members = sum(len(node.nodes_used()) for node in POINTS.nodes if node.key == "points.older")
    assert n_members == 6
    assert run.states["points.older"].score[0, :3].tolist() == [12, 0, 6]
    assert run.states["points"].score[0, :3].tolist() == [48, 0, 24]
    lacking = world(POINTS, without="dtoc/127e")
    assert lacking.states["points.older"].score[0, :3].tolist() == [11, 1, 6]


def test_the_frail_elderly_are_counted_in_two_ways() -> None:
    run = world(POINTS)
    assert run.states["points.frail"].score[0, :3].tolist() == [6, 0, 3]
    assert run.states["points.of_frail"].score[0, :3].tolist() == [48, 0, 24]
    used = {node.key: set(node.nodes_used()) for node in POINTS.nodes}
    assert used["points.frail"] < used["points.older"]


def test_every_number_of_the_grid_and_the_points_is_assumed() -> None:
    for edition in (SCORECARD, POINTS):
        rules = [one for one in edition.numbers() if "read" not in one.item]
        assert {one.provenance for one in rules if "cuts" in one.item or "levels" in one.item} <= {"assumed"}
