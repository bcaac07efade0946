"""What each indicator's values are set against: its standard, or England of the same data period.

Belongs here: the reference of every cell, on what it rests and where it comes from; England's own value,
which is also the centre about which CCGs spread.
Does not belong here: the distance of a value from its reference (`banding`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.statistics.grid import (
    Booleans,
    Floats,
    Strings,
    days,
    figures,
    row_of_each_cell,
    words,
)

COUNTED = ("binomial", "poisson")  # only values of these kinds are made of a numerator and a denominator
ENGLAND = "ENG"


@dataclass(frozen=True)
class References:
    """Reference and centre of every cell, (indicators, CCGs) each, in the published unit.

    ``value`` with its ``basis`` and ``provenance``: NaN, ``none`` and '' where there is none. ``england``:
    the value about which CCGs spread, NaN where there is none. ``note``: of how many CCGs England was worked
    out, '' where it was not.
    """

    value: Floats
    basis: Strings
    provenance: Strings
    england: Floats
    note: Strings


@dataclass(frozen=True)
class _England:
    value: float
    basis: str = "none"
    provenance: str = ""
    note: str = ""


NOBODY = _England(np.nan)


def reference_values(latest: pd.DataFrame, edition: Edition, ccg_codes: Sequence[str]) -> References:
    """Find the reference of every indicator of the edition and CCG of `ccg_codes`, in their order.

    `latest`: one observation an indicator and CCG, and of England one a period. The reference is the
    edition's standard where it has one, else England of the CCG's own data period, the first that there is of

    - ``england_published``: the published England figure (``found``);
    - ``england_from_ccgs``: scale × Σ numerators / Σ denominators of the CCGs with a figure of that period,
      if most of these have both counts (``derived``; X24 and other commissioners are not in it);
    - ``england_from_ccgs``: the plain mean of their values (``assumed``). Plain, because weights from
      intervals favour low values wherever the variance grows with the value.

    The last two take figures of the share of all CCGs that the edition asks for: a few are not England. A CCG
    without a figure is shown the reference of the newest period. Judgements and milestones have none.
    """
    shape = len(edition.indicators), len(ccg_codes)
    found = np.full(shape, NOBODY, dtype=object)
    grid = _Grid.of(latest, edition, ccg_codes)
    published = _published_england(latest)
    needed = edition.banding.reference_needs.value * len(ccg_codes)
    for i, indicator in enumerate(edition.indicators):
        if indicator.reference == "none":
            continue
        has = np.isfinite(grid.value[i])
        for end in sorted(set(grid.end[i][has])):  # the newest last, which is that of CCGs without a figure
            own = has & (grid.end[i] == end)
            england = published.get((indicator.code, end))
            if england is None:
                england = _worked_out(grid, i, own, indicator) if own.sum() >= needed else NOBODY
            found[i, own | ~has] = england
        if not has.any() and (ends := [end for code, end in published if code == indicator.code]):
            found[i] = published[indicator.code, max(ends)]
    value = _each(found, "value").astype(float)
    standard = np.array([[np.nan if one.standard is None else one.standard] for one in edition.indicators])
    source = np.array([[str(one.standard_provenance)] for one in edition.indicators], dtype=object)
    has_standard = np.isfinite(standard)
    return References(
        value=np.where(has_standard, standard, value),
        basis=np.where(has_standard, "standard", _each(found, "basis")),
        provenance=np.where(has_standard, source, _each(found, "provenance")),
        england=value,
        note=np.where(has_standard, "", _each(found, "note")),
    )


@dataclass(frozen=True)
class _Grid:
    """Published figures of the CCGs, (indicators, CCGs), NaN and NaT elsewhere."""

    value: Floats
    numerator: Floats
    denominator: Floats
    end: NDArray[np.datetime64]

    @classmethod
    def of(cls, latest: pd.DataFrame, edition: Edition, ccg_codes: Sequence[str]) -> "_Grid":
        cells = row_of_each_cell(latest, edition.indicator_codes, ccg_codes, "organisation_code")
        is_published = words(latest, "status", cells) == "published"
        return cls(
            np.where(is_published, figures(latest, "value", cells), np.nan),
            figures(latest, "numerator", cells),
            figures(latest, "denominator", cells),
            days(latest, "period_end", cells),
        )


def _published_england(latest: pd.DataFrame) -> dict[tuple[str, np.datetime64], _England]:
    """England as published, by indicator and the end of its period."""
    is_england = (latest["organisation_code"] == ENGLAND) & (latest["status"] == "published")
    rows = latest[is_england & latest["value"].notna()]
    keys = zip(rows["indicator_code"], rows["period_end"].to_numpy(dtype="datetime64[s]"), strict=True)
    values = (_England(float(one), "england_published", "found") for one in rows["value"])
    return dict(zip(keys, values, strict=True))


def _worked_out(grid: _Grid, i: int, own: Booleans, indicator: Indicator) -> _England:
    """England of the CCGs `own` together: of their counts, or the plain mean of their values."""
    note = f"England is that of {own.sum()} of {len(own)} CCGs"
    counted = own & np.isfinite(grid.numerator[i]) & (grid.denominator[i] > 0)
    if indicator.standard_error in COUNTED and 2 * counted.sum() > own.sum():
        total = (
            np.where(counted, grid.numerator[i], 0).sum() / np.where(counted, grid.denominator[i], 0).sum()
        )
        return _England(float(indicator.scale * total), "england_from_ccgs", "derived", note)
    mean = np.where(own, grid.value[i], 0).sum() / own.sum()
    return _England(float(mean), "england_from_ccgs", "assumed", note)


def _each(found: Strings, name: str) -> Strings:
    return np.array([[getattr(one, name) for one in row] for row in found], dtype=object)
