"""Recorded dementia diagnoses: the estimated diagnosis rate of people aged 65 and over (126a).

Belongs here: the layout of NHS Digital's monthly long CSV.
Does not belong here: the later workbook of the same series (``primary_care_dementia``).

Layout as described for 2016 to 2018: ORG_TYPE, ORG_CODE, NAME, ACH_DATE (31MAR2017 or 31-Mar-17), MEASURE,
VALUE; all levels of organisation in one file. The count is a snapshot on the last day of a month: its
period is that month.
"""

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.assembling import assemble
from ccg_pipeline.sources.cells import texts
from ccg_pipeline.sources.claims import claim_each_group
from ccg_pipeline.sources.dates import read_days
from ccg_pipeline.sources.dating import dates_of, is_made_up
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.layouts import Layout, find_table
from ccg_pipeline.sources.observing import observe
from ccg_pipeline.sources.organisations import ENGLAND, kinds_of, read_codes
from ccg_pipeline.sources.reader import Reader
from ccg_pipeline.sources.reading import Reading
from ccg_pipeline.sources.sieve import Sieve

INDICATOR = "126a"
MEASURES = {
    "DEMENTIA_REGISTER_65_PLUS": "numerator",
    "DEMENTIA_ESTIMATE_65_PLUS": "denominator",
    "DIAG_RATE_65_PLUS": "value",
    "DIAG_RATE_65_PLUS_LL": "lower_95",
    "DIAG_RATE_65_PLUS_UL": "upper_95",
}
LAYOUT = Layout(
    publication="dementia_diagnoses",
    what="the file of recorded dementia diagnoses",
    kind="csv",
    columns={
        "type": ("ORG_TYPE",),
        "code": ("ORG_CODE",),
        "name": ("NAME",),
        "date": ("ACH_DATE",),
        "measure": ("MEASURE",),
        "value": ("VALUE",),
    },
)


def read(document: Document, edition: Edition) -> Reading:
    """People aged 65 and over on a dementia register, in percent of those estimated to have dementia."""
    publication = edition.publication("dementia_diagnoses")
    table = find_table(document, LAYOUT)
    sieve = Sieve(table, INDICATOR)
    measure = texts(table.rows["measure"]).str.upper()
    sieve.set_aside(~measure.isin(list(MEASURES)), "not_asked_for")
    is_england = texts(table.rows["name"]).str.upper().eq("ENGLAND")
    sieve.organisation = read_codes(table.rows["code"]).mask(is_england, ENGLAND)
    is_ccg = texts(table.rows["type"]).str.upper().eq("CCG")
    sieve.set_aside(~is_ccg & sieve.organisation.ne(ENGLAND), "not_an_organisation")  # other levels
    sieve.period_end = read_days(table.rows["date"])
    kinds = kinds_of(sieve.organisation)
    sieve.settle_organisations(kinds, ["value"])
    sieve.doubt_where(sieve.period_end.isna(), "ACH_DATE {} is no date", table.rows["date"])
    start = sieve.period_end.dt.to_period("M").dt.start_time
    claims = claim_each_group(sieve, kinds, start, measure, MEASURES, table.rows["value"])
    observations = observe(claims, sieve, edition)
    dates = dates_of(document, publication, {})
    return assemble(document, publication.key, [(sieve, observations)], dates, made_up=is_made_up(document))


READER = Reader(LAYOUT, read)
