"""Rules that give an organisation a score: each a function of arrays (draws, organisations).

Belongs here: what the models of vocabulary/scoring.py do.
Does not belong here: what they mean (there), direction and places (turning.py), the order of steps (run.py).
"""

from dataclasses import dataclass, field, replace

import numpy as np
import scipy  # whose parts load when they are first used: who reads draws needs none

from ccg_pipeline.framework.vocabulary import scoring as rules
from ccg_pipeline.framework.vocabulary.rule import plain
from ccg_pipeline.method.engine.facts import Facts, State
from ccg_pipeline.method.engine.turning import exceeds, places, reaches, up
from ccg_pipeline.method.engine.work import Work
from ccg_pipeline.method.statistics import small_counts
from ccg_pipeline.method.statistics.dispersion import dispersion
from ccg_pipeline.method.statistics.grid import Booleans, Floats, Integers, Strings
from ccg_pipeline.method.statistics.small_counts import Curve
from ccg_pipeline.method.statistics.standard_errors import binomial, interval, poisson

COUNTED = ("binomial", "poisson")
LEAST_DISTANCE = 1e-6  # of a count that is not the reference, on its own side
MANY_DRAWS = 40  # from which exact distances are taken from curves
LEAST_TO_WIDEN = 2  # one organisation has no spread between organisations

EQUAL = 1e-12
"""Figures that are all the same have a spread of so little of their mean at most, which is rounding."""


def read(work: Work, state: State, rule: rules.Read) -> State:
    """The figures as published."""
    return replace(state, score=work.facts.value(rule.measure), why=work.facts.reason(rule.measure))


def take(work: Work, state: State, rule: rules.Take) -> State:
    """The other node's score or grade."""
    (member,) = rule.of
    taken = work.states[member.node]
    return replace(state, score=work.member(member), why=taken.why)


def transform(work: Work, state: State, rule: rules.Transform) -> State:
    """ln x or x^power; NaN where there is none."""
    with np.errstate(all="ignore"):  # no logarithm: NaN is what is meant
        score = np.log(state.score) if rule.by == "log" else state.score ** plain(rule.power)
    return replace(state, score=np.where(np.isfinite(score), score, np.nan))


def distance(work: Work, state: State, rule: rules.Distance) -> State:
    """(x − reference) / √(standard error² + tau²), turned."""
    learned = work.learned(lambda: _distance_learned(work, state.score[0], rule))
    with np.errstate(invalid="ignore"):
        if rule.exact:
            return replace(state, score=up(state.better, _exact(work, state.score, learned, rule)))
        return replace(state, score=up(state.better, state.score - learned.value) / learned.spread)


def _exact(work: Work, value: Floats, learned: "Reference", rule: rules.Distance) -> Floats:
    """The normal number that is as probable as the counts behind figures, were the reference true."""
    read = work.node.steps[0]
    count = work.facts.shared_count(getattr(read, "measure", ""), getattr(read, "drawn_by", None))
    exposed, share = count.denominator, learned.value / plain(rule.per)
    events = value / plain(rule.per) * exposed
    if len(value) < MANY_DRAWS:
        found = small_counts.distance(rule.error, events, exposed, share)
    else:
        if not learned.curve:
            learned.curve.append(Curve.of(rule.error, exposed, share))
        found = learned.curve[0].distance(events)
    # the middle of small counts lies off their mean: who is above the reference is never told to be below it
    side = np.sign(np.where(np.isclose(value, learned.value, rtol=1e-12, atol=0), 0.0, value - learned.value))
    return side * np.maximum(side * found, np.abs(side) * LEAST_DISTANCE)


@dataclass(frozen=True)
class Reference:
    """What a distance is measured by: the reference of each organisation, and its spread about that.

    ``value``, ``spread`` and ``error``, the plain standard error, (organisations,). ``phi`` is the
    dispersion, ``tau2`` the variance between organisations by which limits are widened: 0 where they are not,
    NaN where they should be and too few have a figure to say by how much. ``basis`` (organisations,):
    ``standard``, ``published``, ``counts`` or ``mean`` of ``n`` organisations together, '' without reference.
    ``curve``: of exact distances, as soon as there are many draws.
    """

    value: Floats
    spread: Floats
    error: Floats
    phi: float
    tau2: float | Floats
    basis: Strings
    n: Integers
    curve: list[Curve] = field(default_factory=list, compare=False)


def _distance_learned(work: Work, value: Floats, rule: rules.Distance) -> Reference:
    """Reference, spread of each organisation, and what widened it: of the published figures."""
    read = work.node.steps[0]
    measure, drawn_by = getattr(read, "measure", ""), getattr(read, "drawn_by", None)
    count, per = work.facts.shared_count(measure, drawn_by), plain(rule.per)
    widening = float(np.sqrt(plain(rule.phi)))
    is_first = work.facts.sharing(measure, drawn_by) == np.arange(len(value))  # a shared figure is one figure
    has_own = is_first if drawn_by == rules.COUNTS else np.ones(len(value), dtype=bool)
    centre, basis, n = reference_of(work.facts, measure, value, rule, has_own)
    reference = centre
    if rule.standard is not None:
        reference = np.full(value.shape, plain(rule.standard))
        basis, n = np.full(value.shape, "standard", dtype=object), np.zeros(value.shape, dtype=np.int64)

    def errors(at: Floats) -> Floats:
        if rule.error == "interval":
            return interval(count.lower_95, count.upper_95) * widening
        of_counts = binomial if rule.error == "binomial" else poisson
        return of_counts(at, count.denominator, per) * widening

    error, about = errors(reference), errors(centre)
    with np.errstate(all="ignore"):  # without a standard error: left out there
        z = np.where(is_first, (value - centre) / about, np.nan)
        found = dispersion(z, about, plain(rule.winsorise), rule.extremes)
    tau2 = found.tau2 if rule.widen and found.phi > plain(rule.widen_above) else 0.0
    if rule.widen and found.n < LEAST_TO_WIDEN:
        tau2 = np.nan
    return Reference(reference, spread_of(error, tau2), error, found.phi, tau2, basis, n)


def spread_of(error: Floats, tau2: float | Floats) -> Floats:
    """√(standard error² + tau²); NaN where the plain standard error is not above 0."""
    return np.asarray(np.sqrt(np.square(np.where(error > 0, error, np.nan)) + tau2))


def reference_of(
    facts: Facts, measure: str, value: Floats, rule: rules.Distance, has_own: Booleans
) -> tuple[Floats, Strings, Integers]:
    """The reference organisation's figure, else that of enough organisations together, of each one's period.

    With it the basis and of how many it was worked out, as in `Reference`; (organisations,) each. Who has not
    its `has_own` counts, but another's, counts towards enough and adds none.
    """
    found = np.array(facts.other(rule.reference, measure))
    basis = np.where(np.isnan(found), "", "published").astype(object)
    n = np.zeros(found.shape, dtype=np.int64)
    lacks = np.isfinite(value) & np.isnan(found)
    period = facts.period(measure)
    for one in np.unique(period[lacks]):
        own = lacks & (period == one)
        if own.mean() >= plain(rule.reference_needs):
            found[own], basis[own] = _together(facts, measure, value, own, rule, has_own)
            n[own] = own.sum()
    return found, basis, n


def _together(
    facts: Facts, measure: str, value: Floats, own: Booleans, rule: rules.Distance, has_own: Booleans
) -> tuple[float, str]:
    """The figure of some organisations together: of their ``counts``, or the plain ``mean``."""
    count = facts.count(measure)
    counted = own & np.isfinite(count.numerator) & (count.denominator > 0)
    if rule.error in COUNTED and 2 * counted.sum() > own.sum():
        counted &= has_own
        events, exposed = (np.where(counted, one, 0).sum() for one in (count.numerator, count.denominator))
        return float(plain(rule.per) * (events / exposed)), "counts"
    return float(np.where(own, value, 0).sum() / own.sum()), "mean"


def goalposts(work: Work, state: State, rule: rules.Goalposts) -> State:
    """low + (high − low) · (f(x) − f(worst)) / (f(best) − f(worst)), f the logarithm or nothing."""
    worst, best, low, high = (plain(one) for one in (rule.worst, rule.best, rule.low, rule.high))
    x = state.score
    with np.errstate(all="ignore"):  # no logarithm: NaN is what is meant
        if rule.log:
            x, worst, best = np.log(np.where(x > 0, x, np.nan)), float(np.log(worst)), float(np.log(best))
        share = (x - worst) / (best - worst)
    return replace(state, score=low + (high - low) * (np.clip(share, 0, 1) if rule.inside else share))


def standardise(work: Work, state: State, rule: rules.Standardise) -> State:
    """(x − mean) / deviation, (x − min) / range, or by how many are worse; turned."""
    x = up(state.better, state.score)
    out = np.full(x.shape, np.nan)
    enough = np.isfinite(x).sum(axis=1, keepdims=True) >= plain(rule.least)
    for number, own in enumerate(work.peers.pools(rule.pool)):
        if rule.by in rules.PLACED:
            out[:, own] = _placed(x[:, own], rule)
            continue
        weights = None if rule.weights is None else _weights(work, rule.weights, own)
        middle, spread = _middle_and_spread(x[:, own], rule, weights)
        if rule.held:  # a base year's are held
            middle, spread = work.learned(dict[int, tuple[Floats, Floats]]).setdefault(
                number, (middle, spread)
            )
        with np.errstate(all="ignore"):
            out[:, own] = (x[:, own] - middle) / np.where(spread > 0, spread, np.nan)
    if rule.by == "z":
        out = out * plain(rule.unit) + plain(rule.middle)
    elif rule.by == "min_max":
        out = plain(rule.low) + (plain(rule.high) - plain(rule.low)) * out
    return replace(state, score=np.where(enough, out, np.nan))


def _placed(x: Floats, rule: rules.Standardise) -> Floats:
    n, worse = np.isfinite(x).sum(axis=1, keepdims=True), places(x) - 1
    with np.errstate(all="ignore"):
        if rule.by == "percentile":
            return np.where(n > 1, worse / (n - rule.ddof), np.nan)
        better = places(-x) - 1
        return np.where(n > 1, scipy.special.ndtri((worse + n - better) / (2 * n)), np.nan)


def _weights(work: Work, name: str, own: Integers) -> Floats:
    """The weight of each of some organisations; 0 for one without, which is compared all the same."""
    weights: Floats = np.nan_to_num(np.asarray(work.peers.attribute(name)[own], dtype=float))
    return weights


def _middle_and_spread(x: Floats, rule: rules.Standardise, weights: Floats | None) -> tuple[Floats, Floats]:
    there = np.isfinite(x)
    n = there.sum(axis=1, keepdims=True)
    if rule.by == "min_max":
        least = np.where(there, x, np.inf).min(axis=1, keepdims=True, initial=np.inf)
        most = np.where(there, x, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
        return np.where(n > 0, least, np.nan), np.where(n > 0, most - np.where(n > 0, least, 0), np.nan)
    w = np.where(there, 1.0 if weights is None else weights, 0.0)
    filled = np.where(there, x, 0.0)
    with np.errstate(all="ignore"):  # nobody there: NaN is what is meant
        w = w / w.sum(axis=1, keepdims=True)
        middle = (w * filled).sum(axis=1, keepdims=True)
        squares = (w * np.square(np.where(there, x - middle, 0.0))).sum(axis=1, keepdims=True)
        if weights is None:
            corrected = squares * n / np.where(n > rule.ddof, n - rule.ddof, np.nan)
        else:  # the same for weights that count how sure a figure is
            corrected = squares / (1 - np.square(w).sum(axis=1, keepdims=True)) if rule.ddof else squares
    spread = np.sqrt(corrected)
    return middle, np.where(spread > EQUAL * np.abs(middle), spread, 0.0)


def spread_by_rank(work: Work, state: State, rule: rules.SpreadByRank) -> State:
    """From best to worst by place, with fixed ends for who meets a standard or misses a floor."""
    x, best, worst = up(state.better, state.score), plain(rule.best), plain(rule.worst)
    first = best if rule.after is None else plain(rule.after)
    last = worst if rule.before is None else plain(rule.before)
    meets = fails = np.zeros(x.shape, dtype=bool)
    if rule.standard is not None:
        meets = reaches(x, up(state.better, plain(rule.standard)))
    if rule.floor is not None:
        fails = np.isfinite(x) & ~reaches(x, up(state.better, plain(rule.floor)))
    order = np.where(meets | fails, np.nan, x)
    if rule.untie is not None:  # among equals the published place decides, by less than one place
        place = np.nan_to_num(work.facts.value(rule.untie))
        rounded = np.asarray(np.round(-order, 6), dtype=np.float64)
        order = -places(rounded) - place / (place.max() + 1)
    out = np.full(np.broadcast_shapes(order.shape, x.shape), np.nan)
    for own in work.peers.pools(rule.pool):
        others = np.maximum(np.isfinite(order[:, own]).sum(axis=1, keepdims=True) - 1, 1)
        out[:, own] = first + (last - first) * (places(-order[:, own]) - 1) / others
    return replace(state, score=np.where(meets, best, np.where(fails, worst, out)))


def steps(work: Work, state: State, rule: rules.Steps) -> State:
    """Points of the first level reached."""
    x = np.abs(state.score) if rule.magnitude else state.score
    points = [plain(rule.below), *(plain(one.points) for one in reversed(rule.levels))]
    n_reached = np.zeros(x.shape, dtype=np.uint16)  # levels fall, so that who reaches one reaches those below
    for one in rule.levels:
        n_reached += exceeds(x, one.edge) if one.at_least is None else reaches(x, one.edge)
    score = np.take(points, n_reached)
    score[np.isnan(x)] = np.nan
    return replace(state, score=score)


def labels(work: Work, state: State, rule: rules.Labels) -> State:
    """Points of each label; NaN, with a reason, for a label that the rule does not know."""
    given = {label: plain(points) for label, points in rule.points.items()}
    said, why = work.facts.judgement(rule.measure), work.facts.reason(rule.measure)
    score = np.array([[given.get(one, np.nan) for one in row] for row in said], dtype=float)
    strange = np.isnan(score[0]) & (said[0] != "") & (why == "")
    if strange.any():
        known = ", ".join(given)
        why = np.where(
            strange, "judged '" + said[0].astype(str).astype(object) + f"', which is none of {known}", why
        )
    return replace(state, score=score, why=why)
