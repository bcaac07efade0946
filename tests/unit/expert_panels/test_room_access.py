"""Who may do what in the whole room, page by page, and the line of the access log that each view and each
denied attempt leaves."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import Engine

from expert_panels.ledger import record as ledger
from expert_panels.room.sign_in import identity
from tests.support.notations.gate_lines import START, TERMS, email, sha
from tests.support.worlds.room_cases import ADDRESS, SmallRoom, hidden, table
from tests.support.worlds.room_client import logged

SUBJECT = "cancer interim 2017-03"


@pytest.fixture
def small(engine: Engine) -> SmallRoom:
    """A room in which m1 launched the run that made the table."""
    small = SmallRoom(engine, table("A"))
    ledger.open_round(
        engine, TERMS, lane="interim", partition_key="2017-03", subject=sha("A"), launched_by=email("m1"),
        at=START,
    )  # fmt: skip
    return small


def test_who_launched_the_run_sees_the_table_and_cannot_decide_on_it(
    small: SmallRoom, engine: Engine
) -> None:
    m1 = small.enter("m1")
    assert m1.look().status_code == 200
    assert m1.look(f"{ADDRESS}/decision").status_code == 403
    form = {**small.enter("chair").form(), "csrf_token": hidden(m1.look("/").text)["csrf_token"]}
    answer = m1.send(form, "/confirm", decision="approve")
    assert answer.status_code == 403
    assert "launched the run that made this table" in answer.text
    assert small.decisions() == []
    sentence = "m1@panel.example launched the run that made this table and so holds no seat on it."
    assert logged(engine)[-1] == (
        email("m1"), "POST page", f"{ADDRESS}/decision/confirm", f"403: {sentence}",
    )  # fmt: skip


def test_every_view_of_what_is_not_released_is_a_line_of_the_log(small: SmallRoom, engine: Engine) -> None:
    chair = small.enter("chair")
    for path in (ADDRESS, f"{ADDRESS}/ccgs/A01"):
        assert chair.look(path).status_code == 200
    assert logged(engine)[1:] == [
        (email("chair"), "GET page", f"{SUBJECT} table {sha('A')}", "shown"),
        (email("chair"), "GET page", f"{SUBJECT} A01", "shown"),
    ]


@pytest.mark.parametrize(
    "path", [ADDRESS, f"{ADDRESS}/ccgs/A01", f"{ADDRESS}/decision", f"{ADDRESS}/decisions/1"]
)
def test_a_member_of_another_panel_is_turned_away_from_every_page(
    small: SmallRoom, engine: Engine, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    stranger = small.enter("chair")
    other = TERMS.model_copy(
        update={
            "members": tuple(one for one in TERMS.members if one.email != email("chair")),
        }
    )
    monkeypatch.setattr(identity, "holds_a_seat", lambda *_: True)  # in the other panel
    small.app.state.room = type(small.app.state.room)(
        engine, lambda: {"cancer": other}, small.candidates, small.app.state.room.clock
    )
    answer = stranger.look(path)
    assert answer.status_code == 403
    assert "A01" not in answer.text
    assert logged(engine)[-1][:3] == (email("chair"), "GET page", path)
    assert logged(engine)[-1][3].startswith("403: ")


@pytest.mark.parametrize("path", ["/", ADDRESS, f"{ADDRESS}/decision", f"{ADDRESS}/decisions/1"])
def test_nobody_sees_any_page(small: SmallRoom, path: str) -> None:
    visitor = small.enter("chair")
    visitor.client.cookies.clear()
    answer = visitor.look(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?back=")


def test_what_was_typed_outlives_the_fresh_sign_in_once_and_for_its_person_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = SmallRoom(engine, table("A"))
    small.open("A")
    chair, other = small.enter("chair"), small.enter("m2")
    form = chair.form()
    with monkeypatch.context() as slow:
        slow.setattr("expert_panels.room.sign_in.people.FRESH", timedelta(seconds=-1))
        sent = chair.send(
            form,
            "/confirm",
            decision="return",
            interest="some",
            interests="A friend",
            reason="<Six> long minutes",
        )
    address = f"/sign-in?back={quote(ADDRESS + '/decision', safe='')}"
    assert sent.status_code == 401
    assert f'href="{address}"' in sent.text
    assert "long minutes" not in other.look(f"{ADDRESS}/decision").text
    asked = hidden(chair.client.get(address).text)
    back = chair.client.post("/sign-in", data={**asked, "email": email("chair")}).headers["location"]
    again = chair.look(back).text
    assert "&lt;Six&gt; long minutes</textarea>" in again
    assert 'value="return" checked' in again
    assert "long minutes" not in chair.look(back).text
    assert small.decisions() == []
    answer = chair.send(hidden(again), "/confirm", decision="return", reason="<Six> long minutes")
    assert answer.status_code == 303
    assert small.decisions() == [("chair", "return")]
