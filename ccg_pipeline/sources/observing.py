"""From claims to observations: what may be believed, and what it says.

Belongs here: the checks that hold for every publication, status and value of an observation.
Does not belong here: which rows make a claim (``claims`` and each publication), plausibility against the
world.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ccg_pipeline.framework.wanted import Measure, Wanted
from ccg_pipeline.sources.cells import (
    Figures,
    half_of_last_digit,
    is_flagged,
    is_mark,
    is_rounded,
    no_figures,
    read_figures,
    text,
)
from ccg_pipeline.sources.claims import FIGURES, KEY
from ccg_pipeline.sources.row_accounting import Mask, RowAccounting

Array = npt.NDArray[np.float64]
COLUMNS = [*KEY, "organisation_kind", "rows", *FIGURES, "judgement", "status"]


def observe(
    claims: pd.DataFrame,
    account: RowAccounting,
    wanted: Wanted,
    publication: str,
    needs: Literal["value", "numerator"] = "value",
) -> pd.DataFrame:
    """Turn claims of a publication into observations; quarantine in ``account`` rows of what cannot be true.

    A claim with a quarantined row becomes an observation of status refused, without figures. ``needs`` is the
    figure without which nothing is published. A value is computed from its counts where its standard error
    comes from counts too, and a published value next to them must then agree to its last digit; standardised
    and survey-weighted values stand as published.
    """
    if claims.empty:
        return pd.DataFrame(columns=COLUMNS)
    each = [_wanted(wanted, publication, code) for code in claims["indicator_code"]]
    figures = {
        name: read_figures(claims[name]) if name in claims else no_figures(len(claims)) for name in FIGURES
    }
    words = [text(cell) for cell in claims["judgement"]] if "judgement" in claims else [""] * len(claims)
    doubts = _Doubts(claims, account)
    _doubt_figures(doubts, figures, each)
    is_judged = np.array([unit.kind == "judgement" for unit in each])
    unknown = [not is_mark(word) and not unit.label(word) for word, unit in zip(words, each, strict=True)]
    doubts.where(is_judged & np.array(unknown), "judgement {} is none of its labels", "judgement")
    twice = claims.duplicated(KEY, keep=False).to_numpy()
    doubts.where(twice, "the organisation has more than one row for this period", can_be_true=True)
    if twice.any():
        waived = claims[[account.is_waived(rows) for rows in claims["rows"]]]
        both = claims.index.isin(waived.index[waived.duplicated(KEY, keep=False)])
        doubts.where(both, "more than one row of the organisation for this period is waived")

    value = _value(figures, each)
    judgement = np.array(
        ["" if is_mark(word) else unit.label(word) for word, unit in zip(words, each, strict=True)]
    )
    needed = value if needs == "value" else figures[needs].values
    is_complete = np.where(is_judged, judgement != "", ~np.isnan(needed))
    is_withheld = np.any(
        [figures[name].is_suppressed for name in ("numerator", "denominator", "value")], axis=0
    )
    is_withheld |= is_judged & np.array([word == "*" for word in words])
    is_refused = np.array([account.is_doubted(rows) for rows in claims["rows"]])
    status = np.select(
        [is_refused, is_complete, is_withheld], ["refused", "published", "suppressed"], default="missing"
    )
    published = status == "published"
    columns = {name: figures[name].values for name in FIGURES} | {"value": value}
    observations = pd.DataFrame(
        {
            **{name: claims[name] for name in (*KEY, "organisation_kind", "rows")},
            **{name: np.where(published, column, np.nan) for name, column in columns.items()},
            "judgement": np.where(published, judgement, ""),
            "status": status,
        }
    )
    if not twice.any():
        return observations
    # one of several rows may be waived: then it speaks for the organisation
    refused_last = observations["status"].eq("refused").sort_values(kind="stable").index
    return observations.loc[refused_last].drop_duplicates(KEY).sort_index()


def _wanted(wanted: Wanted, publication: str, code: str) -> Measure:
    """The measure of a claim; a reader claims nothing else than what is wanted."""
    measure = wanted.measure(publication, code)
    if measure is None:
        raise KeyError(f"nobody asks {publication} for {code}")
    return measure


class _Doubts:
    """Quarantines the rows of claims."""

    def __init__(self, claims: pd.DataFrame, account: RowAccounting) -> None:
        self._accounting = account
        self._rows = list(claims["rows"])
        self.cells = {name: list(claims[name]) for name in (*FIGURES, "judgement") if name in claims}

    def remark_flagged(self, name: str) -> None:
        """Note of each figure with a mark behind it how it is written in the file."""
        for rows, cell in zip(self._rows, self.cells.get(name, ()), strict=False):
            if is_flagged(cell):
                self._accounting.remark(rows, f"{name} is given as {text(cell)!r}")

    def where(self, which: Mask, reason: str, cells: str = "", can_be_true: bool = False) -> None:
        """Quarantine all rows of the claims in ``which``; ``{}`` in ``reason`` is its cell in ``cells``."""
        for place in np.flatnonzero(which):
            said = repr(text(self.cells[cells][place])) if cells else ""
            self._accounting.doubt(self._rows[place], reason.format(said), can_be_true)


def _doubt_figures(doubts: _Doubts, figures: dict[str, Figures], units: list[Measure]) -> None:
    """Doubt whatever cannot be true of the figures of one claim."""
    for name, column in figures.items():
        doubts.where(column.is_fault, f"{name} is {{}}, which is no figure", name)
        doubts.remark_flagged(name)
    numerator, denominator, value, lower, upper = (figures[name].values for name in FIGURES)
    is_share = np.array([unit.kind == "proportion" for unit in units])
    has_floor = np.array([not unit.may_be_negative for unit in units])
    doubts.where(numerator < 0, "numerator {} is below zero", "numerator")
    doubts.where(denominator < 0, "denominator {} is below zero", "denominator")
    doubts.where(is_share & (numerator > denominator), "numerator is above denominator")
    doubts.where(~is_share & (denominator == 0) & (numerator > 0), "denominator is zero")
    by_counts = np.array([unit.counts_decide for unit in units])
    nobody = by_counts & (denominator == 0) & (numerator == 0)
    doubts.where(nobody & (value > 0), "value {} is given where nobody was counted", "value")
    doubts.where(is_share & (value > 100), "value {} is above 100 %", "value")
    codes = np.array([unit.code for unit in units], dtype=object)
    of_one = "value {} seems to be a share of one, and per cent are meant"
    doubts.where(_shares_of_one(value, denominator, codes, is_share), of_one, "value", can_be_true=True)
    doubts.where(has_floor & (value < 0), "value {} is below zero", "value")
    doubts.where(lower > upper, "lower limit is above upper limit")
    least, most = (np.array([getattr(unit, name) for unit in units]) for name in ("least", "most"))
    said = np.where(has_floor & (value < 0), np.nan, value)
    doubts.where(~is_share & (said < least), "value {} is below what its unit allows", "value")
    doubts.where(~is_share & (said > most), "value {} is above what its unit allows", "value")
    for name in ("numerator", "denominator"):
        is_whole = np.array([name in unit.whole for unit in units])
        is_part = is_whole & (figures[name].values % 1 > 0)
        doubts.where(is_part, f"{name} {{}} is no whole number, which a count is", name)
        rounded = np.array([is_rounded(cell) for cell in doubts.cells.get(name, [""] * len(units))])
        doubts.where(rounded, f"{name} {{}} has an exponent and may be rounded", name, can_be_true=True)
    outside = ~(lower > upper) & ((value < lower) | (value > upper))
    doubts.where(outside, "value {} is outside its interval", "value", can_be_true=True)
    computed = np.where([unit.counts_decide for unit in units], _ratio(figures, units), np.nan)
    doubts.where(~is_share & (computed > most), "its counts give a value above what its unit allows")
    both = ~np.isnan(computed) & ~np.isnan(value)
    if both.any():
        rounding = np.array([half_of_last_digit(cell) for cell in doubts.cells["value"]])
        doubts.where(
            both & (np.abs(value - computed) > rounding),
            "value {} is not what its counts give",
            "value",
            can_be_true=True,
        )


MANY = 10
"""Figures of a measure in one file that all are at most 1 % are no accident (assumed)."""


def _shares_of_one(value: Array, denominator: Array, codes: Mask, is_share: Mask) -> Mask:
    """Per cent without counts, MANY of a measure, all from 0 to 1 and not all whole: 0.69 for 69."""
    alone = is_share & ~np.isnan(value) & ~(denominator > 0)
    found = np.zeros(len(value), dtype=bool)
    for code in set(codes[alone]):
        own = alone & (codes == code)
        within = (value[own] >= 0) & (value[own] <= 1)
        found |= own & (len(within) >= MANY and within.all() and (value[own] % 1 > 0).any())
    return found


def _ratio(figures: dict[str, Figures], units: list[Measure]) -> Array:
    """scale × numerator / denominator; NaN where nobody was counted, whatever the numerator."""
    denominator = figures["denominator"].values
    scale = np.array([unit.scale for unit in units])
    return scale * figures["numerator"].values / np.where(denominator > 0, denominator, np.nan)


def _value(figures: dict[str, Figures], units: list[Measure]) -> Array:
    """From counts where they decide or where nothing else is published, else as published.

    Of nobody there is no value, though a spreadsheet shows 0 %.
    """
    decide = np.array([unit.counts_decide for unit in units])
    published = np.where(decide & (figures["denominator"].values == 0), np.nan, figures["value"].values)
    ratio = _ratio(figures, units)
    return np.where((decide | np.isnan(published)) & ~np.isnan(ratio), ratio, published)
