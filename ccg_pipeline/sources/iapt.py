"""Improving Access to Psychological Therapies: recovery rate (123a).

Belongs here: the layout of the annual long CSV by CCG, and which of its measures make the rate.
Does not belong here: monthly and quarterly releases in other layouts.

Layout seen in a file of 2017-18 to 2019-20: one row an organisation, year and measure; England has the code
All, CCG counts are rounded to 5 by the publisher, * is suppressed. Hubs and UNKNOWN stand among the CCGs.
The rate is recoveries per finished course of treatment of people who were at caseness when they began.
"""

import numpy as np
import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.assembling import assemble
from ccg_pipeline.sources.cells import read_figures, texts
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

INDICATOR = "123a"
MEASURES = {
    "recovery": "numerator",
    "finished_course_treatment": "finished",
    "not_at_caseness": "not_at_caseness",
}
LAYOUT = Layout(
    publication="iapt",
    what="the annual IAPT file by CCG",
    kind="csv",
    columns={
        "start": ("start_date",),
        "end": ("end_date",),
        "type": ("org_type",),
        "code": ("org_code",),
        "breakdown": ("variable_type",),
        "measure": ("measure_name",),
        "statistic": ("measure_statistic",),
        "value": ("value",),
    },
)


def read(document: Document, edition: Edition) -> Reading:
    """Percent recovered by CCG and England, each year of the file."""
    publication = edition.publication("iapt")
    table = find_table(document, LAYOUT)
    sieve = Sieve(table, INDICATOR)
    words = {
        name: texts(table.rows[name]).str.casefold() for name in ("type", "breakdown", "measure", "statistic")
    }
    asked = (
        words["measure"].isin(list(MEASURES))
        & words["statistic"].eq("count")
        & words["breakdown"].eq("total")
    )
    sieve.set_aside(~asked, "not_asked_for")
    codes = read_codes(table.rows["code"])
    sieve.organisation = codes.mask(words["type"].eq("england") & codes.eq("ALL"), ENGLAND)
    start, sieve.period_end = read_days(table.rows["start"]), read_days(table.rows["end"])
    kinds = kinds_of(sieve.organisation)
    sieve.settle_organisations(kinds, ["value"])
    sieve.doubt_where(start.isna() | sieve.period_end.isna(), "start_date or end_date is no date")
    claims = claim_each_group(sieve, kinds, start, words["measure"], MEASURES, table.rows["value"])
    observations = observe(claims.assign(denominator=_at_caseness(claims)), sieve, edition)
    dates = dates_of(document, publication, {})
    return assemble(document, publication.key, [(sieve, observations)], dates, made_up=is_made_up(document))


def _at_caseness(claims: pd.DataFrame) -> "pd.Series[str]":
    """Finished courses less those of people not at caseness; suppressed or missing as soon as one is."""
    finished, not_at_caseness = (read_figures(claims[name]) for name in ("finished", "not_at_caseness"))
    difference = pd.Series(finished.values - not_at_caseness.values, index=claims.index, dtype=object)
    mark = np.where(finished.is_suppressed | not_at_caseness.is_suppressed, "*", "-")
    return difference.where(difference.notna(), mark)


READER = Reader(LAYOUT, read)
