"""What the sensor finds due, on tables made by hand; what it mirrors; when the check of a gate is amber."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from dagster._core.test_utils import create_run_for_test

from ccg_pipeline.assets.gates import gate_shown
from ccg_pipeline.orchestration.automation import mirrored, rounds_due
from ccg_pipeline.release.archive import known_heads
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.sql import gate
from expert_panels.ledger import record as ledger
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


def test_the_round_of_a_killed_run_is_shown_again(board: Board, instance: dg.DagsterInstance) -> None:
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


@pytest.mark.parametrize(
    ("states", "passed"),
    [
        (["awaiting"], True),
        (["partial", "returned", "withdrawn", "superseded", "not_ready"], True),
        (["approved"], True),
        (["overridden"], False),
        (["awaiting", "superseded, overridden before"], False),
    ],
)
def test_the_check_of_a_gate_is_amber_only_where_a_table_went_out_without_its_body(
    states: list[str], passed: bool
) -> None:
    rows = pd.DataFrame({"state": states, "partition_key": "2017-03", "missing": "two signatures"}).assign(
        lane="interim", panel="cancer", round="r", n_approvals=0, quorum=3, is_made_up=True,
        subject_sha256="a", last_line="b",
    )  # fmt: skip
    shown = gate_shown(dg.AssetKey("gate"), {}, rows, rows.iloc[:0])
    (check,) = shown.check_results
    assert (check.passed, check.severity) == (passed, dg.AssetCheckSeverity.WARN)
    assert ("awaiting, needs two signatures" in str(check.description)) == ("awaiting" in states)
    page = "/panels/cancer/interim/2017-03" if len(states) == 1 else "/"
    assert getattr((shown.metadata or {})["room"], "value", "") == f"http://127.0.0.1:8001{page}"
