"""An edition as tables: every number listed, and results compared with what was published."""

import pandas as pd
import pytest

from ccg_pipeline.framework.describe import (
    BAND_COLUMNS,
    GRADE_COLUMNS,
    NUMBER_COLUMNS,
    fit_by_band,
    fit_by_grade,
    numbers_table,
)
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition


@pytest.fixture(scope="module")
def edition() -> Edition:
    return load_edition()


def ratings(lane: str, panel: str, grades: list[int | None], is_made_up: bool = True) -> pd.DataFrame:
    frame = pd.DataFrame({"grade": pd.array(grades, dtype="Int64")})
    return frame.assign(lane=lane, partition_key="2017-03-01", panel=panel, is_made_up=is_made_up)


def test_the_table_of_numbers_shows_each_as_a_person_would_write_it(edition: Edition) -> None:
    table = numbers_table(edition)
    assert tuple(table.columns) == NUMBER_COLUMNS
    assert len(table) == len(list(edition.numbers()))
    shown = table.set_index(["file", "item"])["value"]
    assert shown["edition.yaml", "parameters / limit_of_bands"] == "1.96"
    assert shown["framework.yaml", "max_age_months"] == "36"
    assert shown["indicators.csv", "127e / annual_value"] == "mean_of_months"
    assert shown["edition.yaml", "nodes / dementia / steps / 1 / cells / 3"] == "1: 2, 2: 3, 3: 3, 4: 4"
    units = table.set_index("item")["unit"]
    assert units["129a / standard"] == "% of incomplete pathways"
    assert units["parameters / cancer_cut_1"] == "mean score"


def test_counts_by_grade_stand_beside_the_published_ones(edition: Edition) -> None:
    table = fit_by_grade(ratings("annual", "dementia", [1, 1, 2, 3, 4, 4, 4, None]), edition)
    assert tuple(table.columns) == GRADE_COLUMNS
    assert table[["grade", "label", "ccgs", "published"]].fillna(-1).values.tolist() == [
        ["1", "Outstanding", 2, 64],
        ["2", "Good", 1, 53],
        ["3", "Requires improvement", 1, 68],
        ["4", "Inadequate", 3, 24],
        ["1-2", "Outstanding or Good", 3, 117],
        ["3-4", "Requires improvement or Inadequate", 4, 92],
        ["none", "No rating", 1, -1],
    ]
    assert table["is_made_up"].all()


def test_counts_that_were_published_together_stand_beside_the_sum(edition: Edition) -> None:
    table = fit_by_grade(ratings("interim", "maternity", [1, 3, 4, 4]), edition)
    lower = table[table["grade"].isin(["3", "4", "3-4"])]
    assert lower["ccgs"].tolist() == [1, 2, 3]
    assert lower["published"].fillna(-1).tolist() == [-1, -1, 155]
    assert [bool(source) for source in lower["source"]] == [False, False, True]


def test_a_measure_that_was_never_published_is_shown_without_a_comparison(edition: Edition) -> None:
    table = fit_by_grade(ratings("annual", "learning_disability", [2, 2]), edition)
    assert table["ccgs"].tolist() == [0, 2, 0, 0, 2, 0, 0]
    assert table["published"].isna().all()


def test_the_overall_rating_is_set_beside_its_own_year_only(edition: Edition) -> None:
    overall = ratings("annual", "", [1, 2, 4]).drop(columns="panel")
    table = fit_by_grade(ratings("annual", "cancer", [1]), edition, overall)
    published = table[table["measure"] == "overall"]["published"].tolist()
    assert published[:6] == [21, 99, 66, 23, 120, 89]


def test_lanes_and_partitions_are_counted_apart(edition: Edition) -> None:
    one, other = ratings("interim", "cancer", [1]), ratings("annual", "cancer", [4], is_made_up=False)
    table = fit_by_grade(pd.concat([one, other]), edition)
    counted = table[table["ccgs"] > 0][["lane", "grade", "ccgs", "is_made_up"]]
    assert counted.values.tolist() == [
        ["interim", "1", 1, True],
        ["interim", "1-2", 1, True],
        ["annual", "4", 1, False],
        ["annual", "3-4", 1, False],
    ]


def test_no_ratings_give_no_rows(edition: Edition) -> None:
    table = fit_by_grade(ratings("annual", "cancer", []), edition)
    assert tuple(table.columns) == GRADE_COLUMNS
    assert table.empty


def test_shares_of_bands_sum_to_one_and_keep_the_order_of_indicators(edition: Edition) -> None:
    bands = pd.DataFrame(
        {
            "indicator_code": ["165a"] * 4 + ["101a"] * 4,
            "points": [2, 1.33, 0.67, None, 0, 1, 1, None],
            "lane": "annual",
            "partition_key": "2016-04-01",
            "is_made_up": True,
        }
    )
    table = fit_by_band(bands, edition)
    assert tuple(table.columns) == BAND_COLUMNS
    shares = [column for column in BAND_COLUMNS if column.startswith("share_")]
    assert table[["indicator_code", "ccgs", *shares]].values.tolist() == [
        ["165a", 4, 0.0, 0.0, 0.25, 0.5, 0.25],
        ["101a", 4, 0.25, 0.5, 0.0, 0.0, 0.25],
    ]
    assert table["name"].tolist() == ["Quality of CCG leadership", "Maternal smoking at delivery"]
