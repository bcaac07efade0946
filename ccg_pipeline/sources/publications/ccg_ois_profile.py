"""CCG Outcomes Indicator Set for one CCG, its similar ten and England: a workbook of all indicators.

Belongs here: the layout of that workbook, and which of its sheets tell of an indicator of the edition.
Does not belong here: NHS Digital's own workbook of one indicator (``ccg_ois``).

Layout seen in the one of June 2017 for Coastal West Sussex, of 70 sheets: organisations by name alone, every
header at another depth, blocks of the same columns side by side (a block leaves out the period or the name
that stays the same), a second table with its own header further down, limits with their distance from
the value next to them, helper columns of charts without heading, cached values of formulas. A sheet is known
by what is above its header.

Two sheets look like an indicator of the edition and are not: 2.5 counts people offered a structured education
course or attending one, of whom 103b counts only those who attend; 2.11a counts reliable recovery, 123a
recovery. 3.1 is of acute conditions, 127b and 106b of urgent care sensitive ones.
"""

import pandas as pd

from ccg_pipeline.sources.cells import read_figures
from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import in_column

LAYOUT = Layout(
    publication="ccg_ois_profile",
    what="the workbook of all indicators of the CCG Outcomes Indicator Set for one CCG",
    kind="workbook",
    title="CCG OIS - Indicator",
    every_sheet=True,
    columns={
        "period": ("Reporting period", "Period", "Year", "Year of diagnosis"),
        "name": ("Level description", "CCG Name"),
    },
    optional={
        "gender": ("Gender",),
        "value": ("Indicator value", "Percentage", "DSR"),
        "lower_95": ("CI lower",),
        "upper_95": ("CI upper",),
        "denominator": ("Denominator", "Registered patients"),
        "numerator": ("Numerator", "Observed"),
        "live_births": ("Live births",),
        "stillbirths": ("Stillbirths",),
        "neonatal_deaths": ("Neonatal deaths",),
    },
)
_VALUE = {"value": "value", "lower_95": "lower_95", "upper_95": "upper_95"}
_WITH_COUNTS = {**_VALUE, "numerator": "numerator", "denominator": "denominator"}


def fill(claims: pd.DataFrame) -> pd.DataFrame:
    """Deaths and births of 125a from their parts; a mark as soon as a part is one."""
    if "live_births" not in claims:
        return claims
    live, still, neonatal = (
        read_figures(claims[name]).values for name in ("live_births", "stillbirths", "neonatal_deaths")
    )
    births, deaths = (pd.Series(each, dtype=object) for each in (live + still, still + neonatal))
    return claims.assign(numerator=deaths.fillna("-"), denominator=births.fillna("-"))


READER = Reader(
    LAYOUT,
    period=in_column("period"),
    only={"gender": ("person", "persons")},
    subjects={
        "Maternal smoking at delivery": "101a",
        "Proportion of people who are feeling supported to manage their condition": "105d",
        "Health-related quality of life for carers, aged 18 and above": "108a",
        "Percentage of cancers detected at stage 1 and 2": "122a",
        "One-year survival from all cancers": "122c",
        "Neonatal mortality and stillbirths": "125a",
        "Unplanned hospitalisation for chronic ambulatory care sensitive conditions": "128a",
    },
    figures={
        "101a": _WITH_COUNTS,
        "105d": _WITH_COUNTS,
        "108a": _WITH_COUNTS,
        "122a": _WITH_COUNTS,
        "122c": _VALUE,
        "125a": {
            **_VALUE,
            "live_births": "live_births",
            "stillbirths": "stillbirths",
            "neonatal_deaths": "neonatal_deaths",
        },
        "128a": _WITH_COUNTS,
    },
    fill=fill,
)
