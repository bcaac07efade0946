"""Two processes write the same pieces at the same moment: the rows of one are left, and no release twice."""

from datetime import UTC, datetime
from multiprocessing import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest

from ccg_pipeline.release.archive import fetch, numbers_released, release_new
from ccg_pipeline.storage.database import open_database, open_for_reading, reading
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.outside import kind_of
from ccg_pipeline.storage.pieces import Piece, write
from tests.support.notations import storage_cases
from tests.support.notations.ledger_cases import at_once
from tests.support.patience import SECONDS

MONTHS = ["2017-02", "2017-03"]
TIMES = 8
CCGS = 200


def pieces(score: float, months: list[str]) -> list[Piece]:
    """Scores of two areas in each of the months, in that order."""
    return [
        Piece(
            "area_score",
            {"lane": "interim", "partition_key": month, "area_code": area},
            storage_cases.scores("interim", month, area, score, CCGS),
        )
        for month in months
        for area in "AB"
    ]


def write_often(barrier: Barrier, answers: "Queue[float]", url: str, score: float, months: list[str]) -> None:
    """Replace the same pieces again and again, each time at the same instant as the other process."""
    engine = open_database(url)
    for _ in range(TIMES):
        barrier.wait(SECONDS)
        write(engine, pieces(score, months))
    engine.dispose()
    answers.put(score)


def test_the_rows_of_a_piece_are_those_of_one_writer(databases: Any) -> None:
    url = databases.empty()
    open_database(url).dispose()
    # in opposite orders, in which two who take locks one by one would wait for each other
    assert sorted(at_once(write_often, (url, 1.0, MONTHS), (url, 2.0, MONTHS[::-1]))) == [1.0, 2.0]
    engine = open_for_reading(url)
    held = storage_cases.held_scores(engine)
    assert [one[:3] for one in held] == [("interim", month, area) for month in MONTHS for area in "AB"]
    assert len({score for *_, score in held}) == 1  # the last transaction's, whole
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM area_score").scalar() == len(held) * CCGS
    engine.dispose()


def bring_in(barrier: Barrier, answers: "Queue[str]", url: str, name: str) -> None:
    """Make the database where it is new, and bring in the first file of it."""
    barrier.wait(SECONDS)
    engine = open_database(url)
    barrier.wait(SECONDS)
    rows = storage_cases.observations().assign(
        source_name=name, is_made_up=True, period_start=storage_cases.MARCH
    )
    scope = {"source_name": name, "partition_key": "2017-03"}
    write(engine, [Piece("source_observation", scope, rows, brings_in_data=True)])
    engine.dispose()
    answers.put(name)


@pytest.mark.parametrize("time", range(3))
def test_a_new_database_is_made_once_and_takes_both_first_files(databases: Any, time: int) -> None:
    del time  # the instant is not the same twice
    url = databases.empty()
    assert sorted(at_once(bring_in, (url, "a.xls"), (url, "b.xls"))) == ["a.xls", "b.xls"]
    engine = open_for_reading(url)
    with reading(engine) as connection:
        assert kind_of(connection) == "made_up"
        assert connection.exec_driver_sql("SELECT count(*) FROM source_observation").scalar() == 10
    engine.dispose()


def release_often(barrier: Barrier, answers: "Queue[int]", url: str, name: str) -> None:
    """Release round after round, at the same instants as the other: what both say, then one's own."""
    engine, news = open_database(url), 0
    for number in range(TIMES):
        both = {"lane": "interim", "partition_key": f"2016-{number + 1:02}", "panels": {}}
        for header in (both, {**both, "panels": {"by": name}}):
            barrier.wait(SECONDS)
            news += release_new(engine, [header], datetime(2026, 1, 1, tzinfo=UTC), [("part", "the same")])
    engine.dispose()
    answers.put(news)


def test_two_who_release_at_once_make_one_release_or_one_after_the_other(databases: Any) -> None:
    url = databases.empty()
    open_database(url).dispose()
    assert sum(at_once(release_often, (url, "a"), (url, "b"))) == TIMES * (1 + 2)
    engine = open_for_reading(url)
    with reading(engine) as connection:
        found = numbers_released(connection)
        assert fetch(connection, sha256_of("the same")) == "the same"
    engine.dispose()
    assert found == [("interim", f"2016-{at + 1:02}", serial) for at in range(TIMES) for serial in (1, 2, 3)]
