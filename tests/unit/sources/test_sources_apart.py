"""A process apart answers for one file after another, and what ends it for one ends it for no other."""

import os

import pytest

from ccg_pipeline.sources.apart import Apart, GaveUp, OutOfTime, TookTooLong

LONG, AT_ONCE = 60, 0.2


def test_each_file_has_a_copy_of_its_own_of_one_process() -> None:
    apart = Apart("tests.support.answering")
    first, second = apart(b"a" * 3_000_000, LONG, LONG), apart(b"b", LONG, LONG)
    assert [first[2], second[2]] == [3_000_000, 1]
    assert first[0] != second[0], "a copy each"
    assert first[1] == second[1] != os.getpid(), "of one process that is not this one"
    apart.close()


@pytest.mark.parametrize(
    ("file", "seconds", "fault"),
    [
        (b"die", (LONG, LONG), GaveUp),
        (b"work", (1, LONG), OutOfTime),
        (b"sleep", (LONG, AT_ONCE), TookTooLong),
    ],
)
def test_the_file_after_one_that_ended_it_is_read(
    file: bytes, seconds: tuple[int, float], fault: type[Exception]
) -> None:
    apart = Apart("tests.support.answering")
    with pytest.raises(fault):
        apart(file, *seconds)
    assert apart(b"the next", LONG, LONG)[2] == len(b"the next")
    apart.close()


def test_a_process_that_is_gone_or_of_whoever_forked_this_one_is_started_anew() -> None:
    apart = Apart("tests.support.answering")
    before = apart(b"a", LONG, LONG)[1]
    of_another = apart._process
    apart._owner += 1  # as in a fork
    after = apart(b"b", LONG, LONG)[1]
    assert after != before
    assert of_another is not None
    assert of_another.wait() == 0, "nobody asks it any more"
    gone = apart._process
    assert gone is not None
    gone.kill()
    gone.wait()
    assert apart(b"c", LONG, LONG)[1] not in (before, after)
    apart.close()


def test_a_program_that_cannot_start_gives_up() -> None:
    with pytest.raises(GaveUp):
        Apart("tests.support.no_such_program")(b"a", LONG, LONG)
