"""Local authorities that report delayed transfers of care, and how their figures reach CCGs.

Belongs here: the 151 authorities with social care duties, their codes, and their weights to CCGs.
Does not belong here: applying the weights (``sources.dtoc`` does), district councils as such.

Sources: NHS England, delayed transfers of care by local authority, April 2016 (codes and names; unchanged in
April 2017); ONS look-ups of LSOAs (2011) to CCGs and districts, April 2016, and of districts to counties,
December 2016; adults of mid-2015 (`populations`). Only counties (codes E10) collect their districts:
metropolitan counties (E11) and London (E13) do not report, their boroughs do. The Isles of Scilly report with
Cornwall: assumed.
"""

from functools import cache

import pandas as pd

from ccg_pipeline.reference.populations import adults_mid_2015
from ccg_pipeline.reference.tables import read_table


@cache
def _authorities() -> pd.DataFrame:
    return read_table("authorities")


def dtoc_authorities() -> pd.DataFrame:
    """The 151 authorities: authority_code (ONS), dtoc_code (three digits), authority_name, region_name."""
    return _authorities().copy()


@cache
def _authority_weights() -> pd.DataFrame:
    weights = read_table("authority_lsoas", counts=("n_lsoas",))
    names = _authorities().set_index("authority_code")["authority_name"]
    weights.insert(1, "authority_name", weights["authority_code"].map(names))
    of_ccg = weights["n_lsoas"] / weights.groupby("ccg_code")["n_lsoas"].transform("sum")
    weights["adults"] = of_ccg * weights["ccg_code"].map(adults_mid_2015())
    weights["weight"] = weights["adults"] / weights.groupby("authority_code")["adults"].transform("sum")
    return weights


def authority_weights() -> pd.DataFrame:
    """What share of an authority's figure each CCG gets.

    Columns: authority_code, authority_name, ccg_code, n_lsoas, adults, weight. ``adults``: those of the CCG
    in mid-2015 who live in the authority, as many in each LSOA (of 2011) of the CCG: **assumed**, because a
    population by LSOA is not at hand. ``weight`` is the share of the authority's adults that they are, and
    sums to 1 for each authority: CCGs that lie in one authority alone have its rate.
    """
    return _authority_weights().copy()
