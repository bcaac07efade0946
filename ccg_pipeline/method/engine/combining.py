"""Rules that make one score of several members: each a function of arrays (members, draws, organisations).

Belongs here: what the models of vocabulary/combining.py do.
Does not belong here: what they mean (there), direction and places (turning.py), the order of steps (run.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from ccg_pipeline.framework.vocabulary import combining as rules
from ccg_pipeline.framework.vocabulary.rule import plain
from ccg_pipeline.method.engine.facts import State
from ccg_pipeline.method.engine.turning import up
from ccg_pipeline.method.engine.work import Work
from ccg_pipeline.method.statistics.grid import Booleans, Floats

MEANS: Mapping[int, Callable[[Floats], Floats]] = {1: np.asarray, 0: np.log, -1: np.reciprocal}
BACK: Mapping[int, Callable[[Floats], Floats]] = {1: np.asarray, 0: np.exp, -1: np.reciprocal}
"""By the power of a mean, what is done to its members, and what takes their mean back."""


def _members(work: Work, state: State, rule: rules.Combination) -> tuple[Floats, Booleans, State]:
    """Members, which of them are there, and the state that says on how many of them it rests."""
    x = work.members(rule.of)
    if work.gaps is not None and rule.needs_its_members:
        x = work.gaps.fill(rule.of, x)
    there = np.isfinite(x)
    return x, there, replace(state, n_used=there[:, 0].sum(axis=0), n_expected=len(rule.of))


def _weights(rule: rules.Combination) -> Floats:
    return np.array([plain(one.weight) for one in rule.of])[:, None, None]


def mean(work: Work, state: State, rule: rules.Mean) -> State:
    """Σ w·f(x) / Σ w, taken back by f: f is nothing, the logarithm or 1/x; or the sum, or Π x^w.

    One member after the other, since all of them at once leave the cache.
    """
    filled = work.gaps is not None and rule.needs_its_members
    each = list(_members(work, state, rule)[0]) if filled else [work.member(one) for one in rule.of]
    shape = np.broadcast_shapes(*(x.shape for x in each))
    is_product = rule.total and rule.power == 0
    n, found, total = np.zeros(shape, dtype=np.int64), np.full(shape, float(is_product)), np.zeros(shape)
    there = [np.isfinite(x) for x in each]
    for one in there:
        n += one
    with np.errstate(all="ignore"):  # no logarithm, no inverse, no weight: NaN is what is meant
        for member, x, known in zip(rule.of, each, there, strict=True):
            weight, counts = plain(member.weight), known
            if rule.fill is not None:
                x, counts = np.where(known, x, plain(rule.fill)), np.ones(x.shape, dtype=bool)
            if is_product:  # of logarithms, what is below 0 would have none
                found *= np.where(counts, x**weight, 1.0)
                continue
            f = x if rule.power == 1 else MEANS[rule.power](np.where(counts, x, 1.0))
            found += np.where(counts, f if weight == 1 else weight * f, 0.0)
            total += weight * counts
        if not rule.total:
            found = found / np.where(total > 0, total, np.nan)
        found = found if is_product else BACK[rule.power](found)
    enough = (n > 0) & (n >= plain(rule.least)) & (n >= plain(rule.least_share) * len(rule.of) - 1e-9)
    for key in rule.required:
        enough &= there[[one.node for one in rule.of].index(key)]
    score = np.where(enough & np.isfinite(found), found, np.nan)
    return replace(state, score=score, n_used=n[0], n_expected=len(rule.of))


def spread(work: Work, state: State, rule: rules.Spread) -> State:
    """n / (n − 1) · Σ w·(x − mean)² / Σ w."""
    x, there, state = _members(work, state, rule)
    w, n, x = np.where(there, _weights(rule), 0.0), there.sum(axis=0), np.where(there, x, 0.0)
    with np.errstate(all="ignore"):  # of one member there is no spread: NaN is what is meant
        middle = (w * x).sum(axis=0) / w.sum(axis=0)
        found = n * (w * np.square(x - middle)).sum(axis=0) / (w.sum(axis=0) * (n - 1))
    return replace(state, score=np.where(n > 1, found, np.nan))


def count(work: Work, state: State, rule: rules.Count) -> State:
    """How many members are there."""
    _, there, state = _members(work, state, rule)
    return replace(state, score=there.sum(axis=0).astype(float))


def look_up(work: Work, state: State, rule: rules.LookUp) -> State:
    """What the table has for the members' values."""
    x, _, state = _members(work, state, rule)
    values = {each for cell in rule.cells for each in enumerate(cell.when)}
    says = {(number, value): np.abs(x[number] - value) < 1e-9 for number, value in values}
    fits = [np.logical_and.reduce([says[each] for each in enumerate(cell.when)]) for cell in rule.cells]
    return replace(state, score=np.select(fits, [plain(cell.gives) for cell in rule.cells], np.nan))


def pick(work: Work, state: State, rule: rules.Pick) -> State:
    """The first that is there, or the best or worst of that place among those that are there."""
    x, there, state = _members(work, state, rule)
    if rule.which == "first":
        found = np.select(list(there), list(x), np.nan)
    else:
        way = rule.way_after("none", {one.node: work.states[one.node].better for one in rule.of})
        turned = up(way, x) if rule.which == "worst" else -up(way, x)
        ordered = np.sort(np.where(there, turned, np.inf), axis=0)[rule.place - 1]
        back = ordered if rule.which == "worst" else -ordered
        found = np.where(np.isfinite(ordered), up(way, back), np.nan)
    return replace(state, score=np.where(there.all(axis=0) | (not rule.needs_all), found, np.nan))


def tallies(work: Work, state: State, rule: rules.Tallies) -> State:
    """What the first case gives whose tallies all hold."""
    x, there, state = _members(work, state, rule)

    def holds(case: rules.Case) -> Booleans:
        found = np.ones(x.shape[1:], dtype=bool)
        for tally in case.when:
            n = (np.abs(x[..., None] - np.array(tally.values)) < 1e-9).any(axis=-1).sum(axis=0)
            most = len(rule.of) if tally.at_most is None else tally.at_most
            found &= (n >= tally.at_least) & (n <= most)
        return found

    found = np.select(
        [holds(case) for case in rule.cases], [plain(case.gives) for case in rule.cases], np.nan
    )
    enough = there.all(axis=0) if rule.needs_all else there.any(axis=0)
    return replace(state, score=np.where(enough, found, np.nan))
