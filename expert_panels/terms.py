"""The panels' terms of reference: who sits on which panel, when, and how many must sign.

Belongs here: the frozen models of a terms file, reading the files, finding who held a seat on a day.
Does not belong here: what a decision does (ledger/fold.py), the record of decisions (ledger/record.py).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, StrictBool, StrictInt, ValidationError, model_validator

from expert_panels.declared import Frozen, read
from expert_panels.foundation.fault import Fault

PACKAGED_TERMS = Path(__file__).parent / "terms"
"""The folder of the packaged terms: six panels of made-up demonstration members."""


class Member(Frozen):
    """A person in a role from one day to another, both included; `to` of None is open-ended."""

    name: str = Field(min_length=1)
    role: str = Field(min_length=1)
    email: str = Field(pattern=r"^[!-?\[-~]+@[!-?\[-~]+$")  # ASCII, in small letters
    since: date = Field(alias="from")
    to: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to is not None and self.to < self.since:
            raise ValueError(f"the term of {self.email} ends on {self.to}, before it begins on {self.since}")
        return self

    def serves_on(self, day: date) -> bool:
        """Return whether `day` lies in the person's term."""
        return self.since <= day and (self.to is None or day <= self.to)


class Quorum(Frozen):
    """How many distinct members must approve, and whether the chair or the deputy must be among them."""

    members: StrictInt = Field(ge=1)
    chair_or_deputy: StrictBool
    provenance: Literal["found", "derived", "memory", "assumed"]
    source: str = Field(min_length=1)


class Terms(Frozen):
    """The terms of reference of one panel.

    `members` hold the seats. `officers` hold none and have no vote: two of them, in two roles, may override.
    Who has not decided is reminded each `reminder_after_days`, without it never.
    A person who leaves keeps the line with an end date, so that what was signed in term keeps counting.
    `may_moderate` are the codes of the judgements that the body may change before it confirms: none, but for
    the committee over the overall rating. `approval` is what an approval of this body means, where that is
    not the verification of ratings.
    """

    panel: str = Field(pattern=r"^[a-z][a-z_]*$")
    area: str = Field(min_length=1)
    title: str = Field(min_length=1)
    is_made_up: StrictBool
    chair_role: str = Field(min_length=1)
    deputy_role: str = Field(min_length=1)
    quorum: Quorum
    declaration_of_interests: str = Field(min_length=1)
    reminder_after_days: StrictInt | None = Field(default=None, ge=1)
    members: tuple[Member, ...]
    officers: tuple[Member, ...] = ()
    may_moderate: tuple[str, ...] = ()
    approval: str = ""

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        _refuse_overlaps((*self.members, *self.officers))
        seats = {member.email for member in self.members}
        if self.quorum.members > len(seats):
            raise ValueError(f"a quorum of {self.quorum.members} cannot be met by {len(seats)} members")
        if self.quorum.chair_or_deputy and not any(self.leads(member.role) for member in self.members):
            raise ValueError(
                f"no member is {self.chair_role!r} or {self.deputy_role!r}, one of whom must sign"
            )
        return self

    @cached_property
    def text(self) -> str:
        """The content as sorted JSON without spaces, as a line of the ledger carries it."""
        content = self.model_dump(mode="json", by_alias=True)
        for later in ("may_moderate", "reminder_after_days", "approval"):
            if not content[later]:  # terms that say nothing of it have the version that they always had
                del content[later]
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def version(self) -> str:
        """The sha256 of the content, so that a ledger line says under which terms it was written."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    def is_laxer_than(self, other: "Terms") -> bool:
        """Return whether fewer signatures are enough by these terms, or none of chair or deputy."""
        own, others = self.quorum, other.quorum
        return own.members < others.members or own.chair_or_deputy < others.chair_or_deputy

    def leads(self, role: str) -> bool:
        """Return whether `role` is the chair's or the deputy's."""
        return role in (self.chair_role, self.deputy_role)

    def members_on(self, day: date) -> tuple[Member, ...]:
        """Return who holds a seat on `day`."""
        return tuple(member for member in self.members if member.serves_on(day))

    def member(self, email: str, day: date) -> Member | None:
        """Return the member who signs as `email` on `day`, or None when nobody of that address has a seat."""
        return next((each for each in self.members_on(day) if each.email == email), None)

    def officer(self, email: str, day: date) -> Member | None:
        """Return the officer who may override as `email` on `day`, or None."""
        return next((each for each in self.officers if each.email == email and each.serves_on(day)), None)


@lru_cache(maxsize=256)
def terms_in(text: str) -> Terms | None:
    """Return the terms that a line of the ledger carries; None for a text that is none, or not as we
    write it."""
    try:
        terms = Terms.model_validate_json(text)
    except ValidationError:
        return None
    return terms if terms.text == text else None


def _refuse_overlaps(people: Iterable[Member]) -> None:
    # One person is one voice: two terms of an address, or of a name, may follow each other, never overlap.
    terms_of: dict[str, list[Member]] = defaultdict(list)
    for person in people:
        terms_of[person.email].append(person)
        terms_of[" ".join(person.name.split()).casefold()].append(person)
    for terms in terms_of.values():
        terms.sort(key=lambda term: term.since)
        for earlier, later in pairwise(terms):
            if earlier.serves_on(later.since):
                who = later.email if later.email == earlier.email else f"{later.name} ({later.email})"
                raise ValueError(f"{who} is listed twice for {later.since}")


def _read(path: Path) -> Terms:
    example = f"holds no terms of reference; write `panel: {path.stem}` and so on"
    terms = read(path, Terms, Fault, example)
    if terms.panel != path.stem:
        raise Fault(f"{path.name}: panel: {terms.panel!r} is not the name of the file.")
    return terms


def load_terms(folder: Path = PACKAGED_TERMS) -> dict[str, Terms]:
    """Return the terms of every panel by panel key, from the `<panel>.yaml` files in `folder`.

    Raises Fault for the first file, in order of names, that cannot be used whole.
    """
    if not folder.is_dir():
        raise Fault(f"{folder}: there is no such folder of terms of reference.")
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    stray = next((path for path in files if path.suffix != ".yaml"), None)
    if stray is not None:
        raise Fault(f"{stray.name}: a folder of terms holds only <panel>.yaml files; rename or remove it.")
    if not files:
        raise Fault(f"{folder}: holds no <panel>.yaml file.")
    by_panel = {path.stem: _read(path) for path in files}
    area_of: dict[str, str] = {}
    for panel, terms in by_panel.items():
        if terms.area in area_of:
            raise Fault(f"{panel}.yaml: area {terms.area!r} is {area_of[terms.area]}.yaml's already.")
        area_of[terms.area] = panel
    return by_panel
