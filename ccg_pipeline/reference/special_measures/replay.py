"""Replaying events: from the list, in whatever order it was recorded, to the spells of each CCG.

Belongs here: the state machine of both regimes, and what does not fit together in the list.
Does not belong here: what a spell says of a day (``spells``), what others say (``comparisons``).

One CCG, one regime and, of directions, one power are replayed by themselves, in the order of the days: what
opens a spell by the first day on which it may have been, what closes one by the last. Of what was on the same
day, a closing comes first where a spell is open, and an opening where none is.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

import pandas as pd

from ccg_pipeline.reference.special_measures.events import CLOSES, OPENS, Between, Event
from ccg_pipeline.reference.special_measures.guidance import first_day, oversight_months
from ccg_pipeline.reference.special_measures.spells import DAY, Spell


@dataclass(frozen=True)
class Remark:
    """Something that does not fit, of one CCG or of all (''): what is said, what is against it, by whom."""

    ccg_code: str
    says: str
    against: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Replay:
    """What a list of events comes to: the spells, by CCG and first day, and what does not fit in it."""

    spells: tuple[Spell, ...]
    remarks: tuple[Remark, ...]
    horizon: date


def replay(events: Iterable[Event], here: Iterable[Event] = ()) -> Replay:
    """Replay a list of events, given in any order; one that is given twice is one.

    `here` are further events, recorded one by one: each tells of its own CCG to its last day, and of others
    nothing, so that none moves the day to which the list tells of everybody (`horizon`).
    """
    own: dict[tuple[str, str, str], list[Event]] = defaultdict(list)
    listed, further = set(events), set(here)
    for event in sorted(listed | further, key=repr):
        own[event.ccg_code, event.regime, event.kind if event.regime == "directions" else ""].append(event)
    horizon = max((event.day.last for event in listed), default=date.min)
    later = [max([horizon, *(one.day.last for one in of if one in further)]) for of in own.values()]
    lives = [_Life(one) for one in later]
    for life, events_of_one in zip(lives, own.values(), strict=True):
        life.replay(events_of_one)
    spells = [spell for life in lives for spell in life.spells]
    remarks = [remark for life in lives for remark in life.remarks]
    return Replay(
        tuple(sorted(spells, key=lambda one: (one.ccg_code, one.possible, one.regime, one.kind, one.part))),
        tuple(sorted(remarks, key=lambda one: (one.ccg_code, one.says))),
        horizon,
    )


def after_months(day: date, months: int) -> date:
    """Return the same day of the month so many months later, or the last day of that month."""
    return (pd.Timestamp(day) + pd.DateOffset(months=months)).date()


def _day(event: Event) -> date:
    return event.day.last if event.what in CLOSES else event.day.first


@dataclass
class _Life:
    """One CCG in one regime, as far as it has been replayed: spells that are over, and open ones by part."""

    horizon: date
    over: list[Spell] = field(default_factory=list)
    open: dict[str, Spell] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def spells(self) -> list[Spell]:
        """All spells, over or not."""
        return [*self.over, *self.open.values()]

    def replay(self, events: Iterable[Event]) -> None:
        """Take every event in the order of the days."""
        for _, of_day in groupby(sorted(events, key=lambda one: (_day(one), repr(one))), key=_day):
            is_open = bool(self.open)
            for event in sorted(of_day, key=lambda one: (one.what in CLOSES) != is_open):
                if event.what in CLOSES:
                    self._close(event)
                elif event.what in OPENS:
                    self._open(event)
                else:
                    self._see(event)

    def _new(self, event: Event, part: str, begins: Between | None) -> Spell:
        earliest, until = first_day(event.regime), self.horizon
        if begins is not None and event.regime == "special measures":
            until = min(until, after_months(begins.first, oversight_months()) - DAY)
        of = event.ccg_code, event.regime, event.kind, part
        return Spell(*of, earliest, until, begins, events=(event,))

    def _open(self, event: Event) -> None:
        for part in event.parts or ("",):
            before = self.open.get(part)
            if before is not None and before.begins is not None and before.begins.meets(event.day):
                self.open[part] = before.with_event(event, begins=_both(before.begins, event.day))
                continue
            if before is not None and before.begins is None:  # it was seen before it is said to have begun
                self._differ(event, f"it was so before, by {before.events[0].source}", before)
            elif before is not None:
                self._differ(event, f"it was so since {before.begins}, and no end is recorded", before)
            if before is not None:
                known = before.certain
                last = max(event.day.first, known[0]) if known else event.day.first
                ended = Between(min(last, event.day.last), event.day.last)
                self.over.append(before.with_event(event, ends=ended))
            self.open[part] = self._new(event, part, event.day)

    def _see(self, event: Event) -> None:
        if not self.open:
            if event.what != "in force":
                self._differ(event, "no beginning is recorded")
            self.open[""] = self._new(event, "", None)
        for part, spell in self.open.items():
            until = max(spell.until, min(self.horizon, event.until or date.min))
            self.open[part] = spell.with_event(event, seen=(*spell.seen, event.day), until=until)

    def _close(self, event: Event) -> None:
        parts = [part for part in (event.parts or self.open) if part in self.open]
        if event.parts and self.open and len(parts) < len(event.parts):
            lost = ", ".join(part for part in event.parts if part not in parts)
            self._differ(event, f"no part {lost} of them is recorded, and they are taken to go on")
            self.open = {part: spell.with_event(event) for part, spell in self.open.items()}
            return
        if not parts:
            self._close_again(event)
        for part in parts:
            spell = self.open.pop(part)
            begins, ends = spell.begins, event.day
            if begins is not None:  # nothing ends before it begins
                ends = Between(min(max(ends.first, begins.first), ends.last), ends.last)
                begins = Between(begins.first, max(min(begins.last, ends.last), begins.first))
            self.over.append(spell.with_event(event, begins=begins, ends=ends))

    def _close_again(self, event: Event) -> None:
        """An end where nothing is open: said before, or of a spell whose beginning is not recorded."""
        part = event.parts[0] if event.parts else ""
        for at, spell in enumerate(self.over):
            if (
                spell.ends is not None
                and spell.ends.meets(event.day)
                and (spell.part in (part, "") or not part)
            ):
                self.over[at] = spell.with_event(event, ends=_both(spell.ends, event.day))
                return
        self._differ(event, "no beginning is recorded")
        self.over.append(self._new(event, part, None).with_event(event, ends=event.day))

    def _differ(self, event: Event, against: str, before: Spell | None = None) -> None:
        others = before.sources if before is not None else ()
        said = f"{event.what}, {event.regime}, {event.day}"
        self.remarks.append(Remark(event.ccg_code, said, against, (event.source, *others)))


def _both(one: Between, other: Between) -> Between:
    return Between(max(one.first, other.first), min(one.last, other.last))
