"""The overall rating of the year end: three blocks, two lines, both reds, and what is missing."""

import math

import pandas as pd
import pytest

from ccg_pipeline.method.scoring.rated import OVERALL_COLUMNS, rate_overall
from tests.support.notations.method_tables import EDITION, bands, edition_of, lines

LEADERSHIP = {"Green Star": 2, "Green": 1.33, "Amber": 0.67, "Red": 0}
FINANCE = {"Green": 2, "Amber": 1, "Red": 0}


def _rated(performance: dict[str, str], leadership: str, finance: str) -> "pd.Series":
    rows = [f"{code} | 01A | {points} | " for code, points in performance.items()]
    rows.append(f"165a | 01A | {LEADERSHIP.get(leadership, '')} | {leadership}")
    rows.append(f"141b | 01A | {FINANCE.get(finance, '')} | {finance}")
    given = bands("indicator | ccg | points | judgement\n" + "\n".join(rows))
    rated = rate_overall(given, EDITION, "annual")
    assert list(rated.columns) == list(OVERALL_COLUMNS)
    return rated.iloc[0]


# One performance indicator, with the points that bring the weighted mean 0.5·p + 0.25·l + 0.25·f to its edge.
SCORES = """
    what                           | points | leadership | finance | score  | rating
    just below good                | 0.998  | Green Star | Red     | 0.999  | Requires improvement
    good from 1.0                  | 1      | Green Star | Red     | 1.0    | Good
    just below outstanding         | 1.398  | Green Star | Amber   | 1.449  | Good
    outstanding from 1.45          | 1.4    | Green Star | Amber   | 1.45   | Outstanding
    everything at the top          | 2      | Green Star | Green   | 2      | Outstanding
    green and green, half of all   | 1      | Green      | Green   | 1.3325 | Good
    both red, whatever the rest    | 2      | Red        | Red     | 1      | Inadequate
    both red, at the bottom        | 0      | Red        | Red     | 0      | Inadequate
    only leadership red            | 0      | Red        | Amber   | 0.25   | Requires improvement
    only finance red               | 0      | Amber      | Red     | 0.1675 | Requires improvement
    only finance red, and good     | 2      | Green Star | Red     | 1.5    | Outstanding
"""


@pytest.mark.parametrize("given", lines(SCORES), ids=lambda given: given["what"])
def test_score_and_rating(given: dict[str, str]) -> None:
    rated = _rated({"129a": given["points"]}, given["leadership"], given["finance"])
    assert rated["overall_score"] == pytest.approx(float(given["score"]))
    assert rated["rating"] == given["rating"]
    assert rated["grade"] == 1 + EDITION.labels("annual").index(given["rating"])
    assert (rated["leadership_judgement"], rated["finance_judgement"]) == (
        given["leadership"],
        given["finance"],
    )
    assert (rated["weight_used"], rated["why_no_rating"]) == (1, "")


PERFORMANCE = """
    what                                | 101a | 129a | 131a | score | used
    equal shares                        | 0    | 2    |      | 1     | 2
    what is missing renormalises        |      | 2    |      | 2     | 1
    131a has no direction: not in it    | 0    | 2    | 0    | 1     | 2
"""


@pytest.mark.parametrize("given", lines(PERFORMANCE), ids=lambda given: given["what"])
def test_performance_is_the_mean_of_what_counts_towards_it(given: dict[str, str]) -> None:
    rated = _rated({code: given[code] for code in ("101a", "129a", "131a")}, "Green", "Green")
    assert rated["performance_score"] == float(given["score"])
    assert rated["n_performance_used"] == int(given["used"])
    counted = [one for one in EDITION.indicators if one.counts_towards_overall]
    assert rated["n_performance_expected"] == len(counted)
    assert not {"165a", "141b"} & {one.code for one in counted}


MISSING = """
    what                    | points | leadership | finance | weight | score | why
    no leadership           | 1      |            | Green   | 0.75   |       | Without 165a there is no …
    no finance              | 1      | Green      |         | 0.75   |       | Without 141b there is no …
    no leadership, other red| 1      |            | Red     | 0.75   |       | Without 165a there is no …
    no performance          |        | Green      | Amber   | 0.5    | 1.165 |
    no performance, reds    |        | Red        | Red     | 0.5    | 0     |
"""


@pytest.mark.parametrize("given", lines(MISSING), ids=lambda given: given["what"])
def test_what_is_missing_renormalises_but_leadership_and_finance_must_be_there(given: dict[str, str]) -> None:
    rated = _rated({"129a": given["points"]}, given["leadership"], given["finance"])
    assert rated["weight_used"] == pytest.approx(float(given["weight"]))
    assert rated["overall_score"] == pytest.approx(float(given["score"] or "nan"), nan_ok=True)
    assert rated["why_no_rating"].startswith(given["why"].rstrip("…"))
    assert bool(rated["rating"]) != bool(given["why"])
    assert pd.isna(rated["grade"]) == bool(given["why"])


def test_the_reason_why_a_judgement_is_missing_is_passed_on() -> None:
    assert _rated({"129a": "1"}, "", "")["why_no_rating"] == (
        "Without 165a there is no overall rating: The publisher suppressed the figure. "
        "Without 141b there is no overall rating: The publisher suppressed the figure."
    )


def test_a_score_that_is_1_45_on_paper_is_outstanding_in_binary_too() -> None:
    # 0.5 · 1.13 + 0.25 · 1.77 + 0.25 · 1.77 is 1.45, and in binary a little less
    given = bands("indicator | ccg | points\n129a | 01A | 1.13\n165a | 01A | 1.77\n141b | 01A | 1.77")
    rated = rate_overall(given, EDITION, "annual")
    assert rated["overall_score"].iloc[0] < 1.45
    assert rated["rating"].tolist() == ["Outstanding"]


def test_the_interim_lane_has_no_overall_rating() -> None:
    with pytest.raises(ValueError, match="The interim lane has no overall rating"):
        rate_overall(bands("indicator | ccg | points\n165a | 01A | 2"), EDITION, "interim")


def test_nothing_at_all_has_no_weight() -> None:
    row = _rated({"129a": ""}, "", "")
    assert math.isnan(row["performance_score"])
    assert math.isnan(row["overall_score"])
    assert (row["weight_used"], row["n_performance_used"]) == (0, 0)


def test_every_ccg_has_a_row_whatever_the_order_of_rows() -> None:
    given = bands(
        """
        indicator | ccg | points | judgement
        165a      | 02B | 0      | Red
        141b      | 02B | 0      | Red
        129a      | 02B | 2      |
        129a      | 01A | 2      |
        165a      | 01A | 2      | Green Star
        141b      | 01A | 2      | Green
        """
    )
    rated = rate_overall(given, EDITION, "annual")
    assert rated["ccg_code"].tolist() == ["01A", "02B"]
    assert rated["rating"].tolist() == ["Outstanding", "Inadequate"]
    assert rated.equals(rate_overall(given.iloc[::-1], EDITION, "annual"))


MISSING = """
    rule         | 129a | 127c | performance
    left out | 2    | 0    | 1
    left out | 2    |      | 2
    left out |      |      |
    1        | 2    |      | 1.5
    1        | 0    |      | 0.5
    0        | 2    |      | 1
    0        | 2    | 0    | 1
    0        |      |      |
"""


@pytest.mark.parametrize("row", lines(MISSING), ids=lambda row: f"{row['rule']} {row['129a']} {row['127c']}")
def test_what_is_missing_of_performance_counts_as_the_edition_says(row: dict[str, str]) -> None:
    codes = ("129a", "127c", "165a", "141b")
    edition = edition_of(*(EDITION.indicator(code) for code in codes))
    edition = edition.with_parameters({"missing": row["rule"]})
    frame = bands(
        f"""
        indicator | ccg | points | judgement
        129a      | 01A | {row["129a"]} |
        127c      | 01A | {row["127c"]} |
        165a      | 01A | 1 | Amber
        141b      | 01A | 1 | Amber
        """
    )
    rated = rate_overall(frame, edition, "annual").iloc[0]
    wanted = float(row["performance"]) if row["performance"] else math.nan
    assert rated["performance_score"] == pytest.approx(wanted, nan_ok=True)
    assert rated["n_performance_used"] == bool(row["129a"]) + bool(row["127c"])
