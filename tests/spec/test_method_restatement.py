"""Figures of other years' CCGs, restated for those of April 2016 and, where a table says so, of 2017."""

import pandas as pd
import pytest

from ccg_pipeline.method.scoring.restatement import restate, years_of
from ccg_pipeline.reference.changes import ccg_changes, restating_weights
from tests.support.notations.method_tables import EDITION, lines, observations

# Of which April's CCGs does a file speak that has these codes for a period that ends then?
YEARS = """
    what                                            | codes       | ends       | april
    codes that were always there: the period        | 00C 00D     | 2016-12-31 | 2016
    the last day of a financial year is still in it | 01H 01K     | 2017-03-31 | 2016
    the first day of the next is not                | 01H 01K     | 2017-04-01 | 2017
    Manchester is of 2017, whatever the period      | 01H 14L     | 2016-12-31 | 2017
    its three predecessors are not                  | 01H 00W     | 2017-12-31 | 2016
    Gateshead ended in 2015                         | 00C 00F     | 2015-03-31 | 2014
    its successor is not yet there in 2013          | 00C 13T     | 2013-12-31 | 2015
    before there was any CCG                        | 00C 00F     | 2012-12-31 | 2013
    publishers restate forwards                     | 00L 27D     | 2015-12-31 | 2020
    of no single year: the one of most              | 13P 00W 14L | 2017-04-30 | 2017
    long after the last change                      | 00L 15E     | 2024-04-30 | 2021
"""


@pytest.mark.parametrize("given", lines(YEARS), ids=lambda given: given["what"])
def test_the_codes_and_the_period_say_of_which_ccgs_a_file_speaks(given: dict[str, str]) -> None:
    drawn = "indicator | ccg\n" + "\n".join(f"129a | {code}" for code in given["codes"].split())
    rows = observations(drawn, period_end=given["ends"])
    assert set(years_of(rows)) == {int(given["april"])}


def test_each_file_and_period_speaks_for_itself() -> None:
    rows = observations(
        """
        indicator | ccg | period_start | period_end | source_sha256
        123a      | 14L | 2017-04-01   | 2018-03-31 | a
        123a      | 01H | 2017-04-01   | 2018-03-31 | a
        123a      | 01H | 2016-04-01   | 2017-03-31 | a
        129a      | 01H | 2017-04-01   | 2018-03-31 | b
        129a      | 00W | 2017-04-01   | 2018-03-31 | b
        """
    )
    assert years_of(rows).tolist() == [2017, 2017, 2016, 2016, 2016]


def _restated(table: str, to: int = 2016, **same: object) -> pd.DataFrame:
    return restate(observations(table, **same), EDITION, to).set_index("organisation_code")


def test_counts_of_ccgs_that_merged_are_added_up_and_the_value_is_made_anew() -> None:
    rows = _restated(
        """
        ccg | indicator | numerator | n   | value | low | high | cell
        00F | 122a      | 475       | 908 | 52.3  | 49.1 | 55.5 | row 5
        00G | 122a      | 281       | 545 | 51.6  | 47.4 | 55.7 | row 6
        00H | 122a      | 269       | 519 | 51.8  | 47.5 | 56.1 | row 7
        00C | 122a      | 240       | 458 | 52.4  | 47.8 | 56.9 | row 4
        """,
        period_end="2013-12-31",
    )
    assert sorted(rows.index) == ["00C", "13T"]
    assert rows.loc["13T", ["numerator", "denominator"]].to_list() == [1025, 1972]
    assert rows.loc["13T", "value"] == pytest.approx(100 * 1025 / 1972)
    assert rows.loc["13T", ["lower_95", "upper_95"]].isna().all()
    assert rows.loc["13T", "cell"] == "row 5; row 6; row 7"
    assert rows.loc["13T", "note"] == "restated: added up from 00F, 00G, 00H of April 2013"
    assert rows.loc["00C", ["value", "lower_95", "note"]].to_list() == [52.4, 47.8, ""]


# 01H and 01K, 06W and 06Y keep their codes in April 2017, but not their areas: of Cumbria's 324 LSOAs 117 go
# to 01K, and of South Norfolk's 146 eight to 06W. Residents of mid-2015, as many in each LSOA of a CCG.
CUMBRIA, LANCASHIRE_NORTH = 504_052, 161_456  # residents, as published
SOUTH_CUMBRIA = CUMBRIA * 117 / 324
NORWICH, SOUTH_NORFOLK = 198_234, 243_357
CROSSED = SOUTH_NORFOLK * 8 / 146
BOUNDARIES = f"""
    april | code | numerator                                                                 | from
    2017  | 01H  | {3240 * 207 / 324}                                                        | 01H
    2017  | 01K  | {1000 + 3240 * 117 / 324}                                                 | 01H, 01K
    2017  | 06W  | {1000 + 1460 * 8 / 146}                                                   | 06W, 06Y
    2017  | 06Y  | {1460 * 138 / 146}                                                        | 06Y
    2016  | 01H  | {3240 + 1000 * SOUTH_CUMBRIA / (SOUTH_CUMBRIA + LANCASHIRE_NORTH)}        | 01H, 01K
    2016  | 01K  | {1000 * LANCASHIRE_NORTH / (SOUTH_CUMBRIA + LANCASHIRE_NORTH)}            | 01K
    2016  | 06W  | {1000 * NORWICH / (NORWICH + CROSSED)}                                    | 06W
    2016  | 06Y  | {1460 + 1000 * CROSSED / (NORWICH + CROSSED)}                             | 06W, 06Y
"""


@pytest.mark.parametrize("given", lines(BOUNDARIES), ids=lambda given: f"{given['code']} of {given['april']}")
def test_an_unchanged_code_whose_area_changed_is_not_joined_on_the_code(given: dict[str, str]) -> None:
    april = int(given["april"])
    before = 2016 if april == 2017 else 2017
    rows = _restated(
        """
        ccg | indicator | numerator | n     | value
        01H | 129a      | 3240      | 32400 | 10
        01K | 129a      | 1000      | 10000 | 10
        06W | 129a      | 1000      | 10000 | 10
        06Y | 129a      | 1460      | 14600 | 10
        """,
        to=april,
        period_end=f"{before}-06-30",
    )
    one = rows.loc[given["code"]]
    assert one["numerator"] == pytest.approx(float(given["numerator"]), abs=1e-3)
    assert one["denominator"] == pytest.approx(10 * float(given["numerator"]), abs=1e-3)
    said = f"restated: apportioned by residents (assumed) from {given['from']} of April {before}"
    assert one["note"] == said
    assert rows["numerator"].sum() == 3240 + 1000 + 1000 + 1460


def test_a_merged_ccg_is_divided_by_the_residents_of_its_predecessors() -> None:
    rows = _restated(
        "ccg | indicator | numerator | n\n14L | 129a | 530292 | 1060584", period_end="2017-04-30"
    )
    residents = {"00W": 188_866, "01M": 178_694, "01N": 162_732}  # together 530,292
    assert rows["numerator"].to_dict() == pytest.approx(residents, abs=1e-3)
    assert rows["value"].to_dict() == pytest.approx(dict.fromkeys(residents, 50.0), abs=1e-4)


def test_a_boundary_that_is_not_known_by_lsoa_is_carried_and_says_so() -> None:
    rows = _restated(
        "ccg | indicator | numerator | n | value\n01E | 123a | 5 | 10 | 50", period_end="2019-03-31"
    )
    assert rows.loc["01E", ["numerator", "value"]].to_list() == [5, 50]
    assert rows.loc["01E", "note"].startswith("restated: small areas not known here crossed its boundary")


# What cannot be restated: one line of Manchester or of two of the three CCGs of 13T, and what becomes of it.
LOST = """
    what                             | indicator | ccg | numerator | n  | value | judgement | status     | note
    a standardised rate              | 104a      | 14L |           |    | 2000  |           | published  | not restated: published for 14L of April 2017, and not as counts that can be added up or divided
    a rate with its counts           | 104a      | 14L | 20        | 99 | 2000  |           | published  | not restated: published for 14L of April 2017, and not as counts that can be added up or divided
    a share without its counts       | 129a      | 14L |           |    | 93    |           | published  | not restated: published for 14L of April 2017, and not as counts that can be added up or divided
    nobody counted                   | 129a      | 14L | 0         | 0  |       |           | missing    | not restated from 14L of April 2017: 14L missing
    a judgement                      | 165a      | 14L |           |    |       | Green     | published  | not restated: published for 14L of April 2017, and not as counts that can be added up or divided
    one that is suppressed           | 129a      | 14L |           |    |       |           | suppressed | not restated from 14L of April 2017: 14L suppressed
    one that is refused              | 129a      | 14L |           |    |       |           | refused    | not restated from 14L of April 2017: 14L refused
"""  # noqa: E501 - a table reads badly when it is folded


@pytest.mark.parametrize("given", lines(LOST), ids=lambda given: given["what"])
def test_what_cannot_be_restated_is_missing_with_its_reason(given: dict[str, str]) -> None:
    names = ("indicator", "ccg", "numerator", "n", "value", "judgement", "status")
    drawn = f"{' | '.join(names)}\n{' | '.join(given[name] for name in names)}"
    rows = _restated(drawn, period_end="2017-04-30")
    assert sorted(rows.index) == ["00W", "01M", "01N"]
    expected = given["status"] if given["status"] != "published" else "missing"
    assert set(rows["status"]) == {expected}
    assert set(rows["note"]) == {given["note"]}
    assert rows[["numerator", "denominator", "value"]].isna().all(axis=None)
    assert set(rows["judgement"]) == {""}


def test_a_sum_needs_all_its_parts() -> None:
    rows = _restated(
        """
        ccg | indicator | numerator | n  | status
        00F | 129a      | 9         | 10 | published
        00G | 129a      |           |    | suppressed
        """,
        period_end="2015-03-31",
    )
    assert rows["status"].to_dict() == {"13T": "missing"}
    assert rows.loc["13T", "note"] == (
        "not restated from 00F, 00G, 00H of April 2014: 00G suppressed, 00H not in the file"
    )


def test_a_count_alone_is_its_own_value() -> None:
    drawn = "ccg | indicator | numerator | value\n14L | gp_referrals_made | 530292 | 530292"
    rows = _restated(drawn, period_end="2017-04-30")
    assert (rows["value"] == rows["numerator"]).all()
    assert rows["value"].sum() == 530_292


def test_predecessors_that_are_not_known_apart_are_missing() -> None:
    rows = _restated("ccg | indicator | numerator | n\n13T | 129a | 9 | 10", to=2014, period_end="2016-03-31")
    assert rows["status"].to_dict() == {"00F": "missing", "00G": "missing", "00H": "missing"}
    assert "which part of it this is is not known here" in rows.loc["00F", "note"]


def test_other_organisations_and_other_ccgs_stay_as_they_are() -> None:
    before = observations(
        """
        indicator | ccg | numerator | n  | value | note
        129a      | 00C | 9         | 10 | 90    | provisional
        129a      | 14L | 9         | 10 | 90    |
        129a      | ENG | 90        | 99 | 90.9  |
        129a      | X24 | 9         | 9  | 100   |
        """,
        period_end="2017-04-30",
    )
    after = restate(before, EDITION)
    kept = before[before["organisation_code"] != "14L"].sort_values("organisation_code", ignore_index=True)
    same = after[after["organisation_code"].isin(kept["organisation_code"])]
    pd.testing.assert_frame_equal(same.sort_values("organisation_code", ignore_index=True), kept)


def test_a_file_that_has_a_ccg_twice_over_says_nothing_of_it() -> None:
    rows = _restated(
        """
        ccg | indicator | numerator | n
        14L | 129a      | 27        | 30
        01H | 129a      | 9         | 10
        01K | 129a      | 9         | 10
        13P | 129a      | 9         | 10
        00W | 129a      | 9         | 10
        """,
        period_end="2017-04-30",
    )
    assert rows["status"].to_dict() == {
        "00W": "missing", "01M": "published", "01N": "published",
        "01H": "published", "01K": "published", "13P": "published",
    }  # fmt: skip
    assert rows.loc["00W", "note"].endswith(
        "not restated: the file has 00W of April 2016 beside CCGs of April 2017"
    )


@pytest.mark.parametrize(
    ("later", "stands"),
    [
        ("14L | 129a | 530292 | 1060584", [80.0]),  # apportioned: the CCG's own older figure stands
        ("14L | 129a |        |        ", [80.0]),  # not restatable: it says nothing about 00W
        ("00W | 129a | 9      | 10     ", [80.0, 90.0]),  # its own: both come, and the later one counts
    ],
)
def test_an_apportioned_figure_never_stands_beside_the_ccgs_own(later: str, stands: list[float]) -> None:
    rows = _restated(
        f"""
        ccg | indicator | numerator | n | source_sha256 | published_on
        00W | 129a      | 8         | 10 | a            | 2016-05-01
        {later} | b | 2018-05-01
        """,
        period_end="2016-03-31",
    )
    own = rows[rows.index == "00W"]
    assert sorted(100 * own["numerator"] / own["denominator"]) == stands


def test_successors_say_what_kind_of_change_it_was() -> None:
    changes = ccg_changes().set_index(["from_code", "to_code", "change_date"])["kind"]
    kinds = changes[changes.index.get_level_values(2) <= "2019-04-01"].groupby("change_date").value_counts()
    assert {(f"{day:%Y}", kind): n for (day, kind), n in kinds.items()} == {
        ("2015", "merged"): 3, ("2015", "boundary"): 2,
        ("2017", "merged"): 4, ("2017", "divided"): 2, ("2017", "boundary"): 3,
        ("2018", "merged"): 18, ("2018", "boundary"): 3, ("2018", "renamed"): 1,
        ("2019", "merged"): 6,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("origin", "year"), [(2013, 2016), (2016, 2017), (2017, 2016), (2019, 2016), (2016, 2021)]
)
def test_shares_of_a_ccg_sum_to_one(origin: int, year: int) -> None:
    weights = restating_weights(origin, year)
    assert weights.groupby("from_code")["share"].sum().to_numpy() == pytest.approx(1.0, abs=1e-12)
