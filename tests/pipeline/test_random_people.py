"""A deployment of a real Dagster in which people decide, engineers change data, and all is killed at times.

A small pipeline with real files, a month and a year, six panels and the committee. `dagster dev` (webserver,
daemon, sensor, runs) is killed as a whole at random moments and started again, while people in other
processes take random decisions and engineers land changed files and launch runs. All the while the chain
verifies and no release shows what the bare lines of the ledger have not let out; when people stop, gates,
tables and Dagster's own record come to show what the ledger says.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from operator import gt
from pathlib import Path

import dagster as dg
import pytest
from dagster import AssetRecordsFilter, DagsterRunStatus, RunsFilter

from ccg_pipeline.assets.gates import decision_key
from ccg_pipeline.orchestration.instance import dagster_instance
from ccg_pipeline.orchestration.run_process import UNFINISHED
from ccg_pipeline.release.due import due
from expert_panels.ledger.line import Line
from expert_panels.ledger.verify import verify
from tests.support.notations.released_outputs import (
    nothing_unverified_is_out,
    releases,
    shows_what_was_released,
)
from tests.support.patience import Patience
from tests.support.servers.live_dagster import LiveDagster
from tests.support.worlds.dagster_deployment import Deployment
from tests.support.worlds.random_engineers import Engineers
from tests.support.worlds.random_people import Nursery
from tests.support.worlds.small_pipeline import (
    COMMITTEE,
    EDITION,
    MONTH,
    PANELS,
    SMALL,
    TERMS,
    YEAR,
    SmallPipeline,
    copy_files,
)

pytestmark = pytest.mark.daemon

WANTED, CHANGES, KILLS, SEED = 2_000, 10, 5, 2016
PEOPLE = ("members", "members", "engineers")

GATES = [(lane, key, body) for lane, key in (MONTH, YEAR) for body in PANELS] + [(*YEAR, COMMITTEE)]


@pytest.fixture
def deployment(made_up_year: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """A month and a year are scored, nothing is signed, and Dagster does not run yet."""
    landing = copy_files(made_up_year, tmp_path / "landing", SMALL)
    url = f"sqlite:///{tmp_path}/ccg.db"
    monkeypatch.setenv("CCG_HOME", str(tmp_path))
    monkeypatch.setenv("CCG_ACTOR", "engineer@data.example")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    with dagster_instance() as instance:
        pipeline = SmallPipeline(url, landing, instance)
        pipeline.run(MONTH, YEAR)
        live = LiveDagster(tmp_path, {"CCG_DATABASE": url, "CCG_LANDING": str(landing)})
        try:
            yield Deployment(pipeline, live)
        finally:
            live.stop()
            pipeline.engine.dispose()


class Unrest:
    """The people's processes, and what all of them have done."""

    def __init__(self, deployment: Deployment, folder: Path, chance: random.Random) -> None:
        self._notes, self._chance = folder / "notes", chance
        self._nursery = Nursery(deployment.pipeline.url, self._notes)
        self._living = [self._fork(role) for role in PEOPLE]
        self.kills = 0

    def acts(self) -> Counter[str]:
        return Counter(self._notes.read_text() if self._notes.exists() else "")

    @property
    def decisions(self) -> int:
        """How many decisions were recorded or refused."""
        acts = self.acts()
        return acts["D"] + acts["R"]

    def kill_somebody(self) -> None:
        """Kill one of the processes while it acts, and let another take its place."""
        place = self._chance.randrange(len(PEOPLE))
        os.kill(self._living[place], signal.SIGKILL)
        self.kills += 1
        self._living[place] = self._fork(PEOPLE[place])

    def end(self) -> None:
        for number in self._living:
            os.kill(number, signal.SIGKILL)
        self._living = []
        self._nursery.close()

    def _fork(self, role: str) -> int:
        return self._nursery.fork(role, self._chance.randrange(10**9))


def in_dagster(instance: dg.DagsterInstance, lane: str, key: str, body: str) -> tuple[str, str]:
    """State and data version of a gate's last materialisation, in Dagster's own record."""
    wanted = AssetRecordsFilter(asset_key=dg.AssetKey([lane, "gate", body]), asset_partitions=[key])
    (record,) = instance.fetch_materializations(wanted, limit=1).records
    event = record.asset_materialization
    assert event is not None
    return str(event.metadata["state"].value), str((event.tags or {})["dagster/data_version"])


def mirrored(instance: dg.DagsterInstance) -> Counter[tuple[int, str]]:
    """Number and hash of each ledger line in Dagster's own record -> how often it is there."""
    found: Counter[tuple[int, str]] = Counter()
    for body in [*PANELS, COMMITTEE]:
        cursor, has_more = None, True
        while has_more:
            page = instance.fetch_materializations(decision_key(body), limit=1000, cursor=cursor)
            for record in page.records:
                assert record.asset_materialization is not None
                said = record.asset_materialization.metadata
                found[(int(str(said["line"].value)), str(said["hash"].value))] += 1
            cursor, has_more = page.cursor, page.has_more
    return found


def is_quiet(deployment: Deployment) -> bool:
    """Nothing is due, nothing runs, and every line is mirrored."""
    pipeline = deployment.pipeline
    if pipeline.instance.get_runs(RunsFilter(statuses=UNFINISHED)) or due(pipeline.engine, EDITION, TERMS):
        return False
    return {seq for seq, _ in mirrored(pipeline.instance)} == {line.seq for line in pipeline.lines()}


def live(
    deployment: Deployment, engineers: Engineers, lives_on: Callable[[float], bool], with_year: bool = True
) -> float:
    """Start Dagster and let engineers do what they do while it is to live on; the seconds of the start."""
    took, since = deployment.live.start(), time.monotonic()
    engineers.come_back()
    while lives_on(time.monotonic() - since):
        engineers.act(with_year)
        time.sleep(0.5)
    return took


def laid_before(lines: list[Line]) -> tuple[int, int]:
    """How often another table was put before somebody, and how often that was one of the earlier ones."""
    tables: dict[tuple[str, str, str], list[str]] = {gate: [] for gate in GATES}
    for line in lines:
        of_gate = tables[line.lane, line.partition_key, line.panel]
        if line.decision == "open" and line.subject_sha256 not in of_gate[-1:]:
            of_gate.append(line.subject_sha256)
    changed = sum(len(each) - 1 for each in tables.values())
    return changed, changed - sum(len(set(each)) - 1 for each in tables.values())


def gates_show_the_ledger(pipeline: SmallPipeline) -> None:
    """The gates' rows and Dagster's own record say what the fold says."""
    shown = pipeline.rows("gate").set_index(["lane", "partition_key", "panel"])
    assert set(shown.index) == set(GATES)
    for lane, key, body in GATES:
        row, state = shown.loc[(lane, key, body)], pipeline.state(body, lane, key)
        said = state.described, state.subject, state.last_hash
        assert (row["state"], row["subject_sha256"], row["last_line"]) == said
        assert in_dagster(pipeline.instance, lane, key, body) == (state.described, ":".join(said))


def test_a_deployment_that_is_killed_again_and_again_keeps_every_promise(
    deployment: Deployment, tmp_path: Path
) -> None:
    chance, begun, pipeline = random.Random(SEED), time.monotonic(), deployment.pipeline
    instance, seen = pipeline.instance, set[tuple[str, str, int]]()
    engineers, unrest = Engineers(deployment, tmp_path, chance), Unrest(deployment, tmp_path, chance)
    kills, under_way, starts = 0, 0, list[float]()

    patience = Patience(lambda: (unrest.decisions, engineers.changes))

    def has_no_year_yet(_lived: float) -> bool:
        assert not patience.has_ended(), deployment.live.printed()
        return YEAR not in pipeline.serials()

    try:
        while unrest.decisions < WANTED or engineers.changes < CHANGES or kills < KILLS:
            assert not patience.has_ended(), f"{unrest.acts()}, {kills} kills"
            seconds = chance.uniform(15, 35)
            lives_on = partial(gt, seconds) if kills else has_no_year_yet
            starts.append(live(deployment, engineers, lives_on, with_year=kills > 0))
            under_way += bool(instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.STARTED])))
            deployment.live.kill()
            kills += 1
            unrest.kill_somebody()
            assert verify(pipeline.engine) == []
            nothing_unverified_is_out(pipeline.engine, seen)
            for lane_and_key in (MONTH, YEAR):
                shows_what_was_released(pipeline.engine, *lane_and_key)
        starts.append(deployment.live.start())
    finally:
        unrest.end()
    engineers.come_back()
    ended = deployment.wait("the engineers' last runs to end well", engineers.have_ended)
    quiet = deployment.wait("all to show what the ledger says", lambda: is_quiet(deployment))

    assert verify(pipeline.engine) == []
    nothing_unverified_is_out(pipeline.engine, seen)
    for lane_and_key in (MONTH, YEAR):
        shows_what_was_released(pipeline.engine, *lane_and_key)
    gates_show_the_ledger(pipeline)
    mirror = mirrored(instance)
    assert set(mirror) == {(line.seq, line.hash) for line in pipeline.lines()}
    # Dagster stores what a look of its sensor found before it stores that it looked: killed in between, it
    # looks again. So a line can be there as often as it was killed, and once more.
    assert max(mirror.values()) <= 1 + kills

    acts, out = unrest.acts(), releases(pipeline.engine)
    runs = Counter(run.status.value for run in instance.get_runs())
    changed, earlier = laid_before(pipeline.lines())
    of_year = sum(out["lane"] == "annual")
    print(
        f"{acts['D']} decisions recorded, {acts['R']} refused, {acts['L']} locked out; "
        f"{acts['A']} tables laid again\n"
        f"{engineers.changes} files landed, {engineers.returns} with figures that had been replaced; "
        f"launched: {dict(engineers.launched)}; {changed} other tables put before "
        f"somebody, {earlier} of them for the second time\n"
        f"{kills} kills of Dagster, {under_way} with a run under way, and {unrest.kills} of people; "
        f"{len(starts)} starts of {min(starts):.0f} to {max(starts):.0f} s\n"
        f"runs: {dict(runs)}; {len(out)} releases, {of_year} of the year\n"
        f"{sum(each > 1 for each in mirror.values())} of {len(mirror)} lines mirrored more than once, "
        f"{max(mirror.values())} times at most\n"
        f"people stopped; the engineers' runs ended after {ended:.0f} s, all was shown {quiet:.0f} s later; "
        f"{time.monotonic() - begun:.0f} s in all"
    )
    assert engineers.returns > 0
    assert under_way > 0
