"""How sure a score and a grade are: draws from the counts through every rule, and draws over assumed numbers.

Belongs here: the table of how sure everything is, versions of the method, what cannot be told from the
neighbouring grade.
Does not belong here: the distributions drawn from (`true_values`), the drawing (`draws`), the rules
(`outcomes` and what it calls), which numbers are assumed and how far they are tried (the edition).

Two kinds, kept apart:

- **Sampling.** The true value behind each figure is drawn (`true_values`), the method stands as stated. From
  it come ``lower_95`` and ``upper_95`` of a score, ``p_grade_1`` … ``p_grade_4``, ``is_told_apart``.
- **Method.** The numbers that the edition says might as well have been others are drawn evenly over their
  ranges (Latin hypercube), each factor on its own. ``p_own_grade_by_method``: over them alone, figures as
  published. ``p_own_grade_by_both``: over every version crossed with every sample.

With y_ms the score (for a panel: the grade) in version m of the method and sample s, every pair computed,

    share of sampling  Var_s(mean over m of y_ms) / Var(y)
    share of method    Var_m(mean over s of y_ms) / Var(y)
    share of both      what is left: how far the one depends on the other

the sums of squares of a two-way analysis of variance; they add up to 1, and are NaN where nothing varies.

A grade is told apart when its probability, method as stated, is at least `TOLD_APART`; else
``neighbour_grade`` is the most probable of the others. A published score may lie outside its interval: that
is of the score which the true values would earn, and chance carries extreme figures past them.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
import pandas as pd
from scipy.stats import qmc

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.statistics.grid import Floats, figures, row_of_each_cell, words
from ccg_pipeline.method.uncertainty.draws import GRADES, METHOD, Block, draw_block
from ccg_pipeline.method.uncertainty.outcomes import Fixed, fixed_by_data
from ccg_pipeline.method.uncertainty.true_values import Prior, true_values

DRAWS = 10_000
VERSIONS = 50  # of the method, each crossed with …
SAMPLES = 200  # … so many samples
TOLD_APART = 0.95
BLOCK = 53  # CCGs that are prepared together: a quarter of England's 209

UNCERTAINTY_COLUMNS = (
    "measure",
    "code",
    "ccg_code",
    "score",
    "lower_95",
    "upper_95",
    "standard_deviation",
    "grade",
    *(f"p_grade_{grade}" for grade in GRADES),
    "p_own_grade",
    "is_told_apart",
    "neighbour_grade",
    "share_sampling",
    "share_method",
    "share_both",
    "p_own_grade_by_method",
    "p_own_grade_by_both",
    "is_made_up",
)


@dataclass(frozen=True)
class Uncertainty:
    """``table``: one row a measure and CCG, UNCERTAINTY_COLUMNS. ``overall_draws`` (draws, CCGs), by code.

    The draws are those of the overall score (float32), for ranks; NaN in a lane without overall rating.
    ``area_draws`` (areas, draws, CCGs), of the area scores: of no area unless they were to be kept.
    """

    table: pd.DataFrame
    overall_draws: Floats
    area_draws: Floats


def uncertainty(
    bands: pd.DataFrame,
    supplementary: pd.DataFrame,
    edition: Edition,
    lane: Lane,
    *,
    seed: int,
    draws: int = DRAWS,
    versions: int = VERSIONS,
    samples: int = SAMPLES,
    prior: Prior = "shared",
    processes: int = 1,
    keep_area_draws: bool = False,
) -> Uncertainty:
    """How sure every area score, clinical rating and overall score of `bands` is.

    `bands` and `supplementary` as `rate_panel` takes them. One row for each area (``measure`` 'area', `code`
    its code), panel ('panel', its key) and the overall score ('overall', 'overall'), and CCG by code.
    ``score`` is NaN for panels rated by matrix; ``grade``, NA without a rating, is 1 to 4, for areas 1, 2, 3
    for above, at and below 1, what who is like the references gets (no official grade).
    ``standard_deviation`` is that of the score over the draws.

    Every CCG has random numbers of its own, from `seed` and its code: results are equal for equal seed, in
    whatever order rows come and with however many `processes` (which must be able to import the caller's
    main module). ValueError unless there are draws, versions and samples. Memory: some arrays of 60 × draws
    numbers a process, and the draws of the overall score.
    """
    if min(draws, versions, samples, processes) < 1:
        raise ValueError("There must be at least one draw, version, sample and process.")
    ccgs = sorted(bands["ccg_code"].unique())
    blocks = _blocks(bands, supplementary, edition, lane, ccgs, prior)
    tried = [edition, *method_versions(edition, seed, versions)]
    draw = partial(
        draw_block,
        tried=tried,
        seed=seed,
        draws=draws,
        samples=samples,
        keep_area_draws=keep_area_draws,
    )
    if processes == 1:
        found = [draw(block) for block in blocks]
    else:  # spawned, for a fork of a process that has threads is not safe
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            found = list(pool.map(draw, blocks))
    columns = {name: np.concatenate([one[name] for one in found], axis=-1) for name in found[0]}
    overall = columns.pop("overall_draws")
    of_areas = columns.pop("area_draws", np.empty((0, draws, len(ccgs))))
    if not edition.lane(lane).has_overall_rating:
        overall = np.full_like(overall, np.nan)
    return Uncertainty(_table(columns, bands, edition, lane, ccgs), overall, of_areas)


def method_versions(edition: Edition, seed: int, n: int) -> list[Edition]:
    """`n` editions with numbers drawn over the ranges of `edition.variations`; Latin hypercube by `seed`."""
    factors = sorted({one.factor for one in edition.variations})
    if not factors:
        return [edition] * n
    random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(METHOD,)))
    places = qmc.LatinHypercube(len(factors), rng=random).random(n)
    return [
        edition.with_values(
            {
                (one.file, one.item): one.at(float(row[factors.index(one.factor)]))
                for one in edition.variations
            }
        )
        for row in places
    ]


def _blocks(
    bands: pd.DataFrame,
    supplementary: pd.DataFrame,
    edition: Edition,
    lane: Lane,
    ccgs: Sequence[str],
    prior: Prior,
) -> list[Block]:
    """The CCGs in blocks, of which no draw looks at more than one: so memory has a bound."""
    rows = row_of_each_cell(bands, edition.indicator_codes, ccgs)
    z, value = figures(bands, "z", rows), figures(bands, "value", rows)
    judgement = words(bands, "judgement", rows)
    believed = true_values(bands, edition, ccgs, prior)
    fixed = fixed_by_data(bands, supplementary, edition, lane, judgement)
    return [
        Block(
            tuple(ccgs[i] for i in part),
            z[:, part],
            value[:, part],
            judgement[:, part],
            believed.of(part),
            Fixed(fixed.panel_grade[:, part], fixed.unrated[:, part], fixed.is_inadequate[part]),
        )
        for part in np.array_split(np.arange(len(ccgs)), -(-len(ccgs) // BLOCK))
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
    k = len(names)
    table = pd.DataFrame({name: column[:k].ravel() for name, column in columns.items()}).assign(
        measure=np.repeat([measure for measure, _ in names], len(ccgs)),
        code=np.repeat([code for _, code in names], len(ccgs)),
        ccg_code=np.tile(np.array(ccgs, dtype=object), k),
        is_made_up=bool(bands["is_made_up"].any()),
    )
    return table.astype({"is_told_apart": bool, "grade": "Int64", "neighbour_grade": "Int64"})[
        list(UNCERTAINTY_COLUMNS)
    ]
