"""Monthly Activity Return by commissioner: general practitioners' referrals made.

Belongs here: the layout of NHS England's monthly workbook, and which of its columns is asked for.
Does not belong here: bookings of those referrals (105a), the return by provider.

Layout seen in the files of April 2016 to March 2017: sheet Commissioner, header about row 14, stray spaces in
headings and months, an England row without codes, a blank row, X24 under the region XDH, 209 CCGs. The sheet
Region says nothing more, and that of April 2016 says December in every row: it is not read.
"""

import numpy as np
import pandas as pd

from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.sources.cells import read_figures, texts
from ccg_pipeline.sources.dates import read_period
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import in_preamble
from ccg_pipeline.sources.row_accounting import RowAccounting

MADE = "GP Referrals Made (All specialties)"
PARTS = {
    ("referrals", MADE): ("general_and_acute", "GP Referrals Made (G&A)"),
    ("seen", "GP Referrals Seen (All specialties)"): ("seen_general_and_acute", "GP Referrals Seen (G&A)"),
}
"""Our name and heading of a count of all specialties, and of some of them."""
SUMS = [
    tuple(f"Elective G&A {of}{word} Admissions (FFCEs)" for word in ("Total", "Ordinary", "Daycase"))
    for of in ("", "Planned ")
]
"""Headings of a count, and of the two that it is the sum of in every row of the files seen."""
LAYOUT = Layout(
    publication="mar",
    what="the Monthly Activity Return workbook by commissioner",
    kind="workbook",
    sheet="Commissioner",
    title="Monthly Hospital Activity",
    columns={
        "year": ("Year",),
        "month": ("Period",),
        "code": ("Org Code",),
        "name": ("Org Name",),
        "referrals": (MADE,),
    },
    optional={name: (said,) for pair in PARTS.items() for name, said in pair if name != "referrals"}
    | {said: (said,) for of_one in SUMS for said in of_one},
)
LEAST_SHARE = 0.8  # of a file's median row; 0.97 in those seen (assumed)


def check(account: RowAccounting) -> None:
    """Quarantine rows that give another financial year or month than the preamble.

    A word that is no year or month, and a column that mostly says another one (filled down, or left from the
    file of another month), are noted: the line 'Period:' decides.
    """
    month = account.period_start.iloc[0]
    first = month.year if month.month >= 4 else month.year - 1
    for name, expected in (("year", f"{first}-{(first + 1) % 100:02d}"), ("month", f"{month:%B}")):
        said = texts(account.rows[name])
        other = account.kept & said.ne("") & said.str.casefold().ne(expected.casefold())
        probe = said + " 2016" if name == "month" else said
        is_period = probe.map(lambda word: read_period(word) is not None)
        decides = is_period & (other.sum() * 2 <= account.kept.sum())
        account.doubt_where(other & decides, name + " {} is not that of the line 'Period:'", said)
        for row, word in said[other & ~decides].items():
            account.remark([row], f"{name} is given as {word!r}, and the line 'Period:' decides")
    _doubt_moved_cells(account)
    for (every, every_said), (part, part_said) in PARTS.items():
        if {every, part} <= set(account.rows):
            _doubt_another_column(account, (every, part), (every_said, part_said))


def _doubt_moved_cells(account: RowAccounting) -> None:
    """Quarantine rows with a total that is not the sum of its parts: cells stand under other headings."""
    for headings in SUMS:
        if set(headings) <= set(account.rows):
            total, one, other = (read_figures(account.rows[name]).values for name in headings)
            account.doubt_where(
                account.kept & (total != one + other) & ~np.isnan(total + one + other),
                f"{headings[0]} {{}} is not the sum of its parts: cells seem to have moved",
                account.rows[headings[0]],
                can_be_true=True,
            )


def _doubt_another_column(account: RowAccounting, names: tuple[str, str], headings: tuple[str, str]) -> None:
    """Quarantine rows whose count of all specialties is below that of some, or all where most are no such.

    Headings that were exchanged leave every figure possible by itself, and nothing else tells them.
    """
    every, part = (read_figures(account.rows[name]).values for name in names)
    said, part_said = headings
    is_counted = account.kept & (every > 0) & ~np.isnan(part)
    share = part[is_counted] / every[is_counted]
    if len(share) and not LEAST_SHARE <= np.median(share) <= 1:
        reason = f"{part_said!r} are no part of {said!r} such as they are: headings seem to be exchanged"
        account.doubt_where(is_counted, reason, can_be_true=True)
    else:
        reason = f"{said} {{}} is below {part_said}"
        account.doubt_where(is_counted & (part > every), reason, account.rows[names[0]])


def derive(observations: pd.DataFrame, _wanted: Wanted) -> pd.DataFrame:
    """The count is the value."""
    return observations.assign(value=observations["numerator"])


READER = Reader(
    LAYOUT,
    period=in_preamble(),
    figures={"gp_referrals_made": {"numerator": "referrals"}},
    needs="numerator",
    check=check,
    derive=derive,
)
