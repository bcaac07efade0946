"""Parts kept for ever under their sha256, and releases that follow one another and are never changed."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from ccg_pipeline.release.archive import (
    Release,
    StorageFault,
    fetch,
    keep,
    latest_release,
    next_header,
    released_partitions,
)
from ccg_pipeline.storage import frames
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import sha256_of
from ccg_pipeline.storage.sql import release
from tests.support.notations.storage_cases import damage

INTERIM = {"lane": "interim", "partition_key": "2017-03", "open": "ab" * 32}


def _kept(engine: Engine, part: str, content: str) -> str:
    with engine.begin() as connection:
        return keep(connection, part, content)


def _fetched(engine: Engine, sha256: str) -> str:
    with reading(engine) as connection:
        return fetch(connection, sha256)


def _change(engine: Engine, statement: str, **values: Any) -> None:
    assert damage(engine, statement, **values) == 1


def _release(engine: Engine, header: dict[str, Any]) -> int:
    """Release a header as the step does; how many rows that was."""
    with engine.begin() as connection:
        news = next_header(connection, header)
        scope: dict[str, Any] = {"lane": header["lane"], "partition_key": [], "serial": []}
        frames.replace(connection, release, scope, news)
    return len(news)


def _latest(engine: Engine, lane: str = "interim", partition_key: str = "2017-03") -> Release | None:
    with reading(engine) as connection:
        return latest_release(connection, lane, partition_key)


def test_a_part_is_kept_once_under_its_sha256_and_comes_back(engine: Engine) -> None:
    content = '{"ccg":"naïve – 01C"}'
    assert {_kept(engine, "cancer", content) for _ in range(2)} == {sha256_of(content)}
    other = _kept(engine, "cancer", content + " ")
    assert (_fetched(engine, sha256_of(content)), _fetched(engine, other)) == (content, content + " ")
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM kept")).scalar() == 2


@pytest.mark.parametrize("content", ['{"ccg":"01D"}', ""])
def test_a_part_that_was_altered_is_named_and_not_handed_out(engine: Engine, content: str) -> None:
    sha256 = _kept(engine, "cancer", '{"ccg":"01C"}')
    _change(
        engine, "UPDATE kept SET content = :content WHERE sha256 = :sha256", content=content, sha256=sha256
    )
    with pytest.raises(StorageFault, match=f"^The part kept under {sha256[:12]}… was altered: "):
        _fetched(engine, sha256)


def test_a_part_that_is_gone_is_named(engine: Engine) -> None:
    sha256 = _kept(engine, "cancer", '{"ccg":"01C"}')
    _change(engine, "DELETE FROM kept WHERE sha256 = :sha256", sha256=sha256)
    with pytest.raises(StorageFault, match=f"^No part is kept under {sha256[:12]}…: "):
        _fetched(engine, sha256)


def test_releases_follow_one_another_and_the_same_again_is_none(engine: Engine) -> None:
    """A, A, B, A: the last is a new release, since what is current is B."""
    other = {**INTERIM, "open": "cd" * 32}
    assert _latest(engine) is None
    assert [_release(engine, header) for header in (INTERIM, INTERIM, other, other, INTERIM)] == [
        1,
        0,
        1,
        0,
        1,
    ]
    newest = _latest(engine)
    assert newest is not None
    assert (newest.serial, newest.header) == (3, INTERIM)
    # the order in which a header was put together is no change
    assert _release(engine, dict(reversed(INTERIM.items()))) == 0


def test_lanes_and_partitions_have_serials_of_their_own(engine: Engine) -> None:
    for lane, key, times in (
        ("interim", "2017-03", 2),
        ("interim", "2017-02", 1),
        ("annual", "2016-04-01", 3),
    ):
        for time in range(times):
            _release(engine, {"lane": lane, "partition_key": key, "open": str(time)})
    with reading(engine) as connection:
        found = released_partitions(connection)
    assert found.to_numpy().tolist() == [
        ["annual", "2016-04-01", 3],
        ["interim", "2017-02", 1],
        ["interim", "2017-03", 2],
    ]
    assert _latest(engine, "annual", "2017-04-01") is None


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE release SET header = replace(header, 'ab', 'cd')",
        "UPDATE release SET sha256 = 'ab'",
    ],
)
def test_a_release_that_was_altered_is_named_and_nothing_follows_it(engine: Engine, damage: str) -> None:
    _release(engine, INTERIM)
    _change(engine, damage)
    sentence = "^Release 1 of interim 2017-03 was altered: it no longer matches"
    with pytest.raises(StorageFault, match=sentence):
        _latest(engine)
    with pytest.raises(StorageFault, match=sentence):
        _release(engine, {**INTERIM, "open": "cd" * 32})
