"""Findings as they are kept of a month, and which of them concern the figures that a table rests on."""

import json
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import Engine

from ccg_pipeline.framework.findings import Checked, Finding, PlausibilityReport
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.quality.kept_findings import USED, Decided, OfFigures, concerning, rests_on, rows_to_keep
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.frames import replace
from ccg_pipeline.storage.sql import plausibility

EDITION = load_edition()
MARCH, FEBRUARY = pd.Timestamp("2017-03-31"), pd.Timestamp("2017-02-28")
YEAR_BEFORE = pd.Timestamp("2016-03-31")
AVERAGED = next(one.code for one in EDITION.indicators if one.annual_value == "mean_of_months")


def finding(code: str, end: pd.Timestamp, *failing: str, check: str = "moved") -> Finding:
    """What was found of one indicator and data period, and the CCGs for which it does not hold."""
    rows = pd.DataFrame(
        {
            "indicator_code": code,
            "organisation_code": list(failing),
            "value": 5.25,
            "change": -12_345.6,
            "period_end_before": pd.Timestamp("2016-03-31"),
            "period_end": end,
            "sheet": "a sheet",
        }
    )
    compared = pd.DataFrame({"indicator_code": [code], "period_end": [end]})
    return Finding(check, code, "warn", not failing, f"found of {code}", rows, compared)


def stored(*findings: tuple[str, Finding]) -> Engine:
    """A database in which each finding is what was found in its month."""
    engine = open_database("sqlite://")
    rows = [
        rows_to_keep(
            PlausibilityReport(date(2017, 3, 31), "e", True, (Checked(one.check, "Title", "warn", (one,)),)),
            "observations",
            month,
        )
        for month, one in findings
    ]
    with engine.begin() as connection:
        replace(connection, plausibility, {}, pd.concat(rows))
    return engine


def asked(engine: Engine, *used: tuple[str, str, str, str], month: str = "2017-03") -> OfFigures:
    """What concerns figures of (indicator, CCG, period start, period end)."""
    frame = pd.DataFrame(used, columns=USED).astype(dict.fromkeys(USED[2:], "datetime64[ns]"))
    with reading(engine) as connection:
        return concerning(connection, rests_on(frame, EDITION), month)


OF_YEAR = ("02N", "2016-04-01", "2017-03-31")
OF_MARCH = ("122b", "02N", "2017-01-01", "2017-03-31")


def test_a_failing_figure_is_kept_with_its_value_what_was_compared_and_what_it_decides() -> None:
    decides = pd.DataFrame(
        {
            "indicator_code": ["122b", "122b"],
            "organisation_code": ["02N", "08M"],
            "panel": "Cancer",
            "rating_with": "Good",
            "rating_without": "Poor",
        }
    )
    one = finding("122b", MARCH, "02N")
    engine = stored(("2017-03", Finding(*list(vars(one).values())[:7], decides, " It decides.")))
    (held,) = asked(engine, OF_MARCH).failed
    assert (held.indicator, held.period_end, held.severity, held.observed) == (
        "122b", date(2017, 3, 31), "warn", "found of 122b",
    )  # fmt: skip
    (figure,) = held.failing
    assert (figure.organisation, figure.value) == ("02N", 5.25)
    assert figure.detail == "change -12,346, period end before 2016-03-31"
    assert figure.decides == (Decided("Cancer", "Good", "Poor"),)


@pytest.mark.parametrize(
    ("month", "found", "used", "concerns"),
    [
        ("2017-03", ("122b", MARCH, "02N"), OF_MARCH, True),
        ("2017-03", ("122a", MARCH, "02N"), OF_MARCH, False),  # another indicator
        ("2017-02", ("122b", FEBRUARY, "02N"), OF_MARCH, False),  # an earlier period of it
        ("2017-04", ("122b", MARCH, "02N"), OF_MARCH, False),  # known only after the month of the table
        ("2017-02", (AVERAGED, FEBRUARY, "02N"), (AVERAGED, *OF_YEAR), True),
        ("2017-02", (AVERAGED, FEBRUARY, "02N"), (AVERAGED, "02N", "2017-03-01", "2017-03-31"), False),
        ("2016-03", (AVERAGED, YEAR_BEFORE, "02N"), (AVERAGED, *OF_YEAR), False),
        (
            "2017-02",
            ("122b", FEBRUARY, "02N"),
            ("122b", *OF_YEAR),
            False,
        ),  # a year's figure, no mean of months
    ],
)
def test_a_finding_concerns_a_table_that_uses_its_indicator_and_data_period(
    month: str,
    found: tuple[str, pd.Timestamp, str],
    used: tuple[str, str, str, str],
    concerns: bool,
) -> None:
    shown = asked(stored((month, finding(*found))), used)
    assert bool(shown.failed) is concerns
    assert bool(shown.unchecked) is not concerns


def test_of_a_ccg_whose_figure_is_newer_the_older_finding_is_not_shown() -> None:
    engine = stored(
        ("2017-02", finding("122b", FEBRUARY, "02N", "08M")), ("2017-03", finding("122b", MARCH, "09J"))
    )
    older = ("122b", "08M", "2017-02-01", "2017-02-28")
    shown = asked(engine, OF_MARCH, older, ("122b", "09J", "2017-02-01", "2017-02-28"))
    # 09J is found to lack the newest period: its older figure stands, and that is what concerns the table
    assert {(one.month, each.organisation) for one in shown.failed for each in one.failing} == {
        ("2017-02", "08M"),
        ("2017-03", "09J"),
    }
    assert [figure.value for _, figure in shown.of("08M")] == [5.25]
    assert shown.of("02N") == ()
    alone = asked(stored(("2017-02", finding("122b", FEBRUARY, "02N"))), OF_MARCH, older)
    assert alone.failed == ()
    assert alone.unchecked == (("122b", date(2017, 3, 31)),)


def test_of_several_months_that_looked_at_one_period_the_last_counts() -> None:
    engine = stored(
        ("2017-02", finding("122b", FEBRUARY, check="stale")),
        ("2017-03", finding("122b", FEBRUARY, "02N", check="stale")),
    )
    used = ("122b", "02N", "2017-02-01", "2017-02-28")
    assert [one.month for one in asked(engine, used).failed] == ["2017-03"]
    assert asked(engine, used, month="2017-02").failed == ()
    assert len(asked(engine, used, month="2017-02").findings) == 1


def test_what_held_and_what_had_nothing_to_compare_are_kept_too() -> None:
    held = Checked("moved", "Moved", "warn", (finding("122b", MARCH),))
    report = PlausibilityReport(date(2017, 3, 31), "e", False, (held, Checked("idle", "Idle", "block", ())))
    rows = rows_to_keep(report, "publications", "2017-03")
    assert list(rows.columns) == [column.name for column in plausibility.columns]
    told = rows[["expectation", "severity", "indicator_code", "holds", "is_made_up"]].values.tolist()
    assert told == [["moved", "warn", "122b", True, False], ["idle", "block", "", True, False]]
    assert [json.loads(one) for one in rows["failing"]] == [[], []]


def test_figures_without_a_period_are_no_figures() -> None:
    shown = asked(stored(("2017-03", finding("122b", MARCH))), ("126a", "02N", "NaT", "NaT"))
    assert shown == OfFigures((), ())
