"""Robustness: how many grades change when every rating is made once more under another rule.

Belongs here: an edition's alternatives, one at a time, and each indicator left out in its turn, over bands
that stand; counting what changes.
Does not belong here: the alternatives (the edition's data), the rules (the engine has them), draws
(`simulation` moves all assumed numbers at once; here one thing moves and the rest stays).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ccg_pipeline.framework.lane_rules import OVERALL, z_of
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.robustness import Alternative
from ccg_pipeline.method.engine.facts import State
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.scoring import spread_of
from ccg_pipeline.method.engine.work import Learned
from ccg_pipeline.method.scoring.on_bands import OnBands, run_of_indicators
from ccg_pipeline.method.scoring.outcomes import areas_of, outcomes, ratings_of
from ccg_pipeline.method.statistics.grid import Booleans, Floats, figures, row_of_each_cell, words

ROBUSTNESS_COLUMNS = (
    "alternative",
    "about",
    "title",
    "measure",
    "n_rated",
    "n_better",
    "n_worse",
    "n_lost",
    "n_gained",
    "share_changed",
    "provenance",
    "source",
)


@dataclass(frozen=True)
class _Given:
    """What is current: bands, and those with the judgements that a committee may have changed.

    ``grade`` (panels, CCGs) as published, and where ``by_rule`` is false something else than the panel's rule
    gave it. ``left_out``: codes of indicators that are no more.
    """

    bands: OnBands
    moderated: OnBands
    grade: Floats
    by_rule: Booleans
    left_out: tuple[str, ...] = ()


def robustness(
    bands: pd.DataFrame,
    ratings: pd.DataFrame,
    overall: pd.DataFrame,
    edition: Edition,
    tell: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """How many grades change under each of the edition's alternatives: ROBUSTNESS_COLUMNS.

    `bands`, `ratings`, `overall` as a release has them; `overall` may have no row. One row an alternative
    (each indicator left out is one) and measure: 'areas' (the side of the references on which each of the
    area scores lies), a panel's key, 'overall'. ``n_rated``: with a grade as published; ``n_better``,
    ``n_worse``: with another; ``n_lost``, ``n_gained``: with none any more, with one now. ``share_changed``
    is of those rated. What is withheld has no grade and no row, nor has an indicator without which nothing
    changes. `tell` is told each title.
    """
    ccgs = sorted(bands["ccg_code"].unique())
    given = _given(bands, ratings, overall, edition, ccgs)
    before = _grades(given, edition)
    measures = ["areas"] * len(edition.areas) + [one.key for one in edition.panels]
    measures += ["overall"] * bool(len(overall))  # a lane may have none
    found = []
    for alternative, key, title, changed, version in _versions(given, bands, edition):
        tell(title)
        after = _grades(changed, version)
        for measure in dict.fromkeys(measures):
            own = [i for i, one in enumerate(measures) if one == measure]
            row = _counted(before[own], after[own])
            moved = row["share_changed"] > 0 or row["n_gained"] > 0
            if row["n_rated"] and (moved or alternative.leave_out is None):
                about = {"alternative": key, "about": alternative.about, "title": title, "measure": measure}
                from_where = {"provenance": alternative.provenance, "source": alternative.source}
                found.append({**about, **row, **from_where})
    return pd.DataFrame(found, columns=list(ROBUSTNESS_COLUMNS))


def _given(
    bands: pd.DataFrame, ratings: pd.DataFrame, overall: pd.DataFrame, edition: Edition, ccgs: Sequence[str]
) -> _Given:
    given = OnBands.of(bands, edition, ccgs)
    panels = [one.key for one in edition.panels]
    at = row_of_each_cell(ratings.assign(indicator_code=ratings["panel"]), panels, ccgs)
    combine = np.array([[one.combine] for one in edition.panels], dtype=object)
    moderated = given.judgement.copy()
    if len(overall):
        by_code = overall.set_index("ccg_code").reindex(list(ccgs))
        for block in edition.overall.blocks:
            if block.indicator is not None:
                said = by_code[f"{block.key}_judgement"].fillna("").to_numpy(dtype=object)
                moderated[edition.indicator_codes.index(block.indicator)] = said
    return _Given(
        given,
        replace(given, judgement=moderated),
        figures(ratings, "grade", at),
        np.asarray(words(ratings, "rule", at) == combine, dtype=bool),
    )


def _versions(
    given: _Given, bands: pd.DataFrame, edition: Edition
) -> Iterator[tuple[Alternative, str, str, _Given, Edition]]:
    for one in edition.alternatives:
        if one.leave_out is not None:
            for indicator in edition.indicators:
                title, left_out = f"Without {indicator.code} {indicator.name}", (indicator.code,)
                yield one, f"without_{indicator.code}", title, replace(given, left_out=left_out), edition
        elif one.reference is not None:
            yield one, one.key, one.title, _with_england(given, bands, edition), edition
        else:
            yield one, one.key, one.title, given, edition.with_parameters(one.values)


def _with_england(given: _Given, bands: pd.DataFrame, edition: Edition) -> _Given:
    """What is with z of every standard set against England, as the CCGs' own figures give it."""
    england = {
        "standard": None, "standard_provenance": None, "standard_source": "", "reference": "england"
    }  # fmt: skip
    indicators = tuple(
        one.model_copy(update=england) if one.standard is not None else one for one in edition.indicators
    )
    against = edition.model_copy(update={"indicators": indicators})
    on = given.bands
    learned = run_of_indicators(
        bands.rename(columns={"ccg_code": "organisation_code"}), against, on.organisations
    )
    steps = dict(learned.learned.steps)
    tau2 = np.nan_to_num(figures(bands, "tau2", on.rows))  # limits are as wide as they were
    for i, one in enumerate(edition.indicators):
        key = (z_of(one.code), 1)
        if one.standard is not None:
            steps[key] = replace(steps[key], spread=spread_of(steps[key].error, tau2[i]))
    nodes = [z_of(one.code) for one in edition.indicators if one.standard is not None]
    states = Run(against.nodes, on.facts, Learned(steps), nodes).states
    z = on.z.copy()
    for i, one in enumerate(edition.indicators):
        if one.standard is not None:  # what is withheld stays withheld
            z[i] = np.where(np.isfinite(on.z[i]), states[z_of(one.code)].score[0], on.z[i])
    return replace(given, bands=replace(on, z=z), moderated=replace(given.moderated, z=z))


def _grades(given: _Given, edition: Edition) -> Floats:
    """Grades of every area, panel and the overall rating, shape (measures, CCGs)."""
    none = State(np.full((1, len(given.bands.organisations)), np.nan), "higher")
    gone = {key: none for code in given.left_out for key in (code, z_of(code))}
    on, moderated = given.bands, given.moderated
    found = outcomes(
        on, on.distances() | on.enough_data() | gone, [*areas_of(edition), *ratings_of(edition)], edition
    ).grade[:, 0]
    panels = slice(len(edition.areas), -1)
    rated = np.where(given.by_rule, found[panels], given.grade)
    found[panels] = np.where(np.isnan(given.grade), np.nan, rated)
    found[-1] = moderated.run([OVERALL], moderated.distances() | gone, edition).states[OVERALL].outcome[0]
    return found


def _counted(before: Floats, after: Floats) -> dict[str, float]:
    rated, still = np.isfinite(before), np.isfinite(before) & np.isfinite(after)
    better, worse = (still & (after < before)).sum(), (still & (after > before)).sum()
    lost, gained = (rated & ~np.isfinite(after)).sum(), (~rated & np.isfinite(after)).sum()
    n = int(rated.sum())
    return {
        "n_rated": n,
        "n_better": int(better),
        "n_worse": int(worse),
        "n_lost": int(lost),
        "n_gained": int(gained),
        "share_changed": float(better + worse + lost) / n if n else 0.0,
    }
