"""Names as people write them: of what a reference or a layout is.

Belongs here: turning keys into the words that stand in tables, sentences and prints.
Does not belong here: reading what somebody typed (framework/rounds.py), laying out a print (cli/prints/).
"""

from datetime import date, timedelta
from typing import Any

import pandas as pd

REFERENCES = {
    "standard": "the national standard",
    "england_published": "England, as published",
    "england_from_ccgs": "England, from the CCGs' figures",
    "none": "none",
}
"""What a reference value is, by `reference_basis`."""

SIDES = {0: "worse", 1: "like", 2: "better"}
"""On which side of what it is compared with a figure is, by its band."""

RANGE = {0: "outside the expected range", 1: "inside the expected range"}
"""The same where neither direction is better."""

LAYOUTS = {
    "published": "in its publisher's own layout",
    "assumed": "in an assumed layout",
    "made_up": "in a made-up layout",
}
"""How a file was laid out, by `layout`."""

CONSEQUENCE = {"warn": "warns", "block": "blocks"}
"""What an expectation that does not hold does to a round whose figures these are, until it is let through."""

KINDS = {"ccg": "CCG", "stp": "partnership"}
"""What people call an organisation of a kind, where its key is no word."""


def noun_of(kind: str) -> str:
    """Return what people call an organisation of a kind: `CCG`, `trust`, `local authority`."""
    return KINDS.get(kind, kind.replace("_", " "))


def plural(word: str) -> str:
    """Return the plural of a noun: `CCGs`, `countries`."""
    return f"{word[:-1]}ies" if word.endswith("y") else word if word.endswith("s") else f"{word}s"


def how_many(n: int, noun: str) -> str:
    """Return a count with its noun: `1 row`, `2,000 rows`."""
    return f"{n:,} {noun if n == 1 else plural(noun)}"


def grade_in_words(label: str) -> str:
    """Return a grade that is a number as `grade 2`, so that nobody takes it for a count."""
    return f"grade {label}" if label.isdigit() else label


def band_in_words(band: float, basis: str, has_direction: bool) -> str:
    """Return how a figure is next to its reference: `worse than the national standard`, `like England`.

    `basis`: a key of REFERENCES. Without a reference, or with a band that has no words, the points alone.
    """
    side, whose = side_in_words(band, has_direction), REFERENCES[basis].partition(",")[0]
    if not has_direction:
        return side
    return f"{band:g} of 2 points" if basis == "none" else f"{side}{'' if band == 1 else ' than'} {whose}"


def side_in_words(band: float, has_direction: bool) -> str:
    """Return the same without what a figure is compared with, where a whole column is of bands."""
    return (SIDES if has_direction else RANGE).get(int(band), f"{band:g} of 2 points")


def figure_in_words(value: float, unit: str) -> str:
    """Return a figure as text: percentages with one decimal and their sign, others with three digits or more.

    '' for a missing one. The unit of another figure is next to it and is not repeated.
    """
    if pd.isna(value):
        return ""
    if is_percent(unit):
        return f"{value:.1f} %"
    return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.1f}"


def difference_in_words(difference: float, unit: str) -> str:
    """Return how far two figures are apart, in two digits and without an exponent.

    `1.7 percentage points`, `120 per 100,000 population`, `0.45 (composite score 0-100)`.
    """
    digits = f"{float(f'{difference:.2g}'):,.10f}".rstrip("0").rstrip(".")
    if is_percent(unit):
        return f"{digits} percentage point{'s' * (digits != '1')}"
    return f"{digits} {unit}" if unit.startswith("per ") else f"{digits} ({unit})" if unit else digits


def is_percent(unit: str) -> bool:
    """Return whether a unit is percent of something."""
    return unit.startswith("%")


def period_in_words(start: Any, end: Any) -> str:
    """Return a data period from its first and last day; '' for none.

    `2015`, `March 2017`, `April 2016 to March 2017`; `3 April 2016 to 31 March 2017` of months in part.
    """
    if pd.isna(end):
        return ""
    last = day_in_words(end)
    if pd.isna(start):
        return f"to {last}"
    if start.day > 1 or (end + timedelta(days=1)).day > 1:
        return f"{day_in_words(start)} to {last}"
    if (start.year, start.month) == (end.year, end.month):
        return f"{end:%B %Y}"
    if start.year == end.year:
        return f"{end.year}" if (start.month, end.month) == (1, 12) else f"{start:%B} to {end:%B %Y}"
    return f"{start:%B %Y} to {end:%B %Y}"


def day_in_words(day: date) -> str:
    """Return a day as people write it: `31 March 2017`."""
    return f"{day.day} {day:%B %Y}"
