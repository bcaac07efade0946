"""From rows to claims: what a file says of an indicator, organisation and period, believed or not.

Belongs here: the columns of a claim, a claim from each row of a wide table or from the rows of a long one.
Does not belong here: whether a claim holds (``observing``).

A claim has ``rows`` (tuple of the row numbers it rests on), the columns of KEY, organisation_kind, any of
FIGURES as cells as they were in the file, and judgement if the publication has one.
"""

from collections.abc import Mapping

import pandas as pd

from ccg_pipeline.sources.cells import read_figures
from ccg_pipeline.sources.row_accounting import RowAccounting

KEY = ["indicator_code", "organisation_code", "period_start", "period_end"]
FIGURES = ("numerator", "denominator", "value", "lower_95", "upper_95")
NO_KIND = ("none", "blank", "unknown", "other_ccg")  # of these nothing can be claimed, not even a refusal


def claim_each_row(
    account: RowAccounting,
    kinds: "pd.Series[str]",
    period_start: "pd.Series[pd.Timestamp] | pd.Timestamp",
    **cells: pd.Series,
) -> pd.DataFrame:
    """A claim for each row kept in ``account`` of known indicator, organisation and period.

    ``cells`` name its figures.
    """
    claims = pd.DataFrame(
        {
            "indicator_code": account.indicator,
            "organisation_code": account.organisation,
            "organisation_kind": kinds,
            "period_start": period_start,
            "period_end": account.period_end,
            **cells,
        },
        index=account.rows.index,
    )
    is_known = ~kinds.isin(NO_KIND) & claims["period_start"].notna() & claims["period_end"].notna()
    is_known &= claims["indicator_code"].ne("")
    claims = claims[account.kept & is_known.to_numpy()]
    claims["rows"] = pd.Series([(int(row),) for row in claims.index], index=claims.index, dtype=object)
    return claims.reset_index(drop=True)


def claim_each_group(
    account: RowAccounting,
    kinds: "pd.Series[str]",
    period_start: "pd.Series[pd.Timestamp]",
    words: "pd.Series[str]",
    measures: Mapping[str, str],
    cells: pd.Series,
) -> pd.DataFrame:
    """A claim for each indicator, organisation and period of a long table, whose rows hold one figure each.

    ``measures`` maps a row's word to the column of the claim into which its cell goes. A cell that is neither
    figure nor mark, and a figure given twice, are quarantined here, row by row; one not given is empty.
    """
    account.doubt_where(account.kept & read_figures(cells).is_fault, "value is {}, which is no figure", cells)
    rows = claim_each_row(account, kinds, period_start, figure=words.map(measures), cell=cells)
    twice = rows.duplicated([*KEY, "figure"], keep=False)
    account.doubt(
        (row for (row,) in rows.loc[twice, "rows"]),
        "the organisation has more than one row of this measure for this period",
    )
    claims: dict[tuple[object, ...], dict[str, object]] = {}
    resting_on: dict[tuple[object, ...], list[int]] = {}
    for row in rows.to_dict("records"):
        key = tuple(row[name] for name in KEY)
        resting_on.setdefault(key, []).extend(row["rows"])
        claim = claims.setdefault(key, {name: row[name] for name in (*KEY, "organisation_kind")})
        claim[row["figure"]] = row["cell"]
    for key, claim in claims.items():
        claim["rows"] = tuple(resting_on[key])
    names = [*KEY, "organisation_kind", "rows", *measures.values()]
    frame = pd.DataFrame(list(claims.values()), columns=names, dtype=object)
    return frame.where(frame.notna(), "").astype(
        {"period_start": "datetime64[ns]", "period_end": "datetime64[ns]"}
    )
