"""Names as people write them."""

import pandas as pd
import pytest

from ccg_pipeline.framework.rounds import words
from ccg_pipeline.publish.naming import (
    LAYOUTS,
    REFERENCES,
    band_in_words,
    difference_in_words,
    how_many,
    period_in_words,
)
from ccg_pipeline.tables import observations


@pytest.mark.parametrize(
    ("lane", "key", "written"),
    [
        ("interim", "2017-03", "2017-03"),
        ("annual", "2016-04-01", "2016-17"),
        ("annual", "2099-04-01", "2099-00"),
        ("annual", "1999-04-01", "1999-00"),
        ("annual", "2008-04-01", "2008-09"),
    ],
)
def test_a_partition_is_written_as_people_write_it(lane: str, key: str, written: str) -> None:
    assert words(lane, key) == written


def test_every_layout_and_reference_that_a_row_may_have_has_its_words() -> None:
    assert set(LAYOUTS) == set(observations.LAYOUTS)
    assert set(REFERENCES) == {"standard", "england_published", "england_from_ccgs", "none"}
    assert "assumed" in LAYOUTS["assumed"]
    assert "made-up" in LAYOUTS["made_up"]


@pytest.mark.parametrize(
    ("band", "basis", "has_direction", "said"),
    [
        (0, "standard", True, "worse than the national standard"),
        (1, "standard", True, "like the national standard"),
        (2, "england_published", True, "better than England"),
        (2, "england_from_ccgs", True, "better than England"),
        (1, "none", True, "1 of 2 points"),
        (0, "england_from_ccgs", False, "outside the expected range"),
        (1, "england_from_ccgs", False, "inside the expected range"),
        (2, "england_from_ccgs", False, "2 of 2 points"),
    ],
)
def test_a_band_says_on_which_side_of_what_a_figure_is(
    band: int, basis: str, has_direction: bool, said: str
) -> None:
    assert band_in_words(band, basis, has_direction) == said


PERIODS = [
    ("2015-01-01", "2015-12-31", "2015"),
    ("2017-03-01", "2017-03-31", "March 2017"),
    ("2016-02-01", "2016-02-29", "February 2016"),
    ("2016-02-01", "2016-02-28", "1 February 2016 to 28 February 2016"),
    ("2017-01-01", "2017-03-31", "January to March 2017"),
    ("2016-04-01", "2017-03-31", "April 2016 to March 2017"),
    ("2016-04-02", "2017-03-31", "2 April 2016 to 31 March 2017"),
    (None, "2017-03-31", "to 31 March 2017"),
    (None, None, ""),
]


@pytest.mark.parametrize(("start", "end", "said"), PERIODS)
def test_a_data_period_in_words(start: str | None, end: str | None, said: str) -> None:
    assert period_in_words(pd.Timestamp(start), pd.Timestamp(end)) == said


@pytest.mark.parametrize(
    ("difference", "unit", "words"),
    [
        (1.7123, "%", "1.7 percentage points"),
        (10.04, "% of referrals", "10 percentage points"),
        (0.99, "%", "0.99 percentage points"),
        (0.999, "%", "1 percentage point"),
        (1.04, "%", "1 percentage point"),
        (1.06, "%", "1.1 percentage points"),
        (0.00045, "%", "0.00045 percentage points"),
        (123.4, "per 100,000 population", "120 per 100,000 population"),
        (0.45, "composite score 0-100", "0.45 (composite score 0-100)"),
        (3.0, "", "3"),
    ],
)
def test_how_far_two_figures_are_apart(difference: float, unit: str, words: str) -> None:
    assert difference_in_words(difference, unit) == words


@pytest.mark.parametrize(
    ("n", "noun", "said"),
    [
        (0, "row", "0 rows"),
        (1, "row", "1 row"),
        (2000, "area score", "2,000 area scores"),
        (2, "country", "2 countries"),
    ],
)
def test_a_count_goes_with_its_noun(n: int, noun: str, said: str) -> None:
    assert how_many(n, noun) == said
