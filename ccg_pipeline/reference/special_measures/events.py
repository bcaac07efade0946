"""Events of special measures and directions: an append-only list, each with the days when it may have been.

Belongs here: what an event says, the list that is packaged, and reading another one.
Does not belong here: what follows from events (``replay``), what others counted (``comparisons``), rules of
the guidance (``guidance``).

Sources: newspapers, CCGs' own pages and NHS England's page of directions, named with each event. NHS England
took directions off that page once they were lifted, so the list is known to be incomplete.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, get_args

from ccg_pipeline.reference.tables import read_rows
from expert_panels.foundation.fault import Fault

Regime = Literal["special measures", "directions"]
What = Literal[
    "entered",
    "applied",
    "in force",
    "reviewed",
    "extended",
    "left",
    "lifted",
    "lifted in part",
    "ended by merger",
]
REGIMES: tuple[Regime, ...] = get_args(Regime)
OPENS: tuple[What, ...] = ("entered", "applied")
CLOSES: tuple[What, ...] = ("left", "lifted", "lifted in part", "ended by merger")
OF_REGIME: dict[Regime, tuple[What, ...]] = {
    "special measures": ("entered", "in force", "reviewed", "extended", "left", "ended by merger"),
    "directions": (
        "applied",
        "in force",
        "reviewed",
        "extended",
        "lifted",
        "lifted in part",
        "ended by merger",
    ),
}
"""What may happen in each regime, in the words in which it is recorded."""

PARTS = ("leadership", "finance", "function")
"""What directions may be about; '' where nothing more is known than that there are some."""


@dataclass(frozen=True, order=True)
class Between:
    """A day of which no more is known than that it was one from `first` to `last`, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        """Say the day, or between which days it was."""
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"

    def meets(self, other: "Between") -> bool:
        """Return whether both may have been on the same day."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Event:
    """Something that happened to one CCG, as a source says it.

    `kind`: of special measures, ``finance``; of directions, the power they were given under
    (``authorisation``, ``s.14Z21``, ``enabling``). `parts`: of PARTS, those that it is about. `until`: the
    last day for which it was extended. `given_to`: the CCG that exercises a function in its place.
    """

    ccg_code: str
    day: Between
    what: What
    regime: Regime
    source: str
    kind: str = ""
    parts: tuple[str, ...] = ()
    until: date | None = None
    given_to: str = ""
    dated: str = ""
    detail: str = ""
    confidence: float = 1.0
    provenance: str = "found"

    def __post_init__(self) -> None:
        """Refuse what cannot have happened in that regime, and an extension that names no day."""
        about = f"{self.ccg_code}, {self.what} {self.day} ({self.source})"
        if self.what not in OF_REGIME.get(self.regime, ()):
            known = "; ".join(f"{regime}: {', '.join(whats)}" for regime, whats in OF_REGIME.items())
            raise Fault(f"{about}: {self.what!r} does not happen in {self.regime!r}; choose of {known}.")
        if self.day.first > self.day.last:
            raise Fault(f"{about}: its first day is after its last; exchange them.")
        if (self.what == "extended") != (self.until is not None):
            raise Fault(
                f"{about}: only an extension says until when, and each must: fill in or empty `until`."
            )
        if unknown := [part for part in self.parts if part not in PARTS]:
            raise Fault(f"{about}: {unknown[0]!r} is no part; choose of {', '.join(PARTS)}.")
        if (self.what == "lifted in part") and not self.parts:
            raise Fault(f"{about}: say in `parts` which part was lifted, of {', '.join(PARTS)}.")


@cache
def recorded() -> tuple[Event, ...]:
    """Return the packaged list, an event a CCG, in the order in which it was recorded."""
    return tuple(events_of(read_rows("special_measures_events")))


def events_of(rows: Iterable[Mapping[str, str]]) -> Iterator[Event]:
    """Yield the events of a table; a row may name several CCGs, by codes parted by semicolons."""
    for row in rows:
        days = Between(date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"]))
        for code in row["ccg_codes"].split(";"):
            yield Event(
                code,
                days,
                row["event"],  # type: ignore[arg-type]  # checked as the event is made
                row["regime"],  # type: ignore[arg-type]  # checked as the event is made
                row["source"],
                row["kind"],
                tuple(part for part in row["parts"].split(";") if part),
                date.fromisoformat(row["until"]) if row["until"] else None,
                row["given_to"],
                row["dated"],
                row["detail"],
                float(row["confidence"]),
                row["provenance"],
            )
