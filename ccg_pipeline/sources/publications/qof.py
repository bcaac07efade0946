"""Quality and Outcomes Framework: dementia care plans reviewed (126b).

Belongs here: the layout of NHS Digital's workbook of achievement by CCG.
Does not belong here: prevalence, other conditions, achievement by practice.

Layout assumed, as remembered: no file was seen. The sheet of dementia has a group of columns for each
indicator, whose code (DEM004; DEM002 before 2015/16) is in the row above the header. Patients excepted
count in the denominator, because nobody reviewed their plan.
"""

import numpy as np
import pandas as pd

from ccg_pipeline.sources.cells import read_figures
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import at_end_of

LAYOUT = Layout(
    publication="qof",
    what="the Quality and Outcomes Framework workbook of dementia by CCG",
    kind="workbook",
    sheet="DEM",
    title="Quality and Outcomes Framework",
    under="DEM004",
    always_under=True,
    columns={
        "code": ("CCG code",),
        "name": ("CCG name",),
        "numerator": ("Numerator",),
        "net_denominator": ("Denominator",),
        "exceptions": ("Exceptions",),
    },
)


def fill(claims: pd.DataFrame) -> pd.DataFrame:
    """The denominator with the patients excepted; a mark as soon as one of the two is one."""
    net, excepted = (read_figures(claims[name]) for name in ("net_denominator", "exceptions"))
    total = pd.Series(net.values + excepted.values, index=claims.index, dtype=object)
    mark = np.where(net.is_suppressed | excepted.is_suppressed, "*", "-")
    return claims.assign(denominator=total.where(total.notna(), mark))


READER = Reader(
    LAYOUT,
    period=at_end_of(LAYOUT.title, "financial year", 366),
    figures={
        "126b": {"numerator": "numerator", "net_denominator": "net_denominator", "exceptions": "exceptions"}
    },
    fill=fill,
    status="assumed",
)
