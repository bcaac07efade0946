"""A small pipeline with Dagster running on it: what the tests ask of its webserver.

Belongs here: GraphQL and REST in the pipeline's words, and waiting for the released table to follow.
Does not belong here: the processes (live_dagster.py), the pipeline (small_pipeline.py), any expectation.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dagster._core.scheduler.instigation import InstigatorType, ScheduleInstigatorData

from ccg_pipeline.assets.observations import OBSERVATIONS
from ccg_pipeline.orchestration.automation import on_the_5th
from ccg_pipeline.release.gates import SHOWS_THE_LEDGER
from tests.support.servers.live_dagster import LiveDagster
from tests.support.worlds.small_pipeline import SmallPipeline

REPOSITORY = {"repositoryName": "__repository__", "repositoryLocationName": "ccg_pipeline"}


def by_key(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags as GraphQL gives them, as a mapping."""
    return {tag["key"]: tag["value"] for tag in tags}


@dataclass
class Deployment:
    """A pipeline, and Dagster's webserver and daemon running on it."""

    pipeline: SmallPipeline
    live: LiveDagster

    def wait(self, what: str, holds: Callable[[], object]) -> float:
        """Wait until something holds, for as long as Dagster's own event log grows; the seconds that took."""
        return self.live.wait(what, holds, self._events)

    def _events(self) -> int:
        return int(self.pipeline.instance.event_log_storage.get_maximum_record_id() or 0)

    def shows(self, what: str, lane_and_key: tuple[str, str], panel: str, word: str) -> None:
        """Wait until the released table says `word` of a panel's area, and print how long that took."""
        seconds = self.wait(
            f"{what} in the released table",
            lambda: self.pipeline.verifications(*lane_and_key).get(panel) == word,
        )
        print(f"{what} in the released table: {seconds:.1f} s")

    def looks(self) -> list[float]:
        """When the sensor's last looks began that have ended, in seconds since 1970."""
        sensor = self.live.ask(
            """query($sensor: SensorSelector!) { sensorOrError(sensorSelector: $sensor) { __typename
               ... on Sensor { sensorState { ticks(limit: 9) { timestamp status } } } } }""",
            sensor={**REPOSITORY, "sensorName": "follow_the_ledger"},
        )
        return [one["timestamp"] for one in sensor["sensorState"]["ticks"] if one["status"] != "STARTED"]

    def launched(self) -> int:
        """How many runs the sensor has launched."""
        return sum("dagster/sensor_name" in run.tags for run in self.pipeline.instance.get_runs())

    def schedules(self) -> dict[str, str]:
        """Schedule -> the job that it launches."""
        found = self.live.ask(
            """query($in: RepositorySelector!) { schedulesOrError(repositorySelector: $in) { __typename
               ... on Schedules { results { name pipelineName } } } }""",
            **{"in": REPOSITORY},
        )
        return {one["name"]: one["pipelineName"] for one in found["results"]}

    def sensors(self) -> dict[str, str]:
        """Sensor -> whether it is RUNNING."""
        found = self.live.ask(
            """query($in: RepositorySelector!) { sensorsOrError(repositorySelector: $in) { __typename
               ... on Sensors { results { name sensorState { status } } } } }""",
            **{"in": REPOSITORY},
        )
        return {one["name"]: one["sensorState"]["status"] for one in found["results"]}

    def asked_at(self, schedule: str, at: datetime) -> list[str]:
        """The partitions that a schedule would ask for at that time."""
        answer = self.live.ask(
            """mutation($schedule: ScheduleSelector!, $at: Float) {
               scheduleDryRun(selectorData: $schedule, timestamp: $at) { __typename
               ... on DryRunInstigationTick { evaluationResult {
                 error { message } runRequests { tags { key value } } } } } }""",
            schedule={**REPOSITORY, "scheduleName": schedule},
            at=at.timestamp(),
        )["evaluationResult"]
        assert answer["error"] is None, answer["error"]
        return [by_key(request["tags"])["dagster/partition"] for request in answer["runRequests"]]

    def switch_on_the_5th(self, since: datetime) -> None:
        """Switch the monthly schedule on as if that had been done then: missed ticks are made up for."""
        self.live.ask(
            """mutation($schedule: ScheduleSelector!) {
               startSchedule(scheduleSelector: $schedule) { __typename } }""",
            schedule={**REPOSITORY, "scheduleName": "on_the_5th"},
        )
        instance = self.pipeline.instance
        (state,) = instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
        data = ScheduleInstigatorData(on_the_5th.cron_schedule, start_timestamp=since.timestamp())
        instance.update_instigator_state(state.with_data(data))

    def ticks(self) -> list[Any]:
        """The ticks of the monthly schedule, each with its runs."""
        schedule = self.live.ask(
            """query($schedule: ScheduleSelector!) { scheduleOrError(scheduleSelector: $schedule) {
               __typename ... on Schedule { scheduleState { ticks(limit: 9) {
                 timestamp status error { message } runs { status tags { key value } } } } } } }""",
            schedule={**REPOSITORY, "scheduleName": "on_the_5th"},
        )
        return list(schedule["scheduleState"]["ticks"])

    def stale(self, month: str) -> Any:
        """The last execution of the check no_stale_period for a month."""
        (execution,) = self.live.ask_list(
            """query($key: AssetKeyInput!, $month: String!) { assetCheckExecutions(
               assetKey: $key, checkName: "no_stale_period", partition: $month, limit: 1) {
               status evaluation { severity description } } }""",
            key={"path": list(OBSERVATIONS.path)},
            month=month,
        )
        return execution

    def freshness(self) -> tuple[str, timedelta, timedelta]:
        """How the freshness of the observations stands, and the ages at which it warns and fails."""
        node = self.live.ask(
            """query($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { __typename
               ... on AssetNode { freshnessStatusInfo { freshnessStatus } internalFreshnessPolicy {
               ... on TimeWindowFreshnessPolicy { warnWindowSeconds failWindowSeconds } } } } }""",
            key={"path": list(OBSERVATIONS.path)},
        )
        policy = node["internalFreshnessPolicy"]
        ages = (timedelta(seconds=policy[f"{word}WindowSeconds"]) for word in ("warn", "fail"))
        return node["freshnessStatusInfo"]["freshnessStatus"], *ages

    def forge(self, lane: str, key: str, panel: str) -> int:
        """Claim before the webserver that a panel has approved; how many events that takes."""
        state, gate = self.pipeline.state(panel, lane, key), f"{lane}/gate/{panel}"
        claim = {"state": "approved", "actor": f"{panel}.chair@panel.example", "subject": state.subject}
        version = f"approved:{state.subject}:{state.last_hash}"
        materialised = {"metadata": claim, "partition": key, "data_version": version}
        self.live.post(f"report_asset_materialization/decision/{panel}", {"metadata": claim})
        self.live.post(f"report_asset_materialization/{gate}", materialised)
        self.live.post(f"report_asset_check/{gate}", {"check_name": SHOWS_THE_LEDGER, "passed": True})
        claims = {("decision", panel): [], (lane, "gate", panel): [key], (lane, "assessment"): [key]}
        for path, partitions in claims.items():
            self.live.ask(
                """mutation($params: ReportRunlessAssetEventsParams!) {
                   reportRunlessAssetEvents(eventParams: $params) { __typename } }""",
                params={
                    "eventType": "ASSET_MATERIALIZATION",
                    "assetKey": {"path": path},
                    "partitionKeys": partitions,
                },
            )
        return 3 + len(claims)

    def launch(self, job: str, key: str) -> str:
        """Launch a job for a partition, as its button in the webserver does, and return the run's id."""
        launched = self.live.ask(
            """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) { __typename
               ... on LaunchRunSuccess { run { runId } } } }""",
            params={
                "selector": {**REPOSITORY, "jobName": job},
                "mode": "default",
                "executionMetadata": {"tags": [{"key": "dagster/partition", "value": key}]},
            },
        )
        return str(launched["run"]["runId"])

    def launch_backfill(self, paths: Iterable[Sequence[str]], partitions: Sequence[str]) -> str:
        """Launch a backfill of assets and return its id."""
        launched = self.live.ask(
            """mutation($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
               __typename ... on LaunchBackfillSuccess { backfillId } } }""",
            params={"assetSelection": [{"path": list(path)} for path in paths], "partitionNames": partitions},
        )
        return str(launched["backfillId"])

    def backfill(self, backfill_id: str) -> Any:
        """How a backfill stands, with its runs."""
        return self.live.ask(
            """query($id: String!) { partitionBackfillOrError(backfillId: $id) { __typename
               ... on PartitionBackfill { status error { message }
                 runs { status startTime endTime tags { key value } } } } }""",
            id=backfill_id,
        )
