"""CCG Outcomes Indicator Set, one indicator a workbook (125a).

Belongs here: the layout of NHS Digital's single-indicator .xls, and which indicators of the set are asked
for.
Does not belong here: the workbook of all indicators, the JSON of indicator 1.18 (``cancer_stage``).

Layout seen in the file of indicator 1.2 of October 2020: sheet Data, header about row 18 with empty columns
between, the indicator's number in the line above, one row a year, organisation and gender.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import in_column

LAYOUT = Layout(
    publication="ccg_ois",
    what="a workbook of one indicator of the CCG Outcomes Indicator Set",
    kind="workbook",
    sheet="Data",
    title="CCGOIS - Indicator",
    columns={
        "period": ("Period of coverage",),
        "level": ("Breakdown",),
        "code": ("Level",),
        "name": ("Level description",),
        "value": ("Indicator value",),
        "lower_95": ("CI lower",),
        "upper_95": ("CI upper",),
        "denominator": ("Denominator",),
        "numerator": ("Numerator",),
    },
    optional={"gender": ("Gender",)},
)
READER = Reader(
    LAYOUT,
    period=in_column("period"),
    levels={"ccg": "", "national": "england"},
    only={"gender": ("person", "persons")},
    subject_line="CCG OIS Indicator",
    subjects={"CCG OIS Indicator 1.25 ": "125a"},
    figures={
        "125a": {
            "numerator": "numerator",
            "denominator": "denominator",
            "value": "value",
            "lower_95": "lower_95",
            "upper_95": "upper_95",
        }
    },
)
