"""When a round may be published: never before its time, at 9.30 on a weekday, only when announced."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccg_pipeline.publish.site.calendar import COLUMNS, due, read_calendar
from expert_panels.foundation.fault import Fault

YEAR, MONTH = ("annual", "2016-17"), ("interim", "2017-03")
AT_YEAR, AT_MONTH = "annual,2016-17,2017-07-21T09:30", "interim,2017-03,2017-11-30T09:30"


def written(folder: Path, *rows: str) -> Path:
    path = folder / "calendar.csv"
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("now", "published", "to_come"),
    [
        # in summer 9.30 of London is 8.30 UTC, in winter 9.30
        (datetime(2017, 7, 21, 8, 29, 59, tzinfo=UTC), [], [YEAR, MONTH]),
        (datetime(2017, 7, 21, 8, 30, tzinfo=UTC), [YEAR], [MONTH]),
        (datetime(2017, 11, 30, 9, 29, 59, tzinfo=UTC), [YEAR], [MONTH]),
        (datetime(2017, 11, 30, 9, 30, tzinfo=UTC), [YEAR, MONTH], []),
    ],
)
def test_nothing_goes_out_before_its_time(
    tmp_path: Path, now: datetime, published: list[tuple[str, str]], to_come: list[tuple[str, str]]
) -> None:
    found = due([YEAR, MONTH], read_calendar(written(tmp_path, AT_MONTH, AT_YEAR)), now)
    assert list(found.published) == published
    assert [(one.lane, one.name) for one in found.to_come] == to_come


def test_what_was_never_announced_does_not_go_out(tmp_path: Path) -> None:
    calendar = read_calendar(written(tmp_path, AT_YEAR))
    found = due([YEAR, MONTH], calendar, datetime(2030, 1, 1, tzinfo=UTC))
    assert found.published == {YEAR: "21 July 2017, 9.30 am"}


def test_without_a_calendar_all_that_is_released_goes_out() -> None:
    found = due([YEAR, MONTH], None, datetime(2017, 1, 1, tzinfo=UTC))
    assert found.published == {YEAR: "", MONTH: ""}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("annual,2016-17,2017-07-22T09:30", "line 2: Saturday, 09:30 is not 9.30 am on a weekday"),
        ("annual,2016-17,2017-07-21T09:00", "line 2: Friday, 09:00 is not 9.30 am on a weekday"),
        ("annual,2016-17,2017-02-30T09:30", "is no day of the calendar"),
        ("annual,2016-17,soon", "'soon' is no time"),
        ("annual,2016-17", "a row has 3 values"),
    ],
)
def test_a_time_that_may_not_be_is_refused(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(Fault, match=said):
        read_calendar(written(tmp_path, row))


def test_a_round_is_announced_once(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"annual 2016-17 is announced twice"):
        read_calendar(written(tmp_path, AT_YEAR, "annual,2016-17,2017-07-24T09:30"))


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("when,what\n")
    with pytest.raises(Fault, match="its first line must be lane,round,publish_at"):
        read_calendar(tmp_path / "x.csv")
