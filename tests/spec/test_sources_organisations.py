"""Whose row it is: codes of every kind as publishers write them, and names where there is no code."""

import pandas as pd
import pytest

from ccg_pipeline.sources.organisations import is_other_ccg, kinds_of, read_codes, read_names

CODES = [
    # as published, read as, kind
    ("00C", "00C", "ccg"),
    (" 00c ", "00C", "ccg"),
    ("E38000042", "00C", "ccg"),  # the ONS code of the same CCG
    ("00F", "00F", "ccg"),  # until March 2015
    ("14L", "14L", "ccg"),  # from April 2017
    ("E38000999", "E38000999", "other_ccg"),  # shaped like a CCG's, of a later year
    ("ENG", "ENG", "england"),
    ("England", "ENG", "england"),
    ("National", "ENG", "england"),
    ("All", "ENG", "england"),
    ("E92000001", "ENG", "england"),
    ("X24", "X24", "nhs_england"),
    ("Q71", "Q71", "none"),  # an Area Team of before April 2015, or a local office
    ("Y54", "Y54", "none"),  # a Region of after
    ("13Q", "13Q", "none"),  # a commissioning hub
    ("E54000005", "E54000005", "stp"),
    ("NONC", "NONC", "none"),  # commissioners outside England
    ("Wales", "WALES", "none"),
    ("Scotland", "SCOTLAND", "none"),
    ("UNKNOWN", "UNKNOWN", "none"),
    ("U", "U", "none"),
    ("", "", "blank"),
    ("-", "", "blank"),
    ("NULL", "", "blank"),
    ("N/A", "", "blank"),
    ("99Z", "99Z", "unknown"),
    ("OOC", "OOC", "unknown"),  # letters for noughts are nobody's code
]
NAMES = [
    ("NHS Darlington CCG", "00C"),
    (" nhs  DARLINGTON ccg", "00C"),
    ("NHS East Riding Of Yorkshire CCG", "02Y"),
    ("NHS Bath & North East Somerset CCG", "11E"),
    ("England", "ENG"),
    ("All registered patients in England", "ENG"),
    ("Surrey and Sussex Area Team", "Surrey and Sussex Area Team"),
    ("", ""),
]
PAIRS = [
    # code, name next to it, whether they are those of two
    ("00C", "NHS DARLINGTON CCG", False),
    ("00C", "NHS Darlington Clinical Commissioning Group", False),
    ("00K", "NHS Darlington Clinical Commissioning Group", True),
    ("00K", "Darlington CCG", True),
    ("02N", "Airedale Wharfedale & Craven", False),
    ("00C", "NHS Somewhere CCG", False),  # not a name known here: nobody can say
    ("00C", "", False),
    ("00C", "NHS North Durham CCG", True),
    ("00C", "England", True),
    ("ENG", "NHS Darlington CCG", True),
    ("ENG", "England", False),
    ("99Z", "NHS Darlington CCG", False),  # doubted for its code
]


def column(cell: str) -> "pd.Series[str]":
    return pd.Series([cell], dtype=object)


@pytest.mark.parametrize(("published", "code", "kind"), CODES, ids=repr)
def test_a_code_has_one_kind(published: str, code: str, kind: str) -> None:
    read = read_codes(column(published))
    assert (read.iloc[0], kinds_of(read).iloc[0]) == (code, kind)


@pytest.mark.parametrize(("name", "code"), NAMES, ids=repr)
def test_a_name_stands_for_a_code_however_it_is_written(name: str, code: str) -> None:
    assert read_names(column(name)).iloc[0] == code


@pytest.mark.parametrize(("code", "name", "differ"), PAIRS, ids=repr)
def test_a_code_beside_the_name_of_another_is_noticed(code: str, name: str, differ: bool) -> None:
    assert is_other_ccg(column(code), column(name)).iloc[0] == differ
