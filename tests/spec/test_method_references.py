"""What a value is set against: the standard, else England as published, else England from the CCGs."""

import math

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.scoring.on_bands import run_of_indicators
from ccg_pipeline.method.scoring.references import References, references_of
from tests.support.notations.method_tables import EDITION, lines, observations

CCGS = ["01A", "02B", "03C"]


def _found(latest: pd.DataFrame, ccgs: list[str]) -> References:
    return references_of(run_of_indicators(latest, EDITION, ccgs), EDITION, latest)


def _references(indicator: str, table: str) -> pd.DataFrame:
    """What each CCG's figure is set against."""
    latest = observations(table, indicator_code=indicator)
    found, at = _found(latest, CCGS), EDITION.indicator_codes.index(indicator)
    columns = {name: getattr(found, name)[at] for name in ("value", "basis", "provenance", "note")}
    return pd.DataFrame(columns, index=CCGS)


def _reference(indicator: str, table: str) -> "pd.Series[object]":
    """What the first CCG's figure is set against."""
    return _references(indicator, table).iloc[0]


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
    assert found["basis"] == given["basis"]
    assert found["provenance"] == given["provenance"]
    assert found["value"] == pytest.approx(float(given["value"] or "nan"), nan_ok=True)


ENGLANDS = """
    what                                | status     | value | period_end | basis
    of the CCGs' period                 | published  | 30    | 2017-03-31 | england_published
    of a later one                      | published  | 30    | 2017-04-30 | england_from_ccgs
    of an earlier one                   | published  | 30    | 2017-02-28 | england_from_ccgs
    suppressed                          | suppressed | 30    | 2017-03-31 | england_from_ccgs
    published without a value           | published  |       | 2017-03-31 | england_from_ccgs
"""


@pytest.mark.parametrize("given", lines(ENGLANDS), ids=lambda given: given["what"])
def test_england_counts_only_when_published_and_of_the_ccgs_own_period(given: dict[str, str]) -> None:
    table = (
        "ccg | value | numerator | n | status | period_end\n"
        "01A | 10 | 10 | 100 | published | 2017-03-31\n02B | 20 | 20 | 100 | published | 2017-03-31\n"
    )
    found = _reference(
        "124b", f"{table}ENG | {given['value']} | | | {given['status']} | {given['period_end']}"
    )
    assert found["basis"] == given["basis"]


def test_each_ccg_is_set_against_england_of_its_own_period() -> None:
    found = _references(
        "124b",
        """
        ccg | value | numerator | n   | period_end
        01A | 10    | 10        | 100 | 2016-12-31
        02B | 20    | 20        | 100 | 2016-12-31
        03C | 50    | 50        | 100 | 2017-03-31
        ENG | 12    |           |     | 2016-12-31
        """,
    )
    assert found["value"].tolist()[:2] == [12, 12]
    assert found["basis"].tolist() == ["england_published", "england_published", "none"]
    assert math.isnan(found["value"].iloc[2])


def test_who_has_no_figure_is_shown_the_newest_england() -> None:
    found = _references(
        "124b",
        """
        ccg | value | status     | period_end
        01A | 10    | published  | 2016-12-31
        02B | 20    | published  | 2017-03-31
        03C |       | suppressed | 2017-03-31
        ENG | 12    | published  | 2016-12-31
        ENG | 13    | published  | 2017-03-31
        """,
    )
    assert found["value"].tolist() == [12, 13, 13]


FEW = """
    what                          | 02B | 03C | value | note
    all three                     | 20  | 30  | 20    | England is that of 3 of 3 CCGs
    two of three, more than half  | 20  |     | 15    | England is that of 2 of 3 CCGs
    one of three is not England   |     |     |       |
"""


@pytest.mark.parametrize("given", lines(FEW), ids=lambda given: given["what"])
def test_a_few_are_not_england(given: dict[str, str]) -> None:
    rows = "".join(f"\n{code} | {given[code]}" for code in ("02B", "03C") if given[code])
    found = _reference("122d", f"ccg | value\n01A | 10{rows}")
    assert found["value"] == pytest.approx(float(given["value"] or "nan"), nan_ok=True)
    assert (found["basis"] == "none") == (not given["value"])
    assert found["note"] == given["note"]


def test_exactly_half_of_the_ccgs_are_enough() -> None:
    latest = observations("ccg | value\n01A | 10\n02B | 20", indicator_code="122d")
    at = EDITION.indicator_codes.index("122d")
    assert _found(latest, [*CCGS, "04D"]).value[at].tolist() == [15] * 4
    assert np.isnan(_found(latest, [*CCGS, "04D", "05E"]).value[at]).all()


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
    assert found["value"] == pytest.approx(float(given["value"]))
    assert found["provenance"] == given["provenance"]


def test_half_of_the_ccgs_is_not_most_of_them() -> None:
    found = _reference("124b", "ccg | value | numerator | n\n01A | 10 | 10 | 100\n02B | 20 | | ")
    assert (found["value"], found["provenance"]) == (15, "assumed")


def test_others_than_the_ccgs_are_no_part_of_england() -> None:
    table = COUNTS + "X24 | 90 | 900 | 1000\nE10000007 | 90 | 900 | 1000"
    assert _reference("124b", table)["value"] == pytest.approx(19)


def test_without_any_value_there_is_no_reference() -> None:
    found = _reference("124b", "ccg | value | status\n01A | | suppressed")
    assert math.isnan(found["value"])
    assert (found["basis"], found["provenance"]) == ("none", "")
    assert _reference("123a", "ccg | value | status\n01A | | suppressed")["value"] == 50
