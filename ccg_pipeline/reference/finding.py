"""Finding a CCG by what somebody typed: its code, its name, or a part of it.

Belongs here: that, and the exception for whatever is not known under the name that was given.
Does not belong here: areas and tables (publish/).
"""

import pandas as pd

from ccg_pipeline.reference.changes import restating_weights
from ccg_pipeline.reference.organisations import OF_FRAMEWORK, ccg_history
from expert_panels.foundation.fault import WrongUse


def find_ccg(organisations: pd.DataFrame, wanted: str) -> str:
    """Return the code of a CCG given by ODS code, ONS code, its name or a part of it.

    `organisations` has one row a CCG: ccg_code, ccg_name and, if known, ons_code. Raises WrongUse for no CCG
    or several, naming five of them, and for a CCG of another year, naming those in its area.
    """
    upper = wanted.strip().upper()
    for column in ("ccg_code", "ons_code"):
        if column in organisations and (organisations[column] == upper).any():
            return str(organisations.loc[organisations[column] == upper, "ccg_code"].iloc[0])
    names = organisations["ccg_name"].str.upper()
    found = organisations[names.isin([upper, f"NHS {upper} CCG"])]
    if found.empty:
        found = organisations[names.str.contains(upper, regex=False)]
    if len(found) == 1:
        return str(found["ccg_code"].iloc[0])
    if found.empty:
        _refuse_other_years(upper)
        raise WrongUse(f"There is no CCG {wanted!r}: give its code (02N) or a part of its name.")
    some = ", ".join(f"{row.ccg_code} {row.ccg_name}" for row in found.head(5).itertuples(index=False))
    raise WrongUse(f"{wanted!r} is {len(found)} CCGs, among them {some}: give a code.")


def _refuse_other_years(code: str) -> None:
    """Raise WrongUse for the code of a CCG of another year, naming the CCGs of the framework in its area."""
    every = ccg_history()
    own = every[(every["ccg_code"] == code) | (every["ons_code"] == code)]
    for row in own.to_dict("records"):
        year = pd.Timestamp(row["valid_from"]).year
        weights = restating_weights(year, OF_FRAMEWORK)
        here = ", ".join(weights.loc[weights["from_code"] == row["ccg_code"], "to_code"])
        raise WrongUse(
            f"{code} is {row['ccg_name']} of April {year}; of the CCGs of April {OF_FRAMEWORK} its people "
            f"belonged to {here}: give one of these codes."
        )
