"""The register: who was in which regime on a day, for how long, and by whose source.

Belongs here: answers about CCGs and days, from the spells. Does not belong here: making spells (``replay``),
what others counted (``comparisons``), what is printed.

``no`` says that no entry is recorded, or that its end is: the list is known to be incomplete, which the
counts of others show. After the last day of which any event tells nothing is known of anybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache

import pandas as pd

from ccg_pipeline.reference.organisations import ccg_history
from ccg_pipeline.reference.special_measures.events import REGIMES, Event, Regime, recorded
from ccg_pipeline.reference.special_measures.guidance import first_day
from ccg_pipeline.reference.special_measures.replay import Replay, replay
from ccg_pipeline.reference.special_measures.spells import Answer, Spell

REGISTERED = "ccg"
"""The kind of organisation that the register tells of, as an edition names it."""
IN_WORDS: dict[Regime, str] = {"special measures": "in special measures", "directions": "under directions"}


@dataclass(frozen=True)
class Standing:
    """Whether a CCG was in a regime on a day, why that is said, and the spells it is said of."""

    ccg_code: str
    regime: Regime
    answer: Answer
    because: str
    spells: tuple[Spell, ...] = ()


@dataclass(frozen=True)
class Register:
    """The register of a list of events, and of those that were recorded `here`, one by one."""

    events: tuple[Event, ...]
    here: tuple[Event, ...] = ()

    @cached_property
    def replayed(self) -> Replay:
        """The spells, and what does not fit in the list."""
        return replay(self.events, self.here)

    def history(self, ccg_code: str) -> tuple[Spell, ...]:
        """Return the spells of a CCG, by their first days."""
        own = [one for one in self.replayed.spells if one.ccg_code == ccg_code]
        return tuple(sorted(own, key=lambda one: (one.possible[0], one.regime, one.part)))

    def standing(self, ccg_code: str, regime: Regime, day: date) -> Standing:
        """Return whether a CCG was in a regime on a day: yes, no, or not known."""
        if said := cannot_be(ccg_code, regime, day):
            return Standing(ccg_code, regime, "no", said)
        own = tuple(one for one in self.history(ccg_code) if one.regime == regime)
        for answer in ("yes", "not known"):
            if found := tuple(one for one in own if one.on(day) == answer):
                because = "; ".join(dict.fromkeys(_because(one, day) for one in found))
                return Standing(ccg_code, regime, answer, because, found)
        last = [one.day.last for one in self.here if (one.ccg_code, one.regime) == (ccg_code, regime)]
        if day > (known := max([self.replayed.horizon, *last])):
            return Standing(ccg_code, regime, "not known", f"nothing after {known} is recorded")
        over = [one for one in own if one.possible[1] < day]
        because = f"ended {over[-1].ends}" if over else "no entry is recorded"
        return Standing(ccg_code, regime, "no", because, tuple(over[-1:]))

    def on(self, day: date, regime: Regime) -> tuple[Standing, ...]:
        """Return everybody of whom the answer for a day is not a plain no, by code."""
        codes = sorted({one.ccg_code for one in self.replayed.spells if one.regime == regime})
        standings = (self.standing(code, regime, day) for code in codes)
        return tuple(one for one in standings if one.answer != "no")

    def counts(self, day: date, regime: Regime) -> tuple[int, int]:
        """Return how many CCGs were in a regime on a day, and of how many that is not known."""
        answers = [one.answer for one in self.on(day, regime)]
        return answers.count("yes"), answers.count("not known")

    def attributes(self, ccg_codes: Iterable[str], day: date) -> pd.DataFrame:
        """Return the answer for each CCG and a day: ccg_code, and a column for each regime, by its name."""
        codes = list(ccg_codes)
        columns = {
            regime.replace(" ", "_"): [self.standing(code, regime, day).answer for code in codes]
            for regime in REGIMES
        }
        return pd.DataFrame({"ccg_code": codes, **columns})


def cannot_be(ccg_code: str, regime: Regime, day: date) -> str:
    """Return why a CCG cannot have been in a regime on a day; '' where it can."""
    if day < first_day(regime):
        return f"there were no {regime} before {first_day(regime)}"
    if ccg_code not in _lives():
        return "there was no such CCG"
    begun, ended = _lives()[ccg_code]
    if day < begun:
        return f"the CCG began on {begun}"
    return f"the CCG ended on {ended}" if day > ended else ""


@cache
def _lives() -> dict[str, tuple[date, date]]:
    """The first and last day on which there was a CCG of each code; those of 2021 ended with all CCGs."""
    history = ccg_history()
    ends = history["valid_to"].fillna(pd.Timestamp(2022, 6, 30))  # Health and Care Act 2022
    lives = history.assign(valid_to=ends).groupby("ccg_code").agg({"valid_from": "min", "valid_to": "max"})
    return {str(code): (begun.date(), ended.date()) for code, begun, ended in lives.itertuples()}


def _because(spell: Spell, day: date) -> str:
    """Why a spell gives the answer that it gives for a day on which it may have lasted."""
    what = " ".join(part for part in (spell.kind, spell.part) if part)
    begun = f"since {spell.begins}" if spell.begins is not None else "its beginning is not recorded"
    ended = f", until {spell.ends}" if spell.ends is not None else ""
    if (
        spell.ends is None
        and spell.on(day) == "not known"
        and (certain := spell.certain)
        and day > certain[1]
    ):
        ended = f", and no decision after {certain[1]} is recorded"
    return f"{what}: {begun}{ended}" if what else f"{begun}{ended}"


def the_register() -> Register:
    """Return the register of the packaged list."""
    return register_with(())


@lru_cache(maxsize=8)
def register_with(here: tuple[Event, ...]) -> Register:
    """Return the register of the packaged list and of events that were recorded `here`, replayed once."""
    return Register(recorded(), here)
