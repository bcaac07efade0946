"""Recorded dementia diagnoses: the estimated diagnosis rate of people aged 65 and over (126a).

Belongs here: the layout of NHS Digital's monthly long CSV.
Does not belong here: the later workbook of the same series (``primary_care_dementia``).

Layout as described for 2016 to 2018: ORG_TYPE, ORG_CODE, NAME, ACH_DATE (31MAR2017 or 31-Mar-17), MEASURE,
VALUE; all levels of organisation in one file. The count is a snapshot on the last day of a month: its
period is that month.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import month_of

LAYOUT = Layout(
    publication="dementia_diagnoses",
    what="the file of recorded dementia diagnoses",
    kind="csv",
    columns={
        "level": ("ORG_TYPE",),
        "code": ("ORG_CODE",),
        "name": ("NAME",),
        "date": ("ACH_DATE",),
        "measure": ("MEASURE",),
        "value": ("VALUE",),
    },
)
READER = Reader(
    LAYOUT,
    period=month_of("date"),
    levels={"ccg": "", "national": "england", "country": "england", "england": "england"},
    measures={
        "dementia_register_65_plus": ("126a", "numerator"),
        "dementia_estimate_65_plus": ("126a", "denominator"),
        "diag_rate_65_plus": ("126a", "value"),
        "diag_rate_65_plus_ll": ("126a", "lower_95"),
        "diag_rate_65_plus_ul": ("126a", "upper_95"),
    },
)
