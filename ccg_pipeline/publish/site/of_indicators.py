"""The indicators of a released month or year as a site says them: figures, references, trends.

Belongs here: turning released bands into subjects and outcomes.
Does not belong here: ratings and areas (of_lanes.py), how a page looks (templates/), the method.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from ccg_pipeline.framework.indicators import Indicator
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.publish.naming import REFERENCES, band_in_words, figure_in_words, period_in_words
from ccg_pipeline.publish.site.content import Outcome, Subject
from ccg_pipeline.release.released import Tables

INDICATOR = "indicator"
BY_CHANCE = "Where the true figure lies with 95 % certainty, by the counts behind it or as published."
AS_IT_IS = "Not known: it comes without anything that tells its error, and is taken as it is."


def rows_of(frame: pd.DataFrame, **where: str) -> dict[str, dict[Any, Any]]:
    """Return the rows in which each column of `where` is as given, by CCG."""
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return {str(row["ccg_code"]): row for row in frame.to_dict("records")}


def number_of(value: Any) -> float:
    """Return a number; NaN for what is missing."""
    return math.nan if pd.isna(value) else float(value)


def trends_of(history: Iterable[Tables]) -> dict[tuple[str, str], dict[str, float]]:
    """Return by indicator and CCG ('' for the reference) the figure of each period end that is released."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for one in history:
        bands = one.frames["bands"]
        bands = bands[bands["value"].notna() & bands["period_end"].notna()]
        ends = bands["period_end"].dt.strftime("%Y-%m-%d")
        columns = ("indicator_code", "ccg_code", "value", "reference_value", "reference_basis")
        for end, code, ccg, value, reference, basis in zip(
            ends, *(bands[name] for name in columns), strict=True
        ):
            found.setdefault((code, ccg), {})[end] = float(value)
            if basis.startswith("england") and not pd.isna(reference):
                found.setdefault((code, ""), {})[end] = float(reference)
    return found


def _ordered(by_period: Mapping[str, float] | None) -> tuple[tuple[str, float], ...]:
    """Return the periods in order; nothing where there is one alone."""
    return tuple(sorted(by_period.items())) if by_period and len(by_period) > 1 else ()


def indicator(
    tables: Tables,
    edition: Edition,
    one: Indicator,
    before: Tables | None,
    trends: Mapping[tuple[str, str], Mapping[str, float]],
) -> Subject:
    """Return an indicator; `trends` as `trends_of` gives them."""
    rows = rows_of(tables.frames["bands"], indicator_code=one.code)
    earlier = rows_of(before.frames["bands"], indicator_code=one.code) if before else {}
    publication = edition.publication(one.publication)
    outcomes = {
        code: _figure(row, one, earlier.get(code), _ordered(trends.get((one.code, code))))
        for code, row in rows.items()
    }
    has_intervals = any(not math.isnan(found.lower) for found in outcomes.values())
    tau2 = [number_of(row["tau2"]) for row in rows.values() if not pd.isna(row["tau2"])]
    return Subject(
        key=one.code,
        code=one.code,
        title=one.name,
        level=INDICATOR,
        outcomes=outcomes,
        unit=one.unit,
        better=one.better,
        parent=edition.area(one.area).name,
        about=(
            ("What it is", _what(one)),
            ("Why it matters", one.why_it_matters),
            ("Where it is from", f"{publication.title}, {one.publisher}, {one.frequency}."),
            ("How sure it is", BY_CHANCE if has_intervals else AS_IT_IS),
        ),
        verification=next((row["verification"] for row in rows.values()), ""),
        widening=max(tau2, default=0.0),
        exact=one.exact_counts,
        trend=_ordered(trends.get((one.code, ""))),
    )


def _what(one: Indicator) -> str:
    """What an indicator is: its name with its unit and direction, or as what it is judged."""
    if one.kind == "judgement":
        *others, last = one.unit.split("/")
        return f"{one.name}: judged {', '.join(others)} or {last}, the best first."
    better = {"higher": "A higher figure is better.", "lower": "A lower figure is better."}
    unit = one.unit if one.unit.startswith("per ") else f"in {one.unit}"
    return f"{one.name}, {unit}. {better.get(one.better, 'Neither direction is better.')}"


def _figure(
    row: Mapping[Any, Any],
    indicator: Indicator,
    earlier: Mapping[Any, Any] | None,
    trend: tuple[tuple[str, float], ...],
) -> Outcome:
    reference, basis = number_of(row["reference_value"]), REFERENCES[row["reference_basis"]]
    has_reference = not math.isnan(reference)
    counts = (
        ""
        if pd.isna(row["numerator"]) or pd.isna(row["denominator"])
        else (f"{row['numerator']:,.0f} of {row['denominator']:,.0f}")
    )
    return Outcome(
        text=_value(row, indicator),
        number=number_of(row["value"]),
        lower=number_of(row["lower_95"]) if not pd.isna(row["lower_95"]) else _around(row, -1),
        upper=number_of(row["upper_95"]) if not pd.isna(row["upper_95"]) else _around(row, 1),
        verdict=_verdict(row, indicator),
        reference=reference,
        reference_text=f"{figure_in_words(reference, indicator.unit)}, {basis}" if has_reference else "",
        counts=counts,
        denominator=number_of(row["denominator"]),
        standard_error=number_of(row["standard_error"]),
        period=period_in_words(row["period_start"], row["period_end"]),
        why=row["why_no_band"],
        where=", ".join(part for part in (row["source_name"], row["sheet"], row["cell"]) if part),
        before=_value(earlier, indicator) if earlier else "",
        trend=trend,
    )


def _around(row: Mapping[Any, Any], side: int) -> float:
    """An end of the interval by the standard error, where none is published."""
    if pd.isna(row["standard_error"]) or pd.isna(row["value"]):
        return math.nan
    return float(row["value"] + side * 1.96 * row["standard_error"])


def _value(row: Mapping[Any, Any], indicator: Indicator) -> str:
    return str(row["judgement"] or figure_in_words(row["value"], indicator.unit))


def _verdict(row: Mapping[Any, Any], indicator: Indicator) -> str:
    if row["withheld"]:
        return "not compared until its panel has verified the area"
    if pd.isna(row["band"]):
        return "" if pd.isna(row["points"]) else f"{row['points']:g} of 2 points"
    return band_in_words(row["band"], row["reference_basis"], indicator.better != "none")
