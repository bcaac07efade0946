"""Moderation: the overall rating with single judgements of leadership or finance changed by a committee.

Belongs here: which moderations of a list apply to the ratings as they stand, and rating
again what they touch.
Does not belong here: who may moderate and when (the sign-off ledger's), the overall rule (the engine's).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.scoring.moderated import BLOCKS, SAID, unmoderated
from ccg_pipeline.method.scoring.rated import rate_blocks
from ccg_pipeline.method.uncertainty.columns import OVERALL_CERTAINTY

NOT_SURE = {"is_told_apart": False, "nearest_indicator": ""}


@dataclass(frozen=True)
class Moderated:
    """One judgement (`indicator_code`) of one CCG, put from `before` to `after`, for a reason."""

    ccg_code: str
    indicator_code: str
    before: str
    after: str
    reason: str


def moderate_overall(
    overall: pd.DataFrame, edition: Edition, lane: Lane, moderations: Iterable[Moderated]
) -> tuple[pd.DataFrame, list[bool]]:
    """Return the overall ratings as moderated, and for each moderation whether it applies.

    `overall` as `rate_overall` gives it, one row a CCG. A moderation applies when the judgement stands, after
    those before it, as its `before` says and its `after` is a label of the indicator's scale: when the data
    have moved since, it lapses. Judgement, points, score, grade and rating of the CCGs that are touched are
    the method's with the judgement after; `<block>_judgement_before` is the one that the data have, and
    `<block>_moderation_reason` says why, both '' where nothing was moderated. No other row changes. How sure
    a moderated rating is, no draw has said, so its interval, probabilities, distance and place are missing.
    """
    found = unmoderated(overall).reset_index(drop=True)
    rows = {code: place for place, code in enumerate(found["ccg_code"])}
    block_of = {edition.overall.block(block).indicator: block for block in BLOCKS}
    applied: list[bool] = []
    touched: set[int] = set()
    for one in moderations:
        place, block = rows.get(one.ccg_code), block_of.get(one.indicator_code)
        scale = edition.indicator(one.indicator_code).points_scale if block else None
        points = edition.points_scale(scale).points.get(one.after) if scale else None
        if place is None or points is None or one.before == one.after:
            applied.append(False)
            continue
        judgement, first, why = (f"{block}_{what}" for what in SAID)
        applied.append(bool(found.loc[place, judgement] == one.before))
        if not applied[-1]:
            continue
        found.loc[place, first] = str(found.loc[place, first]) or one.before
        reasons = (str(found.loc[place, why]), one.reason)
        found.loc[place, why] = "; ".join(text for text in reasons if text)
        found.loc[place, judgement] = one.after
        found.loc[place, f"{block}_points"] = points
        touched.add(place)
    if touched:
        places = sorted(touched)
        rated = rate_blocks(found.loc[places], edition, lane)
        for name in ("weight_used", "overall_score", "grade", "rating"):
            found.loc[places, name] = rated[name]
        is_touched = found.index.isin(places)
        for name in (column for column in OVERALL_CERTAINTY if column in found):
            kept = found[name].where(~is_touched)  # NaN elsewhere, in the dtype that the column has
            found[name] = found[name].mask(is_touched, NOT_SURE[name]) if name in NOT_SURE else kept
    return found, applied
