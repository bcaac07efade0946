"""Consultant-led referral to treatment waiting times: incomplete pathways by commissioner (129a).

Belongs here: the layout of NHS England's monthly workbook and which of its rows are asked for.
Does not belong here: other RTT collections (admitted, by provider).

Layout seen in the files of March to May 2015: sheets National and Commissioner among others, header about
row 14, one row a commissioner and treatment function. Area Team codes became Region codes in April 2015;
neither is needed. The code of the total is C_999, 999 or IP999. X24 is NHS England's own commissioning.
"""

from dataclasses import replace

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.organisations import ENGLAND
from ccg_pipeline.sources.periods import in_preamble

TITLE = "Referral to Treatment (RTT) Waiting Times"
WHAT = "the RTT workbook of incomplete pathways by commissioner"
_COLUMNS = {
    "function_code": ("Treatment Function Code",),
    "total": ("Total number of incomplete pathways",),
    "within_18_weeks": ("Total within 18 weeks",),
    "share": ("% within 18 weeks",),
}
COMMISSIONERS = Layout(
    "rtt",
    WHAT,
    "workbook",
    {"code": ("CCG Code",), "name": ("CCG Name",), **_COLUMNS},
    sheet="Commissioner",
    title=TITLE,
)
NATIONAL = Reader(
    Layout("rtt", WHAT, "workbook", _COLUMNS, sheet="National", title=TITLE),
    period=in_preamble(),
    only={"function_code": ("c_999", "999", "ip999")},
    figures={"129a": {"numerator": "within_18_weeks", "denominator": "total", "value": "share"}},
    shares=frozenset({"share"}),
    organisation=ENGLAND,
)
READER = replace(NATIONAL, layout=COMMISSIONERS, organisation="", also=(NATIONAL,))
