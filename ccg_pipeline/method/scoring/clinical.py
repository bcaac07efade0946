"""Candidate ratings of the six clinical areas: what the edition's rule gives before a panel has seen it.

Belongs here: grades of a panel's indicators, the matrix, the mean with cuts, the minimum data rule.
Does not belong here: the panels' decisions, area scores (`areas`), z and its direction (`banding`).
"""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.panels import Matrix, Mean
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.scoring.composite import Aggregation, aggregate
from ccg_pipeline.method.statistics.cutpoints import ROUNDING, grade_by_cuts
from ccg_pipeline.method.statistics.grid import Floats, figures, row_of_each_cell, words

CANDIDATE_COLUMNS = (
    "panel",
    "area_code",
    "ccg_code",
    "grade",
    "rating",
    "score",
    "n_used",
    "n_expected",
    "rule",
    "detail",
    "why_no_rating",
    "is_made_up",
)


def grade_of(z: Floats, significant_at: float) -> Floats:
    """Grade of z turned for direction: 1 from `significant_at`, 2 from 0, 3 above −`significant_at`, else 4.

    A value that equals its reference is grade 2, and at either edge it counts as significant. NaN stays NaN.
    """
    grade = 1.0 + (z < significant_at - ROUNDING) + (z < -ROUNDING) + (z <= ROUNDING - significant_at)
    return np.where(np.isfinite(z), grade, np.nan)


def by_matrix(grades: Floats, matrix: Matrix) -> Floats:
    """Rating 1 to 4 of two grades, shape (2, CCGs), that of the matrix's rows first; NaN if one is NaN."""
    known = np.isfinite(grades).all(axis=0)
    down, across = np.where(known, grades, 1).astype(int) - 1
    return np.where(known, np.array(matrix.rows, dtype=float)[down, across], np.nan)


def mean_score(grades: Floats, mean: Mean) -> Floats:
    """Mean score of the grades that are there: `grades` of shape (indicators, CCGs); NaN where none is."""
    known = np.isfinite(grades)
    scores = np.array([score.value for score in mean.scores])[np.where(known, grades, 1).astype(int) - 1]
    return aggregate(np.where(known, scores, np.nan).T, np.ones(len(grades)), Aggregation())


def rate_panel(
    bands: pd.DataFrame, supplementary: pd.DataFrame, edition: Edition, panel: str, lane: Lane
) -> pd.DataFrame:
    """Rate a panel's area for every CCG in `bands`: one row each, by code, with CANDIDATE_COLUMNS.

    `bands` as `band_indicators` gives them; `supplementary`: observations, one a measure and organisation
    (others are not read). `grade` is 1 (best) to 4, `rating` its label in `lane`, `detail` the grades of its
    indicators as JSON. The minimum data rule comes first: a CCG below it gets that rule's grade whatever its
    indicators say, one at it is rated as any other, one without the measure is not rated. Then too few
    indicators give no rating. `why_no_rating` is '' or a sentence. `score`: the mean score, if that decided.
    """
    rule = edition.panel(panel)
    labels = edition.labels(lane)
    ccgs = sorted(bands["ccg_code"].unique())
    rows = row_of_each_cell(bands, rule.indicators, ccgs)
    grades = grade_of(figures(bands, "z", rows), rule.grading.significant_at.value)
    n_used = np.isfinite(grades).sum(axis=0)
    is_short = n_used < rule.minimum_indicators.value

    grade, score = np.full(len(ccgs), np.nan), np.full(len(ccgs), np.nan)
    said = np.full(len(ccgs), rule.combine, dtype=object)
    if rule.matrix is not None:
        grade = by_matrix(grades, rule.matrix)
    elif rule.mean is not None:
        score = np.where(is_short, np.nan, mean_score(grades, rule.mean))
        grade = grade_by_cuts(score, [cut.value for cut in rule.mean.cuts])
    why = words(bands, "why_no_band", rows)
    least = int(rule.minimum_indicators.value)
    because = [
        _too_few(rule.indicators, list(reasons), least) if short else ""
        for reasons, short in zip(why.T, is_short, strict=True)
    ]
    if rule.minimum_data is not None:
        least_data = rule.minimum_data
        data = _measure(supplementary, least_data.measure, ccgs)
        is_below, is_unknown = data < least_data.below.value, np.isnan(data)
        grade = np.select([is_below, is_unknown], [float(least_data.grade), np.nan], grade)
        score = np.where(is_below | is_unknown, np.nan, score)
        said[is_below] = f"minimum data ({least_data.measure} below {least_data.below.value:g})"
        unknown = f"{least_data.measure} is missing, so that the minimum data rule cannot be applied."
        because = np.select([is_below, is_unknown], ["", unknown], np.array(because, dtype=object)).tolist()

    return pd.DataFrame(
        {
            "panel": panel,
            "area_code": rule.area,
            "ccg_code": ccgs,
            "grade": pd.Series(grade, dtype="Int64"),
            "rating": [labels[int(one) - 1] if one > 0 else "" for one in grade],
            "score": score,
            "n_used": n_used,
            "n_expected": len(rule.indicators),
            "rule": said,
            "detail": [_detail(rule.indicators, column) for column in grades.T],
            "why_no_rating": because,
            "is_made_up": bool(bands["is_made_up"].any() or supplementary["is_made_up"].any()),
        },
        columns=list(CANDIDATE_COLUMNS),
    )


def _measure(supplementary: pd.DataFrame, code: str, ccgs: Sequence[str]) -> Floats:
    """Published values of a supplementary measure, one a CCG; NaN where there is none."""
    rows = row_of_each_cell(supplementary, [code], ccgs, "organisation_code")
    is_published = words(supplementary, "status", rows) == "published"
    values: Floats = np.where(is_published, figures(supplementary, "value", rows), np.nan)[0]
    return values


def _detail(codes: Sequence[str], grades: Floats) -> str:
    known = {
        code: int(grade) if np.isfinite(grade) else None for code, grade in zip(codes, grades, strict=True)
    }
    return json.dumps(known, sort_keys=True, separators=(",", ":"))


def _too_few(codes: Sequence[str], why: Sequence[str], least: int) -> str:
    gaps = "; ".join(f"{code}: {one.rstrip('.')}" for code, one in zip(codes, why, strict=True) if one)
    return f"Fewer than {least} of {len(codes)} indicators have a grade ({gaps})."
