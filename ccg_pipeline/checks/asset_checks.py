"""Plausibility as Dagster asset checks: one check an expectation of the edition, run in one step.

Belongs here: handing the months of a run to the plausibility suite and its findings to the UI.
Does not belong here: what is plausible (plausibility.py and the edition), the report's page (publish/).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg
import pandas as pd

from ccg_pipeline.assets.described import table_of
from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.checks.plausibility import validate
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.partitions import MONTHS, first_day, last_day
from ccg_pipeline.publish.findings import PlausibilityReport
from ccg_pipeline.publish.validation_report import render
from ccg_pipeline.reference.organisations import ccgs
from ccg_pipeline.resources import Methodology, home
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.io_manager import Database
from ccg_pipeline.storage.tables import observation

SEVERITY = {"warn": dg.AssetCheckSeverity.WARN, "block": dg.AssetCheckSeverity.ERROR}


def report_path(month: str) -> Path:
    """Return where the validation report of a month is written."""
    return home() / "validation" / f"{month}.html"


def _reports(database: Database, edition: Edition, months: Sequence[str]) -> dict[str, PlausibilityReport]:
    with reading(database.engine()) as connection:
        known = frames.read(connection, observation, {}, observation.c.period_end <= last_day(months[-1]))
    known, codes, reports = known.drop(columns="partition_key"), list(ccgs()["ccg_code"]), {}
    for month in months:
        landed = known["period_end"].between(pd.Timestamp(first_day(month)), pd.Timestamp(last_day(month)))
        before = known["period_end"] < pd.Timestamp(first_day(month))
        reports[month] = validate(known[landed], known[before], edition, codes, last_day(month))
    return reports


def plausibility_checks(edition: Edition) -> dg.AssetChecksDefinition:
    """Build the checks of what landed in each month of a run, and its report that opens offline."""

    @dg.multi_asset_check(
        name="plausibility",
        specs=[
            dg.AssetCheckSpec(
                one.key,
                asset=OBSERVATIONS,
                description=f"{one.title}. Severity: {one.severity} ({one.provenance}).",
                # A failure is shown and its severity said; it is no gate, since a later run would pass it by.
                partitions_def=MONTHS,
            )
            for one in edition.expectations
        ],
        can_subset=False,
    )
    def plausibility(
        context: dg.AssetCheckExecutionContext, database: Database, methodology: Methodology
    ) -> Iterator[dg.AssetCheckResult | dg.AssetCheckEvaluation]:
        reports = _reports(database, methodology.edition(), context.partition_keys)
        for month, report in reports.items():
            path = report_path(month)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render(report), encoding="utf-8")
        for one in edition.expectations:
            found = {month: report.of(one.key) for month, report in reports.items()}
            if not context.op_execution_context.has_partition_key:
                # A run over a range has one result, of no month: without these each month shows as skipped.
                for month, checked in found.items():
                    yield dg.AssetCheckEvaluation(
                        asset_key=OBSERVATIONS,
                        check_name=one.key,
                        passed=checked.success,
                        metadata={},
                        severity=SEVERITY[one.severity],
                        description=checked.observed,
                        partition=month,
                    )
            failing = [
                checked.failing.assign(month=month) for month, checked in found.items() if not checked.success
            ]
            said = " ".join(
                f"{month}: {checked.observed}" for month, checked in found.items() if not checked.success
            )
            yield dg.AssetCheckResult(
                asset_key=OBSERVATIONS,
                check_name=one.key,
                passed=not failing,
                severity=SEVERITY[one.severity],
                description=said[:4000] or next(iter(found.values())).observed,
                metadata={
                    "failing rows": table_of(pd.concat(failing) if failing else pd.DataFrame(), rows=20_000),
                    "report": dg.MetadataValue.path(str(report_path(context.partition_keys[-1]))),
                },
            )

    return plausibility
