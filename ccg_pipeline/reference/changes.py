"""How CCGs became others: mergers, divisions, boundaries, names; and the weights to restate a figure by.

Belongs here: the successors of each CCG with the kind of change, and what share of a CCG of one April lies
in a CCG of another.
Does not belong here: the CCGs themselves (``organisations``), restating anything (``method.restatement``).

Sources: those of ``organisations``; for April 2017 the ONS look-ups of LSOAs (2011) to CCGs before and
after; for people, ONS mid-2015 (``populations``). Which CCGs merged into which in April 2020 and 2021 is
remembered; that these began and those ended is found. Which small areas crossed a boundary in April 2015
(09G, 09N) and April 2018 (01E, 01K, 02M) is not known here, only that some did.
"""

from functools import cache
from typing import Literal

import pandas as pd

from ccg_pipeline.reference.organisations import OF_FRAMEWORK, ccgs
from ccg_pipeline.reference.populations import population_mid_2015
from ccg_pipeline.reference.tables import read_table

How = Literal["unchanged", "boundary", "whole", "apportioned", "unknown"]
HOW: tuple[How, ...] = ("unchanged", "boundary", "whole", "apportioned", "unknown")
"""How a figure of one CCG reaches another, from the best to the worst: of two in a row the worse holds."""


@cache
def _changes() -> pd.DataFrame:
    changes = read_table("ccg_changes", dates=("change_date",))
    changes["n_lsoas"] = pd.to_numeric(changes["n_lsoas"].replace("", None)).astype("float64")
    by_predecessor = changes.groupby(["change_date", "from_code"])["n_lsoas"]
    changes["share_of_from"] = (changes["n_lsoas"] / by_predecessor.transform("sum")).fillna(1.0)
    people = population_mid_2015().astype("float64")
    estimated: set[str] = set()  # CCGs whose residents rest on a division by LSOAs
    moved, is_estimated = [], []
    for day in _days(changes):
        own = changes[changes["change_date"] == day]
        residents = own["share_of_from"] * people.reindex(own["from_code"]).to_numpy()
        moved.append(residents)
        is_estimated.append((own["share_of_from"] < 1) | own["from_code"].isin(estimated))
        estimated |= set(own.loc[is_estimated[-1], "to_code"])
        if day > pd.Timestamp(OF_FRAMEWORK, 4, 1):  # people are of 2016's CCGs, so of their successors after
            gained = residents.groupby(own["to_code"]).sum()
            people = pd.concat([people.drop(own["from_code"].unique()), gained])
    changes["residents"] = pd.concat(moved)
    provenance = pd.concat(is_estimated).map({True: "assumed", False: "found"})
    changes["residents_provenance"] = provenance.where(changes["residents"].notna(), "")
    by_successor = changes.groupby(["change_date", "to_code"])["residents"]
    changes["share_of_to"] = changes["residents"] / by_successor.transform("sum", min_count=1)
    return changes


def _days(changes: pd.DataFrame) -> list[pd.Timestamp]:
    """The days of the changes, in order."""
    return list(changes["change_date"].drop_duplicates().sort_values())


def ccg_changes() -> pd.DataFrame:
    """Every step from a CCG to its successor, by date; a CCG that was divided has a row for each part.

    Columns: change_date, the first day of the successor; from_code, to_code (ODS); kind: ``merged`` (all of
    it went into a larger one), ``divided`` (parts went into several), ``boundary`` (some small areas crossed
    a boundary), ``renamed``; n_lsoas that went this way (NaN: all, or not known which); provenance; source;
    residents, those people in mid-2015 (NaN where not known), and residents_provenance; share_of_from and
    share_of_to, what part they are of the predecessor and of the successor.

    Where a CCG was divided, its residents are taken to live in equal number in each of its LSOAs: assumed,
    because a population by LSOA is not at hand.
    """
    return _changes().copy()


def _step(own: pd.DataFrame, is_forward: bool) -> pd.DataFrame:
    """The changes of one day as weights from the CCGs of one side of it to those of the other."""
    ends = ["from_code", "to_code"] if is_forward else ["to_code", "from_code"]
    step = own[ends].set_axis(["via_code", "to_code"], axis=1)
    step["step_share"] = own["share_of_from"] if is_forward else own["share_of_to"]
    how = pd.Series("apportioned", index=own.index).mask(step["step_share"] == 1, "whole")
    how = how.mask(step["step_share"].isna(), "unknown").mask(own["kind"] == "renamed", "unchanged")
    step["step_how"] = how.mask((own["kind"] == "boundary") & own["n_lsoas"].isna(), "boundary")
    return step


@cache
def _weights(origin: int, year: int) -> pd.DataFrame:
    codes = ccgs(origin)["ccg_code"]
    start = {"from_code": codes, "to_code": codes, "share": 1.0, "how": HOW.index("unchanged")}
    weights, changes = pd.DataFrame(start), _changes()
    first, last = sorted((pd.Timestamp(origin, 4, 1), pd.Timestamp(year, 4, 1)))
    days = [day for day in _days(changes) if first < day <= last]
    for day in days if origin < year else reversed(days):
        own = changes[changes["change_date"] == day]
        step = _step(own, is_forward=origin < year)
        weights = weights.rename(columns={"to_code": "via_code"}).merge(step, how="left", on="via_code")
        weights["to_code"] = weights["to_code"].fillna(weights["via_code"])
        weights["share"] *= weights["step_share"].where(weights["step_how"].notna(), 1.0)
        weights["how"] = weights["how"].clip(lower=weights["step_how"].fillna("unchanged").map(HOW.index))
        by = weights.groupby(["from_code", "to_code"], as_index=False)
        weights = by.agg(share=("share", lambda each: each.sum(skipna=False)), how=("how", "max"))
    weights["how"] = weights["how"].map(lambda at: HOW[at])
    return weights.astype({"from_code": "str", "to_code": "str", "how": "str"})


def restating_weights(origin: int, year: int) -> pd.DataFrame:
    """What share of each CCG of April ``origin`` goes to each CCG of April ``year``, forwards or backwards.

    Columns: from_code, to_code, share (of the residents of mid-2015; of each from_code they sum to 1) and
    how: ``unchanged``; ``boundary`` (the same but for small areas not known here); ``whole`` (all of it lies
    in a larger one); ``apportioned``; ``unknown`` (share NaN: what part of it is not known). That residents
    may stand for whatever is counted is assumed.

    Raises ValueError for a year of which the CCGs are not known.
    """
    ccgs(year)
    return _weights(origin, year).copy()
