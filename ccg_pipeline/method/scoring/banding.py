"""From observations to bands: how far each CCG lies from the reference value, and on which side.

Belongs here: the frame of z, limits, bands and points that the one engine gives.
Does not belong here: any rule (the engine has them), references in words (`references`), why a cell has no
band (`unbanded`), what comes of several indicators (`rated`).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ccg_pipeline.framework.lane_rules import range_note, z_of
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.engine.run import Run
from ccg_pipeline.method.scoring.on_bands import run_of_indicators
from ccg_pipeline.method.scoring.references import references_of
from ccg_pipeline.method.scoring.unbanded import why_no_band
from ccg_pipeline.method.statistics.grid import Floats, Strings, days, figures, row_of_each_cell, words

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


def band_indicators(latest: pd.DataFrame, edition: Edition, ccg_codes: Sequence[str]) -> pd.DataFrame:
    """Band every indicator of the edition for every CCG: one row each, in the edition's order, CCGs by code.

    `latest`: at most one observation an indicator and organisation, in any order (ValueError otherwise); rows
    of others than `ccg_codes` serve as reference only. Whatever comes in, len(indicators) × len(ccg_codes)
    rows come out, with BAND_COLUMNS. A row has either points or a sentence in `why_no_band`.

    - `z` is the distance from the reference in standard errors: positive is better, or above where there is
      no direction. `standard_error` is the plain one; counts are taken as if the reference were true.
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

    run = run_of_indicators(latest, edition, ccgs)
    references = references_of(run, edition, latest)
    reference, tau2 = references.value, references.tau2
    z = np.array([_score(run, z_of(code), ccgs) for code in edition.indicator_codes])
    points = np.array([_score(run, code, ccgs) for code in edition.indicator_codes])

    is_banded = np.isfinite(points)
    by_points = np.array([[one.points_scale is not None] for one in indicators])
    no_direction = np.array([[one.direction == "no_direction"] for one in indicators]) & ~by_points
    why = why_no_band(
        edition, cells, status, word, number | {"reference": reference, "tau2": tau2}, is_banded
    )
    worked_out = np.where(is_banded, references.note, "")
    word["note"] = np.where(worked_out == "", word["note"], _joined(word["note"], worked_out))
    shared = np.where(is_banded, _of_sharing(run, edition, tau2), "")
    word["note"] = np.where(shared == "", word["note"], _joined(word["note"], shared))
    nodes = {one.code: edition.nodes.node[one.code] for one in indicators if one.better == "none"}
    ranges = _each([range_note(nodes[one.code]) if one.code in nodes else "" for one in indicators])
    word["note"] = np.where(no_direction, _joined(word["note"], ranges), word["note"])
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
        "standard_error": references.error,
        "z": z,
        "limits": np.select(
            [~is_banded, by_points, no_direction, tau2 > 0],
            ["none", "points", "range", "overdispersed"],
            "plain",
        ),
        "phi": np.where(np.isfinite(z), references.phi, np.nan),
        "tau2": np.where(np.isfinite(z), tau2, np.nan),
        "band": np.where(points == np.round(points), points, np.nan),
        "points": points,
        "why_no_band": why,
        "is_made_up": np.array([[bool(latest["is_made_up"].any())]]),
    }
    bands = pd.DataFrame({name: np.broadcast_to(columns[name], cells.shape).ravel() for name in BAND_COLUMNS})
    return bands.astype({"band": "Int64"})


def _score(run: Run, node: str, ccgs: Sequence[str]) -> Floats:
    """What a node has come to, (CCGs,); NaN where there is no such node."""
    state = run.states.get(node)
    return np.full(len(ccgs), np.nan) if state is None else state.score[0]


def _of_sharing(run: Run, edition: Edition, tau2: Floats) -> Strings:
    """What is said of a figure that several CCGs share, and of the error in taking it for each of them."""
    said = np.full((len(edition.indicators), len(run.facts.organisations)), "", dtype=object)
    for row, one, widening in zip(said, edition.indicators, tau2[:, 0], strict=True):
        whose = run.facts.sharing(one.measure, one.drawn_by)
        n = np.bincount(whose, minlength=len(whose))[whose]
        known = (
            f"is not known; CCGs differ by {widening**0.5:.3g} beyond chance"
            if widening > 0
            else "is not known"
        )
        row[:] = [f"one figure of {of} CCGs: how far each is from it {known}" if of > 1 else "" for of in n]
    return said


def _joined(notes: Strings, said: str | Strings) -> Strings:
    more = np.asarray(said, dtype=object)
    return np.where(notes == "", more, notes + "; " + more)


def _each(values: Sequence[str]) -> Strings:
    """One value an indicator, as a column to spread over the CCGs."""
    return np.array(values, dtype=object)[:, None]
