"""What the room asks of the pipeline: the table that a round is about, in words that people read.

Belongs here: the protocol that the pipeline implements, and the frozen pieces it hands over. Every figure
comes as text with its unit, since the room shows figures and computes none.
Does not belong here: any implementation, any knowledge of what is measured or how it is rated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from expert_panels.ledger.line import Line


@dataclass(frozen=True)
class Measure:
    """An indicator that is in the table; `decides` says whether the rating rests on it."""

    code: str
    name: str
    unit: str
    better: str
    why_it_matters: str
    decides: bool


@dataclass(frozen=True)
class Figure:
    """One measure of one organisation, each part in words; '' where there is none.

    `band` is what the figure comes to where it has no `grade`. `better` and `worse` say how far the figure is
    from its next grade, in its own unit and in people, `why` says why it has no grade. `margin` is the
    distance to the nearest other grade in standard errors, `order` the bare figure, by which a table is
    sorted, `choices` the judgements that could take this one's place.
    """

    measure: str
    value: str
    counts: str
    interval: str
    reference: str
    period: str
    band: str
    grade: str
    better: str
    worse: str
    why: str
    note: str
    margin: float | None = None
    order: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """What the figure comes to, in one vocabulary: its grade, else its band, else why it has neither."""
        return self.grade or self.band or self.why


@dataclass(frozen=True)
class Organisation:
    """One row of the table: an organisation, its candidate rating, and the figures under it.

    `grade` counts from 1, the best, and is None where there is no rating: `why` then says why. `close` says
    which single change of a figure would bring another rating, `closeness` how small that change is (None
    where no single change would), `again` how often the same, measured again, would earn this rating, in a
    sentence ('' where it is not known), `is_unlikely` whether another rating would be earned more often.
    """

    code: str
    name: str
    region: str
    grade: int | None
    rating: str
    score: str
    used: str
    why: str
    figures: tuple[Figure, ...]
    similar: tuple[str, ...] = ()
    close: str = ""
    closeness: float | None = None
    again: str = ""
    is_unlikely: bool = False


@dataclass(frozen=True)
class Cut:
    """A line on a scale, and what it parts."""

    at: float
    label: str


@dataclass(frozen=True)
class Spread:
    """What a picture shows: the values of all organisations on a scale, and the lines between the grades."""

    title: str
    scale: str
    values: tuple[float, ...]
    cuts: tuple[Cut, ...]


@dataclass(frozen=True)
class CandidateTable:
    """The exact rows behind a `subject_sha256`, and what is to be said of all of them.

    `labels` are the ratings, best first. `notes` are sentences for the panel about the quality of the data,
    `distance` is the unit of each row's `closeness`, `kind` the word for one organisation, `similar_by` what
    the similar ones of each were chosen by.
    """

    panel: str
    lane: str
    partition_key: str
    subject_sha256: str
    labels: tuple[str, ...]
    measures: tuple[Measure, ...]
    organisations: tuple[Organisation, ...]
    spreads: tuple[Spread, ...]
    is_made_up: bool
    notes: tuple[str, ...] = ()
    distance: str = "standard errors"
    kind: str = "CCG"
    similar_by: str = ""

    @property
    def kinds(self) -> str:
        """The word for several organisations."""
        return f"{self.kind[:-1]}ies" if self.kind.endswith("y") else f"{self.kind}s"

    @property
    def kind_head(self) -> str:
        """The word for one organisation as the head of a column."""
        return self.kind[:1].upper() + self.kind[1:]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rating -> organisations that have it, best first; last those without one, under ''."""
        found = {label: sum(one.rating == label for one in self.organisations) for label in self.labels}
        return found | {"": sum(not one.rating for one in self.organisations)}

    @cached_property
    def unlikely(self) -> tuple[Organisation, ...]:
        """The organisations whose rating would probably not be repeated, were the same measured again."""
        return tuple(one for one in self.organisations if one.is_unlikely)

    @cached_property
    def by_code(self) -> dict[str, Organisation]:
        """The organisations by their codes."""
        return {one.code: one for one in self.organisations}


@dataclass(frozen=True)
class DoubtedFigure:
    """A figure of one organisation that does not meet an expectation, in words.

    `decides` says which rating would be another without it, and in which assessment; '' for none.
    """

    organisation: str
    said: str
    decides: str


@dataclass(frozen=True)
class Doubt:
    """An expectation that figures of a table do not meet; without `figures` it is about all of them."""

    about: str
    expectation: str
    severity: str
    sentence: str
    figures: tuple[DoubtedFigure, ...]


@dataclass(frozen=True)
class Plausibility:
    """What was found when the figures of a table were held against the world.

    `held` is how many expectations they meet. `unchecked` names figures of which nothing was found out.
    """

    held: int
    doubts: tuple[Doubt, ...]
    unchecked: tuple[str, ...]

    def of(self, organisation: str) -> list[tuple[Doubt, DoubtedFigure]]:
        """Return what is doubted of one organisation's figures."""
        return [
            (doubt, figure)
            for doubt in self.doubts
            for figure in doubt.figures
            if figure.organisation == organisation
        ]


@dataclass(frozen=True)
class RefusedRow:
    """A row of a source file that was refused, whole, with every reason."""

    file: str
    place: str
    about: str
    reasons: str
    raw: str


@dataclass(frozen=True)
class Drawing:
    """A picture as SVG whose text was escaped and whose title says what it shows; `title` is its caption."""

    title: str
    svg: str


@dataclass(frozen=True)
class Context:
    """What a figure is seen against: England's for the same measure, all others', its own of before."""

    england: str = ""
    drawings: tuple[Drawing, ...] = ()


@dataclass(frozen=True)
class MethodNumber:
    """A number or choice of the method: `provenance` is found, derived, memory or assumed."""

    item: str
    value: str
    unit: str
    provenance: str
    source: str


class Candidates(Protocol):
    """Where the tables come from. Whatever was ever submitted to a panel can be asked for for ever."""

    def table(self, subject_sha256: str) -> CandidateTable | None:
        """Return the table with that fingerprint, or None when no candidate ever had it."""
        ...

    def refused_rows(self, panel: str) -> Sequence[RefusedRow]:
        """Return the rows, refused until now, that could have been figures of the panel's area."""
        ...

    def plausibility(self, subject_sha256: str) -> Plausibility:
        """Return what was found of the figures that the table with that fingerprint rests on."""
        ...

    def method(self, panel: str) -> Sequence[MethodNumber]:
        """Return every number by which the panel's area is rated."""
        ...

    def certificate(self, line: Line) -> bytes:
        """Return the signed certificate of a decision's line."""
        ...

    def issue(self) -> None:
        """Issue the certificate of each decision without a receipt, and send both to who decided, once.

        What cannot be issued now is left to the next call; nothing is raised for it.
        """
        ...

    def released(self, lane: str, partition_key: str) -> Mapping[str, str]:
        """Return the fingerprint of each body's table that the newest release of a round shows."""
        ...

    def context(self, subject_sha256: str, organisation: str) -> Mapping[str, Context]:
        """Return, by measure, what one organisation's figures are seen against."""
        ...

    def bodies(self, lane: str) -> Sequence[str]:
        """Return the keys of all who decide in a lane, in the order of the board."""
        ...

    def is_made_up(self) -> bool:
        """Return whether the figures were drawn and not published, which every page then says."""
        ...

    def round_name(self, lane: str, partition_key: str) -> str:
        """Return what people call the rounds of a lane and partition: `interim assessment, 2017-03`."""
        ...
