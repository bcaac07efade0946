"""From one round to the next: which figures changed, and what a changed score or grade is made of.

Belongs here: the change of each indicator with its test, and a rating's change split into its parts.
Does not belong here: the test itself and its adjustment (`trends`), the rules (`outcomes`).

A score changes because figures did (**real**, what is left when chance is taken out, and **noise**, chance),
because what they are set against did (**reference**: reference values with the limits about them), because
the rules did (**definition**: indicators, points, weights, how grades combine) or because a line was moved
(**boundary**: cuts and thresholds). Which of them comes first matters, so every order counts alike: each part
is the mean, over all 120 orders, of what the rating changes when that part is changed next (Shapley 1953).
The rating is worked out anew for all 32 ways of taking each part from the one round or the other; the parts
add up to the change exactly. Where a mixture of the rounds has no rating, it counts as the earlier one.

Of an indicator's change d with standard error s, √(s₁² + s₂² − 2·r·s₁·s₂), the real part is
m + (d − m)·A/(A + s²) with m the mean and A the variance of true changes over all CCGs, averaged over what
these may be (`true_values.between`), and the rest is noise; judgements and milestones, and figures that
appear or go, are real. With fewer than ten CCGs nothing is known of how true changes spread, and all of it is
called real.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import factorial

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.scoring.banding import points_of, turned_z
from ccg_pipeline.method.scoring.clinical import grade_of
from ccg_pipeline.method.statistics.grid import Floats, figures, row_of_each_cell, words
from ccg_pipeline.method.statistics.priors import LEAST_FOR_A_PRIOR, between
from ccg_pipeline.method.statistics.trends import benjamini_hochberg, change
from ccg_pipeline.method.uncertainty.outcomes import Fixed, fixed_by_data, outcomes, rules_of

PARTS = ("real", "noise", "reference", "definition", "boundary")
BOUNDARIES = (" / cuts / ", "banding / cut", "significant_at", "good_at", "outstanding_at")
INDICATOR_CHANGE_COLUMNS = (
    "indicator_code",
    "ccg_code",
    "value",
    "previous",
    "difference",
    "standard_error",
    "z",
    "p_value",
    "p_adjusted",
    "direction",
)
RATING_CHANGE_COLUMNS = ("measure", "code", "ccg_code", "kind", "before", "after", "change", *PARTS)


@dataclass(frozen=True)
class Round:
    """One round: `bands` as `band_indicators` gives them, `supplementary` as `rate_panel` takes it, rules."""

    bands: pd.DataFrame
    supplementary: pd.DataFrame
    edition: Edition


def indicator_changes(
    bands: pd.DataFrame,
    previous: pd.DataFrame,
    edition: Edition,
    correlation: float | Mapping[str, float] = 0.0,
    false_discoveries: float = 0.05,
) -> pd.DataFrame:
    """Every indicator's change since an earlier round, one row each of `edition` and CCG of `bands`.

    `correlation` of the two sampling errors, one for all or by indicator (0 where it names none).
    ``p_adjusted`` for testing all rows at once (Benjamini-Hochberg); ``direction`` 1 better, −1 worse, 0 no
    more than chance at `false_discoveries`, NaN where it cannot be told. ``difference`` and
    ``standard_error`` in the indicator's unit; INDICATOR_CHANGE_COLUMNS, the edition's order, CCGs by code.
    """
    ccgs = sorted(bands["ccg_code"].unique())
    now, then = (row_of_each_cell(frame, edition.indicator_codes, ccgs) for frame in (bands, previous))
    value, before = figures(bands, "value", now), figures(previous, "value", then)
    found = change(
        value,
        figures(bands, "standard_error", now),
        before,
        figures(previous, "standard_error", then),
        _correlations(edition, correlation),
    )
    adjusted = benjamini_hochberg(found.p_value)
    better = np.array([[-1.0 if one.direction == "lower_is_better" else 1.0] for one in edition.indicators])
    no_side = np.array([[one.direction == "no_direction"] for one in edition.indicators])
    side = np.where(adjusted <= false_discoveries, np.sign(found.difference) * better, 0.0)
    columns = {
        "indicator_code": np.repeat(edition.indicator_codes, len(ccgs)),
        "ccg_code": np.tile(ccgs, len(edition.indicators)),
        "value": value,
        "previous": before,
        "difference": found.difference,
        "standard_error": found.standard_error,
        "z": found.z,
        "p_value": found.p_value,
        "p_adjusted": adjusted,
        "direction": np.where(np.isnan(adjusted) | no_side, np.nan, side),
    }
    return pd.DataFrame({name: columns[name].ravel() for name in INDICATOR_CHANGE_COLUMNS})


def rating_changes(
    before: Round, after: Round, lane: Lane, correlation: float | Mapping[str, float] = 0.0
) -> pd.DataFrame:
    """What the change of every score and grade is made of, for the CCGs of both rounds, by code.

    RATING_CHANGE_COLUMNS. Areas and panels are those of the later edition; ``kind`` is 'score' (areas,
    overall) or 'grade' (panels, overall). The five parts add up to ``change``, after − before; a grade's
    change is above 0 when it got worse. NaN where either round has none. ValueError for a panel or area that
    only one of the rounds has.
    """
    ccgs = sorted(set(before.bands["ccg_code"]) & set(after.bands["ccg_code"]))
    names = _measures(after.edition, lane)
    if _measures(before.edition, lane) != names:
        raise ValueError(
            "The two rounds do not rate the same areas and panels: compare what both of them rate."
        )
    sides = (_Side.of(before, lane, ccgs), _Side.of(after, lane, ccgs))
    moved = _moved(*sides, correlation)
    worth = {
        taken: _worked_out(sides, moved, dict(zip(PARTS, taken, strict=True)), len(names))
        for taken in product((False, True), repeat=len(PARTS))
    }
    first, last = worth[(False,) * 5], worth[(True,) * 5]
    known = np.isfinite(first) & np.isfinite(last)
    parts = shapley({taken: np.where(np.isfinite(one), one, first) for taken, one in worth.items()})
    columns = {"before": first, "after": last, "change": last - first}
    columns |= {name: np.where(known, part, np.nan) for name, part in zip(PARTS, parts, strict=True)}
    table = pd.DataFrame({name: column.ravel() for name, column in columns.items()})
    for place, name in enumerate(("measure", "code", "kind")):
        table[name] = np.repeat([one[place] for one in names], len(ccgs))
    return table.assign(ccg_code=np.tile(np.array(ccgs, dtype=object), len(names)))[
        list(RATING_CHANGE_COLUMNS)
    ]


def shapley(worth: Mapping[tuple[bool, ...], Floats]) -> list[Floats]:
    """The part of each of k players in worth[all] − worth[none], given what every coalition is worth.

        Σ over coalitions S without i:  |S|! (k − |S| − 1)! / k! · (worth(S and i) − worth(S))

    They add up exactly but for rounding. Source: Shapley 1953, "A value for n-person games".
    """
    k = len(next(iter(worth)))
    parts = []
    for i in range(k):
        part = np.zeros_like(next(iter(worth.values())))
        for coalition, value in worth.items():
            if not coalition[i]:
                size = sum(coalition)
                joined = worth[(*coalition[:i], True, *coalition[i + 1 :])]
                part = part + factorial(size) * factorial(k - size - 1) / factorial(k) * (joined - value)
        parts.append(part)
    return parts


@dataclass(frozen=True)
class _Side:
    """One round as columns by indicator code, each a row over the CCGs, and what the data decide."""

    edition: Edition
    row: Mapping[str, Mapping[str, Floats]]
    judgement: Mapping[str, np.ndarray]
    fixed: Fixed

    @classmethod
    def of(cls, of_round: Round, lane: Lane, ccgs: list[str]) -> "_Side":
        edition = of_round.edition
        bands = of_round.bands[of_round.bands["ccg_code"].isin(ccgs)]
        rows = row_of_each_cell(bands, edition.indicator_codes, ccgs)
        judgement = words(bands, "judgement", rows)
        row = {
            name: dict(zip(edition.indicator_codes, figures(bands, name, rows), strict=True))
            for name in ("value", "reference_value", "standard_error", "tau2")
        }
        fixed = fixed_by_data(bands, of_round.supplementary, edition, lane, judgement)
        return cls(edition, row, dict(zip(edition.indicator_codes, judgement, strict=True)), fixed)


def _moved(
    before: _Side, after: _Side, correlation: float | Mapping[str, float]
) -> dict[str, tuple[Floats, Floats]]:
    """Real and noisy part of each indicator's change, where both rounds have it in one unit."""
    found = {}
    for indicator in after.edition.indicators:
        code = indicator.code
        if code not in before.row["value"]:
            continue
        r = correlation if isinstance(correlation, float | int) else correlation.get(code, 0.0)
        errors = [side.row["standard_error"][code] for side in (after, before)]
        tested = change(after.row["value"][code], errors[0], before.row["value"][code], errors[1], r)
        real = after.row["value"][code] - before.row["value"][code]
        there = np.isfinite(tested.z)
        if there.sum() >= LEAST_FOR_A_PRIOR:
            d, variance = tested.difference[there], np.square(tested.standard_error[there])
            m, a = between(d, variance)
            real = real.copy()
            real[there] = np.mean(
                [at + (d - at) * of / (of + variance) for at, of in zip(m, a, strict=True)], axis=0
            )
        found[code] = (real, after.row["value"][code] - before.row["value"][code] - real)
    return found


def _worked_out(
    sides: tuple[_Side, _Side],
    moved: Mapping[str, tuple[Floats, Floats]],
    taken: Mapping[str, bool],
    n: int,
) -> Floats:
    """Scores and grades (measures, CCGs) when each part is taken from the later round or the earlier."""
    before, after = sides
    figures_of, against = sides[taken["real"]], sides[taken["reference"]]
    edition = _mixed(sides[taken["definition"]].edition, sides[taken["boundary"]].edition)
    nothing = np.full(len(figures_of.fixed.is_inadequate), np.nan)
    values, judgements, numbers = [], [], []
    for code in edition.indicator_codes:
        if code in moved:
            own = before.row["value"][code]
            parts = [part for part, name in zip(moved[code], PARTS, strict=False) if taken[name]]
            value = sum(parts, own)
            gone = np.isnan(own) | np.isnan(after.row["value"][code])  # it appeared or went: that is real
            value = np.where(gone, figures_of.row["value"][code], value)
        else:
            value = figures_of.row["value"].get(code, nothing)
        values.append(value)
        judgements.append(figures_of.judgement.get(code, np.full(len(nothing), "", dtype=object)))
        other = sides[not taken["reference"]]
        numbers.append(
            [
                np.where(
                    np.isnan(own := against.row[name].get(code, nothing)),
                    other.row[name].get(code, nothing),
                    own,
                )
                for name in ("reference_value", "standard_error", "tau2")
            ]
        )
    value, judgement = np.array(values), np.array(judgements, dtype=object)
    reference, error, tau2 = np.array(numbers).transpose(1, 0, 2)
    better = np.array([[-1.0 if one.direction == "lower_is_better" else 1.0] for one in edition.indicators])
    z = turned_z(value, reference, error, tau2, better)
    points = points_of(edition, z, value, judgement)[:, None]
    at = {code: i for i, code in enumerate(edition.indicator_codes)}
    grades = {
        at[code]: grade_of(z[at[code]], panel.grading.significant_at.value)[None]
        for panel in edition.panels
        for code in panel.indicators
    }
    red = judgement[[at[code] for code in edition.overall.inadequate_when_red]]
    is_inadequate = np.asarray((red == edition.overall.inadequate_rule.value).all(axis=0), dtype=bool)
    fixed = Fixed(figures_of.fixed.panel_grade, figures_of.fixed.unrated, is_inadequate)
    found = outcomes(points, grades, fixed, rules_of([edition]))
    all_of_it = [found.area, found.panel_grade, found.overall, found.overall_grade]
    return np.concatenate(all_of_it)[:n, 0]


def _mixed(definition: Edition, boundary: Edition) -> Edition:
    """The rules of one edition with the cuts and thresholds of another, where both have them."""
    if definition is boundary:
        return definition
    lines = {
        (one.file, one.item): one.value
        for one in boundary.numbers()
        if one.file in ("framework.yaml", "clinical.yaml", "overall.yaml")
        and any(part in one.item for part in BOUNDARIES)
    }
    own = {(one.file, one.item) for one in definition.numbers()}
    return definition.with_values({place: value for place, value in lines.items() if place in own})


def _measures(edition: Edition, lane: Lane) -> list[tuple[str, str, str]]:
    names = [("area", one.code, "score") for one in edition.areas]
    names += [("panel", one.key, "grade") for one in edition.panels]
    if edition.lane(lane).has_overall_rating:
        names += [("overall", "overall", "score"), ("overall", "overall", "grade")]
    return names


def _correlations(edition: Edition, correlation: float | Mapping[str, float]) -> Floats:
    if isinstance(correlation, float | int):
        return np.array(float(correlation))
    return np.array([[correlation.get(code, 0.0)] for code in edition.indicator_codes])
