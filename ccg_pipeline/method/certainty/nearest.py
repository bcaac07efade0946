"""What would change a rating: the nearest other grade that one figure of one organisation would bring.

Belongs here: the search, through the real rules, for each measure under a node.
Does not belong here: any rule (the engine), what several figures would do together.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.vocabulary.scoring import Read
from ccg_pipeline.method.certainty.errors import Error, errors_of, sampled
from ccg_pipeline.method.engine.run import Run, resting_on
from ccg_pipeline.method.engine.wording import figure
from ccg_pipeline.method.statistics.grid import Floats

PLACES = 64
"""So many figures are tried at once; a grade given only between two neighbouring ones may be missed."""
ROUNDS = 4
"""How often the gap to the first that changes the grade is parted again: to 64^-4 of the way."""


@dataclass(frozen=True)
class Nearest:
    """`measure` at `needed` in place of `figure`, all else being equal, brings `grade` (`label`).

    `errors`: how far that is, in the figure's standard errors, or where it has none in standard deviations
    between organisations.
    """

    measure: str
    figure: float
    needed: float
    errors: float
    grade: int
    label: str

    def sentence(self, title: str) -> str:
        """Return what is said of it; `title`: what people call the measure."""
        now, then = figure(self.figure, self.needed), figure(self.needed, self.figure)
        return f"{title} is {now}; at {then}, all else being equal, the rating would be {self.label}."


def nearest_other_grade(run: Run, node: str, organisation: str) -> Nearest | None:
    """Return the nearest figure that brings an organisation another grade of a node.

    `run` is of the published figures, whose references and limits stand; places among others are worked out
    anew. Figures are tried as far beyond those of all organisations as these lie apart, counts within what
    they can be. None where there is no grade, or no single figure brings another.
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
        low, high = _range(values, errors.get(measure))
        for end in (low, high):
            needed, grade = _first_other(run, node, measure, at, own, end)
            if np.isfinite(needed):
                label = run.edition.labels(node)[int(grade) - 1]
                far = abs(needed - values[at]) / scale
                yield Nearest(measure, float(values[at]), needed, float(far), int(grade), label)


def _measures_under(edition: Edition, node: str) -> list[str]:
    keys = resting_on(edition, [node])
    reads = [one.steps[0] for one in edition.nodes if one.key in keys]
    return list(dict.fromkeys(one.measure for one in reads if isinstance(one, Read)))


def _scale(run: Run, measure: str, error: Error | None, at: int) -> float:
    figures = None if error is None else sampled(measure, error, run.facts, ())
    own = np.nan if figures is None else float(figures.standard_errors()[at])
    return own if own > 0 else float(np.nanstd(run.facts.value(measure)[0]))


def _range(values: Floats, error: Error | None) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    low, high = low - (high - low), high + (high - low)
    if error is not None and error.kind in ("binomial", "poisson"):
        low = max(low, 0.0)
    if error is not None and error.kind == "binomial":
        high = min(high, error.per)
    return low, high


def _first_other(run: Run, node: str, measure: str, at: int, own: float, end: float) -> tuple[float, float]:
    """The first figure on the way to `end` that brings another grade, and this grade; NaN where none does."""
    near, far, grade = float(run.facts.value(measure)[0, at]), end, np.nan
    for turn in range(ROUNDS):
        tried = np.linspace(near, far, PLACES + 1)[1:]
        grades = _grades(run, node, measure, at, tried)
        other = np.flatnonzero(np.isfinite(grades) & (grades != own))
        if not len(other):
            return (np.nan, np.nan) if turn == 0 else (far, grade)
        first = int(other[0])
        near, far, grade = (
            (near if first == 0 else float(tried[first - 1])),
            float(tried[first]),
            grades[first],
        )
    return far, float(grade)


def _grades(run: Run, node: str, measure: str, at: int, tried: Floats) -> Floats:
    values = np.repeat(run.facts.values[measure], len(tried), axis=0)
    values[:, at] = tried
    facts = replace(run.facts, values={**run.facts.values, measure: values})
    grade = Run(run.edition, facts, run.learned, only=[node]).states[node].grade
    assert grade is not None  # the published one is there
    return np.broadcast_to(grade, (len(tried), grade.shape[1]))[:, at]
