"""Which CCGs are next door to each other.

Belongs here: pairs of CCGs with a shared border, of any April.
Does not belong here: who resembles whom (``organisations``), maps.

Source: boundaries of the CCGs of April 2016, generalised, Office for National Statistics and Ordnance Survey.
Contains OS data © Crown copyright and database right 2016. Licence: Open Government Licence v3.0. Two CCGs
are neighbours when their boundaries have a piece of line in common: no point is enough, and no water.
"""

from functools import cache

import pandas as pd

from ccg_pipeline.reference.changes import restating_weights
from ccg_pipeline.reference.organisations import OF_FRAMEWORK
from ccg_pipeline.reference.tables import read_table


@cache
def _pairs() -> pd.DataFrame:
    one_way = read_table("ccg_neighbours")
    other = one_way.rename(columns={"ccg_code": "neighbour_code", "neighbour_code": "ccg_code"})
    both = pd.concat([one_way, other[one_way.columns]], ignore_index=True)
    return both.sort_values(["ccg_code", "neighbour_code"], ignore_index=True)


def neighbours(year: int = OF_FRAMEWORK) -> pd.DataFrame:
    """Return each CCG of April ``year`` with each of its neighbours: ccg_code, neighbour_code, provenance.

    Both ways, sorted. An island (10L, Isle of Wight) has none. CCGs of another April have the neighbours of
    the CCGs of 2016 that they were made of, or went into: ``derived``, and ``assumed`` where one of these was
    divided, because it is not known which part lies at the border. ValueError for a year that is not known.
    """
    pairs = _pairs()
    if year == OF_FRAMEWORK:
        return pairs.assign(provenance="found")
    weights = restating_weights(OF_FRAMEWORK, year)[["from_code", "to_code", "share"]]
    one = weights.rename(columns={"from_code": "ccg_code", "to_code": "of", "share": "share_of"})
    next_door = weights.rename(columns={"from_code": "neighbour_code", "to_code": "to", "share": "share_to"})
    found = pairs.merge(one, on="ccg_code").merge(next_door, on="neighbour_code")
    found = found[found["of"] != found["to"]]
    whole = (found["share_of"] == 1) & (found["share_to"] == 1)
    between = pd.DataFrame({"ccg_code": found["of"], "neighbour_code": found["to"], "provenance": "assumed"})
    between.loc[whole, "provenance"] = "derived"
    between = between.sort_values(["ccg_code", "neighbour_code", "provenance"], ascending=[True, True, False])
    return between.drop_duplicates(["ccg_code", "neighbour_code"], ignore_index=True)
