"""The rounds of an edition's own year: their keys as people write them, their first and last days.

Belongs here: of which months, quarters or year an edition has rounds, and what somebody typed for one.
Does not belong here: the rounds of the two lanes of before (rounds.py), Dagster's partitions
(orchestration/), what a round takes (release/ and method/).

A year is written 2025-26 where it begins in April (a financial year of England) or in the month that the
edition says, 2022 where it is a calendar year. A month is 2017-03; a quarter is 2025-Q3, counted from the
beginning of the year: of 2025-26 that is October to December 2025, of 2025 it is July to September.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.framework.rounds import words
from expert_panels.foundation.fault import Fault, WrongUse

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
REGISTER = "register/special_measures"
"""The lane of what is recorded in the register, an entry a partition; it is of no edition."""
EXAMPLES = {"month": "2017-03", "quarter": "2025-Q3", "year": "2016-17"}
"""How each kind of round is written."""


def first_month(edition: Edition) -> tuple[int, int]:
    """Return year and month in which the edition's year begins; Fault where it cannot be told."""
    written = re.fullmatch(r"((?:19|2[0-9])[0-9]{2})(?:[-/–](?:[0-9]{2})?([0-9]{2}))?", edition.year)
    if written is None or (written[2] and (int(written[1]) + 1) % 100 != int(written[2])):
        raise Fault(
            f"{edition.key}: its year {edition.year!r} is neither a financial year such as 2025-26 nor a "
            "calendar year such as 2022, so that its rounds have no dates: write one of these as its year."
        )
    return int(written[1]), edition.year_begins if written[2] else 1


def keys_of(edition: Edition, one: Round) -> list[str]:
    """Return the keys of a round's partitions, those of the edition's own year, in order."""
    year, month = first_month(edition)
    if one.every == "year":
        return [f"{year}-{(year + 1) % 100:02d}" if month > 1 else str(year)]
    if one.every == "quarter":
        return [f"{year}-Q{number}" for number in range(1, 5)]
    return [f"{year + at // 12}-{at % 12 + 1:02d}" for at in range(month - 1, month + 11)]


def days_of(edition: Edition, one: Round, key: str) -> tuple[date, date]:
    """Return the first and the last day of a round's partition; ValueError where it has none of that key."""
    year, month = first_month(edition)
    length = _MONTHS[one.every]
    begin = month - 1 + keys_of(edition, one).index(key) * length
    end = begin + length - 1
    last = (year + end // 12, end % 12 + 1)
    return date(year + begin // 12, begin % 12 + 1, 1), date(*last, monthrange(*last)[1])


def round_of(edition: Edition, kind: str = "", name: str = "") -> Round:
    """Return the round of an edition that is held every `kind` (month, quarter, year), or has that `name`.

    Without either it is the only one. WrongUse where there is none, or more than one.
    """
    found = [one for one in edition.rounds if kind in ("", one.every) and name in ("", one.key)]
    if len(found) == 1:
        return found[0]
    has = ", ".join(f"{one.key} (every {one.every})" for one in edition.rounds)
    asked = f" of the name {name!r}" if name else f" for --{kind}" if kind else ""
    if not found:
        raise WrongUse(f"{edition.key} has no round{asked}: it has {has}.")
    raise WrongUse(f"{edition.key} has several rounds{asked}: name one with --round, of {has}.")


def key_typed(edition: Edition, one: Round, text: str, today: date | None = None) -> str:
    """Return the partition key that somebody typed for a round, over by `today` (UTC); WrongUse otherwise."""
    keys = keys_of(edition, one)
    if text not in keys:
        span = keys[0] if len(keys) == 1 else f"{keys[0]} to {keys[-1]}"
        raise WrongUse(f"--{one.every} {text!r} is no {one.every} of {edition.key}: it has {span}.")
    last = days_of(edition, one, text)[1]
    if last >= (today or datetime.now(UTC).date()):
        raise WrongUse(f"--{one.every} {text} is not over before {last:%d %B %Y} has passed.")
    return text


def newest_over(edition: Edition, one: Round, months: Sequence[str], today: date | None = None) -> str | None:
    """Return the newest partition that is over and in which one of `months` (2017-03) lies; None without."""
    for key in reversed(keys_of(edition, one)):
        first, last = days_of(edition, one, key)
        within = any(f"{first:%Y-%m}" <= month <= f"{last:%Y-%m}" for month in months)
        if within and last < (today or datetime.now(UTC).date()):
            return key
    return None


def lane_of(edition: Edition, one: Round) -> str:
    """Return by what gates, parts and releases of a round are known: ``nof_2025_26/quarter``."""
    return f"{edition.key}/{one.key}"


def rounds_by_lane(editions: Iterable[Edition]) -> dict[str, tuple[Edition, Round]]:
    """Return the rounds by the lane of their gates, parts and releases; each edition in the round's words."""
    return {
        lane_of(edition, one): (edition.in_words_of(one), one)
        for edition in editions
        for one in edition.rounds
    }


def round_title(lane: str, key: str, editions: Iterable[Edition] = ()) -> str:
    """Return what people call a lane's partition: `interim assessment, 2017-03`, or by its edition."""
    if found := rounds_by_lane(editions).get(lane):
        edition, one = found
        return f"{edition.title}, {one.title or one.key} {key}"
    if lane == REGISTER:
        return f"entry of the register of special measures, {key}"
    return f"{lane} {key}" if "/" in lane else f"{lane} assessment, {words(lane, key)}"
