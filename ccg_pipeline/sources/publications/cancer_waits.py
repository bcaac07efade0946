"""Cancer waiting times, commissioner based: treated within 62 days of an urgent GP referral (122b).

Belongs here: the layout of NHS England's quarterly workbook.
Does not belong here: the other standards in it, the workbook by provider.

Layout assumed, as remembered: no file was seen. A sheet a standard under the preamble that NHS England's
workbooks share, an England row with a dash for a code, one row a commissioner.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import in_preamble

LAYOUT = Layout(
    publication="cancer_waits",
    what="the cancer waiting times workbook by commissioner",
    kind="workbook",
    sheet="62-DAY (ALL CANCER)",
    title="Cancer Waiting Times",
    columns={
        "code": ("ODS Code",),
        "name": ("Accountable Commissioner", "Commissioner"),
        "denominator": ("Total Treated", "Total"),
        "numerator": ("Treated within 62 days", "Within Standard"),
        "value": ("% treated within 62 days", "Percentage within standard"),
    },
)
READER = Reader(
    LAYOUT,
    period=in_preamble(),
    figures={"122b": {"numerator": "numerator", "denominator": "denominator", "value": "value"}},
    shares=frozenset({"value"}),
    status="assumed",
)
