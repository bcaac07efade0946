"""What a value is set against: the standard, else England as published, else England from the CCGs."""

import math

import pandas as pd
import pytest

from ccg_pipeline.method.scoring.references import reference_values
from tests.support.notations.method_tables import EDITION, lines, observations

CCGS = ["01A", "02B", "03C"]


def _reference(indicator: str, table: str) -> "pd.Series[object]":
    latest = observations(table, indicator_code=indicator)
    return reference_values(latest, EDITION, CCGS).set_index("indicator_code").loc[indicator]


COUNTS = """
    ccg | value | numerator | n
    01A | 10    | 10        | 100
    02B | 20    | 180       | 900
"""

# 123a has the standard 50, 124b is a proportion against England, 125a a rate per 1,000, 122d a mean
ORDER = """
    what                                      | indicator | england | value | basis              | provenance
    a standard goes before England            | 123a      | 30      | 50    | standard           | found
    England as published                      | 124b      | 30      | 30    | england_published  | found
    else from the CCGs' counts, 100·190/1000  | 124b      |         | 19    | england_from_ccgs  | derived
    a rate in its own unit, 1000·190/1000     | 125a      |         | 190   | england_from_ccgs  | derived
    without counts the plain mean, (10+20)/2  | 122d      |         | 15    | england_from_ccgs  | assumed
    a judgement has none                      | 165a      | 30      |       | none               |
    milestones have none                      | 123c      | 30      |       | none               |
"""


@pytest.mark.parametrize("given", lines(ORDER), ids=lambda given: given["what"])
def test_the_first_reference_that_there_is(given: dict[str, str]) -> None:
    england = f"ENG | {given['england']} | | " if given["england"] else ""
    found = _reference(given["indicator"], COUNTS + england)
    assert found["reference_basis"] == given["basis"]
    assert found["reference_provenance"] == given["provenance"]
    assert found["reference_value"] == pytest.approx(float(given["value"] or "nan"), nan_ok=True)


def test_england_stands_beside_a_standard_because_ccgs_spread_about_it() -> None:
    found = _reference("123a", COUNTS + "ENG | 30 | | ")
    assert (found["reference_value"], found["england_value"]) == (50, 30)
    assert (found["england_basis"], found["england_provenance"]) == ("england_published", "found")


ENGLANDS = """
    what                                | status     | value | period_end | basis
    of the CCGs' period                 | published  | 30    | 2017-03-31 | england_published
    of a later one                      | published  | 30    | 2017-04-30 | england_published
    of an earlier one than the CCGs'    | published  | 30    | 2017-02-28 | england_from_ccgs
    suppressed                          | suppressed | 30    | 2017-03-31 | england_from_ccgs
    published without a value           | published  |       | 2017-03-31 | england_from_ccgs
"""


@pytest.mark.parametrize("given", lines(ENGLANDS), ids=lambda given: given["what"])
def test_england_counts_only_when_published_and_not_older_than_the_ccgs(given: dict[str, str]) -> None:
    table = (
        "ccg | value | numerator | n | status | period_end\n01A | 10 | 10 | 100 | published | 2017-03-31\n"
    )
    found = _reference(
        "124b", f"{table}ENG | {given['value']} | | | {given['status']} | {given['period_end']}"
    )
    assert found["reference_basis"] == given["basis"]


PARTLY_COUNTED = """
    what                                  | 02B's counts | 03C's counts | value | provenance
    all have counts                       | 180 / 900    | 30 / 100     | 20    | derived
    two of three have, more than half     | 180 / 900    |              | 19    | derived
    one of three has, the mean of all     |              |              | 20    | assumed
"""


@pytest.mark.parametrize("given", lines(PARTLY_COUNTED), ids=lambda given: given["what"])
def test_counts_are_used_when_most_ccgs_have_them(given: dict[str, str]) -> None:
    counts = [given[f"{ccg}'s counts"].replace("/", "|") or "|" for ccg in ("02B", "03C")]
    found = _reference(
        "124b",
        f"ccg | value | numerator | n\n01A | 10 | 10 | 100\n02B | 20 | {counts[0]}\n03C | 30 | {counts[1]}",
    )
    assert found["reference_value"] == pytest.approx(float(given["value"]))
    assert found["reference_provenance"] == given["provenance"]


def test_half_of_the_ccgs_is_not_most_of_them() -> None:
    found = _reference("124b", "ccg | value | numerator | n\n01A | 10 | 10 | 100\n02B | 20 | | ")
    assert (found["reference_value"], found["reference_provenance"]) == (15, "assumed")


def test_others_than_the_ccgs_are_no_part_of_england() -> None:
    table = COUNTS + "X24 | 90 | 900 | 1000\nE10000007 | 90 | 900 | 1000"
    assert _reference("124b", table)["reference_value"] == pytest.approx(19)


def test_without_any_value_there_is_no_reference() -> None:
    found = _reference("124b", "ccg | value | status\n01A | | suppressed")
    assert math.isnan(found["reference_value"])
    assert (found["reference_basis"], found["reference_provenance"]) == ("none", "")
    assert _reference("123a", "ccg | value | status\n01A | | suppressed")["reference_value"] == 50
