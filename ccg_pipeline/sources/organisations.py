"""Which organisation a published code means.

Belongs here: sorting codes into kinds, with the dates for which a code means a CCG of the edition.
Does not belong here: the lists themselves (``reference``), what becomes of a row (``sieve``).
"""

from functools import cache, lru_cache

import numpy as np
import pandas as pd

from ccg_pipeline.reference.organisations import ccgs, commissioning_hubs, other_ccgs, stps
from ccg_pipeline.sources.cells import texts

ENGLAND = "ENG"
NHS_ENGLAND = "X24"
_ENGLAND_IS_ALSO = ("ENG", "ENGLAND", "E92000001", "NATIONAL")
_NO_ORGANISATION = ("UNKNOWN", "UNALLOCATED", "U", "TOTAL")


@cache
def _kinds() -> dict[str, str]:
    """Code to kind. Of the CCGs of other years nothing is asked; hubs and regions are no CCGs at all."""
    kinds = dict.fromkeys(other_ccgs()["ccg_code"], "other_ccg")
    kinds |= dict.fromkeys([*commissioning_hubs()["hub_code"], *_NO_ORGANISATION], "none")
    kinds |= dict.fromkeys(ccgs()["region_code"], "none") | dict.fromkeys(ccgs()["local_office_code"], "none")
    kinds |= dict.fromkeys(_ENGLAND_IS_ALSO, "england") | {NHS_ENGLAND: "nhs_england"}
    kinds |= dict.fromkeys(stps()["stp_code"], "stp")
    return kinds | dict.fromkeys(ccgs()["ccg_code"], "ccg")


@cache
def _last_days() -> dict[str, pd.Timestamp]:
    """The last day on which a code of 2016 meant its CCG of 2016, where that is over."""
    ended = ccgs().dropna(subset="valid_to")
    return dict(zip(ended["ccg_code"], ended["valid_to"], strict=True))


def read_codes(cells: "pd.Series[str]") -> "pd.Series[str]":
    """A column of codes as upper-case text; whatever stands for England is ``ENG``, a mark is empty."""
    return texts(cells).map(_read_code).astype(object)


@lru_cache(maxsize=10_000)  # a file repeats its codes
def _read_code(word: str) -> str:
    code = word.upper()
    if code in _ENGLAND_IS_ALSO:
        return ENGLAND
    return "" if code in ("-", "NULL", "NA") else code


def is_nobody(codes: "pd.Series[str]") -> "pd.Series[bool]":
    """True for codes that stand for no organisation at all: unknown, unallocated, a total."""
    return codes.isin(_NO_ORGANISATION)


def kinds_of(codes: "pd.Series[str]", period_end: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    """ccg, england, nhs_england, stp, other_ccg (valid, but of another year), none, blank or unknown.

    A code of 2016 whose period ends after the area of its CCG changed (01H after March 2017) is another
    organisation under the same code, so it is other_ccg. Earlier periods are the publisher's restatement.
    """
    known, last_day = _kinds(), _last_days()
    kinds = np.array([known.get(code, "unknown") if code else "blank" for code in codes], dtype=object)
    for place in np.flatnonzero(codes.isin(list(last_day))):
        if period_end.iloc[place] > last_day[codes.iloc[place]]:
            kinds[place] = "other_ccg"
    return pd.Series(kinds, index=codes.index)
