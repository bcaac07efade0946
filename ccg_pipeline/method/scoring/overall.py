"""The overall rating of the year end: performance, quality of leadership and finance.

Belongs here: the three blocks and their weights, the two lines, the rule of both reds, why no rating.
Does not belong here: bands and points of indicators (`banding`), the clinical areas (`clinical`).
"""

import numpy as np
import pandas as pd

from ccg_pipeline.framework.hierarchy import Hierarchy, Node
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.scoring.composite import available, composite
from ccg_pipeline.method.statistics.cutpoints import grade_by_cuts
from ccg_pipeline.method.statistics.grid import Floats, figures, row_of_each_cell, words

OVERALL = "overall"
OVERALL_COLUMNS = (
    "ccg_code",
    "performance_score",
    "n_performance_used",
    "n_performance_expected",
    "leadership_judgement",
    "leadership_points",
    "finance_judgement",
    "finance_points",
    "weight_used",
    "overall_score",
    "grade",
    "rating",
    "why_no_rating",
    "is_made_up",
)


def hierarchy_of_overall(edition: Edition) -> Hierarchy:
    """The blocks of the overall score with their weights; below performance what counts towards it, alike."""
    blocks = [
        Node(block.indicator or block.key, OVERALL, block.weight.value) for block in edition.overall.blocks
    ]
    performance = next(block.key for block in edition.overall.blocks if block.indicator is None)
    counting = [Node(one.code, performance) for one in edition.indicators if one.counts_towards_overall]
    return Hierarchy((Node(OVERALL, ""), *blocks, *counting))


def rate_overall(bands: pd.DataFrame, edition: Edition, lane: Lane) -> pd.DataFrame:
    """Rate every CCG in `bands` overall: one row each, by code, with OVERALL_COLUMNS.

    `bands` as `band_indicators` gives them. Performance is the mean of the points of all indicators that
    count towards it, missing ones as the edition says. Grade 1 from the edition's upper line, 2 from the
    lower, else 3; grade 4 where all of the judgements that the edition names are red, and nowhere else.
    Without a judgement that the edition requires there is no score and no grade, and `why_no_rating` says
    why. `weight_used`: the share of the weights that had figures, rating or not. ValueError for a lane
    without overall rating.
    """
    if not edition.lane(lane).has_overall_rating:
        raise ValueError(f"The {lane} lane has no overall rating in edition {edition.key}.")
    rule = edition.overall
    ccgs = sorted(bands["ccg_code"].unique())
    rows = row_of_each_cell(bands, edition.indicator_codes, ccgs)
    points, judgement = figures(bands, "points", rows), words(bands, "judgement", rows)
    at = {code: i for i, code in enumerate(edition.indicator_codes)}

    hierarchy = hierarchy_of_overall(edition)
    columns = points[[at[node.code] for node in hierarchy.indicators]].T
    performance = composite(_filled(columns, hierarchy, rule.points_of_missing), hierarchy)["performance"]
    n_used = available(columns, hierarchy)["performance"]
    leadership, finance = (at[str(rule.block(key).indicator)] for key in ("leadership", "finance"))
    required = [at[code] for code in rule.required]
    missing = ~np.isfinite(points[required])
    why = [
        " ".join(
            f"Without {code} there is no overall rating: {reason.rstrip('.')}."
            for code, reason, is_missing in zip(rule.required, reasons, gaps, strict=True)
            if is_missing
        )
        for reasons, gaps in zip(words(bands, "why_no_band", rows)[required].T, missing.T, strict=True)
    ]
    blocks = pd.DataFrame(
        {
            "ccg_code": ccgs,
            "performance_score": performance,
            "n_performance_used": n_used,
            "n_performance_expected": len(hierarchy.members["performance"]),
            "leadership_judgement": judgement[leadership],
            "leadership_points": points[leadership],
            "finance_judgement": judgement[finance],
            "finance_points": points[finance],
            "why_no_rating": why,
            "is_made_up": bool(bands["is_made_up"].any()),
        }
    )
    return rate_blocks(blocks, edition, lane)[list(OVERALL_COLUMNS)]


def rate_blocks(blocks: pd.DataFrame, edition: Edition, lane: Lane) -> pd.DataFrame:
    """Return `blocks` with weight_used, overall_score, grade and rating, from its three blocks.

    One row a CCG: performance_score, leadership_points and finance_points (0 to 2, NaN where missing), the
    two judgements, and why_no_rating, '' where all that the edition requires is there.
    """
    rule = edition.overall
    columns = {
        "performance": "performance_score",
        "leadership": "leadership_points",
        "finance": "finance_points",
    }
    points = blocks[[columns[block.key] for block in rule.blocks]].to_numpy(dtype="float64")
    nodes = [Node(block.key, OVERALL, block.weight.value) for block in rule.blocks]
    score = composite(points, Hierarchy((Node(OVERALL, ""), *nodes)))[OVERALL]
    score = np.where(blocks["why_no_rating"] != "", np.nan, score)
    judged = {block.indicator: blocks[f"{block.key}_judgement"] for block in rule.blocks if block.indicator}
    red = np.array([judged[code] == rule.inadequate_rule.value for code in rule.inadequate_when_red])
    grade = grade_by_cuts(score, [rule.outstanding_at.value, rule.good_at.value])
    grade = np.where(red.all(axis=0) & np.isfinite(score), 4.0, grade)
    labels = edition.labels(lane)
    return blocks.assign(
        weight_used=np.isfinite(points) @ [block.weight.value for block in rule.blocks],
        overall_score=score,
        grade=pd.array(np.where(grade > 0, grade, np.nan), dtype="Int64"),
        rating=[labels[int(one) - 1] if one > 0 else "" for one in grade],
    )


def _filled(columns: Floats, hierarchy: Hierarchy, of_missing: float) -> Floats:
    """The points, with `of_missing` in place of what counts and is missing, where anything that counts is."""
    counting = np.array([node.parent == "performance" for node in hierarchy.indicators])
    some = np.isfinite(columns[:, counting]).any(axis=1, keepdims=True)
    return np.where(np.isnan(columns) & counting & some, of_missing, columns)
