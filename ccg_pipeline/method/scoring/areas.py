"""The 29 area scores: our own construct, since NHS England rated no area as such.

Belongs here: the mean of an area's bands, and on how many indicators it rests.
Does not belong here: bands themselves (`banding`), the six rated clinical areas (`clinical`).
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ccg_pipeline.framework.hierarchy import Hierarchy, Node
from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Banding
from ccg_pipeline.method.scoring.composite import available, composite
from ccg_pipeline.method.statistics.grid import figures, row_of_each_cell, words

AREA_COLUMNS = (
    "area_code",
    "area",
    "domain",
    "ccg_code",
    "score",
    "n_used",
    "n_expected",
    "note",
    "why_no_score",
    "is_official",
    "is_made_up",
)


def hierarchy_of_areas(edition: Edition) -> Hierarchy:
    """The indicators of the edition below their areas, each counting alike, the areas below one top."""
    used = {indicator.area for indicator in edition.indicators}
    areas = [Node(area.code, edition.key) for area in edition.areas if area.code in used]
    # Points are turned for direction already, so every indicator counts upwards.
    indicators = [Node(indicator.code, indicator.area) for indicator in edition.indicators]
    return Hierarchy((Node(edition.key, ""), *areas, *indicators))


def score_areas(bands: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Score every area of the edition for every CCG in `bands`: the mean of its indicators' points, 0 to 2.

    `bands` as `band_indicators` gives them, in any order. One row an area and CCG, in the edition's order,
    with AREA_COLUMNS; `area` is its slug, `domain` its code. Missing indicators are left out of the mean,
    counted in `n_used` of `n_expected` and told in `note`; without any, the score is NaN and `why_no_score`
    says why.
    """
    ccgs = sorted(bands["ccg_code"].unique())
    rows = row_of_each_cell(bands, edition.indicator_codes, ccgs)
    points, why = figures(bands, "points", rows), words(bands, "why_no_band", rows)
    hierarchy = hierarchy_of_areas(edition)
    scores_of, n_of = composite(points.T, hierarchy), available(points.T, hierarchy)
    by_area: list[dict[str, Any]] = []
    for area in edition.areas:
        indicators = edition.indicators_of(area.code)
        at = [edition.indicator_codes.index(indicator.code) for indicator in indicators]
        n_used = n_of[area.code]
        by_area.append(
            {
                "area_code": np.full(len(ccgs), area.code),
                "area": np.full(len(ccgs), area.slug),
                "domain": np.full(len(ccgs), area.domain),
                "ccg_code": ccgs,
                "score": scores_of[area.code],
                "n_used": n_used,
                "n_expected": np.full(len(ccgs), len(at)),
                "note": [_note(indicators, edition.banding, n) for n in n_used],
                "why_no_score": [
                    "" if n else _no_score(indicators, reasons)
                    for n, reasons in zip(n_used, why[at].T, strict=True)
                ],
            }
        )
    scores = pd.DataFrame({name: np.concatenate([one[name] for one in by_area]) for name in by_area[0]})
    return scores.assign(is_official=False, is_made_up=bool(bands["is_made_up"].any()))[list(AREA_COLUMNS)]


def _note(indicators: Sequence[Indicator], banding: Banding, n_used: int) -> str:
    inside, outside = banding.range_inside, banding.range_outside
    notes = [
        f"{indicator.code} has no better direction: {inside.value:g} inside the expected range, "
        f"{outside.value:g} outside on either side ({outside.provenance})"
        for indicator in indicators
        if indicator.direction == "no_direction"
    ]
    if 0 < n_used < len(indicators):
        notes.append(f"rests on {n_used} of {len(indicators)} indicators")
    return "; ".join(notes)


def _no_score(indicators: Sequence[Indicator], why: Iterable[str]) -> str:
    reasons = "; ".join(
        f"{indicator.code}: {sentence.rstrip('.')}"
        for indicator, sentence in zip(indicators, why, strict=True)
    )
    return f"No indicator of the area has a band ({reasons})."
