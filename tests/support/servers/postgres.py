"""A real PostgreSQL server for the tests, started and stopped by them.

Belongs here: finding the binaries, `initdb` in a temporary folder, a server that listens on a socket in that
folder alone, one empty database a test.
Does not belong here: what the tests do with it.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.support.patience import SECONDS, wait_until

STOP_SECONDS = 30


def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`: that on PATH, else the newest of Debian's; None without them."""
    found = shutil.which("initdb")
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(debian, key=lambda path: float(path.parts[-3]))[-1:]
    folders = [Path(found).resolve().parent] if found else [path.parent for path in newest]
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


def _unprivileged() -> Mapping[str, Any]:
    # initdb and postgres refuse to run as root: run them as somebody who owns nothing.
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name for user in pwd.getpwall()}
    user = pwd.getpwnam(next(name for name in ("postgres", "nobody") if name in names))
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Server:
    """A running server; `url()` makes an empty database in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made = 0

    def connect(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(host=str(self.folder), user="ccg", dbname="postgres", autocommit=True)

    def url(self) -> str:
        """The SQLAlchemy URL of a new, empty database."""
        self._made += 1
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE test_{self._made}")
        return f"postgresql+psycopg://ccg@/test_{self._made}?host={self.folder}"


def _wait_until_ready(server: Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    def answers() -> bool:
        assert process.poll() is None, f"PostgreSQL did not start.\n{log.read_text()}"
        try:
            server.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    wait_until("PostgreSQL starts", answers, more=log.read_text)


@contextmanager
def running_server(folder_of_binaries: Path) -> Iterator[Server]:
    """Start a server in a temporary folder and stop it, however the tests end."""
    # /tmp and a short name: the path of a socket may have 107 bytes only. The folder is its owner's alone.
    folder = Path(tempfile.mkdtemp(prefix="ccg-pg-", dir="/tmp"))
    who = _unprivileged()
    if who:
        os.chown(folder, who["user"], who["group"])
    data, log = folder / "data", folder / "log"
    options = {"cwd": folder, "stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT, **who}
    initdb = ["initdb", "--username=ccg", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    # A zone far from UTC, so that no test leans on the server's.
    settings = ["listen_addresses=", "fsync=off", "timezone=Australia/Eucla"]
    serve = ["postgres", "-k", str(folder), *(part for setting in settings for part in ("-c", setting))]
    try:
        with log.open("wb") as output:
            made = folder_of_binaries / initdb[0], *initdb[1:], f"--pgdata={data}"
            subprocess.run(made, stdout=output, check=True, timeout=SECONDS, **options)
            served = folder_of_binaries / serve[0], *serve[1:], "-D", data
            process = subprocess.Popen(served, stdout=output, **options)
        try:
            server = Server(folder)
            _wait_until_ready(server, process, log)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown: open connections are cut
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
