"""The organisations of the assessment: Clinical Commissioning Groups, plans, hubs, and who resembles whom.

Belongs here: codes, names, regions and validity of organisations, and the similar ten.
Does not belong here: how many people live in them (``populations``), local authorities (``authorities``).

Sources: ONS Open Geography look-ups and names (2016 to 2019), NHS ODS list of February 2016 (regions, local
offices, opening and closing dates, hubs), NHS RightCare (similar ten of 2016), NHS Digital's CCG Outcomes
Indicator Set of October 2020 (codes of April 2020). Licence of all: Open Government Licence v3.0.
"""

from functools import cache

import pandas as pd

from ccg_pipeline.reference.tables import read_table


@cache
def _ccgs_2016() -> pd.DataFrame:
    return read_table("ccgs", dates=("valid_from", "valid_to"))


def ccgs(year: str = "2016") -> pd.DataFrame:
    """The CCGs of April ``year``, one a row, sorted by ``ccg_code``; 2016 (209 CCGs) is the year known here.

    Columns: ccg_code (ODS), ons_code, ccg_name, region_code, region_name, local_office_code,
    local_office_name, stp_code, stp_name, valid_from, valid_to. A CCG is its code **and** its dates:
    01H, 01K, 06W and 06Y kept their code in April 2017 while their area changed, so theirs ends on
    2017-03-31. ``valid_to`` is NaT where the CCG was still there, unchanged, in April 2019. Plans are those
    of April 2017; a CCG that merged or was divided that month has the plan of its (main) successor.

    Raises ValueError for another year.
    """
    if year != "2016":
        raise ValueError(f"The CCGs of April {year} are not known here; only those of 2016 are.")
    return _ccgs_2016().copy()


@cache
def _other_ccgs() -> pd.DataFrame:
    return read_table("other_ccgs", dates=("valid_from", "valid_to"))


def other_ccgs() -> pd.DataFrame:
    """CCG codes that were valid before or after 2016 but not then.

    Columns: ccg_code, ccg_name, valid_from, valid_to (NaT = not known to have ended), source. A code of this
    list in a file is a real CCG about which a 2016 edition asks nothing; it is no error.
    """
    return _other_ccgs().copy()


@cache
def _commissioning_hubs() -> pd.DataFrame:
    return read_table("commissioning_hubs")


def commissioning_hubs() -> pd.DataFrame:
    """NHS England's own commissioning hubs, which share the code space of CCGs: hub_code, hub_name."""
    return _commissioning_hubs().copy()


@cache
def _similar_ten() -> pd.DataFrame:
    return read_table("similar_ten", counts=("rank",))


def similar_ten() -> pd.DataFrame:
    """The ten CCGs most like each CCG (RightCare, 2016): ccg_code, rank (1 the most), similar_ccg_code."""
    return _similar_ten().copy()


@cache
def _stps() -> pd.DataFrame:
    return read_table("stps")


def stps() -> pd.DataFrame:
    """The 44 Sustainability and Transformation Plans of April 2017: stp_code (ONS), stp_name."""
    return _stps().copy()
