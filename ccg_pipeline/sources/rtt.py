"""Consultant-led referral to treatment waiting times: incomplete pathways by commissioner (129a).

Belongs here: the layout of NHS England's monthly workbook and which of its rows are asked for.
Does not belong here: other RTT collections (admitted, by provider).

Layout seen in the files of March to May 2015: sheets National and Commissioner among others, header about
row 14, one row a commissioner and treatment function. Area Team codes became Region codes in April 2015;
neither is needed. The code of the total is C_999, 999 or IP999. X24 is NHS England's own commissioning.
"""

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.assembling import assemble
from ccg_pipeline.sources.cells import texts, times
from ccg_pipeline.sources.claims import claim_each_row
from ccg_pipeline.sources.dates import Period
from ccg_pipeline.sources.dating import dates_of, is_made_up, period_in_preamble
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.layouts import Layout, find_table
from ccg_pipeline.sources.observing import observe
from ccg_pipeline.sources.organisations import ENGLAND, kinds_of, read_codes
from ccg_pipeline.sources.reader import Reader
from ccg_pipeline.sources.reading import Reading, Refused
from ccg_pipeline.sources.sieve import Sieve

INDICATOR = "129a"
TOTAL_OF_FUNCTIONS = ("C_999", "999", "IP999")
TITLE = "Referral to Treatment (RTT) Waiting Times"
WHAT = "the RTT workbook of incomplete pathways by commissioner"
_FIGURES = {
    "function_code": ("Treatment Function Code",),
    "total": ("Total number of incomplete pathways",),
    "within_18_weeks": ("Total within 18 weeks",),
    "share": ("% within 18 weeks",),
}
COMMISSIONERS = Layout(
    "rtt", WHAT, "workbook", {"code": ("CCG Code",), **_FIGURES}, sheet="Commissioner", title=TITLE
)
NATIONAL = Layout("rtt", WHAT, "workbook", _FIGURES, sheet="National", title=TITLE)


def read(document: Document, edition: Edition) -> Reading:
    """Percent of incomplete pathways within 18 weeks by commissioner; England's from the sheet National."""
    publication = edition.publication("rtt")
    by_commissioner, national = find_table(document, COMMISSIONERS), find_table(document, NATIONAL)
    period = period_in_preamble(document, publication, by_commissioner.preamble)
    if period_in_preamble(document, publication, national.preamble) != period:
        raise Refused(
            f"{document.name}: its sheets are about different months; download it again.",
            publication.key,
        )
    commissioners, england = Sieve(by_commissioner, INDICATOR), Sieve(national, INDICATOR)
    commissioners.organisation = read_codes(by_commissioner.rows["code"])
    england.organisation[:] = ENGLAND
    return assemble(
        document,
        publication.key,
        [(sieve, _observe(sieve, period, edition)) for sieve in (commissioners, england)],
        dates_of(document, publication, by_commissioner.preamble),
        made_up=is_made_up(document, by_commissioner.preamble, national.preamble),
    )


def _observe(sieve: Sieve, period: Period, edition: Edition) -> pd.DataFrame:
    table = sieve.table
    functions = texts(table.rows["function_code"]).str.upper()
    sieve.set_aside(functions.ne("") & ~functions.isin(TOTAL_OF_FUNCTIONS), "not_asked_for")
    start, end = map(pd.Timestamp, period)
    sieve.period_end[:] = end
    kinds = kinds_of(sieve.organisation)
    sieve.settle_organisations(kinds, ["total", "within_18_weeks"])
    # England's rows all have one organisation: a line without a function is a note below the table.
    sieve.set_aside(functions.eq("") & kinds.eq("england"), "not_an_organisation")
    claims = claim_each_row(
        sieve, kinds, start,
        numerator=table.rows["within_18_weeks"],
        denominator=table.rows["total"],
        value=times(table.rows["share"], 100.0),
    )  # fmt: skip
    return observe(claims, sieve, edition)


READER = Reader(COMMISSIONERS, read)
