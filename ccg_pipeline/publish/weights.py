"""Weights: how figures of other organisations reach the CCGs, each as a table that can be looked at.

Belongs here: the list of the weights in use, and each of them row by row with its provenance.
Does not belong here: where weights come from (``reference``), applying them (the source of delayed transfers,
``method.restatement``), printing them.

There are none by provider: publications that are (A&E, staff survey, CQC ratings) are read by CCG, in the
declared layout, so nothing here would apply them.
"""

import pandas as pd

from ccg_pipeline.reference.authorities import authority_weights
from ccg_pipeline.reference.changes import ccg_changes, restating_weights
from ccg_pipeline.reference.organisations import OF_FRAMEWORK, ccgs
from expert_panels.foundation.fault import WrongUse

DTOC, CHANGES = "dtoc", "changes"
YEARS = (2013, 2017, 2018, 2019, 2020, 2021)
"""Aprils from which other CCGs were in force than in 2016; 2014 is as 2013, and 2015 as 2016."""

PROVENANCE = {
    "unchanged": "found",
    "whole": "found",
    "boundary": "assumed",
    "apportioned": "assumed",
    "unknown": "",
}
"""What a weight rests on, by how a figure gets there: that people stand for what is counted is assumed."""

BY_ADULTS = (
    "ONS adults of mid-2015, as many in each LSOA of a CCG, and look-ups of LSOAs (2011) to CCGs and "
    "districts, April 2016, and of districts to counties, 2016"
)
BY_RESIDENTS = "ONS residents of mid-2015, and look-ups of LSOAs to CCGs of April 2016 and April 2017"
REMEMBERED = "; which CCGs merged in April 2020 and 2021 is remembered"


def weightings() -> pd.DataFrame:
    """List what there is: weights (the name that `weights_of` takes), what, by."""
    here = len(ccgs())
    rows = [
        (DTOC, f"Delayed days of 151 authorities to the {here} (127e)", "adults"),
        (CHANGES, "Steps from each CCG to its successor since 2013", "residents"),
    ]
    rows += [
        (str(year), f"Figures of the {len(ccgs(year))} CCGs of April {year} to the {here}", "residents")
        for year in YEARS
    ]
    return pd.DataFrame(rows, columns=["weights", "what", "by"])


def weights_of(name: str) -> pd.DataFrame:
    """Return one of `weightings` as a table, a row a part.

    For ``dtoc`` and a year: from_code, from_name, to_code, to_name, weight (of each from_code they sum to 1;
    NaN where the part is not known), rests_on (adults, or how a figure reaches the CCG), provenance and
    source. For ``changes`` the columns of `ccg_changes`. Raises WrongUse for another name.
    """
    if name == DTOC:
        return _of_authorities()
    if name == CHANGES:
        return ccg_changes()
    if name in map(str, YEARS):
        return _of_year(int(name))
    known = ", ".join(weightings()["weights"])
    raise WrongUse(f"There are no weights {name!r}: choose one of {known}.")


def _of_authorities() -> pd.DataFrame:
    weights = authority_weights()
    is_whole = weights["weight"] == 1
    return pd.DataFrame(
        {
            "from_code": weights["authority_code"],
            "from_name": weights["authority_name"],
            "to_code": weights["ccg_code"],
            "to_name": weights["ccg_code"].map(_names(OF_FRAMEWORK)),
            "weight": weights["weight"],
            "rests_on": weights["adults"].map("{:,.0f} adults".format),
            "provenance": is_whole.map({True: "found", False: "assumed"}),
            "source": BY_ADULTS,
        }
    )


def _of_year(year: int) -> pd.DataFrame:
    weights = restating_weights(year, OF_FRAMEWORK)
    return pd.DataFrame(
        {
            "from_code": weights["from_code"],
            "from_name": weights["from_code"].map(_names(year)),
            "to_code": weights["to_code"],
            "to_name": weights["to_code"].map(_names(OF_FRAMEWORK)),
            "weight": weights["share"],
            "rests_on": weights["how"],
            "provenance": weights["how"].map(PROVENANCE),
            "source": BY_RESIDENTS + (REMEMBERED if year > 2019 else ""),
        }
    )


def _names(year: int) -> "pd.Series[str]":
    return ccgs(year).set_index("ccg_code")["ccg_name"]
