"""Which organisation a published code means.

Belongs here: reading codes and names, sorting them into kinds; the code of a CCG of any year is a CCG's.
Does not belong here: the lists themselves (``reference``), what becomes of a row (``row_accounting``), of
which year a file speaks and restating its figures for the CCGs of the edition (``method.restatement``).
"""

import re
from functools import cache, lru_cache

import pandas as pd

from ccg_pipeline.reference.organisations import ccg_history, ccgs, commissioning_hubs, stps
from ccg_pipeline.sources.cells import heading, is_mark, texts

ENGLAND = "ENG"
NHS_ENGLAND = "X24"
_ENGLAND_IS_ALSO = ("ENG", "ENGLAND", "E92000001", "NATIONAL", "ALL")
_NO_ORGANISATION = ("UNKNOWN", "UNALLOCATED", "U", "TOTAL")
_NOT_IN_ENGLAND = ("NONC", "WALES", "SCOTLAND", "NORTHERN IRELAND", "W", "S", "N", "W92000004", "S92000003")
_NAMES_OF_ENGLAND = ("england", "all registered patients in england", "england total")
_ONS_CCG = re.compile(r"E38[0-9]{6}")


@cache
def _kinds() -> dict[str, str]:
    """Code to kind. Hubs, regions and whoever is not in England are no CCGs at all."""
    kinds = dict.fromkeys([*commissioning_hubs()["hub_code"], *_NO_ORGANISATION, *_NOT_IN_ENGLAND], "none")
    kinds |= dict.fromkeys([*ccgs()["region_code"], *ccgs()["local_office_code"]], "none")
    kinds |= dict.fromkeys(_ENGLAND_IS_ALSO, "england") | {NHS_ENGLAND: "nhs_england"}
    kinds |= dict.fromkeys(stps()["stp_code"], "stp")
    return kinds | dict.fromkeys(ccg_history()["ccg_code"], "ccg")


@cache
def _codes_by_name() -> dict[str, list[str]]:
    """Names as headings to the codes of CCGs so called in any year, that of 2016 first; and to England's."""
    codes: dict[str, list[str]] = {name: [ENGLAND] for name in _NAMES_OF_ENGLAND}
    for each in (ccgs(), ccg_history()):
        for name, code in zip(map(heading, each["ccg_name"]), each["ccg_code"], strict=True):
            codes.setdefault(name, []).append(code)
    return codes


@cache
def _codes_by_bare_name() -> dict[str, list[str]]:
    """The same by what is left of a name without what all of them have in common."""
    codes: dict[str, list[str]] = {}
    for name, own in _codes_by_name().items():
        codes[_bare(name)] = [*codes.get(_bare(name), []), *own]
    codes["england"].append(NHS_ENGLAND)
    return codes


@lru_cache(maxsize=10_000)  # a file repeats its names
def _bare(name: str) -> str:
    """A name as a heading without "NHS", "CCG" and punctuation."""
    words = re.sub(r"[^a-z0-9 ]", " ", heading(name).replace("clinical commissioning group", "ccg")).split()
    return " ".join(word for word in words if word not in ("nhs", "ccg"))


@cache
def _codes_by_ons_code() -> dict[str, str]:
    every = ccg_history().dropna(subset="ons_code")
    return dict(zip(every["ons_code"], every["ccg_code"], strict=True))


def read_codes(cells: "pd.Series[str]") -> "pd.Series[str]":
    """A column of codes as upper-case text; whatever stands for England is ``ENG``, a mark is empty.

    The ONS code of a CCG of any year becomes its ODS code.
    """
    return texts(cells).map(_read_code).astype(object)


def read_names(cells: "pd.Series[str]") -> "pd.Series[str]":
    """A column of names as codes; one that is nobody's stays as it is.

    Case, spaces and "&" for "and" do not matter.
    """
    known = _codes_by_name()
    return texts(cells).map(lambda name: known.get(heading(name), [name])[0]).astype(object)


def is_other_ccg(codes: "pd.Series[str]", names: "pd.Series[str]") -> "pd.Series[bool]":
    """True where code and name are those of two different CCGs, or of a CCG and of England or NHS England.

    A code that is no organisation's is another one too: 00W that lost its noughts is Wales. However the name
    is abbreviated: "NHS Darlington CCG", "Darlington Clinical Commissioning Group".
    """
    known, named = _kinds(), _codes_by_bare_name()
    differ = [
        code not in (of := named.get(_bare(name), [code]))
        and known.get(code) in ("ccg", "england", "nhs_england", *(() if ENGLAND in of else ("none",)))
        for code, name in zip(codes, texts(names), strict=True)
    ]
    return pd.Series(differ, index=codes.index, dtype=bool)


@lru_cache(maxsize=10_000)  # a file repeats its codes
def _read_code(word: str) -> str:
    code = word.upper()
    if code in _ENGLAND_IS_ALSO:
        return ENGLAND
    return "" if is_mark(code) else _codes_by_ons_code().get(code, code)


def _kind_of_other(code: str) -> str:
    if not code:
        return "blank"
    return "other_ccg" if _ONS_CCG.fullmatch(code) else "unknown"


def is_nobody(codes: "pd.Series[str]") -> "pd.Series[bool]":
    """True for codes that stand for no organisation at all: unknown, unallocated, a total."""
    return codes.isin(_NO_ORGANISATION)


def kinds_of(codes: "pd.Series[str]") -> "pd.Series[str]":
    """ccg (of any year), england, nhs_england, stp, other_ccg (later than known), none, blank, unknown."""
    known = _kinds()
    kinds = [known.get(code) or _kind_of_other(code) for code in codes]
    return pd.Series(kinds, index=codes.index, dtype=object)
