"""Kill whoever writes: 200 times at random and 200 inside a transaction, on SQLite and on PostgreSQL.

Run as `python -m benchmarks.kills`, with `--kills 200`; PostgreSQL where a server can be started. A process
replaces the same pieces of a table, each time with another score, and is killed: at a random time, or while
its transaction is open, before a statement, between two rows of one, or with all written and not committed.
Then all rows that are left must be of one score: the last that it said it had written, or the one that it was
writing; of a transaction that was open the one before; and the next writer must go through. Fails at the
first kill after which that is not so.
"""

import argparse
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from ccg_pipeline.storage.database import open_database, reading
from ccg_pipeline.storage.pieces import Piece, write
from tests.support.notations import storage_cases
from tests.support.patience import wait_until
from tests.support.processes import context
from tests.support.servers.postgres import binaries, running_server

AREAS, ROWS = "AB", 2000
LONGEST_SECONDS = 0.6
"""A replacement takes some 0.1 s: a kill hits the beginning, the middle or the commit of one of the first."""


def pieces(score: float) -> list[Piece]:
    """The rows of two areas, all with one score."""
    return [
        Piece(
            "area_score",
            {"lane": "interim", "partition_key": "2017-03", "area_code": area},
            storage_cases.scores("interim", "2017-03", area, score, ROWS),
        )
        for area in AREAS
    ]


def write_on(url: str, first: int, told: Connection) -> None:
    """Replace the rows by those of `first`, `first` + 1 and so on, and tell of each before and after."""
    engine = open_database(url)
    score = first
    while True:
        told.send(("writes", score))
        write(engine, pieces(score))
        told.send(("wrote", score))
        score += 1


ROWS_APART = 100
"""Of so many rows that a statement writes each first one is a place where its process may be killed."""


def stopping(engine: Engine, at: Callable[[], None]) -> None:
    """Call `at` at each place of a transaction: before a statement, between its rows, before the commit."""

    def rows(parameters: Any) -> Iterator[Any]:
        for number, row in enumerate(parameters):
            if number % ROWS_APART == 0:
                at()
            yield row

    def before(_c: Any, _s: Any, statement: str, parameters: Any, _x: Any, many: bool) -> tuple[str, Any]:
        at()
        return statement, rows(parameters) if many else parameters

    event.listen(engine, "before_cursor_execute", before, retval=True)
    event.listen(engine, "commit", lambda _connection: at())


def write_until(url: str, score: float, place: int, told: Connection) -> None:
    """Replace the rows by those of `score`, and wait at that place of the transaction to be killed.

    Tell the number of places at the end where there are fewer.
    """
    engine, places = open_database(url), count()

    def at() -> None:
        if next(places) == place:
            told.send(place)
            while True:
                signal.pause()

    stopping(engine, at)
    write(engine, pieces(score))
    told.send(next(places))


def stopped_at(url: str, score: float, place: int) -> int:
    """Write in another process until it is at that place, and kill it there; what it said last."""
    hears, told = context().Pipe(duplex=False)
    process = context().Process(target=write_until, args=(url, score, place, told))
    process.start()
    told.close()
    said = int(hears.recv())
    process.kill()
    process.join()
    return said


def kill_inside(url: str, kills: int, chance: random.Random) -> int:
    """Kill so many writers while their transaction is open; how many places of one that can be at.

    After each the rows must be those of before, and the next writer must go through.
    """
    engine = open_database(url)
    write(engine, pieces(0))
    engine.dispose()  # who looks at what is left waits for everybody else to be gone
    places = stopped_at(url, 0, -1)
    for number in range(1, kills + 1):
        place = chance.randrange(places)
        if stopped_at(url, -number, place) != place:
            raise SystemExit(f"Kill {number}: the writer did not come to place {place}.")
        for wanted in (float(number - 1), float(number)):  # as before the kill, then as the next one writes
            if (found := left(url)) != ({wanted}, len(AREAS) * ROWS):
                raise SystemExit(f"Kill {number} at place {place}: {found} instead of {wanted}.")
            if wanted < number:
                write(engine, pieces(number))
                engine.dispose()
    return places


def killed_once(url: str, stood: int, first: int, seconds: float) -> tuple[int, int]:
    """Kill a writer so long after its first word; the last score that was written, and the one in work.

    `stood` is the score of the rows before it, which it replaces by those of `first` and of the next ones.
    """
    hears, told = context().Pipe(duplex=False)
    process = context().Process(target=write_on, args=(url, first, told))
    process.start()
    told.close()
    wrote, writes = stood, stood
    hears.poll(None)
    time.sleep(seconds)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    try:
        while True:
            word, score = hears.recv()
            writes = max(writes, score)
            wrote = score if word == "wrote" else wrote
    except EOFError:
        return wrote, writes


def left(url: str) -> tuple[set[float], int]:
    """The scores that are left, and how many rows."""
    engine = open_database(url)
    if engine.dialect.name == "postgresql":
        # the server may be at the commit of somebody who is gone; a transaction sees who was there at its
        # first look, for ever
        alone = "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database()"
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            wait_until("the server is done", lambda: connection.exec_driver_sql(alone).scalar())
    with reading(engine) as connection:
        rows = connection.exec_driver_sql("SELECT score FROM area_score").scalars().all()
    engine.dispose()
    return {float(row) for row in rows}, len(rows)


def kill(url: str, kills: int, chance: random.Random) -> tuple[int, int, float]:
    """Kill so many writers; how many kills fell into a write, how many of those left its rows all the same,
    and the seconds of the slowest reopening.
    """
    engine = open_database(url)
    write(engine, pieces(0))
    engine.dispose()
    stood, last, within, new, slowest = 0, 0, 0, 0, 0.0
    for number in range(1, kills + 1):
        wrote, writes = killed_once(url, stood, last + 1, chance.uniform(0, LONGEST_SECONDS))
        begun = time.perf_counter()
        scores, rows = left(url)
        slowest = max(slowest, time.perf_counter() - begun)
        # what was committed may be known to nobody yet: the word of it was not sent
        if rows != len(AREAS) * ROWS or len(scores) != 1 or not scores <= {float(wrote), float(writes)}:
            raise SystemExit(f"Kill {number}: {rows} rows of {scores} are left, after {wrote}, in {writes}.")
        within += wrote != writes
        new += wrote != writes and scores == {float(writes)}
        stood, last = int(max(scores)), max(last, writes)
    return within, new, slowest


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, Callable[[], str]]]:
    """The databases there are, by the names of their kinds."""
    found: dict[str, Callable[[], str]] = {"SQLite": lambda: f"sqlite:///{folder}/kills.db"}
    if (of_postgres := binaries()) is None:
        print("PostgreSQL is not installed here: its kills are left out.")
        yield found
        return
    with running_server(of_postgres) as server:
        yield {**found, "PostgreSQL": server.url}


def main() -> None:
    """Print the figures, and fail where rows were left that nobody wrote whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2016)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as found:
        for kind, url in found.items():
            within, new, slowest = kill(url(), asked.kills, random.Random(asked.seed))
            said = f"{within} within a write, of which {new} had been committed"
            print(f"{kind}: {asked.kills} kills, {said}; slowest reopening {slowest:.2f} s")
            places = kill_inside(url(), asked.kills, random.Random(asked.seed))
            print(f"{kind}: {asked.kills} kills inside a transaction, at {places} places: none left a part")


if __name__ == "__main__":
    main()
