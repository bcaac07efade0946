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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

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
    """A running server; `url()` makes an empty database in it, `start` starts its process."""

    def __init__(
        self, folder: Path, binaries_in: Path, start: "Callable[[], subprocess.Popen[bytes]]"
    ) -> None:
        self.folder, self._binaries, self._start = folder, binaries_in, start
        self._made, self.process = 0, start()

    def restart_at_once(self) -> None:
        """Shut down as `pg_ctl stop -m immediate` does, without a word to anybody, and start again."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(STOP_SECONDS)
        self.process = self._start()
        _wait_until_ready(self, self.folder / "log")

    def dump(self, url: str, file: Path) -> None:
        """Write a database of this server into a file, with PostgreSQL's own `pg_dump`."""
        self._run("pg_dump", "--format=custom", f"--file={file}", self._libpq(url))

    def restore(self, url: str, file: Path) -> None:
        """Fill an empty database of this server from such a file, all of it or nothing."""
        self._run("pg_restore", "--single-transaction", "--dbname", self._libpq(url), str(file))

    def _libpq(self, url: str) -> str:
        return f"host={self.folder} user=ccg dbname={make_url(url).database}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self._binaries / program, *arguments], check=True, timeout=SECONDS)

    def connect(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(host=str(self.folder), user="ccg", dbname="postgres", autocommit=True)

    def url(self) -> str:
        """The SQLAlchemy URL of a new, empty database."""
        self._made += 1
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE test_{self._made}")
        return f"postgresql+psycopg://ccg@/test_{self._made}?host={self.folder}"


def _wait_until_ready(server: Server, log: Path) -> None:
    def answers() -> bool:
        assert server.process.poll() is None, f"PostgreSQL did not start.\n{log.read_text()}"
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

        def start() -> "subprocess.Popen[bytes]":
            with log.open("ab") as output:
                return subprocess.Popen(served, stdout=output, **options)

        server = Server(folder, folder_of_binaries, start)
        try:
            _wait_until_ready(server, log)
            yield server
        finally:
            server.process.send_signal(signal.SIGINT)  # fast shutdown: open connections are cut
            try:
                server.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.process.kill()
                server.process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
