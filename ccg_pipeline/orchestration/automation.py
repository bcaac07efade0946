"""What runs by itself: jobs, the monthly and yearly schedule, and the sensor that follows the ledger.

Belongs here: which assets run together, when, and the level-triggered comparison of what is shown with what
the ledger says.
Does not belong here: what a step does (assets/), the rules of a decision (expert_panels).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import dagster as dg
from dagster import DagsterRun, DagsterRunStatus, RunsFilter
from sqlalchemy import Engine

from ccg_pipeline.assets.assessment import NothingToRelease, assessment_key, proposed_header
from ccg_pipeline.assets.committee import bodies_of, content_before_committee
from ccg_pipeline.assets.gates import candidate_fingerprints, decision_key, gate_key
from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.assets.sources import UNPLACED, source_key
from ccg_pipeline.framework.model import Edition
from ccg_pipeline.orchestration.io_manager import Database
from ccg_pipeline.orchestration.resources import Methodology, Panels
from ccg_pipeline.orchestration.run_process import UNFINISHED, bury_the_killed
from ccg_pipeline.release.archive import latest_release
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import canonical_json, sha256_of
from ccg_pipeline.storage.sql import gate
from expert_panels.ledger import record as ledger
from expert_panels.ledger import table as ledger_table
from expert_panels.ledger.gate_state import GateState
from expert_panels.terms import Terms

ROUND_TAG = "ccg/round"
WANTED_TAG = "ccg/wanted"
MOST_FAILURES = 3


def lane_selection(lane: str) -> dg.AssetSelection:
    """Return a lane's assets up to its gates: the table itself is released by the sensor alone."""
    return dg.AssetSelection.key_prefixes([lane]) - dg.AssetSelection.assets(assessment_key(lane))


def ingest_selection(edition: Edition) -> dg.AssetSelection:
    """Return all sources and the observations."""
    sources = [source_key(publication.key) for publication in edition.publications]
    return dg.AssetSelection.assets(UNPLACED, OBSERVATIONS, *sources)


def jobs(edition: Edition) -> list[Any]:
    """Return the jobs: ingest, the month (ingest and interim lane), each lane, each lane's release."""
    ingest = ingest_selection(edition)
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
        gates = dg.AssetSelection.assets(*(gate_key(lane, body) for body in bodies_of(edition, rule)))
        made += [
            dg.define_asset_job(
                f"{lane}_lane",
                selection=lane_selection(lane),
                description=f"The {lane} lane, from the observations to the panels' gates.",
            ),
            dg.define_asset_job(
                f"{lane}_release",
                selection=gates | dg.AssetSelection.assets(assessment_key(lane)),
                description=f"The gates and the released table of the {lane} lane; launched by the sensor.",
            ),
        ]
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


@dataclass(frozen=True)
class Due:
    """A round in which something is shown that the ledger does not say, or the other way round.

    `panels` are those (the committee among them) whose gate is behind; `release` says whether the released
    table is; `wanted` is the fingerprint of what should be shown, so that failures for the same wish can be
    counted.
    """

    lane: str
    partition_key: str
    panels: tuple[str, ...]
    release: bool
    wanted: str

    @property
    def asset_keys(self) -> list[dg.AssetKey]:
        """Return what has to run for this round to catch up."""
        keys = [gate_key(self.lane, panel) for panel in self.panels]
        return [*keys, assessment_key(self.lane)] if self.release else keys


def due(
    engine: Engine, edition: Edition, terms: dict[str, Terms], killed: Sequence[DagsterRun] = ()
) -> list[Due]:
    """Return every round that has to catch up with the ledger and the candidates, whoever moved them.

    A round of a run that was killed shows everything anew: what such a run has written last may be missing
    from Dagster's own record.
    """
    ledger_table.create(engine)
    stands = candidate_fingerprints(engine)
    states = ledger.states(engine, terms)
    with reading(engine) as connection:
        shown = frames.read(connection, gate, {})
    last_lines = dict(
        zip(
            zip(shown["lane"], shown["partition_key"], shown["panel"], strict=True),
            shown["last_line"],
            strict=True,
        )
    )
    found = []
    for (lane, key), parts in stands.groupby(["lane", "partition_key"]):
        lane, key, rule = str(lane), str(key), edition.lane(str(lane))
        candidates = dict(zip(parts["part"], parts["sha256"], strict=True))
        of_round = {
            body: states.get(ledger.Gate(body, lane, key), GateState(panel=body))
            for body in bodies_of(edition, rule)
        }
        with reading(engine) as connection:
            before = latest_release(connection, lane, key)
            content = content_before_committee(connection, edition, rule, key, candidates, of_round)
        laid = sha256_of(content) if content else ""
        if rule.overall_gate is not None:
            candidates[rule.overall_gate.key] = laid
        is_doubtful = any(_covers(run, key) for run in killed)
        behind = tuple(
            body
            for body, state in of_round.items()
            if body in candidates
            and (
                is_doubtful
                or state.subject != candidates[body]
                or last_lines.get((lane, key, body), "") != state.last_hash
            )
        )
        try:
            header = proposed_header(edition, rule, key, parts, of_round, before, laid)
        except NothingToRelease as reason:
            release, wish = False, str(reason)
        else:
            wish = canonical_json(header)
            # A gate that is behind opens a new round first, and with it the header changes once more.
            release = bool(behind) or before is None or before.sha256 != sha256_of(wish)
        if behind or release:
            last = {body: state.last_hash for body, state in of_round.items()}
            wanted = sha256_of(wish + canonical_json(candidates) + canonical_json(last))[:16]
            found.append(Due(lane, key, behind, release, wanted))
    return found


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
            asset_selection=one.asset_keys,
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


def follow_the_ledger(release_jobs: Sequence[Any]) -> dg.SensorDefinition:
    """Build the one sensor: it mirrors new lines, and launches only what shows something it should not."""

    @dg.sensor(
        name="follow_the_ledger",
        jobs=release_jobs,
        minimum_interval_seconds=10,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Compares what every gate and table shows with what the sign-off ledger says.",
    )
    def sensor(
        context: dg.SensorEvaluationContext, database: Database, methodology: Methodology, panels: Panels
    ) -> dg.SensorResult:
        engine = database.engine()
        killed = bury_the_killed(context.instance)
        rounds = due(engine, methodology.edition(), panels.all_terms(), killed)
        answers = list(requests(context.instance, rounds))
        wishes = [one for one in answers if isinstance(one, dg.RunRequest)]
        reasons = [one.skip_message or "" for one in answers if isinstance(one, dg.SkipReason)]
        mirrored_before = int(context.cursor or 0)
        events = mirrored(engine, mirrored_before)
        return dg.SensorResult(
            run_requests=wishes,
            skip_reason=None if wishes else " ".join(reasons) or "Everything shows what the ledger says.",
            asset_events=events,
            cursor=str(mirrored_before + len(events)),
        )

    return sensor
