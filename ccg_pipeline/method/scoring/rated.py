"""What the one engine makes of a lane's bands, as frames: area scores, candidate ratings, overall ratings.

Belongs here: the columns of these frames, on how much each rests, and the sentences where there is none.
Does not belong here: any rule (the engine has them, the edition says which), bands (`banding`), decisions.

An area score is our own construct: NHS England rated no area as such. A candidate is what the edition's rule
gives before a panel has seen it.
"""

import json
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.framework.lane_rules import OVERALL, PERFORMANCE, area_of, range_note, reading_of
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.engine.facts import Facts, State
from ccg_pipeline.method.engine.gaps import BOUNDS, bounds_of_gaps
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.work import Learned
from ccg_pipeline.method.scoring.on_bands import OnBands
from ccg_pipeline.method.statistics.grid import Floats, words

AREA_COLUMNS = (
    "area_code", "area", "domain", "ccg_code", "score", "n_used", "n_expected", "note", "why_no_score",
    "is_official", "is_made_up",
)  # fmt: skip
CANDIDATE_COLUMNS = (
    "panel", "area_code", "ccg_code", "grade", "rating", "score", "n_used", "n_expected", "rule", "detail",
    "why_no_rating", "is_made_up",
)  # fmt: skip
OVERALL_COLUMNS = (
    "ccg_code", "performance_score", "n_performance_used", "n_performance_expected", "leadership_judgement",
    "leadership_points", "finance_judgement", "finance_points", "weight_used", "overall_score", "grade",
    "rating", "why_no_rating", "is_made_up",
)  # fmt: skip


def score_areas(bands: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Score every area of the edition for every CCG in `bands`: the mean of its indicators' points, 0 to 2.

    `bands` as `band_indicators` gives them, in any order. One row an area and CCG, in the edition's order,
    with AREA_COLUMNS; `area` is its slug, `domain` its code. Missing indicators are left out of the mean,
    counted in `n_used` of `n_expected` and told in `note`; without any, the score is NaN and `why_no_score`
    says why.
    """
    given = OnBands.of(bands, edition)
    run = given.run([area_of(area.code) for area in edition.areas], given.indicators())
    why = dict(zip(edition.indicator_codes, words(bands, "why_no_band", given.rows), strict=True))
    found = []
    for area in edition.areas:
        state, indicators = run.states[area_of(area.code)], edition.indicators_of(area.code)
        n_used = state.n_used
        assert n_used is not None  # a mean counts its members
        reasons = np.array([why[one.code] for one in indicators]).T
        found.append(
            pd.DataFrame(
                {
                    "area_code": area.code,
                    "area": area.slug,
                    "domain": area.domain,
                    "ccg_code": given.organisations,
                    "score": state.score[0],
                    "n_used": n_used,
                    "n_expected": len(indicators),
                    "note": [_note(indicators, edition, n) for n in n_used],
                    "why_no_score": [
                        "" if n else _no_score(indicators, own)
                        for n, own in zip(n_used, reasons, strict=True)
                    ],
                    "is_official": False,
                    "is_made_up": bool(bands["is_made_up"].any()),
                },
                columns=list(AREA_COLUMNS),
            )
        )
    return pd.concat(found, ignore_index=True)


def area_bounds(bands: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Return between which scores each area lies with its missing indicators at the worst and at the best.

    `bands` as for `score_areas`, which gives the score. One row an area and CCG whose score rests on less
    than all, with area_code, ccg_code, with_gaps_worst and with_gaps_best, in points.
    """
    given = OnBands.of(bands, edition)
    codes = {area_of(area.code): area.code for area in edition.areas}
    found = bounds_of_gaps(given.run(codes, given.indicators()))
    found = found[found["node"].isin(list(codes))].rename(columns={"organisation": "ccg_code"})
    return found.assign(area_code=found["node"].map(codes))[["area_code", "ccg_code", *BOUNDS[2:]]]


def _note(indicators: Sequence[Indicator], edition: Edition, n_used: int) -> str:
    notes = [
        f"{indicator.code} has {range_note(edition.nodes.node[indicator.code])}"
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
    given = OnBands.of(bands, edition, supplementary=supplementary)
    run = given.run([panel], given.distances())
    rated = run.states[panel]
    grade = _grade(rated)
    readings = np.array([_grade(run.states[reading_of(panel, code)]) for code in rule.indicators])
    n_used = np.isfinite(readings).sum(axis=0)
    why = words(bands, "why_no_band", given.rows)[
        [edition.indicator_codes.index(one) for one in rule.indicators]
    ]
    least = rule.minimum_indicators
    because = np.array(
        [
            _too_few(rule.indicators, list(reasons), least) if n < least else ""
            for reasons, n in zip(why.T, n_used, strict=True)
        ],
        dtype=object,
    )
    decided_by = np.full(len(given.organisations), rule.combine, dtype=object)
    score = rated.score[0] if rule.combine == "mean" else np.full(len(given.organisations), np.nan)
    if (short := rule.minimum_data) is not None:
        data = run.states[short.measure].score[0]
        is_unknown, is_below = np.isnan(data), np.isfinite(grade) & (data < short.below.value)
        score = np.where(is_below | is_unknown, np.nan, score)
        decided_by[is_below] = f"minimum data ({short.measure} below {short.below.value:g})"
        unknown = f"{short.measure} is missing, so that the minimum data rule cannot be applied."
        because = np.select([is_below, is_unknown], ["", unknown], because)
    return pd.DataFrame(
        {
            "panel": panel,
            "area_code": rule.area,
            "ccg_code": given.organisations,
            "grade": pd.Series(grade, dtype="Int64"),
            "rating": _labels(grade, edition.labels(lane)),
            "score": score,
            "n_used": n_used,
            "n_expected": len(rule.indicators),
            "rule": decided_by,
            "detail": [_detail(rule.indicators, column) for column in readings.T],
            "why_no_rating": because,
            "is_made_up": bool(bands["is_made_up"].any() or supplementary["is_made_up"].any()),
        },
        columns=list(CANDIDATE_COLUMNS),
    )


def _detail(codes: Sequence[str], grades: Floats) -> str:
    known = {
        code: int(grade) if np.isfinite(grade) else None for code, grade in zip(codes, grades, strict=True)
    }
    return json.dumps(known, sort_keys=True, separators=(",", ":"))


def _too_few(codes: Sequence[str], why: Sequence[str], least: int) -> str:
    gaps = "; ".join(f"{code}: {one.rstrip('.')}" for code, one in zip(codes, why, strict=True) if one)
    return f"Fewer than {least} of {len(codes)} indicators have a grade ({gaps})."


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
    given = OnBands.of(bands, edition)
    performance = given.run([PERFORMANCE], given.indicators()).states[PERFORMANCE]
    at = {code: i for i, code in enumerate(edition.indicator_codes)}
    why = words(bands, "why_no_band", given.rows)
    lacks = [
        [
            f"Without {code} there is no overall rating: {reason.rstrip('.')}." if missing else ""
            for reason, missing in zip(why[at[code]], np.isnan(given.points[at[code]]), strict=True)
        ]
        for code in edition.overall.required
    ]
    blocks = {
        f"{block.key}_{what}": values[at[block.indicator]]
        for block in edition.overall.blocks
        if block.indicator is not None
        for what, values in (("judgement", given.judgement), ("points", given.points))
    }
    frame = pd.DataFrame(
        {
            "ccg_code": given.organisations,
            "performance_score": performance.score[0],
            "n_performance_used": performance.n_used,
            "n_performance_expected": performance.n_expected,
            **blocks,
            "why_no_rating": [" ".join(filter(None, each)) for each in zip(*lacks, strict=True)],
            "is_made_up": bool(bands["is_made_up"].any()),
        }
    )
    return rate_blocks(frame, edition, lane)[list(OVERALL_COLUMNS)]


def rate_blocks(blocks: pd.DataFrame, edition: Edition, lane: Lane) -> pd.DataFrame:
    """Return `blocks` with weight_used, overall_score, grade and rating, from its three blocks.

    One row a CCG: performance_score, leadership_points and finance_points (0 to 2, NaN where missing), the
    two judgements, and why_no_rating, '' where all that the edition requires is there.
    """
    given: dict[str, State] = {}
    judgements = {}
    for block in edition.overall.blocks:
        column = "performance_score" if block.indicator is None else f"{block.key}_points"
        points = blocks[column].to_numpy(dtype="float64")
        given[block.indicator or PERFORMANCE] = State(points[None], "higher")
        if block.indicator is not None:
            said = blocks[f"{block.key}_judgement"].to_numpy(dtype=object)
            judgements[edition.indicator(block.indicator).measure] = said[None]
    facts = Facts(blocks["ccg_code"].tolist(), judgements=judgements)
    rated = Run(edition.nodes, facts, Learned(), [OVERALL], given=given).states[OVERALL]
    is_rated = (blocks["why_no_rating"] == "").to_numpy()
    grade = np.where(is_rated, _grade(rated), np.nan)
    weights = [block.weight.value for block in edition.overall.blocks]
    return blocks.assign(
        weight_used=np.isfinite([one.score[0] for one in given.values()]).T @ weights,
        overall_score=np.where(is_rated, rated.score[0], np.nan),
        grade=pd.array(grade, dtype="Int64"),
        rating=_labels(grade, edition.labels(lane)),
    )


def _grade(state: State) -> Floats:
    assert state.grade is not None  # the node has a scale
    grade: Floats = state.grade[0]
    return grade


def _labels(grade: Floats, labels: Sequence[str]) -> list[str]:
    return [labels[int(one) - 1] if one > 0 else "" for one in grade]
