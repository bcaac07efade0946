"""Improving Access to Psychological Therapies: recovery rate (123a).

Belongs here: the layout of the annual long CSV by CCG, and which of its measures make the rate.
Does not belong here: monthly and quarterly releases in other layouts.

Layout seen in a file of 2017-18 to 2019-20: one row an organisation, year and measure; England has the code
All, CCG counts are rounded to 5 by the publisher, * is suppressed. Hubs and UNKNOWN stand among the CCGs.
The rate is recoveries per finished course of treatment of people who were at caseness when they began.
"""

import numpy as np
import pandas as pd

from ccg_pipeline.sources.cells import read_figures
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import between

LAYOUT = Layout(
    publication="iapt",
    what="the annual IAPT file by CCG",
    kind="csv",
    columns={
        "start": ("start_date",),
        "end": ("end_date",),
        "level": ("org_type",),
        "code": ("org_code",),
        "name": ("org_name",),
        "breakdown": ("variable_type",),
        "measure": ("measure_name",),
        "statistic": ("measure_statistic",),
        "value": ("value",),
    },
)


def fill(claims: pd.DataFrame) -> pd.DataFrame:
    """The denominator: finished courses less those not at caseness; a mark as soon as one of them is one."""
    finished, not_at_caseness = (read_figures(claims[name]) for name in ("finished", "not_at_caseness"))
    difference = pd.Series(finished.values - not_at_caseness.values, index=claims.index, dtype=object)
    mark = np.where(finished.is_suppressed | not_at_caseness.is_suppressed, "*", "-")
    return claims.assign(denominator=difference.where(difference.notna(), mark))


READER = Reader(
    LAYOUT,
    period=between("start", "end"),
    levels={"ccg": "", "england": ""},
    only={"breakdown": ("total",), "statistic": ("count",)},
    measures={
        "recovery": ("123a", "numerator"),
        "finished_course_treatment": ("123a", "finished"),
        "not_at_caseness": ("123a", "not_at_caseness"),
    },
    fill=fill,
)
