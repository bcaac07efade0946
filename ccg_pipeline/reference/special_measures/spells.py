"""A spell: the time that a CCG was in special measures or under directions, as far as it is known.

Belongs here: from which day to which a spell is certain and possible, how long it was, the answer for a day.
Does not belong here: making spells of events (``replay``), answers about several spells (``register``).

A day is certain when a spell covers it whatever day each of its events was on, and possible when it does for
some days of these. On the day that it begins a CCG is in; on the day that it ends it is not.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from ccg_pipeline.reference.special_measures.events import Between, Event, Regime

Answer = Literal["yes", "not known", "no"]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Spell:
    """One spell of one CCG in one regime, or in one part of directions.

    `begins` is None where no beginning is recorded, and the spell then began on `earliest` or later; `ends`
    is None where no end is recorded. `seen`: days on which it is known to have lasted. `until`: without an
    end, the last day for which it certainly lasts: of special measures the end of their year or extension, of
    directions the last day of which the register tells.
    """

    ccg_code: str
    regime: Regime
    kind: str
    part: str
    earliest: date
    until: date
    begins: Between | None = None
    ends: Between | None = None
    seen: tuple[Between, ...] = ()
    events: tuple[Event, ...] = ()

    def with_event(self, event: Event, **changes: object) -> "Spell":
        """Return the spell with what an event says of it."""
        events = tuple(dict.fromkeys((*self.events, event)))
        return replace(self, **{"events": events, **changes})  # type: ignore[arg-type]  # fields by their names

    @property
    def certain(self) -> tuple[date, date] | None:
        """The first and last day on which it certainly lasted; None where there is none."""
        begun = [one.last for one in (*([self.begins] if self.begins else []), *self.seen)]
        if self.ends is not None:
            last = self.ends.first - DAY
        else:
            lasting = [self.until] if self.begins is not None else []
            last = max([one.first for one in self.seen] + lasting)
        if not begun or min(begun) > last:
            return None
        return min(begun), last

    @property
    def possible(self) -> tuple[date, date]:
        """The first and last day on which it may have lasted."""
        first = self.earliest if self.begins is None else self.begins.first
        return first, date.max if self.ends is None else self.ends.last - DAY

    @property
    def days(self) -> tuple[int, int] | None:
        """How many days it lasted, at least and at most; None where its beginning or end is not recorded."""
        if self.begins is None or self.ends is None:
            return None
        least = max(0, (self.ends.first - self.begins.last).days)
        return least, (self.ends.last - self.begins.first).days

    def on(self, day: date) -> Answer:
        """Return whether it lasted on a day."""
        if (certain := self.certain) is not None and certain[0] <= day <= certain[1]:
            return "yes"
        return "not known" if self.possible[0] <= day <= self.possible[1] else "no"

    @property
    def sources(self) -> tuple[str, ...]:
        """Who says so, each once."""
        return tuple(dict.fromkeys(one.source for one in self.events))
