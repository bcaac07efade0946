"""One measure's figures for a year: the latent values, what was drawn round them, England, and the marks.

Belongs here: putting latent values and noise together as the measure's kind asks.
Does not belong here: delayed days and small areas, whose publications count other units (``delays``,
``neighbourhoods``), layouts.
"""

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import numpy.typing as npt

from ccg_pipeline.demo.country import Country, Groups, Names
from ccg_pipeline.demo.latent import Factors, Floats, Link, draw_positions, generator, to_rates
from ccg_pipeline.demo.national import JudgementShare, NationalValue, Release
from ccg_pipeline.demo.noise import Z95, draw_events, draw_labels, draw_means, draw_successes, poisson_limits
from ccg_pipeline.demo.periods import Period, periods_of

Kind = Literal["proportion", "rate", "mean", "index", "judgement", "milestones"]
Texts = npt.NDArray[np.object_]
SIZE_SPREAD = 0.08  # how much more or fewer events than its population a CCG has, as a log: assumed
LINKS: dict[str, Link] = {"proportion": "logit", "milestones": "logit", "rate": "log"}


@dataclass(frozen=True)
class Measure:
    """What the methodology says of a measure, as far as drawing it goes."""

    code: str
    kind: Kind
    scale: float
    has_interval: bool


@dataclass(frozen=True)
class Numbers:
    """Numbers by period (rows) and organisation (columns); NaN where the measure has none of that sort."""

    numerator: Floats
    denominator: Floats
    value: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Figures:
    """A measure's figures by period and organisation, before any mark hides one, and what England's are.

    ``england`` has one column, or is None for judgements and milestones; ``labels`` are judgements or ''.
    ``marks`` are '' (published), '*' (suppressed) or '-' (missing). ``latent`` is the truth before the noise.
    """

    measure: Measure
    periods: tuple[Period, ...]
    codes: Names
    names: Names
    latent: Floats
    drawn: Numbers
    england: Numbers | None
    labels: Texts
    marks: Texts


def draw_figures(
    seed: int,
    country: Country,
    factors: Factors,
    measure: Measure,
    value: NationalValue,
    shares: tuple[JudgementShare, ...],
    release: Release,
    year: str,
) -> Figures:
    """Draw one measure for every CCG and period of the year; ``shares`` are those of a judgement's labels.

    A plan's figure is drawn once and repeated by its CCGs; England counts it once.
    """
    periods = periods_of(release, year)
    group = _latent_groups(country, value)
    sizes = expected_denominator(seed, country, value)
    group_sizes: Floats = np.bincount(group, weights=sizes).astype(float)
    steps = draw_latent(seed, factors.of_groups(group), measure, value, release, group_sizes)
    shown = np.arange(len(country.codes))  # which drawn column each CCG shows
    if value.level == "plan":
        sizes, shown = group_sizes, country.plan
    else:
        steps = steps[:, group]
    latent = rolling(steps, release.window) / release.window
    rng = generator(seed, measure.code, "noise")

    labels = np.full(latent.shape, "", dtype=object)
    england: Numbers | None = None
    if measure.kind == "judgement":
        numbers = _value_only(np.full(latent.shape, np.nan))
        given = draw_labels(rng, latent, value.standard_error or 0, np.array([one.share for one in shares]))
        labels = np.array([one.label for one in shares], dtype=object)[given]
    elif measure.kind == "milestones":
        top, out_of = value.top or 100, float(value.out_of or 1)
        met = draw_successes(rng, np.full(latent.shape, out_of), latent / top, value.count_noise)
        numbers = _value_only(top * met / out_of)
    elif measure.kind in ("mean", "index"):
        numbers, england = _draw_measured(rng, value, latent, sizes)
    else:
        numerator, denominator = _draw_counts(rng, measure, value, release, steps, sizes)
        numbers = _counted(measure, value, numerator, denominator)
        england = _counted(
            measure, value, numerator.sum(axis=1, keepdims=True), denominator.sum(axis=1, keepdims=True)
        )
    numbers = _columns(numbers, shown)
    marks = _draw_marks(generator(seed, measure.code, "marks"), value, numbers)
    return Figures(
        measure=measure,
        periods=periods,
        codes=country.codes,
        names=country.names,
        latent=latent[:, shown],
        drawn=numbers,
        england=england,
        labels=labels[:, shown],
        marks=marks,
    )


def of_plans(figures: Figures, country: Country, code: str) -> Figures:
    """A figure that a plan's CCGs share, once for each plan, under another measure code."""
    plans, first = np.unique(country.plan, return_index=True)
    return Figures(
        measure=Measure(code, figures.measure.kind, figures.measure.scale, figures.measure.has_interval),
        periods=figures.periods,
        codes=tuple(country.plan_codes[plan] for plan in plans),
        names=tuple(country.plan_names[plan] for plan in plans),
        latent=figures.latent[:, first],
        drawn=_columns(figures.drawn, first),
        england=None,
        labels=figures.labels[:, first],
        marks=figures.marks[:, first],
    )


def draw_latent(
    seed: int, factors: Factors, measure: Measure, value: NationalValue, release: Release, weights: Floats
) -> Floats:
    """Latent values by step of the calendar (the steps that the first window needs come before the year)."""
    steps = release.periods + release.window - 1
    progress = np.clip((np.arange(steps) - (release.window - 1)) / max(1, release.periods - 1), 0, 1)
    national = value.national_first + (value.national_last - value.national_first) * progress
    positions = draw_positions(
        generator(seed, measure.code, "latent"), value, factors, steps, release.every_months
    )
    if measure.kind == "judgement":
        return positions
    return to_rates(positions, national, value, LINKS.get(measure.kind, "identity"), weights)


def rolling(steps: Floats, window: int) -> Floats:
    """Sums over ``window`` successive rows, one for each row that has enough before it."""
    sums = np.cumsum(np.concatenate([np.zeros((1, steps.shape[1])), steps]), axis=0)
    return np.asarray(sums[window:] - sums[:-window])


def expected_denominator(seed: int, country: Country, value: NationalValue) -> Floats:
    """What each CCG counts in a step of the calendar, on average; its population where nothing is counted."""
    base = country.adults if value.base == "adults" else country.population
    if value.out_of is not None:
        return np.full(base.size, float(value.out_of))
    if value.denominator_per_1000 is None:
        return base
    sizes = base * value.denominator_per_1000 / 1000
    if value.denominator_is == "stock":
        return np.asarray(np.round(sizes))
    return np.asarray(
        sizes * np.exp(SIZE_SPREAD * generator(seed, value.indicator, "sizes").standard_normal(base.size))
    )


def _latent_groups(country: Country, value: NationalValue) -> Groups:
    if value.level == "ccg":
        return np.arange(len(country.codes))
    return country.plan if value.level == "plan" else country.office


def _draw_counts(
    rng: np.random.Generator,
    measure: Measure,
    value: NationalValue,
    release: Release,
    steps: Floats,
    sizes: Floats,
) -> tuple[Floats, Floats]:
    """Numerators and denominators by period: flows add up over the window, a stock stays."""
    n_periods = len(steps) - release.window + 1
    flows = value.denominator_is == "flow" and value.out_of is None
    denominator = np.broadcast_to(sizes, steps.shape)
    if flows:
        denominator = np.maximum(rng.poisson(denominator), 1).astype(float)
    if measure.kind == "proportion":
        numerator = draw_successes(rng, denominator, steps / measure.scale, value.count_noise)
    else:
        share_of_window = 1 if flows else 1 / release.window
        numerator = draw_events(rng, steps / measure.scale * denominator * share_of_window, value.count_noise)
    if flows:
        return rolling(numerator, release.window), rolling(denominator, release.window)
    return rolling(numerator, release.window), denominator[:n_periods]


def _counted(measure: Measure, value: NationalValue, numerator: Floats, denominator: Floats) -> Numbers:
    """Figures of counts: a survey's interval knows its design effect, a rate's is exact Poisson."""
    figure = measure.scale * numerator / denominator
    lower = upper = np.full(figure.shape, np.nan)
    if measure.has_interval and measure.kind == "proportion":
        share = numerator / denominator
        half = Z95 * 100 * np.sqrt(value.count_noise * share * (1 - share) / denominator)
        lower, upper = np.maximum(figure - half, 0), np.minimum(figure + half, 100)
    elif measure.has_interval:
        low, high = poisson_limits(numerator)
        lower, upper = measure.scale * low / denominator, measure.scale * high / denominator
    return Numbers(numerator, denominator, figure, lower, upper)


def _draw_measured(
    rng: np.random.Generator, value: NationalValue, latent: Floats, sizes: Floats
) -> tuple[Numbers, Numbers]:
    """Means and indices with intervals, of CCGs and of England (their mean by population)."""
    error = (value.standard_error or 0) * np.sqrt(sizes.mean() / sizes) + np.zeros(latent.shape)
    weight = sizes / sizes.sum()
    drawn = draw_means(rng, latent, error)
    england_error = np.sqrt(((error * weight) ** 2).sum(axis=1, keepdims=True))
    return _measured(drawn, error), _measured((drawn @ weight)[:, None], england_error)


def _measured(figure: Floats, error: Floats) -> Numbers:
    none = np.full(figure.shape, np.nan)
    return Numbers(none, none, figure, figure - Z95 * error, figure + Z95 * error)


def _value_only(figure: Floats) -> Numbers:
    none = np.full(figure.shape, np.nan)
    return Numbers(none, none, figure, none, none)


def _columns(numbers: Numbers, columns: Groups) -> Numbers:
    return Numbers(**{field.name: getattr(numbers, field.name)[:, columns] for field in fields(Numbers)})


def _draw_marks(rng: np.random.Generator, value: NationalValue, numbers: Numbers) -> Texts:
    """Which cells are not published: too small a count, or hidden or never sent by chance."""
    chance = rng.random(numbers.value.shape)
    small = (numbers.numerator > 0) & (numbers.numerator < value.suppressed_below)
    suppressed = small | (chance < value.suppressed_share)
    missing = chance > 1 - value.missing_share
    return np.where(missing, "-", np.where(suppressed, "*", "")).astype(object)
