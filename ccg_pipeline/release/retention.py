"""What a database need not keep for ever: candidates that nobody decided on, findings that nothing rests on.

Belongs here: which rounds and findings of before a day those are, and taking them away.
Does not belong here: the ledger, releases, and the bytes that bodies saw or that were released, which the
database itself refuses to give up; Dagster's runs (orchestration/retention.py).
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, delete, func, select

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.round_dates import days_of, rounds_by_lane
from ccg_pipeline.framework.rounds import last_day
from ccg_pipeline.storage.database import reading, writing
from ccg_pipeline.storage.frames import where
from ccg_pipeline.storage.insert_only import IS_INSERT_ONLY
from ccg_pipeline.storage.sql import BY_NAME, indicator_band, lane_fingerprint, plausibility, release, score
from expert_panels.ledger import record as ledger

OF_ROUNDS = [
    table
    for table in BY_NAME.values()
    if {"lane", "edition"} & set(table.columns.keys()) and not table.info.get(IS_INSERT_ONLY)
]
"""The tables of candidates and of what their gates show."""

OPENED = "open"
"""The line of the ledger that submits a table to a body: no decision."""


class Outdated(NamedTuple):
    """What may be taken away: rounds by lane and partition key, the rows of them, the rows of findings."""

    rounds: tuple[tuple[str, str], ...]
    n_rows: int
    n_findings: int


def outdated(engine: Engine, editions: Sequence[Edition], before: date) -> Outdated:
    """Return what may be taken away of what ended before a day.

    Candidates: of rounds of the two lanes and of `editions` of which nothing is released and on which nobody
    decided. Findings: of months whose figures no round rests on that is left.
    """
    with reading(engine) as connection:
        rounds = _rounds(connection, engine, editions, before)
        n_rows = sum(
            connection.scalar(select(func.count()).select_from(table).where(_of(table, one))) or 0
            for table in OF_ROUNDS
            for one in rounds
        )
        n_findings = sum(
            connection.scalar(select(func.count()).select_from(plausibility).where(one)) or 0
            for one in _findings(connection, before, rounds)
        )
    return Outdated(tuple(rounds), n_rows, n_findings)


def take_away(engine: Engine, found: Outdated, editions: Sequence[Edition], before: date) -> None:
    """Take away what `outdated` found of before that day: all of it, or nothing.

    A round on which somebody decided in the meantime, or of which something was released, stays.
    """
    with writing(engine) as connection:
        now = _rounds(connection, engine, editions, before)
        for table in OF_ROUNDS:
            for one in (one for one in found.rounds if one in now):
                connection.execute(delete(table).where(_of(table, one)))
        for condition in _findings(connection, before):
            connection.execute(delete(plausibility).where(condition))


def _of(table: Table, one: tuple[str, str]) -> ColumnElement[bool]:
    """Return the condition that a row is of a round, by its lane (`nof_2025_26/quarter`) and key."""
    lane, key = one
    edition, _, name = lane.partition("/")
    scope = {"lane": lane} if "lane" in table.columns else {"edition": edition, "round": name}
    return where(table, {**scope, "partition_key": key})


def _rounds(
    connection: Connection, engine: Engine, editions: Sequence[Edition], before: date
) -> list[tuple[str, str]]:
    """Return the rounds of which something was scored, that ended before a day, and that nobody needs."""
    ends = _ends(editions)
    key = lane_fingerprint.c.lane, lane_fingerprint.c.partition_key
    scored = {(str(lane), str(of)) for lane, of in connection.execute(select(*key).distinct())}
    released = {tuple(row) for row in connection.execute(select(release.c.lane, release.c.partition_key))}
    decided = {(line.lane, line.partition_key) for line in ledger.lines(engine) if line.decision != OPENED}
    return [
        (lane, of)
        for lane, of in sorted(scored - released - decided)
        if lane in ends and ends[lane](of) < before
    ]


def _ends(editions: Sequence[Edition]) -> dict[str, Callable[[str], date]]:
    """Return of each lane what gives the last day of a round by its key; of no edition but these."""
    others = rounds_by_lane(editions)

    def ends(lane: str) -> Callable[[str], date]:
        edition, one = others[lane]
        return lambda key: days_of(edition, one, key)[1]

    return {"interim": last_day, "annual": last_day} | {lane: ends(lane) for lane in others}


def _findings(
    connection: Connection, before: date, without: Sequence[tuple[str, str]] = ()
) -> list[ColumnElement[bool]]:
    """Return the condition of each group of findings that may go, were the rounds of `without` gone.

    A mean of months rests on each of them, any other figure on its last day, which is one of these.
    """
    others = [~_of(score, one) for one in without]
    # which findings a round of another edition rests on is not asked: while there is one, all are kept
    if connection.execute(select(score.c.edition).where(*others).limit(1)).first():
        return []
    found, band = plausibility.c, indicator_band.c
    key = (found.partition_key, found.indicator_code, found.period_end)
    old = connection.execute(select(*key).where(found.partition_key < f"{before:%Y-%m}").distinct()).all()
    left = [~_of(indicator_band, one) for one in without]
    figures = select(band.indicator_code, band.period_start, band.period_end).where(*left).distinct()
    periods: dict[str, list[tuple[date, date]]] = {}
    for code, first, last in connection.execute(figures):
        periods.setdefault(code, []).append((first or last, last))
    return [
        and_(found.partition_key == month, found.indicator_code == code, found.period_end == end)
        for month, code, end in old
        if end and not any(last and first <= end <= last for first, last in periods.get(code, ()))
    ]
