"""Running an edition: facts in, every node's score and grade out, for the published figures or draws of them.

Belongs here: which function does which rule, the order of nodes and steps, leagues.
Does not belong here: any rule (scoring.py, combining.py, grading.py), drawing, words.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ccg_pipeline.framework.edition import Edition, League, Node
from ccg_pipeline.framework.vocabulary.grading import Adjustment
from ccg_pipeline.framework.vocabulary.rule import Way
from ccg_pipeline.method.engine import combining, grading, scoring, together
from ccg_pipeline.method.engine.facts import Changed, Facts, State
from ccg_pipeline.method.engine.reasons import with_reasons
from ccg_pipeline.method.engine.turning import places, up
from ccg_pipeline.method.engine.work import Gaps, Learned, Peers, Work
from ccg_pipeline.method.statistics.grid import Booleans, Floats

RULES: Mapping[str, Callable[[Work, State, Any], State]] = {
    "read": scoring.read,
    "take": scoring.take,
    "together": together.together,
    "transform": scoring.transform,
    "distance": scoring.distance,
    "goalposts": scoring.goalposts,
    "standardise": scoring.standardise,
    "spread_by_rank": scoring.spread_by_rank,
    "steps": scoring.steps,
    "labels": scoring.labels,
    "mean": combining.mean,
    "spread": combining.spread,
    "count": combining.count,
    "look_up": combining.look_up,
    "pick": combining.pick,
    "tallies": combining.tallies,
    "cuts": grading.cuts,
    "quantiles": grading.quantiles,
    "fitted_cuts": grading.fitted_cuts,
    "clusters": grading.clusters,
    "as_scored": grading.as_scored,
    "put": grading.put,
    "cap": grading.cap,
    "require": grading.require,
    "bound": grading.bound,
    "round": grading.round_to,
}
"""The function of each rule, by its word."""


class Run:
    """An edition run on facts: ``states`` holds what every node came to, ``learned`` what draws hold fast.

    With `only`, the nodes of these keys and what they rest on are worked out, and no others. Draws are run
    with what the published run learned, and need no reasons. `gaps` fills members that are missing;
    nodes that are `given` are as they are there.
    """

    def __init__(
        self,
        edition: Edition,
        facts: Facts,
        learned: Learned | None = None,
        only: Iterable[str] | None = None,
        gaps: Gaps | None = None,
        given: Mapping[str, State] | None = None,
    ) -> None:
        self.edition, self.facts, self._gaps = edition, facts, gaps
        self._is_published = learned is None
        self.learned = Learned() if learned is None else learned
        self.states: dict[str, State] = dict(given or {})
        self.peers = Peers(facts, self.states, self.learned)
        wanted = set(edition.node) if only is None else resting_on(edition, only, self.states)
        for node in edition.nodes:
            if node.key in wanted and node.key not in self.states:
                *_, state = self.after_each_step(node)
                self.states[node.key] = gaps.without_new(node.key, state) if gaps else state

    def after_each_step(self, node: Node) -> Iterator[State]:
        """Yield what a node has come to after each of its steps, the nodes that it uses being worked out."""
        state = State(np.full((1, len(self.facts.organisations)), np.nan), "none")
        ways: dict[str, Way] = {key: self.states[key].better for key in node.nodes_used()}
        n_labels = len(self.edition.labels(node.key))
        for number, rule in enumerate(node.steps):
            held = self.learned.steps
            work = Work(node, number, self.facts, self.states, self.peers, n_labels, held, self._gaps)
            after, better = RULES[rule.do](work, state, rule), rule.way_after(state.better, ways)
            if after.better != better:
                after = replace(after, better=better)
            if isinstance(rule, Adjustment):
                differs = _differs(after.score, state.score) | _differs(after.grade, state.grade)
                after = replace(after, changed=(*state.changed, Changed(number, differs)))
            if self._is_published:
                after = replace(after, why=with_reasons(work, rule, after))
            state = after
            yield state

    def league(self, league: League) -> Floats:
        """Return places in a league, ties in their first, NaN without a score: (draws, organisations)."""
        order = self.order(league)
        found = np.full(order.shape, np.nan)
        for own in self.peers.pools(league.pool):
            found[:, own] = places(order[:, own])
        return found

    def order(self, league: League) -> Floats:
        """Return the numbers that places in a league go by, the lowest first: (draws, organisations)."""
        state = self.states[league.of]
        rounded = np.floor(np.round(state.score / league.unit, 6) + 0.5) * league.unit
        order = score = -up(state.better, rounded)
        if "grade" in league.by and state.grade is not None:
            order = state.grade if "score" not in league.by else _first_by(state.grade, score)
        return -order if league.first == "worst" else order


def _first_by(grade: Floats, score: Floats) -> Floats:
    """One number that is in order as grades are, and within a grade as scores are."""
    grade, score = np.broadcast_arrays(grade, score)
    if not np.isfinite(score).any():
        return np.asarray(grade)
    return np.asarray(grade * (np.nanmax(score) - np.nanmin(score) + 1) + score)


def _differs(after: Floats | None, before: Floats | None) -> Booleans:
    """Where the published figures differ: (organisations,)."""
    if after is None or before is None:
        return np.zeros(1, dtype=bool)
    return np.asarray(~((after[0] == before[0]) | (np.isnan(after[0]) & np.isnan(before[0]))))


def resting_on(edition: Edition, keys: Iterable[str], known: Collection[str] = ()) -> set[str]:
    """Return the nodes of these keys with all that they rest on, but for what `known` ones rest on."""
    wanted = set(keys)
    for node in reversed(edition.nodes):
        if node.key in wanted and node.key not in known:
            wanted.update(node.nodes_used())
    return wanted


def measures_under(edition: Edition, keys: Iterable[str]) -> tuple[str, ...]:
    """Return the measures on which the nodes of these keys rest, in the edition's order."""
    rests = resting_on(edition, keys)
    used = (key for node in edition.nodes if node.key in rests for key in node.measures_used())
    return tuple(dict.fromkeys(used))
