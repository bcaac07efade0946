"""The guard of the room: sessions, form tokens, headers, the sign-in's limit, and what each refusal leaves in
the access log."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, update
from starlette.testclient import TestClient

from expert_panels import access_log, tables
from expert_panels.foundation.fault import Fault
from expert_panels.one_line import one_line
from expert_panels.room.sign_in import local, protection, sessions
from expert_panels.room.sign_in.identity import way_back
from expert_panels.room.sign_in.people import Person, is_fresh
from expert_panels.schema import METADATA
from tests.support.notations.gate_lines import email
from tests.support.worlds.room_client import (
    SetClock,
    browser,
    form_token,
    local_room,
    logged,
    sign_in_as,
    strangers,
)

NOW = datetime(2017, 4, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def client(engine: Engine, clock: SetClock) -> Iterator[TestClient]:
    with browser(local_room(engine, clock)) as client:
        yield client


# --- who is let in


def test_nobody_is_led_to_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/page?sort=name")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?back=%2Fpage%3Fsort%3Dname")
    assert 'name="back" value="/page?sort=name"' in client.get(answer.headers["location"]).text


def test_a_member_is_let_in_and_the_view_is_logged(client: TestClient, engine: Engine) -> None:
    answer = sign_in_as(client, email("chair"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/page")
    assert client.get("/page").text.startswith(email("chair"))
    assert logged(engine) == [
        (email("chair"), "sign in", "local", "signed in"),
        (email("chair"), "GET page", "cancer interim 2017-03", "shown"),
    ]


@pytest.mark.parametrize("who", ["engineer@data.example", "ex@panel.example", ""])
def test_who_is_no_member_cannot_be_chosen(client: TestClient, engine: Engine, who: str) -> None:
    assert sign_in_as(client, who).status_code == 403
    assert client.get("/page").status_code == 303
    ((_, what, outcome),) = strangers(engine)
    assert what == "POST /sign-in"
    assert outcome.startswith("403: ")
    assert logged(engine) == []


def test_who_loses_the_seat_is_turned_away_at_the_next_page(
    client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(client, email("chair"))
    monkeypatch.setattr("expert_panels.room.sign_in.identity.holds_a_seat", lambda *_: False)
    assert client.get("/page").status_code == 403
    assert logged(engine)[1:] == [
        (email("chair"), "GET page", "/page", "403: chair@panel.example holds no seat in any panel.")
    ]


def test_what_cannot_be_logged_is_not_shown(client: TestClient, engine: Engine) -> None:
    sign_in_as(client, email("chair"))
    tables.access_log.drop(engine)
    answer = client.get("/page")
    assert answer.status_code == 500
    assert email("chair") not in answer.text


# --- what nobody expected


def test_an_error_that_nobody_expected_is_answered_in_the_rooms_words_and_safely(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in_as(client, email("chair"))
    good, answer = client.get("/page"), client.get("/broken")
    assert answer.status_code == 500
    for name in protection.safe_headers(is_secure=False):
        assert answer.headers[name] == good.headers[name]
    assert "Something went wrong" in answer.text
    assert "ZeroDivisionError" not in answer.text
    (number,) = re.findall(r"the number <strong>(\d{8})</strong>", answer.text)
    (entry,) = [one for one in caplog.records if number in one.getMessage()]
    assert entry.getMessage() == f"Fault {number}: GET /broken could not be answered."
    assert entry.exc_info is not None
    assert entry.exc_info[0] is ZeroDivisionError
    assert client.get("/page").status_code == 200


# --- sessions


def test_whose_session_it_is_cannot_be_said_otherwise_in_the_database(
    client: TestClient, engine: Engine
) -> None:
    """A member who may write to the database would else decide as the chair."""
    sign_in_as(client, email("m1"))
    with engine.begin() as connection:
        as_chair = func.replace(tables.remembered.c.content, email("m1"), email("chair"))
        changed = connection.execute(update(tables.remembered).values(content=as_chair))
    assert changed.rowcount == 1
    answer = client.get("/page")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?back=%2Fpage")


def test_signing_out_ends_the_session_in_every_copy_of_its_cookie(client: TestClient) -> None:
    sign_in_as(client, email("chair"))
    copy = dict(client.cookies)
    token = form_token(client.get("/page").text)
    answer = client.post("/sign-out", data={"csrf_token": token})
    assert answer.status_code == 200
    assert "You are signed out" in answer.text
    assert email("chair") not in answer.text
    assert 'http-equiv="refresh"' not in answer.text  # here nobody signed in anywhere else
    assert client.get("/page").status_code == 303
    client.cookies.update(copy)
    assert client.get("/page").status_code == 303


def test_the_page_after_signing_out_is_nobodys_who_is_signed_in(client: TestClient) -> None:
    assert client.get("/sign-out").status_code == 200
    sign_in_as(client, email("chair"))
    assert client.get("/sign-out").headers["location"] == "/"
    assert client.get("/page").status_code == 200


def test_whose_session_is_over_is_told_so_and_led_to_sign_in_by_a_link(client: TestClient) -> None:
    """What they pressed may have been a form, and a form's answer may not lead to another site."""
    answer = client.get("/page?q=a", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 401
    assert "Your session is over" in answer.text
    assert 'href="/sign-in?back=%2Fpage%3Fq%3Da"' in answer.text
    for came in ("none", "cross-site"):  # typed, or from a notice
        assert client.get("/page", headers={"Sec-Fetch-Site": came}).status_code == 303


def test_signing_in_again_gives_a_new_session_and_form_token(client: TestClient) -> None:
    token_before = form_token(client.get("/sign-in").text)
    sign_in_as(client, email("m1"))
    first, token = dict(client.cookies), form_token(client.get("/page").text)
    sign_in_as(client, email("chair"))
    assert len({token_before, token, form_token(client.get("/page").text)}) == 3
    assert client.post("/decide", data={"csrf_token": token}).status_code == 403
    client.cookies.clear()
    client.cookies.update(first)
    assert client.get("/page").status_code == 303


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("pause", "pauses", "is_in"),
    [
        (sessions.IDLE, 1, True),
        (sessions.IDLE + SECOND, 1, False),
        (sessions.IDLE, 15, True),
        (sessions.IDLE, 16, False),  # eight hours
    ],
)
def test_a_session_ends_by_idleness_and_by_age(
    client: TestClient, clock: SetClock, pause: timedelta, pauses: int, is_in: bool
) -> None:
    sign_in_as(client, email("chair"))
    for _ in range(pauses):
        clock.pass_by(pause)
        answer = client.get("/page")
    assert (answer.status_code == 200) is is_in


def test_an_edited_cookie_is_nobody(client: TestClient) -> None:
    sign_in_as(client, email("chair"))
    cookie = client.cookies["room"]
    client.cookies.clear()
    assert client.get("/page", headers={"cookie": f"room=A{cookie[1:]}"}).status_code == 303


def test_the_cookie_is_hidden_from_scripts_and_other_sites(client: TestClient) -> None:
    cookie = client.get("/sign-in").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_two_who_take_the_same_thing_at_once_do_not_both_get_it(engine: Engine, clock: SetClock) -> None:
    METADATA.create_all(engine)
    memory = sessions.Memory(engine, clock)
    memory.keep("state", {"nonce": "n"}, clock() + timedelta(minutes=1))
    assert memory.look("state") == {"nonce": "n"}
    assert [memory.take("state"), memory.take("state"), memory.look("state")] == [{"nonce": "n"}, None, None]
    memory.keep("late", 1, clock())
    assert memory.look("late") is None


# --- forms


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_a_form_without_its_token_changes_nothing(
    client: TestClient, engine: Engine, token: str | None
) -> None:
    sign_in_as(client, email("chair"))
    answer = client.post("/decide", data={} if token is None else {"csrf_token": token})
    assert answer.status_code == 403
    assert "nothing was recorded" in answer.text
    assert logged(engine)[-1][:3] == (email("chair"), "POST page", "/decide")


def test_a_form_with_its_token_goes_through_and_one_of_json_does_not(client: TestClient) -> None:
    sign_in_as(client, email("chair"))
    token = form_token(client.get("/page").text)
    assert client.post("/decide", data={"csrf_token": token}).text == "decided by chair@panel.example"
    assert client.post("/decide", json={"csrf_token": token}).status_code == 403


def test_nobody_decides_even_with_a_token(client: TestClient) -> None:
    token = form_token(client.get("/sign-in").text)
    assert client.post("/decide", data={"csrf_token": token}).status_code == 401


def test_a_form_larger_than_any_of_ours_is_not_read_to_its_end(client: TestClient) -> None:
    sign_in_as(client, email("chair"))
    answer = client.post("/decide", data={"reason": "x" * protection.LARGEST_FORM})
    assert answer.status_code == 413


def test_a_decision_asks_for_a_fresh_sign_in_and_leads_back(client: TestClient, clock: SetClock) -> None:
    sign_in_as(client, email("chair"))
    token = form_token(client.get("/page").text)
    clock.pass_by(timedelta(seconds=301))
    answer = client.post("/decide", data={"csrf_token": token})
    assert answer.status_code == 401
    assert 'href="/sign-in?back=%2Fpage"' in answer.text


@pytest.mark.parametrize(
    ("seconds", "fresh"), [(-31, False), (-30, True), (0, True), (300, True), (301, False)]
)
def test_an_authentication_is_fresh_for_five_minutes(seconds: int, fresh: bool) -> None:
    person = Person("a@b.example", "A", NOW, "oidc")
    assert is_fresh(person, NOW + timedelta(seconds=seconds)) is fresh


# --- every answer


@pytest.mark.parametrize("path", ["/sign-in", "/page", "/nowhere"])
def test_every_answer_has_the_safe_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert headers["referrer-policy"] == "same-origin"


def test_another_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/sign-in", headers={"host": "evil.example"}).status_code == 400


def test_an_address_that_tries_too_often_waits(
    engine: Engine, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local.LocalSignIn, "limit", "3/day")
    with browser(local_room(engine, clock)) as client:
        codes = [client.get("/sign-in").status_code for _ in range(4)]
        assert codes == [200, 200, 200, 429]
        assert client.get("/sign-in").headers["retry-after"] == "86400"
    assert strangers(engine)[0][2] == "429: Too many attempts to sign in: wait a minute."


@pytest.mark.parametrize(
    ("given", "back"),
    [
        ("/cancer/interim?x=1", "/cancer/interim?x=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_the_way_back_leads_nowhere_else(given: str | None, back: str) -> None:
    assert way_back(given) == back


# --- local mode


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "::", "room.example", ""])
def test_local_mode_listens_on_loopback_only(engine: Engine, host: str) -> None:
    with pytest.raises(Fault, match=r"listens on 127.0.0.1 only .*: configure a sign-in"):
        local.LocalSignIn(host, sessions.Memory(engine), dict, lambda: False)


def test_local_mode_does_not_start_on_real_data(engine: Engine, clock: SetClock) -> None:
    with pytest.raises(Fault, match=r"^This database holds real data: .* configure a sign-in\.$"):
        local_room(engine, clock, lambda: True)


def test_local_mode_stops_when_real_data_come_in(engine: Engine, clock: SetClock) -> None:
    real: list[bool] = []
    with browser(local_room(engine, clock, lambda: bool(real))) as client:
        sign_in_as(client, email("chair"))
        real.append(True)
        assert client.get("/page").status_code == 503
        assert sign_in_as(client, email("chair")).status_code == 503


# --- one line stays one line


HOSTILE = "a\nb\r\nc\x00\x1b[2Jd\u2028e\u202ef\x85g\ud800"


def test_hostile_text_stays_one_line_of_the_log(engine: Engine) -> None:
    METADATA.create_all(engine)
    access_log.record(engine, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    (line,) = logged(engine)
    for text in line:
        assert len(text.splitlines()) == 1
        assert text.isprintable()
        assert text.startswith(r"a\nb\r\nc\x00\x1b[2Jd\u2028e\u202ef\x85g\ud800")


def test_a_hostile_path_stays_one_line_of_the_log(client: TestClient, engine: Engine) -> None:
    sign_in_as(client, email("chair"))
    client.post("/decide%0d%0a2017-04-05 chair@panel.example shown", data={})
    assert logged(engine)[-1][2] == r"/decide\r\n2017-04-05 chair@panel.example shown"


@given(st.text())
def test_any_text_is_one_printable_line(text: str) -> None:
    shown = one_line(text, 40)
    assert len(shown.splitlines()) <= 1
    assert not {"\n", "\r", "\x00", "\u2028", "\u202e"} & set(shown)
    assert text.isprintable() is False or shown == (text if len(text) <= 40 else text[:39] + "…")


def test_a_view_without_a_name_is_the_user_of_the_process(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    METADATA.create_all(engine)
    monkeypatch.setattr("getpass.getuser", lambda: "engineer")
    access_log.record(engine, "", "export bands", "annual 2016-04-01")
    assert logged(engine) == [("engineer", "export bands", "annual 2016-04-01", "shown")]
