"""What the sensor finds due, on tables made by hand; which runs it asks for; which it no longer waits for."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import psutil
import pytest
from dagster import DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from ccg_pipeline.orchestration.automation import mirrored, requests, rounds_due
from ccg_pipeline.orchestration.run_process import fail_orphaned_runs, this_process
from ccg_pipeline.release.archive import known_heads
from ccg_pipeline.release.due import Due
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.sql import gate
from expert_panels.ledger import record as ledger
from tests.support.patience import wait_until
from tests.support.worlds.board import Board
from tests.support.worlds.small_pipeline import COMMITTEE, EDITION, MONTH, PANELS, TERMS, YEAR


@pytest.fixture
def board() -> Iterator[Board]:
    engine = open_database("sqlite://")
    yield Board(engine)
    engine.dispose()


def test_where_nothing_was_scored_nothing_is_due(board: Board) -> None:
    assert board.due() == []


def test_a_month_that_was_scored_is_due_once(board: Board) -> None:
    board.stand(*MONTH, "a")
    assert board.said() == [("interim", set(PANELS), True)]
    board.catch_up()
    assert board.due() == []


@pytest.mark.parametrize(
    ("move", "panels"),
    [
        (lambda board: board.stand(*MONTH, "b", "cancer"), {"cancer"}),
        (lambda board: board.stand(*MONTH, "b", "open"), set()),
        (lambda board: board.stand(*MONTH, "b"), set(PANELS)),
        (lambda board: board.decide(*MONTH, "approve", 0, "dementia"), {"dementia"}),
        (lambda board: board.sign(*MONTH, "cancer", "diabetes"), {"cancer", "diabetes"}),
        (lambda board: board.decide(*MONTH, "return", 0, "maternity"), {"maternity"}),
        (lambda board: board.decide(*MONTH, "withdraw", 0, "mental_health"), {"mental_health"}),
    ],
)
def test_what_moves_is_due_until_it_is_shown_and_nothing_else(
    board: Board, move: Any, panels: set[str]
) -> None:
    for key in ("2017-02", "2017-03"):
        board.stand("interim", key, "a")
    board.catch_up()
    board.sign(*MONTH, "mental_health")
    board.catch_up()
    assert board.due() == []
    move(board)
    assert [one.partition_key for one in board.due()] == ["2017-03"]
    assert board.said() == [("interim", panels, True)]
    board.catch_up()
    assert board.due() == []


@pytest.mark.parametrize("round_", [MONTH, YEAR])
def test_a_further_signature_is_shown_at_the_gate_and_makes_no_release(
    board: Board, round_: tuple[str, str]
) -> None:
    bodies = [*PANELS, COMMITTEE] if round_ == YEAR else PANELS
    board.stand(*round_, "a")
    board.catch_up()
    for signing in (PANELS, bodies[6:]):
        board.sign(*round_, *signing)
        board.catch_up()
    before = board.newest(*round_)
    assert before is not None
    board.decide(*round_, "approve", 3, *bodies)
    assert [one.panels for one in board.due()] == [tuple(bodies)]
    board.catch_up()
    assert board.due() == []
    assert board.newest(*round_) == before
    head = ledger.head(board.engine).hash
    with reading(board.engine) as connection:
        assert set(frames.read(connection, gate, {})["n_approvals"]) == {4}
        assert before.header["ledger_head"] in known_heads(connection)
        assert head in known_heads(connection)  # a cut-off signature shows, too


def test_a_year_is_released_when_six_panels_and_the_committee_have_signed(board: Board) -> None:
    board.stand(*YEAR, "a")
    assert board.said() == [("annual", set(PANELS), False)]
    board.catch_up()
    assert board.due() == []
    board.sign(*YEAR, *PANELS[:5])
    assert board.said() == [("annual", set(PANELS[:5]), False)]
    board.catch_up()
    board.sign(*YEAR, PANELS[5])
    assert board.said() == [("annual", {PANELS[5], COMMITTEE}, False)]
    board.catch_up()
    assert board.due() == []
    assert board.newest(*YEAR) is None
    board.sign(*YEAR, COMMITTEE)
    assert board.said() == [("annual", {COMMITTEE}, True)]
    board.catch_up()
    assert board.due() == []
    board.decide(*YEAR, "withdraw", 0, "cancer")
    assert board.said() == [("annual", {"cancer", COMMITTEE}, True)]
    board.catch_up()
    assert board.due() == []
    # new figures for another panel, while one is withdrawn: what is out is marked, nothing new comes out
    board.stand(*YEAR, "b", "dementia", "open")
    assert board.said() == [("annual", {"dementia"}, True)]
    board.catch_up()
    newest = board.newest(*YEAR)
    assert newest is not None
    assert newest.header["open"] == "a" * 64
    assert newest.header["panels"]["dementia"]["subject"] == "a" * 64


def test_the_same_wish_has_one_name_and_another_wish_another(board: Board) -> None:
    board.stand(*MONTH, "a")
    (first,), (again,) = board.due(), board.due()
    assert first.wanted == again.wanted
    board.stand(*MONTH, "b", "cancer")
    (changed,) = board.due()
    assert changed.wanted != first.wanted


def test_a_vote_that_lets_nothing_out_yet_is_another_wish(board: Board) -> None:
    """Else runs that failed for one vote would be counted against the next."""
    board.stand(*YEAR, "a")
    board.catch_up()
    wishes = set()
    for who in range(2):
        board.decide(*YEAR, "approve", who, "cancer")
        (one,) = board.due()
        assert not one.release
        wishes.add(one.wanted)
    assert len(wishes) == 2


ONE = Due(*MONTH, ("cancer",), True, "0123456789abcdef")
UNFINISHED = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED]


def asked(instance: dg.DagsterInstance, *rounds: Due) -> list[dg.RunRequest | dg.SkipReason]:
    return list(requests(instance, list(rounds)))


def test_a_round_that_is_due_is_asked_for(instance: dg.DagsterInstance) -> None:
    (request,) = asked(instance, ONE)
    assert isinstance(request, dg.RunRequest)
    assert (request.job_name, request.partition_key) == ("interim_release", "2017-03")
    assert [key.to_user_string() for key in request.asset_selection or []] == [
        "interim/gate/cancer",
        "interim/assessment",
    ]
    (gates_only,) = asked(instance, Due(*YEAR, ("cancer",), False, "0123456789abcdef"))
    assert isinstance(gates_only, dg.RunRequest)
    assert [key.to_user_string() for key in gates_only.asset_selection or []] == ["annual/gate/cancer"]


RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


@pytest.mark.parametrize(
    ("tags", "waits"),
    [
        ({"dagster/partition": "2017-03"}, True),
        ({"dagster/partition": "2017-02"}, False),
        ({"dagster/partition": "2016-04-01"}, False),
        (dict(zip(RANGE, ("2017-01", "2017-06"), strict=True)), True),
        (dict(zip(RANGE, ("2016-01", "2017-02"), strict=True)), False),
        (dict(zip(RANGE, ("2016-04-01", "2018-04-01"), strict=True)), False),
    ],
)
@pytest.mark.parametrize("status", UNFINISHED)
def test_an_unfinished_run_of_the_round_is_waited_for(
    instance: dg.DagsterInstance, tags: dict[str, str], waits: bool, status: DagsterRunStatus
) -> None:
    create_run_for_test(instance, job_name="interim_lane", status=status, tags=tags)
    (answer,) = asked(instance, ONE)
    assert isinstance(answer, dg.SkipReason) is waits
    if isinstance(answer, dg.SkipReason):
        assert answer.skip_message == "interim/2017-03: a run is unfinished; looking again after it."


@pytest.mark.parametrize(("failures", "gives_up"), [(2, False), (3, True)])
def test_after_three_failures_for_the_same_wish_a_person_is_needed(
    instance: dg.DagsterInstance, failures: int, gives_up: bool
) -> None:
    failed = [DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED, DagsterRunStatus.FAILURE][:failures]
    tags = {"ccg/wanted": ONE.wanted}
    runs = [
        create_run_for_test(instance, job_name="interim_release", status=one, tags=tags) for one in failed
    ]
    create_run_for_test(instance, job_name="interim_release", status=DagsterRunStatus.SUCCESS, tags=tags)
    (answer,) = asked(instance, ONE)
    assert isinstance(answer, dg.SkipReason) is gives_up
    if isinstance(answer, dg.SkipReason):
        assert answer.skip_message == f"interim/2017-03: 3 runs failed; look at {runs[-1].run_id} first."
    (other,) = asked(instance, Due(*MONTH, ("cancer",), True, "fedcba9876543210"))
    assert isinstance(other, dg.RunRequest)


@pytest.fixture(scope="module")
def processes() -> Iterator[dict[str, str]]:
    """Number and beginning of processes: one that has ended, of which nobody took notice, and so on."""
    unnoticed = subprocess.Popen([sys.executable, "-c", ""])
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    parent = psutil.Process(os.getppid())
    unseen = psutil.Process(unnoticed.pid)
    wait_until("a process to end", lambda: unseen.status() == psutil.STATUS_ZOMBIE)
    yield {
        "gone": f"{ended.pid}:{time.time():.0f}",
        "gone, by its number": f"{ended.pid}",
        "unnoticed": f"{unnoticed.pid}:{psutil.Process(unnoticed.pid).create_time():.0f}",
        "alive": f"{parent.pid}:{parent.create_time():.0f}",
        "alive, by its number": f"{parent.pid}",
        "another of its number": f"{parent.pid}:{parent.create_time() - 3600:.0f}",
        "this": this_process().partition(":")[2],
        "nothing": "",
        "no number": "x",
        "no beginning": f"{ended.pid}:x",
        "a number that no process has": f"{10**30}",
        "below all numbers": "-1",
    }
    unnoticed.wait()


@pytest.mark.parametrize(
    ("machine", "process", "parent", "is_killed"),
    [
        ("this", "gone", "", True),
        ("this", "gone, by its number", "", True),
        ("this", "unnoticed", "", True),
        ("this", "alive", "", False),
        ("this", "alive, by its number", "", False),
        ("this", "another of its number", "", True),
        ("this", "this", "", True),
        ("another", "gone", "", False),
        ("this", "gone", "gone", False),  # it has the tags of the run that it repeats, and not begun yet
        ("this", "gone", "another of its number", True),
        ("", "", "", False),
        # whoever launches a run may write any tag: what says nothing of a process is nobody's end
        ("this", "nothing", "", False),
        ("this", "no number", "", False),
        ("this", "no beginning", "", False),
        ("this", "a number that no process has", "", False),
        ("this", "below all numbers", "", False),
    ],
)
def test_a_run_whose_process_is_gone_is_no_longer_waited_for(
    instance: dg.DagsterInstance,
    processes: dict[str, str],
    machine: str,
    process: str,
    parent: str,
    is_killed: bool,
) -> None:
    name = {"this": socket.gethostname(), "another": "another-machine"}

    def tags(process: str) -> dict[str, str]:
        said = {"ccg/process": f"{name[machine]}:{processes[process]}"} if process else {}
        return {"dagster/partition": "2017-03", **said}

    def run(status: DagsterRunStatus, process: str, **of: Any) -> str:
        return create_run_for_test(
            instance, job_name="interim_lane", status=status, tags=tags(process), **of
        ).run_id

    before = run(DagsterRunStatus.FAILURE, parent) if parent else None
    run_id = run(DagsterRunStatus.STARTED, process, parent_run_id=before, root_run_id=before)
    assert [one.run_id for one in fail_orphaned_runs(instance)] == [run_id] * is_killed
    now = instance.get_run_by_id(run_id)
    assert now is not None
    assert now.status is (DagsterRunStatus.FAILURE if is_killed else DagsterRunStatus.STARTED)
    (answer,) = asked(instance, ONE)
    assert isinstance(answer, dg.RunRequest) is is_killed


def test_the_round_of_a_run_that_was_killed_is_shown_anew(board: Board, instance: dg.DagsterInstance) -> None:
    """It may have written a gate and been killed before Dagster had that on record."""
    for key in ("2017-02", "2017-03"):
        board.stand("interim", key, "a")
    board.catch_up()
    killed = create_run_for_test(instance, job_name="interim_lane", tags={"dagster/partition": "2017-03"})
    (one,) = rounds_due(board.engine, EDITION, TERMS, [killed])
    assert (one.partition_key, set(one.panels), one.release) == ("2017-03", set(PANELS), True)


def test_new_lines_of_the_ledger_are_mirrored_once(board: Board) -> None:
    board.stand(*MONTH, "a")
    board.catch_up()
    board.decide(*MONTH, "return", 0, "cancer")
    events = mirrored(board.engine, 6)
    assert [event.asset_key.to_user_string() for event in events] == ["decision/cancer"]
    said = {name: value.value for name, value in events[0].metadata.items()}
    assert said["decision"] == "return"
    assert said["actor"] == TERMS["cancer"].members[0].email
    assert said["reason"] == "For a test."
    assert said["hash"] == ledger.head(board.engine).hash
    assert mirrored(board.engine, 7) == []
    assert len(mirrored(board.engine, 0)) == 7
