"""What runs by itself: jobs, the monthly and yearly schedule, and the sensor that follows the ledger.

Belongs here: which assets run together, when, and the level-triggered comparison of what is shown with what
the ledger says.
Does not belong here: what a step does (assets/), the rules of a decision (expert_panels).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import dagster as dg
from dagster import DagsterRun, DagsterRunStatus, RunsFilter
from sqlalchemy import Engine

from ccg_pipeline.assets.gates import decision_key
from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.assets.rounds import EditionRound
from ccg_pipeline.assets.sources import UNRECOGNISED, source_key
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.orchestration.run_process import UNFINISHED, fail_orphaned_runs
from ccg_pipeline.release import notices
from ccg_pipeline.release.committee import bodies_of
from ccg_pipeline.release.due import Due, due
from expert_panels.ledger import record as ledger
from expert_panels.notices.delivery import deliver
from expert_panels.settings import declared
from expert_panels.terms import Terms

ROUND_TAG = "ccg/round"
WANTED_TAG = "ccg/wanted"
MOST_FAILURES = 3


def lane_selection(lane: str) -> dg.AssetSelection:
    """Return a lane's assets up to its gates: the table itself is released by the sensor alone."""
    return dg.AssetSelection.key_prefixes([lane]) - dg.AssetSelection.assets([lane, "assessment"])


def ingest_selection(wanted: Wanted) -> dg.AssetSelection:
    """Return all sources and the observations."""
    sources = [source_key(key) for key in wanted.keys]
    return dg.AssetSelection.assets(UNRECOGNISED, OBSERVATIONS, *sources)


def jobs(edition: Edition, wanted: Wanted) -> list[Any]:
    """Return the jobs: ingest, the month (ingest and interim lane), each lane, each lane's release."""
    ingest = ingest_selection(wanted)
    made = [
        dg.define_asset_job(
            "ingest",
            selection=ingest,
            description="Every source and the observations of one or more months.",
        ),
        dg.define_asset_job(
            "month",
            selection=ingest | lane_selection("interim"),
            description="A month from its source files to the panels' gates.",
        ),
    ]
    for rule in edition.lanes:
        lane = rule.key
        gates = dg.AssetSelection.assets(*([lane, "gate", body] for body in bodies_of(edition, rule)))
        made += [
            dg.define_asset_job(
                f"{lane}_lane",
                selection=lane_selection(lane),
                description=f"The {lane} lane, from the observations to the panels' gates.",
            ),
            dg.define_asset_job(
                f"{lane}_release",
                selection=gates | dg.AssetSelection.assets([lane, "assessment"]),
                description=f"The gates and the released table of the {lane} lane; launched by the sensor.",
            ),
        ]
    return made


def round_jobs(rounds: Sequence[EditionRound]) -> list[Any]:
    """Return the job of each round of an edition: from the observations to its release."""
    return [
        dg.define_asset_job(
            one.name,
            selection=dg.AssetSelection.key_prefixes([one.edition.key, one.round.key]),
            description=f"{one.edition.title}, {one.round.title or one.round.key}: nodes, places, release.",
        )
        for one in rounds
    ]


@dg.schedule(
    cron_schedule="0 6 5 * *",
    job_name="month",
    execution_timezone="Europe/London",
    description="On the 5th at six: the month before, from its files to the panels' gates.",
)
def on_the_5th(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Ask for the month before the tick."""
    first = context.scheduled_execution_time.replace(day=1)
    month = (first - timedelta(days=1)).strftime("%Y-%m")
    return dg.RunRequest(run_key=month, partition_key=month)


@dg.schedule(
    cron_schedule="0 6 1 6 *",
    job_name="annual_lane",
    execution_timezone="Europe/London",
    description="On 1 June at six: the financial year that ended in March.",
)
def on_1_june(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Ask for the financial year that ended two months before the tick."""
    year = f"{context.scheduled_execution_time.year - 1}-04-01"
    return dg.RunRequest(run_key=year, partition_key=year)


def asset_keys(one: Due) -> list[dg.AssetKey]:
    """Return what has to run for a round to catch up."""
    keys = [dg.AssetKey([one.lane, "gate", panel]) for panel in one.panels]
    return [*keys, dg.AssetKey([one.lane, "assessment"])] if one.release else keys


def rounds_due(
    engine: Engine, edition: Edition, terms: Mapping[str, Terms], killed: Sequence[DagsterRun] = ()
) -> list[Due]:
    """Return the rounds that have to catch up, those of `killed` runs whole."""
    return due(engine, edition, terms, lambda key: any(_covers(run, key) for run in killed))


def _covers(run: DagsterRun, partition_key: str) -> bool:
    tags = run.tags
    start = tags.get("dagster/asset_partition_range_start")
    end = tags.get("dagster/asset_partition_range_end")
    if start and end and len(start) == len(partition_key):
        return start <= partition_key <= end
    return partition_key == tags.get("dagster/partition")


def requests(instance: dg.DagsterInstance, rounds: list[Due]) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Turn what is due into runs: none while one for that round is unfinished, none after three failures."""
    unfinished = instance.get_runs(RunsFilter(statuses=UNFINISHED))
    for one in rounds:
        name = f"{one.lane}/{one.partition_key}"
        if any(_covers(run, one.partition_key) for run in unfinished):
            yield dg.SkipReason(f"{name}: a run is unfinished; looking again after it.")
            continue
        failed = instance.get_runs(
            RunsFilter(
                tags={WANTED_TAG: one.wanted},
                statuses=[DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED],
            )
        )
        if len(failed) >= MOST_FAILURES:
            yield dg.SkipReason(f"{name}: {MOST_FAILURES} runs failed; look at {failed[0].run_id} first.")
            continue
        yield dg.RunRequest(
            run_key=f"{one.wanted}:{len(failed)}:{datetime.now().timestamp()}",
            job_name=f"{one.lane}_release",
            partition_key=one.partition_key,
            asset_selection=asset_keys(one),
            tags={ROUND_TAG: name, WANTED_TAG: one.wanted},
        )


def mirrored(engine: Engine, after: int) -> list[dg.AssetMaterialization]:
    """Return ledger lines whose number is above `after` as events of the external decision assets."""
    return [
        dg.AssetMaterialization(
            decision_key(line.panel),
            description=f"{line.decision} by {line.actor}",
            metadata={
                "line": line.seq,
                "decision": line.decision,
                "round": f"{line.lane}/{line.partition_key}/{line.serial}",
                "actor": line.actor,
                "role": line.role,
                "reason": line.reason,
                "about": line.about,
                "subject": line.subject_sha256,
                "hash": line.hash,
            },
        )
        for line in ledger.lines(engine, after=after)
    ]


def follow_the_ledger(release_jobs: Sequence[Any], edition: Edition) -> dg.SensorDefinition:
    """Build the sensor that mirrors new lines, and launches only what shows something it should not."""

    @dg.sensor(
        name="follow_the_ledger",
        jobs=release_jobs,
        minimum_interval_seconds=10,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Compares what every gate and table shows with what the sign-off ledger says.",
    )
    def sensor(
        context: dg.SensorEvaluationContext,
        database: dg.ResourceParam[Engine],
        terms: dg.ResourceParam[Mapping[str, Terms]],
    ) -> dg.SensorResult:
        killed = fail_orphaned_runs(context.instance)
        answers = list(requests(context.instance, rounds_due(database, edition, terms, killed)))
        wishes = [one for one in answers if isinstance(one, dg.RunRequest)]
        reasons = [one.skip_message or "" for one in answers if isinstance(one, dg.SkipReason)]
        mirrored_before = int(context.cursor or 0)
        events = mirrored(database, mirrored_before)
        return dg.SensorResult(
            run_requests=wishes,
            skip_reason=None if wishes else " ".join(reasons) or "Everything shows what the ledger says.",
            asset_events=events,
            cursor=str(mirrored_before + len(events)),
        )

    return sensor


TICK_SECONDS = 15.0
"""How long one look of the sensor may go on beginning deliveries; Dagster gives it a minute in all."""


def send_notices() -> dg.SensorDefinition:
    """Build the sensor that fills the outbox and delivers what is due; without settings it does nothing."""

    @dg.sensor(
        name="send_notices",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells panels and engineers what happened at the gates, by mail and webhook, once each.",
    )
    def sensor(
        _context: dg.SensorEvaluationContext,
        database: dg.ResourceParam[Engine],
        terms: dg.ResourceParam[Mapping[str, Terms]],
    ) -> dg.SkipReason:
        settings = declared()
        channels = notices.channels(settings) if settings else {}
        if settings is None or not channels:
            return dg.SkipReason("No notices: CCG_ROOM names no settings with a mail server or a webhook.")
        new = notices.fill(database, terms, settings.settings)
        return dg.SkipReason(f"{new} new messages; {deliver(database, channels, TICK_SECONDS)} delivered.")

    return sensor
