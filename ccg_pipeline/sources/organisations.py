"""Which organisation a published code means.

Belongs here: sorting codes into kinds; the code of a CCG of any year is a CCG's.
Does not belong here: the lists themselves (``reference``), what becomes of a row (``sieve``), of which year a
file speaks and restating its figures for the CCGs of the edition (``method.restatement``).
"""

from functools import cache, lru_cache

import pandas as pd

from ccg_pipeline.reference.organisations import ccg_history, ccgs, commissioning_hubs, stps
from ccg_pipeline.sources.cells import texts

ENGLAND = "ENG"
NHS_ENGLAND = "X24"
_ENGLAND_IS_ALSO = ("ENG", "ENGLAND", "E92000001", "NATIONAL")
_NO_ORGANISATION = ("UNKNOWN", "UNALLOCATED", "U", "TOTAL")


@cache
def _kinds() -> dict[str, str]:
    """Code to kind. Hubs and regions are no CCGs at all."""
    kinds = dict.fromkeys([*commissioning_hubs()["hub_code"], *_NO_ORGANISATION], "none")
    kinds |= dict.fromkeys(ccgs()["region_code"], "none") | dict.fromkeys(ccgs()["local_office_code"], "none")
    kinds |= dict.fromkeys(_ENGLAND_IS_ALSO, "england") | {NHS_ENGLAND: "nhs_england"}
    kinds |= dict.fromkeys(stps()["stp_code"], "stp")
    return kinds | dict.fromkeys(ccg_history()["ccg_code"], "ccg")


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


def kinds_of(codes: "pd.Series[str]") -> "pd.Series[str]":
    """ccg (of any year), england, nhs_england, stp, none, blank or unknown."""
    known = _kinds()
    kinds = [known.get(code, "unknown") if code else "blank" for code in codes]
    return pd.Series(kinds, index=codes.index, dtype=object)
