"""Plausibility as Dagster asset checks: the edition's suites, run in one step.

Belongs here: handing the months of a run to the suites, and their findings to the UI: of the observations one
check an expectation, of each publication one check for all that is expected of its files.
Does not belong here: what is plausible (plausibility.py and the edition), the report's page (publish/).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.framework.expectations import Expectation, Suite
from ccg_pipeline.framework.findings import Checked, Finding, PlausibilityReport
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.rounds import first_day, last_day
from ccg_pipeline.method.scoring.restatement import restate
from ccg_pipeline.publish.markdown import markdown_table
from ccg_pipeline.publish.validation_report import render
from ccg_pipeline.quality.comparisons import compared_with
from ccg_pipeline.quality.consequences import Known
from ccg_pipeline.quality.kept_findings import rows_to_keep
from ccg_pipeline.quality.plausibility import Asked, Landed, validate
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.release.blocking_findings import write_findings
from ccg_pipeline.settings import report_path
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.observations import known_before, said_by_files
from ccg_pipeline.storage.pieces import Piece
from ccg_pipeline.storage.sql import observation
from expert_panels.foundation.whole_file import write_whole

PLAUSIBLE = "is_plausible"
"""Check of a source asset: all that the edition expects of what a publication's files say by themselves."""

SEVERITY = {"warn": dg.AssetCheckSeverity.WARN, "block": dg.AssetCheckSeverity.ERROR}


@dataclass(frozen=True)
class Keys:
    """The asset keys of what is checked: the observations, and a publication's source by its key."""

    observations: dg.AssetKey
    source: Callable[[str], dg.AssetKey]


@dataclass(frozen=True)
class Reports:
    """What was found of a month: of the observations, and of what each file says."""

    of_observations: PlausibilityReport
    of_publications: PlausibilityReport

    def by_suite(self) -> Iterator[tuple[Suite, PlausibilityReport]]:
        """Both, each with its suite."""
        yield "observations", self.of_observations
        yield "publications", self.of_publications


def _reports(engine: Engine, edition: Edition, months: Sequence[str]) -> dict[str, Reports]:
    with reading(engine) as connection:
        before = known_before(connection, first_day(months[0]))
        of_run = frames.read(connection, observation, {"partition_key": list(months)})
        said = said_by_files(connection, {"partition_key": list(months)})
        a_year_before = {month: f"{pd.Period(month, 'M') - 12}" for month in months}
        of_then = frames.read(connection, observation, {"partition_key": list(a_year_before.values())})
    known = _known(engine, edition, months)
    codes, asked = list(ccgs()["ccg_code"]), []
    for month in months:
        last, now = last_day(month), of_run[of_run["partition_key"] == month]
        own = restate(said[said["partition_key"] == month], edition)  # populations are of the edition's CCGs
        year_ago = of_then[of_then["partition_key"] == a_year_before[month]]
        asked.append(Asked(Landed(now, before, own, known, year_ago), last))
        asked.append(Asked(Landed(own, own.iloc[:0], own), last, "publications"))
        before = compared_with(pd.concat([before, now], ignore_index=True))
    found = [
        report
        for begin in range(0, len(asked), AT_ONCE)
        for report in validate(asked[begin : begin + AT_ONCE], edition, codes)
    ]
    return {month: Reports(*found[2 * at : 2 * at + 2]) for at, month in enumerate(months)}


def _known(engine: Engine, edition: Edition, months: Sequence[str]) -> Known:
    """Return what reads all of some indicators that a lane may take in one of the months of a run."""
    ages = [*(one.max_age_months for one in edition.indicators), int(edition.max_age_months.value)]
    begin = (pd.Period(months[0], "M") - max(ages)).start_time.date()

    @cache
    def known(indicators: frozenset[str]) -> pd.DataFrame:
        within = observation.c.period_end.between(begin, last_day(months[-1]))
        with reading(engine) as connection:
            return frames.read(connection, observation, {"indicator_code": sorted(indicators)}, within)

    return known


AT_ONCE = 24
"""Suites that are held together, those of a year: enough for speed, and little enough for memory."""


def _kept(reports: dict[str, Reports]) -> Piece:
    """Return the findings as what takes the place of all that was kept of these months."""
    rows = [
        rows_to_keep(report, suite, month)
        for month, one in reports.items()
        for suite, report in one.by_suite()
    ]
    return Piece("plausibility", {"partition_key": list(reports)}, pd.concat(rows, ignore_index=True))


def _of_publication(report: PlausibilityReport, edition: Edition, publication: str) -> Checked:
    """Return the findings about a publication's indicators as one check, of the gravest severity."""
    own = {one.code for one in edition.indicators if one.publication == publication}
    own |= {one.code for one in edition.supplementary if one.publication == publication}
    findings = tuple(one for one in report if one.subject in own)
    grave = any(one.severity == "block" and not one.success for one in findings)
    titled = tuple(_titled(one, report.of(one.check).title) for one in findings)
    return Checked(PLAUSIBLE, "What its files say is plausible", "block" if grave else "warn", titled)


def _titled(finding: Finding, title: str) -> Finding:
    """The finding with its expectation in its subject, since one check shows those of several."""
    return replace(finding, subject=f"{finding.subject} ({title.lower()})")


def _results(
    key: dg.AssetCheckKey, found: dict[str, Checked], of_one_month: bool, url: str
) -> Iterator[dg.AssetCheckResult | dg.AssetCheckEvaluation]:
    """Yield what a check found, once a month of the run.

    A run over a range has no result of its own: the list of checks would show that one, and the page of the
    check those of the months.
    """
    if of_one_month and not found:
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=True,
            description="There was nothing to compare.",
        )
    for month, checked in found.items():
        failing = pd.DataFrame() if checked.success else checked.failing.assign(month=month)
        said: dict[str, Any] = {
            "asset_key": key.asset_key,
            "check_name": key.name,
            "passed": checked.success,
            "severity": SEVERITY[checked.severity],
            "description": checked.observed[:4000],
            "metadata": {
                "failing rows": dg.MetadataValue.md(markdown_table(failing, rows=20_000)),
                "report": dg.MetadataValue.path(str(report_path(url, month))),
            },
        }
        if of_one_month:
            yield dg.AssetCheckResult(**said)
        else:
            yield dg.AssetCheckEvaluation(**said, partition=month)


def _expected(edition: Edition, suite: Suite) -> list[Expectation]:
    return [one for one in edition.expectations if suite in one.suites]


def _specs(
    edition: Edition, keys: Keys, months: dg.TimeWindowPartitionsDefinition
) -> list[dg.AssetCheckSpec]:
    """Return one check an expectation about the observations, and one for each publication."""
    of_files = ", ".join(one.title.lower() for one in _expected(edition, "publications"))
    # A failure is shown and its severity said; it is no gate, since a later run would pass it by.
    return [
        dg.AssetCheckSpec(
            one.key,
            asset=keys.observations,
            description=f"{one.title}. Severity: {one.severity} ({one.provenance}).",
            partitions_def=months,
        )
        for one in _expected(edition, "observations")
    ] + [
        dg.AssetCheckSpec(
            PLAUSIBLE,
            asset=keys.source(one.key),
            description=f"What its files say by themselves is plausible: {of_files}.",
            partitions_def=months,
        )
        for one in edition.publications
        if one.read_for == "figures"
    ]


def plausibility_checks(
    edition: Edition, keys: Keys, months: dg.TimeWindowPartitionsDefinition
) -> dg.AssetChecksDefinition:
    """Build the checks of what landed in each month of a run, and its report that opens offline."""

    @dg.multi_asset_check(name="plausibility", specs=_specs(edition, keys, months), can_subset=True)
    def plausibility(
        context: dg.AssetCheckExecutionContext, database: dg.ResourceParam[Engine]
    ) -> Iterator[dg.AssetCheckResult | dg.AssetCheckEvaluation]:
        of_run = list(context.partition_keys)
        of_one_month = context.op_execution_context.has_partition_key
        reports = _reports(database, edition, of_run)
        write_findings(database, _kept(reports))
        url = database.url.render_as_string()
        for month, report in reports.items():
            path = report_path(url, month)
            path.parent.mkdir(parents=True, exist_ok=True)
            page = render(report.of_observations, report.of_publications)
            write_whole(path, page.encode("utf-8"))
        for key in sorted(context.selected_asset_check_keys, key=str):
            if key.asset_key == keys.observations:
                found = {month: report.of_observations.of(key.name) for month, report in reports.items()}
            else:
                own = {
                    month: _of_publication(report.of_publications, edition, key.asset_key.path[-1])
                    for month, report in reports.items()
                }
                found = {month: checked for month, checked in own.items() if checked.findings}
            yield from _results(key, found, of_one_month, url)

    return plausibility
