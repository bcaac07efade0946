"""From observations to bands: how far each CCG lies from the reference value, and on which side.

Belongs here: z, direction (turned here and nowhere else), limits, bands and points.
Does not belong here: reference values (`references`), formulas of standard errors and dispersion,
why a cell has no band (`unbanded`), any average over indicators (`areas`, `clinical`, `overall`).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.scoring.references import reference_values
from ccg_pipeline.method.scoring.unbanded import why_no_band
from ccg_pipeline.method.statistics.cutpoints import ROUNDING
from ccg_pipeline.method.statistics.dispersion import dispersion
from ccg_pipeline.method.statistics.grid import Floats, Strings, days, figures, row_of_each_cell, words
from ccg_pipeline.method.statistics.standard_errors import binomial, interval, poisson

BAND_COLUMNS = (
    "indicator_code",
    "area_code",
    "ccg_code",
    "period_start",
    "period_end",
    "numerator",
    "denominator",
    "value",
    "lower_95",
    "upper_95",
    "judgement",
    "status",
    "direction",
    "reference_value",
    "reference_basis",
    "reference_provenance",
    "standard_error",
    "z",
    "limits",
    "phi",
    "tau2",
    "band",
    "points",
    "why_no_band",
    "publication",
    "source_name",
    "source_sha256",
    "sheet",
    "cell",
    "note",
    "layout",
    "is_made_up",
)

FIGURES = ("numerator", "denominator", "value", "lower_95", "upper_95")
WORDS = ("judgement", "publication", "source_name", "source_sha256", "sheet", "cell", "note", "layout")


def band_of(z: Floats, cut: float) -> Floats:
    """Band of z turned for direction: 0 at or below −`cut`, 2 at or above `cut`, 1 between; NaN stays NaN.

    At the edge counts as outside: z = 1.96 is band 2 where the cut is 1.96.
    """
    edge = cut - ROUNDING
    return np.where(np.isfinite(z), np.where(z >= edge, 2.0, np.where(z <= -edge, 0.0, 1.0)), np.nan)


def range_points(z: Floats, cut: float, inside: float, outside: float) -> Floats:
    """Points where no direction is better: `outside` at or beyond ±`cut`, `inside` between; NaN stays."""
    return np.where(np.isfinite(z), np.where(np.abs(z) >= cut - ROUNDING, outside, inside), np.nan)


def turned_z(
    value: Floats, reference: Floats, standard_error: Floats, tau2: Floats, better: Floats
) -> Floats:
    """Distance in standard errors: better · (value − reference) / √(standard_error² + tau2).

    `better` is 1 where higher (or no direction) is better and −1 where lower is, so that positive is better.
    Shapes broadcast. NaN where the value is missing or the plain standard error is not above 0.
    """
    usable = np.where(standard_error > 0, standard_error, np.nan)
    return better * (value - reference) / np.sqrt(np.square(usable) + tau2)


def band_indicators(latest: pd.DataFrame, edition: Edition, ccg_codes: Sequence[str]) -> pd.DataFrame:
    """Band every indicator of the edition for every CCG: one row each, in the edition's order, CCGs by code.

    `latest`: at most one observation an indicator and organisation, in any order (ValueError otherwise); rows
    of others than `ccg_codes` serve as reference only. Whatever comes in, len(indicators) × len(ccg_codes)
    rows come out, with BAND_COLUMNS. A row has either points or a sentence in `why_no_band`.

    - `z` as in `turned_z`: positive is better, or above where there is no direction. `standard_error` is the
      plain one; counts are taken as if the reference were true.
    - limits ``plain``: tau2 is 0. ``overdispersed``: the edition asks for it and phi exceeds its threshold;
      tau2 is the variance between CCGs. ``range``: no better direction (widened where tau2 is above 0).
      ``points``: judgements and milestones, by the edition's scale. ``none``: no band.
    - phi and tau2 are measured about England's value even where the reference is a standard: CCGs that all
      miss a standard are not spread, they miss it. Widened limits are the group's: every CCG's own value is
      one of those that widen them.
    - `points` is what areas average; `band` is the same where it is whole, and NA otherwise.
    """
    ccgs = sorted(ccg_codes)
    indicators = edition.indicators
    cells = row_of_each_cell(latest, edition.indicator_codes, ccgs, "organisation_code")
    status = np.where(cells < 0, "missing", words(latest, "status", cells))
    number = {name: np.where(status == "published", figures(latest, name, cells), np.nan) for name in FIGURES}
    word = {name: words(latest, name, cells) for name in WORDS}
    word["judgement"] = np.where(status == "published", word["judgement"], "")
    publication = _each([one.publication for one in indicators])
    word["publication"] = np.where(cells < 0, publication, word["publication"])

    references = reference_values(latest, edition, ccgs)
    reference = references.value
    standard_error = standard_errors(edition, reference, number)
    phi, tau2 = _widening(edition, references.england, number)
    better = np.array([[-1.0 if one.direction == "lower_is_better" else 1.0] for one in indicators])
    z = turned_z(number["value"], reference, standard_error, tau2, better)
    points = points_of(edition, z, number["value"], word["judgement"])

    is_banded = np.isfinite(points)
    by_points = np.array([[one.points_scale is not None] for one in indicators])
    no_direction = np.array([[one.direction == "no_direction"] for one in indicators]) & ~by_points
    why = why_no_band(
        edition, cells, status, word, number | {"reference": reference, "tau2": tau2}, is_banded
    )
    worked_out = np.where(is_banded, references.note, "")
    word["note"] = np.where(worked_out == "", word["note"], _joined(word["note"], worked_out))
    word["note"] = np.where(no_direction, _joined(word["note"], _range_note(edition)), word["note"])
    columns = {
        **number,
        **word,
        "indicator_code": _each(edition.indicator_codes),
        "area_code": _each([one.area for one in indicators]),
        "ccg_code": np.array([ccgs], dtype=object),
        "period_start": days(latest, "period_start", cells),
        "period_end": days(latest, "period_end", cells),
        "status": status,
        "direction": _each([one.direction for one in indicators]),
        "reference_value": reference,
        "reference_basis": references.basis,
        "reference_provenance": references.provenance,
        "standard_error": standard_error,
        "z": z,
        "limits": np.select(
            [~is_banded, by_points, no_direction, tau2 > 0],
            ["none", "points", "range", "overdispersed"],
            "plain",
        ),
        "phi": np.where(np.isfinite(z), phi, np.nan),
        "tau2": np.where(np.isfinite(z), tau2, np.nan),
        "band": np.where(points == np.round(points), points, np.nan),
        "points": points,
        "why_no_band": why,
        "is_made_up": np.array([[bool(latest["is_made_up"].any())]]),
    }
    bands = pd.DataFrame({name: np.broadcast_to(columns[name], cells.shape).ravel() for name in BAND_COLUMNS})
    return bands.astype({"band": "Int64"})


def standard_errors(edition: Edition, reference: Floats, number: Mapping[str, Floats]) -> Floats:
    """The plain standard error of every cell, shape (indicators, CCGs), as the edition says for each.

    `reference` of shape (indicators, 1); `number` holds 'denominator', 'lower_95', 'upper_95' in the
    answer's shape. NaN where there is nothing to take it from, and for judgements and milestones.
    """
    scale = np.array([[indicator.scale] for indicator in edition.indicators])
    denominator = number["denominator"]
    kind = np.array([[indicator.standard_error] for indicator in edition.indicators])
    return np.select(
        [kind == "binomial", kind == "poisson", kind == "interval"],
        [
            binomial(reference, denominator, scale),
            poisson(reference, denominator, scale),
            interval(number["lower_95"], number["upper_95"]),
        ],
        np.nan,
    )


def _widening(edition: Edition, england: Floats, number: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """phi of every indicator, (indicators, 1), and the variance that widens its limits.

    The variance is 0 unless the edition asks for it, and NaN where it does and too few have a figure to say.
    """
    standard_error = standard_errors(edition, england, number)
    with np.errstate(divide="ignore", invalid="ignore"):  # without a standard error: left out below
        z = (number["value"] - england) / standard_error
    phi, tau2 = (np.full((len(england), 1), one) for one in (np.nan, 0.0))
    for i, indicator in enumerate(edition.indicators):
        found = dispersion(
            z[i], standard_error[i], edition.banding.winsorise.value, edition.banding.extremes_are
        )
        phi[i] = found.phi
        if indicator.overdispersion and found.n < 2:
            tau2[i] = np.nan
        elif indicator.overdispersion and found.phi > edition.banding.widen_above_phi.value:
            tau2[i] = found.tau2
    return phi, tau2


def points_of(edition: Edition, z: Floats, value: Floats, judgement: Strings) -> Floats:
    """Points of every cell: of z by bands or range, of judgements and milestones by the edition's scale.

    All of shape (indicators, CCGs), in the edition's order; NaN where there is nothing to give points for.
    """
    rule = edition.banding
    points = band_of(z, rule.cut.value)
    for i, indicator in enumerate(edition.indicators):
        if indicator.points_scale is not None:
            scale = edition.points_scale(indicator.points_scale)
            if scale.is_judgement:
                points[i] = [scale.points_of_judgement(one) for one in judgement[i]]
            else:
                points[i] = [scale.points_of_value(one) for one in value[i]]
        elif indicator.direction == "no_direction":
            points[i] = range_points(z[i], rule.cut.value, rule.range_inside.value, rule.range_outside.value)
    return points


def _range_note(edition: Edition) -> str:
    inside, outside = edition.banding.range_inside, edition.banding.range_outside
    return (
        f"no better direction: {inside.value:g} inside the expected range, "
        f"{outside.value:g} outside on either side ({outside.provenance})"
    )


def _joined(notes: Strings, said: str | Strings) -> Strings:
    more = np.asarray(said, dtype=object)
    return np.where(notes == "", more, notes + "; " + more)


def _each(values: Sequence[str]) -> Strings:
    """One value an indicator, as a column to spread over the CCGs."""
    return np.array(values, dtype=object)[:, None]
