"""Random numbers: true values behind the figures of an edition, and what would be published of them again.

Belongs here: drawing true values, and figures that would be published of them again.
Does not belong here: priors (statistics/tails.py), errors (errors.py), the rules (the engine).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.random import SFC64, Generator, SeedSequence

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.method.certainty.errors import Sampled, errors_of, sampled
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.statistics.grid import Booleans, Floats, Integers
from ccg_pipeline.method.statistics.tails import posteriors

MANY = 30.0
"""Events from which a gamma, beta, Poisson or binomial number is worked out of a normal one: their skewness
is met, and what is left is far below the error of a chance over thousands of draws."""


@dataclass(frozen=True)
class Drawer:
    """A measure ready to be drawn: its figures, and the two parameters of their true values, (n, nodes)."""

    figures: Sampled
    one: Floats
    two: Floats

    def true(self, random: Generator, draws: int) -> Floats:
        """True values, in the published unit, (draws, n)."""
        figures, n = self.figures, self.one.shape[0]
        which = random.integers(0, self.one.shape[1], (draws, n)) + np.arange(n) * self.one.shape[1]
        if figures.family == "interval":
            errors = self.two.take(which) * random.standard_normal((draws, n))
            return np.asarray(self.one.take(which) + errors)
        if figures.family == "binomial":
            found = _beta(random, self._gammas[0], self._gammas[1], which)
        else:
            found = _gamma(random, self._gammas[0], which) / self.two.take(which)
        return found * figures.per

    @cached_property
    def _gammas(self) -> tuple["_Gammas", "_Gammas"]:
        return _Gammas.of(self.one), _Gammas.of(self.two)

    def again(self, random: Generator, true: Floats) -> Floats:
        """Figures measured again where these are the true values, in the published unit, (draws, n)."""
        figures = self.figures
        if figures.family == "interval":
            return true + figures.second * random.standard_normal(true.shape)
        counts = _binomial if figures.family == "binomial" else _poisson
        share = true / figures.per
        return counts(random, figures.second, share) / figures.second * figures.per

    def held(self, x: Floats) -> Floats:
        """What is drawn, each figure for all who share it, held within what it can be."""
        figures = self.figures
        if figures.family == "interval":
            x = np.clip(x, figures.lowest, figures.highest)
        return figures.of_each(x)


def drawers_of(
    edition: Edition, facts: Facts, history: Sequence[Facts]
) -> tuple[dict[str, Drawer], list[str]]:
    """Return each measure of an edition that can be drawn, and those that have an error which nothing tells.

    Priors are worked out here, once.
    """
    found, untold = {}, []
    for measure, error in errors_of(edition).items():
        figures = sampled(measure, error, facts, history)
        if figures is not None:
            found[measure] = Drawer(figures, *posteriors(figures.family, figures.first, figures.second))
        elif np.isfinite(facts.value(measure)).any():
            untold.append(measure)
    return found, untold


def drawn(
    drawers: Mapping[str, Drawer], facts: Facts, seed: int, chunk: int, draws: int, kinds: int = 2
) -> list[Facts]:
    """Return the facts with `draws` draws of each measure: of true values, and of figures measured again.

    The same `seed` and `chunk` give the same draws of a measure, whatever other measures there are. Of one of
    the `kinds`: of true values alone.
    """
    found = [dict(facts.values) for _ in range(kinds)]
    for measure, drawer in drawers.items():
        random = Generator(SFC64(SeedSequence(seed, spawn_key=(chunk, *measure.encode()))))
        new = [drawer.true(random, draws)]
        if kinds > 1:
            new.append(drawer.again(random, new[0]))
        for values, own in zip(found, new, strict=True):
            values[measure] = np.repeat(facts.values[measure], draws, axis=0)
            values[measure][:, drawer.figures.there] = drawer.held(own)
    return [replace(facts, values=values) for values in found]


def _parted(is_large: Booleans, large: Floats, exact: Floats) -> Floats:
    out = np.empty(is_large.shape)
    out[is_large], out[~is_large] = large, exact
    return out


@dataclass(frozen=True)
class _Gammas:
    """Gamma distributions, of any shape: their parameters `a`, and what the cube of a normal number needs."""

    a: Floats
    middle: Floats
    spread: Floats
    are_many: bool

    @classmethod
    def of(cls, a: Floats) -> "_Gammas":
        of_a = 1 / (9 * a)
        return cls(a, 1 - of_a, np.sqrt(of_a), bool((a >= MANY).all()))


def _gamma(random: Generator, of: _Gammas, which: Integers) -> Floats:
    """Gamma numbers, each of one of the distributions, by its place among all of them.

    Of a large one it is the cube of a normal number (Wilson and Hilferty 1931).
    """
    if of.are_many:
        return _cube(random, of, which)
    a = of.a.take(which)
    many = a >= MANY
    return _parted(many, _cube(random, of, which[many]), random.standard_gamma(a[~many]))


def _cube(random: Generator, of: _Gammas, which: Integers) -> Floats:
    base = of.spread.take(which)
    base *= random.standard_normal(which.shape)
    base += of.middle.take(which)
    found = of.a.take(which)
    for _ in range(3):
        found *= base
    return found


def _beta(random: Generator, one: _Gammas, two: _Gammas, which: Integers) -> Floats:
    x = _gamma(random, one, which)
    return x / (x + _gamma(random, two, which))


def _poisson(random: Generator, exposed: Floats, rate: Floats) -> Floats:
    """Poisson numbers of so many exposed, to two terms where many are meant (Cornish and Fisher 1938)."""
    mean = rate * exposed
    many = mean >= MANY
    z = random.standard_normal(mean[many].shape)
    large = np.rint(mean[many] + np.sqrt(mean[many]) * z + (z * z - 1) / 6)
    return _parted(many, large, random.poisson(mean[~many]).astype(float))


def _binomial(random: Generator, n: Floats, p: Floats) -> Floats:
    """Binomial numbers of n, rounded, in the same way: the variance decides."""
    n, p = np.broadcast_arrays(n, p)
    variance = n * p * (1 - p)
    many = variance >= MANY
    z, own, share = random.standard_normal(int(many.sum())), n[many], p[many]
    large = np.rint(own * share + np.sqrt(variance[many]) * z + (1 - 2 * share) * (z * z - 1) / 6)
    trials = np.maximum(np.rint(n[~many]), 1)
    exact = random.binomial(trials.astype(np.int64), p[~many]) * (n[~many] / trials)
    return _parted(many, np.clip(large, 0, own), exact)
