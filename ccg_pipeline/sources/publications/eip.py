"""Early intervention in psychosis waiting times: treated within two weeks of referral (123b).

Belongs here: the layout of NHS England's monthly workbook by commissioner.
Does not belong here: incomplete pathways, the workbook by provider.

Layout assumed, as remembered: no file was seen. Completed pathways in a sheet under the preamble that NHS
England's workbooks share, by week waited, with the total and those within two weeks.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout
from ccg_pipeline.sources.periods import in_preamble

LAYOUT = Layout(
    publication="eip",
    what="the workbook of early intervention in psychosis waiting times by commissioner",
    kind="workbook",
    sheet="Complete Pathways",
    title="Early Intervention in Psychosis (EIP) Waiting Times",
    columns={
        "code": ("Org Code", "Commissioner Code"),
        "name": ("Org Name", "Commissioner Name"),
        "denominator": ("Total number of completed pathways", "Total"),
        "numerator": ("Number who started treatment within 2 weeks", "Within 2 weeks"),
        "value": ("% who started treatment within 2 weeks", "% within 2 weeks"),
    },
)
READER = Reader(
    LAYOUT,
    period=in_preamble(),
    figures={"123b": {"numerator": "numerator", "denominator": "denominator", "value": "value"}},
    shares=frozenset({"value"}),
    status="assumed",
)
