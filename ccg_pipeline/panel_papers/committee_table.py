"""The overall table as the room shows it to the committee, from the bytes that are kept of it.

Belongs here: each CCG's three blocks, its score next to the two lines, what was moderated, what it rests on.
Does not belong here: the panels' tables (tables.py), the rule itself (method.overall).
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ccg_pipeline.framework.lane_rules import Block
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.panel_papers.figures import DIRECTIONS
from ccg_pipeline.panel_papers.panel_table import SIMILAR_TEN, again_of, known_ccgs, similar_codes
from expert_panels.papers import CandidateTable, Cut, Figure, Measure, Organisation, Spread

PERFORMANCE = "performance"


def overall_table(
    edition: Edition, body: str, subject_sha256: str, frames: Mapping[str, pd.DataFrame]
) -> CandidateTable:
    """Return the table of a committee's part, whose frames are overall_rating, moderation and rests_on."""
    overall = frames["overall_rating"]
    lane, key = str(overall["lane"].iloc[0]), str(overall["partition_key"].iloc[0])
    cuts = (edition.overall.good_at, edition.overall.outstanding_at)
    scores = tuple(float(score) for score in overall["overall_score"].dropna())
    return CandidateTable(
        panel=body,
        lane=lane,
        partition_key=key,
        subject_sha256=subject_sha256,
        labels=edition.labels(lane),
        measures=tuple(_measure(edition, block) for block in edition.overall.blocks),
        organisations=tuple(
            _organisation(row, edition, edition.labels(lane))
            for row in overall.sort_values("ccg_code").itertuples(index=False)
        ),
        spreads=(
            Spread(
                "Overall score",
                "score, 0 to 2, higher is better",
                scores,
                tuple(Cut(cut.value, f"{cut.value:g} ({cut.provenance})") for cut in cuts),
            ),
        ),
        is_made_up=bool(overall["is_made_up"].any()),
        notes=tuple(_notes(edition, frames)),
        distance="points of the overall score",
        similar_by=SIMILAR_TEN,
    )


def _code(block: Block) -> str:
    return block.indicator or PERFORMANCE


def _measure(edition: Edition, block: Block) -> Measure:
    share = f"{100 * block.weight.value:g} % of the overall score ({block.weight.provenance})"
    if block.indicator is None:
        why = "The mean of all indicators that count towards the overall rating."
        return Measure(PERFORMANCE, "Performance", share, DIRECTIONS["higher_is_better"], why, True)
    indicator = edition.indicator(block.indicator)
    return Measure(
        indicator.code, indicator.name, share, DIRECTIONS[indicator.direction], indicator.why_it_matters, True
    )


def _organisation(row: Any, edition: Edition, labels: tuple[str, ...]) -> Organisation:
    known = known_ccgs()[str(row.ccg_code)]
    grade = None if pd.isna(row.grade) else int(row.grade)
    close, distance = _nearest(row, grade, edition, labels)
    used = f"{row.n_performance_used} of {row.n_performance_expected}"
    return Organisation(
        code=str(row.ccg_code),
        name=str(known.ccg_name),
        region=str(known.region_name),
        grade=grade,
        rating=str(row.rating),
        score="" if pd.isna(row.overall_score) else f"{row.overall_score:.2f}",
        used=used,
        why=str(row.why_no_rating),
        figures=tuple(_figure(row, edition, block) for block in edition.overall.blocks),
        similar=tuple(similar_codes().get(str(row.ccg_code), ())),
        close=close,
        closeness=distance,
        **again_of(row, labels),
    )


def _figure(row: Any, edition: Edition, block: Block) -> Figure:
    if block.indicator is None:
        score = row.performance_score
        value = "" if pd.isna(score) else f"{score:.2f} of 2 points"
        used = f"{row.n_performance_used} of {row.n_performance_expected} indicators"
        return Figure(PERFORMANCE, value, used, "", "", "", "", "", "", "", "", "", None, _number(score))
    judgement = str(getattr(row, f"{block.key}_judgement"))
    points = getattr(row, f"{block.key}_points")
    scale = edition.points_scale(edition.indicator(block.indicator).points_scale or "")
    said = "" if pd.isna(points) else f"{points:g} of 2 points"
    return Figure(
        block.indicator, judgement, "", "", "", "", said, "", "", "", "" if judgement else "No judgement.",
        "", None, _number(points), tuple(label for label in scale.labels if label != judgement),
    )  # fmt: skip


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _nearest(
    row: Any, grade: int | None, edition: Edition, labels: tuple[str, ...]
) -> tuple[str, float | None]:
    """Return the line that the score is nearest to, in words and as a distance; none for both reds."""
    if grade not in (1, 2, 3) or pd.isna(row.overall_score):
        return "", None
    rule, score = edition.overall, float(row.overall_score)
    lines = [(rule.outstanding_at.value, 1), (rule.good_at.value, 2)]
    line, above = min(lines, key=lambda each: abs(score - each[0]))
    other = above if score < line else above + 1
    away = abs(score - line)
    side = "higher" if score < line else "lower"
    return f"a score {away:.3f} {side} would make it {labels[other - 1]}", away


def _notes(edition: Edition, frames: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return what was moderated, and what each panel decided of its own table."""
    notes = []
    for row in frames["moderation"].itertuples(index=False):
        what = edition.indicator(str(row.indicator_code)).name
        state = "" if row.applies else " It no longer applies: the judgement has changed since."
        notes.append(
            f"{row.ccg_code}, {what}: moderated from {row.before} to {row.after} by the {row.role}. "
            f"{row.reason}{state}"
        )
    for row in frames["rests_on"].itertuples(index=False):
        name = edition.panel(str(row.panel)).name
        notes.append(f"{name}: {row.verification}, table {str(row.subject)[:12]}.")
    return notes
