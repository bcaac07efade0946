"""NHS e-Referral Service: bookings per general practitioners' referral made (105a).

Belongs here: the layout of NHS Digital's monthly workbook of utilisation by CCG.
Does not belong here: the referrals alone, as the Monthly Activity Return publishes them (``mar``).

Layout assumed, as remembered: no file was seen. One row a CCG, bookings next to the referrals of the Monthly
Activity Return; the month ends the title above the table. More bookings than referrals are possible.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import at_end_of

LAYOUT = Layout(
    publication="e_rs",
    what="the workbook of e-Referral Service utilisation by CCG",
    kind="workbook",
    sheet="CCG Utilisation",
    title="NHS e-Referral Service utilisation",
    columns={
        "code": ("CCG Code",),
        "name": ("CCG Name",),
        "numerator": ("e-RS bookings", "Bookings"),
        "denominator": ("GP referrals made (MAR)", "GP referrals made"),
        "value": ("Utilisation",),
    },
)
READER = Reader(
    LAYOUT,
    period=at_end_of(LAYOUT.title, "month", 31),
    figures={"105a": {"numerator": "numerator", "denominator": "denominator", "value": "value"}},
    shares=frozenset({"value"}),
    status="assumed",
)
