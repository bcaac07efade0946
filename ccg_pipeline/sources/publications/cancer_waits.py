"""Cancer waiting times, commissioner based: treated within 62 days of an urgent GP referral (122b).

Belongs here: the layouts of NHS England's workbooks, quarterly to 2021 and monthly since.
Does not belong here: the other standards in them, the workbook by provider.

Monthly layout seen in the file of July 2021: a sheet a standard, its title and "PERIOD: JUL 2021/22" on top,
header in row 8, hubs and a row UNKNOWN among the CCGs, no row of England, some percentages left out.

Quarterly layout assumed, as remembered: no file was seen. A sheet a standard under the preamble that NHS
England's workbooks share, an England row with a dash for a code, one row a commissioner.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import in_preamble

FIGURES = {"122b": {"numerator": "numerator", "denominator": "denominator", "value": "value"}}
WHAT = "the cancer waiting times workbook by commissioner"
SHEET = "62-DAY (ALL CANCER)"
LAYOUT = Layout(
    publication="cancer_waits",
    what=WHAT,
    kind="workbook",
    sheet=SHEET,
    title="Cancer Waiting Times",
    columns={
        "code": ("ODS Code",),
        "name": ("Accountable Commissioner", "Commissioner"),
        "denominator": ("Total Treated", "Total"),
        "numerator": ("Treated within 62 days", "Within Standard"),
        "value": ("% treated within 62 days", "Percentage within standard"),
    },
)
READER = Reader(LAYOUT, period=in_preamble(), figures=FIGURES, shares=frozenset({"value"}), status="assumed")
MONTHLY = Reader(
    Layout(
        publication="cancer_waits",
        what=WHAT,
        kind="workbook",
        sheet=SHEET,
        title="62-DAY (URGENT GP REFERRAL TO TREATMENT) WAIT FOR FIRST TREATMENT: ALL CANCERS",
        columns={
            "code": ("CCG Code", "ODS Code"),
            "name": ("Clinical Commissioning Group (CCG)", "Accountable Commissioner"),
            "setting": ("Care Setting",),
            "cancer": ("Cancer Type",),
            "denominator": ("Total",),
            "numerator": ("Within 62 days",),
            "value": ("Treated within 62 days",),
        },
    ),
    period=in_preamble(),
    only={"setting": ("all care",), "cancer": ("all cancers",)},
    figures=FIGURES,
    shares=frozenset({"value"}),
)
