"""What is wanted of publishers' files: the measures that the editions in force read, and how each is checked.

Belongs here: a measure, and the union of the measures of editions of either model.
Does not belong here: where a measure is in a file (each reader), what becomes of its figures (editions).

A measure is a fact of a publication and belongs to no edition; it is named ``publication/code``.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import Literal

from ccg_pipeline.framework import edition as of_vocabulary
from ccg_pipeline.framework.limits import limits_of_unit
from ccg_pipeline.framework.model import Edition, Publication
from ccg_pipeline.framework.round_dates import first_month
from ccg_pipeline.framework.rounds import FIRST_MONTH
from ccg_pipeline.framework.vocabulary.scoring import Labels
from expert_panels.foundation.fault import Fault

Kind = Literal["proportion", "rate", "mean", "index", "count", "milestones", "judgement", "figure"]


SINCE = date.fromisoformat(f"{FIRST_MONTH}-01")
"""The first day of the periods that are asked for, where no edition is of an earlier year."""

YEARS_BEFORE = 3
"""Of so many years before its own an edition may use figures, as a month of the IAF may (assumed)."""


def measure_of(publication: str, code: str) -> str:
    """The name of a measure: its publication's key and its code there."""
    return f"{publication}/{code}"


@dataclass(frozen=True)
class Measure:
    """One measure, and what its figures may be.

    A ``proportion`` is in percent; a ``figure`` is any finite number. ``labels`` are those of a judgement;
    without them a judgement may be any word. ``scale`` times numerator over denominator is the value, and
    with ``counts_decide`` a published value must agree with it. ``organisation`` is the kind of organisation
    whose it is. A value lies from ``least`` to ``most``. ``whole`` are the counts that are whole numbers,
    ``named`` the labels that an edition names of a judgement that may be any word.
    """

    name: str
    kind: Kind = "figure"
    organisation: str = "organisation"
    scale: float = 1.0
    labels: tuple[str, ...] = ()
    counts_decide: bool = False
    least: float = -inf
    most: float = inf
    whole: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def publication(self) -> str:
        """Key of the publication that says it."""
        return self.name.partition("/")[0]

    @property
    def code(self) -> str:
        """Its code within the publication."""
        return self.name.partition("/")[2]

    @property
    def may_be_negative(self) -> bool:
        """A gradient, a difference or any figure may; a share, a count or a rate may not."""
        return self.kind in ("index", "mean", "figure")

    def label(self, word: str) -> str:
        """The label that a published word means, in any case; "" for none.

        Where not all labels are known, a word that is none of those that are `named` is what it says.
        """
        if self.kind != "judgement":
            return ""
        known = {label.casefold(): label for label in self.labels or self.named}
        return known.get(word.casefold(), "" if self.labels else word)


@dataclass(frozen=True)
class Wanted:
    """The measures that are asked for, by name; the publications that are known, by key.

    ``supplemented`` are codes that publications other than their own may tell of as well. ``attributes`` are
    those of organisations that editions go by, each with whether it is a number. ``since``: of periods that
    end before this day nothing is asked.
    """

    measures: Mapping[str, Measure]
    publications: Mapping[str, Publication]
    supplemented: Mapping[str, Measure] = field(default_factory=dict)
    attributes: Mapping[str, bool] = field(default_factory=dict)
    since: date = SINCE

    def measure(self, publication: str, code: str) -> Measure | None:
        """The measure that a publication's code means; None where nobody asks for it."""
        return self.measures.get(measure_of(publication, code)) or self.supplemented.get(code)

    def of(self, publication: str) -> tuple[Measure, ...]:
        """The measures that are asked of a publication."""
        return tuple(one for one in self.measures.values() if one.publication == publication)

    def publication(self, key: str) -> Publication:
        """The publication of that key: one that an edition describes, or one with nothing known of it."""
        return self.publications.get(key) or undescribed(key)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all publications that something is known of or asked of."""
        return tuple(
            dict.fromkeys([*self.publications, *(one.publication for one in self.measures.values())])
        )

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of all measures."""
        return tuple(one.code for one in self.measures.values())

    @property
    def organisation_kinds(self) -> tuple[str, ...]:
        """Kinds of the organisations whose measures they are."""
        return tuple(sorted({one.organisation for one in self.measures.values()}))

    def codes_of_kind(self, *kinds: Kind) -> frozenset[str]:
        """Codes of the measures of these kinds."""
        return frozenset(one.code for one in self.measures.values() if one.kind in kinds)

    def source_of(self, publication: str) -> str:
        """The key under which a publication's files are taken in; "" where nothing is asked of it."""
        return publication if publication in self.keys else ""

    def fingerprint(self, publication: str | None = None) -> str:
        """Changes when what is asked of a publication (or of all) changes; "" where nothing is."""
        asked = list(self.measures.values())
        if publication is not None:
            others = self.supplemented.values() if publication in self.publications else ()
            asked = [*self.of(publication), *others]
        said = sorted(map(repr, asked)) + sorted(map(repr, self.attributes.items()))
        said += [f"since {self.since}"] * (self.since != SINCE)
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12] if asked else ""


def wanted_by(*editions: "Edition | of_vocabulary.Edition | Wanted") -> Wanted:
    """What editions want together. Of a measure that several read, the first says how it is checked.

    Raises Fault where two measures have the same code, for observations are kept by code.
    """
    measures: dict[str, Measure] = {}
    publications: dict[str, Publication] = {}
    supplemented: dict[str, Measure] = {}
    attributes: dict[str, bool] = {}
    since = SINCE
    for edition in editions:
        if isinstance(edition, Wanted):
            found: Iterator[Measure] = iter(edition.measures.values())
            attributes |= edition.attributes
            since = min(since, edition.since)
            publications = {**edition.publications, **publications}
            supplemented = {**edition.supplemented, **supplemented}
        elif isinstance(edition, Edition):
            found = iter(own := tuple(_of_blocks(edition)))
            publications = {**{one.key: one for one in edition.publications}, **publications}
            supplemented = {**{one.code: one for one in own}, **supplemented}
        else:
            found = _of_nodes(edition)
            attributes |= {name: name in edition.weights for name in edition.attributes}
            if edition.rounds:
                since = min(since, date(first_month(edition)[0] - YEARS_BEFORE, 1, 1))
        for one in found:
            measures.setdefault(one.name, one)
    by_code: dict[str, str] = {}
    for one in measures.values():
        if by_code.setdefault(one.code, one.name) != one.name:
            raise Fault(
                f"The measures {by_code[one.code]} and {one.name} have one code, and observations are kept "
                "by code: give one of them another code."
            )
    return Wanted(measures, publications, supplemented, attributes, since)


def undescribed(key: str) -> Publication:
    """A publication of which no edition says more than its key, as a file in the declared layout may be."""
    return Publication(
        key=key,
        title=key,
        publisher="not said",
        layout="assumed",
        cadence="quarterly",
        level="any",
        stale_after_days=366,
        stale_provenance="assumed",
        stale_source="no edition says how often it comes out",
        provenance="assumed",
        source="named by an edition or a file",
    )


def _of_blocks(edition: Edition) -> Iterator[Measure]:
    """Indicators and supplementary measures of an edition with blocks, lanes and panels."""

    def labels(scale: str | None) -> tuple[str, ...]:
        return () if scale is None else tuple(edition.points_scale(scale).labels)

    for one in edition.indicators:
        yield Measure(
            one.measure,
            one.kind,
            "ccg",
            one.scale,
            labels(one.points_scale) if one.kind == "judgement" else (),
            one.standard_error in ("binomial", "poisson"),
            *limits_of_unit(one.unit, one.kind, one.scale),
            _whole(one.standard_error, one.unit),
        )
    for other in edition.supplementary:
        kind: Kind = "judgement" if other.points_scale else "proportion" if other.unit == "%" else "count"
        scale = labels(other.points_scale)
        whole = ("numerator",) if kind == "count" else ()
        yield Measure(other.measure, kind, other.level, 100.0, scale, whole=whole)


def _whole(standard_error: str, unit: str) -> tuple[str, ...]:
    """Which counts are whole: of a share both, of a rate those of events, but not full-time equivalents."""
    if standard_error == "binomial":
        return ("numerator", "denominator")
    return ("numerator",) if standard_error == "poisson" and not unit.startswith("FTE") else ()


def _of_nodes(edition: of_vocabulary.Edition) -> Iterator[Measure]:
    """Measures that an edition's nodes read: as words where labels or a condition ask for a word."""
    steps = [step for node in edition.nodes for step in node.steps]
    words: dict[str, list[str]] = defaultdict(list)
    for step in steps:
        if isinstance(step, Labels):
            words[step.measure] += step.points
    whens = [when for step in steps if (when := getattr(step, "when", None)) is not None]
    for one in [one for when in whens if hasattr(when, "conditions") for one in when.conditions]:
        if one.says:
            words[one.of] += one.says
    limits = {one.measure: one for one in edition.limits}
    for name in edition.measures:
        kind: Kind = "judgement" if name in words else "figure"
        own = limits.get(name)
        least = -inf if own is None or own.least is None else own.least
        most = inf if own is None or own.most is None else own.most
        named = tuple(dict.fromkeys(words.get(name, ())))
        yield Measure(name, kind, edition.organisation, least=least, most=most, named=named)
