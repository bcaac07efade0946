"""Primary care dementia data: the estimated diagnosis rate of people aged 65 and over (126a), from 2022 on.

Belongs here: the layout of NHS England's monthly summary workbook.
Does not belong here: the earlier long CSV of the same series (``dementia_diagnoses``).

Layout seen in the summary of April 2024: Table 4, with a row for England, each region, integrated care board,
sub-ICB location and local authority, and England once more, without an ODS code, as the total of those. The
heading of the rate stands a row above the others, so the rate is computed from its counts. The month ends the
line above the table; the title sheet has the day of publication. Sub-ICB locations kept the codes of CCGs,
but are other organisations: nothing of them is asked.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import at_end_of

LAYOUT = Layout(
    publication="dementia_diagnoses",
    what="the summary workbook of primary care dementia data",
    kind="workbook",
    sheet="Table 4",
    title="Table 4: Dementia: 65+ estimated diagnosis rate",
    columns={
        "level": ("Type",),
        "code": ("ODS Code",),
        "numerator": ("Recorded",),
        "denominator": ("Estimated",),
        "lower_95": ("Lower",),
        "upper_95": ("Upper",),
    },
)
READER = Reader(
    LAYOUT,
    period=at_end_of(LAYOUT.title, "month", 31),
    levels={"national": "england", "sub_icb_loc": "other_ccg"},
    figures={
        "126a": {
            "numerator": "numerator",
            "denominator": "denominator",
            "lower_95": "lower_95",
            "upper_95": "upper_95",
        }
    },
)
