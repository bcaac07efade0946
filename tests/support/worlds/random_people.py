"""People and a daemon that act at random on one database until they are killed.

Belongs here: the processes (each a fork of one that has imported everything, so that a restart takes
moments), and what they choose to do.
Does not belong here: when they are killed, any expectation (tests/pipeline/test_random_decisions.py,
test_random_people.py); what engineers do in the webserver of a real Dagster (random_engineers.py).

Run as a program it reads lines `ROLE SEED`, forks a process for each and answers with its number.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

from ccg_pipeline.release.committee import judgement_before_committee
from ccg_pipeline.release.header import NothingToRelease
from ccg_pipeline.storage.database import open_database
from expert_panels.ledger import record as ledger
from expert_panels.ledger.table import LedgerError
from tests.support.worlds.board import Board
from tests.support.worlds.small_pipeline import COMMITTEE, MONTH, PANELS, TERMS, YEAR

LIVELY = {"approve": 24, "comment": 2, "return": 1, "recuse": 1, "withdraw": 2, "override": 1}
PATIENT = {
    "approve": 200,
    "comment": 100,
    "return": 1,
    "recuse": 2,
    "withdraw": 1,
    "override": 1,
    "moderate": 6,
}
AT_FIRST = {"approve": 2, "comment": 1}
"""How often people decide what: as if each decision took effect at once; on a year next to a real daemon,
which takes its time; and there until the year has come out once."""

PAUSES = {"members": 0.1, "engineers": 1.5}
"""Seconds between two acts of those who act next to a real daemon; the others do not pause."""

JUDGEMENTS = {"leadership": ("165a", ("Green Star", "Green", "Amber", "Red"))}


class Actor:
    """One process: acts on the database at `url` and notes each act as a letter in a file."""

    def __init__(self, url: str, notes: Path, seed: int) -> None:
        engine = open_database(url)
        # a process that is killed loses nothing that it wrote: waiting for the disk would show nothing more
        event.listen(engine, "connect", lambda on, _: on.execute("PRAGMA synchronous = OFF"))
        engine.dispose()
        self._board, self._chance = Board(engine), random.Random(seed)
        self._notes = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, letter: str) -> None:
        os.write(self._notes, letter.encode())

    def live(self, role: str) -> None:
        """Act for ever, and note it.

        D a decision recorded, R one refused, C data changed, S shown, A a table laid again, L locked out.
        """
        while True:
            time.sleep(PAUSES.get(role, 0.0))
            try:
                self.act(role)
            except ledger.DecisionRefused:
                self.note("R")
            except (LedgerError, DatabaseError):
                self.note("L")
            except NothingToRelease:  # a panel moved between seeing what is due and doing it
                self.note("S")

    def act(self, role: str) -> None:
        match role:
            case "daemon":
                self.operate()
            case "engineers":
                self.resubmit()
            case _:
                self.decide(role)

    def decide(self, role: str) -> None:
        chance, board = self._chance, self._board
        for _ in range(4):  # most people decide where there is something to decide
            lane, key = chance.choices([MONTH, YEAR], [1, 2])[0]
            body = chance.choice([*PANELS, COMMITTEE, COMMITTEE] if lane == "annual" else PANELS)
            state = ledger.state_of(board.engine, TERMS[body], lane, key)
            if state.is_open:
                break
        often = LIVELY | ({"moderate": 10} if body == COMMITTEE else {})
        if role == "members" and lane == "annual":
            often = PATIENT if board.newest(lane, key) else AT_FIRST
        decision, more = chance.choices(list(often), list(often.values()))[0], {}
        if decision == "moderate" and body == COMMITTEE:
            item, labels = JUDGEMENTS["leadership"]
            shown = judgement_before_committee(board.engine, state, "02N", "leadership", item)
            after = chance.choice(labels)
            more = {"about": "02N", "item": item, "before": shown, "after": after}
        elif decision == "comment":
            more = {"about": chance.choice(["00C", "01C"]), "reason": f"{chance.random()}"}
        if chance.random() < 0.03:
            more["subject"] = chance.choice("abc") * 64  # a page opened before the data moved
        people = TERMS[body].officers if decision == "override" else TERMS[body].members
        silent = [
            place
            for place, one in enumerate(people)
            if one.email not in {each.actor for each in (*state.votes, *state.recused)}
        ]
        if chance.random() < 0.2 or not silent:  # somebody who has spoken already, now and then
            silent = list(range(len(people)))
        who = chance.choice(silent)
        board.decide(lane, key, decision, who, body, **more)
        self.note("D")

    def resubmit(self) -> None:
        """Lay what was returned or withdrawn before its panel once more, as `ccg panel resubmit` does."""
        lane, key = self._chance.choice([MONTH, YEAR])
        for body in [*PANELS, COMMITTEE] if lane == "annual" else PANELS:
            state = ledger.state_of(self._board.engine, TERMS[body], lane, key)
            if state.state in ("returned", "withdrawn") and self._chance.random() < 0.3:
                about = {"lane": lane, "partition_key": key, "subject": state.subject}
                ledger.open_round(
                    self._board.engine, TERMS[body], launched_by="engineer@data.example", again=True, **about
                )
                self.note("A")

    def operate(self) -> None:
        """What engineers and the daemon do: new figures now and then, and showing what is due."""
        chance, board = self._chance, self._board
        lane, key = chance.choice([MONTH, YEAR])
        states = {panel: ledger.state_of(board.engine, TERMS[panel], lane, key) for panel in PANELS}
        stuck = [one for one, state in states.items() if state.state in ("returned", "withdrawn")]
        settled = [one for one, state in states.items() if state.state in ("approved", "overridden")]
        # once all six are settled they are left alone for a while, so that the committee has its turn
        moved = stuck + [one for one in settled if chance.random() < (0.5 if lane == "interim" else 0.03)]
        for panel in moved:
            letters = [one for one in "abc" if one * 64 != states[panel].subject]
            board.stand(lane, key, chance.choice(letters), panel)
            self.note("C")
        if chance.random() < 0.05:
            board.rate(YEAR[1], performance_score=round(chance.random() * 2, 2))
            self.note("C")
        board.catch_up()
        self.note("S")


class Nursery:
    """The process that has imported everything; each of its forks can be killed by its number."""

    def __init__(self, url: str, notes: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__)), url, str(notes)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def fork(self, role: str, seed: int) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{role} {seed}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def main() -> None:
    url, notes = sys.argv[1], Path(sys.argv[2])
    for asked in sys.stdin:
        role, seed = asked.split()
        number = os.fork()
        if number == 0:
            Actor(url, notes, int(seed)).live(role)
        print(number, flush=True)


if __name__ == "__main__":
    main()
