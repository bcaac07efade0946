"""The organisations of the assessment: Clinical Commissioning Groups, plans, hubs, and who resembles whom.

Belongs here: codes, names, regions and validity of organisations, and the similar ten.
Does not belong here: how one CCG became another (``changes``), how many people live in them
(``populations``), how deprived they are (``deprivation``), local authorities (``authorities``).

Sources: ONS Open Geography look-ups and names (2016 to 2019), NHS ODS list of February 2016 (regions, local
offices, opening and closing dates, hubs), NHS RightCare (similar ten of 2016), NHS Digital's CCG Outcomes
Indicator Set of October 2020 (CCGs of April 2020), NHS England's primary care dementia data of April 2024
(codes of April 2021). Licence of all: Open Government Licence v3.0.
"""

from functools import cache

import pandas as pd

from ccg_pipeline.reference.tables import read_table

FIRST_YEAR, LAST_YEAR = 2013, 2021
"""The Aprils whose CCGs are known; after that of 2021 nothing changed until CCGs were abolished."""

OF_FRAMEWORK = 2016
"""The April of whose 209 CCGs the framework of 2016/17 speaks."""


@cache
def _history() -> pd.DataFrame:
    return read_table("ccgs", dates=("valid_from", "valid_to"))


def ccg_history() -> pd.DataFrame:
    """Every CCG from April 2013 on, one a row, sorted by ``ccg_code`` and ``valid_from``, which are its key.

    Columns: those of ``ccgs``, provenance (of code, name and dates) and source. The same code twice is two
    CCGs, because the area or the name changed: 01H was Cumbria until March 2017, and North Cumbria from then.
    """
    return _history().copy()


@cache
def _ccgs(year: int) -> pd.DataFrame:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(
            f"The CCGs of April {year} are not known here; only those of {FIRST_YEAR} to {LAST_YEAR} are."
        )
    every, day = _history(), pd.Timestamp(year, 4, 1)
    is_valid = (every["valid_from"] <= day) & (every["valid_to"].isna() | (every["valid_to"] >= day))
    return every[is_valid].drop(columns=["provenance", "source"]).reset_index(drop=True)


def ccgs(year: int = OF_FRAMEWORK) -> pd.DataFrame:
    """The CCGs of April ``year``, one a row, sorted by ``ccg_code``: 211 in 2013, 209 in 2016, 207 in 2017.

    Columns: ccg_code (ODS), ons_code, ccg_name, region_code, region_name, local_office_code,
    local_office_name, stp_code, stp_name, valid_from, valid_to. A CCG is its code **and** its dates:
    01H, 01K, 06W and 06Y kept their code in April 2017 while their area changed, so theirs ends on
    2017-03-31. ``valid_to`` is NaT where the CCG was still there, unchanged, in April 2021.

    Plans are those of April 2017; a CCG that merged or was divided that month, or had merged before, has the
    plan of its (main) successor. Region and local office are those of February 2016, or of April 2017 for a
    CCG that began after; for one that ended before, its successor's. One that began after April 2017 has its
    predecessors', and none, so an empty text, where they differ.

    Raises ValueError for a year that is not known.
    """
    return _ccgs(year).copy()


@cache
def _commissioning_hubs() -> pd.DataFrame:
    return read_table("commissioning_hubs")


def commissioning_hubs() -> pd.DataFrame:
    """NHS England's own commissioning hubs, which share the code space of CCGs: hub_code, hub_name."""
    return _commissioning_hubs().copy()


@cache
def _similar_ten() -> pd.DataFrame:
    return read_table("similar_ten", counts=("rank",))


def similar_organisations() -> pd.DataFrame:
    """The ten CCGs most like each CCG (RightCare, 2016): ccg_code, rank (1 the most), similar_ccg_code."""
    return _similar_ten().copy()


@cache
def _stps() -> pd.DataFrame:
    return read_table("stps")


def stps() -> pd.DataFrame:
    """The 44 Sustainability and Transformation Plans of April 2017: stp_code (ONS), stp_name."""
    return _stps().copy()
