"""What plausibility found of a table's figures, as the room shows it.

Belongs here: which figures a kept part rests on, and findings in words.
Does not belong here: the findings themselves (quality/kept_findings.py), what is implausible (checks).
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd
from sqlalchemy import Connection, select

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.quality.kept_findings import USED, Decided, ExpectationResult, Failing, OfFigures
from ccg_pipeline.storage.frames import where
from ccg_pipeline.storage.sql import indicator_band
from expert_panels.papers import Doubt, DoubtedFigure, Plausibility

SEVERITIES = {"warn": "warning", "block": "serious"}
"""What the edition's severities are called before a panel."""


def figures_used(
    connection: Connection, frames: Mapping[str, pd.DataFrame], edition: Edition
) -> pd.DataFrame:
    """Return the figures that a kept part rests on, one row an indicator and CCG, with the columns USED.

    A panel's part holds them. The overall rating's does not: its figures are those that stand in its lane.
    """
    if "indicator_band" in frames:
        return frames["indicator_band"][USED]
    overall = frames["overall_rating"].iloc[0]
    scope = {"lane": str(overall["lane"]), "partition_key": str(overall["partition_key"])}
    counting = [one.code for one in edition.indicators if one.counts_towards_overall]
    counting += [block.indicator for block in edition.overall.blocks if block.indicator]
    columns = [indicator_band.c[name] for name in USED]
    statement = select(*columns).where(
        where(indicator_band, scope), indicator_band.c.indicator_code.in_(counting)
    )
    rows = [tuple(row) for row in connection.execute(statement)]
    dates = {name: "datetime64[ns]" for name in USED if name.startswith("period")}
    return pd.DataFrame(rows, columns=USED).astype(dates)


def used_of_measures(figures: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Return the figures of a round's part that are of indicators of `edition`, with the columns USED.

    Of those alone something is expected; a measure is named ``publication/code``.
    """
    known = {f"{one.publication}/{one.code}": one.code for one in edition.indicators}
    own = figures[figures["measure"].isin(list(known))]
    named = own.assign(indicator_code=own["measure"].map(known), ccg_code=own["organisation_code"])
    return named[USED]


def in_words(found: OfFigures, edition: Edition, panel: str) -> Plausibility:
    """Return the findings as the room shows them; of what a figure decides, only the panel's own ratings."""
    return Plausibility(
        held=sum(one.holds for one in found.findings),
        doubts=tuple(_doubt(one, edition, panel) for one in found.failed),
        unchecked=tuple(f"{_name(code, edition)}, period to {_day(end)}" for code, end in found.unchecked),
    )


def _doubt(one: ExpectationResult, edition: Edition, panel: str) -> Doubt:
    return Doubt(
        about=f"{_name(one.indicator, edition)}, period to {_day(one.period_end)}",
        expectation=one.title,
        severity=SEVERITIES[one.severity],
        sentence=one.observed,
        figures=tuple(_figure(each, one, panel) for each in one.failing if each.organisation),
    )


def _figure(figure: Failing, one: ExpectationResult, panel: str) -> DoubtedFigure:
    said = [] if figure.value is None else [f"value {figure.value:,.4g}"]
    decides = [_decided(figure.organisation, each) for each in figure.decides if each.panel == panel]
    which = f"In the interim assessment of {one.month}, {'; '.join(decides)}." if decides else ""
    return DoubtedFigure(figure.organisation, ", ".join([*said, *filter(None, [figure.detail])]), which)


def _decided(organisation: str, one: Decided) -> str:
    return f"{organisation} is rated {one.rating_with!r} with it and {one.rating_without!r} without"


def _name(code: str, edition: Edition) -> str:
    return f"{code} {edition.indicator(code).name}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
