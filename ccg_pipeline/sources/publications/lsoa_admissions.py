"""Emergency admissions by small area and deprivation: the inequality indicator 106a.

Belongs here: the layout of the University of York's file, and one gradient a CCG from its small areas.
Does not belong here: the regression (``method.gradient``).

Layout seen in the file of 2015/16: one row for each part of an LSOA that belongs to a CCG, thousands commas
in the rates, no dates at all. Rows with a population of 1 or less are slivers that the authors leave out of
the fit; they were read and used for what they are, and the note of each CCG says how many. Every rate is the
same number, the country's crude rate, times admissions over expected admissions.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.method.statistics.gradient import gradient_index
from ccg_pipeline.sources.cells import is_rounded, read_figures
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import beside_the_file
from ccg_pipeline.sources.row_accounting import Mask, RowAccounting

INDICATOR = "106a"
LAYOUT = Layout(
    publication="lsoa_admissions",
    what="the file of emergency admissions by small area and deprivation",
    kind="csv",
    columns={
        "code": ("CCG",),
        "population": ("population",),
        "admissions": ("admissions",),
        "expected": ("expectedadmissions",),
        "deprivation": ("imdscaled",),
        "rate": ("age_stdrate",),
    },
)
_FIGURES = ("population", "deprivation", "rate")  # what the fit needs; the rate stands for the other two


def gradients(account: RowAccounting, kinds: "pd.Series[str]", _wanted: Wanted) -> pd.DataFrame:
    """The absolute gradient index of each CCG, with its 95 % interval.

    A CCG with a quarantined small area is refused: a line through the others would be another figure. So is
    one among or next to whose rows, which stand together, there is a row under a code that no other has.
    """
    account.indicator[:] = INDICATOR
    areas = pd.DataFrame(index=account.rows.index)
    for name in _FIGURES:
        column = read_figures(account.rows[name])
        areas[name] = column.values
        cells = account.rows[name]
        account.doubt_where(column.is_fault, name + " is {}, which is no figure", cells)
        account.doubt_where(column.values < 0, name + " {} is below zero", cells)
        account.doubt_where(~column.is_fault & ~column.is_number, name + " is not given ({})", cells)
    account.doubt_where(areas["deprivation"] > 1, "imdscaled {} is above 1", account.rows["deprivation"])
    _doubt_rates(account, areas["rate"].to_numpy())
    # Slivers repeat one another; no two neighbourhoods with people in them are alike to the last digit.
    twice = account.rows.duplicated(keep=False) & areas["population"].gt(1)
    account.doubt_where(twice, "the small area is there twice")
    alone = kinds.eq("ccg") & account.organisation.map(account.organisation.value_counts()).eq(1)
    account.doubt_where(
        alone, "{} has no other small area, so that its code may be misspelt", account.organisation
    )
    is_ragged = account.rows.index.isin(account.table.ragged)
    strays = _strays(account, kinds.mask(alone, "unknown"), areas.notna().any(axis=1).to_numpy() | is_ragged)
    observations = [
        _observe(str(code), areas.loc[rows.index], account, strays.get(str(code), ()))
        for code, rows in account.rows[account.kept & kinds.eq("ccg")].groupby(account.organisation)
    ]
    return pd.DataFrame(
        observations,
        columns=["organisation_code", "value", "lower_95", "upper_95", "status", "note", "rows"],
    ).assign(indicator_code=INDICATOR, organisation_kind="ccg")


MANY = 100
"""Small areas with admissions from which the number that all rates have in common is known (assumed)."""


def _doubt_rates(account: RowAccounting, rate: npt.NDArray[np.float64]) -> None:
    """Quarantine rows whose admissions are no count, or whose rate is not what they give."""
    cells, rates = account.rows["admissions"], account.rows["rate"]
    account.doubt_where(rates.map(is_rounded), "age_stdrate {} has an exponent and may be rounded", rates)
    admissions, expected = (read_figures(account.rows[name]).values for name in ("admissions", "expected"))
    account.doubt_where(admissions % 1 > 0, "admissions {} is no whole number, which a count is", cells)
    relative = admissions / np.where(expected > 0, expected, np.nan)
    times = rate[relative > 0] / relative[relative > 0]
    if np.count_nonzero(~np.isnan(times)) >= MANY:
        given = np.nanmedian(times) * relative
        other = np.abs(rate - given) > 0.5 + 0.01 * given  # rates are rounded, some to whole numbers
        account.doubt_where(other, "age_stdrate {} is not what its admissions give", rates)


def _strays(account: RowAccounting, kinds: "pd.Series[str]", is_data: Mask) -> dict[str, tuple[int, ...]]:
    """CCG to rows that may be its own under a spoilt code: alone among its rows, or after them and no CCG's.

    One with another CCG's code is quarantined.
    """
    codes = account.organisation.where(kinds.eq("ccg"), "")
    known = codes.mask(codes.eq(""))
    before, after = known.ffill().shift().fillna(""), known.bfill().shift(-1).fillna("")
    among = before.eq(after) & before.ne("") & codes.ne(before)
    account.doubt_where(among, "the row stands among those of {}", before)
    next_to_them = ~kinds.eq("ccg") & is_data
    strays: dict[str, tuple[int, ...]] = {}
    for row in account.rows.index[among | next_to_them]:
        for code in {before[row], after[row]} - {""}:
            strays[code] = (*strays.get(code, ()), int(row))
    return strays


def _observe(
    code: str, areas: pd.DataFrame, account: RowAccounting, strays: tuple[int, ...]
) -> tuple[object, ...]:
    rows = tuple(int(row) for row in areas.index)
    if account.is_doubted(rows) or strays:
        rows = tuple(sorted({*rows, *strays}))
        return code, np.nan, np.nan, np.nan, "refused", "", rows
    fitted = areas[areas["population"] > 1]
    note = f"{len(areas) - len(fitted)} of {len(areas)} small areas with a population of 1 or less left out"
    gradient = gradient_index(fitted["rate"], fitted["deprivation"], fitted["population"])
    if gradient is None:
        return code, np.nan, np.nan, np.nan, "missing", "too few small areas for a gradient", rows
    return code, gradient.slope, gradient.lower_95, gradient.upper_95, "published", note, rows


READER = Reader(LAYOUT, period=beside_the_file(), figures={INDICATOR: {}}, observe=gradients)
