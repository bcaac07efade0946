"""NHS Continuing Healthcare: people eligible for standard continuing healthcare (131a).

Belongs here: the layout of NHS England's quarterly workbook by CCG.
Does not belong here: fast track, funded nursing care, assessments in hospital.

Layout assumed, as remembered: no file was seen. The snapshot at the end of the quarter in a sheet under the
preamble that NHS England's workbooks share, with the population that it is counted against.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import in_preamble

LAYOUT = Layout(
    publication="chc",
    what="the NHS Continuing Healthcare workbook by CCG",
    kind="workbook",
    sheet="Standard NHS CHC",
    title="NHS Continuing Healthcare",
    columns={
        "code": ("Organisation Code", "CCG Code"),
        "name": ("Organisation Name", "CCG Name"),
        "numerator": ("Number eligible at the end of the quarter (snapshot)", "Snapshot"),
        "denominator": ("Population",),
        "value": ("Number eligible per 50,000 population", "Per 50k population"),
    },
)
READER = Reader(
    LAYOUT,
    period=in_preamble(),
    figures={"131a": {"numerator": "numerator", "denominator": "denominator", "value": "value"}},
    status="assumed",
)
