"""How deprived the area of each CCG is.

Belongs here: the summaries of the English Indices of Deprivation 2015 for CCGs of 2016.
Does not belong here: what deprivation does to an indicator (106a has its own measure).

Source: Department for Communities and Local Government, English Indices of Deprivation 2015, File 13, sheet
IMD; it has CCGs by ONS code. Licence: Open Government Licence v3.0.
"""

from functools import cache

import pandas as pd

from ccg_pipeline.reference.tables import read_table

_RANKS = (
    "rank_of_average_rank",
    "rank_of_average_score",
    "rank_of_share",
    "rank_of_extent",
    "rank_of_local_concentration",
)
_FIGURES = ("average_rank", "average_score", "share_in_most_deprived_tenth", "extent", "local_concentration")


@cache
def _deprivation() -> pd.DataFrame:
    frame = read_table("deprivation_imd2015", counts=_RANKS)
    return frame.astype(dict.fromkeys(_FIGURES, "float64")).set_index("ccg_code")


def deprivation_imd_2015() -> pd.DataFrame:
    """The Index of Multiple Deprivation 2015 by CCG, indexed and sorted by ccg_code.

    Columns, each followed by the CCG's rank on it (1 the most deprived of 209): average_rank and
    average_score of its small areas (LSOAs), weighted by population; share_in_most_deprived_tenth, 0 to 1, of
    LSOAs among the most deprived 10 % of England; extent, 0 to 1, of its people in the most deprived areas;
    local_concentration, the mean rank of the areas in which its most deprived 10 % live.
    """
    return _deprivation().copy()
