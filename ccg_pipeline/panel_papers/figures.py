"""Figures as a panel reads them: value, interval, reference, period, band, and the way to another grade.

Belongs here: turning rows of bands into words; every number with its unit.
Does not belong here: any rule, distance or way (method/), ratings (tables.py).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.framework.lane_rules import PanelRule
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.panel_papers.units import units
from ccg_pipeline.publish.naming import (
    REFERENCES,
    band_in_words,
    figure_in_words,
    is_percent,
    period_in_words,
)
from expert_panels.papers import Figure, Measure

GRADES = {1: "significantly better", 2: "better", 3: "worse", 4: "significantly worse"}
"""What a grade of an indicator is next to its reference; at the reference it is better."""

DIRECTIONS = {
    "higher_is_better": "higher is better",
    "lower_is_better": "lower is better",
    "no_direction": "neither direction is better",
}


def codes_of(edition: Edition, rule: PanelRule) -> list[str]:
    """Return the indicators that a panel sees: those that decide, those shown next to, the area's others."""
    area = [one.code for one in edition.indicators_of(rule.area)]
    return list(dict.fromkeys([*rule.indicators, *rule.shown, *area]))


def measures_of(edition: Edition, rule: PanelRule) -> tuple[Measure, ...]:
    """Return what a panel's table shows, those that decide first."""
    return tuple(
        _measure(edition.indicator(code), code in rule.indicators) for code in codes_of(edition, rule)
    )


def _measure(indicator: Indicator, decides: bool) -> Measure:
    return Measure(
        indicator.code,
        indicator.name,
        indicator.unit,
        DIRECTIONS[indicator.direction],
        indicator.why_it_matters,
        decides,
    )


def figures_of(
    rows: Iterable[Any],
    grades: dict[str, int | None],
    ways: Iterable[Any],
    edition: Edition,
    rule: PanelRule,
) -> tuple[Figure, ...]:
    """Return one CCG's rows of bands as figures, in the order of the panel's measures.

    `rows` as `with_intervals` gives them, `ways`: its rows of `method.scoring.grade_changes`.
    """
    by_code = {row.indicator_code: row for row in rows}
    reached = {(way.indicator_code, int(way.grade)): way for way in ways}
    return tuple(
        _figure(by_code[code], grades.get(code), edition.indicator(code), reached)
        for code in codes_of(edition, rule)
        if code in by_code
    )


def _figure(
    row: Any, grade: int | None, indicator: Indicator, reached: Mapping[tuple[str, int], Any]
) -> Figure:
    better, worse = (
        reached.get((indicator.code, (grade or 0) + step)) if grade else None for step in (-1, 1)
    )
    margins = [way.margin for way in (better, worse) if way is not None]
    said = GRADES.get(grade, "") if grade else ""
    return Figure(
        measure=indicator.code,
        value=row.judgement or shown(row.value, indicator),
        counts=_counts(row),
        interval=_interval(row, indicator),
        reference=_reference(row, indicator),
        period=period_in_words(row.period_start, row.period_end),
        band="" if said else _band(row, indicator),  # one vocabulary for one figure
        grade=said,
        better=_said(better, indicator),
        worse=_said(worse, indicator),
        why=row.why_no_band,
        note=row.note,
        margin=min(margins) if margins else None,
        order=None if pd.isna(row.value) else float(row.value),
    )


def shown(value: float, indicator: Indicator) -> str:
    """Return a figure as text: percentages with one decimal and their sign, others with three digits or more.

    '' for a missing one.
    """
    return figure_in_words(value, indicator.unit)


def _counts(row: Any) -> str:
    if pd.isna(row.numerator) or pd.isna(row.denominator):
        return ""
    return f"{row.numerator:,.0f} of {row.denominator:,.0f}"


def _interval(row: Any, indicator: Indicator) -> str:
    if pd.isna(row.lower_95) or pd.isna(row.upper_95):
        return ""
    mark = " (from the counts)" if row.from_counts else ""
    return f"{shown(row.lower_95, indicator)} to {shown(row.upper_95, indicator)}{mark}"


def _reference(row: Any, indicator: Indicator) -> str:
    if pd.isna(row.reference_value):
        return ""
    whose = REFERENCES.get(row.reference_basis, row.reference_basis)
    mark = "" if row.reference_provenance == "found" else f" ({row.reference_provenance})"
    return f"{shown(row.reference_value, indicator)}, {whose}{mark}"


def _band(row: Any, indicator: Indicator) -> str:
    if pd.isna(row.points):
        return ""
    if pd.isna(row.band):
        return f"{row.points:g} of 2 points"
    return band_in_words(row.band, row.reference_basis, indicator.direction != "no_direction")


def _said(way: Any, indicator: Indicator) -> str:
    """Return a way in words: `29 more people seen (7.7 percentage points higher) would make it better`."""
    return "" if way is None else f"{change(way, indicator)} would make it {GRADES[int(way.grade)]}"


def change(way: Any, indicator: Indicator) -> str:
    """Return how much of a change a way is: in people, where the figure is a count, and in its own unit.

    `way`: a row of `method.scoring.grade_changes`.
    """
    side = "higher" if way.change > 0 else "lower"
    unit = "percentage points" if is_percent(indicator.unit) else ""
    amount = f"{_rounded_up(abs(way.change))} {unit} {side}".replace("  ", " ")
    if pd.isna(way.people):
        return amount
    people = units(indicator.code, int(way.people))
    return f"{people} ({amount})" if way.change else people  # a figure on its cut moves off it at once


def _rounded_up(size: float) -> str:
    """Return a distance with the digits that it needs: what is there shall never read as nothing."""
    if size >= 0.05:
        return f"{size:,.1f}" if size >= 10 else f"{size:,.2f}"
    return f"{size:.1g}" if size else "0"
