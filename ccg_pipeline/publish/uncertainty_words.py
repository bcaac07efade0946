"""How sure a figure is, in words: for prints and pages, the same everywhere.

Belongs here: turning the columns of certainty into short sentences.
Does not belong here: finding how sure anything is (method/uncertainty/columns.py), laying out a print.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ccg_pipeline.framework.model import Edition

Row = Mapping[Any, Any] | pd.Series
NO_OFFICIAL_GRADE = (
    "An area has no official grade: its 95 % interval lies above 1, the score of who is like the references, "
    "below it, or across it."
)


def interval(row: Row) -> str:
    """Return the 95 % interval of a score, `0.50 to 1.25`; '' where there is none."""
    if pd.isna(row["lower_95"]):
        return ""
    return f"{row['lower_95']:.2f} to {row['upper_95']:.2f}"


def against_reference(row: Row) -> str:
    """Return where an area's interval lies against its references; '' without a score."""
    said = {"above": "above them", "below": "below them", "cannot be told": "cannot be told from them"}
    return said.get(row["against_reference"], "")


def chances(row: Row, labels: Sequence[str]) -> str:
    """Return how probable each grade is, the impossible left out: `Good 87 %, Outstanding 13 %`."""
    found = [(row[f"p_grade_{grade}"], label) for grade, label in enumerate(labels, start=1)]
    if pd.isna(found[0][0]):
        return ""
    likely = sorted((one for one in found if one[0] >= 0.005), key=lambda one: -one[0])
    return ", ".join(f"{label} {100 * share:.0f} %" for share, label in likely)


def distinguishable(row: Row, labels: Sequence[str]) -> str:
    """Return how sure a grade is: told apart, or from which one it cannot be; '' without a grade."""
    if pd.isna(row["p_grade_1"]):
        return ""
    if row["is_told_apart"]:
        return "told apart"
    return f"cannot be told from {labels[int(row['neighbour_grade']) - 1]}"


def next_grade(row: Row, edition: Edition) -> str:
    """Return how far it is to the next better grade, by score and by the nearest indicator; '' if nowhere."""
    parts: list[str] = []
    if not pd.isna(row["to_better"]):
        parts.append(f"{row['to_better']:.2g} points of the score")
    bands = row.get("bands_to_better")
    if bands is not None and not pd.isna(bands):
        parts.append(f"{bands:.0f} {'band' if bands == 1 else 'bands'} better")
    if row["nearest_indicator"]:
        indicator = edition.indicator(row["nearest_indicator"])
        people = row["nearest_people"]
        of_people: str = "" if pd.isna(people) else f", {people:,.0f} counted"
        unit = f" {indicator.unit}".rstrip()
        parts.append(f"nearest is {indicator.code} by {row['nearest_to_better']:.2g}{unit}{of_people}")
    return "; ".join(parts)
