"""What each rule says of one organisation, in plain words, with the figures that it looked at.

Belongs here: a sentence part for each rule and each condition.
Does not belong here: what came out of a rule (explaining.py), why there is no score (reasons.py).
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ccg_pipeline.framework.edition import Node
from ccg_pipeline.framework.vocabulary import combining, grading, others, scoring
from ccg_pipeline.framework.vocabulary.rule import Condition, Number, Rule, When, plain
from ccg_pipeline.method.engine.facts import State
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.turning import ROUNDING

MEANS = {1: "mean", 0: "geometric mean", -1: "harmonic mean"}
HOWS = {
    "mean": "mean",
    "total": "sum",
    "median": "median",
    "deviation": "standard deviation",
    "least": "lowest",
    "most": "highest",
}
FEW = 12
"""So many organisations are listed with their scores; of more it is said how many they are."""
ORDINALS = {1: "", 2: "second ", 3: "third "}


def figure(x: float, *lines: float) -> str:
    """Return a number to four digits, or to as many more as part it from lines that it does not lie on."""
    if np.isnan(x):
        return "none"
    apart = [line for line in lines if abs(line - x) > ROUNDING]
    digits = next((n for n in range(4, 12) if all(f"{x:.{n}g}" != f"{one:.{n}g}" for one in apart)), 12)
    shown = f"{x:.{digits}g}"
    if "e-" in shown:
        return positional(0.0 if abs(x) < ROUNDING and 0.0 not in lines else float(shown))
    return f"{x:,.0f}" if "e+" in shown else shown


def positional(x: float) -> str:
    """Return a number with the fewest digits that give it again, and never in scientific notation."""
    decimals = len(np.format_float_positional(x, trim="-").partition(".")[2])
    return f"{x:,.{decimals}f}"


@dataclass(frozen=True)
class Seen:
    """What a rule had before it: step `number` of `node` in a `run`, for organisation number `at`."""

    run: Run
    node: Node
    number: int
    before: State
    after: State
    at: int

    def title(self, key: str) -> str:
        """What people call a node."""
        return self.run.edition.node[key].title

    def outcome(self, key: str, by: str) -> float:
        """The score or the grade of a node, or what this node has come to so far."""
        state = self.before if key == self.node.key else self.run.states[key]
        x = state.grade if by == "grade" else state.score
        return np.nan if x is None else float(x[0, self.at])

    def judgement(self, measure: str) -> str:
        """The published judgement; '' where there is none."""
        return str(self.run.facts.judgement(measure)[0, self.at])

    def members(self, rule: combining.Combination) -> list[float]:
        """The scores or grades of the members."""
        return [self.outcome(one.node, one.by) for one in rule.of]

    def pool(self, pool: str | None) -> str:
        """Within whom an organisation is compared."""
        if pool is None:
            return "all"
        if pool.startswith("node:"):
            key = pool.removeprefix("node:")
            return f"those with {self.title(key)} {figure(self.outcome(key, 'score'))}"
        own = self.run.peers.attribute(pool)[self.at]
        return f"those with {pool} {own}" if own is not None and own == own and own != "" else f"no {pool}"


def words_of(rule: Rule, seen: Seen) -> str:
    """Return what a rule does, with the organisation's own figures where the rule looked at some."""
    match rule:
        case scoring.Read():
            return rule.measure if rule.better == "none" else f"{rule.measure}, {rule.better} is better"
        case scoring.Labels():
            said = seen.judgement(rule.measure)
            return f"{rule.measure}, judged {said}" if said else f"{rule.measure}, not judged"
        case combining.Combination():
            return _combined(rule, seen)
        case others.Together():
            return _together(rule, seen)
        case scoring.Take() | scoring.Transform() | scoring.Distance() | scoring.Goalposts():
            return _scored(rule, seen)
        case scoring.Standardise() | scoring.SpreadByRank():
            return _compared(rule, seen)
        case scoring.Steps():
            sign = "of the score without its sign: " if rule.magnitude else ""
            levels = [
                f"{_n(one.points)} {'from' if one.above is None else 'above'} {one.edge:g}"
                for one in rule.levels
            ]
            return f"{sign}{', '.join(levels)}, otherwise {_n(rule.below)}"
        case grading.Cuts():
            return f"lines at {', '.join(map(_n, rule.at))}"
        case grading.Quantiles():
            shares = ", ".join(f"{100 * plain(one):g} %" for one in rule.shares)
            return f"the best {shares} of {seen.pool(rule.pool)}"
        case grading.FittedCuts():
            return f"lines fitted between the grades of {seen.title(rule.to[0].node)}"
        case grading.Clusters():
            return f"groups of near neighbours among {seen.pool(rule.pool)}"
        case grading.AsScored():
            return "the score is the grade"
        case _:
            return _adjusted(rule, seen)


def _n(number: Number) -> str:
    return f"{plain(number):.12g}"


def _scored(rule: scoring.Take | scoring.Transform | scoring.Distance | scoring.Goalposts, seen: Seen) -> str:
    match rule:
        case scoring.Take():
            return f"the {rule.of[0].by} of {seen.title(rule.of[0].node)}"
        case scoring.Transform():
            return "its natural logarithm" if rule.by == "log" else f"to the power {_n(rule.power)}"
        case scoring.Goalposts():
            logs = ", of logarithms" if rule.log else ""
            way = f"the way from {_n(rule.worst)} (worst) to {_n(rule.best)} (best)"
            return f"{way}, counted from {_n(rule.low)} to {_n(rule.high)}{logs}"
        case scoring.Distance():
            learned = seen.run.learned.steps[seen.node.key, seen.number]
            other = seen.run.facts.other(rule.reference, _measure(seen.node))[seen.at]
            whose = "the standard" if rule.standard is not None else rule.reference
            if rule.standard is None and np.isnan(other):
                whose = "all organisations together,"
            widened = f", limits widened for a spread of {figure(learned.tau2**0.5)}" if learned.tau2 else ""
            widened += ", by exact chances" if rule.exact else ""
            return f"standard errors from {whose} {figure(float(learned.value[seen.at]))}{widened}"


def _measure(node: Node) -> str:
    return getattr(node.steps[0], "measure", "")


def _compared(rule: scoring.Standardise | scoring.SpreadByRank, seen: Seen) -> str:
    among = f"among {seen.pool(rule.pool)}"
    if isinstance(rule, scoring.SpreadByRank):
        ends = f"by place {among}, from {_n(rule.best)} (best) to {_n(rule.worst)} (worst)"
        meets = "" if rule.standard is None else f"; {_n(rule.best)} from {_n(rule.standard)}"
        return ends + meets + ("" if rule.floor is None else f"; {_n(rule.worst)} beyond {_n(rule.floor)}")
    held = ", as in the base year" if rule.held else ""
    if rule.by == "z":
        scaled = "" if plain(rule.unit) == 1 else f", times {_n(rule.unit)}"
        scaled += "" if plain(rule.middle) == 0 else f", plus {_n(rule.middle)}"
        weighted = "" if rule.weights is None else f" weighted by {rule.weights}"
        return f"standard deviations from the{weighted} mean {among}{scaled}{held}"
    if rule.by == "min_max":
        return f"the way from the worst ({_n(rule.low)}) to the best ({_n(rule.high)}) {among}{held}"
    return f"the {'normal number of the place' if rule.by == 'normal' else 'share that is worse'} {among}"


def _together(rule: others.Together, seen: Seen) -> str:
    """What is worked out of whom, with the score of each, where they are few."""
    state = seen.run.states[rule.of[0].node]
    x = state.grade if rule.of[0].by == "grade" and state.grade is not None else state.score
    own = next((one.own for one in seen.run.peers.groups(rule) if seen.at in one.of), ())
    whose, listed = seen.pool(rule.pool), ""
    if rule.parts is not None or rule.peers is not None:
        whose = f"its {len(own)} {rule.who}"
        scores = [f"{seen.run.facts.organisations[at]} {figure(float(x[0, at]))}" for at in own]
        listed = f" ({', '.join(scores)})" if 0 < len(scores) <= FEW else ""
    weighted = "" if rule.weights is None else f" weighted by {rule.weights}"
    return f"the {HOWS[rule.how]}{weighted} of {seen.title(rule.of[0].node)} of {whose}{listed}"


def _combined(rule: combining.Combination, seen: Seen) -> str:
    x = seen.members(rule)
    n = int(np.isfinite(x).sum())
    of = f"of {n}" if n == len(x) else f"of {n} of {len(x)}"
    match rule:
        case combining.Mean():
            is_weighted = len({plain(one.weight) for one in rule.of}) > 1
            what = MEANS[rule.power]
            if rule.total:
                what = "product" if rule.power == 0 else "sum"
                is_weighted &= {abs(plain(one.weight)) for one in rule.of} != {1.0}
            filled = (
                f", what is missing counted as {_n(rule.fill)}"
                if rule.fill is not None and n < len(x)
                else ""
            )
            return f"the {'weighted ' * is_weighted}{what} {of}{filled}"
        case combining.Spread():
            return f"the weighted variance {of}"
        case combining.Count():
            return f"how many of {len(x)} are there"
        case combining.LookUp():
            shown = ", ".join(
                f"{seen.title(one.node)} {figure(v)}" for one, v in zip(rule.of, x, strict=True)
            )
            return f"the table's cell for {shown}"
        case combining.Pick():
            if rule.which == "first":
                return f"the first that is there {of}"
            return f"the {ORDINALS.get(rule.place, f'{rule.place}th ')}{rule.which} {of}"
        case _:
            counts = Counter(figure(v) for v in sorted(v for v in x if np.isfinite(v)))
            shown = ", ".join(f"{times} with {value}" for value, times in counts.items())
            return f"by how many have which value: {shown or 'none is there'}"


def _adjusted(rule: Rule, seen: Seen) -> str:
    labels = seen.run.edition.labels(seen.node.key)
    match rule:
        case grading.Put():
            is_grade = rule.by == "grade" and rule.value is not None
            value = "none" if rule.value is None else _n(rule.value)
            return (
                f"{labels[int(plain(rule.value)) - 1] if is_grade else value} where {_when(rule.when, seen)}"  # type: ignore[arg-type]  # a grade is there
            )
        case grading.Cap():
            bounds = [(name, one) for name, one in (("best", rule.at_best), ("worst", rule.at_worst)) if one]
            held = " and ".join(f"at {name} {labels[int(plain(one)) - 1]}" for name, one in bounds)
            return f"{held} where {_when(rule.when, seen)}"
        case grading.Require():
            return f"only where {_when(rule.when, seen)}"
        case grading.Bound():
            parts = [
                ("at least", rule.low, ""),
                ("at most", rule.high, ""),
                ("at least the quantile", rule.low_share, " of all"),
                ("at most the quantile", rule.high_share, " of all"),
            ]
            return " and ".join(f"{name} {_n(one)}{of}" for name, one, of in parts if one is not None)
        case grading.Round():
            return f"to a multiple of {_n(rule.unit)}"
    raise AssertionError(f"{rule.do} has no words")


def _when(when: When, seen: Seen) -> str:
    both = [_condition(one, seen) for one in when.all_of]
    if when.any_of:
        either = " or ".join(_condition(one, seen) for one in when.any_of)
        both.append(f"({either})" if both and len(when.any_of) > 1 else either)
    return " and ".join(both)


def _condition(one: Condition, seen: Seen) -> str:
    """A condition, and how it is: ``inspection is Closed (it is Open)``."""
    if one.says:
        return f"{one.of} is {' or '.join(one.says)} (it is {seen.judgement(one.of) or 'not known'})"
    bounds = [
        f"{word} {_n(line)}"
        for word, line in (
            ("at least", one.at_least),
            ("above", one.above),
            ("at most", one.at_most),
            ("below", one.below),
        )
        if line is not None
    ]
    if one.is_in:
        bounds.append(f"one of {', '.join(f'{value:g}' for value in one.is_in)}")
    lines = [plain(line) for line in (one.at_least, one.above, one.at_most, one.below) if line is not None]
    is_own_grade = one.of == seen.node.key and one.by == "grade" and seen.before.grade is None
    shown = figure(seen.outcome(one.of, "score" if is_own_grade else one.by), *lines)
    labels = seen.run.edition.labels(one.of) if one.by == "grade" and not is_own_grade else ()
    if labels and shown != "none":  # a reader knows the label, and a label may be another number
        shown += f", {labels[round(float(shown)) - 1]}"
    what = f"the {one.by} of {seen.title(one.of)}"
    return f"{what} is {' and '.join(bounds)} (it is {shown if shown != 'none' else 'not known'})"
