"""Women's smoking status at time of delivery (101a).

Belongs here: the layout of NHS Digital's quarterly long CSV.
Does not belong here: the same indicator in the CCG Outcomes Indicator Set (``ccg_ois_profile``).

Layout assumed: no file of 2016/17 was seen. Its columns and measures are those of later quarters, as programs
that read them name them (OrgName, Measure, Value). To March 2017 the denominator is all maternities, those of
women of whom nothing is known included.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import in_column

LAYOUT = Layout(
    publication="satod",
    what="the file of smoking status at time of delivery",
    kind="csv",
    columns={
        "period": ("ReportPeriod", "Period", "Quarter"),
        "code": ("OrgCode", "Org Code"),
        "name": ("OrgName", "Org Name"),
        "measure": ("Measure",),
        "value": ("Value",),
    },
)
READER = Reader(
    LAYOUT,
    period=in_column("period"),
    measures={
        "women known to be smokers at time of delivery": ("101a", "numerator"),
        "number of maternities": ("101a", "denominator"),
    },
    status="assumed",
)
