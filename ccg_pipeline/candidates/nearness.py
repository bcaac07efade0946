"""How near a CCG is to another rating: the one change of one figure that would bring it.

Belongs here: trying each step of each indicator that decides, and the smallest that changes the rating.
Does not belong here: the rule itself (method.clinical), words about a figure (figures.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ccg_pipeline.framework.panels import PanelRule
from ccg_pipeline.method.clinical import by_matrix, mean_score
from ccg_pipeline.method.cutpoints import grade_by_cuts
from ccg_pipeline.method.next_grade import Step


@dataclass(frozen=True)
class Nearest:
    """The smallest step of one indicator that would change a rating, and the grade it would then be."""

    indicator: str
    step: Step
    grade: int


def nearest(
    rule: PanelRule,
    grades: Mapping[str, int | None],
    steps: Mapping[str, Sequence[Step | None]],
    grade: int | None,
) -> Nearest | None:
    """Return the smallest single step that would change the rating of `grade`, or None when none would.

    `grades` are those of the indicators that decide, `steps` the ways to their next grades. A CCG without a
    rating, or rated by the minimum data rule, is near to nothing.
    """
    if grade is None or rate(rule, grades) != grade:
        return None
    found = []
    for code in rule.indicators:
        for step in steps.get(code, ()):
            if step is not None:
                new = rate(rule, {**grades, code: step.grade})
                if new is not None and new != grade:
                    found.append(Nearest(code, step, new))
    return min(found, key=lambda one: one.step.margin, default=None)


def rate(rule: PanelRule, grades: Mapping[str, int | None]) -> int | None:
    """Return the grade that a panel's rule gives one CCG's indicator grades, minimum data apart."""
    column = np.array(
        [[np.nan if (one := grades.get(code)) is None else one] for code in rule.indicators], float
    )
    if np.isfinite(column).sum() < rule.minimum_indicators.value:
        return None
    if rule.matrix is not None:
        found = by_matrix(column, rule.matrix)[0]
    elif rule.mean is not None:
        found = grade_by_cuts(mean_score(column, rule.mean), [cut.value for cut in rule.mean.cuts])[0]
    else:
        return None
    return int(found) if np.isfinite(found) else None
