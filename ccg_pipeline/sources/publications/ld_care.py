"""Health and Care of People with Learning Disabilities: read so that each of its rows is accounted for.

Belongs here: the layout of NHS Digital's archive.
Does not belong here: annual health checks (124b), which come from the general practices' own return.

Layout seen for 2016-17 to 2020-21: a zip archive of one long CSV a year, all by the 102 and 99 organisations
of 2020-21 (so of the 209 CCGs only those that lasted), U for unallocated. Its measures have codes (LDO1_REG,
LDOB001 to LDOB114) of which none is known to be the annual health check, so nothing is taken from them.
"""

from ccg_pipeline.sources.declaration import Reader
from ccg_pipeline.sources.layouts import Layout

LAYOUT = Layout(
    publication="ld_care",
    what="the archive of the health and care of people with learning disabilities by CCG",
    kind="archive",
    columns={
        "year": ("YEAR",),
        "ons_code": ("CCG_ONS_CODE",),
        "code": ("CCG_ODS_CODE",),
        "measure": ("INDICATOR",),
        "sex": ("SEX",),
        "age": ("AGE_BAND",),
        "value": ("VALUE",),
    },
)
READER = Reader(LAYOUT)
