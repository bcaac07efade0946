"""Whoever writes is killed at random, a few times on each database; benchmarks/kills.py does it 200 times."""

import random
from typing import Any

from benchmarks.kills import kill, kill_inside


def test_a_kill_leaves_all_the_old_rows_or_all_the_new(databases: Any) -> None:
    within, new, _ = kill(databases.empty(), 4, random.Random(2016))
    assert 0 <= new <= within <= 4


def test_a_kill_inside_a_transaction_leaves_the_old_rows_and_the_next_writer_goes_through(
    databases: Any,
) -> None:
    # two statements that take rows away and two that add 2,000 each, and the commit
    assert kill_inside(databases.empty(), 10, random.Random(2016)) >= 2 + 2 * (1 + 20) + 1
