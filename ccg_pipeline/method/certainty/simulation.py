"""How sure an edition's ratings, scores and places are: draws of every figure through the one engine.

Belongs here: running the draws in chunks, and the tables of what comes of them.
Does not belong here: random numbers (drawing.py), rules (the engine), words (saying.py).

Two kinds, kept apart: ``underlying`` is what the true values would earn, ``again`` what the same care would
earn, measured once more. What the published run learned (references, limits, fitted lines) is held in both;
what compares organisations with each other is recomputed in each draw.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ccg_pipeline.framework.edition import Edition, League
from ccg_pipeline.framework.vocabulary.combining import Combination
from ccg_pipeline.method.certainty.drawing import Drawer, drawers_of, drawn
from ccg_pipeline.method.certainty.places import PLACE_SETS, place_sets
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.run import Run, resting_on
from ccg_pipeline.method.statistics.grid import Floats
from ccg_pipeline.method.statistics.ranks import MOST_UNITS, Singles

DRAWS = 4_000
CHUNK = 50  # draws at once: more leave the cache, and take twice the time
AT_ONCE = 1_000  # organisations whose draws are put in order together
KINDS = ("underlying", "again")
SURE = 0.95
GRADE_CHANCES = ("node", "organisation", "kind", "grade", "label", "chance")
SCORE_INTERVALS = ("node", "organisation", "kind", "score", "lower_95", "upper_95")


@dataclass(frozen=True)
class Certainty:
    """What draws say of a run's figures.

    ``grade_chance``: columns GRADE_CHANCES, a row for each grade of each graded node that a round shows, each
    kind and each organisation that has a grade; shares of the draws, whose sum is below 1 where some draws
    give no grade. ``score_interval``: columns SCORE_INTERVALS, for each node that a round shows and that
    combines others or has a league: between which scores 95 of 100 draws of true values lie. ``place``:
    columns PLACE_SETS, of each league. ``held``: by node the measures that it rests on and that have an error
    which nothing tells, such as one that is not found in the period before: they are held in draws. Of a node
    that rests on such alone, or on nothing with an error, and of its league, nothing is said. ``draws``: how
    many.
    """

    grade_chance: pd.DataFrame
    score_interval: pd.DataFrame
    place: pd.DataFrame
    held: dict[str, tuple[str, ...]]
    draws: int


@dataclass(frozen=True)
class Simulated:
    """What draws come to: ``chances`` by node and kind, (grades, organisations), shares of the draws.

    ``scores`` by node and ``orders`` by league, (draws, organisations), of true values. An order is that of
    places or, of more than `MOST_UNITS` organisations, of the numbers that they go by; the lowest is first.
    """

    chances: Mapping[tuple[str, str], Floats]
    scores: Mapping[str, Singles]
    orders: Sequence[Singles]


def certainty(run: Run, history: Sequence[Facts] = (), draws: int = DRAWS, seed: int = 0) -> Certainty:
    """Return how sure the figures of a published `run` are.

    `history`: the facts of the periods before, the latest first, for errors that are told by the spread
    between periods. The same run, history, draws and seed give the same tables to the last bit. ValueError
    below 4 draws.
    """
    if draws < 4:
        raise ValueError(f"{draws} draws say too little; take 4 or more, better thousands.")
    edition = run.edition
    drawers, lost = drawers_of(edition, run.facts, history)
    held, drawn_too = _resting_on(edition, lost), _resting_on(edition, drawers)
    shown = [key for key in _shown(edition) if key in run.states and key in drawn_too]
    leagues = [one for one in edition.leagues if one.of in run.states and one.of in drawn_too]
    graded = [key for key in shown if run.states[key].grade is not None]
    scored = [key for key in shown if _has_interval(edition, key)]
    found = simulated(run, drawers, graded, scored, draws, seed, leagues=leagues)
    places = [place_sets(run, *one) for one in zip(leagues, found.orders, strict=True)]
    return Certainty(
        _stacked([_chances(run, *of, chance) for of, chance in found.chances.items()], GRADE_CHANCES),
        _stacked([_intervals(run, key, scores) for key, scores in found.scores.items()], SCORE_INTERVALS),
        _stacked(places, PLACE_SETS),
        held,
        draws,
    )


def simulated(
    run: Run,
    drawers: Mapping[str, Drawer],
    graded: Sequence[str],
    scored: Sequence[str],
    draws: int,
    seed: int,
    draws_again: int | None = None,
    leagues: Sequence[League] = (),
) -> Simulated:
    """Return what `draws` draws of a run come to; `draws_again` of them are measured again, all without.

    `run` is of the published figures; the same arguments give the same figures to the last bit.
    """
    n, n_of = len(run.facts.organisations), {KINDS[0]: draws, KINDS[1]: draws_again or draws}
    wanted = resting_on(run.edition, [*graded, *scored, *(one.of for one in leagues)])
    rated = resting_on(run.edition, graded)
    counts = {(key, kind): np.zeros((len(run.edition.labels(key)), n)) for key in graded for kind in KINDS}
    scores = {key: np.empty((draws, n), dtype=np.float32) for key in scored}
    orders = [np.empty((draws, n), dtype=np.float32) for _ in leagues]
    for chunk, begin in enumerate(range(0, draws, CHUNK)):
        wanted_of = {kind: min(CHUNK, of - begin) for kind, of in n_of.items() if of > begin}
        facts = drawn(drawers, run.facts, seed, chunk, min(CHUNK, draws - begin), len(wanted_of))
        for (kind, size), own in zip(wanted_of.items(), facts, strict=True):
            rows, is_true = slice(begin, begin + size), kind == KINDS[0]
            states = Run(run.edition, own, run.learned, only=wanted if is_true else rated)
            for key in graded:
                grade = np.asarray(states.states[key].grade)
                grade = np.broadcast_to(grade, (max(size, len(grade)), n))[:size]
                for number, count in enumerate(counts[key, kind], start=1):
                    count += (grade == number).sum(axis=0)
            if is_true:
                for key in scored:
                    scores[key][rows] = states.states[key].score
                for order, league in zip(orders, leagues, strict=True):
                    order[rows] = states.league(league) if n <= MOST_UNITS else states.order(league)
    return Simulated({of: count / n_of[of[1]] for of, count in counts.items()}, scores, orders)


def _shown(edition: Edition) -> list[str]:
    """The nodes whose level a round shows; all, where a round names no level."""
    if any(not one.levels for one in edition.rounds):
        return [one.key for one in edition.nodes]
    levels = {level for one in edition.rounds for level in one.levels}
    return [one.key for one in edition.nodes if one.level in levels]


def _has_interval(edition: Edition, key: str) -> bool:
    """Whether it combines others or has a league: the interval of a single figure is its publisher's."""
    return isinstance(edition.node[key].steps[0], Combination) or any(
        one.of == key for one in edition.leagues
    )


def _resting_on(edition: Edition, measures: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By node, those of some measures that it rests on; no node that rests on none."""
    found: dict[str, tuple[str, ...]] = {}
    wanted = set(measures)
    for node in edition.nodes:
        own = [one for one in node.measures_used() if one in wanted]
        own += [one for key in node.nodes_used() for one in found[key]]
        found[node.key] = tuple(dict.fromkeys(own))
    return {key: own for key, own in found.items() if own}


def _chances(run: Run, key: str, kind: str, chance: Floats) -> pd.DataFrame:
    grade = run.states[key].grade
    assert grade is not None  # only graded nodes are counted
    rated, labels = np.flatnonzero(np.isfinite(grade[0])), run.edition.labels(key)
    return pd.DataFrame(
        {
            "node": key,
            "organisation": np.repeat(np.asarray(run.facts.organisations, dtype=object)[rated], len(labels)),
            "kind": kind,
            "grade": np.tile(np.arange(1, len(labels) + 1), len(rated)),
            "label": np.tile(np.asarray(labels, dtype=object), len(rated)),
            "chance": chance[:, rated].T.ravel(),
        }
    )


def tails_of(x: Singles) -> tuple[Floats, Floats]:
    """Return between which numbers SURE of the draws lie, (draws, n): two of (n,).

    Numbers of the draws themselves, as the inverse of their distribution gives them.
    """
    n, tail = len(x), (1 - SURE) / 2
    low, high = max(int(np.ceil(tail * n)) - 1, 0), int(np.ceil((1 - tail) * n)) - 1
    found = np.empty((2, x.shape[1]))
    for begin in range(0, x.shape[1], AT_ONCE):  # what is put in order is a copy
        some = slice(begin, begin + AT_ONCE)
        found[:, some] = np.partition(x[:, some], (low, high), axis=0)[[low, high]]
    return found[0], found[1]


def _intervals(run: Run, key: str, scores: Singles) -> pd.DataFrame:
    published = run.states[key].score[0]
    there = np.flatnonzero(np.isfinite(published))
    lower, upper = tails_of(scores)
    return pd.DataFrame(
        {
            "node": key,
            "organisation": np.asarray(run.facts.organisations, dtype=object)[there],
            "kind": KINDS[0],
            "score": published[there],
            "lower_95": lower[there],
            "upper_95": upper[there],
        }
    )


def _stacked(tables: list[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(columns))
