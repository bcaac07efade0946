"""What the tables of both lanes have in common.

Belongs here: the columns that name a row's lane, partition, CCG, area and indicator; the rule that no row is
lost.
Does not belong here: any one table's columns (bands.py, areas.py, candidates.py, overall.py).
"""

from ccg_pipeline.tables.column import Depends, Rule, date, flag, text

LANE = ("lane", "partition_key")
LANE_COLUMNS = (
    text(
        "lane", "Which assessment the row is of.", Depends("lanes of the edition", lambda basis: basis.lanes)
    ),
    text(
        "partition_key",
        "The month of an interim assessment (2017-03), or the first day of the financial year of an annual "
        "one (2016-04-01).",
        like=r"\d{4}-\d{2}(-\d{2})?",
    ),
)
MONTH = text("partition_key", "The month in which the data period ends.", like=r"\d{4}-\d{2}")
CCG_CODE = text(
    "ccg_code",
    "Code of the CCG.",
    Depends("CCGs of April 2016", lambda basis: basis.ccg_codes),
    unit="ODS code",
)
AREA_CODE = text(
    "area_code",
    "Code of the clinical or improvement area.",
    Depends("areas of the edition", lambda basis: [one.code for one in basis.edition.areas]),
)
PANEL = text(
    "panel",
    "Key of the panel that verifies the area, or of the committee that confirms the overall rating.",
)
INDICATOR_CODE = text(
    "indicator_code",
    "Code of the indicator.",
    Depends("indicators of the edition", lambda basis: basis.edition.indicator_codes),
)
PERIOD = (
    date("period_start", "First day of the data period."),
    date("period_end", "Last day of the data period."),
)
IS_MADE_UP = flag(
    "is_made_up", "Whether any figure behind the row was drawn from a seed and never published."
)


def once_for_every(what: str, count: int) -> Rule:
    """Make the rule that there are `count` rows; with a key and codes, that none is lost or doubled."""
    return Rule(f"must have {count:,} rows, one for every {what}", lambda rows: len(rows) == count)
