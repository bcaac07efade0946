"""Signing in by a proxy's headers: believed with the shared secret, and never without."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from starlette.testclient import TestClient

from expert_panels.room.sign_in.proxy import ProxySignIn
from expert_panels.schema import METADATA
from expert_panels.settings import Proxy
from tests.support.notations.signed_lines import with_key
from tests.support.worlds.room_client import SetClock, browser, form_token, room_with, strangers

SECRET = "s" * 32
CHAIR = {"X-Room-Secret": SECRET, "X-Room-Email": "Chair@panel.example", "X-Room-Name": "The chair"}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = with_key(create_engine(f"sqlite:///{tmp_path}/room.sqlite"))
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def client(engine: Engine, clock: SetClock) -> Iterator[TestClient]:
    settings = Proxy(
        secret_file=Path("x"),
        sign_in_at="/oauth2/start?prompt=login&rd={back}",
        sign_out_at="/oauth2/sign_out",
    )
    sign_in = ProxySignIn(settings, SECRET)
    with browser(room_with(engine, sign_in, ["room.example"], clock), "https://room.example") as client:
        yield client


def test_whom_the_proxy_let_through_is_let_in(client: TestClient) -> None:
    assert client.get("/page", headers=CHAIR).text.startswith("chair@panel.example")


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "s", "é"])
def test_nobody_is_believed_without_the_secret(
    client: TestClient, engine: Engine, secret: str | None
) -> None:
    headers: dict[str, Any] = {**CHAIR, "X-Room-Secret": secret}
    headers = {name: value.encode() for name, value in headers.items() if value is not None}
    for path in ("/page", "/sign-in"):
        assert client.get(path, headers=headers).status_code == 403
    address, _, outcome = strangers(engine)[0]
    assert address == "testclient"
    assert outcome == "403: This request did not come by the proxy that signs people in."


def test_a_header_that_the_browser_slipped_in_beside_the_proxys_is_refused(client: TestClient) -> None:
    twice = [*CHAIR.items(), ("X-Room-Email", "d1@panel.example")]
    assert client.get("/page", headers=twice).status_code == 403


def test_whom_the_proxy_does_not_name_is_sent_to_sign_in(client: TestClient) -> None:
    headers = {"X-Room-Secret": SECRET}
    asked = client.get("/page?a=1", headers=headers)
    assert asked.headers["location"] == "/sign-in?back=%2Fpage%3Fa%3D1"
    sent = client.get(asked.headers["location"], headers=headers)
    assert sent.headers["location"] == "/oauth2/start?prompt=login&rd=%2Fpage%3Fa%3D1"


@pytest.mark.parametrize(
    ("proved", "decides"),
    [("now", True), ("earlier", False), (None, False), ("nan", False), ("1e400", False), ("x", False)],
)
def test_who_decides_has_proved_it_just_now(
    client: TestClient, clock: SetClock, proved: str | None, decides: bool
) -> None:
    moments = {"now": str(clock.seconds()), "earlier": str(clock.seconds() - 301)}
    at = {} if proved is None else {"X-Room-Authenticated-At": moments.get(proved, proved)}
    token = form_token(client.get("/page", headers=CHAIR).text)
    answer = client.post("/decide", data={"csrf_token": token}, headers={**CHAIR, **at})
    assert (answer.status_code == 200) is decides


def test_the_forms_of_one_person_are_not_the_next_ones(client: TestClient) -> None:
    token = form_token(client.get("/page", headers=CHAIR).text)
    other = {**CHAIR, "X-Room-Email": "m1@panel.example"}
    assert client.post("/decide", data={"csrf_token": token}, headers=other).status_code == 403


def test_signing_out_goes_on_to_where_the_proxy_signs_people_out(client: TestClient) -> None:
    token = form_token(client.get("/page", headers=CHAIR).text)
    answer = client.post("/sign-out", data={"csrf_token": token}, headers=CHAIR)
    assert 'http-equiv="refresh" content="0; url=/oauth2/sign_out"' in answer.text
