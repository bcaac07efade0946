"""National Child Measurement Programme: children aged 10 to 11 overweight or obese (102a).

Belongs here: the layout of NHS Digital's table by CCG.
Does not belong here: reception year, other weights, tables by local authority.

Layout assumed, as remembered: no file was seen. The sheet of Year 6 by CCG of residence, three school years
pooled, which end the title above the table; codes of the ONS next to those of the NHS.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import at_end_of

LAYOUT = Layout(
    publication="ncmp",
    what="the table of the National Child Measurement Programme by CCG",
    kind="workbook",
    sheet="Year 6 by CCG",
    title="Prevalence of overweight and obese children in Year 6",
    columns={
        "code": ("CCG code", "ODS code"),
        "name": ("CCG name",),
        "denominator": ("Number of children measured", "Number measured"),
        "numerator": ("Number overweight or obese",),
        "value": ("Prevalence",),
        "lower_95": ("Lower 95% confidence limit", "Lower CI"),
        "upper_95": ("Upper 95% confidence limit", "Upper CI"),
    },
)
READER = Reader(
    LAYOUT,
    period=at_end_of(LAYOUT.title, "period", 3 * 366),
    figures={
        "102a": {
            "numerator": "numerator",
            "denominator": "denominator",
            "value": "value",
            "lower_95": "lower_95",
            "upper_95": "upper_95",
        }
    },
    status="assumed",
)
