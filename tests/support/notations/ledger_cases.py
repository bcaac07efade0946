"""What is done to a ledger in the tests of both databases: writers at the same instant, and damage by hand.

Belongs here: the writers, as functions that other processes can run; the damages and what names them.
Does not belong here: engines and fixtures (the tests run each on SQLite and PostgreSQL).
"""

from collections.abc import Callable, Iterable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from expert_panels.ledger.gate_state import MEANINGS
from expert_panels.ledger.line import Line
from expert_panels.ledger.record import DecisionRefused, append, decide, head, open_round, states
from expert_panels.ledger.table import guard
from expert_panels.ledger.verify import verify
from expert_panels.schema import METADATA
from tests.support.notations.gate_lines import COMMITTEE, TERMS, a_line, email, lines_of, sha
from tests.support.notations.signed_lines import with_key
from tests.support.patience import SECONDS
from tests.support.processes import context

ROUNDS = [f"2017-{month:02}" for month in range(1, 11)]

SCRIPT = "open A; m1 approve; m2 return; open B; chair approve; m1 approve; deputy approve; m3 withdraw"
"""Eight lines, some with a reason."""

OLD_MEANING = "This table is laid before the panel."
"""What a line that opens a round said until version 0.1; stored lines keep their words."""

# what is done, and the sentences that name it, in order
DAMAGES: list[tuple[str, list[str], list[str]]] = [
    (
        "a byte is edited",
        ["UPDATE decision_ledger SET reason = 'a season' WHERE seq = 3"],
        ["Line 3 has been edited: it does not give the hash that it carries."],
    ),
    (
        "a hash is edited",
        ["UPDATE decision_ledger SET hash = prev || 'x' WHERE seq = 3"],
        ["Line 3 has been edited: it does not give the hash that it carries."],
    ),
    (
        "the link is edited",
        ["UPDATE decision_ledger SET prev = hash || 'x' WHERE seq = 3"],
        ["Line 3 has been edited: it does not give the hash that it carries."],
    ),
    ("a line is deleted", ["DELETE FROM decision_ledger WHERE seq = 5"], ["Line 5 is missing."]),
    ("the first is deleted", ["DELETE FROM decision_ledger WHERE seq = 1"], ["Line 1 is missing."]),
    (
        "three are deleted",
        ["DELETE FROM decision_ledger WHERE seq IN (2, 3, 6)"],
        ["Lines 2 to 3 are missing.", "Line 6 is missing."],
    ),
    (
        "a line is deleted and the rest closes up",
        ["DELETE FROM decision_ledger WHERE seq = 7", "UPDATE decision_ledger SET seq = 7 WHERE seq = 8"],
        ["Line 7 has been edited: it does not give the hash that it carries."],
    ),
    (
        "two lines are swapped",
        [
            "UPDATE decision_ledger SET seq = 99 WHERE seq = 5",
            "UPDATE decision_ledger SET seq = 5 WHERE seq = 6",
            "UPDATE decision_ledger SET seq = 6 WHERE seq = 99",
        ],
        [
            "Line 5 has been moved: it was written as line 6.",
            "Line 6 has been moved: it was written as line 5.",
        ],
    ),
    (
        "a line is put before the first",
        ["UPDATE decision_ledger SET seq = 0 WHERE seq = 8"],
        ["Line 0 is forged: a ledger begins with line 1."],
    ),
]


def filled(engine: Engine, script: str = SCRIPT) -> list[str]:
    """Write a script's lines; return their hashes."""
    METADATA.create_all(engine)
    return [append(engine, line).hash for line in lines_of(script)]


def lines_of_before() -> list[Line]:
    """Return SCRIPT's lines as version 0.1 wrote them."""
    with pytest.MonkeyPatch.context() as before:
        before.setitem(MEANINGS, "open", OLD_MEANING)  # type: ignore[arg-type]  # a dict
        return lines_of(SCRIPT)


def edit(seq: int, name: str, value: str) -> str:
    """The statement that puts a value into a field of a line."""
    return f"UPDATE decision_ledger SET {name} = '{value}' WHERE seq = {seq}"  # noqa: S608  # damage on purpose


def damage(engine: Engine, statements: Iterable[str]) -> None:
    """Run statements as somebody who takes the triggers away and puts them back."""
    drops = ["insert", "update", "delete", "change"]
    on = " ON decision_ledger" if engine.dialect.name == "postgresql" else ""
    with engine.begin() as connection:
        for name in drops:
            connection.execute(text(f"DROP TRIGGER IF EXISTS decision_ledger_{name}{on}"))
        for statement in statements:
            connection.execute(text(statement))
        guard(connection)


def at_once(work: Callable[..., None], *arguments: tuple[Any, ...], **options: Any) -> list[Any]:
    """Run `work` in a process for each tuple of arguments, all let go at the same instant; what they put."""
    barrier, answers = context().Barrier(len(arguments)), context().Queue()
    processes = [
        context().Process(target=work, args=(barrier, answers, *each), kwargs=options) for each in arguments
    ]
    for process in processes:
        process.start()
    try:
        for process in processes:
            process.join(SECONDS)
    finally:
        for process in processes:
            process.kill()
    assert [process.exitcode for process in processes] == [0] * len(processes)
    return [answers.get(timeout=SECONDS) for _ in processes]


def append_fifty(barrier: Barrier, answers: "Queue[str]", url: str, lane: str, **options: Any) -> None:
    engine = with_key(create_engine(url, **options))
    barrier.wait(SECONDS)
    for number in range(50):
        append(engine, a_line("m1", "approve", "A", number, lane=lane))
    engine.dispose()
    answers.put(lane)


def open_rounds(barrier: Barrier, answers: "Queue[int]", url: str) -> None:
    engine = with_key(create_engine(url))
    barrier.wait(SECONDS)
    lines = [
        open_round(
            engine, COMMITTEE, lane="interim", partition_key=each, subject=sha("A"), launched_by="schedule"
        )
        for each in ROUNDS
    ]
    engine.dispose()
    answers.put(len([line for line in lines if line]))


def sign(barrier: Barrier, answers: "Queue[list[str]]", url: str, who: str) -> None:
    """Approve ten rounds, each at the same instant as the others; '' for what was recorded, else why not."""
    engine = with_key(create_engine(url))
    said = []
    for partition_key in ROUNDS:
        barrier.wait(SECONDS)
        try:
            decide(
                engine,
                TERMS,
                lane="interim",
                partition_key=partition_key,
                decision="approve",
                subject=sha("A"),
                actor=email(who),
                interests="none",
            )
            said.append("")
        except DecisionRefused as refused:
            said.append(str(refused))
    engine.dispose()
    answers.put(said)


def moderate(barrier: Barrier, answers: "Queue[list[str]]", url: str, who: str) -> None:
    """Moderate one judgement in ten rounds and remark on it, each at the same instant as the others.

    Answers for each '' for what was recorded, else why not: first the moderations, then the comments.
    """
    engine = with_key(create_engine(url))
    said = []
    judgement = {"item": "165a", "before": "Red", "after": "Green", "reason": "For a test."}
    for fields in ({"decision": "moderate", **judgement}, {"decision": "comment", "reason": who}):
        for partition_key in ROUNDS:
            barrier.wait(SECONDS)
            about = {"partition_key": partition_key, "actor": email(who), "interests": "none", **fields}
            try:
                decide(engine, COMMITTEE, lane="interim", subject=sha("A"), about="01C", **about)
                said.append("")
            except DecisionRefused as refused:
                said.append(str(refused))
    engine.dispose()
    answers.put(said)


def opened_at_once(url: str) -> None:
    """Two processes lay ten rounds before a panel at the same instant: each is laid once."""
    engine = with_key(create_engine(url))
    METADATA.create_all(engine)
    engine.dispose()
    assert sum(at_once(open_rounds, (url,), (url,))) == len(ROUNDS)


def moderated_at_once(url: str) -> None:
    """Two members of a committee act at the same instant on two processes: one chain, one of them is told."""
    opened_at_once(url)
    first, second = at_once(moderate, (url, "m1"), (url, "m2"))
    told = "165a of 01C has been moderated to 'Green' and is not 'Red'."
    for answers in zip(first[:10], second[:10], strict=True):
        assert sorted(answers) == ["", told]
    assert first[10:] == second[10:] == [""] * 10
    engine = with_key(create_engine(url))
    found = states(engine, {"cancer": COMMITTEE})
    assert {(one.state, len(one.moderations), len(one.comments)) for one in found.values()} == {
        ("moderated", 1, 2)
    }
    assert (head(engine).seq, verify(engine)) == (40, [])
    engine.dispose()
