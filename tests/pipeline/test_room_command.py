"""`ccg room`: what it refuses to serve, and that what it serves is served as it must be."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from ccg_pipeline.cli import verbs as cli_verbs
from ccg_pipeline.storage.database import admit, open_database
from expert_panels.settings import VARIABLE
from tests.support.patience import SECONDS, wait_until
from tests.support.servers.ports import free_port


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/room.db"


def refused(*arguments: str) -> str:
    return str(CliRunner().invoke(cli_verbs.app, ["room", *arguments]).exception)


def test_local_mode_is_refused_in_one_sentence(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert refused("--host", "0.0.0.0", "--database", url) == (
        "In local mode anybody signs in as anybody, so the room listens on 127.0.0.1 only and not on "
        "0.0.0.0: configure a sign-in to serve others."
    )
    with open_database(url).begin() as connection:
        admit(connection, "real.csv", is_made_up=False)
    assert refused("--database", url) == (
        "This database holds real data: in local mode anybody signs in as anybody, so it serves made-up data "
        "only: configure a sign-in."
    )


def test_settings_that_cannot_be_used_are_one_sentence(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "room.yaml"))
    assert refused("--database", url).startswith("room.yaml: cannot be read as UTF-8 text")
    (tmp_path / "room.yaml").write_text("address: https://room.example\nadress: x\n", encoding="utf-8")
    assert refused("--database", url).startswith("room.yaml: ")


def test_the_room_is_served_to_members_alone_and_logs_no_address(url: str, tmp_path: Path) -> None:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    command = [sys.executable, "-m", "ccg_pipeline.cli", "room", "--port", str(port), "--database", url]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:

        def is_open() -> bool:
            assert process.poll() is None, (tmp_path / "log").read_text(encoding="utf-8")
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        wait_until("the room opens", is_open)
        answer = httpx2.get(f"http://127.0.0.1:{port}/?x=%0aforged", follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in?back=%2F%3Fx%3D%250aforged"
        assert "server" not in answer.headers
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        elsewhere = httpx2.get(f"http://127.0.0.1:{port}/sign-in", headers={"Host": "evil.example"})
        assert elsewhere.status_code == 400
    finally:
        process.terminate()
        process.wait(SECONDS)
    assert (tmp_path / "log").read_text(encoding="utf-8").splitlines() == [
        f"The panels' room: http://127.0.0.1:{port}"
    ]
