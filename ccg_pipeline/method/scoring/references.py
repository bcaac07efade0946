"""What each indicator's values are set against: its standard, or England of the same data period.

Belongs here: the reference of every cell in words: on what it rests, where it comes from, of how many CCGs.
Does not belong here: finding it, and the distance of a value from it (the engine's rule `distance`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ccg_pipeline.framework.lane_rules import z_of
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.engine.scoring import Reference
from ccg_pipeline.method.scoring.on_bands import ENGLAND
from ccg_pipeline.method.statistics.grid import Floats, Strings

COUNTED = ("binomial", "poisson")  # only values of these kinds are made of a numerator and a denominator
BASES = {
    "standard": ("standard", ""),
    "published": ("england_published", "found"),
    "counts": ("england_from_ccgs", "derived"),
    "mean": ("england_from_ccgs", "assumed"),
    "": ("none", ""),
}
"""The engine's basis -> its name in the tables, and its provenance; that of a standard is its own."""


@dataclass(frozen=True)
class References:
    """Reference of every cell, (indicators, CCGs) each, in the published unit, as `run` learned it.

    ``value`` with its ``basis`` and ``provenance``: NaN, ``none`` and '' where there is none. ``error``: the
    plain standard error about it. ``phi`` and ``tau2`` (indicators, 1). ``note``: of how many CCGs England
    was worked out, '' where it was not.
    """

    value: Floats
    basis: Strings
    provenance: Strings
    error: Floats
    phi: Floats
    tau2: Floats
    note: Strings


def references_of(run: Run, edition: Edition, latest: pd.DataFrame) -> References:
    """Return the references that a `run` of an edition's distances on `latest` has learned.

    The reference is the edition's standard where it has one, else England of the CCG's own data period, the
    first that there is of

    - ``england_published``: the published England figure (``found``);
    - ``england_from_ccgs``: scale × Σ numerators / Σ denominators of the CCGs with a figure of that period,
      if most of these have both counts (``derived``; X24 and other commissioners are not in it);
    - ``england_from_ccgs``: the plain mean of their values (``assumed``). Plain, because weights from
      intervals favour low values wherever the variance grows with the value.

    The last two take figures of the share of all CCGs that the edition asks for: a few are not England. A CCG
    without a figure is shown the reference of the newest period. Judgements and milestones have none.
    """
    shape = len(edition.indicators), len(run.facts.organisations)
    value, error = np.full(shape, np.nan), np.full(shape, np.nan)
    basis, provenance, note = (np.full(shape, one, dtype=object) for one in ("none", "", ""))
    phi, tau2 = np.full((shape[0], 1), np.nan), np.zeros((shape[0], 1))
    newest = _newest_england(latest)
    for i, one in enumerate(edition.indicators):
        if one.points_scale is not None:
            continue
        learned: Reference = run.learned.steps[z_of(one.code), 1]
        from_whom = np.arange(shape[1])
        has = np.isfinite(run.facts.value(one.measure)[0])
        if has.any():  # who has no figure is shown what those of the newest period are set against
            from_whom[~has] = np.argmax(np.where(has, run.facts.period(one.measure), -np.inf))
        value[i], error[i] = learned.value[from_whom], learned.error
        phi[i], tau2[i] = learned.phi, learned.tau2
        by, n = learned.basis[from_whom], learned.n[from_whom]
        if not has.any() and one.standard is None and one.code in newest.index:
            value[i], by = newest[one.code], np.full(shape[1], "published", dtype=object)
        basis[i], provenance[i] = np.array([BASES[each] for each in by], dtype=object).T
        provenance[i][by == "standard"] = str(one.standard_provenance)
        note[i] = [f"England is that of {each} of {shape[1]} CCGs" if each else "" for each in n]
    return References(value, basis, provenance, error, phi, tau2, note)


def _newest_england(latest: pd.DataFrame) -> "pd.Series[float]":
    """England of the newest period, as published, by indicator."""
    is_england = (latest["organisation_code"] == ENGLAND) & (latest["status"] == "published")
    rows = latest[is_england & latest["value"].notna()].sort_values("period_end", kind="stable")
    return rows.drop_duplicates("indicator_code", keep="last").set_index("indicator_code")["value"]
