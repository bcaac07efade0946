"""Primary care dementia data: the estimated diagnosis rate of people aged 65 and over (126a), from 2022 on.

Belongs here: the layout of NHS England's monthly summary workbook.
Does not belong here: the earlier long CSV of the same series (``dementia_diagnoses``).

Layout seen in the summary of April 2024: Table 4, with a row for England, each region, integrated care board,
sub-ICB location and local authority, and England once more, without an ODS code, as the total of those. The
heading of the rate stands a row above the others, so the rate is computed from its counts. The month ends the
line above the table; the title sheet has the day of publication. Sub-ICB locations kept the codes of CCGs,
but are other organisations: nothing of them is asked.
"""

import re

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.assembling import assemble
from ccg_pipeline.sources.cells import texts
from ccg_pipeline.sources.claims import claim_each_row
from ccg_pipeline.sources.dates import Period, read_period
from ccg_pipeline.sources.dating import dates_of, is_made_up
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.layouts import Layout, find_table, preamble
from ccg_pipeline.sources.observing import observe
from ccg_pipeline.sources.organisations import ENGLAND, read_codes
from ccg_pipeline.sources.reader import Reader
from ccg_pipeline.sources.reading import Reading, Refused
from ccg_pipeline.sources.sieve import Sieve

INDICATOR = "126a"
KINDS = {"national": "england", "sub_icb_loc": "other_ccg", "": "blank"}  # any other is no organisation
LAYOUT = Layout(
    publication="dementia_diagnoses",
    what="the summary workbook of primary care dementia data",
    kind="workbook",
    sheet="Table 4",
    title="Table 4: Dementia: 65+ estimated diagnosis rate",
    columns={
        "type": ("Type",),
        "code": ("ODS Code",),
        "numerator": ("Recorded",),
        "denominator": ("Estimated",),
        "lower_95": ("Lower",),
        "upper_95": ("Upper",),
    },
)


def read(document: Document, edition: Edition) -> Reading:
    """England's people aged 65 and over with a recorded diagnosis, in percent of those estimated."""
    publication = edition.publication(LAYOUT.publication)
    table = find_table(document, LAYOUT)
    start, end = map(pd.Timestamp, _month(document))
    sieve = Sieve(table, INDICATOR)
    sieve.period_end[:] = end
    sieve.organisation = read_codes(table.rows["code"])
    kinds = texts(table.rows["type"]).map(lambda word: KINDS.get(word.casefold(), "none")).astype(object)
    is_national = kinds.eq("england")
    kinds = kinds.mask(is_national & sieve.organisation.ne(ENGLAND), "unknown")
    kinds = kinds.mask(is_national & sieve.organisation.eq(""), "none")  # a total once more
    figures = ["numerator", "denominator", "lower_95", "upper_95"]
    sieve.settle_organisations(kinds, figures)
    claims = claim_each_row(sieve, kinds, start, **{name: table.rows[name] for name in figures})
    lines = [preamble(sheet, 40) for sheet in document.sheets]
    said = {label: cell for each in reversed(lines) for label, cell in each.items()}
    return assemble(
        document,
        publication.key,
        [(sieve, observe(claims, sieve, edition))],
        dates_of(document, publication, said),
        made_up=is_made_up(document, *lines),
    )


def _month(document: Document) -> Period:
    """The month with which the line above the table ends: "…, England, April 2024"."""
    sheet = document.sheet(LAYOUT.sheet)
    for cells in sheet.headings if sheet else ():
        for cell in cells:
            found = re.match(r"table 4: dementia: 65\+ estimated diagnosis rate.*, ([a-z]+ [0-9]{4})$", cell)
            if found and (period := read_period(found[1])):
                return period
    raise Refused(
        f"{document.name}: the title of its {LAYOUT.sheet!r} does not end with a month; download it again.",
        LAYOUT.publication,
    )


READER = Reader(LAYOUT, read)
