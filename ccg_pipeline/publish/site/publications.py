"""Which rounds a database has released, of any framework, each as a publication.

Belongs here: finding them, and putting together a round, its history and what is said of it.
Does not belong here: what is said of a round (of_lanes.py, of_rounds.py), files (build.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Engine

from ccg_pipeline.framework.edition import Edition as AnyEdition
from ccg_pipeline.framework.edition import Round as EditionRound
from ccg_pipeline.framework.families import edition_named, shipped_editions
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.round_dates import days_of, rounds_by_lane
from ccg_pipeline.framework.rounds import last_day, words
from ccg_pipeline.publish.site.addresses import address_of
from ccg_pipeline.publish.site.calendar import Announced, due
from ccg_pipeline.publish.site.content import Publication, Round
from ccg_pipeline.publish.site.of_lanes import round_of_lane
from ccg_pipeline.publish.site.of_rounds import round_of_edition
from ccg_pipeline.publish.site.revisions import listed
from ccg_pipeline.release.archive import Release, released_rounds
from ccg_pipeline.release.bodies import terms_in_force
from ccg_pipeline.release.history import Bodies, dated_releases, statements, views_before
from ccg_pipeline.release.holds import released_although
from ccg_pipeline.release.released import Tables, released_before
from ccg_pipeline.release.rounds import ReleasedRound, round_of_release
from ccg_pipeline.storage.database import reading

Robustness = Callable[[Tables], Sequence[str]]
Found = tuple[str, str]
"""The lane and the partition key of something that is released."""
Read = Tables | ReleasedRound


@dataclass(frozen=True)
class Source:
    """A database with releases, and what reads them: the edition of 2016/17, other editions, terms.

    `others` are rounds of other editions by the lane of their releases; `robustness` gives of the tables of
    2016/17 how much depends on the choice of a rule.
    """

    engine: Engine
    edition: Edition
    others: Mapping[str, tuple[AnyEdition, EditionRound]] = field(default_factory=dict)
    robustness: Robustness = lambda _: ()

    @property
    def terms(self) -> Bodies:
        """The terms of reference of every body."""
        return terms_in_force([edition for edition, _ in self.others.values()])

    @property
    def _lanes(self) -> set[str]:
        return {one.key for one in self.edition.lanes}

    def name(self, found: Found) -> str:
        """Return what people call a partition: 2017-03, 2016-17, 2025-Q3."""
        return words(*found) if found[0] in self._lanes else found[1]

    def title(self, lane: str, name: str) -> str:
        """Return what people call a round that a calendar names."""
        if lane in self._lanes:
            return f"{self.edition.lane(lane).title}, {name}"
        return f"{self.others[lane][0].title}, {name}" if lane in self.others else f"{lane}, {name}"

    def address(self, found: Found) -> str:
        """Return the folder of a partition's pages."""
        lane, _ = found
        edition, own = (
            (self.edition.key, lane)
            if lane in self._lanes
            else (self.others[lane][0].key, self.others[lane][1].key)
        )
        return address_of(edition, own, self.name(found))

    def last(self, found: Found) -> date:
        """Return the last day of a partition."""
        lane, key = found
        return last_day(key) if lane in self._lanes else days_of(*self.others[lane], key)[1]

    def found(self) -> list[Found]:
        """Return what is released and can be read here, the newest first, a year before a month."""
        with reading(self.engine) as connection:
            every = released_rounds(connection)
        known = [one for one in every if one[0] in self._lanes or one[0] in self.others]
        return sorted(known, key=lambda one: (self.last(one), one[0] == "annual", one), reverse=True)

    def unknown(self) -> list[str]:
        """Return the lanes with releases of an edition that is not at hand."""
        with reading(self.engine) as connection:
            every = released_rounds(connection)
        return sorted({lane for lane, _ in every} - self._lanes - set(self.others))

    def read(self, one: Release) -> Read:
        """Read a release, checked against ledger and terms."""
        if one.lane in self._lanes:
            return released_before(self.engine, self.edition, one, self.terms)
        with reading(self.engine) as connection:
            return round_of_release(connection, *self.others[one.lane], one, self.terms)

    def earlier(self, found: Found, every: Sequence[Found]) -> list[Found]:
        """Return those of `every` that are before a partition and tell of its trends, in order of time."""
        is_lane = found[0] in self._lanes
        kin = [one for one in every if (one[0] in self._lanes if is_lane else one[0] == found[0])]
        return sorted((one for one in kin if self.last(one) < self.last(found)), key=self.last)


def source_of(
    engine: Engine, edition: Edition, named: Sequence[AnyEdition], robustness: Robustness
) -> Source:
    """Return a database as a source: editions of whatever is released in it, as `named` or as they ship."""
    own, shipped = {one.key: one for one in named}, shipped_editions()
    with reading(engine) as connection:
        keys = {lane.partition("/")[0] for lane, _ in released_rounds(connection) if "/" in lane}
    others = [own.get(key) or edition_named(key) for key in sorted(keys) if key in own or key in shipped]
    return Source(engine, edition, rounds_by_lane(others), robustness)


def publications_of(source: Source, wanted: Sequence[Found]) -> list[Publication]:
    """Return the publications of rounds in the order `wanted`.

    They give each other's trends and ratings of the round before: what is not due is in no page.
    """
    histories, newest = {}, dict[Found, Read]()
    for one in wanted:
        with reading(source.engine) as connection:
            histories[one] = dated_releases(connection, *one)
        newest[one] = source.read(histories[one][-1].release)
    found = []
    for one in wanted:
        releases, own = histories[one], newest[one]
        earlier = source.earlier(one, wanted)
        before = next((newest[each] for each in reversed(earlier) if each[0] == one[0]), None)
        with reading(source.engine) as connection:
            decided = statements(connection, releases[-1].release)
            access = views_before(connection, *one, releases[0].made_at, source.terms)
        round_ = _said(source, own, before, [newest[each] for each in earlier], decided)
        superseded = [_said(source, source.read(each.release)) for each in releases[:-1]]
        found.append(
            Publication(
                round=replace(round_, made_at=releases[-1].made_at),
                releases=listed(releases, [*superseded, round_]),
                access=access,
                notes=(*round_.although, *_notes(own, source)),
            )
        )
    return found


def _said(
    source: Source,
    own: Read,
    before: Read | None = None,
    history: Sequence[Read] = (),
    decided: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> Round:
    """What a release says; without what was decided it is one that is superseded, and is only compared."""
    header = own.release.header if isinstance(own, ReleasedRound) else own.header
    said = _said_of(source, own, before, history, decided)
    return replace(said, although=released_although(header.get("let_through", ())))


def _said_of(
    source: Source,
    own: Read,
    before: Read | None,
    history: Sequence[Read],
    decided: Mapping[str, Sequence[tuple[str, str]]] | None,
) -> Round:
    if isinstance(own, ReleasedRound):
        edition, one = source.others[own.release.lane]
        rounds = [each for each in history if isinstance(each, ReleasedRound)]
        earlier = before if isinstance(before, ReleasedRound) else None
        return round_of_edition(own, edition, one, earlier, rounds, decided)
    tables = [each for each in history if isinstance(each, Tables)]
    robustness = () if decided is None else source.robustness(own)
    earlier_tables = before if isinstance(before, Tables) else None
    return round_of_lane(own, source.edition, earlier_tables, tables, decided, robustness)


@dataclass(frozen=True)
class DuePublications:
    """What may be published at a time, and what is announced for later."""

    publications: tuple[Publication, ...]
    to_come: tuple[Announced, ...]


def publications_due(source: Source, calendar: Sequence[Announced] | None, now: datetime) -> DuePublications:
    """Return what is released and due at `now`, the newest first. Raises as reading a release does."""
    by_name = {(one[0], source.name(one)): one for one in source.found()}
    found = due(list(by_name), calendar, now)
    made = publications_of(source, [by_name[name] for name in found.published])
    times = found.published.values()
    return DuePublications(
        tuple(replace(one, publish_at=at) for one, at in zip(made, times, strict=True)), found.to_come
    )


def _notes(own: Read, source: Source) -> tuple[str, ...]:
    """Return what has to be known before anything else: what is withheld, and what is out unverified."""
    if isinstance(own, ReleasedRound):
        _, one = source.others[own.release.lane]
        names = {gate.panel: gate.name or gate.panel.replace("_", " ") for gate in one.gates}
        states = {panel: str(said["verification"]) for panel, said in own.release.header["panels"].items()}
    else:
        names = {one.key: one.name for one in source.edition.panels} | {"overall": "The overall rating"}
        states = own.verifications
    return tuple(
        f"{names[key][:1].upper()}{names[key][1:]}: {said}."
        for key, said in states.items()
        if said != "verified"
    )
