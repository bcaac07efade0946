"""Cancers diagnosed at stage 1 or 2: Outcomes Indicator 1.18 as JSON, counts as text with thousands commas.

Belongs here: its records, the national one first.
Does not belong here: drawing figures.
"""

import json

from ccg_pipeline.demo.figures import Figures, Numbers
from ccg_pipeline.demo.noise import wilson


def cancer_stage_file(figures: Figures, at: int) -> bytes:
    """One year's records; a CCG whose figure is hidden or missing has none."""
    year = figures.periods[at].end.year
    records = []
    if figures.england is not None:
        records.append(_record(year, "National", "National", "England", figures.england, at, 0))
    for column, (code, name) in enumerate(zip(figures.codes, figures.names, strict=True)):
        if not figures.marks[at, column]:
            records.append(_record(year, "CCG", code, name, figures.drawn, at, column))
    return (json.dumps(records, indent=2, separators=(",", ":")) + "\n").encode()


def _record(
    year: int, breakdown: str, level: str, name: str, numbers: Numbers, at: int, column: int
) -> dict[str, object]:
    numerator, denominator = numbers.numerator[at, column], numbers.denominator[at, column]
    low, high = wilson(numerator, denominator)
    return {
        "Reporting period": year,
        "Breakdown": breakdown,
        "Level": level,
        "Level description": name,
        "Percentage": _percent(numerator / denominator),
        "CI lower (%)": _percent(float(low)),
        "CI upper (%)": _percent(float(high)),
        "Denominator": f"{denominator:,.0f}",
        "Numerator": f"{numerator:,.0f}",
    }


def _percent(share: float) -> float | int:
    percent = round(100 * float(share), 1)
    return int(percent) if percent.is_integer() else percent
