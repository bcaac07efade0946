"""Organisations as files tell of them: names, regions and types, of the period of which a file says so.

Belongs here: the table of these attributes.
Does not belong here: organisations that the reference lists, figures of organisations (observations.py).
"""

from ccg_pipeline.tables.column import Table, date, text
from ccg_pipeline.tables.observations import DATES, FILE, ORGANISATION_KIND

ORGANISATION_ATTRIBUTE = Table(
    "organisation_attribute",
    "What files say of organisations that no reference lists, file by file and period by period.",
    (
        *FILE,
        ORGANISATION_KIND,
        text("organisation_code", "Code of the organisation.", unit="the publisher's code"),
        text("attribute", "What is said: name, region, trust_type …", like="[a-z][a-z0-9_]*"),
        text("value", "What it is."),
        date("period_end", "Last day of the data period of which it is said."),
        *DATES,
    ),
    ("source_sha256", "source_name", "organisation_kind", "organisation_code", "attribute", "period_end"),
    indexes={"whose": ("organisation_kind", "organisation_code")},
)

_STANDINGS = ("yes", "no", "not known")
STANDING_COLUMNS = (
    text(
        "special_measures",
        "Whether the CCG was in special measures on the last day of the period, by the register of published "
        "events; no where no entry is recorded. Never made up, and no part of the rating.",
        _STANDINGS,
    ),
    text("directions", "The same of legal directions.", _STANDINGS),
)
"""What the register says of a CCG, next to its rating."""
