"""What plausibility found, kept by month, and asked for by the figures that a table rests on.

Belongs here: the rows that are kept of a month's findings, and those of them that concern given figures.
Does not belong here: finding anything (checks), what a finding is (framework/findings.py), any page.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from ccg_pipeline.framework.expectations import Suite
from ccg_pipeline.framework.findings import Checked, Finding, PlausibilityReport
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.storage.sql import plausibility

USED = ["indicator_code", "ccg_code", "period_start", "period_end"]
"""What a table says of the figures that it rests on."""

WHOLE_FROM = 10_000
"""Figures that large are said without decimals."""

_APART = {"indicator_code", "organisation_code", "period_end", "value", "decides", "publication"}
_WHERE = {"source_name", "sheet", "cell"}
_FIGURE = ["indicator_code", "period_end"]


@dataclass(frozen=True)
class Decided:
    """A panel's rating in a month's interim assessment, with a figure and without it."""

    panel: str
    rating_with: str
    rating_without: str


@dataclass(frozen=True)
class Failing:
    """A figure for which an expectation does not hold; `organisation` is '' where it is about all of them.

    `value` is in the indicator's unit, None where none was compared; `detail` names what else was, in words.
    """

    organisation: str
    value: float | None
    detail: str
    decides: tuple[Decided, ...]


@dataclass(frozen=True)
class ExpectationResult:
    """One expectation about an indicator's data period, whether it holds, and for which figures not."""

    month: str
    expectation: str
    title: str
    severity: str
    indicator: str
    period_end: date
    holds: bool
    observed: str
    failing: tuple[Failing, ...]


@dataclass(frozen=True)
class OfFigures:
    """What was found of the figures of a table; `unchecked` are indicators and periods nobody looked at."""

    findings: tuple[ExpectationResult, ...]
    unchecked: tuple[tuple[str, date], ...]

    @property
    def failed(self) -> tuple[ExpectationResult, ...]:
        """The findings that do not hold."""
        return tuple(one for one in self.findings if not one.holds)

    def of(self, organisation: str) -> tuple[tuple[ExpectationResult, Failing], ...]:
        """Return what does not hold for one organisation, each with its figure."""
        return tuple(
            (one, figure)
            for one in self.failed
            for figure in one.failing
            if figure.organisation == organisation
        )


def rows_to_keep(report: PlausibilityReport, suite: Suite, month: str) -> pd.DataFrame:
    """Return a month's findings as rows of the table `plausibility`."""
    rows = [
        {"title": checked.title, "expectation": checked.check, "severity": checked.severity, **row}
        for checked in report.checks
        for row in ([each for one in checked.findings for each in _rows(one)] or [_nothing(checked)])
    ]
    columns = [column.name for column in plausibility.columns]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(partition_key=month, suite=suite, is_made_up=report.is_made_up)


def _nothing(checked: Checked) -> dict[str, Any]:
    """Return the one row of an expectation that had nothing to compare."""
    nowhere = {"indicator_code": "", "period_end": pd.NaT}
    return {**nowhere, "holds": True, "observed": checked.observed, "failing": "[]"}


def _rows(finding: Finding) -> Iterator[dict[str, Any]]:
    """Yield one row for each indicator and data period that was compared."""
    failing = dict(list(finding.failing.groupby(_FIGURE))) if len(finding.failing) else {}
    for code, end in zip(*(finding.compared[name] for name in _FIGURE), strict=True):
        figures = failing.get((code, end))
        told = [] if figures is None else [_told(row, finding.decides) for row in figures.to_dict("records")]
        yield {
            "indicator_code": code,
            "period_end": end,
            "holds": figures is None,
            "observed": finding.observed,
            "failing": json.dumps(told, ensure_ascii=False),
        }


def _told(row: dict[Any, Any], decides: pd.DataFrame) -> dict[str, Any]:
    """Return a failing figure without what is empty; where its cell is, the observations say."""
    organisation = row.get("organisation_code", "")
    detail = [
        f"{str(name).replace('_', ' ')} {_in_words(value)}"
        for name, value in row.items()
        if name not in _APART | _WHERE and not pd.isna(value) and value != ""
    ]
    told: dict[str, Any] = {"organisation": organisation, "detail": ", ".join(detail)}
    if not pd.isna(row.get("value")):
        told["value"] = row["value"]
    if len(decides):
        own = (decides["organisation_code"] == organisation) & (
            decides["indicator_code"] == row["indicator_code"]
        )
        told["decides"] = decides.loc[own, ["panel", "rating_with", "rating_without"]].to_dict("records")
    return {name: value for name, value in told.items() if value not in ("", [])}


def _in_words(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < WHOLE_FROM else f"{value:,.0f}"
    return str(value)


@dataclass(frozen=True)
class RestsOn:
    """The data periods that a table rests on.

    `periods`: indicator, and the first and last day on which a data period may end to be one of them;
    `since`: that first day, by indicator and CCG.
    """

    periods: tuple[tuple[str, date, date], ...]
    since: Mapping[tuple[str, str], date]


def rests_on(used: pd.DataFrame, edition: Edition) -> RestsOn:
    """Return the data periods behind the figures of a table, which has the columns USED.

    A figure rests on its own period, and a mean of months on every one that ends within its own.
    """
    used = used.dropna(subset=["period_end"])
    averaged = [one.code for one in edition.indicators if one.annual_value == "mean_of_months"]
    since = used["period_start"].where(used["indicator_code"].isin(averaged), used["period_end"])
    used = used.assign(since=since.fillna(used["period_end"]))
    periods = used[["indicator_code", "since", "period_end"]].drop_duplicates()
    newest = used.groupby(["indicator_code", "ccg_code"])["since"].max().reset_index()
    return RestsOn(
        tuple(
            (str(code), first.date(), last.date())
            for code, first, last in periods.sort_values(["indicator_code", "period_end"]).itertuples(
                index=False
            )
        ),
        {(str(code), str(ccg)): day.date() for code, ccg, day in newest.itertuples(index=False)},
    )


def concerning(connection: Connection, rests: RestsOn, month: str) -> OfFigures:
    """Return what was found of the figures that a table of `month` rests on.

    An expectation that looked at one data period in several months, as that of its age does, counts as of the
    last up to `month`. What was found of a CCG's figure is left out where the table rests on a newer one of
    that CCG.
    """
    column = plausibility.c
    statement = (
        select(plausibility)
        .where(
            column.suite == "observations",
            column.indicator_code.in_(sorted({code for code, _, _ in rests.periods})),
            column.partition_key <= month,
        )
        .order_by(column.indicator_code, column.period_end, column.partition_key, column.expectation)
    )
    kept = {
        (row.expectation, row.indicator_code, row.period_end): row for row in connection.execute(statement)
    }
    findings: dict[Any, ExpectationResult] = {}
    unchecked = []
    for code, first, last in rests.periods:
        own = {key: row for key, row in kept.items() if key[1] == code and first <= key[2] <= last}
        findings |= {key: found for key, row in own.items() if (found := _held(row, rests.since))}
        if not own:
            unchecked.append((code, last))
    return OfFigures(tuple(findings.values()), tuple(dict.fromkeys(unchecked)))


def _held(row: Any, since: Mapping[tuple[str, str], date]) -> ExpectationResult | None:
    """Return a row as a finding; None where it fails only for figures that newer ones have replaced."""
    told = json.loads(row.failing)
    failing = tuple(
        Failing(
            one.get("organisation", ""),
            one.get("value"),
            one.get("detail", ""),
            tuple(Decided(**each) for each in one.get("decides", ())),
        )
        for one in told
        if since.get((row.indicator_code, one.get("organisation", "")), row.period_end) <= row.period_end
    )
    if told and not failing:
        return None
    return ExpectationResult(
        row.partition_key, row.expectation, row.title, row.severity, row.indicator_code,
        row.period_end, bool(row.holds), row.observed, failing,
    )  # fmt: skip
