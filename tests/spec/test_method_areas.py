"""The score of an area: the mean of its indicators' points, and on how many it rests."""

import math

import pytest

from ccg_pipeline.method.scoring.rated import AREA_COLUMNS, score_areas
from tests.support.notations.method_tables import EDITION, bands, lines

# Points of the four indicators of cancer, 122a to 122d; a dash where an indicator has no band.
CANCER = """
    122a | 122b | 122c | 122d | score | n_used | note
    2    | 2    | 2    | 2    | 2     | 4      |
    0    | 1    | 2    | 2    | 1.25  | 4      |
    0    | -    | 2    | 2    | 1.333 | 3      | rests on 3 of 4 indicators
    -    | -    | 0    | -    | 0     | 1      | rests on 1 of 4 indicators
    0    | 0    | 0    | 0    | 0     | 4      |
"""


@pytest.mark.parametrize("given", lines(CANCER), ids=lambda given: given["score"])
def test_an_area_scores_the_mean_of_what_there_is(given: dict[str, str]) -> None:
    rows = [f"{code} | 01A | {given[code].strip('-')}" for code in ("122a", "122b", "122c", "122d")]
    scored = score_areas(bands("indicator | ccg | points\n" + "\n".join(rows)), EDITION)
    row = scored[scored["area_code"] == "122"].iloc[0]
    assert row["score"] == pytest.approx(float(given["score"]), abs=5e-4)
    assert (row["n_used"], row["n_expected"]) == (int(given["n_used"]), 4)
    assert row["note"] == given["note"]
    assert row["why_no_score"] == ""
    assert not row["is_official"]


def test_without_a_band_there_is_no_score_and_the_row_says_why() -> None:
    given = bands(
        """
        indicator | ccg | points | why_no_band
        103a      | 01A |        | The publisher suppressed the figure.
        103b      | 01A |        | No value was published.
        """
    )
    scored = score_areas(given, EDITION)
    row = scored[scored["area_code"] == "103"].iloc[0]
    assert math.isnan(row["score"])
    assert (row["n_used"], row["n_expected"]) == (0, 2)
    assert row["why_no_score"] == (
        "No indicator of the area has a band "
        "(103a: The publisher suppressed the figure; 103b: No value was published)."
    )


def test_the_area_without_better_direction_says_so() -> None:
    scored = score_areas(bands("indicator | ccg | points\n131a | 01A | 0"), EDITION)
    row = scored[scored["area_code"] == "131"].iloc[0]
    assert row["score"] == 0
    assert row["note"] == (
        "131a has no better direction: 1 inside the expected range, 0 outside on either side (assumed)"
    )


def test_smoking_counts_in_its_own_area_and_not_in_the_maternity_area() -> None:
    scored = score_areas(bands("indicator | ccg | points\n101a | 01A | 2\n125a | 01A | 0"), EDITION)
    by_area = scored.set_index("area_code")["score"]
    assert by_area["101"] == 2
    assert by_area["125"] == 0


def test_every_area_and_ccg_has_a_row_in_the_editions_order_whatever_the_order_of_rows() -> None:
    given = bands("indicator | ccg | points\n129a | 02B | 1\n129a | 01A | 2\n122a | 01A | 0")
    scored = score_areas(given, EDITION)
    assert list(scored.columns) == list(AREA_COLUMNS)
    assert len(scored) == 29 * 2
    assert scored["area_code"].drop_duplicates().tolist() == [area.code for area in EDITION.areas]
    assert scored["ccg_code"].tolist() == ["01A", "02B"] * 29
    assert scored.equals(score_areas(given.iloc[::-1], EDITION))
