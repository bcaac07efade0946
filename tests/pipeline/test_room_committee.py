"""The commissioning committee in the room: the overall table, what it rests on, moderating a judgement."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ccg_pipeline.cli.room import panel_room
from ccg_pipeline.settings import keys_of
from ccg_pipeline.storage.database import open_database
from expert_panels.certificates.certificate import checked
from expert_panels.certificates.signing_key import PUBLIC, public_key
from expert_panels.ledger import record as ledger
from tests.support.worlds.board import Board
from tests.support.worlds.small_pipeline import COMMITTEE, PANELS, TERMS, YEAR

PAGE = f"/panels/{COMMITTEE}/{'/'.join(YEAR)}"
CODE = "02N"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    """Six panels have signed the year, and its overall rating is before the committee."""
    engine = open_database(f"sqlite:///{tmp_path}/board.db")
    board = Board(engine)
    board.stand(*YEAR, "a")
    board.catch_up()
    board.sign(*YEAR, *PANELS)
    board.catch_up()
    yield board
    engine.dispose()


def fields(text: str, action: str = "") -> dict[str, str]:
    """The hidden fields of a page, or of its first form with that action."""
    form = text[text.index(f'action="{action}"') :].split("</form>")[0] if action else text
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: unescape(value) for name, value in found}


@pytest.fixture
def chair(board: Board) -> TestClient:
    client = TestClient(panel_room(board.engine), "http://127.0.0.1", follow_redirects=False)
    form = {**fields(client.get("/sign-in").text), "email": TERMS[COMMITTEE].members[0].email}
    assert client.post("/sign-in", data=form).status_code == 303
    return client


def test_the_committee_stands_on_the_board_of_the_year(chair: TestClient) -> None:
    shown = chair.get("/").text
    assert "6 of 7 decided" in unescape(shown)
    assert f'href="{PAGE}"' in shown


def test_the_overall_table_says_what_it_rests_on(chair: TestClient) -> None:
    shown = unescape(chair.get(PAGE).text)
    assert shown.count("/ccgs/") >= 4
    for said in ("Performance", "Overall score", "points of the overall score", "1.45 (memory)"):
        assert said.casefold() in shown.casefold(), said
    assert shown.count(": verified, table aaaaaaaaaaaa.") == len(PANELS)
    assert "1 of 1" not in shown


def test_a_moderation_is_recorded_once_and_shown(
    board: Board, chair: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = chair.get(f"{PAGE}/ccgs/{CODE}").text
    action = f"{PAGE}/ccgs/{CODE}/moderation"
    form = fields(page, action)
    after = next(one for one in ("Green", "Amber", "Red") if one != form["before"])
    form |= {"after": after, "interests": "none", "reason": "Seen at the visit."}
    assert chair.post(action, data={**form, "reason": " "}).status_code == 422
    with monkeypatch.context() as slow:
        slow.setattr("expert_panels.room.sign_in.people.FRESH", timedelta(0))
        assert "what you typed is kept" in chair.post(action, data=form).text
    again = chair.get(f"{PAGE}/ccgs/{CODE}").text
    assert "Seen at the visit.</textarea>" in again
    assert f'<option value="{after}" selected>' in again.replace("\n", " ")
    assert "Seen at the visit." not in chair.get(f"{PAGE}/ccgs/{CODE}").text
    assert [chair.post(action, data=form).status_code for _ in range(2)] == [303, 303]
    lines = [line for line in ledger.lines(board.engine) if line.decision == "moderate"]
    assert [(one.about, one.item, one.before, one.after, one.via) for one in lines] == [
        (CODE, form["item"], form["before"], after, "page")
    ]
    assert "Moderated" in chair.get(PAGE).text
    board.catch_up()
    shown = unescape(chair.get(PAGE).text)
    assert f"moderated from {form['before']} to {after} by the chair. Seen at the visit." in shown
    assert (
        chair.post(action, data={**form, "reason": "Once more."}).status_code == 409
    )  # another table by now


def test_the_committee_confirms_in_the_room_and_takes_a_certificate_home(
    board: Board, chair: TestClient
) -> None:
    chair.get(PAGE)
    form = fields(chair.get(f"{PAGE}/decision").text)
    filled = {**form, "decision": "approve", "interest": "none", "interests": "", "reason": ""}
    asked = chair.post(f"{PAGE}/decision", data=filled)
    answer = chair.post(f"{PAGE}/decision/confirm", data=fields(chair.get(asked.headers["location"]).text))
    assert answer.status_code == 303
    state = ledger.state_of(board.engine, TERMS[COMMITTEE], *YEAR)
    assert [one.role for one in state.votes] == ["chair"]
    certificate = chair.get(f"/certificates/{ledger.head(board.engine).seq}")
    keys = keys_of(str(board.engine.url))
    key = public_key((keys / PUBLIC).read_bytes(), PUBLIC)
    assert all(one.holds for one in checked(certificate.content, key))
