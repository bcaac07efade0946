"""A look of the sensor at rounds with which nothing happened reads none of their parts."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from ccg_pipeline.release.due import due
from ccg_pipeline.storage.database import open_database
from tests.support.worlds.board import Board
from tests.support.worlds.small_pipeline import COMMITTEE, EDITION, PANELS, TERMS, YEAR


@pytest.fixture
def board() -> Iterator[Board]:
    engine = open_database("sqlite://")
    yield Board(engine)
    engine.dispose()


def parts_read(board: Board, doubtful: bool = False) -> int:
    """How many statements of a look read the bytes of a part."""
    said: list[str] = []

    def listen(*arguments: object) -> None:
        said.append(str(arguments[2]))

    event.listen(board.engine, "before_cursor_execute", listen)
    due(board.engine, EDITION, TERMS, lambda _: doubtful, board.settled)
    event.remove(board.engine, "before_cursor_execute", listen)
    return sum("kept.content" in one for one in said)


def test_what_is_settled_is_not_read_until_something_moves(board: Board) -> None:
    board.stand(*YEAR, "a")
    for signing in (PANELS, [COMMITTEE]):
        board.catch_up()
        board.sign(*YEAR, *signing)
    board.catch_up()
    board.settled.clear()
    assert parts_read(board) > 0
    assert parts_read(board) == 0
    assert parts_read(board, doubtful=True) > 0  # a run of it was killed
    board.stand(*YEAR, "b", "cancer")
    assert [one.partition_key for one in board.due()] == [YEAR[1]]
