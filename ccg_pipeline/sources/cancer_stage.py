"""Cancers diagnosed at stage 1 or 2 (122a).

Belongs here: the layout of the CCG Outcomes Indicator Set's indicator 1.18 as JSON records.
Does not belong here: the workbook layouts of the same set (``ccg_ois``).

Layout seen in a file of 2012 and 2013: one record an organisation and year, counts as text with thousands
commas, one National record a year. It names no date of publication.
"""

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.assembling import assemble
from ccg_pipeline.sources.cells import texts
from ccg_pipeline.sources.claims import claim_each_row
from ccg_pipeline.sources.dates import read_periods
from ccg_pipeline.sources.dating import dates_of, is_made_up
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.layouts import Layout, find_table
from ccg_pipeline.sources.observing import observe
from ccg_pipeline.sources.organisations import kinds_of, read_codes
from ccg_pipeline.sources.reader import Reader
from ccg_pipeline.sources.reading import Reading
from ccg_pipeline.sources.sieve import Sieve

INDICATOR = "122a"
LAYOUT = Layout(
    publication="cancer_stage",
    what="the records of cancers diagnosed at stage 1 or 2",
    kind="json",
    columns={
        "period": ("Reporting period",),
        "breakdown": ("Breakdown",),
        "code": ("Level",),
        "value": ("Percentage",),
        "lower_95": ("CI lower (%)",),
        "upper_95": ("CI upper (%)",),
        "denominator": ("Denominator",),
        "numerator": ("Numerator",),
    },
)


def read(document: Document, edition: Edition) -> Reading:
    """Percent of cancers staged 1 or 2 by CCG and England, each year of the file."""
    publication = edition.publication("cancer_stage")
    table = find_table(document, LAYOUT)
    sieve = Sieve(table, INDICATOR)
    sieve.organisation = read_codes(table.rows["code"])
    start, sieve.period_end = read_periods(table.rows["period"])
    breakdown = texts(table.rows["breakdown"]).str.casefold()
    sieve.set_aside(~breakdown.isin(["ccg", "national", ""]), "not_asked_for")
    kinds = kinds_of(sieve.organisation)
    sieve.settle_organisations(kinds, ["numerator", "denominator", "value"])
    sieve.doubt_where(sieve.period_end.isna(), "reporting period {} is no year", table.rows["period"])
    columns = {
        name: table.rows[name] for name in ("numerator", "denominator", "value", "lower_95", "upper_95")
    }
    observations = observe(claim_each_row(sieve, kinds, start, **columns), sieve, edition)
    dates = dates_of(document, publication, {})
    return assemble(document, publication.key, [(sieve, observations)], dates, made_up=is_made_up(document))


READER = Reader(LAYOUT, read)
