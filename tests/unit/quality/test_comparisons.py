"""What is compared with what, on frames small enough to check by hand. No Great Expectations, no Dagster."""

from datetime import date

import pandas as pd
import pytest

from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.quality.comparisons import Comparison, intervals, movement, presence, staleness, totals

EDITION = load_edition()
MARCH = {"period_start": "2017-03-01", "period_end": "2017-03-31"}
FEBRUARY = {"period_start": "2017-02-01", "period_end": "2017-02-28"}
KINDS = {"ENG": "england", "X24": "nhs_england", "9900": "outside_england", "E10000007": "local_authority"}


def observed(cells: dict[str, dict[str, object]], code: str = "129a", **same: object) -> pd.DataFrame:
    """One row an organisation, with a numerator, denominator, value or status of its own."""
    rows = []
    for organisation, own in cells.items():
        row = {
            "indicator_code": code,
            "organisation_code": organisation,
            "organisation_kind": KINDS.get(organisation, "ccg"),
            **MARCH,
            **dict.fromkeys(["numerator", "denominator", "value", "lower_95", "upper_95"], float("nan")),
            "status": "published",
            "publication": "rtt",
            "source_name": "a_file.csv",
            "sheet": "",
            "cell": "row 2",
        }
        rows.append(row | same | own)
    frame = pd.DataFrame(rows)
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in ("period_start", "period_end")})


def failing(comparison: Comparison) -> list[int]:
    """Positions of the rows that fail, as the comparison says, without Great Expectations."""
    return list(comparison.failing())


NOBODY = observed({"01C": {}}).iloc[:0]


def test_a_ccg_is_present_by_its_row_with_or_without_a_figure() -> None:
    rows = observed({"01C": {"value": 90.0}, "01D": {"status": "suppressed"}})
    comparison = presence(rows, ["01C", "01D", "02A"])
    assert comparison.rows["organisation_code"].tolist() == ["01C", "01D", "02A"]
    assert failing(comparison) == [2]
    assert comparison.say(comparison.rows, comparison.rows.iloc[[2]]) == (
        "1 of 3 CCGs have no row for the period that ended 2017-03-31: 02A."
    )
    assert comparison.say(comparison.rows, comparison.rows.iloc[:0]).endswith("2 of them without a figure.")


def test_a_ccg_with_only_an_older_period_is_not_present() -> None:
    rows = pd.concat([observed({"01C": {}}), observed({"01D": {}}, **FEBRUARY)])
    assert failing(presence(rows, ["01C", "01D"])) == [1]


@pytest.mark.parametrize(
    ("england", "fails"),
    [(300, False), (303, False), (297, False), (303.1, True), (296.9, True)],
)
def test_england_may_differ_by_the_tolerance_and_no_more(england: float, fails: bool) -> None:
    each = {"01C": {"numerator": 100.0}, "01D": {"numerator": 195.0}, "X24": {"numerator": 5.0}}
    rows = observed({**each, "ENG": {"numerator": england}})
    comparison = totals(rows, NOBODY, ["01C", "01D"], 100 * 3 / england)
    assert bool(failing(comparison)) is fails


def test_parts_are_ccgs_nhs_england_and_outside_but_not_the_authorities_that_were_apportioned() -> None:
    rows = observed(
        {
            "01C": {"numerator": 60.0},
            "X24": {"numerator": 30.0},
            "9900": {"numerator": 10.0},
            "E10000007": {"numerator": 60.0},
            "ENG": {"numerator": 100.0},
        }
    )
    comparison = totals(rows, NOBODY, ["01C"], 0)
    assert comparison.rows["sum_of_parts"].tolist() == [100.0]
    assert failing(comparison) == []


@pytest.mark.parametrize(("england", "fails"), [(159, True), (160, False), (260, False), (261, True)])
def test_a_suppressed_ccg_may_hide_as_much_as_the_largest_has(england: float, fails: bool) -> None:
    rows = observed(
        {
            "01C": {"numerator": 100.0},
            "01D": {"numerator": 60.0},
            "02A": {"status": "suppressed"},
            "ENG": {"numerator": float(england)},
        }
    )
    assert bool(failing(totals(rows, NOBODY, ["01C", "01D", "02A"], 0))) is fails


def test_a_lost_ccg_hides_nothing_and_is_named() -> None:
    rows = observed({"01C": {"numerator": 100.0}, "ENG": {"numerator": 150.0}})
    comparison = totals(rows, NOBODY, ["01C", "01D"], 0.5)
    assert failing(comparison) == [0]
    assert comparison.say(comparison.rows, comparison.rows) == (
        "numerator: the parts sum to 100 and the England row says 150, look first at 01D."
    )


def test_the_ccg_whose_change_is_nearest_to_the_difference_is_named() -> None:
    before = observed(
        {c: {"numerator": n} for c, n in zip("ABC", (100.0, 200.0, 300.0), strict=True)}, **FEBRUARY
    )
    now = observed({"A": {"numerator": 110.0}, "B": {"numerator": 260.0}, "C": {"numerator": 290.0}})
    rows = pd.concat([now, observed({"ENG": {"numerator": 600.0}})])
    assert totals(rows, before, list("ABC"), 0.5).rows["look_first_at"].tolist() == ["B"]


def test_without_a_last_period_the_ccg_with_the_odd_ratio_is_named() -> None:
    each = {c: {"numerator": 10.0, "denominator": 100.0} for c in "ABCD"}
    rows = observed({**each, "C": {"numerator": 70.0, "denominator": 100.0}, "ENG": {"numerator": 40.0}})
    assert totals(rows, NOBODY, list("ABCD"), 0.5).rows["look_first_at"].tolist() == ["C"]


def test_without_an_england_row_or_counts_there_is_nothing_to_compare() -> None:
    assert totals(observed({"01C": {"numerator": 1.0}}), NOBODY, [], 0).rows.empty
    assert totals(observed({"01C": {"value": 1.0}, "ENG": {"value": 1.0}}), NOBODY, [], 0).rows.empty
    england_of_another_period = observed({"ENG": {"numerator": 1.0}}, **FEBRUARY)
    rows = pd.concat([observed({"01C": {"numerator": 5.0}}), england_of_another_period])
    assert totals(rows, NOBODY, [], 0).rows.empty


def changes(*values: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    codes = [f"{n:02d}A" for n in range(len(values))]
    then = observed({code: {"value": 50.0} for code in codes}, **FEBRUARY)
    return observed({code: {"value": 50.0 + v} for code, v in zip(codes, values, strict=True)}), then


def test_spreads_are_median_absolute_deviations_made_consistent_with_a_normal() -> None:
    now, then = changes(
        -2, -1, 0, 1, 2, 30
    )  # median 0.5, deviations 2.5 1.5 0.5 0.5 1.5 29.5, their median 1.5
    rows = movement(now, then, EDITION, spreads=6, least_ccgs=6).rows
    assert rows["spreads"].tolist() == pytest.approx(
        [d / (1.4826 * 1.5) for d in (2.5, 1.5, 0.5, 0.5, 1.5, 29.5)]
    )


@pytest.mark.parametrize(("spreads", "fails"), [(13.2, [5]), (13.3, [])])
def test_a_change_beyond_the_bound_fails_and_one_within_does_not(spreads: float, fails: list[int]) -> None:
    now, then = changes(-2, -1, 0, 1, 2, 30)  # the last is 13.26 spreads away
    assert failing(movement(now, then, EDITION, spreads, least_ccgs=6)) == fails


def test_where_most_change_alike_the_standard_deviation_stands_in() -> None:
    now, then = changes(*[0.0] * 99, 10.0)
    rows = movement(now, then, EDITION, spreads=6, least_ccgs=30).rows
    assert rows["spreads"].iloc[-1] == pytest.approx(10.0)  # 10 over a standard deviation of exactly 1
    assert failing(movement(now, then, EDITION, spreads=6, least_ccgs=30)) == [99]


def test_all_alike_is_no_movement() -> None:
    now, then = changes(*[3.0] * 40)
    assert movement(now, then, EDITION, 6, 30).rows["spreads"].eq(0).all()


@pytest.mark.parametrize(("least", "compared"), [(6, 6), (7, 0)])
def test_too_few_ccgs_are_not_judged(least: int, compared: int) -> None:
    assert len(movement(*changes(-2, -1, 0, 1, 2, 30), EDITION, 6, least).rows) == compared


def test_a_period_is_compared_with_one_before_it_and_marks_are_not() -> None:
    now, then = changes(-2, -1, 0, 1, 2, 30)
    assert movement(now, now, EDITION, 6, 1).rows.empty
    now.loc[5, "status"] = "refused"
    assert len(movement(now, then, EDITION, 6, 1).rows) == 5


def test_judgements_and_milestones_do_not_move() -> None:
    now, then = changes(-2, -1, 0, 1, 2, 30)
    milestones = next(one.code for one in EDITION.indicators if one.kind == "milestones")
    assert movement(
        now.assign(indicator_code=milestones), then.assign(indicator_code=milestones), EDITION, 6, 1
    ).rows.empty


@pytest.mark.parametrize(("day", "fails"), [(0, []), (1, [0])])
def test_a_period_is_stale_the_day_after_its_publication_allows(day: int, fails: list[int]) -> None:
    allowed = EDITION.publication("rtt").stale_after_days
    month_end = (pd.Timestamp("2017-03-31") + pd.Timedelta(days=allowed + day)).date()
    assert failing(staleness(observed({"01C": {}}), EDITION, month_end)) == fails


def test_a_renewed_period_is_not_stale_and_a_ccg_left_behind_is() -> None:
    old = {"period_start": "2016-03-01", "period_end": "2016-03-31"}
    rows = pd.concat([observed({"01C": {}, "01D": {}}, **old), observed({"01C": {}})])
    comparison = staleness(rows, EDITION, date(2017, 3, 31))
    assert failing(comparison) == [1]
    assert comparison.say(comparison.rows, comparison.rows.iloc[[1]]) == (
        "The newest period ended 2017-03-31, 0 days before 2017-03-31, and 120 are allowed; stale for 01D."
    )


@pytest.mark.parametrize(
    ("value", "fails"), [(80.0, []), (79.8, []), (79.7, [0]), (100.0, []), (100.2, []), (100.3, [0])]
)
def test_a_value_lies_inside_its_interval_but_for_rounding(value: float, fails: list[int]) -> None:
    rows = observed({"01C": {"value": value, "lower_95": 80.0, "upper_95": 100.0}, "01D": {"value": 1.0}})
    comparison = intervals(rows, slack_percent=1.0)  # of a width of 20: 0.2
    assert len(comparison.rows) == 1
    assert failing(comparison) == fails


def test_a_sentence_names_ten_and_counts_the_rest() -> None:
    codes = [f"{n:02d}A" for n in range(13)]
    comparison = presence(observed({"99Z": {}}), codes)
    assert comparison.say(comparison.rows, comparison.rows).endswith("08A, 09A and 3 more.")


@pytest.mark.parametrize("previous", [NOBODY, observed({"01C": {"value": 1.0}}, **FEBRUARY)])
def test_a_month_in_which_nothing_landed_has_nothing_to_compare(previous: pd.DataFrame) -> None:
    for comparison in (
        presence(NOBODY, ["01C"]),
        totals(NOBODY, previous, ["01C"], 0.5),
        movement(NOBODY, previous, EDITION, 6, 30),
        staleness(NOBODY, EDITION, date(2017, 3, 31)),
        intervals(NOBODY, 0.5),
    ):
        assert comparison.rows.empty
        assert {"subject", *comparison.shown, *comparison.filled} <= set(comparison.rows.columns)
