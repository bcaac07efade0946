"""Local authorities that report delayed transfers of care, and how their figures reach CCGs.

Belongs here: the 151 authorities with social care duties, their codes, and their weights to CCGs.
Does not belong here: applying the weights (``sources.dtoc`` does), district councils as such.

Sources: NHS England, delayed transfers of care by local authority, April 2016 (codes and names; unchanged in
April 2017); ONS look-ups of LSOAs (2011) to CCGs and districts, April 2016, and of districts to counties,
December 2016. Only counties (codes E10) collect their districts: metropolitan counties (E11) and London (E13)
do not report, their boroughs do. The Isles of Scilly report with Cornwall: assumed.
"""

from functools import cache

import pandas as pd

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
    weights["weight"] = weights["n_lsoas"] / weights.groupby("authority_code")["n_lsoas"].transform("sum")
    return weights


def authority_weights() -> pd.DataFrame:
    """What share of an authority's figure each CCG gets.

    Columns: authority_code, authority_name, ccg_code, n_lsoas, weight. ``weight`` is the share of the
    authority's LSOAs (of 2011) that lie in the CCG, and sums to 1 for each authority. LSOAs hold about 1,500
    people each, but a count of LSOAs is no count of adults: that it may stand for one is **assumed**.
    """
    return _authority_weights().copy()
