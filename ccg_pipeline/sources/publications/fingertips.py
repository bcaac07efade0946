"""Fingertips: the CSV download of any indicator of the public health profiles.

Belongs here: its layout, and the number there of an indicator of the edition.
Does not belong here: indicators under another definition, though their name be alike: smoking at delivery
(93085) leaves out the women of whom nothing is known, which 101a of 2016/17 did not.

Layout seen in a download of indicator 91547 (2013/14 to 2023/24): 27 columns, many types of area in one file
(areas by their ONS codes; general practices by theirs), England's row once for each type of area, and an area
once for each of its parents: what is said again is not asked for. The number of the one indicator asked for
is remembered, so what comes of it is marked as of an assumed layout; its year means the snapshot at the end
of March.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import march_of
from ccg_pipeline.sources.row_accounting import RowAccounting

LAYOUT = Layout(
    publication="fingertips",
    what="the CSV download of Fingertips",
    kind="csv",
    columns={
        "subject": ("Indicator ID",),
        "code": ("Area Code",),
        "name": ("Area Name",),
        "level": ("Area Type",),
        "sex": ("Sex",),
        "period": ("Time period",),
        "value": ("Value",),
        "lower_95": ("Lower CI 95.0 limit",),
        "upper_95": ("Upper CI 95.0 limit",),
        "numerator": ("Count",),
        "denominator": ("Denominator",),
    },
)


def check(account: RowAccounting) -> None:
    """Set aside rows that say once more, of an area and period, what another said."""
    account.set_aside(account.rows.duplicated(), "not_asked_for")


READER = Reader(
    LAYOUT,
    period=march_of("period"),
    check=check,
    subjects={"92949": "126a"},
    only={"sex": ("persons",)},
    levels={"england": "england", "ccg": "", "ccgs": ""},
    figures={
        "126a": {
            "numerator": "numerator",
            "denominator": "denominator",
            "value": "value",
            "lower_95": "lower_95",
            "upper_95": "upper_95",
        }
    },
    status="assumed",
)
