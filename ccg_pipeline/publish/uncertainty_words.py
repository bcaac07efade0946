"""How sure a figure is, in words: for prints and pages, the same everywhere.

Belongs here: turning the columns of certainty into short sentences.
Does not belong here: finding how sure anything is (method/uncertainty/columns.py), laying out a print.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import words
from ccg_pipeline.method.certainty.saying import MODERATED, NOT_REPEATED, counts_of_100, sentence, words_of
from ccg_pipeline.method.scoring.moderated import BLOCKS
from ccg_pipeline.publish.naming import difference_in_words, grade_in_words, how_many

Row = Mapping[Any, Any] | pd.Series
NO_OFFICIAL_GRADE = (
    "No area has an official grade. A CCG like the references scores 1: the 95 % interval says whether it is "
    "above them, below them, or neither is shown."
)


def interval(row: Row) -> str:
    """Return the 95 % interval of a score, `0.50 to 1.25`; '' where there is none."""
    if pd.isna(row["lower_95"]):
        return ""
    return f"{row['lower_95']:.2f} to {row['upper_95']:.2f}"


def true_score(lower: str, upper: str) -> str:
    """Return between which scores, in words, the true one lies, in a sentence."""
    where = f"is {lower}" if lower == upper else f"lies between {lower} and {upper}"
    return f"The true score {where} with 95 % certainty."


def with_gaps(row: Row) -> str:
    """Return what an area's score would be were what is missing at its worst or best; '' for nothing."""
    worst, best = row["with_gaps_worst"], row["with_gaps_best"]
    if pd.isna(worst):
        return ""
    return f"Were what is missing at its worst or best, the score would be {worst:.2f} or {best:.2f}."


def against_reference(row: Row) -> str:
    """Return where an area's interval lies against its references, in words; '' without a score."""
    said = {"above": "above", "below": "below", "cannot be told": "cannot be told from"}.get(
        row["against_reference"], ""
    )
    return said and f"{said} the references"


def chances(row: Row, labels: Sequence[str]) -> str:
    """Return how probable each grade is, the impossible left out: `Good 87 %, Outstanding 13 %`."""
    found = [(row[f"p_grade_{grade}"], label) for grade, label in enumerate(labels, start=1)]
    if pd.isna(found[0][0]):
        return ""
    likely = sorted((one for one in found if one[0] >= 0.005), key=lambda one: -one[0])
    return ", ".join(f"{label} {100 * share:.0f} %" for share, label in likely)


def distinguishable(row: Row, labels: Sequence[str]) -> str:
    """Return in a few words how firm a grade is: whether it holds when the same is measured again.

    Of a row that says nothing of that: distinguished, or from which grade it cannot be; '' without a grade.
    """
    if firm := _again(row, labels)[0]:
        return firm
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
        parts.append(f"{how_many(int(bands), 'band')} better")
    if row["nearest_indicator"]:
        indicator = edition.indicator(row["nearest_indicator"])
        people = row["nearest_people"]
        of_people: str = "" if pd.isna(people) else f", {people:,.0f} counted"
        step = difference_in_words(row["nearest_to_better"], indicator.unit)
        parts.append(f"nearest is {indicator.code} by {step}{of_people}")
    return "; ".join(parts)


def how_sure(row: Row, labels: Sequence[str]) -> str:
    """Return in one sentence how sure a rating is; '' without a grade.

    `Good, by the figures of 2017-03. Were the same measured again, about 87 in 100 measurements would …`.
    Of a row of an earlier release, which does not say that: `Allowing for chance in the figures, Good is
    right in 87 of 100 cases and Outstanding in 13; …` Of a moderated one, that it is not known: no draw has
    said it.
    """
    if said := _again(row, labels)[1]:
        return said
    found = [(row[f"p_grade_{grade}"], label) for grade, label in enumerate(labels, start=1)]
    if pd.isna(found[0][0]):
        return MODERATED if any(row.get(f"{block}_judgement_before") for block in BLOCKS) else ""
    counts = counts_of_100({label: float(share) for share, label in found})
    likely = sorted(((label, n) for label, n in counts.items() if n), key=lambda one: -one[1])
    cases = ", ".join(
        [
            f"{likely[0][0]} is right in {likely[0][1]} of 100 cases",
            *(f"{label} in {n}" for label, n in likely[1:]),
        ]
    )
    if row["is_told_apart"]:
        told = "it is told apart from the other grades"
    else:
        told = f"it cannot be told apart from {labels[int(row['neighbour_grade']) - 1]}"
    return f"Allowing for chance in the figures, {cases}; {told}."


def _again(row: Row, labels: Sequence[str]) -> tuple[str, str]:
    """How firm a rating is in words, and in a sentence; two empty texts where its row does not say."""
    if pd.isna(row.get("p_again_1")) or not row["rating"]:
        return "", ""
    chances = {label: float(row[f"p_again_{grade}"]) for grade, label in enumerate(labels, start=1)}
    rating, when = str(row["rating"]), words(str(row["lane"]), str(row["partition_key"]))
    return words_of(chances, rating), sentence(chances, rating, when)


def would_not_be_repeated(row: Row, labels: Sequence[str]) -> bool:
    """Return whether another grade is likelier than a rating, were the same measured again."""
    return _again(row, labels)[0] == NOT_REPEATED


def measured_again(chances: pd.DataFrame, label: str, key: str) -> tuple[str, str]:
    """Return of a grade how firm it is in words, and in a sentence; two empty texts where it is not known.

    `chances`: the rows of `grade_chance` of one node and organisation, in any order; `key`: the round whose
    figures gave it.
    """
    own = chances[chances["kind"] == "again"].sort_values("grade")
    if own.empty or not label:
        return "", ""
    each = {grade_in_words(str(one)): float(n) for one, n in zip(own["label"], own["chance"], strict=True)}
    named, n_held = grade_in_words(label), int(own["n_held"].iloc[0])
    held = f" {n_held} of its measures have no known error and are taken as exact." if n_held else ""
    return words_of(each, named), f"{sentence(each, named, key)}{held}"


def what_would_change(row: Row, edition: Edition) -> str:
    """Return in one sentence what the next better grade takes, in people where they are counted; '' if none.

    `row` has the columns of distance of a score or a rating.
    """
    parts: list[str] = []
    if not pd.isna(row["to_better"]):
        parts.append(f"{row['to_better']:.2g} points more of the score")
    bands = row.get("bands_to_better")
    if bands is not None and not pd.isna(bands):
        parts.append(f"{how_many(int(bands), 'indicator')} one band better")
    first = f"The next better grade takes {', that is '.join(parts)}." if parts else ""
    if not row["nearest_indicator"]:
        return first
    indicator = edition.indicator(row["nearest_indicator"])
    people = row["nearest_people"]
    counted = "" if pd.isna(people) else f", which is about {people:,.0f} people"
    step = difference_in_words(row["nearest_to_better"], indicator.unit)
    nearest = f"The nearest step is {indicator.name} ({indicator.code}), better by {step}"
    return f"{first} {nearest}{counted}.".strip()
