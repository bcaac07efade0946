"""How sure what a lane rates is: draws of the one estimator, and draws over assumed numbers, as a table.

Belongs here: a lane's bands as a run of its nodes, the table of what draws come to, versions of the method.
Does not belong here: drawing (`certainty`), the rules (the engine), which numbers are assumed and how far
they are tried (the edition).

Three kinds, kept apart:

- **Underlying.** The true value behind each figure is drawn, the method is as stated. From it come
  ``lower_95`` and ``upper_95`` of a score, ``p_grade_1`` … ``p_grade_4``, ``is_told_apart``.
- **Again.** The same care measured once more: a true value, and the chance of another year.
  ``p_again_1`` … ``p_again_4`` of a rating, from a quarter of the draws, which says a chance to 0.02.
- **Method.** The numbers that the edition says might as well have been others are drawn evenly over their
  ranges (Latin hypercube), each factor on its own. ``p_own_grade_by_both``: of a rating, over every version
  crossed with every sample of true values.

A grade is distinguished when its probability, method as stated, is at least `TOLD_APART`; else
``neighbour_grade`` is the most probable of the others. A published score may lie outside its interval: that
is of the score which the true values would earn, and chance carries extreme figures past them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ccg_pipeline.framework.lane_rules import z_of
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.certainty.drawing import Drawer, drawers_of, drawn
from ccg_pipeline.method.certainty.simulation import CHUNK, KINDS, simulated, tails_of
from ccg_pipeline.method.engine.facts import Counts
from ccg_pipeline.method.engine.gathering import with_shared
from ccg_pipeline.method.engine.run import Run, resting_on
from ccg_pipeline.method.engine.scoring import Reference, spread_of
from ccg_pipeline.method.engine.work import Learned
from ccg_pipeline.method.scoring.on_bands import OnBands
from ccg_pipeline.method.scoring.outcomes import AS_REFERENCE, areas_of, outcomes, ratings_of
from ccg_pipeline.method.statistics.grid import Floats, figures
from ccg_pipeline.method.statistics.ranks import Singles

TOLD_APART = 0.95
GRADES = (1, 2, 3, 4)
ENDS = ("lower_95", "upper_95")
AGAIN = 4
"""Of so many draws one is measured again."""
DECIMALS, ROUNDING = 6, 1e-6
"""Scores of draws are kept in single precision."""
METHOD = 2
"""Stream of the random numbers of versions."""

UNCERTAINTY_COLUMNS = (
    "measure",
    "code",
    "ccg_code",
    "score",
    "lower_95",
    "upper_95",
    "grade",
    *(f"p_grade_{grade}" for grade in GRADES),
    *(f"p_again_{grade}" for grade in GRADES),
    "p_own_grade",
    "is_told_apart",
    "neighbour_grade",
    "p_own_grade_by_both",
    "is_made_up",
)


@dataclass(frozen=True)
class Uncertainty:
    """``table``: one row a measure and CCG, UNCERTAINTY_COLUMNS. Draws of scores are float32, for ranks.

    ``overall_draws`` (draws, CCGs), by code; NaN in a lane without overall rating. ``area_draws``: the same
    of each area.
    """

    table: pd.DataFrame
    overall_draws: Singles
    area_draws: Sequence[Singles]


def uncertainty(
    bands: pd.DataFrame,
    supplementary: pd.DataFrame,
    edition: Edition,
    lane: Lane,
    *,
    seed: int,
    draws: int,
    versions: int,
    samples: int,
) -> Uncertainty:
    """How sure every area score, clinical rating and overall score of `bands` is.

    `bands` and `supplementary` as `rate_panel` takes them. One row for each area (``measure`` 'area', `code`
    its code), panel ('panel', its key) and the overall score ('overall', 'overall'), and CCG by code.
    ``score`` is NaN for panels rated by matrix; ``grade``, NA without a rating, is 1 to 4, for areas 1, 2, 3
    for above, at and below 1, what who is like the references gets (no official grade), and of these nothing
    is said of another measurement.

    Results are equal for equal seed, in whatever order rows come. ValueError unless there are draws, versions
    and samples.
    """
    if min(draws, versions, samples) < 1:
        raise ValueError("There must be at least one draw, version and sample.")
    ccgs = sorted(bands["ccg_code"].unique())
    has_overall = edition.lane(lane).has_overall_rating
    areas, ratings = areas_of(edition), ratings_of(edition, has_overall)
    given = OnBands.of(bands, edition, ccgs, supplementary)
    published = outcomes(given, given.distances(), [*areas, *ratings], edition)
    run = run_of_bands(given, bands)
    drawers, _ = drawers_of(edition.nodes, run.facts, ())
    found = simulated(run, drawers, ratings, [*areas, *ratings], draws, seed, -(-draws // AGAIN))
    scores = [found.scores[key] for key in (*areas, *ratings)]
    own = published.grade[:, 0]
    sides = np.stack([_sides(one) for one in scores[: len(areas)]])
    chances = {kind: np.stack([found.chances[key, kind] for key in ratings]) for kind in KINDS}
    none = np.full(sides.shape, np.nan)
    both = [np.concatenate(one) for one in ((sides, chances[KINDS[0]]), (none, chances[KINDS[1]]))]
    tried = method_versions(edition, seed, versions)
    by_both = _share_of_own_grade(run, drawers, ratings, own[len(areas) :], tried, samples, seed)
    by_matrix = np.array([np.isnan(one).all() for one in published.score[:, 0]])
    tails = np.stack([tails_of(one) for one in scores], axis=1)  # one by one: their copies are large
    ends = np.round(np.where(by_matrix[:, None], np.nan, tails), DECIMALS)
    columns = {
        "score": published.score[:, 0],
        "lower_95": ends[0],
        "upper_95": ends[1],
        "grade": own,
        **{
            f"{name}_{grade}": np.where(np.isfinite(own), chance[:, grade - 1], np.nan)
            for name, chance in zip(("p_grade", "p_again"), both, strict=True)
            for grade in GRADES
        },
        "p_own_grade_by_both": np.concatenate([np.full((len(areas), len(ccgs)), np.nan), by_both]),
    }
    overall = scores[-1] if has_overall else np.full_like(scores[0], np.nan)
    return Uncertainty(_table(columns, bands, edition, lane, ccgs), overall, scores[: len(areas)])


def run_of_bands(given: OnBands, bands: pd.DataFrame) -> Run:
    """Return the run of an edition's nodes on the figures of bands, with the references that bands state.

    A figure that has neither distance nor points is missing: it was withheld.
    """
    edition, steps = given.edition, {}
    of = {
        name: figures(bands, name, given.rows)
        for name in (
            "numerator", "denominator", "lower_95", "upper_95", "reference_value", "standard_error", "tau2",
        )
    }  # fmt: skip
    counts, values, judgements = {}, dict(given.facts.values), dict(given.facts.judgements)
    for i, one in enumerate(edition.indicators):
        there = np.isfinite(given.points[i] if one.points_scale is not None else given.z[i])
        values[one.measure] = np.where(there, given.value[[i]], np.nan)
        judgements[one.measure] = np.where(there, given.judgement[[i]], "")
        counts[one.measure] = Counts(*(of[name][i] for name in ("numerator", "denominator", *ENDS)))
        if one.points_scale is None:
            value, error, tau2 = (of[name][i] for name in ("reference_value", "standard_error", "tau2"))
            n = np.zeros(len(value), dtype=np.int64)
            basis = np.full(len(value), "", dtype=object)
            spread = spread_of(error, tau2)
            steps[z_of(one.code), 1] = Reference(value, spread, error, np.nan, tau2, basis, n)
    facts = replace(given.facts, values=values, judgements=judgements, counts=counts)
    facts = with_shared(facts, given.shared)
    return Run(edition.nodes, facts, Learned(steps), [*areas_of(edition), *ratings_of(edition)])


def _share_of_own_grade(
    run: Run,
    drawers: Mapping[str, Drawer],
    nodes: Sequence[str],
    own: Floats,
    versions: Sequence[Edition],
    samples: int,
    seed: int,
) -> Floats:
    """How often a grade is the published one, of versions × samples of true values: (nodes, organisations).

    The distances of a sample are the same in all versions, which move lines, points and weights alone.
    """
    same = np.zeros(own.shape)
    for chunk, begin in enumerate(range(0, samples, CHUNK)):
        (facts,) = drawn(drawers, run.facts, seed, chunk, min(CHUNK, samples - begin), 1)
        rests = resting_on(run.edition, nodes)
        known = [node.key for node in run.edition.nodes if node.level in ("distance", "measure")]
        given = Run(run.edition, facts, run.learned, [key for key in known if key in rests]).states
        for version in versions:
            states = Run(version.nodes, facts, run.learned, nodes, given=given).states
            for row, key, grade in zip(same, nodes, own, strict=True):
                row += (np.asarray(states[key].grade) == grade).sum(axis=0)
    return np.where(np.isfinite(own), same / (len(versions) * samples), np.nan)


def _sides(scores: Singles) -> Floats:
    """Shares of the draws above, on and below the references; none is of a fourth grade. (4, CCGs)."""
    above, below = (
        (scores > AS_REFERENCE + ROUNDING).mean(axis=0),
        (scores < AS_REFERENCE - ROUNDING).mean(axis=0),
    )
    return np.stack([above, 1 - above - below, below, np.zeros(above.shape)])


def method_versions(edition: Edition, seed: int, n: int) -> list[Edition]:
    """`n` editions with numbers drawn over the ranges of `edition.variations`; Latin hypercube by `seed`."""
    from scipy.stats import qmc  # takes a second to import, and who reads draws needs it not

    factors = sorted({one.factor for one in edition.variations})
    if not factors:
        return [edition] * n
    random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(METHOD,)))
    places = qmc.LatinHypercube(len(factors), rng=random).random(n)
    return [
        edition.with_parameters(
            {one.parameter: one.at(float(row[factors.index(one.factor)])) for one in edition.variations}
        )
        for row in places
    ]


def _table(
    columns: dict[str, Floats], bands: pd.DataFrame, edition: Edition, lane: Lane, ccgs: Sequence[str]
) -> pd.DataFrame:
    names = [("area", one.code) for one in edition.areas] + [("panel", one.key) for one in edition.panels]
    if edition.lane(lane).has_overall_rating:
        names.append(("overall", "overall"))
    chance = np.stack([columns[f"p_grade_{grade}"] for grade in GRADES])
    grade = columns["grade"]
    is_own = np.arange(1, 5)[:, None, None] == grade
    own = np.where(np.isnan(grade), np.nan, np.where(is_own, chance, 0).sum(axis=0))
    others = np.where(is_own, -1.0, chance).argmax(axis=0) + 1.0
    told_apart = own >= TOLD_APART
    columns = {
        **columns,
        "p_own_grade": own,
        "neighbour_grade": np.where(told_apart | np.isnan(own), np.nan, others),
        "is_told_apart": np.asarray(told_apart, dtype=float),
    }
    table = pd.DataFrame({name: column.ravel() for name, column in columns.items()}).assign(
        measure=np.repeat([measure for measure, _ in names], len(ccgs)),
        code=np.repeat([code for _, code in names], len(ccgs)),
        ccg_code=np.tile(np.array(ccgs, dtype=object), len(names)),
        is_made_up=bool(bands["is_made_up"].any()),
    )
    return table.astype({"is_told_apart": bool, "grade": "Int64", "neighbour_grade": "Int64"})[
        list(UNCERTAINTY_COLUMNS)
    ]
