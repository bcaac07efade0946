"""Draws for a block of CCGs: true values through every rule, and through every version of the rules.

Belongs here: random numbers, points and grades of draws, their intervals, probabilities and variances.
Does not belong here: the distributions (`true_values`), the rules (`outcomes`), the table (`uncertainty`).

Points and grades are steps, so no true value need be worked out: a uniform number is the place of the true
value in its distribution, and the true value lies above a cut just when the number is not below the
probability of lying below that cut. That is exact, whatever the distribution.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.scoring.banding import points_of
from ccg_pipeline.method.scoring.clinical import grade_of
from ccg_pipeline.method.statistics.grid import Floats, Strings
from ccg_pipeline.method.uncertainty.outcomes import Fixed, Outcomes, Rules, outcomes, rules_of
from ccg_pipeline.method.uncertainty.true_values import TrueValues

Singles = NDArray[np.float32]

GRADES = (1, 2, 3, 4)
SAMPLING, CROSSED, METHOD = range(3)  # streams of random numbers
NOTHING = 1e-12  # a variance below it is rounding


@dataclass(frozen=True)
class Block:
    """Some CCGs, with all that their draws need: arrays of shape (indicators, CCGs)."""

    ccg_codes: tuple[str, ...]
    z: Floats
    value: Floats
    judgement: Strings
    believed: TrueValues
    fixed: Fixed


def draw_block(
    block: Block, tried: Sequence[Edition], seed: int, draws: int, samples: int, keep_area_draws: bool = False
) -> dict[str, Floats]:
    """Columns of the table for a block, each (measures, CCGs), and its `overall_draws` (draws, CCGs).

    `tried`: versions of the method, the first the one that stands. `keep_area_draws`: `area_draws` (areas,
    draws, CCGs) too.
    """
    graded = _graded(tried)
    below = block.believed.below(
        np.stack([(-one.banding.cut.value, one.banding.cut.value) for one in tried]).ravel()
    )
    below = below.reshape(*block.z.shape, len(tried), 2)
    points = np.stack([points_of(one, block.z, block.value, block.judgement) for one in tried], axis=1)
    as_published = outcomes(
        points,
        {i: np.stack([grade_of(block.z[i], one) for one in limits]) for i, limits in graded.items()},
        block.fixed,
        rules_of(tried),
    )
    chances = {
        i: block.believed.row(i).below(np.outer(limits, (-1, 0, 1)).ravel()) for i, limits in graded.items()
    }
    steps = np.stack([_steps(one) for one in tried], axis=-1)
    stated, varied = rules_of(tried[:1]), rules_of(tried[1:])
    own = as_published.grades()
    each: list[dict[str, Floats]] = []
    for c, code in enumerate(block.ccg_codes):
        cell = _Cell(
            below[:, c].astype(np.float32),
            {i: one[0, c].reshape(len(tried), 3).astype(np.float32) for i, one in chances.items()},
            steps,
            points[..., c],
            Fixed(
                block.fixed.panel_grade[:, [c]], block.fixed.unrated[:, [c]], block.fixed.is_inadequate[[c]]
            ),
        )
        sampled = cell.drawn(_uniform(seed, code, SAMPLING, len(points), draws), slice(0, 1), stated)
        crossed = cell.drawn(_uniform(seed, code, CROSSED, len(points), samples), slice(1, None), varied)
        kept: dict[str, Any] = (
            {"area_draws": sampled.area[:, 0].astype(np.float32)} if keep_area_draws else {}
        )
        each.append({**_of_samples(sampled), **kept, **_of_versions(crossed, own[:, 0, c])})
    columns = {name: np.stack([one[name] for one in each], axis=-1) for name in each[0]}
    of_method = np.where(np.isnan(own[:, 0]), np.nan, (own[:, 1:] == own[:, :1]).mean(axis=1))
    return {
        **columns,
        "score": as_published.scores()[:, 0],
        "grade": own[:, 0],
        "p_own_grade_by_method": of_method,
    }


@dataclass(frozen=True)
class _Cell:
    """One CCG. Thresholds: probabilities that the true value lies below a z, in every version of the method.

    ``below`` (indicators, versions, 2): ∓ the cut; ``graded``: by indicator (versions, 3), −, 0 and + the
    significance. ``steps`` (indicators, 3, versions): points of each band. ``points`` (indicators, versions):
    those of figures that no draw changes.
    """

    below: Singles
    graded: dict[int, Singles]
    steps: Floats
    points: Floats
    fixed: Fixed

    def drawn(self, uniform: Singles, versions: slice, rules: Rules) -> Outcomes:
        """Outcomes of uniform numbers (indicators, N): the places of true values in their distributions."""
        n = uniform.shape[1]
        points = np.repeat(self.points[:, versions, None], n, axis=2)
        for i in np.flatnonzero(np.isfinite(self.below[:, 0, 0])).tolist():
            lower, upper = (uniform[i] >= self.below[i, versions, edge, None] for edge in (0, 1))
            worse, within, better = self.steps[i, :, versions, None]
            points[i] = np.where(upper, better, np.where(lower, within, worse))
        grades: dict[int, Floats] = {}
        for i, chances in self.graded.items():
            above = (uniform[i] >= chances[versions, :, None].transpose(1, 0, 2)).sum(axis=0)
            grades[i] = np.where(np.isfinite(chances[versions, :1]), 4.0 - above, np.nan)
        return outcomes(points, grades, self.fixed, rules)


def _uniform(seed: int, code: str, stream: int, indicators: int, n: int) -> Singles:
    """Random numbers of one CCG's own, shape (indicators, n), from 0 (included) to 1 (not)."""
    sequence = np.random.SeedSequence(seed, spawn_key=(stream, *code.encode()))
    return np.random.Generator(np.random.SFC64(sequence)).random((indicators, n), dtype=np.float32)


def _of_samples(found: Outcomes) -> dict[str, Floats]:
    scores, grades = found.scores()[:, 0], found.grades()[:, 0]
    n = scores.shape[-1]
    low, high = int(np.ceil(0.025 * n)) - 1, int(np.ceil(0.975 * n)) - 1  # the inverse of the distribution
    ordered = np.partition(scores, (low, high), axis=-1)
    rated = np.isfinite(grades[:, 0])
    chance = {
        f"p_grade_{grade}": np.where(rated, (grades == grade).mean(axis=-1), np.nan) for grade in GRADES
    }
    return {
        "lower_95": ordered[:, low],
        "upper_95": ordered[:, high],
        "standard_deviation": scores.std(axis=-1),
        **chance,
        "overall_draws": found.overall[0, 0].astype(np.float32),
    }


def _of_versions(found: Outcomes, own: Floats) -> dict[str, Floats]:
    """Shares of the variance of what comes out of versions × samples, and how often it is the own grade."""
    y = np.concatenate([found.area, found.panel_grade, found.overall])
    whole = y.var(axis=(1, 2))
    whole = np.where(whole > NOTHING, whole, np.nan)
    sampling, method = y.mean(axis=1).var(axis=1) / whole, y.mean(axis=2).var(axis=1) / whole
    same = (found.grades() == own[:, None, None]).mean(axis=(1, 2))
    return {
        "share_sampling": sampling,
        "share_method": method,
        "share_both": 1 - sampling - method,
        "p_own_grade_by_both": np.where(np.isnan(own), np.nan, same),
    }


def _graded(tried: Sequence[Edition]) -> dict[int, Floats]:
    """Where grades change, in every version (versions,), by the place of each indicator that a panel uses."""
    return {
        tried[0].indicator_codes.index(code): np.array(
            [one.panels[p].grading.significant_at.value for one in tried]
        )
        for p, panel in enumerate(tried[0].panels)
        for code in panel.indicators
    }


def _steps(edition: Edition) -> Floats:
    """Points below, within and above the limits, shape (indicators, 3)."""
    inside, outside = edition.banding.range_inside.value, edition.banding.range_outside.value
    ranged = (outside, inside, outside)
    return np.array(
        [ranged if one.direction == "no_direction" else (0.0, 1.0, 2.0) for one in edition.indicators]
    )
