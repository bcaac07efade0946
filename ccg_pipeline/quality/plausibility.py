"""Is it plausible what landed: the edition's expectations, held against the world.

Belongs here: which comparison an expectation of the edition asks for, and whether it holds.
Does not belong here: the shape of frames (schemas); what is compared with what (comparisons.py); thresholds
and severities (the edition); how findings are shown (publish, asset_checks.py).

Great Expectations is asked what an observation says by itself: is it there, is it recent enough, does its
value lie inside its own interval. Totals, movements, distributions, denominators, correlations
and the agreement of files are worked out from many observations by methods of ours, and so is their verdict:
it would only be told the answer.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ccg_pipeline.framework.expectations import Expectation, Suite
from ccg_pipeline.framework.findings import Checked, Finding, PlausibilityReport
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.quality.comparisons import Comparison, intervals, movement, presence, staleness, totals
from ccg_pipeline.quality.consequences import Known, consequences, sentence
from ccg_pipeline.quality.distributions import agreement, denominators, distribution, endings
from ccg_pipeline.quality.placement import belonging, renewal
from ccg_pipeline.quality.sizes import among, usual_size
from ccg_pipeline.reference.populations import population_mid_2015
from expert_panels.foundation.fault import Fault

FailingRows = Callable[[Comparison, pd.DataFrame], list[int]]


@dataclass(frozen=True)
class Landed:
    """What a suite is held against: observation rows of one kind of table.

    ``now``: rows of which the newest period of each indicator is checked; ``before``: earlier rows, of which
    the newest before those is compared with (there may be none); ``said``: what each file says of ``now``,
    file by file. ``known``: all of some indicators, for what a figure decides; without it, ``now`` and
    ``before`` are all that is known. ``year_ago``: rows of the month a year before.
    """

    now: pd.DataFrame
    before: pd.DataFrame
    said: pd.DataFrame
    known: Known | None = None
    year_ago: pd.DataFrame | None = None

    def upto(self, day: date) -> "Landed":
        """The same without the periods that end after `day`."""
        end = pd.Timestamp(day)
        return self._where(lambda frame: frame["period_end"] <= end)

    def without(self, indicators: Sequence[str]) -> "Landed":
        """The same without some indicators."""
        return self._where(lambda frame: ~frame["indicator_code"].isin(indicators))

    def _where(self, is_kept: Callable[[pd.DataFrame], "pd.Series[bool]"]) -> "Landed":
        now, before, said = (frame[is_kept(frame)] for frame in (self.now, self.before, self.said))
        return replace(self, now=now, before=before, said=said)

    def known_of(self, indicators: frozenset[str]) -> pd.DataFrame:
        """All that is known of some indicators."""
        if self.known is not None:
            return self.known(indicators)
        rows = pd.concat([self.now, self.before])
        return rows[rows["indicator_code"].isin(indicators)]


@dataclass(frozen=True)
class Asked:
    """What is to be held against a suite: what was known at the end of a month."""

    landed: Landed
    month_end: date
    suite: Suite = "observations"


def validate(asked: Sequence[Asked], edition: Edition, ccg_codes: Sequence[str]) -> list[PlausibilityReport]:
    """Hold what was known at each month's end against every expectation of its suite of the edition.

    No period is stale that an earlier or a new row renews. Fault names what the edition expects
    and nothing here can check.
    """
    wanted = [[one for one in edition.expectations if each.suite in one.suites] for each in asked]
    known = [each.landed.upto(each.month_end) for each in asked]
    compared = [
        [
            _comparison(one, landed.without(list(one.leaves_out)), edition, ccg_codes, each.month_end)
            for one in own
        ]
        for each, landed, own in zip(asked, known, wanted, strict=True)
    ]
    failing = iter(_failing([one for own in compared for one in own]))
    reports = []
    for each, landed, own, comparisons in zip(asked, known, wanted, compared, strict=True):
        checks = []
        for one, comparison in zip(own, comparisons, strict=True):
            findings = _findings(one, comparison, next(failing))
            if comparison.of_figures and each.suite == "observations":  # a publication decides no rating
                findings = tuple(
                    _decided(found, landed, edition, ccg_codes, each.month_end) for found in findings
                )
            checks.append(Checked(one.key, one.title, one.severity, findings))
        is_made_up = bool(landed.now["is_made_up"].any())
        reports.append(PlausibilityReport(each.month_end, edition.key, is_made_up, tuple(checks)))
    return reports


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
        case "figures_fit_organisations":
            limits = (threshold(name) for name in ("correlation", "least_ccgs"))
            return belonging(_of_ccgs(now), _of_ccgs(before), edition, population_mid_2015(), *limits)
        case "figures_are_renewed":
            limits = (threshold(name) for name in ("percent", "least_ccgs"))
            earlier = before if landed.year_ago is None else landed.year_ago
            return renewal(_of_ccgs(now), _of_ccgs(before), _of_ccgs(earlier), edition, *limits)
        case "figures_are_of_usual_size":
            return usual_size(_of_ccgs(now, "england"), edition, threshold("times"))
        case "values_lie_among_all":
            limits = (threshold(name) for name in ("spreads", "log_spreads", "least_ccgs"))
            return among(_of_ccgs(now, "england"), edition, *limits)
        case "counts_end_in_any_digit":
            return endings(now, threshold("percent"), threshold("least_ccgs"))
        case "files_agree":
            return agreement(landed.said)
        case unknown:
            raise Fault(f"{edition.key} expects {unknown!r}, which no check in this version covers.")


def _of_ccgs(observations: pd.DataFrame, *others: str) -> pd.DataFrame:
    return observations[observations["organisation_kind"].isin(["ccg", *others])]


def _of_whole_publications(observations: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Observations of publications that tell of every CCG; a supplement may tell of eleven."""
    supplements = [one.key for one in edition.publications if one.read_for == "supplement"]
    return observations[~observations["publication"].isin(supplements)]


def _findings(
    expectation: Expectation, comparison: Comparison, failing: "pd.Index[int]"
) -> tuple[Finding, ...]:
    shown = list(comparison.shown)
    # by subject, so that the rows of each are a slice, of which nothing is copied
    every = comparison.rows.sort_values("subject", kind="stable")
    fails = every.index.isin(failing)
    none = every[shown].head(0).reset_index(drop=True)
    compared = every[["subject", "indicator_code", "period_end"]].drop_duplicates()
    periods = dict(iter(compared.drop(columns="subject").groupby(compared["subject"])))
    findings, begin = [], 0
    for subject, n in every.groupby("subject", sort=True).size().items():
        own, begin = slice(begin, begin + n), begin + n
        rows = every.iloc[own]
        failed = rows[fails[own]] if fails[own].any() else rows.iloc[:0]
        findings.append(
            Finding(
                check=expectation.key,
                subject=str(subject),
                severity=expectation.severity,
                success=failed.empty,
                observed=comparison.say(rows, failed),
                failing=none if failed.empty else failed[shown].reset_index(drop=True),
                compared=periods[subject].reset_index(drop=True),
            )
        )
    return tuple(findings)


def _decided(
    finding: Finding, landed: Landed, edition: Edition, ccg_codes: Sequence[str], month_end: date
) -> Finding:
    """The finding, with what its failing figures decide: the panels' ratings with and without each."""
    if finding.success:
        return finding
    changes = consequences(landed.known_of, finding.failing, edition, ccg_codes, month_end)
    if changes.empty:
        return finding
    said = changes["panel"] + ": " + changes["rating_with"] + ", without it " + changes["rating_without"]
    by = said.groupby(changes["organisation_code"]).agg("; ".join)
    failing = finding.failing.assign(decides=finding.failing["organisation_code"].map(by).fillna(""))
    return replace(finding, failing=failing, decides=changes, consequence=sentence(changes))


def _failing(comparisons: Sequence[Comparison]) -> list["pd.Index[int]"]:
    """The positions of the rows of each comparison that do not hold.

    Great Expectations takes as long to be asked about ten rows as about ten thousand, so that it is asked
    once about all comparisons of the same kind, one below the other.
    """
    found = [pd.Index([], dtype="int64") if one.as_landed else one.failing() for one in comparisons]
    of_one_kind: dict[tuple[object, ...], list[int]] = {}
    for number, one in enumerate(comparisons):
        if one.as_landed and len(one.rows):
            of_one_kind.setdefault((one.filled, one.not_below), []).append(number)
    if not of_one_kind:
        return found
    ask = _great_expectations()
    for numbers in of_one_kind.values():
        together = [comparisons[number] for number in numbers]
        rows = pd.concat([one.rows[one.compared] for one in together], ignore_index=True)
        fails = np.zeros(len(rows), dtype=bool)
        fails[ask(together[0], rows)] = True
        ends = np.cumsum([len(one.rows) for one in together])[:-1]
        for number, of_one in zip(numbers, np.split(fails, ends), strict=True):
            found[number] = comparisons[number].rows.index[of_one]
    return found


def _great_expectations() -> FailingRows:
    """Prepare Great Expectations in memory: no project folder, no analytics, no progress bars.

    The answer gives the places of all rows that fail what a comparison asks. It is made from the index that
    Great Expectations reports, because its list of unexpected values stops at 200.
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

    def failing(comparison: Comparison, rows: pd.DataFrame) -> list[int]:
        asked: list[Any] = [ExpectColumnValuesToNotBeNull(column=name) for name in comparison.filled]
        for larger, smaller in comparison.not_below:
            asked.append(
                ExpectColumnPairValuesAToBeGreaterThanB(
                    column_A=larger, column_B=smaller, or_equal=True, ignore_row_if="neither"
                )
            )
        batch = batches.get_batch(batch_parameters={"dataframe": rows.assign(**{POSITION: rows.index})})
        found: set[int] = set()
        for result in batch.validate(gx.ExpectationSuite("asked", asked), result_format=complete).results:
            if (
                "unexpected_index_list" not in result.result
            ):  # it catches its own exceptions and calls them failures
                raise RuntimeError(f"Great Expectations could not check: {result.exception_info}")
            found.update(int(row[POSITION]) for row in result.result["unexpected_index_list"] or [])
        return sorted(found)

    return failing


POSITION = "position"
"""The column that carries a row's position through Great Expectations."""
