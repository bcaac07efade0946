"""How many people live in each CCG.

Belongs here: population denominators by CCG of 2016.
Does not belong here: registered lists of practices, populations of small areas.

Source: ONS, mid-2015 population estimates for CCGs by single year of age (SAPE18DT5), persons; the file has
CCGs of April 2015 by ONS code, which are those of 2016. England: 54,786,327, of whom 43,108,471 adults.
"""

from functools import cache

import pandas as pd

from ccg_pipeline.reference.tables import read_table


@cache
def _populations() -> pd.DataFrame:
    return read_table(
        "populations_mid_2015", counts=("all_ages", "adults_18_plus", "aged_65_plus")
    ).set_index("ccg_code")


def population_mid_2015() -> "pd.Series[int]":
    """Residents of all ages in mid-2015, indexed and sorted by ccg_code."""
    return _populations()["all_ages"].copy()


def adults_mid_2015() -> "pd.Series[int]":
    """Residents aged 18 and over in mid-2015, indexed and sorted by ccg_code."""
    return _populations()["adults_18_plus"].copy()


def aged_65_and_over_mid_2015() -> "pd.Series[int]":
    """Residents aged 65 and over in mid-2015, indexed and sorted by ccg_code."""
    return _populations()["aged_65_plus"].copy()
