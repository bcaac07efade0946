"""What blocks is a line of a record, which only another look ends: on each kind of database."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from ccg_pipeline.release.blocking_findings import faults_of_findings, write_findings
from ccg_pipeline.release.holds import all_blocking, change
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.pieces import Piece, rows_of
from ccg_pipeline.storage.sql import plausibility

JUNE, JULY = "2025-06", "2025-07"
ENGINEER = "a@data.example"


def look(engine: Engine, month: str, *found: tuple[str, str]) -> None:
    """A month is checked: of these indicators this was found, '' where all is well."""
    rows = [
        {
            "partition_key": month, "suite": "observations", "expectation": "total_agrees",
            "title": "It adds up", "severity": "block", "indicator_code": code,
            "period_end": date(2025, 6, 30), "holds": observed == "", "observed": observed, "failing": "[]",
            "is_made_up": True,
        }
        for code, observed in found
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=[one.name for one in plausibility.columns])
    write_findings(engine, Piece("plausibility", {"partition_key": [month]}, frame))


def held(engine: Engine) -> list[tuple[str, str]]:
    return [(one.indicator, one.observed) for one in all_blocking(engine)]


A, A_OTHERWISE, A_WELL, B = ("a", "20 of 30"), ("a", "21 of 30"), ("a", ""), ("b", "1 of 2")
LOOKS: list[tuple[Sequence[tuple[str, Sequence[Any]]], Sequence[Any], int]] = [
    # looks: month and what is found in it; what blocks after them; lines of the record
    ([(JUNE, [A])], [A], 1),
    ([(JUNE, [A]), (JUNE, [A])], [A], 1),
    ([(JUNE, [A, B]), (JUNE, [A])], [A], 3),
    ([(JUNE, [A]), (JUNE, [A_OTHERWISE])], [A_OTHERWISE], 3),
    ([(JUNE, [A]), (JUNE, [A_WELL])], [], 2),
    ([(JUNE, [A]), (JUNE, [])], [], 2),
    ([(JUNE, [A]), (JULY, [B])], [A, B], 2),  # July did not look at the figures of a
    ([(JUNE, [A]), (JULY, [A])], [A], 2),
    ([(JUNE, [A]), (JULY, [A_WELL])], [], 2),
    ([(JUNE, [A]), (JULY, [A_OTHERWISE])], [A_OTHERWISE], 2),
    ([(JUNE, [A_WELL])], [], 0),
]


@pytest.mark.parametrize(("looks", "blocks", "lines"), LOOKS)
def test_what_blocks_is_what_the_last_look_found(
    engine: Engine, looks: Sequence[Any], blocks: Sequence[Any], lines: int
) -> None:
    for month, found in looks:
        look(engine, month, *found)
    assert held(engine) == list(blocks)
    assert len(rows_of(engine, "blocking_finding")) == lines
    with reading(engine) as connection:
        assert faults_of_findings(connection) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM plausibility",
        "UPDATE plausibility SET holds = (1 = 1)",
        "UPDATE plausibility SET severity = 'warn'",
        "UPDATE plausibility SET indicator_code = 'b'",
        "UPDATE plausibility SET partition_key = '2025-05'",
        "INSERT INTO plausibility SELECT '2025-07', suite, expectation, title, severity, indicator_code, "
        "period_end, (1 = 1), '', '[]', is_made_up FROM plausibility",
    ],
)
def test_who_takes_a_finding_out_of_the_table_lets_nothing_go(engine: Engine, statement: str) -> None:
    """Seen before: each of these, and the round went on to its panels, or out where it has none."""
    look(engine, JUNE, A)
    with engine.begin() as connection:
        connection.execute(text(statement))
    assert A in held(engine)
    look(engine, JUNE, A_WELL)
    assert A not in held(engine)


def test_a_finding_that_was_changed_by_hand_is_named(engine: Engine) -> None:
    look(engine, JUNE, A, B)
    with engine.begin() as connection:
        connection.execute(text("UPDATE plausibility SET holds = (1 = 1) WHERE indicator_code = 'a'"))
        (said,) = faults_of_findings(connection)
    assert said.startswith(
        "a, period to 2025-06-30, did not meet total_agrees when 2025-06 was checked, and "
    )


@pytest.mark.parametrize("table", ["blocking_finding", "let_through"])
def test_the_records_are_only_added_to(engine: Engine, table: str) -> None:
    look(engine, JUNE, A)
    (one,) = all_blocking(engine)
    change(engine, one.id, "let through", ENGINEER, "Counted twice on purpose.", ENGINEER)
    columns = ", ".join(name for name in rows_of(engine, table))
    for statement in (
        f"DELETE FROM {table}",  # noqa: S608  # of constants
        f"UPDATE {table} SET action = 'hold'",  # noqa: S608  # of constants
        f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}",  # noqa: S608  # of constants
    ):
        if "REPLACE" in statement and engine.dialect.name == "postgresql":
            continue
        with pytest.raises(DatabaseError), engine.begin() as connection:
            connection.execute(text(statement))
