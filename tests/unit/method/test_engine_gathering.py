"""Observations become the arrays of the engine: what counts as published, and what others are set against."""

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.engine.gathering import gathered
from tests.support.notations.method_tables import lines
from tests.support.notations.rule_tables import numbers

OBSERVATIONS = """
    measure | organisation_code | status     | value | numerator | denominator | judgement | period_end
    rate    | A                 | published  | 10    | 1         | 10          |           | 2017-03-31
    rate    | B                 | suppressed | 20    | 2         | 10          |           | 2017-03-31
    rate    | ENG               | published  | 15    |           |             |           | 2017-03-31
    late    | A                 | published  | 30    |           |             |           | 2017-03-31
    late    | B                 | published  | 40    |           |             |           | 2016-12-31
    late    | ENG               | published  | 35    |           |             |           | 2016-12-31
    said    | A                 | published  |       |           |             | Green     | 2017-03-31
    said    | B                 | suppressed |       |           |             | Red       | 2017-03-31
    alone   | ENG               | published  | 5     |           |             |           | 2017-03-31
"""
MEASURES = ("rate", "late", "said", "alone")


def frame(table: str) -> pd.DataFrame:
    found = pd.DataFrame(lines(table))
    for column in ("value", "numerator", "denominator"):
        found[column] = pd.to_numeric(found[column])
    for column in ("lower_95", "upper_95"):
        found[column] = np.nan
    return found.assign(period_end=pd.to_datetime(found["period_end"]))


def test_a_figure_that_is_not_published_is_missing_and_its_status_says_why() -> None:
    facts = gathered(frame(OBSERVATIONS), MEASURES, ("A", "B", "C"), ("ENG",), {"kind": ["x", "y", "z"]})
    assert facts.value("rate") == pytest.approx(numbers("10 - -"), nan_ok=True)
    assert facts.reason("rate").tolist() == ["", "its figure is suppressed", ""]
    assert facts.count("rate").denominator == pytest.approx([10, np.nan, np.nan], nan_ok=True)
    assert facts.judgement("said").tolist() == [["Green", "", ""]]
    assert facts.attributes == {"kind": ["x", "y", "z"]}


@pytest.mark.parametrize(
    ("measure", "england"),
    [("rate", "15 15"), ("late", "- 35"), ("alone", "- -"), ("said", "- -")],
    ids=["of the period of the figure", "each of its own period", "where there is no figure", "none"],
)
def test_each_figure_is_set_against_england_of_its_own_period(measure: str, england: str) -> None:
    facts = gathered(frame(OBSERVATIONS), MEASURES, ("A", "B"), ("ENG",))
    assert facts.other("ENG", measure) == pytest.approx(numbers(england)[0], nan_ok=True)


def test_what_is_not_there_is_missing_for_everybody() -> None:
    facts = gathered(frame(OBSERVATIONS), MEASURES, ("A", "B"))
    assert facts.others == {}
    assert np.isnan(facts.value("other")).all()
    assert facts.value("other").shape == facts.judgement("other").shape == (1, 2)
    assert np.isnan(facts.count("other").upper_95).all()
    assert facts.reason("other").tolist() == ["", ""]


def test_two_rows_for_a_figure_are_refused() -> None:
    twice = frame(OBSERVATIONS)
    with pytest.raises(ValueError, match="rate is there more than once for A"):
        gathered(pd.concat([twice, twice.iloc[:1]]), MEASURES, ("A", "B"))
