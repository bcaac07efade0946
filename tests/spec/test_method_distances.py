"""How far it is to the next band and rating, by hand and by trying: one person fewer is not enough."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.framework.rules import Lane
from ccg_pipeline.method.scoring.banding import band_indicators
from ccg_pipeline.method.scoring.distances import (
    people_to_fall,
    people_to_rise,
    to_next_band,
    to_next_overall,
)
from ccg_pipeline.method.scoring.grade_changes import to_next_rating
from ccg_pipeline.method.scoring.rated import rate_overall, rate_panel
from tests.support.notations.method_tables import EDITION, bands, edition_of, lines, observations

# one person moves z by 0.5: where on the cut is in, and where only past it is
PEOPLE = """
    z    | cut | on it | rise
    0    | 2   | in    | 4
    0.01 | 2   | in    | 4
    0.51 | 2   | in    | 3
    1.5  | 2   | in    | 1
    1.99 | 2   | in    | 1
    2    | 2   | in    | 1
    0    | 2   | past  | 5
    0.01 | 2   | past  | 4
    1.5  | 2   | past  | 2
    2    | 2   | past  | 1
    -    | 2   | in    | -
"""


@pytest.mark.parametrize("row", lines(PEOPLE), ids=lambda row: f"{row['z']} {row['on it']}")
def test_people_to_rise(row: dict[str, str]) -> None:
    z, rise = (math.nan if row[name] == "-" else float(row[name]) for name in ("z", "rise"))
    found = people_to_rise(
        np.array([z]), np.array([0.5]), np.array([float(row["cut"])]), row["on it"] == "in"
    )
    assert np.array_equal(found, [rise], equal_nan=True)


FALL = """
    z    | on it | fall
    2    | kept  | 1
    2.49 | kept  | 1
    2.5  | kept  | 2
    3    | kept  | 3
    2.5  | lost  | 1
    2.51 | lost  | 2
    3    | lost  | 2
"""


@pytest.mark.parametrize("row", lines(FALL), ids=lambda row: f"{row['z']} {row['on it']}")
def test_people_to_fall_below_two(row: dict[str, str]) -> None:
    found = people_to_fall(
        np.array([float(row["z"])]), np.array([0.5]), np.array([2.0]), row["on it"] == "kept"
    )
    assert found.tolist() == [float(row["fall"])]


HIGHER = EDITION.indicator("123a")  # a proportion against a standard of 50 %, higher is better
LOWER = EDITION.indicator("107b").model_copy(update={"overdispersion": False})  # at most 10 %
RATE = EDITION.indicator("125a")  # per 1,000 births, against England
RANGE = EDITION.indicator("131a")


# of 100 people at 50 % the standard error is 5 points: the limits are 59.8 and 40.2
BY_HAND = """
    x   | to_better | to_worse | people_to_better | people_to_worse
    30  | 10.2      |          | 11               |
    40  | 0.2       |          | 1                |
    41  | 18.8      | 0.8      | 19               | 1
    50  | 9.8       | 9.8      | 10               | 10
    59  | 0.8       | 18.8     | 1                | 19
    60  |           | 0.2      |                  | 1
    61  |           | 1.2      |                  | 2
"""


@pytest.mark.parametrize("row", lines(BY_HAND), ids=lambda row: f"{row['x']} of 100")
def test_distances_by_hand(row: dict[str, str]) -> None:
    edition = edition_of(HIGHER)
    latest = observations(
        f"indicator | ccg | numerator | n | value\n123a | 01A | {row['x']} | 100 | {row['x']}"
    )
    found = to_next_band(band_indicators(latest, edition, ["01A"]), edition).iloc[0]
    for name in ("to_better", "to_worse", "people_to_better", "people_to_worse"):
        wanted = float(row[name]) if row[name] else math.nan
        assert found[name] == pytest.approx(wanted, nan_ok=True), name


def banded(indicator: Indicator, x: int, n: int) -> pd.DataFrame:
    edition = edition_of(indicator)
    value = x * indicator.scale / n
    england = 8 * n if indicator.code == "125a" else 0
    table = f"indicator | ccg | numerator | n | value\n{indicator.code} | 01A | {x} | {n} | {value!r}"
    if england:
        table += f"\n{indicator.code} | ENG | {england} | {1000 * n} | 8"
    return band_indicators(observations(table), edition, ["01A"])


@settings(max_examples=25)
@given(st.sampled_from([HIGHER, LOWER, RATE]), st.integers(20, 400), st.integers(0, 400))
def test_so_many_people_are_enough_and_one_fewer_is_not(indicator: Indicator, n: int, x: int) -> None:
    x = min(x, n)
    now = banded(indicator, x, n)
    found = to_next_band(now, edition_of(indicator)).iloc[0]
    better = -1 if indicator.direction == "lower_is_better" else 1
    own = now["band"].iloc[0]
    for name, sign in (("people_to_better", better), ("people_to_worse", -better)):
        people = found[name]
        if math.isnan(people):
            edge = n if sign > 0 and indicator.kind == "proportion" else 0 if sign < 0 else x
            moved = banded(indicator, edge, n)["band"].iloc[0]
            assert (moved <= own) if name == "people_to_better" else (moved >= own)
            continue
        change = 1 if name == "people_to_better" else -1
        assert banded(indicator, x + sign * int(people), n)["band"].iloc[0] == own + change
        assert people == 1 or banded(indicator, x + sign * (int(people) - 1), n)["band"].iloc[0] == own


def test_without_a_better_direction_inside_is_better_from_either_side() -> None:
    edition = edition_of(RANGE)
    at = "indicator | ccg | z | value | standard_error | tau2 | n | reference_value\n"
    rows = [
        f"131a | 0{i} | {z} | {20 + z} | 1 | 0 | 100 | 20" for i, z in enumerate((-3, -1.96, 0, 1, 1.96, 4))
    ]
    frame = bands(at + "\n".join(rows))
    frame[["standard_error", "tau2"]] = frame[["standard_error", "tau2"]].astype(float)
    found = to_next_band(frame, edition)
    assert found["to_better"].tolist() == pytest.approx([1.04, 0, math.nan, math.nan, 0, 2.04], nan_ok=True)
    assert found["to_worse"].tolist() == pytest.approx(
        [math.nan, math.nan, 1.96, 0.96, math.nan, math.nan], nan_ok=True
    )


def test_milestones_have_levels_and_judgements_no_distance() -> None:
    edition = edition_of(EDITION.indicator("123c"), EDITION.indicator("165a"))
    frame = bands(
        """
        indicator | ccg | value | points | judgement | standard_error | tau2
        123c      | 01A | 40    | 0      |           | 1 | 0
        123c      | 01B | 50    | 1      |           | 1 | 0
        123c      | 01C | 80    | 2      |           | 1 | 0
        165a      | 01A |       | 2      | Green Star | 1 | 0
        """
    )
    found = to_next_band(
        frame.astype({"standard_error": float, "tau2": float}).assign(denominator=math.nan), edition
    )
    milestones = found[found["indicator_code"] == "123c"]
    assert milestones["to_better"].tolist() == pytest.approx([10, 25, math.nan], nan_ok=True)
    assert milestones["to_worse"].tolist() == pytest.approx([math.nan, 0, 5], nan_ok=True)
    assert found[found["indicator_code"] == "165a"]["to_better"].isna().all()


# rows of the dementia matrix: care plans (126b), columns: diagnoses (126a); z 0.1 a person in both
RATINGS = """
    126b | 126a | rating | indicator | z
    0.5  | 0.5  | 2      | 126b      | 1.46
    1    | 0.5  | 2      | 126b      | 0.96
    -1   | 3    | 2      | 126b      | 1
    -3   | -3   | 4      | 126b      | 3
    -3   | -1   | 4      | 126a      | 1
    3    | 3    | 1      |           |
"""


@pytest.mark.parametrize("row", lines(RATINGS), ids=lambda row: f"{row['126b']} {row['126a']}")
def test_the_shortest_way_to_a_better_dementia_rating(row: dict[str, str]) -> None:
    table = "indicator | ccg | z | value | standard_error | tau2 | n\n"
    table += "\n".join(f"{code} | 01A | {row[code]} | 50 | 1 | 0 | 1000" for code in ("126b", "126a"))
    frame = bands(table).astype({"standard_error": float, "tau2": float})
    rated = rate_panel(frame, frame[:0].assign(organisation_code=""), EDITION, "dementia", "annual")
    assert rated["grade"].tolist() == [int(row["rating"])]
    found = to_next_rating(frame, rated, EDITION).iloc[0]
    assert found["indicator_code"] == row["indicator"]
    z = float(row["z"]) if row["z"] else math.nan
    assert found["to_better"] == pytest.approx(z, nan_ok=True)
    people = math.ceil(round(z * 10, 6)) if row["z"] else math.nan
    if row["indicator"]:
        past = float(row[row["indicator"]]) + z < -1  # grade 3 begins past the lower limit
        people += 1 if past else 0
    assert found["people_to_better"] == pytest.approx(people, nan_ok=True)


OVERALL = """
    performance | leadership | finance | to_better | to_worse | bands
    1.0         | 1          | 1       | 0.45      | 0        | 1
    0.9         | 1          | 1       | 0.05      |          | 1
    0.5         | 1          | 1       | 0.25      |          | 1
    2           | 2          | 2       |           | 0.55     |
"""


@pytest.mark.parametrize("row", lines(OVERALL), ids=lambda row: row["performance"])
def test_the_overall_score_knows_its_lines(row: dict[str, str]) -> None:
    lane: Lane = "annual"
    frame = bands(
        f"""
        indicator | ccg | points | judgement
        122a | 01A | {row["performance"]} |
        165a | 01A | {row["leadership"]} | Amber
        141b | 01A | {row["finance"]} | Amber
        """
    )
    found = to_next_overall(rate_overall(frame, EDITION, lane), EDITION).iloc[0]
    for name, column in (("to_better", "to_better"), ("to_worse", "to_worse"), ("bands_to_better", "bands")):
        assert found[name] == pytest.approx(float(row[column]) if row[column] else math.nan, nan_ok=True)
