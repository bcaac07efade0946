"""What a deployment is asked for by Prometheus: rows, refusals, waiting bodies, the age of data, releases.

Belongs here: these as metrics, from the database alone; none says a rating or a figure.
Does not belong here: the runs (orchestration/run_metrics.py), who may ask (expert_panels/room/metrics.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

import pandas as pd
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine, func, select

from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import plausibility, release_time, source_file
from expert_panels.ledger import record as ledger
from expert_panels.notices import outbox
from expert_panels.terms import Terms

FATES = ("used", "not_asked_for", "not_an_organisation", "quarantined")


class Metric(NamedTuple):
    """A gauge: its name, what it says, the names of its labels, and its values by their labels."""

    name: str
    meaning: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]


def exposition(metrics: Iterable[Metric]) -> bytes:
    """Return metrics in the text format of Prometheus."""

    class Once(Collector):
        def collect(self) -> Iterator[GaugeMetricFamily]:
            for one in metrics:
                family = GaugeMetricFamily(one.name, one.meaning, labels=one.labels)
                for labels, value in one.values.items():
                    family.add_metric(labels, value)
                yield family

    registry = CollectorRegistry()
    registry.register(Once())
    return generate_latest(registry)


def metrics_of(engine: Engine, terms: Mapping[str, Terms]) -> Iterator[Metric]:
    """Yield the metrics of a database."""
    with reading(engine) as connection:
        yield from _of_files(connection)
        yield _of_findings(connection)
        yield _of_releases(connection)
        messages = outbox.counts(connection)
    waiting = {
        tuple(gate): state.opened_at.timestamp()
        for gate, state in ledger.states(engine, terms).items()
        if state.is_open and state.opened_at
    }
    yield Metric(
        "ccg_gate_waiting_since_timestamp_seconds",
        "Since when a table waits that was submitted to a body.",
        ("body", "lane", "partition"),
        waiting,
    )
    yield Metric(
        "ccg_notices",
        "Messages of the outbox.",
        ("channel", "state"),
        {tuple(key): n for key, n in messages.items()},
    )


def _of_files(connection: Connection) -> Iterator[Metric]:
    columns = source_file.c
    fates = [columns[f"rows_{fate}"] for fate in FATES]
    by = (columns.publication, columns.state)
    found = connection.execute(select(*by, func.count(), *map(func.sum, fates)).group_by(*by)).all()
    yield Metric(
        "ccg_source_files",
        "Source files that were read or refused.",
        ("publication", "state"),
        {(row[0], row[1]): row[2] for row in found},
    )
    rows: dict[tuple[str, ...], float] = {}
    for publication, _, _, *sums in found:
        for fate, number in zip(FATES, sums, strict=True):
            rows[publication, fate] = rows.get((publication, fate), 0) + number
    yield Metric("ccg_source_rows", "Rows of source files by their fate.", ("publication", "fate"), rows)
    months = connection.execute(select(columns.publication, columns.months).where(columns.months != "")).all()
    newest: dict[tuple[str, ...], str] = {}
    for publication, said in months:
        newest[publication,] = max(newest.get((publication,), ""), max(said.split(",")))
    yield Metric(
        "ccg_newest_data_timestamp_seconds",
        "The end of the newest month of which the files of a publication tell.",
        ("publication",),
        {key: pd.Period(month, "M").end_time.tz_localize("UTC").timestamp() for key, month in newest.items()},
    )


def _of_findings(connection: Connection) -> Metric:
    columns = plausibility.c
    newest = select(func.max(columns.partition_key)).scalar_subquery()
    key = (columns.partition_key, columns.expectation, columns.severity)
    statement = (
        select(*key, func.count())
        .where(columns.holds.is_(False), columns.partition_key == newest)
        .group_by(*key)
    )
    found = {tuple(map(str, row[:3])): float(row[3]) for row in connection.execute(statement)}
    return Metric(
        "ccg_findings",
        "Findings of the newest month that was checked that do not hold.",
        ("month", "expectation", "severity"),
        found,
    )


def _of_releases(connection: Connection) -> Metric:
    columns = release_time.c
    statement = select(columns.lane, func.max(columns.at)).group_by(columns.lane)
    found: dict[tuple[str, ...], float] = {
        (lane,): datetime.fromisoformat(at).timestamp() for lane, at in connection.execute(statement)
    }
    return Metric("ccg_last_release_timestamp_seconds", "When a lane was released last.", ("lane",), found)
