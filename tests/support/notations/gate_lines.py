"""A short notation for ledger lines, so that the tests of the gate read as tables.

Belongs here: one made-up panel, and turning "open A; chair approve" into lines.
Does not belong here: any expectation.

A script is steps parted by semicolons: "open A" submits candidate A to the panel, "close" takes it away;
"chair approve" decides on the candidate before the panel, "chair approve A" on A whatever is before it;
"m1 comment 01C" remarks on an organisation, "m1 moderate 01C Red Green" moderates its judgement 165a.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from expert_panels.ledger.gate_state import MEANINGS, OF_THE_PIPELINE
from expert_panels.ledger.line import GENESIS, Line
from expert_panels.terms import Terms

START = datetime(2017, 4, 5, 9, 0, 0, 123456, tzinfo=UTC)
ENGINEER = "engineer@data.example"

_SEATS = {"chair": "chair", "deputy": "deputy", "m1": "member", "m2": "member", "m3": "member"}
_OFFICERS = {"d1": "clinical director", "d2": "assurance director", "d3": "assurance director"}
_ALL_TIME = {"from": "2016-04-01"}

CONTENT: dict[str, Any] = {
    "panel": "cancer",
    "area": "122",
    "title": "Cancer panel",
    "is_made_up": True,
    "chair_role": "chair",
    "deputy_role": "deputy",
    "quorum": {"members": 3, "chair_or_deputy": True, "provenance": "assumed", "source": "a test"},
    "declaration_of_interests": "State every interest, or none.",
    "members": [
        *(
            {"name": who, "role": role, "email": f"{who}@panel.example", **_ALL_TIME}
            for who, role in _SEATS.items()
        ),
        {
            "name": "ex",
            "role": "member",
            "email": "ex@panel.example",
            "from": "2016-04-01",
            "to": "2017-04-04",
        },
        {
            "name": "last",
            "role": "member",
            "email": "last@panel.example",
            "from": "2016-04-01",
            "to": "2017-04-05",
        },
        {"name": "first", "role": "member", "email": "first@panel.example", "from": "2017-04-05"},
        {"name": "late", "role": "member", "email": "late@panel.example", "from": "2017-04-06"},
    ],
    "officers": [
        {"name": who, "role": role, "email": f"{who}@panel.example", **_ALL_TIME}
        for who, role in _OFFICERS.items()
    ],
}
"""Five seats, four whose terms end or begin about the day of every script, 5 April 2017; three officers."""

TERMS = Terms.model_validate(CONTENT)
COMMITTEE = Terms.model_validate({**CONTENT, "may_moderate": ["165a", "141b"]})
"""The same people, as a body that may moderate two judgements."""

_ROLES = {**_SEATS, **_OFFICERS}


def terms_with(**quorum: Any) -> Terms:
    """The panel with another quorum."""
    return Terms.model_validate({**CONTENT, "quorum": {**CONTENT["quorum"], **quorum}})


def email(who: str) -> str:
    return f"{who}@panel.example"


def sha(letter: str) -> str:
    """The fingerprint of candidate A, B, …: that letter, in lower case, 64 times."""
    return letter.lower() * 64


def a_line(who: str, decision: str, letter: str, serial: int, **changes: Any) -> Line:
    """One line as the ledger would write it, unsealed; `changes` replace fields."""
    is_open = decision in OF_THE_PIPELINE
    line = Line(
        at=START,
        panel="cancer",
        lane="interim",
        partition_key="2017-03",
        serial=serial,
        decision=decision,
        subject_sha256=sha(letter),
        actor=ENGINEER if is_open else email(who),
        role="pipeline" if is_open else _ROLES.get(who, "member"),
        meaning=MEANINGS.get(decision, ""),
        interests="" if is_open else "none",
        reason="" if decision in (*OF_THE_PIPELINE, "approve", "recuse") else "a reason",
        via="pipeline" if is_open else "cli",
        terms_version=TERMS.version,
    )
    return replace(line, **changes)


def unsealed(script: str) -> list[Line]:
    """The lines of a script, a second apart."""
    serial, letter, found = 0, "", []
    for number, step in enumerate(step.split() for step in script.split(";") if step.strip()):
        at = START + timedelta(seconds=number)
        if step[0] == "open":
            serial, letter = serial + 1, step[1]
            found.append(a_line("", "open", letter, serial, at=at))
        elif step[0] == "close":
            found.append(a_line("", "close", letter, serial, at=at))
        elif step[1] in ("comment", "moderate"):
            names = ("about", "before", "after")
            about = dict(zip(names, step[2:], strict=False))
            item = {"item": "165a"} if step[1] == "moderate" else {}
            found.append(a_line(step[0], step[1], letter, serial, at=at, **about, **item))
        else:
            who, decision, *seen = step
            found.append(a_line(who, decision, seen[0] if seen else letter, serial, at=at))
    return found


def sealed(lines: Iterable[Line]) -> list[Line]:
    """The lines as a chain from the ledger's beginning."""
    chain: list[Line] = []
    for line in lines:
        chain.append(line.sealed(len(chain) + 1, chain[-1].hash if chain else GENESIS))
    return chain


def lines_of(script: str) -> list[Line]:
    return sealed(unsealed(script))
