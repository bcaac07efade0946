"""Area scores, clinical ratings and overall ratings of many draws, under many versions of the rules, at once.

Belongs here: an edition's rules, or several versions of them, as arrays, and points and grades taken through.
Does not belong here: the rules for one cell (each from its own module: `areas`, `clinical`, `overall`), which
points and grades (`uncertainty` draws them), frames and sentences (those modules again).

Shapes: versions of the rules × cases, written (M, N), are the last two axes of every array; a case is a draw
for one CCG, or a CCG. What is the same for all may have length 1 there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.panels import Matrix, PanelRule
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.scoring.clinical import by_matrix, rate_panel
from ccg_pipeline.method.statistics.cutpoints import ROUNDING, grade_by_cuts
from ccg_pipeline.method.statistics.grid import Booleans, Floats, Strings

BLOCKS = ("performance", "leadership", "finance")
AS_REFERENCE = 1.0  # the area score of who is like the reference on every indicator


@dataclass(frozen=True)
class PanelRules:
    """How grades make a panel's rating: ``matrix``, or mean of ``scores`` (4, M, 1), ``cuts`` (3, M, 1)."""

    indicators: tuple[int, ...]
    least: Floats
    matrix: Matrix | None
    scores: Floats
    cuts: Floats


@dataclass(frozen=True)
class Rules:
    """M versions of an edition's rules; indicators by their places in the edition.

    ``weights`` (3, M, 1) of performance, leadership, finance; ``lines`` (2, M, 1), outstanding and good;
    ``of_missing`` (M, 1), NaN where what is missing is left out.
    """

    areas: tuple[tuple[int, ...], ...]
    panels: tuple[PanelRules, ...]
    counting: tuple[int, ...]
    judged: tuple[int, int]
    required: tuple[int, ...]
    weights: Floats
    lines: Floats
    of_missing: Floats


@dataclass(frozen=True)
class Fixed:
    """What no draw changes: ``panel_grade`` (panels, N), NaN where the rule decides.

    ``unrated`` (panels, N): there is no rating whatever the grades; ``is_inadequate`` (N,): both are red.
    """

    panel_grade: Floats
    unrated: Booleans
    is_inadequate: Booleans


@dataclass(frozen=True)
class Outcomes:
    """What comes out, each of shape (how many, M, N): area scores, panels' grades and mean scores, overall.

    ``panel_score`` is NaN where a matrix decides. ``overall`` and ``overall_grade`` have one row.
    """

    area: Floats
    panel_grade: Floats
    panel_score: Floats
    overall: Floats
    overall_grade: Floats

    def scores(self) -> Floats:
        """Scores of areas, panels and the overall rating, one below the other."""
        return np.concatenate([self.area, self.panel_score, self.overall])

    def grades(self) -> Floats:
        """Grades of areas (`area_grade`), panels and the overall rating, one below the other."""
        return np.concatenate([area_grade(self.area), self.panel_grade, self.overall_grade])


def area_grade(scores: Floats) -> Floats:
    """1 where an area score lies above 1, its references; 2 on it, 3 below; NaN stays. No official grade."""
    found = 2.0 - (scores > AS_REFERENCE + ROUNDING) + (scores < AS_REFERENCE - ROUNDING)
    return np.where(np.isnan(scores), np.nan, found)


def rules_of(versions: Sequence[Edition]) -> Rules:
    """The rules of editions that differ in nothing but their numbers; they have an overall rating or not.

    ValueError if there is no version.
    """
    if not versions:
        raise ValueError("There must be one version of the rules at least.")
    edition = versions[0]
    at = {code: i for i, code in enumerate(edition.indicator_codes)}
    overall = [one.overall for one in versions]
    return Rules(
        areas=tuple(
            tuple(at[one.code] for one in edition.indicators_of(area.code)) for area in edition.areas
        ),
        panels=tuple(
            _panel_rules([one.panels[i] for one in versions], at) for i in range(len(edition.panels))
        ),
        counting=tuple(at[one.code] for one in edition.indicators if one.counts_towards_overall),
        judged=(
            at[str(overall[0].block("leadership").indicator)],
            at[str(overall[0].block("finance").indicator)],
        ),
        required=tuple(at[code] for code in overall[0].required),
        weights=_versions([[one.block(key).weight.value for key in BLOCKS] for one in overall]),
        lines=_versions([[one.outstanding_at.value, one.good_at.value] for one in overall]),
        of_missing=_versions([[one.points_of_missing] for one in overall])[0],
    )


def fixed_by_data(
    bands: pd.DataFrame, supplementary: pd.DataFrame, edition: Edition, lane: Lane, judgement: Strings
) -> Fixed:
    """What the data decide for every CCG of `bands`, by code: minimum data, no rating at all, both reds.

    `judgement` (indicators, CCGs); the others as `rate_panel` takes them.
    """
    rated = [rate_panel(bands, supplementary, edition, panel.key, lane) for panel in edition.panels]
    by_rule = np.array(
        [frame["rule"] == panel.combine for frame, panel in zip(rated, edition.panels, strict=True)]
    )
    grade = np.array([frame["grade"].to_numpy(dtype=float, na_value=np.nan) for frame in rated])
    red = [edition.indicator_codes.index(code) for code in edition.overall.inadequate_when_red]
    both = (judgement[red] == edition.overall.inadequate_rule.value).all(axis=0)
    return Fixed(np.where(by_rule, np.nan, grade), np.isnan(grade), np.asarray(both, dtype=bool))


def outcomes(points: Floats, grades: dict[int, Floats], fixed: Fixed, rules: Rules) -> Outcomes:
    """Take points and grades through the rules.

    `points` (indicators, M, N), 0 to 2, NaN where there is no band; `grades` (M, N), 1 to 4, of each
    indicator that a panel uses, by its place. The rules are those of `areas`, `clinical` and `overall`.
    """
    shape = np.broadcast_shapes(points.shape[1:], rules.of_missing.shape)
    panel_grade = np.full((len(rules.panels), *shape), np.nan)
    panel_score = np.full((len(rules.panels), *shape), np.nan)
    for i, panel in enumerate(rules.panels):
        of_panel = np.stack([np.broadcast_to(grades[j], shape) for j in panel.indicators])
        if panel.matrix is not None:
            found = by_matrix(of_panel, panel.matrix)
        else:
            enough = np.isfinite(of_panel).sum(axis=0) >= panel.least
            panel_score[i] = np.where(enough, _mean_score(of_panel, panel.scores), np.nan)
            found = grade_by_cuts(panel_score[i], list(panel.cuts))
        decided = np.isfinite(fixed.panel_grade[i]) | fixed.unrated[i]
        panel_grade[i] = np.where(decided, fixed.panel_grade[i], found)
        panel_score[i] = np.where(decided, np.nan, panel_score[i])
    performance = _performance(points[list(rules.counting)], rules.of_missing)
    blocks = np.stack([np.broadcast_to(one, shape) for one in (performance, *points[list(rules.judged)])])
    overall = _weighted_mean(blocks, rules.weights)
    is_rated = np.isfinite(points[list(rules.required)]).all(axis=0)
    overall = np.where(is_rated, overall, np.nan)
    grade = np.where(
        fixed.is_inadequate & np.isfinite(overall), 4.0, grade_by_cuts(overall, list(rules.lines))
    )
    area = np.stack([np.broadcast_to(_mean(points[list(one)]), shape) for one in rules.areas])
    return Outcomes(area, panel_grade, panel_score, overall[None], grade[None])


def _mean(points: Floats) -> Floats:
    """Mean of what is there, (k, M, N) to (M, N): what `composite.aggregate` gives, in far fewer passes."""
    known = np.isfinite(points)
    if known.all():
        return np.asarray(points.sum(axis=0) / len(points))
    n = known.sum(axis=0)
    return np.where(n > 0, np.where(known, points, 0).sum(axis=0) / np.maximum(n, 1), np.nan)


def _mean_score(grades: Floats, scores: Floats) -> Floats:
    return _mean(np.select([grades == grade for grade in (1, 2, 3, 4)], list(scores), np.nan))


def _performance(points: Floats, of_missing: Floats) -> Floats:
    there = _mean(points)
    if np.isnan(of_missing).all() or np.isfinite(points).all():
        return there
    filled = np.where(np.isfinite(points), points, of_missing).mean(axis=0)
    return np.where(np.isnan(of_missing) | np.isnan(there), there, filled)


def _weighted_mean(blocks: Floats, weights: Floats) -> Floats:
    known = np.isfinite(blocks)
    used = (weights * known).sum(axis=0)
    total = (weights * np.where(known, blocks, 0)).sum(axis=0)
    return np.where(used > 0, total / np.where(used > 0, used, 1), np.nan)


def _panel_rules(versions: Sequence[PanelRule], at: dict[str, int]) -> PanelRules:
    mean = [one.mean for one in versions]
    return PanelRules(
        indicators=tuple(at[code] for code in versions[0].indicators),
        least=_versions([[one.minimum_indicators.value] for one in versions])[0],
        matrix=versions[0].matrix,
        scores=_versions([[score.value for score in one.scores] for one in mean if one is not None]),
        cuts=_versions([[cut.value for cut in one.cuts] for one in mean if one is not None]),
    )


def _versions(numbers: Sequence[Sequence[float] | Floats]) -> Floats:
    """Numbers of M versions, (M, k), as (k, M, 1)."""
    return np.array(numbers, dtype=float).T[..., None]
