"""The sensor that sends notices, with alerts for engineers: runs that failed, sources that are stale.

Belongs here: what is worth waking somebody for, and its words; filling the outbox and delivering it.
Does not belong here: how a message travels (expert_panels.notices), what is stale (quality/).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterEventType, DagsterRunStatus, RunsFilter
from sqlalchemy import Engine, func, select

from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.orchestration.outcome import sentence_of
from ccg_pipeline.release import notices
from ccg_pipeline.release.notices import to_engineers
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.sql import plausibility
from expert_panels.notices import outbox
from expert_panels.notices.delivery import deliver
from expert_panels.notices.outbox import Message
from expert_panels.settings import Settings, declared
from expert_panels.terms import Terms

SINCE = timedelta(days=1)
"""A run that failed longer ago is no news."""

STALE = "no_stale_period"
"""The expectation that says which sources are stale."""

TICK_SECONDS = 15.0
"""How long one look of the sensor may go on beginning deliveries; Dagster gives it a minute in all."""


def fill_alerts(
    engine: Engine, instance: dg.DagsterInstance, settings: Settings, now: datetime | None = None
) -> int:
    """Put what has to be known into the outbox; return how many messages are new. Twice adds nothing."""
    now = now or datetime.now(UTC)
    wanted = [*_failed(instance, settings, now), *_stale(engine, settings, now)]
    return outbox.fill(engine, wanted, now)


def _failed(instance: dg.DagsterInstance, settings: Settings, now: datetime) -> Iterator[Message]:
    failed = RunsFilter(statuses=[DagsterRunStatus.FAILURE], updated_after=now - SINCE)
    for record in instance.get_run_records(failed):
        run = record.dagster_run
        logs = instance.all_logs(run.run_id, of_type=DagsterEventType.STEP_FAILURE)
        why = sentence_of((one.dagster_event for one in logs if one.dagster_event), run.run_id)
        month = run.tags.get("dagster/partition", "several months")
        yield from to_engineers(
            settings,
            key=f"failed run/{run.run_id}",
            kind="failed run",
            at=record.update_timestamp.replace(tzinfo=UTC),
            subject=f"A run failed: {run.job_name}, {month}",
            text=f"{why}\n\nRun {run.run_id} of the job {run.job_name}, {month}.\n",
        )


def _stale(engine: Engine, settings: Settings, now: datetime) -> Iterator[Message]:
    """Yield what the newest month that was checked says of stale sources, once a month."""
    rows = plausibility.c
    month = select(func.max(rows.partition_key)).scalar_subquery()
    statement = (
        select(rows.partition_key, rows.indicator_code, rows.observed)
        .where(rows.expectation == STALE, rows.holds.is_(False), rows.partition_key == month)
        .order_by(rows.indicator_code, rows.observed)
    )
    with reading(engine) as connection:
        found = connection.execute(statement).all()
    if found:
        lines = [f"{code}: {observed}" for _, code, observed in found]
        yield from to_engineers(
            settings,
            key=f"stale sources/{found[0].partition_key}",
            kind="stale sources",
            at=now,
            subject=f"Stale sources, {found[0].partition_key}: {len(found)} indicators",
            text="\n".join(lines) + "\n",
        )


def send_notices(rounds: Sequence[EditionRound]) -> dg.SensorDefinition:
    """Build the sensor that fills the outbox and delivers what is due; without settings it does nothing."""

    @dg.sensor(
        name="send_notices",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Tells panels and engineers what happened at the gates, and engineers of runs that failed and "
            "sources that are stale, by mail and webhook, once each, where CCG_ROOM names settings with a "
            "mail server or a webhook."
        ),
    )
    def sensor(
        context: dg.SensorEvaluationContext,
        database: dg.ResourceParam[Engine],
        terms: dg.ResourceParam[Mapping[str, Terms]],
    ) -> dg.SkipReason | None:
        settings = declared()
        channels = notices.channels(settings) if settings else {}
        if settings is None or not channels:
            return None
        editions = [of.edition for of in rounds]
        new = notices.fill(database, terms, settings.settings, editions=editions)
        new += notices.fill_daily_head(database, settings.settings)
        new += fill_alerts(database, context.instance, settings.settings)
        delivered = deliver(database, channels, TICK_SECONDS)
        said = f"{new} new messages; {delivered} delivered."
        return dg.SkipReason(said) if new or delivered else None

    return sensor
