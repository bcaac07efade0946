"""Observations as a round or a comparison asks for them: of each figure the latest, or those of a year.

Belongs here: these queries. Each finds what it asks for by jumps along the index of table observation, so
that ten years of history take no longer than one.
Does not belong here: which of the rows a lane takes (method/scoring/latest.py), what is compared (quality/).
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import CTE, ColumnElement, Connection, Engine, Select, and_, func, select, tuple_, union

from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import file_landed, observation, source_observation

_ROWS = observation.c
Keys = Select[Any]
"""Which rows: indicator, organisation and the end of a period."""


def latest_observations(
    engine: Engine, codes: Sequence[str], begin: date, end: date, yearly: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the rows of table observation for indicators `codes` whose period is the latest up to `end`.

    Of the indicators in `yearly`, of which a round takes the mean, every period that ends from `begin` on; of
    England every period, because each CCG is set against that of its own.
    """
    figures = _figures(codes)
    is_yearly = figures.c.indicator_code.in_(yearly) & _ROWS.period_end.between(begin, end)
    is_england = (_ROWS.organisation_kind == "england") & (_ROWS.period_end <= end)
    keys = [
        _latest(figures, _ROWS.period_end <= end),
        _every(figures, is_yearly),
        _every(figures, is_england),
    ]
    with reading(engine) as connection:
        return _read(connection, keys).drop(columns="partition_key")


def said_by_files(
    connection: Connection, scope: frames.Scope, *conditions: ColumnElement[bool]
) -> pd.DataFrame:
    """Return what files say, file by file: rows of table source_observation, and when each file landed.

    `landed_at` is UTC in ISO 8601, as text that sorts; '' for a file of before this was recorded. It is when
    these bytes landed last: under another name too, for they say nothing else there.
    """
    said = frames.read(connection, source_observation, scope, *conditions)
    column = file_landed.c
    last = select(column.sha256, func.max(column.at)).group_by(column.sha256)
    at = dict(connection.execute(last).tuples().all())
    return said.assign(landed_at=said["source_sha256"].map(at).fillna("").astype("str"))


def known_before(connection: Connection, first: date) -> pd.DataFrame:
    """Return of each indicator and organisation the rows of the latest period that ended before `first`.

    Where those have no figure, also those of the latest that has one: what a new figure is compared with.
    """
    figures, is_before = _figures(), _ROWS.period_end < first
    is_published = is_before & (_ROWS.status == "published")
    has_value = is_published & _ROWS.value.is_not(None)
    return _read(connection, [_latest(figures, within) for within in (is_before, is_published, has_value)])


def values_until(
    connection: Connection, codes: Collection[str], organisations: Collection[str], end: date
) -> pd.DataFrame:
    """Return the published values of some indicators and organisations for every period up to `end`.

    Columns publication, indicator_code, organisation_code, period_end, value, in the order of the period.
    """
    rows = observation.c
    columns = (rows.publication, rows.indicator_code, rows.organisation_code, rows.period_end, rows.value)
    statement = (
        select(*columns)
        .where(
            rows.indicator_code.in_(sorted(codes)),
            rows.organisation_code.in_(sorted(organisations)),
            rows.period_end <= end,
            rows.value.is_not(None),
        )
        .order_by(rows.period_end, rows.period_start)
    )
    return pd.DataFrame(connection.execute(statement).all(), columns=[one.name for one in columns])


def _read(connection: Connection, keys: Sequence[Keys]) -> pd.DataFrame:
    key = tuple_(_ROWS.indicator_code, _ROWS.organisation_code, _ROWS.period_end)
    return frames.read(connection, observation, {}, key.in_(union(*keys)))


def _latest(figures: CTE, within: ColumnElement[bool]) -> Keys:
    latest = select(func.max(_ROWS.period_end)).where(_is_of(figures), within).scalar_subquery()
    return select(figures.c.indicator_code, figures.c.organisation_code, latest)


def _every(figures: CTE, within: ColumnElement[bool]) -> Keys:
    columns = (figures.c.indicator_code, figures.c.organisation_code, _ROWS.period_end)
    return select(*columns).join_from(figures, observation, _is_of(figures)).where(within)


def _is_of(figures: CTE) -> ColumnElement[bool]:
    return and_(
        _ROWS.indicator_code == figures.c.indicator_code,
        _ROWS.organisation_code == figures.c.organisation_code,
    )


def _figures(codes: Sequence[str] | None = None) -> CTE:
    """Return each indicator (of `codes`) with each organisation of which something is known of it."""
    every = select(func.min(_ROWS.indicator_code).label("indicator_code")).cte("indicators", recursive=True)
    following = select(func.min(_ROWS.indicator_code)).where(_ROWS.indicator_code > every.c.indicator_code)
    indicators = every.union_all(
        select(following.scalar_subquery()).where(every.c.indicator_code.is_not(None))
    )
    code = indicators.c.indicator_code
    first = select(func.min(_ROWS.organisation_code)).where(_ROWS.indicator_code == code)
    begun = select(code, first.scalar_subquery().label("organisation_code")).where(
        code.is_not(None) if codes is None else code.in_(list(codes))
    )
    figures = begun.cte("figures", recursive=True)
    after = select(func.min(_ROWS.organisation_code)).where(
        _ROWS.indicator_code == figures.c.indicator_code,
        _ROWS.organisation_code > figures.c.organisation_code,
    )
    return figures.union_all(
        select(figures.c.indicator_code, after.scalar_subquery()).where(
            figures.c.organisation_code.is_not(None)
        )
    )
