"""Is it plausible what landed: the edition's expectations, held against the world.

Belongs here: which comparison an expectation of the edition asks for, and whether it holds.
Does not belong here: the shape of frames (schemas); what is laid beside what (comparisons.py); thresholds and
severities (the edition); how findings are shown (publish, asset_checks.py).

Great Expectations is asked what an observation says by itself: is it there, is it recent enough, does its
value lie inside its own interval. Totals, movements, distributions, denominators and the agreement of files
are worked out from many observations by methods of ours, and so is their verdict: it would only be told the
answer.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from ccg_pipeline.framework.expectations import Expectation, Suite
from ccg_pipeline.framework.findings import Checked, Finding, PlausibilityReport
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.quality.comparisons import Comparison, intervals, movement, presence, staleness, totals
from ccg_pipeline.quality.consequences import consequences, sentence
from ccg_pipeline.quality.distributions import agreement, denominators, distribution
from ccg_pipeline.reference.populations import population_mid_2015
from expert_panels.foundation.fault import Fault

FailingRows = Callable[[Comparison], "pd.Index[int]"]


@dataclass(frozen=True)
class Landed:
    """What a suite is held against: observation rows of one kind of table.

    ``now``: rows of which the newest period of each indicator is checked; ``before``: earlier rows, of which
    the newest before those is compared with (there may be none); ``said``: what each file says of ``now``,
    file by file.
    """

    now: pd.DataFrame
    before: pd.DataFrame
    said: pd.DataFrame

    def upto(self, day: date) -> "Landed":
        """The same without the periods that end after `day`."""
        end = pd.Timestamp(day)
        frames = (self.now, self.before, self.said)
        return Landed(*(frame[frame["period_end"] <= end] for frame in frames))

    def without(self, indicators: Sequence[str]) -> "Landed":
        """The same without some indicators."""
        frames = (self.now, self.before, self.said)
        return Landed(*(frame[~frame["indicator_code"].isin(indicators)] for frame in frames))


def validate(
    landed: Landed, edition: Edition, ccg_codes: Sequence[str], month_end: date, suite: Suite = "observations"
) -> PlausibilityReport:
    """Hold what was known at `month_end` against every expectation of a suite of the edition.

    No period is stale that an earlier or a new row renews. Fault names what the edition expects
    and nothing here can check.
    """
    landed = landed.upto(month_end)
    asked = _great_expectations()
    checks = []
    for one in edition.expectations:
        if suite in one.suites:
            shown = landed.without(list(one.leaves_out))
            comparison = _comparison(one, shown, edition, ccg_codes, month_end)
            failing = asked(comparison) if comparison.as_landed else comparison.failing()
            findings = _findings(one, comparison, failing)
            if comparison.of_figures and suite == "observations":  # one publication alone decides no rating
                findings = tuple(_decided(each, landed, edition, ccg_codes, month_end) for each in findings)
            checks.append(Checked(one.key, one.title, one.severity, findings))
    return PlausibilityReport(month_end, edition.key, bool(landed.now["is_made_up"].any()), tuple(checks))


def _comparison(
    expectation: Expectation, landed: Landed, edition: Edition, ccg_codes: Sequence[str], month_end: date
) -> Comparison:
    threshold, now, before = expectation.parameter, landed.now, landed.before
    match expectation.key:
        case "every_ccg_is_present":
            return presence(_of_whole_publications(now, edition), ccg_codes)
        case "england_total_agrees":
            whole = _of_whole_publications(now, edition)
            return totals(whole, before, ccg_codes, threshold("tolerance_percent"))
        case "movement_since_last_period":
            return movement(now, before, edition, threshold("spreads"), threshold("least_ccgs"))
        case "distribution_since_last_period":
            limits = (threshold(name) for name in ("spreads", "times", "least_ccgs"))
            return distribution(now, before, edition, *limits)
        case "no_stale_period":
            return staleness(pd.concat([now, before]), edition, month_end)
        case "value_inside_interval":
            return intervals(now, threshold("slack_percent"))
        case "denominators_fit_population":
            return denominators(now, population_mid_2015(), threshold("times"))
        case "files_agree":
            return agreement(landed.said)
        case unknown:
            raise Fault(f"{edition.key} expects {unknown!r}, which no check in this version covers.")


def _of_whole_publications(observations: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Observations of publications that tell of every CCG; a supplement may tell of eleven."""
    supplements = [one.key for one in edition.publications if one.read_for == "supplement"]
    return observations[~observations["publication"].isin(supplements)]


def _findings(
    expectation: Expectation, comparison: Comparison, failing: "pd.Index[int]"
) -> tuple[Finding, ...]:
    findings = []
    for subject, rows in comparison.rows.groupby("subject", sort=True):
        failed = rows.loc[rows.index.intersection(failing)]
        findings.append(
            Finding(
                check=expectation.key,
                subject=str(subject),
                severity=expectation.severity,
                success=failed.empty,
                observed=comparison.say(rows, failed),
                failing=failed[list(comparison.shown)].reset_index(drop=True),
                compared=rows[["indicator_code", "period_end"]].drop_duplicates(ignore_index=True),
            )
        )
    return tuple(findings)


def _decided(
    finding: Finding, landed: Landed, edition: Edition, ccg_codes: Sequence[str], month_end: date
) -> Finding:
    """The finding, with what its failing figures decide: the panels' ratings with and without each."""
    if finding.success:
        return finding
    known = pd.concat([landed.now, landed.before])
    changes = consequences(known, finding.failing, edition, ccg_codes, month_end)
    if changes.empty:
        return finding
    said = changes["panel"] + ": " + changes["rating_with"] + ", without it " + changes["rating_without"]
    by = said.groupby(changes["organisation_code"]).agg("; ".join)
    failing = finding.failing.assign(decides=finding.failing["organisation_code"].map(by).fillna(""))
    return replace(finding, failing=failing, decides=changes, consequence=sentence(changes))


def _great_expectations() -> FailingRows:
    """Prepare Great Expectations in memory: no project folder, no analytics, no progress bars.

    The answer gives the positions of all rows of a comparison that fail. It is made from the index that Great
    Expectations reports, because its list of unexpected values stops at 200.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with warnings.catch_warnings():
        # It imports two deprecated modules, and would leave every DeprecationWarning switched off for good.
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig
        from great_expectations.expectations.core import (
            ExpectColumnPairValuesAToBeGreaterThanB,
            ExpectColumnValuesToNotBeNull,
        )

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("plausibility").add_dataframe_asset("compared")
    batches = asset.add_batch_definition_whole_dataframe("all rows")
    complete = {"result_format": "COMPLETE", "unexpected_index_column_names": [POSITION]}

    def failing(comparison: Comparison) -> "pd.Index[int]":
        if comparison.rows.empty:
            return pd.Index([], dtype="int64")
        asked: list[Any] = [ExpectColumnValuesToNotBeNull(column=name) for name in comparison.filled]
        for larger, smaller in comparison.not_below:
            asked.append(
                ExpectColumnPairValuesAToBeGreaterThanB(
                    column_A=larger, column_B=smaller, or_equal=True, ignore_row_if="neither"
                )
            )
        used = [*comparison.filled, *(name for pair in comparison.not_below for name in pair)]
        rows = comparison.rows[list(dict.fromkeys(used))]
        batch = batches.get_batch(batch_parameters={"dataframe": rows.assign(**{POSITION: rows.index})})
        found: set[int] = set()
        for result in batch.validate(gx.ExpectationSuite("asked", asked), result_format=complete).results:
            if (
                "unexpected_index_list" not in result.result
            ):  # it catches its own exceptions and calls them failures
                raise RuntimeError(f"Great Expectations could not check: {result.exception_info}")
            found.update(int(row[POSITION]) for row in result.result["unexpected_index_list"] or [])
        return pd.Index(sorted(found), dtype="int64")

    return failing


POSITION = "position"
"""The column that carries a row's position through Great Expectations."""
