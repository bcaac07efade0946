"""What a figure is seen against: who is marked, what England has, what a picture says in words."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.panel_papers.context import (
    context_of,
    series,
    subject_of,
    subjects_of_measures,
    trend,
    values_of,
)
from ccg_pipeline.panel_papers.data_quality import used_of_measures
from ccg_pipeline.panel_papers.panel_table import subjects_of_bands
from expert_panels.papers import Measure
from tests.support.worlds.publish_layers import made_of

EDITION = load_edition()
N = 12
ROWS = pd.DataFrame(
    {
        "code": [f"A{number:02}" for number in range(N)],
        "value": [80.0 + number for number in range(N)],
        "denominator": [100.0 * (number + 1) for number in range(N)],
        "standard_error": [4.0 / np.sqrt(number + 1) for number in range(N)],
        "reference_value": 85.0,
        "band": [0.0] * 3 + [1.0] * 6 + [2.0] * 3,
    }
)
VALUES = {"A01": [("2016-03-31", 70.0), ("2017-03-31", 81.0)], "ENG": [("2017-03-31", 82.5)]}


def test_a_figure_with_counts_is_marked_in_a_funnel_and_set_beside_england_over_time() -> None:
    subject = subject_of("122b", "Seen in time", "%", ROWS, "code")
    found = context_of(subject, "85.0 %, the standard", "A01", "Place <1>", "CCG", VALUES)
    assert found.england == "82.5 %, period to 2017-03-31"
    funnel, over_time = found.drawings
    assert funnel.title == "Among all CCGs; the black mark is Place <1>"
    assert funnel.svg.count('class="own"') == 1
    assert "85.0 %, the standard" in funnel.svg
    assert "Seen in time: Place <1> 70 for the period to 2016-03-31, 81 to 2017-03-31." in (
        over_time.svg.replace("&lt;", "<").replace("&gt;", ">")
    )
    assert "Place <1>" not in over_time.svg  # what data say is never markup


def test_limits_of_small_counts_are_the_exact_ones_that_decide() -> None:
    assert subjects_of_bands(made_of("interim").bands, EDITION)["125a"].exact == ("poisson", 1000.0)
    rows = ROWS.assign(denominator=100.0, value=[20.0] * 3 + [30.0] * 8 + [85.0], reference_value=30.0)
    # of 3 deaths expected among 100 nobody and one lie within 1.96 by the exact chance, and 8.5 outside 3.09
    # by the normal law alone: √(1000 · 30 / 100) = 17.3, and 85 is 3.18 of it from 30, by exact chances 2.6
    rows["standard_error"] = 17.32
    said = [
        context_of(
            subject_of("125a", "Deaths", "per 1,000", rows, "code", 0.0, exact),
            "30",
            "A01",
            "Place",
            "CCG",
            {},
        )
        .drawings[0]
        .svg
        for exact in (None, ("poisson", 1000.0))
    ]
    assert "1 of 12 CCGs lie outside" in said[0]
    assert "0 of 12 CCGs lie outside" in said[1]


@pytest.mark.parametrize(
    ("changed", "values", "n_pictures"),
    [
        ({"denominator": np.nan}, {}, 1),  # the distribution, where there are no counts
        ({}, {"A01": [("2017-03-31", 81.0)]}, 1),  # one period is no trend
        ({"value": np.nan}, {}, 0),
    ],
)
def test_where_something_is_missing_there_are_fewer_pictures(
    changed: dict[str, Any], values: dict[str, Any], n_pictures: int
) -> None:
    subject = subject_of("122b", "Seen in time", "%", ROWS.assign(**changed), "code")
    found = context_of(subject, "", "A01", "Place", "CCG", values)
    assert (len(found.drawings), found.england) == (n_pictures, "")


def test_two_lines_share_one_axis_of_periods() -> None:
    subject = subject_of("122b", "Seen", "%", ROWS, "code")
    assert trend(subject, {"One": [("2017-03-31", 1.0)]}) == ""
    drawn = trend(subject, {"One": VALUES["A01"], "England": [("2015-03-31", 1.0), ("2016-03-31", 2.0)]})
    assert drawn.count('class="t') == 2
    assert "2015-03-31" in drawn
    assert "2017-03-31" in drawn


def test_a_panels_bands_are_its_indicators() -> None:
    bands = made_of("interim").parts()["cancer"]["indicator_band"]
    found = subjects_of_bands(bands, EDITION)
    assert set(found) == set(bands["indicator_code"])
    assert found["122b"].outcomes["01C"].verdict == "worse"
    assert subjects_of_bands(None, EDITION) == {}


def test_a_rounds_measures_are_taken_by_their_publication_and_code() -> None:
    figures = pd.DataFrame(
        {
            "measure": ["cancer_waits/122b", "elsewhere/122b"],
            "organisation_code": "A01",
            "period_start": pd.Timestamp("2017-01-01"),
            "period_end": pd.Timestamp("2017-03-31"),
            "value": [1.0, 2.0],
        }
    )
    measures = [Measure(one, one, "%", "", "", True) for one in figures["measure"]]
    assert set(subjects_of_measures(figures, measures)) == set(figures["measure"])
    assert list(used_of_measures(figures, EDITION)["indicator_code"]) == [
        "122b"
    ]  # of which something is expected
    rows = pd.DataFrame(
        {
            "publication": ["cancer_waits", "elsewhere"],
            "indicator_code": "122b",
            "organisation_code": "ENG",
            "period_end": pd.Timestamp("2017-03-31"),
            "value": [1.0, 2.0],
        }
    )
    assert series(values_of(rows, "elsewhere/122b")) == {"ENG": [("2017-03-31", 2.0)]}
    assert len(values_of(rows, "122b")) == 2
