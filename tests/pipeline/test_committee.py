"""The committee over the year's overall rating: what is put before it, what it moderates, what goes out.

Told on a board, where standing in for runs takes moments; on real runs in test_lanes_releases.py.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from ccg_pipeline.release.archive import fetch
from ccg_pipeline.release.parts import tables_of
from ccg_pipeline.storage.database import open_database, reading
from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import GateState
from expert_panels.ledger.line import Line
from tests.support.worlds.board import Board
from tests.support.worlds.small_pipeline import COMMITTEE, MONTH, PANELS, TERMS, YEAR

SUPERSEDED = "verified, superseded by newer data that await the panel"
CODE = "02N"


@pytest.fixture
def board() -> Iterator[Board]:
    engine = open_database("sqlite://")
    board = Board(engine)
    board.stand(*YEAR, "a")
    board.catch_up()
    yield board
    engine.dispose()


@pytest.fixture
def decided(board: Board) -> Board:
    """Six panels have signed the year, and its overall rating is before the committee."""
    board.sign(*YEAR, *PANELS)
    board.catch_up()
    return board


@pytest.fixture
def out(decided: Board) -> Board:
    """The committee has confirmed, and the year's table is out."""
    decided.sign(*YEAR, COMMITTEE)
    decided.catch_up()
    return decided


def committee(board: Board) -> GateState:
    return ledger.state_of(board.engine, TERMS[COMMITTEE], *YEAR)


def before_it(board: Board) -> dict[str, Any]:
    """The tables that are before the committee."""
    with reading(board.engine) as connection:
        return tables_of(fetch(connection, committee(board).subject))


def moderate(board: Board, after: str, who: int = 0, block: str = "leadership", **more: str) -> Line:
    shown = before_it(board)["overall_rating"].set_index("ccg_code")
    item = {"leadership": "165a", "finance": "141b"}[block]
    now = committee(board).judgement(CODE, item, str(shown.loc[CODE, f"{block}_judgement"]))
    fields = {"about": CODE, "item": item, "before": now, "after": after, **more}
    return board.decide(*YEAR, "moderate", who, COMMITTEE, **fields)[0]


def said(board: Board) -> dict[str, str]:
    newest = board.newest(*YEAR)
    assert newest is not None
    return {one: newest.header["panels"][one]["verification"] for one in PANELS} | {
        COMMITTEE: newest.header["overall"]["verification"]
    }


def rating(board: Board, name: str = "rating") -> Any:
    """What the newest release says of one CCG's overall rating."""
    newest = board.newest(*YEAR)
    assert newest is not None
    with reading(board.engine) as connection:
        tables = tables_of(fetch(connection, newest.header["overall"]["subject"]))
    return tables["overall_rating"].set_index("ccg_code").loc[CODE, name]


def test_nothing_is_before_the_committee_until_the_sixth_panel_has_decided(board: Board) -> None:
    assert committee(board).state == "not_ready"
    board.sign(*YEAR, *PANELS[:5])
    board.catch_up()
    assert committee(board).state == "not_ready"
    with pytest.raises(ledger.DecisionRefused, match="no candidate has been submitted to the panel"):
        board.sign(*YEAR, COMMITTEE)
    board.sign(*YEAR, PANELS[5])
    board.catch_up()
    assert committee(board).state == "awaiting"
    assert board.newest(*YEAR) is None
    assert set(before_it(board)["rests_on"]["panel"]) == set(PANELS)


def test_a_month_has_no_committee(board: Board) -> None:
    board.stand(*MONTH, "a")
    board.catch_up()
    board.sign(*MONTH, *PANELS)
    board.catch_up()
    newest = board.newest(*MONTH)
    assert newest is not None
    assert newest.header["overall"] is None
    assert {line.panel for line in ledger.lines(board.engine) if line.lane == "interim"} == set(PANELS)


def test_the_year_goes_out_when_the_committee_has_confirmed(out: Board) -> None:
    assert said(out) == dict.fromkeys([*PANELS, COMMITTEE], "verified")
    newest = out.newest(*YEAR)
    assert newest is not None
    assert newest.header["ledger_head"] == ledger.head(out.engine).hash
    assert [role for role, _ in newest.header["overall"]["by"]] == [
        one.role for one in TERMS[COMMITTEE].members[:3]
    ]


def test_a_moderation_makes_another_table_and_earlier_confirmations_lapse(decided: Board) -> None:
    board = decided
    for who in (0, 1):
        board.decide(*YEAR, "approve", who, COMMITTEE)
    first = committee(board).subject
    line = moderate(board, "Red", who=2, reason="The regulator has stepped in.")
    assert (line.actor, line.role) == (TERMS[COMMITTEE].members[2].email, TERMS[COMMITTEE].members[2].role)
    assert (line.about, line.item, line.after) == (CODE, "165a", "Red")
    assert (committee(board).state, committee(board).votes) == ("moderated", ())
    with pytest.raises(ledger.DecisionRefused, match="decide on the moderated table"):
        board.decide(*YEAR, "approve", 3, COMMITTEE)
    board.catch_up()
    assert (committee(board).state, committee(board).serial) == ("awaiting", 2)
    assert committee(board).subject != first
    row = before_it(board)["overall_rating"].set_index("ccg_code").loc[CODE]
    assert (row["leadership_judgement"], row["leadership_points"]) == ("Red", 0)
    assert row["leadership_judgement_before"] == line.before != "Red"
    assert row["leadership_moderation_reason"] == "The regulator has stepped in."
    (made,) = before_it(board)["moderation"].to_dict("records")
    assert (made["role"], made["applies"], made["reason"]) == (line.role, True, line.reason)
    with pytest.raises(ledger.DecisionRefused, match="The data have moved"):
        board.decide(*YEAR, "approve", 3, COMMITTEE, subject=first)
    board.decide(*YEAR, "approve", 3, COMMITTEE)
    board.catch_up()
    assert board.newest(*YEAR) is None  # the two who had confirmed the other table do not count
    for who in (0, 1):
        board.decide(*YEAR, "approve", who, COMMITTEE)
    board.catch_up()
    assert said(board)[COMMITTEE] == "verified"
    assert (rating(board, "leadership_judgement"), rating(board, "leadership_judgement_before")) == (
        "Red",
        line.before,
    )


def test_two_moderations_at_once_are_one_table_and_one_of_them_is_told(decided: Board) -> None:
    board = decided
    moderate(board, "Red", who=0)
    moderate(board, "Green", who=1, block="finance")
    with pytest.raises(ledger.DecisionRefused, match="has been moderated to 'Red'"):
        moderate(board, "Amber", who=2, before="Green")
    assert [one.release for one in board.due()] == [False]
    board.catch_up()
    assert committee(board).serial == 2
    row = before_it(board)["overall_rating"].set_index("ccg_code").loc[CODE]
    assert (row["leadership_judgement"], row["finance_judgement"]) == ("Red", "Green")


def test_after_it_is_confirmed_nothing_is_moderated_before_it_is_withdrawn(out: Board) -> None:
    board, before = out, rating(out)
    with pytest.raises(ledger.DecisionRefused, match="it can only be withdrawn"):
        moderate(board, "Red")
    board.decide(*YEAR, "withdraw", 0, COMMITTEE)
    board.catch_up()
    assert said(board) == {**dict.fromkeys(PANELS, "verified"), COMMITTEE: "withdrawn by the panel"}
    moderate(board, "Red")  # as the finance is
    board.catch_up()
    assert said(board)[COMMITTEE] == "awaiting the panel"
    board.sign(*YEAR, COMMITTEE)
    board.catch_up()
    assert (said(board)[COMMITTEE], rating(board)) == ("verified", "Inadequate")
    assert before != "Inadequate"


@pytest.mark.parametrize("moves", ["withdraws", "is given other figures"])
def test_when_a_panel_moves_the_confirmed_rating_stays_out_superseded(out: Board, moves: str) -> None:
    board, subject = out, committee(out).subject
    if moves == "withdraws":
        board.decide(*YEAR, "withdraw", 0, "cancer")
    else:
        board.stand(*YEAR, "b", "cancer")
    board.catch_up()
    assert said(board)[COMMITTEE] == SUPERSEDED
    assert (committee(board).subject, committee(board).state) == ("", "superseded")
    newest = board.newest(*YEAR)
    assert newest is not None
    assert newest.header["overall"]["subject"] == subject
    with pytest.raises(ledger.DecisionRefused, match="no candidate has been submitted"):
        board.decide(*YEAR, "approve", 0, COMMITTEE)
    # the panel verifies again: the committee is asked again, though it may be the very same ratings
    if moves == "withdraws":
        board.stand(*YEAR, "b", "cancer")
        board.catch_up()
    board.sign(*YEAR, "cancer")
    board.catch_up()
    assert said(board)["cancer"] == "verified"
    assert said(board)[COMMITTEE] == SUPERSEDED
    assert committee(board).is_open
    assert committee(board).subject != subject
    board.sign(*YEAR, COMMITTEE)
    board.catch_up()
    assert set(said(board).values()) == {"verified"}


def test_a_panel_that_decides_anew_on_the_same_rows_revives_no_confirmation(out: Board) -> None:
    """From decided to withdrawn and back to the same table: what was confirmed rested on another decision."""
    board = out
    board.decide(*YEAR, "withdraw", 0, "cancer")
    for who in (0, 1):
        board.decide(*YEAR, "override", who, "cancer")  # nobody saw the gate shut in between
    assert board.said() == [("annual", {"cancer", COMMITTEE}, True)]
    board.catch_up()
    assert said(board) == {**dict.fromkeys(PANELS, "verified"), "cancer": "overridden", COMMITTEE: SUPERSEDED}


def test_a_moderation_is_carried_over_to_new_figures_and_lapses_with_the_judgement(decided: Board) -> None:
    board = decided
    line = moderate(board, "Red")
    board.catch_up()
    board.rate(YEAR[1], performance_score=1.9)
    board.catch_up()
    shown = before_it(board)["overall_rating"].set_index("ccg_code").loc[CODE]
    assert (shown["leadership_judgement"], shown["performance_score"]) == ("Red", 1.9)
    other = "Amber" if line.before != "Amber" else "Green"
    board.rate(YEAR[1], leadership_judgement=other)
    board.catch_up()
    tables = before_it(board)
    assert list(tables["moderation"]["applies"]) == [False]
    shown = tables["overall_rating"].set_index("ccg_code").loc[CODE]
    assert (shown["leadership_judgement"], shown["leadership_judgement_before"]) == (other, "")


def test_an_override_of_the_committee_is_marked(decided: Board) -> None:
    board = decided
    board.decide(*YEAR, "override", 0, COMMITTEE)
    board.catch_up()
    assert board.newest(*YEAR) is None
    board.decide(*YEAR, "override", 1, COMMITTEE)
    board.catch_up()
    assert said(board)[COMMITTEE] == "overridden"
    board.decide(*YEAR, "withdraw", 0, COMMITTEE)
    board.catch_up()
    assert said(board)[COMMITTEE] == "withdrawn by the panel"


def test_who_launched_the_run_of_the_overall_rating_confirms_nothing(board: Board) -> None:
    chair = TERMS[COMMITTEE].members[0].email
    board.rate(YEAR[1], launched_by=chair.upper())
    board.sign(*YEAR, *PANELS)
    board.catch_up()
    for decision, more in (("approve", {}), ("return", {}), ("comment", {"about": CODE})):
        with pytest.raises(ledger.DecisionRefused, match="launched the run that made this table"):
            board.decide(*YEAR, decision, 0, COMMITTEE, **more)
    with pytest.raises(ledger.DecisionRefused, match="launched the run that made this table"):
        moderate(board, "Red")
