"""How far it is to the next band and to the next overall grade: in the indicator's unit, in people.

Belongs here: what would have to change, everything else as it is, for an organisation to get the next grade.
Does not belong here: cuts and bands themselves (`cutpoints`, `banding`), a panel's grades and ratings
(`grade_changes`), how probable a change is (`uncertainty`).

People are counted things: persons, items, days, whatever the numerator counts; *more* of them where higher is
better and *fewer* where lower is. References, denominators and widened limits are held: one CCG's own counts
hardly move England's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.framework.lane_rules import band_limit
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.method.statistics.cutpoints import ROUNDING, to_next_cut
from ccg_pipeline.method.statistics.grid import Booleans, Floats, Integers, figures, row_of_each_cell
from ccg_pipeline.method.statistics.small_counts import events_at

BAND_DISTANCE_COLUMNS = (
    "indicator_code",
    "ccg_code",
    "to_better",
    "to_worse",
    "people_to_better",
    "people_to_worse",
)
OVERALL_DISTANCE_COLUMNS = ("ccg_code", "to_better", "to_worse", "bands_to_better")


def people_to_rise(z: Floats, step: Floats, cut: Floats, is_reached_on_it: bool) -> Floats:
    """The least whole number of people that takes z to `cut`, or past it where on it is not enough.

    `step` is what one person moves z, above 0; shapes broadcast. At least 1, because less is no change; NaN
    where anything is missing.
    """
    if is_reached_on_it:
        return np.asarray(np.maximum(np.ceil((cut - ROUNDING - z) / step), 1))
    return np.asarray(np.maximum(np.floor((cut + ROUNDING - z) / step) + 1, 1))


def people_to_fall(z: Floats, step: Floats, cut: Floats, is_kept_on_it: bool) -> Floats:
    """The least whole number of people whose loss takes z below `cut`, or to it where on it is not enough."""
    if is_kept_on_it:
        return np.asarray(np.maximum(np.floor((z - cut + ROUNDING) / step) + 1, 1))
    return np.asarray(np.maximum(np.ceil((z - cut - ROUNDING) / step), 1))


def to_next_band(bands: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Distance of every indicator and CCG in `bands` to the bands next to its own; BAND_DISTANCE_COLUMNS.

    In the edition's order, CCGs by code. ``to_better``, ``to_worse``: in the indicator's unit, at or above 0,
    to the edge of the next band (milestones: of the next level). ``people_…``: whole numbers, where the
    standard error comes from counts. NaN where there is no such band, none can be reached (more than all,
    fewer than nobody), and for judgements. Without a better direction the inside of the limits is better.
    """
    ccgs = sorted(bands["ccg_code"].unique())
    rows = row_of_each_cell(bands, edition.indicator_codes, ccgs)
    z, value = figures(bands, "z", rows), figures(bands, "value", rows)
    spread, step = spread_and_step(bands, edition.indicators, rows)
    cut = np.array([[band_limit(edition.nodes.node[one.code])] for one in edition.indicators])
    no_direction = np.array([[one.direction == "no_direction"] for one in edition.indicators])
    inwards = np.where(no_direction, cut - np.abs(z), z)  # ranges: their edge at 0, from which inwards is up
    is_upper, is_lower = z >= cut - ROUNDING, z <= ROUNDING - cut
    above, below = np.where(is_lower, -cut, np.where(is_upper, np.nan, cut)), np.where(is_upper, cut, -cut)
    below[is_lower] = np.nan
    is_outside = is_upper | is_lower
    above = np.where(no_direction, np.where(is_outside, 0.0, np.nan), above)
    below = np.where(no_direction, np.where(is_outside, np.nan, 0.0), below)
    for exact in exact_counts(bands, edition.indicators, rows):  # on the scale of counts, where one is one
        at = exact.place
        above[at], below[at] = exact.edge(above[at]), exact.edge(below[at])
        inwards[at], spread[at], step[at] = exact.counts, exact.unit, 1.0
    open_above = is_lower | no_direction  # at the lower limit is still outside, and at a range's edge too
    people_up = np.where(
        open_above, people_to_rise(inwards, step, above, False), people_to_rise(inwards, step, above, True)
    )
    people_down = np.where(
        is_upper & ~no_direction,
        people_to_fall(inwards, step, below, True),
        people_to_fall(inwards, step, below, False),
    )
    up, down = np.maximum(above - inwards, 0) * spread, np.maximum(inwards - below, 0) * spread
    better = np.array([[-1 if one.direction == "lower_is_better" else 1] for one in edition.indicators])
    better = np.where(no_direction, -np.sign(z), better)
    one_person = better * step * spread
    people_up = np.where(can_move(edition.indicators, value, one_person * people_up), people_up, np.nan)
    people_down = np.where(
        can_move(edition.indicators, value, -one_person * people_down), people_down, np.nan
    )
    up = np.where(can_move(edition.indicators, value, better * up), up, np.nan)
    down = np.where(can_move(edition.indicators, value, -better * down), down, np.nan)
    for i, indicator in enumerate(edition.indicators):
        key = indicator.points_scale
        if key is not None and (edges := edition.points_scale(key).edges):
            near = to_next_cut(value[i], edges)
            up[i], down[i] = near.up, near.down
    columns = {
        "indicator_code": np.repeat(edition.indicator_codes, len(ccgs)),
        "ccg_code": np.tile(ccgs, len(edition.indicators)),
        "to_better": up.ravel(),
        "to_worse": down.ravel(),
        "people_to_better": people_up.ravel(),
        "people_to_worse": people_down.ravel(),
    }
    return pd.DataFrame(columns, columns=list(BAND_DISTANCE_COLUMNS))


def to_next_overall(rated: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Distance of the overall score to the lines about it, one row a row of `rate_overall`'s frame.

    ``to_better``, ``to_worse``: in points of the score, 0 to 2. ``bands_to_better``: how many of the
    indicators that count would have to rise by one band. NaN without a rating, and for the lowest grade,
    which two judgements give and no score mends.
    """
    rule = edition.overall
    score = rated["overall_score"].to_numpy(dtype=float)
    by_score = rated["grade"].isin([1, 2, 3]).to_numpy(dtype=bool)
    near = to_next_cut(np.where(by_score, score, np.nan), [rule.outstanding_at.value, rule.good_at.value])
    n = rated["n_performance_used" if np.isnan(rule.points_of_missing) else "n_performance_expected"]
    share = rule.block("performance").weight.value / rated["weight_used"].to_numpy(dtype=float)
    of_a_band = share / n.to_numpy(dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):  # nothing counts: NaN is what is meant
        bands = np.ceil((near.up - ROUNDING) / of_a_band)
    return pd.DataFrame(
        {
            "ccg_code": rated["ccg_code"],
            "to_better": near.up,
            "to_worse": near.down,
            "bands_to_better": np.where(np.isfinite(bands), bands, np.nan),
        },
        columns=list(OVERALL_DISTANCE_COLUMNS),
    )


def spread_and_step(
    bands: pd.DataFrame, indicators: Sequence[Indicator], rows: Integers
) -> tuple[Floats, Floats]:
    """What one z is in the indicator's unit, and what one person moves z: NaN where nobody is counted.

    Of shape (indicators, CCGs), as `rows`.
    """
    spread = np.hypot(figures(bands, "standard_error", rows), np.sqrt(figures(bands, "tau2", rows)))
    scale = np.array([[one.scale] for one in indicators])
    counted = np.array([[one.standard_error in ("binomial", "poisson")] for one in indicators])
    n = figures(bands, "denominator", rows)
    return spread, np.where(counted & (n > 0), scale / (np.where(n > 0, n, np.nan) * spread), np.nan)


@dataclass(frozen=True)
class ExactCounts:
    """The counts of an indicator whose distances are exact chances, (CCGs,): higher is better, as in z.

    ``place`` among the indicators, ``counts`` turned, ``unit``: what one counted thing is in the indicator's
    unit; the reference is ``share`` of those ``exposed``, with whom a CCG may share its figure.
    """

    place: int
    error: str
    better: float
    counts: Floats
    unit: Floats
    exposed: Floats
    share: Floats
    scale: float

    def edge(self, z: Floats) -> Floats:
        """Return the count, turned, at which the distance is `z`; NaN where there is none."""
        at = events_at(self.error, self.better * z, self.exposed, self.share) / self.exposed
        return self.better * np.where(z == 0, self.share, at) * self.scale / self.unit


def exact_counts(
    bands: pd.DataFrame, indicators: Sequence[Indicator], rows: Integers
) -> Iterator[ExactCounts]:
    """Yield the counts of each of some indicators whose distances are exact chances; `rows` as theirs."""
    for place, one in enumerate(indicators):
        if one.exact:
            value, n, reference, error = (
                figures(bands, name, rows[place])
                for name in ("value", "denominator", "reference_value", "standard_error")
            )
            better, share = -1.0 if one.better == "lower" else 1.0, reference / one.scale
            variance = share * (1 - share) if one.standard_error == "binomial" else share
            with np.errstate(divide="ignore", invalid="ignore"):  # nobody counted: NaN is what is meant
                exposed = variance / np.square(error / one.scale)
                unit = one.scale / np.where(n > 0, n, np.nan)
            yield ExactCounts(
                place, one.standard_error, better, better * value / unit, unit, exposed, share, one.scale
            )


def can_move(indicators: Sequence[Indicator], value: Floats, by: Floats) -> Booleans:
    """Whether a value can move so far: none below 0 of what is counted, no share above the whole."""
    most = np.array([[one.scale if one.kind == "proportion" else np.inf] for one in indicators])
    least = np.array([[-np.inf if one.kind == "index" else 0.0] for one in indicators])
    moved = value + by
    return np.asarray((moved >= least - ROUNDING) & (moved <= most + ROUNDING))
