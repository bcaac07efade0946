"""Finding a CCG by what somebody typed: its code, its name, or a part of it.

Belongs here: that, the names nearest to what was typed, and the exception for whatever is not known under it.
Does not belong here: areas and tables (publish/).
"""

from collections.abc import Iterable
from difflib import get_close_matches

import pandas as pd

from ccg_pipeline.reference.changes import restating_weights
from ccg_pipeline.reference.organisations import OF_FRAMEWORK, ccg_history
from expert_panels.foundation.fault import WrongUse

SHORTEST, LIKE = 5, 0.75
"""Letters of a word that somebody may have mistyped, and how similar it is then (assumed)."""


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
        meant = did_you_mean(wanted, [*organisations["ccg_code"], *organisations["ccg_name"]])
        raise WrongUse(f"There is no CCG {wanted!r}: give its code (02N) or a part of its name.{meant}")
    some = ", ".join(f"{row.ccg_code} {row.ccg_name}" for row in found.head(5).itertuples(index=False))
    raise WrongUse(f"{wanted!r} is {len(found)} CCGs, among them {some}: give a code.")


def did_you_mean(typed: str, known: Iterable[str]) -> str:
    """Return a question that names what is written much like `typed`, or has such a word; '' for nothing."""
    by_key: dict[str, str] = {}
    for name in known:
        whole = _bare(name)
        for key in (whole, *(word.strip(",") for word in whole.split() if len(word) >= SHORTEST)):
            by_key.setdefault(key, name)
    close = get_close_matches(_bare(typed), by_key, n=3, cutoff=LIKE)
    found = list(dict.fromkeys(by_key[one] for one in close))
    return f" Did you mean {' or '.join(found)}?" if found else ""


def _bare(name: str) -> str:
    """A name without capitals, and without what the names of all have."""
    return name.strip().upper().removeprefix("NHS ").removesuffix(" CCG")


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
