"""What runs by itself: jobs, the monthly and yearly schedule, and the sensor that follows the ledger.

Belongs here: which assets run together, when, and the level-triggered comparison of what is shown with what
the ledger says.
Does not belong here: what a step does (assets/), the rules of a decision (expert_panels).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import dagster as dg
from dagster import DagsterRun, DagsterRunStatus, RunsFilter
from sqlalchemy import Engine

from ccg_pipeline.assets.edition_round import EditionRound
from ccg_pipeline.assets.gates import decision_key
from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.assets.publication import PUBLICATION
from ccg_pipeline.assets.sources import UNRECOGNISED, source_key
from ccg_pipeline.assets.special_measures import PROPOSALS, REGISTER
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.framework.wanted import Wanted
from ccg_pipeline.orchestration.run_process import UNFINISHED, fail_orphaned_runs
from ccg_pipeline.release.bodies import RECORDS
from ccg_pipeline.release.committee import bodies_of
from ccg_pipeline.release.due import Due, due
from ccg_pipeline.release.round_state import rounds_behind
from ccg_pipeline.release.special_measures import ANNUAL
from expert_panels.ledger import record as ledger
from expert_panels.terms import Terms

ROUND_TAG = "ccg/round"
WANTED_TAG = "ccg/wanted"
REGISTER_JOB = "special_measures"
MOST_FAILURES = 3


def lane_selection(lane: str) -> dg.AssetSelection:
    """Return a lane's assets up to its gates: the table itself is released by the sensor alone."""
    released = [lane, "assessment"], [lane, PUBLICATION]
    return dg.AssetSelection.key_prefixes([lane]) - dg.AssetSelection.assets(*released)


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
        dg.define_asset_job(
            REGISTER_JOB,
            selection=dg.AssetSelection.assets(REGISTER),
            description=(
                "The register of special measures and directions, replayed from its events; launched by the "
                "sensor when the committee decides on an entry."
            ),
        ),
    ]
    for rule in edition.lanes:
        lane = rule.key
        proposed = [PROPOSALS] if lane == ANNUAL else []
        gates = dg.AssetSelection.assets(*([lane, "gate", body] for body in bodies_of(edition, rule)))
        made += [
            dg.define_asset_job(
                f"{lane}_lane",
                selection=lane_selection(lane),
                description=f"The {lane} lane, from the observations to the panels' gates.",
            ),
            dg.define_asset_job(
                f"{lane}_release",
                selection=gates
                | dg.AssetSelection.assets([lane, "assessment"], [lane, PUBLICATION], *proposed),
                description=(
                    f"The gates, the released table of the {lane} lane and the site; launched by the sensor."
                ),
            ),
        ]
    return made


def round_jobs(rounds: Sequence[EditionRound]) -> list[Any]:
    """Return the jobs of each round of an edition: to its release, or to its gates and then the release."""
    made = []
    for one in rounds:
        release = dg.AssetSelection.assets(one.key("release"), one.key(PUBLICATION))
        gates = [one.key("gate", gate.panel) for gate in one.round.gates]
        every = dg.AssetSelection.key_prefixes(one.key().path)
        what = f"{one.edition.title}, {one.round.title or one.round.key}"
        made.append(
            dg.define_asset_job(
                one.name,
                selection=every - release if gates else every,
                description=f"{what}: nodes, places, {'up to its gates' if gates else 'release'}.",
            )
        )
        if gates:
            made.append(
                dg.define_asset_job(
                    one.release_job,
                    selection=dg.AssetSelection.assets(*gates) | release,
                    description=f"{what}: its gates, its release and the site; launched by the sensor.",
                )
            )
    return made


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


Catching = Mapping[str, EditionRound]
"""The rounds of other editions than that of 2016/17, by the lane of their gates."""


def asset_keys(one: Due, rounds: Catching) -> list[dg.AssetKey]:
    """Return what has to run for a round to catch up."""
    if one.lane in rounds:
        of = rounds[one.lane]
        keys = [of.key("gate", body) for body in one.panels]
        release = [of.key("release"), of.key(PUBLICATION)]
    else:
        keys = [dg.AssetKey([one.lane, "gate", panel]) for panel in one.panels]
        proposed = [PROPOSALS] if one.lane == ANNUAL else []
        release = [dg.AssetKey([one.lane, "assessment"]), dg.AssetKey([one.lane, PUBLICATION]), *proposed]
    return [*keys, *release] if one.release else keys


def rounds_due(
    engine: Engine,
    edition: Edition,
    terms: Mapping[str, Terms],
    killed: Sequence[DagsterRun] = (),
    rounds: Catching | None = None,
    settled: dict[tuple[str, str], str] | None = None,
) -> list[Due]:
    """Return the rounds that have to catch up, those of `killed` runs whole.

    `settled` as `rounds_behind` takes it.
    """

    def is_doubtful(key: str) -> bool:
        return any(_covers(run, key) for run in killed)

    others = [(of.edition, of.round) for of in (rounds or {}).values()]
    found = due(engine, edition, terms, is_doubtful, settled)
    return [*found, *rounds_behind(engine, others, terms, is_doubtful, settled)]


def _covers(run: DagsterRun, partition_key: str) -> bool:
    tags = run.tags
    start = tags.get("dagster/asset_partition_range_start")
    end = tags.get("dagster/asset_partition_range_end")
    if start and end and len(start) == len(partition_key):
        return start <= partition_key <= end
    return partition_key == tags.get("dagster/partition")


def requests(
    instance: dg.DagsterInstance,
    rounds: list[Due],
    others: Catching | None = None,
    keys: Callable[[Due, Catching], list[dg.AssetKey]] = asset_keys,
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Turn what is due into runs: none while one for that round is unfinished, none after three failures."""
    known, unfinished = others or {}, instance.get_runs(RunsFilter(statuses=UNFINISHED))
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
            job_name=known[one.lane].release_job if one.lane in known else f"{one.lane}_release",
            partition_key=one.partition_key,
            asset_selection=keys(one, known),
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


def follow_the_ledger(
    release_jobs: Sequence[Any], edition: Edition, rounds: Sequence[EditionRound] = ()
) -> dg.SensorDefinition:
    """Build the sensor that mirrors new lines, and launches only what shows something it should not."""

    others = {of.lane: of for of in rounds}
    settled: dict[tuple[str, str], str] = {}  # of this process; another looks once more

    @dg.sensor(
        name="follow_the_ledger",
        jobs=release_jobs,
        minimum_interval_seconds=10,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Compares what every gate, table and register shows with what the sign-off ledger says.",
    )
    def sensor(
        context: dg.SensorEvaluationContext,
        database: dg.ResourceParam[Engine],
        terms: dg.ResourceParam[Mapping[str, Terms]],
    ) -> dg.SensorResult:
        origin = context.code_location_origin
        killed = fail_orphaned_runs(context.instance, origin.location_name if origin else "")
        behind = rounds_due(database, edition, terms, killed, others, settled)
        answers = list(requests(context.instance, behind, others))
        reasons = [one.skip_message or "" for one in answers if isinstance(one, dg.SkipReason)]
        mirrored_before = int(context.cursor or 0)
        events = mirrored(database, mirrored_before)
        wishes = [one for one in answers if isinstance(one, dg.RunRequest)]
        if any(one.asset_key == decision_key(RECORDS) for one in events):
            wishes.append(dg.RunRequest(job_name=REGISTER_JOB))
        return dg.SensorResult(
            run_requests=wishes,
            skip_reason=None
            if wishes
            else " ".join(reasons) or None,  # a tick that does nothing says nothing
            asset_events=events,
            cursor=str(max([mirrored_before, *(int(one.metadata["line"].value) for one in events)])),  # type: ignore[arg-type]  # Dagster types it as any value, and it is a number
        )

    return sensor
