"""Monthly Activity Return by commissioner: general practitioners' referrals made.

Belongs here: the layout of NHS England's monthly workbook, and which of its columns is asked for.
Does not belong here: bookings of those referrals (105a), the return by provider.

Layout seen in the files of April 2016 to March 2017: sheet Commissioner, header about row 14, stray spaces in
headings and months, an England row without codes, a blank row, X24 under the region XDH, 209 CCGs. The sheet
Region says nothing more, and that of April 2016 says December in every row: it is not read.
"""

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.assembling import assemble
from ccg_pipeline.sources.cells import heading, texts
from ccg_pipeline.sources.claims import claim_each_row
from ccg_pipeline.sources.dating import dates_of, is_made_up, period_in_preamble
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.layouts import Layout, find_table
from ccg_pipeline.sources.observing import observe
from ccg_pipeline.sources.organisations import ENGLAND, kinds_of, read_codes
from ccg_pipeline.sources.reader import Reader
from ccg_pipeline.sources.reading import Reading
from ccg_pipeline.sources.sieve import Sieve

MEASURE = "gp_referrals_made"
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


def read(document: Document, edition: Edition) -> Reading:
    """GP referrals made, all specialties, by CCG, NHS England itself and England: the count is the value."""
    publication = edition.publication("mar")
    table = find_table(document, LAYOUT)
    start, end = map(pd.Timestamp, period_in_preamble(document, publication, table.preamble))
    sieve = Sieve(table, MEASURE)
    sieve.period_end[:] = end
    codes = read_codes(table.rows["code"])
    is_england = codes.eq("") & table.rows["name"].map(heading).eq("england")
    sieve.organisation = codes.mask(is_england, ENGLAND)
    kinds = kinds_of(sieve.organisation)
    sieve.settle_organisations(kinds, ["referrals"])
    _doubt_other_months(sieve, start)
    claims = claim_each_row(sieve, kinds, start, numerator=table.rows["referrals"])
    observations = observe(claims, sieve, edition, needs="numerator")
    return assemble(
        document,
        publication.key,
        [(sieve, observations.assign(value=observations["numerator"]))],
        dates_of(document, publication, table.preamble),
        made_up=is_made_up(document, table.preamble),
    )


def _doubt_other_months(sieve: Sieve, month: pd.Timestamp) -> None:
    """Quarantine rows whose financial year or month is given and is not the one of the preamble."""
    first = month.year if month.month >= 4 else month.year - 1
    for name, expected in (("year", f"{first}-{(first + 1) % 100:02d}"), ("month", f"{month:%B}")):
        said = texts(sieve.rows[name])
        other = said.ne("") & said.str.casefold().ne(expected.casefold())
        sieve.doubt_where(other, name + " {} is not that of the line 'Period:'", said)


READER = Reader(LAYOUT, read)
