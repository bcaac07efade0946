"""What each indicator's values are set against: its standard, or England.

Belongs here: one reference value an indicator, on what it rests and where it comes from; England's own value,
which is also the centre about which CCGs spread.
Does not belong here: the distance of a value from its reference (`banding`).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.statistics.grid import Floats, days, figures, row_of_each_cell, words

COUNTED = ("binomial", "poisson")  # only values of these kinds are made of a numerator and a denominator

REFERENCE_COLUMNS = (
    "indicator_code",
    "reference_value",
    "reference_basis",
    "reference_provenance",
    "england_value",
    "england_basis",
    "england_provenance",
)


def reference_values(latest: pd.DataFrame, edition: Edition, ccg_codes: Sequence[str]) -> pd.DataFrame:
    """Find the reference value of every indicator of the edition, one row each, in the edition's order.

    `latest`: one observation an indicator and organisation. The reference is the edition's standard where it
    has one, else England: the first that there is of

    - ``england_published``: the published England figure, if it is of the CCGs' newest period (``found``);
    - ``england_from_ccgs``: scale × Σ numerators / Σ denominators of the CCGs, if most of them that have a
      value have both counts (``derived``; X24 and other commissioners are not in it);
    - ``england_from_ccgs``: the plain mean of the CCGs' values (``assumed``). Plain, because weights from
      intervals favour low values wherever the variance grows with the value.

    Basis ``none``, value NaN and provenance '' where there is no reference: judgements and milestones, and
    indicators of which no CCG has a value. Values are in the indicator's published unit.
    """
    published = _published_england(latest, edition, ccg_codes)
    pooled, mean = _england_from_ccgs(latest, edition, ccg_codes)
    rows = []
    for i, indicator in enumerate(edition.indicators):
        england: tuple[float, str, str] = (np.nan, "none", "")
        if indicator.reference != "none":
            for value, basis, provenance in (
                (published[i], "england_published", "found"),
                (pooled[i], "england_from_ccgs", "derived"),
                (mean[i], "england_from_ccgs", "assumed"),
            ):
                if np.isfinite(value):
                    england = (float(value), basis, provenance)
                    break
        reference = england
        if indicator.standard is not None:
            reference = (indicator.standard, "standard", str(indicator.standard_provenance))
        rows.append((indicator.code, *reference, *england))
    return pd.DataFrame(rows, columns=list(REFERENCE_COLUMNS))


def _published(latest: pd.DataFrame, edition: Edition, codes: Sequence[str]) -> tuple[Floats, Floats]:
    """Published values of those organisations, NaN elsewhere, and the days on which their periods ended."""
    cells = row_of_each_cell(latest, edition.indicator_codes, codes, "organisation_code")
    is_published = words(latest, "status", cells) == "published"
    values = np.where(is_published, figures(latest, "value", cells), np.nan)
    ends = days(latest, "period_end", cells).astype("datetime64[D]").astype("float64")
    return values, np.where(np.isfinite(values), ends, -np.inf)


def _published_england(latest: pd.DataFrame, edition: Edition, ccg_codes: Sequence[str]) -> Floats:
    """England as published; NaN where there is none, or one older than what it would be compared with."""
    values, ends = _published(latest, edition, ["ENG"])
    _, ccg_ends = _published(latest, edition, ccg_codes)
    newest = ccg_ends.max(axis=1, initial=-np.inf)
    return np.where(ends[:, 0] >= newest, values[:, 0], np.nan)


def _england_from_ccgs(
    latest: pd.DataFrame, edition: Edition, ccg_codes: Sequence[str]
) -> tuple[Floats, Floats]:
    """England from the CCGs' counts, and the plain mean of their values; NaN where there is nothing."""
    cells = row_of_each_cell(latest, edition.indicator_codes, ccg_codes, "organisation_code")
    values, _ = _published(latest, edition, ccg_codes)
    numerator, denominator = figures(latest, "numerator", cells), figures(latest, "denominator", cells)
    has_value = np.isfinite(values)
    is_counted = has_value & np.isfinite(numerator) & (denominator > 0)
    scale = np.array([indicator.scale for indicator in edition.indicators])
    made_of_counts = np.array([indicator.standard_error in COUNTED for indicator in edition.indicators])
    enough = made_of_counts & (2 * is_counted.sum(axis=1) > has_value.sum(axis=1))
    with np.errstate(invalid="ignore"):  # 0 / 0 is NaN: an indicator without any CCG
        ratio = np.where(is_counted, numerator, 0).sum(axis=1) / np.where(is_counted, denominator, 0).sum(
            axis=1
        )
        mean = np.where(has_value, values, 0).sum(axis=1) / has_value.sum(axis=1)
    return np.where(enough, scale * ratio, np.nan), mean
