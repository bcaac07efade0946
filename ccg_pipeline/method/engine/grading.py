"""Rules that grade (1 is best), or adjust a score or grade: functions of arrays (draws, organisations).

Belongs here: what the models of vocabulary/grading.py do.
Does not belong here: what they mean (there), direction and places (turning.py), the order of steps (run.py).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ccg_pipeline.framework.vocabulary import grading as rules
from ccg_pipeline.framework.vocabulary.rule import Condition, Member, Number, When, plain
from ccg_pipeline.method.engine.facts import State
from ccg_pipeline.method.engine.turning import ROUNDING, exceeds, reaches, up
from ccg_pipeline.method.engine.work import Work
from ccg_pipeline.method.statistics.clusters import cms_clusters, exact_clusters
from ccg_pipeline.method.statistics.grid import Booleans, Floats


def graded(turned: Floats, lines: Sequence[Floats | float], edge: rules.Edge) -> Floats:
    """Grade 1 at or above the first of the falling lines, one more below each; NaN stays.

    On a line: the better grade, or the worse where `edge` says so.
    """
    grade = np.ones(turned.shape)
    for line in lines:
        grade = grade + ~(reaches(turned, line) if edge == "better" else exceeds(turned, line))
    return np.where(np.isnan(turned), np.nan, grade)


def cuts(work: Work, state: State, rule: rules.Cuts) -> State:
    """By fixed lines."""
    lines = [up(state.better, plain(one)) for one in rule.at]
    return replace(state, grade=graded(up(state.better, state.score), lines, rule.edge))


def quantiles(work: Work, state: State, rule: rules.Quantiles) -> State:
    """By the pool's own quantiles (interpolated, R's type 7), again in every draw."""
    turned = up(state.better, state.score)
    grade = np.full(turned.shape, np.nan)
    for own in work.peers.pools(rule.pool):
        x = turned[:, own]
        n = np.isfinite(x).sum(axis=1)
        for draw in np.flatnonzero((n > 0) & (n >= plain(rule.least))):
            there = x[draw][np.isfinite(x[draw])]
            lines = list(np.quantile(there, [1 - plain(one) for one in rule.shares]))
            grade[draw, own] = graded(x[draw], lines, rule.edge)
    return replace(state, grade=grade)


def fitted_cuts(work: Work, state: State, rule: rules.FittedCuts) -> State:
    """By the lines that part the grades that were given, of the published figures."""
    turned = up(state.better, state.score)
    lines = work.learned(lambda: fitted_lines(turned[0], work.member(rule.to[0])[0], work.n_labels))
    if not lines:
        return replace(state, grade=np.full(turned.shape, np.nan))
    return replace(state, grade=graded(turned, lines, "better"))


def fitted_lines(turned: Floats, given: Floats, n_grades: int) -> list[float]:
    """The falling lines between grades, given scores of which higher is better; none without a grade.

    Of the points halfway between neighbouring scores the one that misses the fewest, the middle one of
    several. Beyond a best or worst grade that nobody was given: infinite.
    """
    there = np.isfinite(turned) & np.isfinite(given)
    if not there.any():
        return []
    values, which = np.unique(turned[there], return_inverse=True)
    points = np.concatenate([[-np.inf], (values[1:] + values[:-1]) / 2, [np.inf]])
    lines = []
    for grade in range(1, n_grades):
        better = np.bincount(which, given[there] <= grade)
        worse = np.bincount(which, given[there] > grade)
        # better ones below each point, and worse ones above it
        missed = np.append(0, np.cumsum(better)) + np.append(np.cumsum(worse[::-1])[::-1], 0)
        fewest = np.flatnonzero(missed == missed.min())
        lines.append(float(points[fewest[len(fewest) // 2]]))
    return lines


def clusters(work: Work, state: State, rule: rules.Clusters) -> State:
    """By groups of near neighbours within each pool; none where a pool cannot be parted into so many."""
    turned, k = up(state.better, state.score), work.n_labels
    grade = np.full(turned.shape, np.nan)
    for own in work.peers.pools(rule.pool):
        for draw in range(len(turned)):
            x = turned[draw, own]
            there = np.isfinite(x)
            try:
                found = (
                    exact_clusters(x[there], k)
                    if rule.radius is None
                    else cms_clusters(x[there], k, plain(rule.radius))
                )
            except ValueError:  # no k groups can be made of them
                continue
            grade[draw, own[there]] = k + 1 - found.labels
    return replace(state, grade=grade)


def as_scored(work: Work, state: State, rule: rules.AsScored) -> State:
    """The score is the grade, where it is one of the scale's."""
    grade = np.round(state.score)
    is_grade = (np.abs(state.score - grade) < ROUNDING) & (grade >= 1) & (grade <= work.n_labels)
    return replace(state, grade=np.where(is_grade, grade, np.nan))


def holds(work: Work, state: State, when: When) -> tuple[Booleans, Booleans]:
    """Where a condition is true, and where nobody knows: (draws, organisations) each.

    Whatever a missing figure may be, one condition of `all_of` that is false makes the whole false, and one
    of `any_of` that is true makes these true.
    """
    true = possible = np.ones((1, 1), dtype=bool)
    for one in when.all_of:
        holds_here, unknown = _condition(work, state, one)
        true, possible = true & holds_here, possible & (holds_here | unknown)
    if when.any_of:
        some = some_possible = np.zeros((1, 1), dtype=bool)
        for one in when.any_of:
            holds_here, unknown = _condition(work, state, one)
            some, some_possible = some | holds_here, some_possible | holds_here | unknown
        true, possible = true & some, possible & some_possible
    return true, possible & ~true


def _condition(work: Work, state: State, condition: Condition) -> tuple[Booleans, Booleans]:
    if condition.says:
        said = work.facts.judgement(condition.of)
        return np.isin(said, condition.says), np.asarray(said == "", dtype=bool)
    if condition.of == work.node.key:
        x = state.outcome if condition.by == "grade" else state.score
    else:
        x = work.member(Member(node=condition.of, by=condition.by))
    ok = np.isfinite(x)
    if condition.at_least is not None:
        ok = ok & reaches(x, plain(condition.at_least))
    if condition.above is not None:
        ok = ok & exceeds(x, plain(condition.above))
    if condition.at_most is not None:
        ok = ok & ~exceeds(x, plain(condition.at_most))
    if condition.below is not None:
        ok = ok & ~reaches(x, plain(condition.below))
    if condition.is_in:
        ok = ok & (np.abs(x[..., None] - np.array(condition.is_in)) < 1e-9).any(axis=-1)
    return ok, np.isnan(x)


def put(work: Work, state: State, rule: rules.Put) -> State:
    """The value, or none, where the condition holds."""
    true, unknown = holds(work, state, rule.when)
    x = state.score if rule.by == "score" or state.grade is None else state.grade
    value = np.nan if rule.value is None else plain(rule.value)
    true = true & (np.isfinite(x) | rule.even_unrated)
    found = np.where(true, value, np.where(unknown & (rule.if_unknown == "none"), np.nan, x))
    return replace(state, score=found) if rule.by == "score" else replace(state, grade=found)


def cap(work: Work, state: State, rule: rules.Cap) -> State:
    """No better than one grade, or no worse than another, where the condition holds."""
    assert state.grade is not None  # the edition was checked
    true, unknown = holds(work, state, rule.when)
    true = true | unknown if rule.if_unknown == "cap" else true
    found = state.grade
    if rule.at_best is not None:
        found = np.where(true, np.maximum(found, plain(rule.at_best)), found)
    if rule.at_worst is not None:
        found = np.where(true, np.minimum(found, plain(rule.at_worst)), found)
    return replace(state, grade=found)


def require(work: Work, state: State, rule: rules.Require) -> State:
    """Nothing where the condition does not hold, or nobody knows."""
    true, _ = holds(work, state, rule.when)
    grade = None if state.grade is None else np.where(true, state.grade, np.nan)
    return replace(state, score=np.where(true, state.score, np.nan), grade=grade)


def bound(work: Work, state: State, rule: rules.Bound) -> State:
    """Held between two numbers, or two quantiles of all."""
    low, high = ((None if one is None else plain(one)) for one in (rule.low, rule.high))
    shares = rule.low_share, rule.high_share
    if any(one is not None for one in shares) and np.isfinite(state.score[0]).any():

        def quantile(share: Number | None) -> float | None:
            return None if share is None else float(np.nanquantile(state.score[0], plain(share)))

        learned = work.learned(lambda: tuple(quantile(one) for one in shares))
        low, high = (
            number if given is None else given for number, given in zip((low, high), learned, strict=True)
        )
    return replace(state, score=np.clip(state.score, low, high))


def round_to(work: Work, state: State, rule: rules.Round) -> State:
    """To a multiple of the unit, halves away from zero."""
    x = np.round(state.score / plain(rule.unit), rule.clean)
    return replace(state, score=np.sign(x) * np.floor(np.abs(x) + 0.5) * plain(rule.unit))
