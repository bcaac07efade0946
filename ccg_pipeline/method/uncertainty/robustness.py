"""Robustness: how many grades change when every rating is made once more under another rule.

Belongs here: an edition's alternatives, one at a time, and each indicator left out in its turn, over bands
that stand; counting what changes.
Does not belong here: the alternatives (the edition's data), the rules (`outcomes` and what it calls), draws
(`uncertainty` moves all assumed numbers at once; here one thing moves and the rest stays).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.robustness import Alternative
from ccg_pipeline.method.scoring.banding import points_of, standard_errors, turned_z
from ccg_pipeline.method.scoring.clinical import grade_of
from ccg_pipeline.method.scoring.references import reference_values
from ccg_pipeline.method.statistics.grid import Floats, Integers, Strings, figures, row_of_each_cell, words
from ccg_pipeline.method.uncertainty.outcomes import Fixed, outcomes, rules_of

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
    """What stands: arrays of shape (indicators, CCGs), and what no rule decides.

    ``moderated``: the judgements of the overall rating, of which a committee may have changed some.
    """

    z: Floats
    value: Floats
    judgement: Strings
    moderated: Strings
    fixed: Fixed
    left_out: tuple[int, ...] = ()


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
    for alternative, key, title, changed, version in _versions(given, bands, edition, ccgs):
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
    rows = row_of_each_cell(bands, edition.indicator_codes, ccgs)
    judgement = words(bands, "judgement", rows)
    panels = [one.key for one in edition.panels]
    at = row_of_each_cell(ratings.assign(indicator_code=ratings["panel"]), panels, ccgs)
    grade, rule = figures(ratings, "grade", at), words(ratings, "rule", at)
    combine = np.array([[one.combine] for one in edition.panels], dtype=object)
    red = [edition.indicator_codes.index(code) for code in edition.overall.inadequate_when_red]
    moderated = judgement.copy()
    if len(overall):
        by_code = overall.set_index("ccg_code").reindex(list(ccgs))
        for block in edition.overall.blocks:
            if block.indicator is not None:
                said = by_code[f"{block.key}_judgement"].fillna("").to_numpy(dtype=object)
                moderated[edition.indicator_codes.index(block.indicator)] = said
    is_red = (moderated[red] == edition.overall.inadequate_rule.value).all(axis=0)
    return _Given(
        figures(bands, "z", rows),
        figures(bands, "value", rows),
        judgement,
        moderated,
        Fixed(np.where(rule != combine, grade, np.nan), np.isnan(grade), np.asarray(is_red, dtype=bool)),
    )


def _versions(
    given: _Given, bands: pd.DataFrame, edition: Edition, ccgs: Sequence[str]
) -> Iterator[tuple[Alternative, str, str, _Given, Edition]]:
    for one in edition.alternatives:
        if one.leave_out is not None:
            for i, indicator in enumerate(edition.indicators):
                title = f"Without {indicator.code} {indicator.name}"
                yield one, f"without_{indicator.code}", title, replace(given, left_out=(i,)), edition
        elif one.reference is not None:
            yield one, one.key, one.title, _with_england(given, bands, edition, ccgs), edition
        else:
            yield one, one.key, one.title, given, edition.with_values(one.numbers)


def _with_england(given: _Given, bands: pd.DataFrame, edition: Edition, ccgs: Sequence[str]) -> _Given:
    """What stands with z of every standard set against England, as the CCGs' own figures give it."""
    with_standard = np.array([one.standard is not None for one in edition.indicators])
    against = edition.model_copy(
        update={
            "indicators": tuple(
                one.model_copy(update={"standard": None, "reference": "england"})
                if one.standard is not None
                else one
                for one in edition.indicators
            )
        }
    )
    known = bands.rename(columns={"ccg_code": "organisation_code"})
    found = reference_values(known, against, ccgs).value
    rows: Integers = row_of_each_cell(bands, edition.indicator_codes, ccgs)
    number = {name: figures(bands, name, rows) for name in ("denominator", "lower_95", "upper_95")}
    better = np.array([[-1.0 if one.direction == "lower_is_better" else 1.0] for one in edition.indicators])
    tau2 = np.nan_to_num(figures(bands, "tau2", rows))
    errors = standard_errors(edition, found, number)
    z = turned_z(given.value, found, errors, tau2, better)
    is_shown = np.isfinite(given.z)  # what is withheld stays withheld
    return replace(given, z=np.where(with_standard[:, None] & is_shown, z, given.z))


def _grades(given: _Given, edition: Edition) -> Floats:
    """Grades of every area, panel and the overall rating, shape (measures, CCGs)."""
    z = given.z.copy()
    z[list(given.left_out)] = np.nan
    at = {code: i for i, code in enumerate(edition.indicator_codes)}
    graded = {
        at[code]: grade_of(z[at[code]], one.grading.significant_at.value)[None]
        for one in edition.panels
        for code in one.indicators
    }
    rules = rules_of([edition])
    found = []
    for judgement in (given.judgement, given.moderated):
        points = points_of(edition, z, given.value, judgement)
        points[list(given.left_out)] = np.nan
        found.append(outcomes(points[:, None], graded, given.fixed, rules).grades()[:, 0])
    return np.concatenate([found[0][:-1], found[1][-1:]])


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
