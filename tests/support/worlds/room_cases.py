"""A whole room for tests, without the pipeline: one panel, small tables of a made-up kind, local sign-in.

Belongs here: the room, a browser in it that is signed in, and filling its forms in as a browser does.
Does not belong here: any expectation; the guard alone (room_client.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from starlette.testclient import TestClient

from expert_panels.clock import utc_now
from expert_panels.ledger import record as ledger
from expert_panels.ledger.line import Line
from expert_panels.papers import (
    CandidateTable,
    Context,
    Cut,
    Drawing,
    Figure,
    Measure,
    MethodNumber,
    Organisation,
    Plausibility,
    RefusedRow,
    Spread,
)
from expert_panels.room.app import room
from expert_panels.room.sign_in.guard import guard
from expert_panels.room.sign_in.local import LocalSignIn
from expert_panels.room.sign_in.sessions import Memory
from expert_panels.schema import METADATA
from tests.support.notations.gate_lines import START, TERMS, email, sha
from tests.support.worlds.room_client import KEY

LABELS = ("Best", "Good", "Poor", "Worst")
ADDRESS = "/panels/cancer/interim/2017-03"
LANES = ("interim", "annual")
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}"


def figure(value: float, **changes: Any) -> Figure:
    """A figure of measure m1."""
    plain = Figure(
        "m1", f"{value:.1f} %", f"{value:.0f} of 100", "", "50.0 %, England", "", "", "better",
        "2 more would make it significantly better", "", "", "", abs(value - 50) / 10, value,
    )  # fmt: skip
    return replace(plain, **changes)


def organisation(code: str, grade: int | None, value: float, **changes: Any) -> Organisation:
    """A row of the table: odd codes lie in the north."""
    rating = "" if grade is None else LABELS[grade - 1]
    plain = Organisation(
        code, f"Place {code}", "North" if int(code[-1]) % 2 else "South", grade, rating, "", "1 of 1",
        "" if grade else "Too few figures.", (figure(value),), (), f"m1: 1 more would change {code}",
        value / 100,
    )  # fmt: skip
    return replace(plain, **changes)


def table(letter: str, organisations: Sequence[Organisation] = ()) -> CandidateTable:
    """The table with the fingerprint A, B, …: four rows unless others are given."""
    rows = organisations or (
        organisation("A01", 1, 80.0),
        organisation("A02", 2, 60.0),
        organisation("A03", 4, 20.0),
        organisation("A04", None, 50.0, closeness=None, close=""),
    )
    spread = Spread("m1", "%", tuple(one.figures[0].order or 0.0 for one in rows), (Cut(50.0, "reference"),))
    measure = Measure("m1", "A measure", "%", "higher is better", "It matters.", True)
    return CandidateTable(
        "cancer", "interim", "2017-03", sha(letter), LABELS, (measure,), tuple(rows), (spread,), True,
        ("A note.",),
    )  # fmt: skip


NOTHING_FOUND = Plausibility(0, (), ())


@dataclass
class SmallCandidates:
    """Tables by their fingerprints."""

    tables: dict[str, CandidateTable]
    refused: tuple[RefusedRow, ...] = ()
    found: Plausibility = NOTHING_FOUND
    out: str = ""
    asked_to_issue: int = 0

    def table(self, subject_sha256: str) -> CandidateTable | None:
        return self.tables.get(subject_sha256)

    def refused_rows(self, panel: str) -> tuple[RefusedRow, ...]:
        assert panel == "cancer"
        return self.refused

    def plausibility(self, subject_sha256: str) -> Plausibility:
        assert subject_sha256 in self.tables
        return self.found

    def method(self, panel: str) -> list[MethodNumber]:
        return [MethodNumber(f"{panel} / cut", "1.96", "standard errors", "assumed", "our choice")]

    def certificate(self, line: Line) -> bytes:
        return f"certificate of line {line.seq}".encode()

    def issue(self) -> None:
        self.asked_to_issue += 1

    def released(self, lane: str, partition_key: str) -> dict[str, str]:
        assert lane in LANES
        assert partition_key
        return {"cancer": self.out}

    def context(self, subject_sha256: str, organisation: str) -> dict[str, Context]:
        assert organisation in self.tables[subject_sha256].by_code
        return {"m1": Context("55.5 %", (Drawing("Among all", "<svg><title>All</title></svg>"),))}

    def bodies(self, lane: str) -> list[str]:
        assert lane in LANES
        return ["cancer"]

    def is_made_up(self) -> bool:
        return True

    def round_name(self, lane: str, partition_key: str) -> str:
        return f"{lane} {partition_key}"


class SmallRoom:
    """A room on a ledger, and its doors: `open` submits a table to the panel, `enter` signs somebody in."""

    def __init__(self, engine: Engine, *shown: CandidateTable, later: timedelta = timedelta(0)) -> None:
        self.engine = engine
        self.candidates = SmallCandidates({one.subject_sha256: one for one in shown})
        terms = {"cancer": TERMS}
        METADATA.create_all(engine)
        now = utc_now()  # stays so, however slow the machine is; pages look at the clock `later`
        memory = Memory(engine, lambda: now)
        sign_in = LocalSignIn("127.0.0.1", memory, lambda: terms, lambda: False)
        guarded = guard(engine, sign_in, lambda: terms, KEY, ["127.0.0.1"], False, memory.now)
        self.app = room(engine, lambda: terms, self.candidates, guarded, lambda: now + later)

    def open(
        self, letter: str, at: datetime | None = None, lane: str = "interim", key: str = "2017-03"
    ) -> None:
        at = at or (utc_now() if ledger.head(self.engine).seq else START)
        ledger.open_round(
            self.engine, TERMS, lane=lane, partition_key=key, subject=sha(letter),
            launched_by="engineer@data.example", at=at,
        )  # fmt: skip

    def enter(self, who: str) -> "Visitor":
        return Visitor(self, who)

    def decisions(self) -> list[tuple[str, str]]:
        """Who decided what, in order."""
        return [
            (line.actor.split("@")[0], line.decision)
            for line in ledger.lines(self.engine)
            if line.decision != "open"
        ]


class Visitor:
    """A browser in which somebody is signed in; it follows no redirect by itself."""

    def __init__(self, small: SmallRoom, who: str) -> None:
        self.client = TestClient(small.app, "http://127.0.0.1", follow_redirects=False)
        token = hidden(self.client.get("/sign-in").text)["csrf_token"]
        answer = self.client.post("/sign-in", data={"csrf_token": token, "email": email(who), "back": "/"})
        assert answer.status_code == 303, answer.text

    def look(self, path: str = ADDRESS, **query: str) -> Any:
        return self.client.get(path, params=query)

    def form(self) -> dict[str, str]:
        """The hidden fields of the decision's form, opened now, after a look at the table."""
        self.look()
        return hidden(self.look(f"{ADDRESS}/decision").text)

    def send(self, form: dict[str, str], step: str = "", **filled: str) -> Any:
        """Send a form, to be checked or, with the step `/confirm`, to be recorded."""
        filled = {"interest": "none", "interests": "", "reason": "", **filled}
        return self.client.post(f"{ADDRESS}/decision{step}", data={**form, **filled})

    def sign(self, decision: str, **filled: str) -> Any:
        """Open the form and have it recorded."""
        return self.send(self.form(), "/confirm", decision=decision, **filled)


def hidden(text: str) -> dict[str, str]:
    """The hidden fields on a page, each name once."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
