"""Which released years follow on each other, and what they say to the criteria of special measures."""

import pandas as pd
import pytest

from ccg_pipeline.reference.special_measures.proposals import criteria
from ccg_pipeline.reference.special_measures.register import the_register
from ccg_pipeline.release.released import Tables
from ccg_pipeline.release.special_measures import in_a_row, round_of


@pytest.mark.parametrize(
    ("years", "follow"),
    [
        ([], []),
        (["2016"], ["2016"]),
        (["2015", "2016", "2014"], ["2014", "2015", "2016"]),
        (["2013", "2014", "2016"], ["2016"]),
        (["2013", "2015", "2016"], ["2015", "2016"]),
    ],
)
def test_years_follow_on_each_other_without_a_gap(years: list[str], follow: list[str]) -> None:
    assert in_a_row([f"{year}-04-01" for year in years]) == [f"{year}-04-01" for year in follow]


def test_what_is_withheld_is_no_label() -> None:
    overall = pd.DataFrame(
        {
            "ccg_code": ["02N", "02P"],
            "rating": ["Inadequate", ""],
            "finance_judgement": ["Red", None],
            "leadership_judgement": ["", "Green"],
        }
    )
    of_year = round_of(
        Tables("annual", "2016-04-01", {"overall": overall}, {}, None, the_register()),
        criteria("iaf_2016_17"),
    )
    assert of_year.period == "2016-17"
    assert of_year.labels == {
        "02N": {"rating": "Inadequate", "finance_judgement": "Red"},
        "02P": {"leadership_judgement": "Green"},
    }
