"""The definitions in Dagster's running webserver and daemon, driven over GraphQL and REST.

One server for all stories here; each has a round, or a panel, of its own, so that none leans on another. What
takes the daemon minutes, a backfill and a schedule, comes last.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pandas as pd
import pytest

from ccg_pipeline.assets.observations import FRESH, OBSERVATIONS
from ccg_pipeline.orchestration.definitions import build_definitions
from ccg_pipeline.orchestration.instance import dagster_instance
from ccg_pipeline.orchestration.run_process import PROCESS_TAG
from ccg_pipeline.release import tables as published
from ccg_pipeline.release.committee import judgement_before_committee
from expert_panels.ledger import record as ledger
from tests.support.servers.live_dagster import LiveDagster
from tests.support.worlds.dagster_deployment import Deployment, by_key
from tests.support.worlds.small_pipeline import (
    COMMITTEE,
    MONTH,
    PANELS,
    SMALL,
    TERMS,
    YEAR,
    SmallPipeline,
    copy_files,
    halve,
    land_again,
)

pytestmark = pytest.mark.daemon

MONTHS = [f"2016-{month:02d}" for month in range(4, 13)] + ["2017-01", "2017-02", "2017-03"]
LATE = "ae/ae_2016-06-30.csv"
LANDED = [*SMALL, LATE]
DAYS_LATE = 40
LONDON = ZoneInfo("Europe/London")
ENDED = ("SUCCESS", "FAILURE", "CANCELED")


@pytest.fixture(scope="module")
def deployment(
    made_up_year: Path, tmp_path_factory: pytest.TempPathFactory, ccg_home: Path
) -> Iterator[Deployment]:
    """A month and a year are scored, nothing is signed, and Dagster is running."""
    del ccg_home  # asked for, so that this process keeps nothing next to the code either
    folder = tmp_path_factory.mktemp("deployment")
    landing = copy_files(made_up_year, folder / "landing", LANDED)
    url = f"sqlite:///{folder}/ccg.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CCG_HOME", str(folder))
        patch.setenv("DAGSTER_HOME", str(folder / "dagster"))
        with dagster_instance() as instance:
            pipeline = SmallPipeline(url, landing, instance)
            pipeline.run(MONTH, YEAR)
            # No clock can be turned; so the observations' last event comes once more, dated back.
            last = instance.get_latest_materialization_event(OBSERVATIONS)
            assert last is not None
            then = (datetime.now() - timedelta(days=DAYS_LATE)).timestamp()
            instance.handle_new_event(last._replace(timestamp=then))
            settings = {"CCG_DATABASE": url, "CCG_LANDING": str(landing)}
            live = LiveDagster(folder, {**settings, "FRESHNESS_DAEMON_INTERVAL_SECONDS": "5"})
            try:
                print(f"\nwebserver and daemon up: {live.start():.1f} s")
                yield Deployment(pipeline, live)
            finally:
                live.stop()
                pipeline.engine.dispose()


def test_schedules_and_sensor_are_there(deployment: Deployment) -> None:
    assert deployment.schedules() == {"on_the_5th": "month", "on_1_june": "annual_lane"}
    assert deployment.sensors() == dict.fromkeys(
        ["follow_the_ledger", "publish_what_is_due", "send_notices"], "RUNNING"
    )


@pytest.mark.parametrize(
    ("schedule", "tick", "partition"),
    [
        ("on_the_5th", datetime(2017, 4, 5, 6), "2017-03"),  # in British Summer Time
        ("on_the_5th", datetime(2017, 1, 5, 6), "2016-12"),
        ("on_the_5th", datetime(2016, 3, 5, 6), "2016-02"),
        ("on_1_june", datetime(2017, 6, 1, 6), "2016-04-01"),
        ("on_1_june", datetime(2026, 6, 1, 6), "2025-04-01"),
    ],
)
def test_a_schedule_names_its_partition(
    deployment: Deployment, schedule: str, tick: datetime, partition: str
) -> None:
    assert deployment.asked_at(schedule, tick.replace(tzinfo=LONDON)) == [partition]


def test_a_late_publication_shows_as_stale(deployment: Deployment) -> None:
    """The check names the publication that is late, and none that is in time."""
    execution = deployment.stale("2017-03")
    assert (execution["status"], execution["evaluation"]["severity"]) == ("FAILED", "WARN")
    said = execution["evaluation"]["description"]
    assert "ae: The newest period ended 2016-06-30, 274 days before 2017-03-31, and 120 are allowed" in said
    assert "rtt" not in said


def test_observations_that_are_late_show_as_stale(deployment: Deployment) -> None:
    """The freshness policy says so of all of them, where nothing at all was read for too long."""
    warn, fail = FRESH.warn_window.to_timedelta(), FRESH.fail_window.to_timedelta()
    assert warn < timedelta(days=DAYS_LATE) < fail
    assert deployment.freshness()[1:] == (warn, fail)
    deployment.wait("late observations to show as late", lambda: deployment.freshness()[0] == "WARNING")


def test_forged_events_publish_nothing(deployment: Deployment) -> None:
    """Whoever can reach the webserver can claim anything there; the gates and tables ask the ledger."""
    pipeline = deployment.pipeline
    before = pipeline.serials(), pipeline.verifications(*MONTH), pipeline.lines(), deployment.launched()
    forged = sum(deployment.forge(*lane_and_key, panel) for lane_and_key in (MONTH, YEAR) for panel in PANELS)
    forged += deployment.forge(*YEAR, COMMITTEE)
    since = time.time()
    deployment.wait("a look of the sensor since", lambda: max(deployment.looks(), default=0.0) > since)
    assert (
        pipeline.serials(),
        pipeline.verifications(*MONTH),
        pipeline.lines(),
        deployment.launched(),
    ) == before
    print(f"{forged} forged events published nothing")


@pytest.fixture(scope="module")
def signed(deployment: Deployment) -> Deployment:
    """The six panels sign the year while the daemon runs, and the committee what is then put before it."""
    assert YEAR not in deployment.pipeline.serials()
    deployment.pipeline.approve(PANELS, *YEAR)
    seconds = deployment.wait(
        "the overall rating before the committee",
        lambda: deployment.pipeline.state(COMMITTEE, *YEAR).is_open,
    )
    print(f"the sixth panel's last signature to the committee's table: {seconds:.1f} s")
    assert YEAR not in deployment.pipeline.serials()
    deployment.pipeline.approve([COMMITTEE], *YEAR)
    deployment.shows("the committee's last signature", YEAR, COMMITTEE, published.VERIFIED)
    return deployment


def of_panel(pipeline: SmallPipeline, panel: str) -> pd.DataFrame:
    """A panel's ratings as the year's table shows them, without the words about them."""
    ratings = pipeline.tables(*YEAR).frames["ratings"]
    own = ratings[ratings["panel"] == panel].drop(columns="verification").reset_index(drop=True)
    assert own["rating"].ne("").any()
    return own


def test_six_panels_and_the_committee_bring_the_table(signed: Deployment) -> None:
    tables = signed.pipeline.tables(*YEAR)
    assert len(tables.frames["assessment"]) == 209
    assert {entry["serial"] for entry in tables.header["panels"].values()} == {1}
    assert (tables.frames["assessment"]["overall_rating"] != "").sum() > 150


def test_a_withdrawal_reaches_the_table(signed: Deployment) -> None:
    signed.pipeline.decide("withdraw", "cancer", 0, *YEAR)
    signed.shows("a withdrawal", YEAR, "cancer", published.WITHDRAWN)
    assert signed.pipeline.verifications(*YEAR)[COMMITTEE] == published.SUPERSEDED


def test_changed_data_are_marked_and_not_published(signed: Deployment) -> None:
    pipeline = signed.pipeline
    ratings, before = of_panel(pipeline, "diabetes"), pipeline.state("diabetes", *YEAR).subject

    folder = pipeline.landing / "nda"
    land_again(folder / "nda_2017-03-31.csv", folder / "nda_again.csv", "2018-12-01", halve)
    assert pipeline.launch("ingest", MONTH[1], [dg.AssetKey(["source", "nda"]), OBSERVATIONS]).success
    assert pipeline.launch("annual_lane", YEAR[1]).success
    assert pipeline.state("diabetes", *YEAR).subject != before
    signed.shows("a change of the data", YEAR, "diabetes", published.SUPERSEDED)
    pd.testing.assert_frame_equal(of_panel(pipeline, "diabetes"), ratings)


@contextmanager
def night(deployment: Deployment) -> Iterator[None]:
    """Webserver and daemon are stopped, and people go on deciding."""
    deployment.live.stop()
    yield
    print(f"webserver and daemon up again: {deployment.live.start():.1f} s")


def sign_anew(pipeline: SmallPipeline, panel: str) -> str:
    """Take back what a panel let out, lay the table before it once more and sign it; the last line's hash."""
    if pipeline.state(panel, *YEAR).state == "approved":
        pipeline.decide("withdraw", panel, 0, *YEAR)
    state = pipeline.state(panel, *YEAR)
    about = {"lane": YEAR[0], "partition_key": YEAR[1], "launched_by": "engineer@data.example"}
    ledger.open_round(pipeline.engine, TERMS[panel], subject=state.subject, again=True, **about)
    pipeline.approve([panel], *YEAR)
    return pipeline.state(panel, *YEAR).last_hash


def test_decisions_of_the_night_take_effect_in_the_morning(signed: Deployment) -> None:
    """One panel's on the month, and those of all six on the year."""
    pipeline = signed.pipeline
    with night(signed):
        pipeline.approve(["maternity"], *MONTH)
        signatures = {panel: sign_anew(pipeline, panel) for panel in PANELS}
        assert pipeline.verifications(*MONTH)["maternity"] == published.AWAITING
        assert pipeline.verifications(*YEAR)["cancer"] == published.WITHDRAWN
    signed.shows("a decision of the night", MONTH, "maternity", published.VERIFIED)
    for panel in PANELS:
        signed.shows(f"the night's decision of {panel}", YEAR, panel, published.VERIFIED)
    entries = pipeline.tables(*YEAR).header["panels"]
    assert {panel: entry["last_line"] for panel, entry in entries.items()} == signatures
    assert pipeline.verifications(*YEAR)[COMMITTEE] == published.SUPERSEDED


def test_the_committee_moderates_in_one_night_and_confirms_in_another(signed: Deployment) -> None:
    pipeline = signed.pipeline
    signed.wait(
        "the new table before the committee",
        lambda: pipeline.state(COMMITTEE, *YEAR).is_open,
    )
    laid = pipeline.state(COMMITTEE, *YEAR)
    before = judgement_before_committee(pipeline.engine, laid, "02N", "leadership", "165a")
    after = "Red" if before == "Green" else "Green"
    with night(signed):
        judged = {"about": "02N", "item": "165a", "before": before, "after": after}
        pipeline.decide("moderate", COMMITTEE, 0, *YEAR, **judged)
        assert not pipeline.state(COMMITTEE, *YEAR).is_open
    signed.wait(
        "the moderated table before the committee",
        lambda: pipeline.state(COMMITTEE, *YEAR).is_open,
    )
    assert pipeline.state(COMMITTEE, *YEAR).subject != laid.subject
    with night(signed):
        pipeline.approve([COMMITTEE], *YEAR)
    signed.shows("the committee's confirmation", YEAR, COMMITTEE, published.VERIFIED)
    overall = pipeline.tables(*YEAR).frames["overall"].set_index("ccg_code").loc["02N"]
    assert (overall["leadership_judgement_before"], overall["leadership_judgement"]) == (before, after)


def test_a_round_does_not_wait_for_a_run_that_was_killed(deployment: Deployment) -> None:
    """All of Dagster is killed while a run is under way, and somebody decides before it is back."""
    instance = deployment.pipeline.instance

    def run_of(run_id: str) -> dg.DagsterRun:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        return run

    def status(run_id: str) -> dg.DagsterRunStatus:
        return run_of(run_id).status

    def tags(run_id: str) -> dict[str, str]:
        return dict(run_of(run_id).tags)

    run_id = deployment.launch("interim_lane", MONTH[1])
    deployment.wait("the run to say its process", lambda: PROCESS_TAG in tags(run_id))
    deployment.live.kill()
    deployment.pipeline.approve(["dementia"], *MONTH)
    assert status(run_id) is dg.DagsterRunStatus.STARTED
    print(f"webserver and daemon up again: {deployment.live.start():.1f} s")
    deployment.shows("a decision after a run that was killed", MONTH, "dementia", published.VERIFIED)
    assert status(run_id) is dg.DagsterRunStatus.FAILURE


def last_fifth() -> datetime:
    """When the monthly schedule should last have ticked."""
    now = datetime.now(LONDON)
    fifth = now.replace(day=5, hour=6, minute=0, second=0, microsecond=0)
    return fifth if fifth < now else (fifth - timedelta(days=5)).replace(day=5)


@pytest.fixture(scope="module")
def fifth(deployment: Deployment) -> datetime:
    """Switch the monthly schedule on just before its last tick; when that is."""
    tick = last_fifth()
    deployment.switch_on_the_5th(tick - timedelta(hours=1))
    return tick


@pytest.fixture(scope="module")
def backfills(deployment: Deployment) -> dict[str, str]:
    """Launch two backfills of twelve months; their IDs, by what they are of."""
    keys = build_definitions().resolve_asset_graph().get_all_asset_keys()
    lane = [key.path for key in keys if key.path[0] == "interim"]
    sources = sorted({name.partition("/")[0] for name in LANDED})
    chosen = {
        "sources and observations": [["observations"], *(["source", name] for name in sources)],
        "interim lane": [path for path in lane if path[-1] != "assessment"],
    }
    return {name: deployment.launch_backfill(paths, MONTHS) for name, paths in chosen.items()}


@pytest.mark.usefixtures("fifth")  # the daemon does all of it at the same time
@pytest.mark.parametrize("part", ["sources and observations", "interim lane"])
def test_a_backfill_of_twelve_months_is_one_run(
    deployment: Deployment, backfills: dict[str, str], part: str
) -> None:
    backfill_id = backfills[part]

    def has_ended() -> bool:
        return str(deployment.backfill(backfill_id)["status"]).startswith("COMPLETED")

    deployment.wait(f"the backfill of {part}", has_ended)
    ended = deployment.backfill(backfill_id)
    assert ended["status"] == "COMPLETED_SUCCESS", f"{ended}\n{deployment.live.printed()}"
    (run,) = ended["runs"]
    tags = by_key(run["tags"])
    first, last = (tags[f"dagster/asset_partition_range_{end}"] for end in ("start", "end"))
    assert (run["status"], first, last) == ("SUCCESS", MONTHS[0], MONTHS[-1])
    print(f"backfill of {part}: one run of {run['endTime'] - run['startTime']:.1f} s")


def test_the_monthly_schedule_ticks(deployment: Deployment, fifth: datetime) -> None:
    """The daemon itself ticks, at its own time, and its run of a month without any file ends green."""

    def ended() -> list[str]:
        return [
            run["status"] for tick in deployment.ticks() for run in tick["runs"] if run["status"] in ENDED
        ]

    deployment.wait("the run of the tick", ended)
    (tick,) = deployment.ticks()
    (run,) = tick["runs"]
    month_before = (fifth.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    assert tick["timestamp"] == fifth.timestamp()
    assert by_key(run["tags"])["dagster/partition"] == month_before
    assert run["status"] == "SUCCESS", deployment.live.printed()
    deployment.wait("the observations to show as fresh", lambda: deployment.freshness()[0] == "HEALTHY")
