"""People and a daemon that act at random on one database until they are killed, and a naive count of votes.

Belongs here: the processes (each a fork of one that has imported everything, so that a restart takes
moments), what they choose to do, and what is out by the bare lines of a ledger, said without the fold.
Does not belong here: when they are killed, any expectation (tests/pipeline/test_random_decisions.py).

Run as a program it reads lines `ROLE SEED`, forks a process for each and answers with its number.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from board import Board
from small_house import COMMITTEE, MONTH, PANELS, TERMS, YEAR
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

from ccg_pipeline.assets.assessment import NothingToRelease
from ccg_pipeline.assets.committee import judgement_before_committee
from ccg_pipeline.storage.database import open_database
from expert_panels import ledger
from expert_panels.chain import Line
from expert_panels.ledger_table import LedgerError

ROLES = ("daemon", "people", "people")
DECISIONS = ["approve"] * 24 + ["comment"] * 2 + ["return", "recuse", "withdraw", "withdraw", "override"]
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
        """Act for ever: D a decision recorded, R one refused, C data changed, S shown, L locked out."""
        while True:
            try:
                self.decide() if role == "people" else self.keep_house()
            except ledger.DecisionRefused:
                self.note("R")
            except (LedgerError, DatabaseError):
                self.note("L")
            except NothingToRelease:  # a panel moved between seeing what is due and doing it
                self.note("S")

    def decide(self) -> None:
        chance, board = self._chance, self._board
        for _ in range(4):  # most people decide where there is something to decide
            lane, key = chance.choices([MONTH, YEAR], [1, 2])[0]
            body = chance.choice([*PANELS, COMMITTEE, COMMITTEE] if lane == "annual" else PANELS)
            state = ledger.state_of(board.engine, TERMS[body], lane, key)
            if state.is_open:
                break
        decision, more = chance.choice(DECISIONS), {}
        if body == COMMITTEE and chance.random() < 0.25:
            item, labels = JUDGEMENTS["leadership"]
            shown = judgement_before_committee(board.engine, state, "02N", "leadership", item)
            after = chance.choice(labels)
            decision, more = "moderate", {"about": "02N", "item": item, "before": shown, "after": after}
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

    def keep_house(self) -> None:
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


def published(lines: Iterable[Line], body: str) -> str:
    """Whose rows are out by a gate's lines, all of them allowed: counted by hand, line by line."""
    terms = TERMS[body]
    leaders = {one.email for one in terms.members if terms.leads(one.role)}
    subject, out, votes, officers = "", "", set[str](), set[str]()
    now, out_since = 0, 0  # rounds: the same rows laid again are before the panel anew
    for line in lines:
        match line.decision:
            case "open" | "close":
                subject, now = line.subject_sha256 if line.decision == "open" else "", line.serial
                votes, officers = set(), set()
            case "return" | "moderate":
                votes, officers = set(), set()
            case "recuse":
                votes.discard(line.actor)
            case "withdraw":
                assert line.subject_sha256 == out
                if out_since == now:
                    votes, officers = set(), set()
                out = ""
            case "approve":
                assert line.subject_sha256 == subject
                votes.add(line.actor)
                if len(votes) >= terms.quorum.members and votes & leaders:
                    out, out_since = subject, now
            case "override":
                officers.add(line.role)
                if len(officers) == 2:
                    out, out_since = subject, now
    return out


if __name__ == "__main__":
    main()
