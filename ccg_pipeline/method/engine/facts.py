"""What the engine works on: what is known of organisations, and what has been worked out of them.

Belongs here: facts, states of nodes.
Does not belong here: any rule (scoring.py, combining.py, grading.py), the order of nodes (run.py).

Arrays of scores and grades have the shape (draws, organisations): one draw for what is published, or what is
the same in all draws.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ccg_pipeline.framework.vocabulary.rule import Way
from ccg_pipeline.framework.vocabulary.scoring import COUNTS
from ccg_pipeline.method.statistics.grid import Booleans, Floats, Integers, Strings


@dataclass(frozen=True)
class Counts:
    """The counts and limits of published figures, (organisations,) each; NaN where it was not published."""

    numerator: Floats
    denominator: Floats
    lower_95: Floats
    upper_95: Floats


@dataclass(frozen=True)
class Facts:
    """What is known of organisations, by measure, for whatever edition.

    ``values`` (draws, organisations) in the published unit. ``judgements`` (draws, organisations) of labels,
    '' where there is none. ``others``: by measure the figure of an organisation that is not assessed, such as
    England: one for all, or (organisations,) where each is set against that of the same period. ``periods``
    (organisations,): which period a figure is of; of one where nothing is said. ``attributes``
    (organisations,), None or NaN where unknown. ``shared`` (organisations,): the number of the first who has
    the same published figure, by measure, where more than one has it. ``why`` (organisations,): why there is
    no figure, '' where there is one. What is not there at all is missing for every organisation.
    """

    organisations: Sequence[str]
    values: Mapping[str, Floats] = field(default_factory=dict)
    judgements: Mapping[str, Strings] = field(default_factory=dict)
    counts: Mapping[str, Counts] = field(default_factory=dict)
    others: Mapping[str, Mapping[str, Floats | float]] = field(default_factory=dict)
    periods: Mapping[str, Floats] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    shared: Mapping[str, Integers] = field(default_factory=dict)
    why: Mapping[str, Strings] = field(default_factory=dict)

    def value(self, measure: str) -> Floats:
        """Return a measure's figures; NaN for all where there are none."""
        found = self.values.get(measure)
        return np.full((1, len(self.organisations)), np.nan) if found is None else found

    def judgement(self, measure: str) -> Strings:
        """Return a measure's judgements; '' for all where there are none."""
        found = self.judgements.get(measure)
        return np.full((1, len(self.organisations)), "", dtype=object) if found is None else found

    def count(self, measure: str) -> Counts:
        """Return the counts and limits of a measure's figures; NaN where there are none."""
        found = self.counts.get(measure)
        none = np.full(len(self.organisations), np.nan)
        return Counts(none, none, none, none) if found is None else found

    def sharing(self, measure: str, by: str | None) -> Integers:
        """Return one number for those who share a published figure; their own for others, (organisations,).

        By an attribute, or ``counts``: those whose figure is made of the same counts. Without `by`, those of
        whom `shared` says so.
        """
        own = np.arange(len(self.organisations))
        if by is None:
            return self.shared.get(measure, own)
        if by == COUNTS:
            count = self.count(measure)
            has = np.isfinite(count.numerator) & (count.denominator > 0)
            pairs = zip(count.numerator, count.denominator, has, strict=True)
            said: Iterable[Any] = [(x, n) if there else None for x, n, there in pairs]
        else:
            said = self.attributes.get(by, ())
        first: dict[Any, int] = {}
        for at, one in enumerate(said):
            if one is not None and one == one and one != "":
                own[at] = first.setdefault(one, at)
        return own

    def shared_count(self, measure: str, by: str | None) -> Counts:
        """Return the counts of a measure, of those who share a figure together: each counts its own part.

        Where they share it by ``counts``, each has all of it.
        """
        count, own = self.count(measure), self.sharing(measure, by)

        def together(x: Floats) -> Floats:
            whole = np.bincount(own, weights=np.nan_to_num(x), minlength=len(own))[own]
            return np.where(np.isnan(x), np.nan, whole)

        if by == COUNTS or (own == np.arange(len(own))).all():
            return count
        return replace(count, numerator=together(count.numerator), denominator=together(count.denominator))

    def other(self, organisation: str, measure: str) -> Floats:
        """Return the figure of another that each organisation is set against, (organisations,)."""
        found = self.others.get(organisation, {}).get(measure, np.nan)
        return np.broadcast_to(np.asarray(found, dtype=float), len(self.organisations))

    def period(self, measure: str) -> Floats:
        """Return a number for the period of each figure, (organisations,); the same where nothing is said."""
        found = self.periods.get(measure)
        return np.zeros(len(self.organisations)) if found is None else found

    def reason(self, measure: str) -> Strings:
        """Return why there is no figure, where something is said; '' elsewhere."""
        found = self.why.get(measure)
        return np.full(len(self.organisations), "", dtype=object) if found is None else found


@dataclass(frozen=True)
class Changed:
    """Which organisations a step changed, of the published figures: number of the step, (organisations,)."""

    step: int
    where: Booleans


@dataclass(frozen=True)
class State:
    """What the steps of a node have come to.

    ``score`` and ``grade`` (draws, organisations), grade 1 best, None before a step grades. ``better``: which
    way the score is. ``n_used`` (organisations,) of ``n_expected`` members are there, of the published
    figures. ``why`` (organisations,): why there is no score, '' where there is one. ``changed``: what
    adjustments changed.
    """

    score: Floats
    better: Way
    grade: Floats | None = None
    n_used: Integers | None = None
    n_expected: int = 0
    why: Strings | None = None
    changed: tuple[Changed, ...] = ()

    @property
    def outcome(self) -> Floats:
        """The grade where there is one, else the score."""
        return self.score if self.grade is None else self.grade
