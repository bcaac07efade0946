"""Which error each measure of an edition has, and how large it is for every figure.

Belongs here: reading an edition's errors, events and exposures of figures, the spread between periods.
Does not belong here: priors (statistics/priors.py), random numbers (drawing.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.vocabulary.rule import plain
from ccg_pipeline.framework.vocabulary.scoring import Distance, Read
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.statistics.grid import Booleans, Floats, Integers
from ccg_pipeline.method.statistics.standard_errors import interval

LEAST_PAIRS = 10
"""So many organisations must have a figure in two successive periods; the spread of fewer says too little
(assumed)."""


@dataclass(frozen=True)
class Error:
    """A measure's error: ``binomial``, ``poisson``, ``interval`` or ``repeated``; counts are per `per`.

    `drawn_by`: the attribute by which organisations share one figure.
    """

    kind: str
    per: float = 1.0
    phi: float = 1.0
    drawn_by: str | None = None


@dataclass(frozen=True)
class Sampled:
    """The figures of a measure that have an error, `there` (organisations,), and what is known of them.

    Of those there, (n,): ``first`` the events, or the figure; ``second`` those exposed, or its standard
    error. Where one event brings many counts, both are divided by phi. ``family``: ``binomial``, ``poisson``
    or ``interval``. ``per`` turns a share or rate into the published unit. What is drawn of an ``interval``
    is held within ``lowest`` and ``highest``. A figure that several share is there once; ``of`` says of each
    of those there which it is.
    """

    family: str
    there: Booleans
    first: Floats
    second: Floats
    per: float
    lowest: float = -np.inf
    highest: float = np.inf
    of: Integers | None = None

    def of_each(self, x: Floats) -> Floats:
        """Return what is known of each figure, (…, n), for each organisation that is there."""
        return x if self.of is None else x[..., self.of]

    def standard_errors(self) -> Floats:
        """Return the standard error of each figure, (organisations,), in its unit; NaN where there is none.

        Of counts those of their own share or rate, half an event being added on either side (Jeffreys), so
        that none and all have an error too.
        """
        found = np.full(self.there.shape, np.nan)
        x, n = self.first, self.second
        if self.family == "binomial":
            share = (x + 0.5) / (n + 1)
            found[self.there] = self.of_each(np.sqrt(share * (1 - share) / n))
        else:
            found[self.there] = self.of_each(np.sqrt(x + 0.5) / n if self.family == "poisson" else n)
        return found * self.per


def errors_of(edition: Edition) -> dict[str, Error]:
    """Return the error of each measure that has one, as the steps of the edition say, the first of them."""
    found: dict[str, Error] = {}
    for node in edition.nodes:
        read = node.steps[0]
        if not isinstance(read, Read):
            continue
        for step in node.steps:
            if isinstance(step, Distance):
                of_counts = step.error != "interval"
                per = plain(step.per) if of_counts else 1.0
                error = Error(step.error, per, plain(step.phi), read.drawn_by)
                found.setdefault(read.measure, error)
        if read.error is not None:
            found.setdefault(read.measure, Error(read.error.value, drawn_by=read.drawn_by))
    return found


def sampled(measure: str, error: Error, facts: Facts, history: Sequence[Facts]) -> Sampled | None:
    """Return a measure's figures with their errors; None where there is not one that has an error.

    `facts` are those published, `history` those of the periods before, the latest first. A figure without
    what its error is told by (a denominator above 0, both limits) has none, and is held in draws.
    """
    value, count = facts.value(measure)[0], facts.shared_count(measure, error.drawn_by)
    if error.kind == "repeated":
        return _repeated(measure, facts, history, error.drawn_by)
    if error.kind == "interval":
        first, second = value, interval(count.lower_95, count.upper_95) * np.sqrt(error.phi)
    else:
        second = count.denominator
        counted = np.isfinite(count.numerator)
        first = np.where(counted, count.numerator, value * second / error.per)
        first = np.clip(first, 0, second if error.kind == "binomial" else None)
        first, second = first / error.phi, second / error.phi
    there = np.isfinite(value) & np.isfinite(first) & (second > 0)
    if not there.any():
        return None
    figures = Sampled(error.kind, there, first[there], second[there], error.per)
    return _once(figures, facts.sharing(measure, error.drawn_by))


def _once(figures: Sampled, sharing: Integers) -> Sampled:
    """The same with each shared figure once."""
    _, at, of = np.unique(sharing[figures.there], return_index=True, return_inverse=True)
    if len(at) == len(of):
        return figures
    return replace(figures, first=figures.first[at], second=figures.second[at], of=of)


def _repeated(measure: str, facts: Facts, history: Sequence[Facts], drawn_by: str | None) -> Sampled | None:
    """Var(x − x of the period before) / 2, of all organisations and periods together.

    What all have moved by is taken away, and real changes of single organisations are not: the error is
    rather too large than too small. None where nothing differs, for such a measure is published less often
    than there are periods. Draws stay within what was ever seen.
    """
    value = facts.value(measure)[0]
    periods = [value, *(_in_order(one, measure, facts.organisations) for one in history)]
    sharing = facts.sharing(measure, drawn_by)
    is_first = sharing == np.arange(len(value))
    differences = [_centred((now - before)[is_first]) for now, before in pairwise(periods)]
    differences = [one for one in differences if len(one) >= LEAST_PAIRS]
    there = np.isfinite(value)
    if not differences or not there.any():
        return None
    squares = sum(np.square(one).sum() for one in differences)
    degrees = sum(len(one) - 1 for one in differences)
    error = float(np.sqrt(squares / degrees / 2))
    if not error > 0:
        return None
    seen = np.concatenate(periods)
    ends = float(np.nanmin(seen)), float(np.nanmax(seen))
    figures = Sampled("interval", there, value[there], np.full(there.sum(), error), 1.0, *ends)
    return _once(figures, sharing)


def _centred(difference: Floats) -> Floats:
    known = difference[np.isfinite(difference)]
    return known - known.mean() if len(known) else known


def _in_order(facts: Facts, measure: str, organisations: Sequence[str]) -> Floats:
    of: Mapping[str, float] = dict(zip(facts.organisations, facts.value(measure)[0], strict=True))
    return np.array([of.get(one, np.nan) for one in organisations])
