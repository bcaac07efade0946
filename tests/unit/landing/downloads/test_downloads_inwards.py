"""What a download does not follow, an address inside, and what it writes nowhere, a credential."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ccg_pipeline.landing.downloads.addresses import Wanted
from ccg_pipeline.landing.downloads.fetching import fetch
from ccg_pipeline.landing.downloads.record import FOLDER
from tests.support.notations.downloads import BODY, QUICK, get, landed
from tests.support.servers.publisher import (
    Asked,
    Publisher,
    cuts_off,
    fails,
    page,
    serves,
)

INSIDE = ["localhost", "127.0.0.2", "169.254.169.254", "10.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]


@pytest.mark.parametrize("host", INSIDE)
def test_a_redirect_inwards_is_not_followed(
    publisher: Publisher, http: httpx.Client, tmp_path: Path, host: str
) -> None:
    port = publisher.root.rpartition(":")[2]
    publisher.at("/inside.xls", serves(BODY))
    url = publisher.at("/out.xls", fails(302, Location=f"http://{host}:{port}/inside.xls"))
    before = len(publisher.asked)
    found = get(http, url, tmp_path)
    assert found.state == "refused"
    assert (
        f"127.0.0.1 redirects to {host.strip('[]')}, which is this machine or in a private" in found.sentence
    )
    assert [path for path, _ in publisher.asked[before:]] == ["/out.xls"]
    assert landed(tmp_path) == {}


def test_a_name_that_answers_whoever_connects_with_an_address_inside_is_not_asked(
    publisher: Publisher, http: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, port = socket.getaddrinfo, publisher.root.rpartition(":")[2]
    answers = iter(["93.184.216.34"])

    def rebinding(host: str | None, *rest: Any, **more: Any) -> Any:
        # a public address for who checks, and the loopback one from then on
        return real(next(answers, "127.0.0.1") if host == "rebinds.example" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    publisher.at("/inside.xls", serves(BODY))
    url = publisher.at("/out.xls", fails(302, Location=f"http://rebinds.example:{port}/inside.xls"))
    before = len(publisher.asked)
    found = get(http, url, tmp_path)
    assert found.state == "refused"
    assert "127.0.0.1 redirects to rebinds.example, which is this machine" in found.sentence
    assert [path for path, _ in publisher.asked[before:]] == ["/out.xls"]
    assert landed(tmp_path) == {}


def test_a_redirect_inwards_is_followed_where_its_host_is_declared(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    port = publisher.root.rpartition(":")[2]
    publisher.at("/inside.xls", serves(BODY))
    url = publisher.at("/out.xls", fails(302, Location=f"http://localhost:{port}/inside.xls"))
    assert fetch(http, Wanted(url, "a.xls", ("localhost",)), tmp_path, QUICK).state == "new"
    same = publisher.at("/same.xls", fails(302, Location="/inside.xls"))
    assert get(http, same, tmp_path, name="b.xls").state == "new"


SECRETS = ("the-user", "the-password", "the-token")


@pytest.mark.parametrize(
    "behaviour",
    [serves(BODY, '"1"'), cuts_off(BODY, 1000, '"1"'), fails(404), page, serves(b"")],
    ids=["lands", "cut off", "missing", "page", "empty"],
)
def test_no_credential_of_an_address_is_written_anywhere(
    publisher: Publisher,
    http: httpx.Client,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    behaviour: Callable[[Asked], None],
) -> None:
    address = publisher.at("/secret.xls", behaviour).replace("//", "//the-user:the-password@")
    with caplog.at_level("INFO"):
        found = get(http, f"{address}?month=3&access_token=the-token", tmp_path)
    assert publisher.asked[-1][0] == "/secret.xls?month=3&access_token=the-token"
    assert publisher.asked[-1][1]["Authorization"].startswith("Basic ")
    beside = (tmp_path / FOLDER).iterdir()
    written = [path.read_text(errors="replace") for path in beside if path.suffix == ".json"]
    for text in (found.sentence, caplog.text, *written):
        assert [secret for secret in SECRETS if secret in text] == []
    if found.path is not None:
        assert "/secret.xls?month=3&access_token=***" in "".join(written)
