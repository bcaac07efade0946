"""Worlds of known truth through the joined functions: what is said happens as often as it is said.

Said and seen are compared over all grades of all organisations of all worlds of a kind, in each tenth of said
chance with 900 cells or more. ``underlying`` is held against the grades of the true values, ``again`` against
those of figures measured once more.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.method.certainty.simulation import certainty
from ccg_pipeline.method.engine.facts import Counts, Facts
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.statistics.grid import Floats
from tests.support.notations.rule_tables import SOURCED

N, MEASURES, DRAWS, WORLDS_EACH = 209, ("a", "b"), 300, 60
LEAST = 15 * WORLDS_EACH  # cells: fewer come from a few worlds, whose organisations share one prior
LEVELS = [{"at_least": 1.96, "points": 2}, {"above": -1.96, "points": 1}]


def edition(error: dict[str, object]) -> Edition:
    """Points of two measures by their distance from a standard, their mean, three lines and a league."""
    of_measures = [
        {
            "key": key,
            "level": "indicator",
            "steps": [
                {"do": "read", "measure": key, "better": "higher", **SOURCED},
                {"do": "distance", **error, **SOURCED},
                {"do": "steps", "levels": LEVELS, "below": 0, **SOURCED},
            ],
        }
        for key in MEASURES
    ]
    rating = {
        "key": "rating",
        "level": "overall",
        "scale": "four",
        "steps": [
            {"do": "mean", "of": [{"node": key} for key in MEASURES], **SOURCED},
            {"do": "cuts", "at": [1.5, 1, 0.5], **SOURCED},
        ],
    }
    return Edition.model_validate(
        {
            "key": "world",
            "title": "A world of known truth",
            "year": "2016",
            "organisation": "orchard",
            "scales": [{"key": "four", "labels": ["1", "2", "3", "4"]}],
            "nodes": [*of_measures, rating],
            "rounds": [{"key": "annual", "every": "year", "levels": ["overall"], **SOURCED}],
            "leagues": [{"of": "rating", **SOURCED}],
        }
    )


OF_LIMITS = edition({"error": "interval", "standard": 0})
OF_COUNTS = edition({"error": "binomial", "standard": 30})


@dataclass(frozen=True)
class World:
    """Published figures, the true ones and those measured again: facts of one edition."""

    edition: Edition
    published: Facts
    true: Facts
    again: Facts


def of_limits(spread: float, seed: int, tails: float | None = None) -> World:
    """True values of that spread, in standard errors: normal, or of t with so many degrees of freedom."""
    random = np.random.default_rng([seed, 1])
    of_truth, values = [], []
    limits = {}
    for key in MEASURES:
        drawn = random.standard_normal(N) if tails is None else random.standard_t(tails, N)
        of_truth.append(spread * drawn)
        values.append([of_truth[-1] + random.standard_normal(N) for _ in range(2)])
        none, half = np.full(N, np.nan), 1.959963984540054
        limits[key] = Counts(none, none, values[-1][0] - half, values[-1][0] + half)
    return made(OF_LIMITS, of_truth, [one for one, _ in values], [two for _, two in values], limits)


def of_counts(seed: int) -> World:
    """About 6 of 20, with true shares from 0.1 to 0.6."""
    random = np.random.default_rng([seed, 2])
    shares = [random.beta(6, 14, N) for _ in MEASURES]
    events = [[random.binomial(20, one).astype(float) for _ in range(2)] for one in shares]
    none, twenty = np.full(N, np.nan), np.full(N, 20.0)
    counts = {key: Counts(one, twenty, none, none) for key, (one, _) in zip(MEASURES, events, strict=True)}
    first, second = ([5 * one[i] for one in events] for i in (0, 1))
    return made(OF_COUNTS, [100 * one for one in shares], first, second, counts)


def made(
    of: Edition, true: list[Floats], one: list[Floats], two: list[Floats], counts: dict[str, Counts]
) -> World:
    facts = Facts(tuple(f"{i:03}" for i in range(N)), _values(one), counts=counts)
    return World(of, facts, replace(facts, values=_values(true)), replace(facts, values=_values(two)))


def _values(figures: list[Floats]) -> dict[str, Floats]:
    return {key: one[None] for key, one in zip(MEASURES, figures, strict=True)}


def said_and_seen(worlds: list[World]) -> dict[str, tuple[Floats, Floats]]:
    """By kind, of each organisation and grade: the chance that was said, and whether it came about."""
    found: dict[str, list[tuple[Floats, Floats]]] = {"underlying": [], "again": []}
    for number, world in enumerate(worlds):
        run = Run(without_league(world.edition), world.published)
        table = certainty(run, draws=DRAWS, seed=number).grade_chance
        for kind, facts in (("underlying", world.true), ("again", world.again)):
            rows = table[table["kind"] == kind]
            said = rows.pivot(index="organisation", columns="grade", values="chance").to_numpy()
            grade = Run(run.edition, facts, run.learned).states["rating"].outcome[0]
            found[kind].append((said, (grade[:, None] == np.arange(1, 5)).astype(float)))
    return {
        kind: (
            np.concatenate([one for one, _ in both]).ravel(),
            np.concatenate([two for _, two in both]).ravel(),
        )
        for kind, both in found.items()
    }


def without_league(of: Edition) -> Edition:
    """Without its league, which takes most of the time."""
    return of.model_copy(update={"leagues": ()})


def furthest_off(said: Floats, seen: Floats) -> float:
    """The greatest difference in a tenth of said chance with 900 cells or more."""
    tenth = np.minimum((said * 10).astype(int), 9)
    differences = [
        abs(said[tenth == i].mean() - seen[tenth == i].mean())
        for i in range(10)
        if (tenth == i).sum() >= LEAST
    ]
    return float(max(differences))


WORLDS: dict[str, tuple[Callable[[int], World], float]] = {
    "all alike": (lambda seed: of_limits(0.0, seed), 0.04),
    "spread 1.2": (lambda seed: of_limits(1.2, seed), 0.04),
    "spread 3.0": (lambda seed: of_limits(3.0, seed), 0.04),
    "small counts": (of_counts, 0.04),
    "heavy tails": (lambda seed: of_limits(1.2, seed, tails=3), 0.04),
}


@pytest.mark.parametrize("kind", WORLDS)
def test_what_is_said_is_seen(kind: str) -> None:
    world, most = WORLDS[kind]
    for what, (said, seen) in said_and_seen([world(seed) for seed in range(WORLDS_EACH)]).items():
        off = furthest_off(said, seen)
        print(f"Calibration, {kind}, {what}: said and seen differ by {off:.3f} at most")
        assert off <= most


def test_of_equals_nobody_is_shown_to_be_above_another() -> None:
    for seed in range(40):
        world = of_limits(0.0, seed)
        place = certainty(Run(world.edition, world.published), draws=200, seed=seed).place
        assert (place["place_first"] == 1).all()
        assert (place["place_last"] == N).all()
        assert place["p_first_ten"].sum() == pytest.approx(10)
