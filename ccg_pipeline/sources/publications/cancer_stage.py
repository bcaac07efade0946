"""Cancers diagnosed at stage 1 or 2 (122a).

Belongs here: the layout of the CCG Outcomes Indicator Set's indicator 1.18 as JSON records.
Does not belong here: the workbook layouts of the same set (``ccg_ois``).

Layout seen in a file of 2012 and 2013: one record an organisation and year, counts as text with thousands
commas, one National record a year. It names no date of publication.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import in_column

LAYOUT = Layout(
    publication="cancer_stage",
    what="the records of cancers diagnosed at stage 1 or 2",
    kind="json",
    columns={
        "period": ("Reporting period",),
        "level": ("Breakdown",),
        "code": ("Level",),
        "name": ("Level description",),
        "value": ("Percentage",),
        "lower_95": ("CI lower (%)",),
        "upper_95": ("CI upper (%)",),
        "denominator": ("Denominator",),
        "numerator": ("Numerator",),
    },
)
READER = Reader(
    LAYOUT,
    period=in_column("period"),
    levels={"ccg": "", "national": "england"},
    figures={
        "122a": {
            "numerator": "numerator",
            "denominator": "denominator",
            "value": "value",
            "lower_95": "lower_95",
            "upper_95": "upper_95",
        }
    },
)
