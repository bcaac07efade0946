"""Two people who decide at the same instant in two running rooms on one database: one chain, right answers.

That the ledger itself gives one chain to several processes is shown in test_ledger.py and
test_ledger.py; here it is what people are told.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from ccg_pipeline.storage.database import open_database
from expert_panels import access_log
from expert_panels.ledger import record as ledger
from expert_panels.ledger.verify import verify
from tests.support.patience import SECONDS
from tests.support.servers.live_room import Guest, LiveRoom
from tests.support.worlds.board import Board
from tests.support.worlds.small_pipeline import TERMS

PANEL, MONTHS = "cancer", [f"{year}-{month:02d}" for year in (2015, 2016) for month in range(1, 11)]

# who signed before, then who decides what in either room at the same instant, and how many may be told 303
CASES = {
    "two people approve": (0, (0, "approve"), (1, "approve"), {2}),
    "one person sends a form twice": (0, (0, "approve"), (0, "approve"), {2}),
    "one approves while another returns": (0, (0, "approve"), (1, "return"), {1, 2}),
    "two give the last signature": (2, (2, "approve"), (3, "approve"), {1, 2}),
    "two withdraw": (3, (0, "withdraw"), (1, "withdraw"), {1}),
}


@pytest.fixture
def board(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    """Tables of twenty months before one panel, on each kind of database; every member has opened them."""
    monkeypatch.setenv("CCG_HOME", str(tmp_path))  # the rooms sign with the same key
    engine = open_database(database_url)
    board = Board(engine)
    for month in MONTHS:
        board.stand("interim", month, "a", "open", PANEL)
        ledger.open_round(
            engine, TERMS[PANEL], lane="interim", partition_key=month, subject="a" * 64,
            launched_by="engineer@data.example",
        )  # fmt: skip
    for member in TERMS[PANEL].members:
        access_log.record(engine, member.email, "GET page", f"{PANEL} table {'a' * 64}")
    yield board
    engine.dispose()


@pytest.fixture
def rooms(board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[LiveRoom]]:
    """`ccg room` twice on the board's database."""
    monkeypatch.delenv("CCG_ROOM", raising=False)
    url = board.engine.url.render_as_string(hide_password=False)
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    rooms = [LiveRoom(folder, {"CCG_DATABASE": url}) for folder in folders]
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(LiveRoom.start, rooms))
        yield rooms
    finally:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(LiveRoom.stop, rooms))


def test_two_people_who_decide_at_the_same_instant_are_answered_rightly(
    board: Board, rooms: list[LiveRoom]
) -> None:
    members, barrier, first = TERMS[PANEL].members, Barrier(2), [0, 0]
    guests = {
        (place, who): Guest(room.address, members[who].email)
        for place, room in enumerate(rooms)
        for who in range(4)
    }

    def at_once(place: int, who: int, path: str, form: dict[str, str]) -> tuple[int, str]:
        barrier.wait(SECONDS)
        return guests[place, who].confirm(path, form)

    told_too_late = 0
    for number, month in enumerate(MONTHS):
        name = list(CASES)[number % len(CASES)]
        signed, *acts, may_be_told = CASES[name]
        for who in range(signed):
            board.decide("interim", month, "approve", who, PANEL)
        path, before = f"/panels/{PANEL}/interim/{month}", ledger.head(board.engine).seq
        forms = [guests[place, who].fill_in(path, decision) for place, (who, decision) in enumerate(acts)]
        if "sends a form twice" in name:
            forms = [forms[0], {**forms[0], "csrf_token": forms[1]["csrf_token"]}]
        with ThreadPoolExecutor(2) as pool:
            asked = [
                pool.submit(at_once, place, who, path, form)
                for place, ((who, _), form) in enumerate(zip(acts, forms, strict=True))
            ]
            answers = [one.result(SECONDS) for one in asked]
        said = f"{name} on {month}: {answers}\n" + "\n".join(room.printed() for room in rooms)
        assert {status for status, _ in answers} <= {303, 409}, said
        assert sum(status == 303 for status, _ in answers) in may_be_told, said
        # who was told of a line finds his own decision there, and who was told of none wrote none
        lines = {f"{path}/decisions/{one.seq}": one for one in ledger.lines(board.engine, after=before)}
        assert {led_to for status, led_to in answers if status == 303} == set(lines), said
        for (who, decision), (status, led_to) in zip(acts, answers, strict=True):
            if status == 303:
                assert (lines[led_to].actor, lines[led_to].decision) == (members[who].email, decision), said
                first[answers.index((status, led_to))] += led_to == next(iter(lines))
        told_too_late += sum(status == 409 for status, _ in answers)
    for guest in guests.values():
        guest.leave()
    assert verify(board.engine) == []
    assert [line.seq for line in ledger.lines(board.engine)] == list(
        range(1, ledger.head(board.engine).seq + 1)
    )
    print(f"{2 * len(MONTHS)} decisions in two rooms: first in either {first}, {told_too_late} came too late")
