"""A checkout at work on its own database, and keeping all that it says.

Belongs here: processes of a checkout with their own home, reading its database and its home.
Does not belong here: what is asked (asks.py), in which order (stages.py), what may differ (moment.py).
"""

import csv
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from same.asks import Ask
from same.crawling import pages
from same.moment import Moment

ACTOR = "benchmark@pipeline.example"
ASKED = """
import json, os, sys, tomllib, traceback
from importlib import import_module
from pathlib import Path

checkout, orders = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
module, _, name = project["scripts"]["ccg"].partition(":")
main = getattr(import_module(module), name)
for package in ("ccg_pipeline", "expert_panels"):
    found = Path(import_module(package).__path__[0]).resolve()
    if checkout.resolve() not in found.parents:
        raise SystemExit(f"{package} is that of {found} and not of {checkout}")
for order in orders:
    kept = [os.dup(1), os.dup(2)]
    for handle, path in ((1, order["said"]), (2, order["errors"])):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(file, handle)
        os.close(file)
    sys.argv = ["ccg", *order["arguments"]]
    code = 0
    try:
        main()
    except SystemExit as left:
        code = left.code
    except BaseException:
        traceback.print_exc()
        code = "fell"
    sys.stdout.flush()
    sys.stderr.flush()
    for handle, before in zip((1, 2), kept):
        os.dup2(before, handle)
        os.close(before)
    Path(order["code"]).write_text(f"{code or 0}", encoding="utf-8")
"""
"""Run in a process of the checkout: its own `ccg`, one command after the other, wherever its entry stands."""


class World:
    """A database with its home, and all that a checkout said of it, as files in a folder."""

    def __init__(self, checkout: Path, scratch: Path, kept: Path) -> None:
        self.checkout, self.kept = checkout.resolve(), kept
        self.home, self._work = scratch / "home", scratch / "work"
        self.home.mkdir(exist_ok=True)
        self._work.mkdir()
        (kept / "outputs").mkdir(parents=True)
        self.index: list[dict[str, Any]] = []
        self.moment = Moment(days=[_today()])
        self.moment.paths = {f"{scratch}": "<scratch>", f"{self.checkout}": "<checkout>"}

    @property
    def database(self) -> Path:
        return self.home / "ccg.db"

    def environment(self) -> dict[str, str]:
        """Return the environment of the checkout's processes: only what is set here is the project's."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("CCG_", "DAGSTER"))}
        return own | {
            "CCG_HOME": str(self.home),
            "CCG_DATABASE": f"sqlite:///{self.database}",
            "DAGSTER_HOME": str(self.home / "dagster"),
            "CCG_ACTOR": ACTOR,
            "PYTHONPATH": str(self.checkout),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONIOENCODING": "utf-8",
            "PYTHONHASHSEED": "0",
            "NO_COLOR": "1",
            "COLUMNS": "160",
            "LINES": "50",
            "TERM": "dumb",
            "TZ": "UTC",
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "GX_ANALYTICS_ENABLED": "false",
        }

    def ask(self, stage: str, wanted: Sequence[Ask]) -> None:
        """Run commands in one process, and keep what each printed, wrote and ended with."""
        orders = []
        for number, one in enumerate(wanted):
            paths = {part: str(self._work / f"{number}.{part}") for part in ("said", "errors", "code")}
            orders.append({"arguments": list(one.arguments), **paths})
        (self._work / "orders.json").write_text(json.dumps(orders), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", ASKED, str(self.checkout), str(self._work / "orders.json")],
            env=self.environment(),
            cwd=self._work,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{self.checkout}: {stage} ended: {done.stderr.decode()[-2000:]}")
        for one, order in zip(wanted, orders, strict=True):
            said, errors, code = (Path(str(order[part])).read_bytes() for part in ("said", "errors", "code"))
            streams = {"print": said, "errors": b"ended with " + code + b"\n" + errors}
            for file in one.files:
                path = self._work / file
                streams[f"file {file}"] = path.read_bytes() if path.exists() else b"not written\n"
            self.keep(f"{stage}: {one.name}", streams)

    def keep(self, name: str, streams: dict[str, bytes]) -> None:
        """Keep an output: what was said, stream by stream."""
        names = {one["name"] for one in self.index}
        if name in names:
            name = next(f"{name} (time {n})" for n in range(2, 99) if f"{name} (time {n})" not in names)
        files: dict[str, str] = {}
        for stream, content in streams.items():
            file = f"{len(self.index):04}-{len(files)}"
            (self.kept / "outputs" / file).write_bytes(content)
            files[stream] = file
        self.index.append({"name": name, "streams": files})

    def keep_home(self) -> None:
        """Keep the home and its database as they are now, without Dagster's own records."""
        shutil.copytree(self.home, self.kept / "home", ignore=shutil.ignore_patterns("dagster"))

    def keep_database(self, stage: str) -> None:
        """Keep the rows of every table, and what the tables are."""
        with closing(sqlite3.connect(self.database)) as connection:
            self._note_hashes(connection)
            for table in sorted(_names(connection, "table")):
                lines = [_line(row) for row in _rows(connection, table)]
                self.keep(f"{stage}: table {table}", {"rows": "".join(sorted(lines)).encode()})
            tables = _names(connection, "table")
            told = [
                *(_line([table, sorted(_columns(connection, table))]) for table in tables),
                *(_line([kind, name]) for kind in ("index", "trigger") for name in _names(connection, kind)),
            ]
            self.keep(f"{stage}: columns, indexes, triggers", {"names": "".join(sorted(told)).encode()})

    def keep_files(self) -> None:
        """Keep the reports of the home, and the sha256 of every source file in it."""
        for path in sorted((self.home / "validation").glob("**/*")):
            if path.is_file():
                self.keep(f"report {path.relative_to(self.home)}", {"page": path.read_bytes()})
        landing = self.home / "landing"
        lines = [
            f"{path.relative_to(landing)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n"
            for path in sorted(landing.glob("**/*"))
            if path.is_file()
        ]
        self.keep("made-up source files", {"sha256": "".join(lines).encode()})

    def keep_pages(self) -> None:
        """Keep the pages of the panels' room, as some of its people see them."""
        argument = [sys.executable, "-c", ASKED_ONE, str(self.checkout)]
        for name, page in pages(argument, self.environment(), self._work, self.moment.paths):
            self.keep(name, {"page": page})

    def subjects(self) -> dict[tuple[str, str], str]:
        """Return the table before each panel, by panel and lane."""
        query = "SELECT panel, lane, subject_sha256 FROM decision_ledger WHERE decision = 'open' ORDER BY seq"
        with closing(sqlite3.connect(self.database)) as connection:
            return {(panel, lane): subject for panel, lane, subject in connection.execute(query)}

    def refused_rows(self) -> dict[str, str]:
        """Return the ids of refused rows by their organisations, as the list writes them."""
        with (self._work / "quarantine.csv").open(encoding="utf-8", newline="") as file:
            return {row["organisation_code"]: row["row_id"] for row in csv.DictReader(file)}

    def end(self) -> None:
        """Write down what was kept, and what is of the moment in it."""
        self.moment.days = sorted({*self.moment.days, _today()})
        (self.kept / "outputs" / "index.json").write_text(json.dumps(self.index, indent=1), encoding="utf-8")
        (self.kept / "moment.json").write_text(json.dumps(self.moment.to_json(), indent=1), encoding="utf-8")

    def _note_hashes(self, connection: sqlite3.Connection) -> None:
        found = self.moment.hashes
        for query, word in (
            ("SELECT hash, seq FROM decision_ledger", "line {}"),
            ("SELECT sha256, lane, partition_key, serial FROM release", "release {} {} {}"),
        ):
            for whole, *which in connection.execute(query):
                found[whole] = "hash of " + word.format(*which)
        laid = "SELECT content, sha256, min(seq) FROM kept JOIN decision_ledger ON subject_sha256 = sha256"
        lines = [one for one, word in found.items() if word.startswith("hash of line")]
        for content, whole, seq in connection.execute(f"{laid} GROUP BY sha256"):
            if any(line in content for line in lines):
                found[whole] = f"hash of what line {seq} laid"
        for (read_by,) in connection.execute("SELECT DISTINCT read_by FROM source_file"):
            found[read_by.partition(":")[0]] = "code version"


ASKED_ONE = (
    ASKED.partition("for order in orders")[0].replace(
        'json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))', "sys.argv[2:]"
    )
    + 'sys.argv = ["ccg", *orders]\nmain()\n'
)
"""The same for one command, such as the room, which goes on until it is stopped."""


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _names(connection: sqlite3.Connection, kind: str) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = ? AND name NOT LIKE 'sqlite_%' ORDER BY name"
    return [str(name) for (name,) in connection.execute(query, (kind,))]


def _columns(connection: sqlite3.Connection, table: str) -> list[list[Any]]:
    query = 'SELECT name, type, "notnull", pk FROM pragma_table_info(?)'
    return [list(row) for row in connection.execute(query, (table,))]


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    if table in PASSING:
        return
    found = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # a name that the database gave
    names = [column[0] for column in found.description]
    for row in found:
        yield dict(zip(names, row, strict=True))


PASSING = ("room_remembered",)
"""Tables of random keys and of times alone: who is signed in at the room."""


def _line(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, default=repr) + "\n"
