"""Publications that hold no figure of any indicator, read so that each of their rows is accounted for.

Belongs here: the layouts of such publications, and the one way in which their rows are settled.
Does not belong here: a publication from which any figure is taken (each has its module).

Layouts seen: Health and Care of People with Learning Disabilities, 2016-17 to 2020-21, a zip archive of one
long CSV a year, all by the 102 and 99 organisations of 2020-21 (so of the 209 CCGs only those that lasted), U
for unallocated; and the CSV download of Fingertips, 27 columns, many types of area in one file. No number of
a Fingertips indicator is known for certain to be that of an indicator of the edition, over the same period.
"""

from functools import partial

import pandas as pd

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.sources.assembling import assemble
from ccg_pipeline.sources.dating import dates_of, is_made_up
from ccg_pipeline.sources.documents import Document
from ccg_pipeline.sources.layouts import Layout, find_table
from ccg_pipeline.sources.observing import COLUMNS
from ccg_pipeline.sources.organisations import is_nobody, read_codes
from ccg_pipeline.sources.reader import Reader
from ccg_pipeline.sources.reading import Reading
from ccg_pipeline.sources.sieve import Sieve

LD_CARE = Layout(
    publication="ld_care",
    what="the archive of the health and care of people with learning disabilities by CCG",
    kind="archive",
    columns={
        "year": ("YEAR",),
        "ons_code": ("CCG_ONS_CODE",),
        "code": ("CCG_ODS_CODE",),
        "measure": ("INDICATOR",),
        "sex": ("SEX",),
        "age": ("AGE_BAND",),
        "value": ("VALUE",),
    },
)
FINGERTIPS = Layout(
    publication="fingertips",
    what="the CSV download of Fingertips",
    kind="csv",
    columns={
        "measure": ("Indicator ID",),
        "name": ("Indicator Name",),
        "code": ("Area Code",),
        "type": ("Area Type",),
        "period": ("Time period",),
        "value": ("Value",),
        "numerator": ("Count",),
        "denominator": ("Denominator",),
    },
)


def read(layout: Layout, document: Document, edition: Edition) -> Reading:
    """No observation; a row is about nobody, not asked for, or has not the cells of its header."""
    publication = edition.publication(layout.publication)
    sieves = [Sieve(find_table(document, layout, sheet)) for sheet in document.sheets]
    for sieve in sieves:
        sieve.organisation = read_codes(sieve.rows["code"])
        sieve.set_aside(is_nobody(sieve.organisation), "not_an_organisation")
        sieve.set_aside(sieve.kept, "not_asked_for")
    nothing = pd.DataFrame(columns=COLUMNS)
    dates = dates_of(document, publication, {})
    parts = [(sieve, nothing) for sieve in sieves]
    return assemble(document, publication.key, parts, dates, made_up=is_made_up(document))


LD_CARE_READER = Reader(LD_CARE, partial(read, LD_CARE))
FINGERTIPS_READER = Reader(FINGERTIPS, partial(read, FINGERTIPS))
