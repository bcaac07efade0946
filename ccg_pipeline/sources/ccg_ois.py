"""CCG Outcomes Indicator Set, one indicator a workbook (125a).

Belongs here: the layout of NHS Digital's single-indicator .xls, and which indicators of the set are asked
for.
Does not belong here: the workbook of all indicators, the JSON of indicator 1.18 (``cancer_stage``).

Layout seen in the file of indicator 1.2 of October 2020: sheet Data, header about row 18 with empty columns
between, the indicator's number in the line above, one row a year, organisation and gender.
"""

import re

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.assembling import assemble
from ccg_pipeline.sources.cells import texts
from ccg_pipeline.sources.claims import claim_each_row
from ccg_pipeline.sources.dates import read_periods
from ccg_pipeline.sources.dating import dates_of, is_made_up
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.layouts import Layout, find_table, preamble
from ccg_pipeline.sources.observing import observe
from ccg_pipeline.sources.organisations import kinds_of, read_codes
from ccg_pipeline.sources.reader import Reader
from ccg_pipeline.sources.reading import Reading, Refused
from ccg_pipeline.sources.sieve import Sieve

INDICATORS = {"1.25": "125a"}  # number in the set to indicator of the edition
LAYOUT = Layout(
    publication="ccg_ois",
    what="a workbook of one indicator of the CCG Outcomes Indicator Set",
    kind="workbook",
    sheet="Data",
    title="CCGOIS - Indicator",
    columns={
        "period": ("Period of coverage",),
        "breakdown": ("Breakdown",),
        "code": ("Level",),
        "value": ("Indicator value",),
        "lower_95": ("CI lower",),
        "upper_95": ("CI upper",),
        "denominator": ("Denominator",),
        "numerator": ("Numerator",),
    },
    optional={"gender": ("Gender",)},
)


def read(document: Document, edition: Edition) -> Reading:
    """The indicator by CCG and England, persons only, each period of the file."""
    publication = edition.publication("ccg_ois")
    table = find_table(document, LAYOUT)
    indicator = INDICATORS.get(_number(document))
    sieve = Sieve(table, indicator or "")
    sieve.set_aside(sieve.indicator.eq(""), "not_asked_for")
    breakdown = texts(table.rows["breakdown"]).str.casefold()
    sieve.set_aside(~breakdown.isin(["ccg", "national", ""]), "not_asked_for")
    if "gender" in table.rows:
        sieve.set_aside(
            ~texts(table.rows["gender"]).str.casefold().isin(["person", "persons", ""]), "not_asked_for"
        )
    sieve.organisation = read_codes(table.rows["code"])
    start, sieve.period_end = read_periods(table.rows["period"])
    kinds = kinds_of(sieve.organisation)
    sieve.settle_organisations(kinds, ["numerator", "denominator", "value"])
    sieve.doubt_where(sieve.period_end.isna(), "period of coverage {} is no period", table.rows["period"])
    columns = {
        name: table.rows[name] for name in ("numerator", "denominator", "value", "lower_95", "upper_95")
    }
    observations = observe(claim_each_row(sieve, kinds, start, **columns), sieve, edition)
    lines = [preamble(sheet, 40) for sheet in document.sheets]
    said = {label: cell for each in reversed(lines) for label, cell in each.items()}
    return assemble(
        document,
        publication.key,
        [(sieve, observations)],
        dates_of(document, publication, said),
        made_up=is_made_up(document, *lines),
    )


def _number(document: Document) -> str:
    """The indicator's number in the set, as the line above the table gives it ("1.25")."""
    sheet = document.sheet(LAYOUT.sheet)
    for cells in sheet.headings if sheet else ():
        for cell in cells:
            if found := re.match(r"ccg ois indicator ([0-9]+\.[0-9]+[a-z]?)\b", cell):
                return found[1]
    raise Refused(
        f"{document.name}: its sheet {LAYOUT.sheet!r} does not name its indicator; download it again.",
        LAYOUT.publication,
    )


READER = Reader(LAYOUT, read)
