"""Files that read well and cannot be true: every expectation of the edition fails on one, and names the CCG.

All of them land together and go through the main job once; what failed is looked for where people look: in
the asset checks of the instance, in the summary, and on the report's page.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy.engine import make_url

from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.landing.files import LandingFolder
from ccg_pipeline.landing.record import look_into
from ccg_pipeline.landing.write_plan import write_plan
from ccg_pipeline.orchestration.main_job import MainJob
from ccg_pipeline.panel_papers.papers import KeptCandidates
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.pieces import write
from ccg_pipeline.storage.sql import lane_fingerprint, plausibility
from tests.support.worlds.planted_files import Rows, of, respoil_rows, rows_of, write_files

EDITION = load_edition()
MONTH, PLANTED = "2017-03", "06W"


def lose(rows: Rows) -> None:
    rows.remove(of(rows, PLANTED))


def ten_times_as_many(rows: Rows) -> None:
    row = of(rows, PLANTED)
    row.update(numerator=f"{row['numerator']}0", denominator=f"{row['denominator']}0")


def jump(rows: Rows) -> None:
    row = of(rows, PLANTED)
    row.update(numerator=str(int(row["denominator"]) // 5), value="")


def into_another_column(rows: Rows) -> None:
    """Counts of one measure next to the limits of another, and no published value to compare them with."""
    of(rows, PLANTED).update(value="", lower_95="97.5", upper_95="99.5")


def a_digit_too_many(rows: Rows) -> None:
    """Ten times the people seen and the people waiting: the same percentage."""
    row = of(rows, PLANTED)
    row.update(numerator=f"{row['numerator']}0", denominator=f"{row['denominator']}0")
    total = of(rows, "ENG")
    for name in ("numerator", "denominator"):
        total[name] = str(int(total[name]) + int(row[name]) * 9 // 10)


def fractions_for_percentages(rows: Rows) -> None:
    for row in rows:
        row.update({name: str(float(row[name]) / 100) for name in FIGURES if row[name][:1].isdecimal()})


def another_figure(rows: Rows) -> None:
    row = of(rows, PLANTED)
    row.update(dict.fromkeys(FIGURES, ""))
    row.update(numerator=str(int(row["numerator"]) - 1))


def one_row_lower(rows: Rows) -> None:
    """The counts of all CCGs, pasted next to the code of the next."""
    ccgs_alone = [row for row in rows if row["organisation_code"] != "ENG"]
    counts = [(row["numerator"], row["denominator"]) for row in ccgs_alone]
    for row, (numerator, denominator) in zip(ccgs_alone, counts[-1:] + counts[:-1], strict=True):
        row.update(numerator=numerator, denominator=denominator, value="")


def ten_times_all(rows: Rows) -> None:
    """All counts of all rows ten times, so that no ratio, no total and no other CCG shows it."""
    for row in rows:
        row.update(
            {name: f"{row[name]}0" for name in ("numerator", "denominator") if row[name][:1].isdecimal()}
        )


def last_quarters_figures(rows: Rows) -> None:
    for row, last in zip(rows, rows_of("phb/phb_2016-12-31.csv"), strict=True):
        row.update({name: last[name] for name in ("numerator", "denominator", *FIGURES)})


def ten_times_one(rows: Rows) -> None:
    row = of(rows, PLANTED, "104a")
    row.update({name: str(10 * float(row[name])) for name in FIGURES})


AGAIN = "again/"  # a second file of the same date next to the made-up year's own
FIGURES = ("value", "lower_95", "upper_95")
# expectation -> file that is spoilt, what is done to it, the file before it, and the subject that fails
PLANTS: dict[str, tuple[str, Callable[[Rows], None], str, str]] = {
    "every_ccg_is_present": ("satod/satod_2017-03-31.csv", lose, "", "101a"),
    "england_total_agrees": (
        "cancer_waits/cancer_waits_2017-03-31.csv",
        ten_times_as_many,
        "cancer_waits/cancer_waits_2016-12-31.csv",
        "122b",
    ),
    "movement_since_last_period": ("ae/ae_2017-03-31.csv", jump, "ae/ae_2017-02-28.csv", "127c"),
    "no_stale_period": ("e_rs/e_rs_2017-03-31.csv", lose, "e_rs/e_rs_2016-09-30.csv", "e_rs"),
    "value_inside_interval": ("eip/eip_2017-03-31.csv", into_another_column, "", "123b"),
    "distribution_since_last_period": (
        "stakeholder_survey/stakeholder_survey_2017-03-31.csv",
        fractions_for_percentages,
        "stakeholder_survey/stakeholder_survey_2016-03-31.csv",
        "164a",
    ),
    "denominators_fit_population": ("deaths/deaths_2017-03-31.csv", a_digit_too_many, "", "105c"),
    "figures_fit_organisations": (
        "ld_health_checks/ld_health_checks_2017-03-31.csv",
        one_row_lower,
        "",
        "124b",
    ),
    "figures_are_renewed": (
        "phb/phb_2017-03-31.csv",
        last_quarters_figures,
        "phb/phb_2016-12-31.csv",
        "105b",
    ),
    "counts_end_in_any_digit": ("nda/nda_2017-03-31.csv", ten_times_all, "", "103a"),
    "figures_are_of_usual_size": (
        "cqc_ratings/cqc_ratings_2017-03-31.csv",
        fractions_for_percentages,
        "",
        "121a",
    ),
    "values_lie_among_all": ("hes/hes_2017-03-31.csv", ten_times_one, "", "104a"),
    "files_agree": (f"{AGAIN}ambulance/ambulance_2017-03-31.csv", another_figure, "", "127d"),
}
NAMED = {
    "distribution_since_last_period": "164a",
    "figures_fit_organisations": "124b",
    "figures_are_renewed": "105b",
    "counts_end_in_any_digit": "103a",
    "figures_are_of_usual_size": "121a",
}
"""What a failing row names where it is not the planted CCG: an indicator that moved for all."""


@dataclass
class Said:
    """What the asset checks of a run say, by check, and the report's page."""

    warned: list[str]
    passed: dict[str, bool]
    severity: dict[str, dg.AssetCheckSeverity]
    description: dict[str, str]
    failing: dict[str, list[str]]
    page: str
    url: str
    kept: pd.DataFrame


def run_checks(home: Path, landing: Path) -> Said:
    """Take the month through the main job, and read back what the instance has of its checks."""
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("CCG_HOME", str(home))
        url = f"sqlite:///{home / 'ccg.db'}"
        outcome = MainJob(instance, url, str(landing)).run("interim", MONTH)
        said = Said(outcome.warned, {}, {}, {}, {}, "", url, kept_in(url))
        for expectation in EDITION.expectations:
            key = dg.AssetCheckKey(OBSERVATIONS, expectation.key)
            records = instance.event_log_storage.get_asset_check_execution_history(key, limit=50)
            evaluations = [
                record.event.dagster_event.asset_check_evaluation_data
                for record in records
                if record.event is not None and record.event.dagster_event is not None
            ]
            (of_month,) = (one for one in evaluations if one.partition == MONTH)
            said.passed[expectation.key] = of_month.passed
            said.severity[expectation.key] = of_month.severity
            said.description[expectation.key] = of_month.description or ""
            table = str(of_month.metadata["failing rows"].value).splitlines()
            said.failing[expectation.key] = [row for row in table if f"| {MONTH} |" in row]
        said.page = (home / "validation" / f"{MONTH}.html").read_text(encoding="utf-8")
        report = Path(str(of_month.metadata["report"].value))
        assert report == home / "validation" / f"{MONTH}.html"
    return said


def kept_in(url: str) -> pd.DataFrame:
    """What the database keeps of the findings."""
    engine = open_database(url)
    with reading(engine) as connection:
        found = frames.read(connection, plausibility, {})
    engine.dispose()
    return found.sort_values(list(found.columns), ignore_index=True)


def landed(folder: Path) -> Path:
    """The files of the made-up year that are asked of, and a copy of one that lands twice."""
    names = [name for file, _, before, _ in PLANTS.values() for name in (file, before) if name]
    write_files(folder, [name.removeprefix(AGAIN) for name in names])
    for name in names:
        if name.startswith(AGAIN):
            (folder / name).parent.mkdir(parents=True)
            shutil.copy(folder / name.removeprefix(AGAIN), folder / name)
    return folder


@pytest.fixture(scope="module")
def as_it_should_be(tmp_path_factory: pytest.TempPathFactory) -> Said:
    home = tmp_path_factory.mktemp("plausible")
    return run_checks(home, landed(home / "landing"))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Said:
    home = tmp_path_factory.mktemp("implausible")
    landing = landed(home / "landing")
    for file, spoil, _, _ in PLANTS.values():
        respoil_rows(landing / file, spoil)
    return run_checks(home, landing)


def test_there_is_a_planted_file_for_every_expectation() -> None:
    assert sorted(PLANTS) == sorted(one.key for one in EDITION.expectations)


@pytest.mark.parametrize("check", PLANTS)
def test_the_asset_check_fails_and_names_the_ccg(planted: Said, check: str) -> None:
    subject = PLANTS[check][3]
    assert not planted.passed[check]
    sentence = planted.description[check].split(f" {subject}: ")[1]
    named = NAMED.get(check, PLANTED)
    assert named == subject or PLANTED in sentence.split(". ")[0]
    rows = [row for row in planted.failing[check] if f"| {subject} |" in row]
    assert rows
    assert all(named in row for row in rows)
    assert f"observations: {check}" in planted.warned


@pytest.mark.parametrize("check", PLANTS)
def test_the_severity_is_that_of_the_edition(planted: Said, check: str) -> None:
    severity = {"warn": dg.AssetCheckSeverity.WARN, "block": dg.AssetCheckSeverity.ERROR}
    assert planted.severity[check] == severity[EDITION.expectation(check).severity]


@pytest.mark.parametrize("check", PLANTS)
def test_the_report_shows_what_failed_and_the_ccg(planted: Said, check: str) -> None:
    title, subject = EDITION.expectation(check).title, PLANTS[check][3]
    section = planted.page.split(f'id="{check}"')[1].split("</section>")[0]
    assert "Did not hold" in section
    failing = section.split(f"<h3>{title}: {subject}</h3>")[1].split("</table>")[0]
    assert f"<td>{NAMED.get(check, PLANTED)}</td>" in failing
    assert "MADE-UP DATA" in planted.page
    assert "http" not in planted.page


@pytest.mark.parametrize("check", PLANTS)
def test_on_the_same_files_as_they_should_be_the_ccg_is_not_named(as_it_should_be: Said, check: str) -> None:
    subject = PLANTS[check][3]
    rows = [row for row in as_it_should_be.failing[check] if f"| {subject} |" in row]
    assert not any(NAMED.get(check, PLANTED) in row for row in rows)
    if check in ("england_total_agrees", "value_inside_interval"):
        assert as_it_should_be.passed[check]
        assert f"observations: {check}" not in as_it_should_be.warned


@pytest.mark.parametrize(
    ("publication", "expectation"),
    [
        ("ambulance", "files_agree"),
        ("deaths", "denominators_fit_population"),
        ("eip", "value_inside_interval"),
    ],
)
def test_a_publication_shows_what_is_implausible_of_its_own_files(
    planted: Said, as_it_should_be: Said, publication: str, expectation: str
) -> None:
    assert f"source/{publication}: is_plausible" in planted.warned
    assert f"source/{publication}: is_plausible" not in as_it_should_be.warned
    section = planted.page.split(f'id="files-{expectation}"')[1].split("</section>")[0]
    assert f"<td>{PLANTED}</td>" in section


@pytest.mark.parametrize("check", PLANTS)
def test_the_database_keeps_what_failed_and_of_whom(planted: Said, as_it_should_be: Said, check: str) -> None:
    subject, named = PLANTS[check][3], NAMED.get(check, PLANTED)
    for said, fails in ((planted, True), (as_it_should_be, False)):
        own = said.kept[(said.kept["expectation"] == check) & (said.kept["partition_key"] == MONTH)]
        failed = own[~own["holds"]]
        of_subject = failed["observed"].str.contains(named) | failed["failing"].str.contains(named)
        of_subject |= failed["indicator_code"] == named
        about = EDITION.publication(subject).key if subject == "e_rs" else subject
        codes = [one.code for one in EDITION.indicators if about in (one.code, one.publication)]
        assert (of_subject & failed["indicator_code"].isin(codes)).any() == fails
        assert set(own["severity"]) == {EDITION.expectation(check).severity}
        assert own["is_made_up"].all()


def test_a_panel_sees_what_concerns_its_table_and_no_other(planted: Said) -> None:
    """The total of the cancer waits is shown to the cancer panel, an interval of 123b to mental health."""
    engine = open_database(planted.url)
    candidates = KeptCandidates(engine, EDITION)
    with reading(engine) as connection:
        parts = frames.read(connection, lane_fingerprint, {"lane": "interim", "partition_key": MONTH})
    of_panel = dict(parts[["part", "sha256"]].itertuples(index=False))
    doubts = {panel: candidates.plausibility(of_panel[panel]).doubts for panel in ("cancer", "mental_health")}
    engine.dispose()
    total = EDITION.expectation("england_total_agrees").title
    assert [(one.about[:4], one.severity) for one in doubts["cancer"] if one.expectation == total] == [
        ("122b", "serious")
    ]
    inside = EDITION.expectation("value_inside_interval").title
    (doubt,) = [one for one in doubts["mental_health"] if one.expectation == inside]
    assert [one.organisation for one in doubt.figures] == [PLANTED]
    assert doubt.about.startswith("123b ")
    assert {one.about[:3] for one in doubts["mental_health"]} == {"123"}


def test_findings_that_a_run_did_not_come_to_keep_are_found_anew(planted: Said, tmp_path: Path) -> None:
    """A source that writes takes the findings of its months away, and the next run checks these months."""
    home = tmp_path / "home"
    shutil.copytree(Path(make_url(planted.url).database or "").parent, home)
    url = f"sqlite:///{home / 'ccg.db'}"
    engine = open_database(url)
    files = look_into(LandingFolder(str(home / "landing")), engine, EDITION).landed_of("eip", [MONTH])
    write(engine, write_plan(files, [MONTH], EDITION, {}))
    engine.dispose()
    others = planted.kept[planted.kept["partition_key"] != MONTH].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept_in(url), others)
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("CCG_HOME", str(home))
        MainJob(instance, url, str(home / "landing")).run("interim", MONTH)
    pd.testing.assert_frame_equal(kept_in(url), planted.kept)


def test_a_publication_without_a_fault_is_plausible(planted: Said) -> None:
    assert "source/satod: is_plausible" not in planted.warned


def test_what_is_implausible_is_shown_and_stops_nothing(planted: Said, as_it_should_be: Said) -> None:
    """A late or odd figure is for people to judge; the gates and the table come all the same."""
    assert {one for one in planted.warned if "shows_the_ledger" in one} == {
        one for one in as_it_should_be.warned if "shows_the_ledger" in one
    }
