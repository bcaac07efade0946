"""The room over real HTTP: who never finishes a request, who hangs up, and who says where they come from."""

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import httpx2
import pytest
from sqlalchemy import Engine

from expert_panels import access_log
from expert_panels.room import server
from expert_panels.room.server import served_as
from expert_panels.room.sign_in import local, protection
from tests.support.patience import SECONDS
from tests.support.servers.served import served
from tests.support.worlds.room_client import SetClock, local_room, logged, strangers

FORM = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the room wait for a part of a second where it waits for many."""
    monkeypatch.setattr(server, "LONGEST_HEADERS", 0.3)
    monkeypatch.setattr(protection, "LONGEST_SENDING", 0.3)


@pytest.fixture
def port(engine: Engine, clock: SetClock) -> Iterator[int]:
    # the log stays as the tests have it, so that they can read it
    with served(local_room(engine, clock), **{**served_as(), "log_config": None}) as address:
        yield int(address.rpartition(":")[2])


def answered(port: int, *sent: bytes) -> bytes:
    """All that the room answers to what is sent, up to its end of the connection."""
    with closing(socket.create_connection(("127.0.0.1", port), SECONDS)) as connection:
        for part in sent:
            connection.sendall(part)
            time.sleep(0.05)  # so that the parts come one by one
        found = b""
        while part := connection.recv(65536):
            found += part
        return found


HALF = [
    ("nothing", ()),
    ("half a line", (b"GET /sign-in",)),
    ("headers without an end", (b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X-A: b\r\n")),
]


@pytest.mark.parametrize("sent", [sent for _, sent in HALF], ids=[name for name, _ in HALF])
def test_a_request_whose_headers_never_end_is_closed(port: int, sent: tuple[bytes, ...]) -> None:
    assert answered(port, *sent) == b""


def test_the_next_request_of_a_connection_is_bounded_as_the_first(port: int) -> None:
    whole = b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    said = answered(port, whole, b"GET /sign-in HTTP/1.1\r\n")
    assert said.count(b"HTTP/1.1 200") == 1


def test_a_slow_request_that_is_whole_is_answered(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LONGEST_HEADERS", SECONDS)
    said = answered(port, b"GET /sign-in HTTP/1.1\r\n", b"Host: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200")


def test_a_form_that_is_not_sent_to_its_end_is_answered_408(port: int) -> None:
    said = answered(port, FORM + b"Content-Length: 100\r\n\r\n", b"csrf_token=")
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"The form was not sent to its end; send it again." in said
    assert b"\r\nconnection: close\r\n" in said.lower()


def test_who_hangs_up_in_the_middle_of_a_form_leaves_no_trace_in_the_log(
    port: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protection, "LONGEST_SENDING", SECONDS)
    with caplog.at_level(logging.INFO):
        for headers in (b"Content-Length: 100\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n64\r\n"):
            with closing(socket.create_connection(("127.0.0.1", port), SECONDS)) as connection:
                connection.sendall(FORM + headers + b"csrf_token=")
                time.sleep(0.05)
        assert answered(port, b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING] == []


SMUGGLED = b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
TWO_LENGTHS = [
    b"Content-Length: 0\r\nContent-Length: %d\r\n",
    b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n",
    b"Transfer-Encoding: chunked, identity\r\nContent-Length: 0\r\nX: %d\r\n",
    b"Content-Length : 0\r\nX: %d\r\n",
    b"X: a\nContent-Length: %d\r\n",
]


@pytest.mark.parametrize("lengths", TWO_LENGTHS)
def test_a_request_that_ends_in_two_places_is_one_at_most(port: int, lengths: bytes) -> None:
    """A proxy may take the one length, and the room the other; what is between would be nobody's request."""
    body = b"0\r\n\r\n" + SMUGGLED
    said = answered(port, FORM + lengths % len(body) + b"\r\n" + body)
    assert (said.count(b"HTTP/1.1 "), said.count(b"HTTP/1.1 200 ")) in [(0, 0), (1, 0)], said


# who is declared as a proxy, and whom the limit of tries counts then
PROXIES = [((), "127.0.0.1"), (("10.0.0.1",), "127.0.0.1"), (("127.0.0.0/8",), "192.0.2.7")]


@pytest.mark.parametrize(("proxies", "counted"), PROXIES)
def test_where_a_request_came_from_is_believed_of_declared_proxies_alone(
    engine: Engine, clock: SetClock, monkeypatch: pytest.MonkeyPatch, proxies: tuple[str, ...], counted: str
) -> None:
    monkeypatch.setattr(local.LocalSignIn, "limit", "2/day")
    with served(local_room(engine, clock), **served_as(proxies)) as address:

        def asked(said: str) -> int:
            headers = {"X-Forwarded-For": said, "Host": "127.0.0.1"}
            return int(httpx2.get(f"{address}/sign-in", headers=headers).status_code)

        codes = [asked("192.0.2.7") for _ in range(3)]
        another = asked("192.0.2.8")
    assert codes == [200, 200, 429]
    assert another == (200 if counted == "192.0.2.7" else 429)
    assert strangers(engine)[0][0] == counted


def test_requests_of_nobody_are_bounded_and_apart_from_the_access_log(
    engine: Engine, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_room(engine, clock)
    may_write = iter([True] * 5 + [False] * 7 + [True])
    monkeypatch.setattr(access_log.MovingWindowRateLimiter, "hit", lambda *_: next(may_write))
    monkeypatch.setattr(access_log, "LISTED", 3)
    gate = access_log.Strangers(engine)
    for number in range(13):
        gate.turned_away("192.0.2.7", f"POST /{number}", "401: no")
    assert strangers(engine) == [
        ("192.0.2.7", "POST /3", "401: no"),
        ("192.0.2.7", "POST /4", "401: no"),
        ("192.0.2.7", "POST /12", "401: no (7 more before it are not listed)"),
    ]
    assert logged(engine) == []
