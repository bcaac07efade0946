"""How a value becomes a band: tables of values next to their reference, at, below and above each edge.

All tables use the edition of 2016/17: 123a has the standard 50 and 122c the standard 75; 102a (lower is
better) and 124b (higher) are proportions against England, 126a is a rate per 100, 131a has no direction.
"""

import math

import numpy as np
import pandas as pd
import pytest

from ccg_pipeline.method.scoring.banding import BAND_COLUMNS, band_indicators
from ccg_pipeline.reference.organisations import ccgs
from tests.support.notations.method_tables import EDITION, lines, observations, one_by_code, points_of

CCGS = ["01A", "02B", "03C", "04D", "05E"]

EDGES = """
    z       | band | inside the range
    --------|------|-----------------
    -1.9601 | 0    | 0
    -1.96   | 0    | 0
    -1.9599 | 1    | 1
    0       | 1    | 1
    1.9599  | 1    | 1
    1.96    | 2    | 0
    1.9601  | 2    | 0
"""


@pytest.mark.parametrize("edge", lines(EDGES), ids=lambda edge: edge["z"])
def test_at_the_edge_counts_as_outside(edge: dict[str, str]) -> None:
    assert points_of(float(edge["z"])) == float(edge["band"])
    assert points_of(float(edge["z"]), "131a") == float(edge["inside the range"])


def test_a_missing_z_has_no_band() -> None:
    assert np.isnan(points_of(math.nan))
    assert np.isnan(points_of(math.nan, "131a"))


# An indicator's value (with its denominator or interval) and its standard or the published England figure.
VALUES = """
    what                           | indicator | value | n     | low      | high     | england | z      | band
    binomial √(50·50/100) = 5      | 123a      | 40.19 | 100   |          |          |         | -1.962 | 0
    at the limit                   | 123a      | 40.2  | 100   |          |          |         | -1.96  | 0
    just inside                    | 123a      | 40.21 | 100   |          |          |         | -1.958 | 1
    at the standard                | 123a      | 50    | 100   |          |          |         | 0      | 1
    at the upper limit             | 123a      | 59.8  | 100   |          |          |         | 1.96   | 2
    four times the people          | 123a      | 54.9  | 400   |          |          |         | 1.96   | 2
    lower is better, and is lower  | 102a      | 10.2  | 100   |          |          | 20      | 2.45   | 2
    lower is better, and is higher | 102a      | 29.8  | 100   |          |          | 20      | -2.45  | 0
    higher is better, and is so    | 124b      | 29.8  | 100   |          |          | 20      | 2.45   | 2
    Poisson √(66.7·100/n) = 0.5    | 126a      | 65.72 | 26680 |          |          |         | -1.96  | 0
    more diagnoses are better      | 126a      | 67.68 | 26680 |          |          |         | 1.96   | 2
    within                         | 126a      | 67.67 | 26680 |          |          |         | 1.94   | 1
    interval of one standard error | 122c      | 73.04 |       | 71.08004 | 74.99996 |         | -1.96  | 0
    within                         | 122c      | 73.06 |       | 71.10004 | 75.01996 |         | -1.94  | 1
    no direction: z is not turned  | 131a      | 40.2  | 50000 |          |          | 50      | -1.386 | 1
    outside the range, below       | 131a      | 30    | 50000 |          |          | 50      | -2.828 | 0
    outside the range, above       | 131a      | 70    | 50000 |          |          | 50      | 2.828  | 0
"""


@pytest.mark.parametrize("given", lines(VALUES), ids=lambda given: given["what"])
def test_a_value_beside_its_reference_gives_a_band(given: dict[str, str]) -> None:
    columns = ("indicator", "value", "n", "low", "high")
    england = f"{given['indicator']} | {given['england']} | | | | ENG" if given["england"] else ""
    latest = observations(
        f"""
        {" | ".join(columns)} | ccg
        {" | ".join(given[column] for column in columns)} | 01A
        {england}
        """
    )
    row = one_by_code(band_indicators(latest, EDITION, CCGS), given["indicator"]).loc["01A"]
    assert row["z"] == pytest.approx(float(given["z"]), abs=5e-4)
    assert row["band"] == int(given["band"])
    assert row["points"] == row["band"]
    assert row["limits"] == ("range" if given["indicator"] == "131a" else "plain")
    assert row["why_no_band"] == ""


def test_the_row_of_131a_says_that_it_has_no_better_direction() -> None:
    latest = observations("indicator | ccg | value | n\n131a | 01A | 50 | 50000")
    row = one_by_code(band_indicators(latest, EDITION, CCGS), "131a").loc["01A"]
    assert row["note"] == (
        "no better direction: 1 inside the expected range, 0 outside on either side (assumed)"
    )


POINTS = """
    indicator | judgement           | value | points | band
    141b      | Green               |       | 2      | 2
    141b      | Amber               |       | 1      | 1
    141b      | Red                 |       | 0      | 0
    165a      | Green Star          |       | 2      | 2
    165a      | Green               |       | 1.33   |
    165a      | Amber               |       | 0.67   |
    165a      | Red                 |       | 0      | 0
    143a      | Yes                 |       | 2      | 2
    123c      |                     | 100   | 2      | 2
    123c      |                     | 75    | 2      | 2
    123c      |                     | 74.9  | 1      | 1
    123c      |                     | 50    | 1      | 1
    123c      |                     | 49.9  | 0      | 0
    123c      |                     | 0     | 0      | 0
    127a      |                     | 8     | 2      | 2
    127a      |                     | 7     | 1      | 1
"""


@pytest.mark.parametrize(
    "given", lines(POINTS), ids=lambda g: f"{g['indicator']} {g['judgement']}{g['value']}"
)
def test_judgements_and_milestones_take_the_points_of_the_edition(given: dict[str, str]) -> None:
    latest = observations(
        f"indicator | ccg | judgement | value\n"
        f"{given['indicator']} | 01A | {given['judgement']} | {given['value']}"
    )
    row = one_by_code(band_indicators(latest, EDITION, CCGS), given["indicator"]).loc["01A"]
    assert row["points"] == float(given["points"])
    assert row["limits"] == "points"
    assert (row["band"] == int(given["band"])) if given["band"] else pd.isna(row["band"])
    assert pd.isna(row["z"])
    assert row["reference_basis"] == "none"


NO_BAND = """
    indicator | status     | value | n   | low | high | judgement | why
    123a      | missing    |       |     |     |      |           | The figure is missing.
    123a      | suppressed |       |     |     |      |           | The publisher suppressed the figure.
    123a      | refused    |       |     |     |      |           | The figure was refused: …
    123a      | published  |       | 100 |     |      |           | No value was published.
    123a      | published  | 50    |     |     |      |           | There is no denominator …
    123a      | published  | 50    | 0   |     |      |           | There is no denominator …
    122c      | published  | 50    | 100 |     |      |           | There is no 95 % interval …
    122c      | published  | 50    |     | 40  |      |           | There is no 95 % interval …
    122c      | published  | 50    |     | 50  | 50   |           | The standard error is not above 0 …
    124b      | published  | 10    | 100 |     |      |           | England of its data period is not …
    129a      | published  | 91    | 100 |     |      |           | Its limits are to be widened, …
    165a      | published  |       |     |     |      |           | No judgement was published.
    165a      | published  |       |     |     |      | Purple    | 'Purple' is not on the points scale …
    123c      | published  |       |     |     |      |           | No value was published.
    123c      | published  | -1    |     |     |      |           | '-1' is not on the points scale …
"""


@pytest.mark.parametrize("given", lines(NO_BAND), ids=lambda given: f"{given['indicator']} {given['why']}")
def test_a_ccg_without_band_has_one_sentence_that_says_why(given: dict[str, str]) -> None:
    columns = [column for column in given if column != "why"]
    latest = observations(f"ccg | {' | '.join(columns)}\n01A | {' | '.join(given[c] for c in columns)}")
    rows = one_by_code(band_indicators(latest, EDITION, CCGS), given["indicator"])
    row = rows.loc["01A"]
    assert row["why_no_band"].startswith(given["why"].removesuffix(" …"))
    assert row["why_no_band"].endswith(".")
    assert pd.isna(row["band"])
    assert pd.isna(row["points"])
    assert row["limits"] == "none"
    assert row["status"] == given["status"]
    assert rows.loc["02B", "why_no_band"] == "There is no observation of this indicator for this CCG."
    assert rows.loc["02B", "status"] == "missing"


def test_where_everybody_is_at_the_end_of_the_scale_there_is_no_distance() -> None:
    rows = band_indicators(
        observations("indicator | ccg | value | n\n124b | 01A | 0 | 100\n124b | ENG | 0 |"), EDITION, CCGS
    )
    assert one_by_code(rows, "124b").loc["01A", "why_no_band"].startswith("The standard error is not above 0")


def test_an_england_that_was_worked_out_says_of_how_many() -> None:
    latest = observations(
        "indicator | ccg | value | n\n124b | 01A | 10 | 100\n124b | 02B | 20 | 100\n124b | 03C | 30 | 100"
    )
    row = one_by_code(band_indicators(latest, EDITION, CCGS), "124b").loc["01A"]
    assert (row["reference_value"], row["note"]) == (20, "England is that of 3 of 5 CCGs")
    noted = one_by_code(band_indicators(latest.assign(note="rounded"), EDITION, CCGS), "124b")
    assert noted["note"].tolist() == ["rounded; England is that of 3 of 5 CCGs"] * 3 + ["", ""]


def test_why_a_figure_is_missing_is_told_where_it_is_known() -> None:
    late = "the latest period ended 2013-12-31, older than 36 months"
    latest = observations("indicator | ccg | value\n123a | 01A | ", status="missing", note=late)
    row = one_by_code(band_indicators(latest, EDITION, CCGS), "123a").loc["01A"]
    assert row["why_no_band"] == f"The figure is missing: {late}."


# 129a asks for widening; 101a does not. Every CCG has 2,500 people, so that one standard error is 1 about 50.
SPREAD = """
    ccg | 129a | 101a
    01A | 90   | 42
    02B | 92   | 46
    03C | 94   | 50
    04D | 96   | 54
    05E | 98   | 58
"""


def _spread(indicator: str, england: str = "") -> pd.DataFrame:
    rows = [f"{indicator} | {one['ccg']} | {one[indicator]} | 2500" for one in lines(SPREAD)]
    return observations("\n".join(["indicator | ccg | value | n", *rows, england]))


def test_limits_are_widened_by_tau2_where_the_edition_asks_and_phi_is_above_1() -> None:
    rows = one_by_code(band_indicators(_spread("129a", "129a | ENG | 94 | "), EDITION, CCGS), "129a")
    # distance from England, 94: ±4 and ±2; winsorised at 10 %, the outer two are pulled to ±3.2
    error = math.sqrt(94 * 6 / 2500)
    phi = 2 * ((3.2 / error) ** 2 + (2 / error) ** 2) / 5
    tau2 = (5 * phi - 4) / (4 / error**2)
    assert rows["limits"].tolist() == ["overdispersed"] * 5
    assert rows["phi"].to_numpy() == pytest.approx(phi)
    assert rows["tau2"].to_numpy() == pytest.approx(tau2)
    widened = np.sqrt(rows["standard_error"] ** 2 + rows["tau2"])
    assert rows["z"].to_numpy() == pytest.approx(((rows["value"] - 92) / widened).to_numpy())
    assert rows.loc["05E", "standard_error"] == pytest.approx(math.sqrt(92 * 8 / 2500))
    assert rows["band"].tolist() == [1, 1, 1, 1, 2]  # plain limits would give 0, 1, 2, 2, 2


def test_limits_stay_plain_where_the_edition_does_not_ask() -> None:
    rows = one_by_code(band_indicators(_spread("101a"), EDITION, CCGS), "101a")
    assert rows["limits"].tolist() == ["plain"] * 5
    assert (rows["phi"] > 1).all()  # shown, though not used
    assert (rows["tau2"] == 0).all()
    assert rows["band"].tolist() == [2, 2, 1, 0, 0]


def test_limits_stay_plain_where_phi_is_not_above_1() -> None:
    # two CCGs half a point either side of 92: phi is 0.54, and n·phi − (n − 1) still above 0
    latest = observations(
        "indicator | ccg | value | n\n129a | 01A | 92.5 | 2500\n129a | 02B | 91.5 | 2500\n129a | ENG | 92 |"
    )
    rows = one_by_code(band_indicators(latest, EDITION, CCGS), "129a").loc[["01A", "02B"]]
    assert rows["phi"].to_numpy() == pytest.approx((0.8 * 0.5) ** 2 / (92 * 8 / 2500))
    assert rows["limits"].tolist() == ["plain", "plain"]
    assert rows["tau2"].tolist() == [0, 0]


def test_ccgs_that_all_miss_a_standard_are_not_excused_by_their_distance_from_it() -> None:
    # England 90 next to the standard of 95; spread about England is small, distance from the standard is not
    values = [89.0, 89.5, 90.0, 90.5, 91.0]
    rows = [f"127c | {ccg} | {value} | 2500" for ccg, value in zip(CCGS, values, strict=True)]
    latest = observations("\n".join(["indicator | ccg | value | n", *rows, "127c | ENG | 90 | "]))
    banded = one_by_code(band_indicators(latest, EDITION, CCGS), "127c")
    assert banded["reference_basis"].unique().tolist() == ["standard"]
    assert banded["band"].tolist() == [0] * 5


def test_every_indicator_and_ccg_has_a_row_whatever_comes_in() -> None:
    codes = ccgs()["ccg_code"].tolist()
    nothing = observations("indicator | ccg | value\n123a | 01C | 50").iloc[:0]
    strange = observations("indicator | ccg | value | n\n999z | 01C | 50 | 100\n123a | E10000007 | 50 | 100")
    for latest in (nothing, strange):
        rows = band_indicators(latest, EDITION, codes)
        assert rows.shape == (60 * 209, len(BAND_COLUMNS))
        assert list(rows.columns) == list(BAND_COLUMNS)
        assert not rows.duplicated(["indicator_code", "ccg_code"]).any()
        assert rows["band"].isna().all()
        assert (rows["status"] == "missing").all()
        assert (rows["why_no_band"] == "There is no observation of this indicator for this CCG.").all()


def test_an_observation_that_stands_twice_is_refused() -> None:
    latest = observations("indicator | ccg | value | n\n123a | 01A | 50 | 100\n123a | 01A | 51 | 100")
    with pytest.raises(ValueError, match="123a is there more than once for 01A"):
        band_indicators(latest, EDITION, CCGS)


def test_the_order_of_rows_never_matters() -> None:
    latest = pd.concat(
        [
            _spread("129a"),
            _spread("101a", "101a | ENG | 50 | "),
            _spread("129a").assign(indicator_code="165a", judgement=["Green", "Red", "Blue", "", "Amber"]),
        ]
    )
    forwards = band_indicators(latest, EDITION, CCGS)
    for seed in range(5):
        shuffled = latest.sample(frac=1, random_state=seed)
        pd.testing.assert_frame_equal(
            forwards, band_indicators(shuffled, EDITION, CCGS[::-1]), check_exact=True
        )


def test_one_made_up_figure_marks_every_row() -> None:
    latest = observations("indicator | ccg | value | n\n123a | 01A | 50 | 100", is_made_up=True)
    assert band_indicators(latest, EDITION, CCGS)["is_made_up"].all()
    assert not band_indicators(latest.assign(is_made_up=False), EDITION, CCGS)["is_made_up"].any()


def test_a_figure_that_is_not_published_is_not_shown() -> None:
    latest = observations("indicator | ccg | value | n | status\n123a | 01A | 50 | 100 | refused")
    row = one_by_code(band_indicators(latest, EDITION, CCGS), "123a").loc["01A"]
    assert pd.isna(row["value"])
    assert row["source_name"] == "a_file.csv"
    assert row["cell"] == "row 2"
