"""Every expectation of the edition holds on files as they should be and fails on a file planted for it.

Great Expectations takes seconds to import, so this is no unit test.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ccg_pipeline.framework.findings import PlausibilityReport
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.publish.validation_report import render
from ccg_pipeline.quality.kept_findings import rows_to_keep
from ccg_pipeline.quality.plausibility import Asked, Landed, validate
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.reference.populations import population_mid_2015
from ccg_pipeline.sources.catalogue import read_file
from ccg_pipeline.sources.declared import COLUMNS
from expert_panels.foundation.fault import Fault

EDITION = load_edition()
CODES = list(ccgs()["ccg_code"])
POPULATION = population_mid_2015()
MARCH = date(2017, 3, 31)
PLANTED = "06W"
Row = dict[str, object]
Plant = Callable[[dict[str, Row]], None]


def month_of_eip(month: int, published: str) -> dict[str, Row]:
    """A month of 123b, people seen within two weeks: 209 CCGs and England, each month a little different."""
    last = pd.Timestamp(2017, month, 1) + pd.offsets.MonthEnd(0)
    about = {"layout": "declared", "publication": "eip", "indicator": "123b", "published_on": published}
    period = {"period_start": f"2017-{month:02d}-01", "period_end": f"{last:%Y-%m-%d}"}
    rows: dict[str, Row] = {}
    for place, code in enumerate(CODES):
        percent = 60 + (place * month) % 7
        people = 100 * max(1, int(POPULATION[code]) // 100_000)
        people *= 3 if code == PLANTED else 1  # enough for its loss to exceed England's tolerance
        people += place % 10  # counts end in any digit
        counts = {"numerator": round(percent * people / 100), "denominator": people}
        rows[code] = {**counts, "value": percent, "lower_95": percent - 9, "upper_95": percent + 9}
    totals = {
        name: sum(int(str(row[name])) for row in rows.values()) for name in ("numerator", "denominator")
    }
    rows["ENG"] = totals | {"value": 100 * totals["numerator"] / totals["denominator"]}
    return {code: {**about, **period, "organisation_code": code, **row} for code, row in rows.items()}


def observed(folder: Path, rows: dict[str, Row]) -> pd.DataFrame:
    """What our own reader makes of these rows, written as a file."""
    path = folder / f"eip_{next(iter(rows.values()))['period_end']}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows.values())
    reading = read_file(path, EDITION)
    assert reading.quarantine.empty
    return reading.observations


def held(
    now: pd.DataFrame, before: pd.DataFrame, edition: Edition, codes: list[str], end: date
) -> PlausibilityReport:
    """What the expectations about the observations say of `now`, of which each figure is told by one file."""
    (report,) = validate([Asked(Landed(now, before, now), end)], edition, codes)
    return report


def render_alone(report: PlausibilityReport) -> str:
    return render(report, PlausibilityReport(report.month_end, report.edition, False, ()))


def report_on(folder: Path, plant: Plant, month_end: date = MARCH) -> PlausibilityReport:
    march = month_of_eip(3, "2017-05-11")
    plant(march)
    previous = observed(folder, month_of_eip(2, "2017-04-13"))
    return held(observed(folder, march), previous, EDITION, CODES, month_end)


def nothing(_: dict[str, Row]) -> None:
    """Leave the file as it should be."""


def lose(rows: dict[str, Row]) -> None:
    del rows[PLANTED]


def triple(rows: dict[str, Row]) -> None:
    """Every count of one CCG three times, so that neither its value nor England's row tells."""
    row = rows[PLANTED]
    row |= {name: 3 * int(str(row[name])) for name in ("numerator", "denominator")}


def jump(rows: dict[str, Row]) -> None:
    few = int(str(rows[PLANTED]["denominator"])) // 20
    rows[PLANTED] |= {"numerator": few, "value": 5, "lower_95": 1, "upper_95": 11}


def test_files_as_they_should_be_pass_everything(tmp_path: Path) -> None:
    report = report_on(tmp_path, nothing)
    assert [one.check for one in report.checks] == [one.key for one in EDITION.expectations]
    assert all(one.success and one.failing.empty for one in report.checks)
    assert [one.check for one in report.checks if len(one.findings) != 1] == ["files_agree"]
    assert not report.blocks
    assert "all of them held" in render_alone(report)


@pytest.mark.parametrize(
    ("check", "plant", "column", "said"),
    [
        ("every_ccg_is_present", lose, "organisation_code", "1 of 209 CCGs have no row"),
        ("england_total_agrees", lose, "look_first_at", "look first at"),
        ("england_total_agrees", triple, "look_first_at", "numerator: the parts sum to"),
        ("movement_since_last_period", jump, "organisation_code", "1 of 209 CCGs moved too far"),
    ],
)
def test_a_planted_file_fails_its_expectation_and_the_ccg_is_named(
    check: str, plant: Plant, column: str, said: str, tmp_path: Path
) -> None:
    report = report_on(tmp_path, plant)
    (finding,) = report.of(check).failed
    assert (finding.subject, finding.severity) == ("123b", EDITION.expectation(check).severity)
    assert set(finding.failing[column]) == {PLANTED}
    assert said in finding.observed
    assert PLANTED in finding.observed
    assert f"<td>{PLANTED}</td>" in render_alone(report)


def test_a_unit_that_changed_for_all_shows_in_the_distribution_alone(tmp_path: Path) -> None:
    """Fractions for percentages: every CCG moves with the others, so none stands out among them."""
    february, march = (observed(tmp_path, month_of_eip(month, "2017-05-11")) for month in (2, 3))
    march[["value", "lower_95", "upper_95"]] /= 100
    report = held(march, february, EDITION, CODES, MARCH)
    assert report.of("movement_since_last_period").success
    (finding,) = report.of("distribution_since_last_period").failed
    assert finding.observed.endswith(": has its unit or definition changed?")
    assert finding.failing["widening"].tolist() == pytest.approx([100], rel=0.5)


@pytest.mark.parametrize(("times", "holds"), [(4.9, True), (5.1, False)])
@pytest.mark.parametrize("larger", [True, False])
def test_a_denominator_that_does_not_fit_the_population_is_named(
    tmp_path: Path, times: float, holds: bool, larger: bool
) -> None:
    march = observed(tmp_path, month_of_eip(3, "2017-05-11"))
    ccgs_alone = march["organisation_kind"] == "ccg"
    march.loc[ccgs_alone, "denominator"] = march["organisation_code"].map(POPULATION) / 100
    march.loc[march["organisation_code"] == PLANTED, "denominator"] *= times if larger else 1 / times
    found = held(march, march.iloc[:0], EDITION, CODES, MARCH).of("denominators_fit_population")
    assert found.success is holds
    assert found.failing.get("organisation_code", pd.Series()).tolist() == ([] if holds else [PLANTED])


def two_files(folder: Path, **other: object) -> pd.DataFrame:
    """March as one file tells it, and next to it another file that tells the planted CCG alone."""
    march = observed(folder, month_of_eip(3, "2017-05-11"))
    second = march[march["organisation_code"] == PLANTED].assign(source_sha256="2" * 64, source_name="b.csv")
    return pd.concat([march, second.assign(**other)], ignore_index=True)


DISAGREEMENTS = [  # what the second file says otherwise, whether they agree
    ({}, True),
    ({"value": 1.0}, False),
    ({"value": 1.0, "revised_on": pd.Timestamp("2017-06-01")}, True),  # supersedes
    ({"value": 1.0, "published_on": pd.Timestamp("2017-05-10")}, True),  # is superseded
    ({"value": float("nan"), "status": "suppressed"}, True),  # says nothing
    ({"value": float("nan"), "judgement": "Green"}, False),
]


@pytest.mark.parametrize(("other", "agree"), DISAGREEMENTS)
def test_two_files_of_one_date_must_say_the_same(
    tmp_path: Path, other: dict[str, object], agree: bool
) -> None:
    said = two_files(tmp_path, **other)
    known = said.drop_duplicates(["organisation_code"])
    for suite in ("observations", "publications"):
        asked = Asked(Landed(known, known.iloc[:0], said), MARCH, suite)  # type: ignore[arg-type]  # of a tuple
        (found,) = validate([asked], EDITION, CODES)
        checked = found.of("files_agree")
        assert checked.success is agree
        if not agree:
            assert checked.failing["organisation_code"].tolist() == [PLANTED]
            assert "b.csv, eip_2017-03-31.csv" in checked.observed


def test_where_one_value_decides_a_rating_the_check_says_which(tmp_path: Path) -> None:
    """123a and 123b decide mental health: a bad 123b takes a CCG from one grade to another."""
    february, march = (observed(tmp_path, month_of_eip(month, "2017-05-11")) for month in (2, 3))
    recovery = march.assign(indicator_code="123a", publication="iapt")
    odd = march["organisation_code"] == PLANTED
    march.loc[odd, ["numerator", "value"]] = [march.loc[odd, "denominator"].iloc[0] / 20, 5.0]
    now = pd.concat([march, recovery], ignore_index=True)
    report = held(now, february, EDITION, CODES, MARCH)
    (finding,) = report.of("movement_since_last_period").failed
    labels = EDITION.lane("interim").labels
    assert f"{PLANTED} is rated '{labels[2]}' for mental health with it and" in finding.said
    (decides,) = finding.failing["decides"]
    assert decides.startswith(f"Mental health: {labels[2]}, without it ")
    kept = rows_to_keep(report, "observations", "2017-03")
    kept = kept[kept["expectation"] == "movement_since_last_period"]
    (figure,) = json.loads(kept.loc[~kept["holds"], "failing"].item())
    assert (figure["organisation"], figure["value"]) == (PLANTED, 5.0)
    (decided,) = figure["decides"]
    assert (decided["panel"], decided["rating_with"]) == ("Mental health", labels[2])
    assert decides.endswith(f"without it {decided['rating_without']}")


def test_a_value_that_decides_nothing_is_not_said_to(tmp_path: Path) -> None:
    report = report_on(tmp_path, jump)  # without 123a there is no rating, with it or without
    (finding,) = report.of("movement_since_last_period").failed
    assert "It decides" not in finding.said
    assert "decides" not in finding.failing


def test_the_suite_of_publications_holds_its_own_expectations_alone(tmp_path: Path) -> None:
    march = observed(tmp_path, month_of_eip(3, "2017-05-11"))
    asked = Asked(Landed(march, march.iloc[:0], march), MARCH, "publications")
    (report,) = validate([asked], EDITION, CODES)
    assert [one.check for one in report.checks] == [
        "value_inside_interval",
        "denominators_fit_population",
        "counts_end_in_any_digit",
        "figures_are_of_usual_size",
        "values_lie_among_all",
        "files_agree",
    ]


def test_an_indicator_that_an_expectation_leaves_out_is_not_held_against_it(tmp_path: Path) -> None:
    total = EDITION.expectation("england_total_agrees")
    excused = total.model_copy(update={"leaves_out": {"123b": "a reason"}})
    edition = EDITION.model_copy(update={"expectations": (excused,)})
    march = month_of_eip(3, "2017-05-11")
    triple(march)
    landed = observed(tmp_path, march)
    report = held(landed, landed.head(0), edition, CODES, MARCH)
    assert report.of("england_total_agrees").findings == ()


def test_a_period_that_nobody_renewed_is_stale_for_every_ccg(tmp_path: Path) -> None:
    report = report_on(tmp_path, nothing, month_end=date(2017, 7, 31))
    (finding,) = report.of("no_stale_period").failed
    assert finding.subject == "eip"
    assert finding.observed == (
        "The newest period ended 2017-03-31, 122 days before 2017-07-31, and 120 are allowed; "
        "stale for every organisation."
    )
    # all of them, though Great Expectations lists no more than 200 unexpected values
    assert sorted(finding.failing["organisation_code"]) == CODES


def test_one_ccg_left_behind_is_stale(tmp_path: Path) -> None:
    march = month_of_eip(3, "2017-05-11")
    lose(march)
    autumn = observed(tmp_path, month_of_eip(1, "2017-03-09"))
    autumn[["period_start", "period_end"]] -= pd.Timedelta(days=92)
    report = held(observed(tmp_path, march), autumn, EDITION, CODES, MARCH)
    (finding,) = report.of("no_stale_period").failed
    assert finding.failing["organisation_code"].tolist() == [PLANTED]


def test_a_value_outside_its_interval_fails_and_the_ccg_is_named(tmp_path: Path) -> None:
    """Our readers refuse such a row at once, so it is planted behind them, as another could leave it."""
    march = observed(tmp_path, month_of_eip(3, "2017-05-11"))
    march.loc[march["organisation_code"] == PLANTED, ["lower_95", "upper_95"]] = [90.0, 99.0]
    report = held(march, march.iloc[:0], EDITION, CODES, MARCH)
    (finding,) = report.of("value_inside_interval").failed
    assert finding.failing["organisation_code"].tolist() == [PLANTED]
    assert finding.observed == "1 of 209 values lie outside their own interval: 06W."
    assert report.of("movement_since_last_period").observed == "There was nothing to compare."


def test_every_failing_ccg_is_listed_beyond_two_hundred(tmp_path: Path) -> None:
    march = observed(tmp_path, month_of_eip(3, "2017-05-11"))
    wrong = march["organisation_kind"] == "ccg"
    march.loc[wrong, ["lower_95", "upper_95"]] = [0.0, 1.0]
    failing = held(march, march.iloc[:0], EDITION, CODES, MARCH).of("value_inside_interval").failing
    assert failing["organisation_code"].tolist() == CODES
    assert failing["subject"].unique().tolist() == ["123b"]


def test_periods_after_the_month_are_left_out(tmp_path: Path) -> None:
    april = month_of_eip(4, "2017-06-08")
    lose(april)
    both = pd.concat([observed(tmp_path, month_of_eip(3, "2017-05-11")), observed(tmp_path, april)])
    report = held(both, both, EDITION, CODES, MARCH)
    assert report.of("every_ccg_is_present").success
    assert not held(both, both, EDITION, CODES, date(2017, 4, 30)).of("every_ccg_is_present").success


def test_a_month_in_which_nothing_landed_is_reported_as_such(tmp_path: Path) -> None:
    march = observed(tmp_path, month_of_eip(3, "2017-05-11"))
    report = held(march.iloc[:0], march.iloc[:0], EDITION, CODES, MARCH)
    assert {one.observed for one in report.checks} == {"There was nothing to compare."}
    assert render_alone(report).count("Not compared") == len(EDITION.expectations)


def test_what_the_edition_expects_and_nothing_checks_is_said(tmp_path: Path) -> None:
    march = observed(tmp_path, month_of_eip(3, "2017-05-11"))
    odd = EDITION.expectations[0].model_copy(update={"key": "all_is_well"})
    edition = EDITION.model_copy(update={"expectations": (odd,)})
    with pytest.raises(Fault, match="iaf_2016_17 expects 'all_is_well'"):
        held(march, march, edition, CODES, MARCH)


def test_great_expectations_is_imported_late_and_leaves_no_trace(tmp_path: Path) -> None:
    """In its own process: imported on use, analytics off, warnings as they were, no file written."""
    program = """
import sys, warnings
import pandas as pd
from datetime import date
from ccg_pipeline.quality.plausibility import Asked, Landed, validate
from ccg_pipeline.framework.load import load_edition
assert "great_expectations" not in sys.modules
before = list(warnings.filters)
rows = pd.read_pickle(sys.argv[1])
validate([Asked(Landed(rows, rows, rows), date(2017, 3, 31))], load_edition(), ["01C"])
assert "great_expectations" in sys.modules
assert list(warnings.filters) == before, "warning filters changed"
import os; assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
"""
    observed(tmp_path, month_of_eip(3, "2017-05-11")).to_pickle(tmp_path / "march.pickle")
    home = tmp_path / "home"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if k != "GX_ANALYTICS_ENABLED"} | {"HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path / "march.pickle")],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.name for path in home.rglob("*")] == []
