"""What a site says of a round, whatever the framework: its organisations, and all that is rated or measured.

Belongs here: the shapes that the pages, the pictures and the data are made from.
Does not belong here: where they come from (of_lanes.py, of_rounds.py), how a page looks (templates/).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from ccg_pipeline.publish.naming import plural
from ccg_pipeline.publish.site.addresses import address_of, slug
from ccg_pipeline.reference.special_measures.register import Register
from ccg_pipeline.release.tables import OVERRIDDEN
from ccg_pipeline.tables.column import Table

SIDES = {
    "better": "better", "above": "better", "worse": "worse", "below": "worse", "like": "like",
    "cannot": "like", "inside": "like", "outside": "outside",
}  # fmt: skip
"""The side of a reference that a verdict names, by its first word."""


class Outcome(NamedTuple):
    """What one organisation came to in one subject. Texts are '' and numbers NaN where there is none."""

    text: str = ""
    """The grade in words, or the figure with its unit."""
    number: float = math.nan
    lower: float = math.nan
    upper: float = math.nan
    grade: int = 0
    """1 is best; 0 for none."""
    verdict: str = ""
    """Where it lies against its reference, in words."""
    sure: str = ""
    """How sure it is, in a sentence."""
    change: str = ""
    """What would change it, in a sentence."""
    because: str = ""
    """Why it is not what its members come to, where a rule changed it."""
    reference: float = math.nan
    reference_text: str = ""
    counts: str = ""
    denominator: float = math.nan
    standard_error: float = math.nan
    period: str = ""
    why: str = ""
    """Why there is none, in a sentence."""
    where: str = ""
    """Source file, sheet and cell."""
    pool: str = ""
    """Among whom its place is counted; '' among all."""
    place: int = 0
    set_first: int = 0
    set_last: int = 0
    before: str = ""
    """What it was in the round before, as `text`."""
    trend: tuple[tuple[str, float], ...] = ()
    """End of the data period and number in each released round, in order; the own one is the last."""

    @property
    def side(self) -> str:
        """On which side of its reference it lies: better, worse, like or outside (a range); '' of none."""
        found = (side for word, side in SIDES.items() if self.verdict.startswith(word))
        return next(found, "")


NOTHING = Outcome()


@dataclass(frozen=True)
class Subject:
    """Something that is rated, scored or measured for each organisation."""

    key: str
    code: str
    title: str
    level: str
    outcomes: Mapping[str, Outcome]
    unit: str = ""
    labels: tuple[str, ...] = ()
    better: str = "none"
    parent: str = ""
    about: tuple[tuple[str, str], ...] = ()
    """Heads and sentences: what it is, why it matters, who publishes it, how it is worked out."""
    members: tuple[str, ...] = ()
    verification: str = ""
    statement: tuple[tuple[str, str], ...] = ()
    """Heads and sentences of what its panel decided."""
    is_withheld: bool = False
    cuts: tuple[float, ...] = ()
    widening: float = 0.0
    """Variance by which the limits of a funnel are widened."""
    exact: tuple[str, float] | None = None
    """Where small counts have exact limits: ``binomial`` or ``poisson``, and per how many."""
    trend: tuple[tuple[str, float], ...] = ()
    """Period and value of the reference in the rounds that are released, in order."""
    has_places: bool = False
    critics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What critics ask of a place, by organisation: a cell under each of `critic_heads`."""
    critic_heads: tuple[str, ...] = ()
    league_notes: tuple[str, ...] = ()
    """What has to be known of its league, beyond what no place can say."""
    page: str = ""

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return self.page or slug(self.key)

    @property
    def heading(self) -> str:
        """Its title, and where its rating is out without the verification that it should have, that word."""
        return f"{self.title}, {self.verification}" if OVERRIDDEN in self.verification else self.title

    @property
    def folder(self) -> str:
        """The folder of its page: its level as an address."""
        return slug(self.level)

    @property
    def address(self) -> str:
        """Where its page is, within the round."""
        return f"{self.folder}/{self.slug}.html"

    @property
    def league(self) -> str:
        """Where its league is, within the round."""
        return f"league/{self.slug}.html"

    @cached_property
    def scale(self) -> tuple[float, float]:
        """The least and the greatest number that a picture of it has to hold; (0, 1) without any."""
        values = [x for one in self.outcomes.values() for x in (one.number, one.reference) if x == x]
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        return (low, high) if high > low else (low - 0.5, high + 0.5)

    @cached_property
    def reference(self) -> tuple[float, str]:
        """The value that most are compared with, and its words; NaN and '' without one."""
        texts = [one.reference_text for one in self.outcomes.values() if one.reference_text]
        if not texts:
            return math.nan, ""
        text = max(sorted(set(texts)), key=texts.count)
        return next(one.reference for one in self.outcomes.values() if one.reference_text == text), text

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many organisations have which grade, best first; those without any are left out."""
        found = dict.fromkeys(self.labels, 0)
        for one in self.outcomes.values():
            if one.grade and one.text in found:
                found[one.text] += 1
        return found

    @cached_property
    def is_compared(self) -> bool:
        """Whether anything of it is held against a reference."""
        return any(one.side for one in self.outcomes.values())

    @cached_property
    def quarters(self) -> tuple[float, ...]:
        """Four equal parts of the organisations by their number: the least, three lines, the greatest."""
        numbers = sorted(one.number for one in self.outcomes.values() if one.number == one.number)
        if len(set(numbers)) < 4:
            return ()
        return tuple(numbers[round(part * (len(numbers) - 1) / 4)] for part in range(5))

    @property
    def n_without(self) -> int:
        """How many have neither a grade nor a figure."""
        return sum(not one.text for one in self.outcomes.values())


@dataclass(frozen=True)
class Organisation:
    """An organisation: its code and name, to what it belongs, and who resembles it most."""

    code: str
    name: str
    group: str = ""
    similar: tuple[str, ...] = ()
    standings: tuple[str, ...] = ()
    """What a register says of it on the last day of the data, in sentences."""
    page: str = ""

    @property
    def heading(self) -> str:
        """What people call it: its name, and where that is not known its code."""
        return self.name or self.code

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return self.page or slug(self.code)

    @property
    def address(self) -> str:
        """Where its page is, within the round."""
        return f"organisation/{self.slug}.html"


@dataclass(frozen=True)
class Exported:
    """A table as it is downloaded, and the definition of its columns."""

    table: Table
    frame: pd.DataFrame


@dataclass(frozen=True)
class Round:
    """A released round: everything that is said of it."""

    edition: str
    edition_title: str
    lane: str
    name: str
    title: str
    noun: str
    data_until: str
    is_made_up: bool
    is_official: bool
    serial: int
    sha256: str
    made_at: str
    verification: str
    organisations: tuple[Organisation, ...]
    subjects: tuple[Subject, ...]
    tables: tuple[Exported, ...]
    assumed: tuple[tuple[str, str, str], ...]
    """Each assumed number: what, its value with its unit, and why."""
    cannot_say: str
    """What a place in a league cannot say."""
    example: tuple[tuple[str, str], ...] = ()
    """How one rating comes about, step by step."""
    robustness: tuple[str, ...] = ()
    although: tuple[str, ...] = ()
    """What it was released in spite of, in sentences."""
    register: Register | None = None
    """The register of special measures as its release knows it."""
    map_key: str = ""
    """The reference map that its organisations are on; '' for none."""
    glossary: tuple[tuple[str, str], ...] = ()
    """The framework's own words, and what they mean."""

    @property
    def nouns(self) -> str:
        """What its organisations are called."""
        return plural(self.noun)

    @property
    def address(self) -> str:
        """The folder of its pages, which never changes."""
        return address_of(self.edition, self.lane, self.name)

    @cached_property
    def levels(self) -> dict[str, list[Subject]]:
        """The subjects by level, in their order."""
        found: dict[str, list[Subject]] = {}
        for one in self.subjects:
            found.setdefault(one.level, []).append(one)
        return found

    @cached_property
    def ungraded(self) -> dict[str, list[Subject]]:
        """The subjects without grades by level, in their order; a level without any is left out."""
        found = {level: [one for one in own if not one.labels] for level, own in self.levels.items()}
        return {level: own for level, own in found.items() if own}

    @cached_property
    def by_key(self) -> dict[str, Subject]:
        """The subjects by key."""
        return {one.key: one for one in self.subjects}

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of the organisations by code."""
        return {one.code: one.name for one in self.organisations}

    @property
    def headline(self) -> Subject:
        """What the round is about first: the overall rating where there is one."""
        return self.subjects[0]


@dataclass(frozen=True)
class Decided:
    """A release of a round, as it is listed: its number, when it was made, and what is to be said of it."""

    serial: int
    made_at: str
    sha256: str
    state: str
    """current, or superseded by which release."""
    changes: tuple[str, ...] = ()
    """What it changed, in sentences; of the first none."""
    withdrawn: tuple[str, ...] = ()
    although: tuple[str, ...] = ()


@dataclass(frozen=True)
class Publication:
    """A round with its releases, its date, and who saw it before."""

    round: Round
    releases: tuple[Decided, ...] = ()
    publish_at: str = ""
    access: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
