"""What would change a rating: the nearest other grade that one figure of one organisation would bring.

Belongs here: the search, through the real rules, for each measure under a node.
Does not belong here: any rule (the engine), what several figures would do together.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.vocabulary.scoring import Read
from ccg_pipeline.method.certainty.errors import Error, errors_of, sampled
from ccg_pipeline.method.engine.facts import State
from ccg_pipeline.method.engine.run import Run, resting_on
from ccg_pipeline.method.engine.wording import figure, positional
from ccg_pipeline.method.statistics.grid import Floats

PLACES = 64
"""So many figures are tried at once; a grade given only between two neighbouring ones may be missed."""
ROUNDS = 4
"""How often the gap to the first that changes the grade is parted again: to 64^-4 of the way."""
DIGITS = 3
"""Digits of the way to the needed figure to which it is said, more where fewer are untrue (assumed)."""
MOST_DIGITS = 12


@dataclass(frozen=True)
class Nearest:
    """`measure` at `needed` in place of `figure`, all else being equal, brings `grade` (`label`).

    `needed` is the figure with the fewest digits that is true; `side` says whether the grade comes ``at`` it,
    or only ``above`` or ``below`` it.
    `errors`: how far that is, in the figure's standard errors, or where it has none in standard deviations
    between organisations.
    """

    measure: str
    figure: float
    needed: float
    errors: float
    grade: int
    label: str
    side: str = "at"

    def sentence(self, title: str) -> str:
        """Return what is said of it; `title`: what people call the measure."""
        now, then = figure(self.figure, self.needed), positional(self.needed)
        return (
            f"{title} is {now}; {self.side} {then}, all else being equal, the rating would be {self.label}."
        )


def nearest_other_grade(run: Run, node: str, organisation: str) -> Nearest | None:
    """Return the nearest figure that brings an organisation another grade of a node.

    `run` is of the published figures, whose references and limits stand; places among others are worked out
    again. Figures are tried as far beyond those of all organisations as these lie apart, within the limits
    that the edition states of them; counts within what they can be, and figures whose error is told by how
    they repeat within what was seen, as they are drawn. None where there is no grade, or no single figure
    brings another.
    """
    at = list(run.facts.organisations).index(organisation)
    grade = run.states[node].grade
    if grade is None or not np.isfinite(grade[0, at]):
        return None
    found = list(_by_measure(run, node, at, float(grade[0, at])))
    return min(found, key=lambda one: one.errors, default=None)


def _by_measure(run: Run, node: str, at: int, own: float) -> Iterator[Nearest]:
    errors = errors_of(run.edition)
    for measure in _measures_under(run.edition, node):
        values = run.facts.value(measure)[0]
        if not np.isfinite(values[at]):
            continue
        scale = _scale(run, measure, errors.get(measure), at)
        if not scale > 0:
            continue
        low, high = _range(run.edition, measure, values, errors.get(measure))
        given = _unmoved(run, measure)
        for end in (low, high):
            near, far, grade = _first_other(run, given, node, measure, at, own, end)
            if np.isfinite(far):
                tried = partial(_brings, run, given, node, measure, at, grade)
                needed, side = _in_few_digits(near, far, float(values[at]), tried)
                label = run.edition.labels(node)[int(grade) - 1]
                errors_away = abs(far - values[at]) / scale
                yield Nearest(measure, float(values[at]), needed, float(errors_away), int(grade), label, side)


def _unmoved(run: Run, measure: str) -> dict[str, State]:
    """The nodes of a run that no figure of a measure moves."""
    moved: set[str] = set()
    for node in run.edition.nodes:
        if measure in node.measures_used() or moved.intersection(node.nodes_used()):
            moved.add(node.key)
    return {key: state for key, state in run.states.items() if key not in moved}


def _measures_under(edition: Edition, node: str) -> list[str]:
    keys = resting_on(edition, [node])
    reads = [one.steps[0] for one in edition.nodes if one.key in keys]
    return list(dict.fromkeys(one.measure for one in reads if isinstance(one, Read)))


def _scale(run: Run, measure: str, error: Error | None, at: int) -> float:
    figures = None if error is None else sampled(measure, error, run.facts, ())
    own = np.nan if figures is None else float(figures.standard_errors()[at])
    return own if own > 0 else float(np.nanstd(run.facts.value(measure)[0]))


def _range(edition: Edition, measure: str, values: Floats, error: Error | None) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    kind = "" if error is None else error.kind
    if kind != "repeated":
        low, high = low - (high - low), high + (high - low)
    if kind in ("binomial", "poisson"):
        low = max(low, 0.0)
    if error is not None and kind == "binomial":
        high = min(high, error.per)
    for one in edition.limits:
        if one.measure == measure:
            low = low if one.least is None else max(low, one.least)
            high = high if one.most is None else min(high, one.most)
    return low, high


def _first_other(
    run: Run, given: Mapping[str, State], node: str, measure: str, at: int, own: float, end: float
) -> tuple[float, float, float]:
    """The last figure on the way to `end` that keeps the grade, the first that brings another, and that one.

    The second and third are NaN where none does.
    """
    near, far, grade = float(run.facts.value(measure)[0, at]), end, np.nan
    for turn in range(ROUNDS):
        tried = np.linspace(near, far, PLACES + 1)[1:]
        grades = _grades(run, given, node, measure, at, tried)
        other = np.flatnonzero(np.isfinite(grades) & (grades != own))
        if not len(other):
            return (near, np.nan, np.nan) if turn == 0 else (near, far, grade)
        first = int(other[0])
        near, far, grade = (
            (near if first == 0 else float(tried[first - 1])),
            float(tried[first]),
            float(grades[first]),
        )
    return near, far, grade


def _in_few_digits(near: float, far: float, own: float, brings: Callable[[float], bool]) -> tuple[float, str]:
    """The figure with the fewest digits that says where another grade begins, between `near` and `far`.

    `brings` tells whether a figure brings that grade. Returned with ``at``, ``above`` or ``below``.
    """
    way = max(abs(far - own), abs(far - near))
    first = -math.floor(math.log10(way))
    for decimals in range(min(first, 0), first + DIGITS + 1):
        line = round(far, decimals) + 0.0  # no minus zero
        if min(near, far) <= line <= max(near, far):
            return (line, "at") if brings(line) else (line, "above" if far > near else "below")
    toward = math.ceil if far > near else math.floor
    for decimals in range(first + DIGITS - 1, first + MOST_DIGITS):
        beyond = toward(far * 10.0**decimals) / 10.0**decimals + 0.0
        if brings(beyond):
            return beyond, "at"
    return far, "at"


def _brings(
    run: Run, given: Mapping[str, State], node: str, measure: str, at: int, grade: float, figure: float
) -> bool:
    return bool(_grades(run, given, node, measure, at, np.array([figure]))[0] == grade)


def _grades(run: Run, given: Mapping[str, State], node: str, measure: str, at: int, tried: Floats) -> Floats:
    values = np.repeat(run.facts.values[measure], len(tried), axis=0)
    values[:, at] = tried
    facts = replace(run.facts, values={**run.facts.values, measure: values})
    grade = Run(run.edition, facts, run.learned, [node], given=given).states[node].grade
    assert grade is not None  # the published one is there
    return np.broadcast_to(grade, (len(tried), grade.shape[1]))[:, at]
