"""Signing in by OpenID Connect against real providers over HTTP: one that is honest, one that lies."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from sqlalchemy import Engine, create_engine
from starlette.testclient import TestClient

from expert_panels.clock import Clock, utc_now
from expert_panels.room.sign_in.openid import OpenIdSignIn
from expert_panels.room.sign_in.sessions import Memory
from expert_panels.schema import METADATA
from expert_panels.settings import OpenId
from tests.support.notations.signed_lines import with_key
from tests.support.patience import wait_until
from tests.support.servers.openid_provider import CLIENT, EMAIL, SECRET, Provider
from tests.support.servers.ports import free_port
from tests.support.servers.served import served
from tests.support.worlds.room_client import SetClock, browser, form_token, logged, room_with, strangers

ROOM = "https://room.example"
HTTP = httpx2.Client(follow_redirects=False, limits=httpx2.Limits(max_keepalive_connections=0))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = with_key(create_engine(f"sqlite:///{tmp_path}/room.sqlite"))
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    provider = Provider()
    with served(provider.app()) as provider.issuer:
        yield provider


@pytest.fixture
def provider(running: Provider, clock: SetClock) -> Provider:
    running.straighten()
    running.seconds = clock.seconds
    return running


def room(engine: Engine, issuer: str, clock: Clock) -> TestClient:
    settings = OpenId(issuer=issuer, client_id=CLIENT, client_secret_file=Path("x"))
    sign_in = OpenIdSignIn(settings, SECRET, ROOM, Memory(engine, clock))
    return browser(room_with(engine, sign_in, ["room.example"], clock), ROOM)


@pytest.fixture
def client(engine: Engine, provider: Provider, clock: SetClock) -> Iterator[TestClient]:
    with room(engine, provider.issuer, clock) as client:
        yield client


def answer_of(client: TestClient, back: str = "/page") -> str:
    """Go to the provider by HTTP, and return the address it sends the browser back to."""
    asked = client.get(f"/sign-in?back={back}").headers["location"]
    return str(HTTP.get(asked).headers["location"])


def test_who_the_provider_vouches_for_is_signed_in(client: TestClient, provider: Provider) -> None:
    answer = client.get(answer_of(client, "/page?sort=name"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/page?sort=name")
    assert client.get("/page").text.startswith(EMAIL)
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-room=")
    assert all(flag in cookie for flag in ("; secure", "httponly", "samesite=lax", "path=/;"))
    asked = provider.asked[-1]
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == f"{ROOM}/sign-in/return"
    assert asked["code_challenge_method"] == "S256"
    assert (asked["max_age"], asked.get("prompt")) == ("28800", None)
    assert client.get("/sign-in").headers["strict-transport-security"]


def test_roles_come_from_the_terms_alone(client: TestClient, provider: Provider, engine: Engine) -> None:
    provider.bend = lambda claims: claims.update(email="engineer@data.example", roles=["chair"])
    assert client.get(answer_of(client)).status_code == 303
    assert client.get("/page").status_code == 403
    refused = "403: engineer@data.example holds no seat in any panel."
    assert logged(engine)[-1] == ("engineer@data.example", "GET page", "/page", refused)


def test_a_decision_leads_to_a_fresh_proof_and_back_to_its_form(
    client: TestClient, provider: Provider
) -> None:
    provider.bend = lambda claims: claims.update(auth_time=claims["iat"] - 600)
    client.get(answer_of(client))
    token = form_token(client.get("/page").text)
    stale = client.post("/decide", data={"csrf_token": token})
    assert stale.status_code == 401
    assert "You signed in more than five minutes ago." in stale.text
    assert 'href="/sign-in?back=%2Fpage"' in stale.text
    assert "form-action 'self';" in stale.headers["content-security-policy"]
    # the provider is told to ask, does not, and says so honestly
    refused = client.get(answer_of(client))
    assert (provider.asked[-1]["prompt"], provider.asked[-1]["max_age"]) == ("login", "300")
    assert refused.status_code == 403
    provider.straighten()
    assert client.get(answer_of(client)).headers["location"] == "/page"
    token = form_token(client.get("/page").text)
    assert client.post("/decide", data={"csrf_token": token}).text == f"decided by {EMAIL}"


def signed_out(client: TestClient) -> str:
    """Sign in and out; the page that follows."""
    client.get(answer_of(client))
    answer = client.post("/sign-out", data={"csrf_token": form_token(client.get("/page").text)})
    assert answer.status_code == 200
    assert client.get("/page").status_code == 303
    return answer.text


def test_signing_out_goes_on_to_end_the_session_at_the_provider(
    client: TestClient, provider: Provider
) -> None:
    provider.metadata = {"end_session_endpoint": f"{provider.issuer}/end"}
    said = signed_out(client)
    (goes_on,) = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', said)
    assert f'<a href="{goes_on}">' in said
    back = HTTP.get(unescape(goes_on)).headers["location"]
    asked = provider.ended[-1]
    assert (asked["client_id"], asked["post_logout_redirect_uri"]) == (CLIENT, f"{ROOM}/sign-out")
    assert "id_token_hint" not in asked
    ended = client.get(back)
    assert (ended.status_code, "You are signed out" in ended.text) == (200, True)
    assert 'http-equiv="refresh"' not in ended.text


@pytest.mark.parametrize("endpoint", [None, "javascript:alert(1)"])
def test_a_provider_that_ends_no_session_is_not_gone_to(
    client: TestClient, provider: Provider, endpoint: str | None
) -> None:
    provider.metadata = {"end_session_endpoint": endpoint}
    said = signed_out(client)
    assert "You are signed out" in said
    assert 'http-equiv="refresh"' not in said


def claims(**changed: Any) -> Callable[[Provider], None]:
    """A lie in the claims; None takes a claim away."""

    def lie(provider: Provider) -> None:
        def bend(told: dict[str, Any]) -> None:
            told.update(changed)
            for name in [name for name, value in changed.items() if value is None]:
                del told[name]

        provider.bend = bend

    return lie


def shifted(name: str, seconds: int) -> Callable[[Provider], None]:
    """A claim so many seconds after the token is issued."""
    return lambda provider: setattr(provider, "bend", lambda told: told.update({name: told["iat"] + seconds}))


def token(how: str) -> Callable[[Provider], None]:
    return lambda provider: setattr(provider, "sign", getattr(provider, how))


LIES: dict[str, tuple[Callable[[Provider], None], str]] = {
    "wrong issuer": (claims(iss="https://evil.example"), "iss"),
    "no issuer": (claims(iss=None), "iss"),
    "wrong audience": (claims(aud="another"), "aud"),
    "several audiences and no party": (claims(aud=[CLIENT, "another"]), "azp"),
    "another party": (claims(aud=[CLIENT, "another"], azp="another"), "azp"),
    "expired": (shifted("exp", -31), "expired"),
    "no end": (claims(exp=None), "exp"),
    "not yet valid": (shifted("nbf", 31), "not yet valid"),
    "another nonce": (claims(nonce="another"), "nonce"),
    "no nonce": (claims(nonce=None), "nonce"),
    "alg none": (token("unsigned"), ""),
    "signed by a stranger": (token("signed_by_a_stranger"), "signature"),
    "signed by the shared secret": (token("signed_by_the_secret"), ""),
    "edited": (token("edited"), "signature"),
    "no token": (lambda provider: setattr(provider, "sign", lambda _: None), "no ID token"),
    "no token at all": (lambda provider: setattr(provider, "sign", lambda _: "x"), ""),
    "no time of proof": (claims(auth_time=None), "auth_time"),
    "a proof of yesterday": (shifted("auth_time", -8 * 3600 - 31), "another time"),
    "a proof of tomorrow": (shifted("auth_time", 31), "another time"),
    "a true proof": (claims(auth_time=True), "auth_time"),
    "an address not verified": (claims(email_verified=False), "e-mail"),
    "an address verified in a text": (claims(email_verified="false"), "e-mail"),
    "an address verified by a number": (claims(email_verified=1), "e-mail"),
    "an address of which nothing is said": (claims(email_verified=None), "e-mail"),
    "an address with a Kelvin sign": (claims(email="\u212aim@panel.example"), "e-mail"),
    "no address": (claims(email=None), "e-mail"),
}


@pytest.mark.parametrize(("lie", "said"), LIES.values(), ids=LIES)
def test_a_lie_signs_nobody_in_and_is_logged(
    client: TestClient, provider: Provider, engine: Engine, lie: Callable[[Provider], None], said: str
) -> None:
    lie(provider)
    answer = client.get(answer_of(client))
    assert answer.status_code == 403
    assert client.get("/page").status_code == 303
    ((address, what, outcome),) = strangers(engine)
    assert (address, what) == ("testclient", "GET /sign-in/return")
    assert outcome.startswith("403: You were not signed in: ")
    assert said in outcome


def test_a_nonce_of_an_earlier_sign_in_is_refused(client: TestClient, provider: Provider) -> None:
    client.get(answer_of(client))
    old = provider.asked[-1]["nonce"]
    provider.bend = lambda claims: claims.update(nonce=old)
    assert client.get(answer_of(client)).status_code == 403


def test_an_answer_counts_once_and_in_its_own_browser(
    client: TestClient, provider: Provider, engine: Engine, clock: SetClock
) -> None:
    answer = answer_of(client)
    with room(engine, provider.issuer, clock) as other:
        assert other.get(answer).status_code == 403
        assert other.get("/page").status_code == 303
    before = dict(client.cookies)
    assert client.get(answer).status_code == 303
    client.cookies.clear()
    client.cookies.update(before)  # as somebody who kept a copy of everything
    assert client.get(answer).status_code == 403
    assert [outcome for *_, outcome in logged(engine)] == ["signed in"]
    assert "this browser did not ask for it" in strangers(engine)[0][2]
    assert "mismatching_state" in strangers(engine)[-1][2]


def test_of_two_sign_ins_in_one_browser_the_last_counts(client: TestClient, engine: Engine) -> None:
    first, second = answer_of(client, "/first"), answer_of(client)
    assert client.get(second).headers["location"] == "/page"
    second = answer_of(client)
    assert client.get(first).status_code == 403
    assert "did not ask for it, or has since asked again" in logged(engine)[-1][3]
    assert client.get(second).status_code == 403  # what goes wrong once is begun again


BROKEN: dict[str, dict[str, Any]] = {
    "no keys": {"jwks_uri": None},
    "keys that are a list": {"jwks_uri": "{issuer}/list"},
    "no token endpoint": {"token_endpoint": None},
    "keys that are none": {"jwks_uri": "{issuer}/.well-known/openid-configuration"},
}


@pytest.mark.parametrize("metadata", BROKEN.values(), ids=BROKEN)
def test_a_provider_that_is_broken_signs_nobody_in(
    client: TestClient, provider: Provider, metadata: dict[str, Any]
) -> None:
    provider.metadata = {
        name: value and value.replace("{issuer}", provider.issuer) for name, value in metadata.items()
    }
    answer = client.get(answer_of(client))
    assert answer.status_code == 403
    assert "is not to be trusted" in answer.text
    assert client.get("/page").status_code == 303


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?code=x&state=y", "?error=access_denied%0aspoofed&state=y"]
)
def test_an_answer_nobody_asked_for_is_refused(client: TestClient, engine: Engine, query: str) -> None:
    assert client.get(f"/sign-in/return{query}").status_code == 403
    ((*_, outcome),) = strangers(engine)
    assert outcome.isprintable()


def test_a_code_of_another_sign_in_is_refused_for_want_of_its_verifier(client: TestClient) -> None:
    stolen = parse_qs(urlsplit(answer_of(client)).query)["code"][0]
    state = parse_qs(urlsplit(answer_of(client)).query)["state"][0]
    assert client.get(f"/sign-in/return?code={stolen}&state={state}").status_code == 403


def test_a_provider_by_another_name_is_not_gone_to(
    client: TestClient, provider: Provider, engine: Engine
) -> None:
    provider.metadata = {"issuer": "https://evil.example"}
    assert client.get("/sign-in").status_code == 403
    assert "by another name" in strangers(engine)[0][2]
    provider.straighten()
    assert client.get("/sign-in").status_code == 302


def test_a_provider_that_is_down_is_said(engine: Engine, clock: SetClock) -> None:
    with room(engine, f"http://127.0.0.1:{free_port()}", clock) as client:
        answer = client.get("/sign-in")
        assert answer.status_code == 503
        assert "cannot be reached just now" in answer.text


def test_a_member_signs_in_at_a_real_provider(engine: Engine, tmp_path: Path) -> None:
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "oidc_provider_mock", "-H", "127.0.0.1", "-p", str(port), "-n", "true"]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, "PYTHONWARNINGS": "ignore"}
        ) as process,
    ):
        try:
            _wait_for(f"{issuer}/.well-known/openid-configuration", process)
            about = {
                "email": EMAIL,
                "name": "The chair",
                "auth_time": int(time.time()),
                "email_verified": True,
            }
            HTTP.put(f"{issuer}/users/one", json=about).raise_for_status()
            with room(engine, issuer, utc_now) as client:
                asked = client.get("/sign-in?back=/page").headers["location"]
                answer = HTTP.post(asked, data={"sub": "one"})
                signed_in = client.get(answer.headers["location"])
                assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/page")
                assert client.get("/page").text.startswith(EMAIL)
                assert client.get(answer.headers["location"]).status_code == 403
                denied = HTTP.post(asked, data={"action": "deny"})
                assert client.get(denied.headers["location"]).status_code == 403
        finally:
            process.kill()
    assert [outcome[:4] for *_, outcome in logged(engine)] == ["sign", "show", "403:", "403:"]


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    def answers() -> bool:
        assert process.poll() is None, "the provider did not start"
        try:
            HTTP.get(url).raise_for_status()
        except httpx2.TransportError:
            return False
        return True

    wait_until("the provider starts", answers)
