"""Monthly Activity Return by commissioner: general practitioners' referrals made.

Belongs here: the layout of NHS England's monthly workbook, and which of its columns is asked for.
Does not belong here: bookings of those referrals (105a), the return by provider.

Layout seen in the files of April 2016 to March 2017: sheet Commissioner, header about row 14, stray spaces in
headings and months, an England row without codes, a blank row, X24 under the region XDH, 209 CCGs. The sheet
Region says nothing more, and that of April 2016 says December in every row: it is not read.
"""

import pandas as pd

from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.sources.cells import texts
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import in_preamble
from ccg_pipeline.sources.row_accounting import RowAccounting

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
        "referrals": ("GP Referrals Made (All specialties)",),
    },
)


def check(account: RowAccounting) -> None:
    """Quarantine rows whose financial year or month is given and is not the one of the preamble."""
    month = account.period_start.iloc[0]
    first = month.year if month.month >= 4 else month.year - 1
    for name, expected in (("year", f"{first}-{(first + 1) % 100:02d}"), ("month", f"{month:%B}")):
        said = texts(account.rows[name])
        other = said.ne("") & said.str.casefold().ne(expected.casefold())
        account.doubt_where(other, name + " {} is not that of the line 'Period:'", said)


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
