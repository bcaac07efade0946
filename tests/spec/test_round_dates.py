"""The rounds of an edition's own year: which there are, from when to when, and what somebody may type."""

from datetime import date

import pytest

from ccg_pipeline.framework.edition import Edition, Round
from ccg_pipeline.framework.round_dates import days_of, key_typed, keys_of, newest_over, round_of
from expert_panels.foundation.fault import Fault, WrongUse

TODAY = date(2026, 1, 1)
STATED = {"provenance": "assumed", "source": "a test"}


def edition(year: str, *every: str) -> Edition:
    rounds = [
        {"key": f"by_{kind}", "every": kind, "provenance": "assumed", "source": "a test"} for kind in every
    ]
    node = {
        "key": "a",
        "level": "score",
        "steps": [{"do": "read", "measure": "m/a", "better": "higher", **STATED}],
    }
    told = {"key": "tried", "title": "Tried", "year": year, "organisation": "trust"}
    return Edition.model_validate({**told, "nodes": [node], "rounds": rounds})


def the_round(year: str, every: str) -> tuple[Edition, Round]:
    found = edition(year, every)
    return found, found.rounds[0]


@pytest.mark.parametrize(
    ("year", "every", "keys"),
    [
        ("2025-26", "year", ["2025-26"]),
        ("1999-00", "year", ["1999-00"]),
        ("2022", "year", ["2022"]),
        ("2025-26", "quarter", ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]),
        ("2022", "month", [f"2022-{month:02d}" for month in range(1, 13)]),
        ("2025/26", "month", [f"2025-{m:02d}" for m in range(4, 13)] + ["2026-01", "2026-02", "2026-03"]),
    ],
)
def test_an_edition_has_the_rounds_of_its_own_year(year: str, every: str, keys: list[str]) -> None:
    assert keys_of(*the_round(year, every)) == keys


@pytest.mark.parametrize(
    ("year", "every", "key", "first", "last"),
    [
        ("2025-26", "year", "2025-26", date(2025, 4, 1), date(2026, 3, 31)),
        ("2024", "year", "2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2025-26", "quarter", "2025-Q1", date(2025, 4, 1), date(2025, 6, 30)),
        ("2025-26", "quarter", "2025-Q3", date(2025, 10, 1), date(2025, 12, 31)),
        ("2025-26", "quarter", "2025-Q4", date(2026, 1, 1), date(2026, 3, 31)),
        ("2025", "quarter", "2025-Q3", date(2025, 7, 1), date(2025, 9, 30)),
        ("2023-24", "month", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_a_round_begins_and_ends(year: str, every: str, key: str, first: date, last: date) -> None:
    assert days_of(*the_round(year, every), key) == (first, last)


def test_a_year_may_begin_in_another_month() -> None:
    for every, key, first, last in (
        ("year", "2024-25", date(2024, 9, 1), date(2025, 8, 31)),
        ("quarter", "2024-Q2", date(2024, 12, 1), date(2025, 2, 28)),
        ("month", "2025-08", date(2025, 8, 1), date(2025, 8, 31)),
    ):
        of_schools = edition("2024-25", every).model_copy(update={"year_begins": 9})
        assert key in keys_of(of_schools, of_schools.rounds[0])
        assert days_of(of_schools, of_schools.rounds[0], key) == (first, last)


@pytest.mark.parametrize("year", ["spring", "2025-27", "25-26", "2021-04", ""])
def test_a_year_without_dates_is_refused(year: str) -> None:
    with pytest.raises((Fault, ValueError)):
        keys_of(*the_round(year, "year"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2025-Q2", ""),
        ("2025-Q3", "is not over before 31 December 2025"),
        ("2025-Q5", "is no quarter of tried: it has 2025-Q1 to 2025-Q4"),
        ("2024-Q2", "is no quarter of tried"),
        ("q2", "is no quarter of tried"),
    ],
)
def test_what_is_typed_is_a_round_that_is_over(text: str, why: str) -> None:
    asked = the_round("2025-26", "quarter")
    if not why:
        assert key_typed(*asked, text, date(2025, 12, 31)) == text
        return
    with pytest.raises(WrongUse, match=why):
        key_typed(*asked, text, date(2025, 12, 31))


@pytest.mark.parametrize(
    ("months", "newest"),
    [
        (["2025-06"], "2025-Q1"),
        (["2025-06", "2025-12"], "2025-Q3"),
        (["2025-06", "2026-01"], "2025-Q1"),  # the fourth quarter is not over
        (["2024-03", "2026-04"], None),
        ([], None),
    ],
)
def test_the_newest_round_of_which_files_tell(months: list[str], newest: str | None) -> None:
    assert newest_over(*the_round("2025-26", "quarter"), months, TODAY) == newest


def test_a_round_is_found_by_its_kind_or_name() -> None:
    both = edition("2016-17", "month", "year")
    assert round_of(both, "month").key == "by_month"
    assert round_of(both, name="by_year").every == "year"
    for kind, name, why in (
        ("quarter", "", "no round for --quarter"),
        ("", "x", "no round of the name 'x'"),
        ("", "", "several"),
    ):
        with pytest.raises(WrongUse, match=why):
            round_of(both, kind, name)
