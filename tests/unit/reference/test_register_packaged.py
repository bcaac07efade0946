"""The packaged register: what it says of days that others wrote of, and where it contradicts them."""

import csv
from datetime import date
from pathlib import Path

import pytest

from ccg_pipeline.reference.organisations import ccg_history
from ccg_pipeline.reference.special_measures.comparisons import Statement, contradictions, counts, statements
from ccg_pipeline.reference.special_measures.events import REGIMES, Between, Event, recorded
from ccg_pipeline.reference.special_measures.register import Register, the_register
from ccg_pipeline.reference.tables import read_rows
from expert_panels.foundation.fault import Fault
from tests.support.notations.register_lines import between, events

RESET = {"05A", "07V", "09L", "07X", "11T", "99C", "12A", "03Q", "05Y"}
SHARED_EVENTS = Path(__file__).resolve().parents[4] / "shared" / "domain" / "special_measures_events.csv"


def who(day: str, regime: str, answer: str = "yes") -> set[str]:
    found = the_register().on(date.fromisoformat(day), regime)  # type: ignore[arg-type]  # a regime
    return {one.ccg_code for one in found if one.answer == answer}


def test_the_nine_of_the_reset_are_in_special_measures_from_that_day_on() -> None:
    assert who("2016-07-20", "special measures") == {"05N"}
    assert who("2016-07-21", "special measures") == RESET | {"05N"}


def test_under_directions_in_october_2018_are_fewer_than_the_24_that_were_counted() -> None:
    there = who("2018-10-31", "directions")
    assert there == {"07X", "08Q", "09H", "09L", "09X", "10L", "99A", "99H", "99P"}
    (count,) = [one for one in counts(the_register()) if one.statement.number == 24]
    assert (count.recorded, count.verdict) == (9, "the register has 15 fewer, and does not know of 9")


@pytest.mark.parametrize(
    ("ccg", "said"),
    [
        ("07V", "not among the 26 that were inadequate"),  # Croydon
        ("", "no CCG has been placed in special measures yet (2016-01-01 to 2016-07-20)"),  # after Shropshire
        ("", "nine CCGs in special measures with the reset (2016-07-21)"),  # Shropshire is a tenth
        ("01R", "left, special measures, 2019-07-01 to 2019-07-31"),  # nobody wrote when it entered
        ("07L", "in special measures since 2017-03-01 to 2017-03-31, until 2019-03-01 to 2019-03-08"),
    ],
)
def test_what_contradicts_is_listed_with_both_sources(ccg: str, said: str) -> None:
    found = [one for one in contradictions(the_register()) if (one.ccg_code, one.says) == (ccg, said)]
    assert len(found) == 1
    assert found[0].sources


def test_every_ccg_and_source_is_there() -> None:
    codes = set(ccg_history()["ccg_code"])
    for event in recorded():
        assert {event.ccg_code} | ({event.given_to} - {""}) <= codes
        assert event.source
    assert {one.regime for one in statements()} <= set(REGIMES)


def test_the_events_are_those_that_were_found() -> None:
    if not SHARED_EVENTS.exists():
        pytest.skip("../shared/domain/special_measures_events.csv is not there")
    with SHARED_EVENTS.open(encoding="utf-8") as stream:
        found = [row for row in csv.DictReader(stream) if row["event"] != "count"]
    own = [row for row in read_rows("special_measures_events") if row["provenance"] == "found"]
    key = ["event", "source", "confidence"]
    assert sorted((row["ods_code"], *(row[name] for name in key)) for row in found) == sorted(
        (row["ccg_codes"], *(row[name] for name in key)) for row in own
    )
    days = {
        (row["ods_code"], row["event"], row["event_date"]) for row in found if row["date_precision"] == "day"
    }
    assert days <= {(row["ccg_codes"], row["event"], row["first_day"]) for row in own}


def said_of(number: int, when: str) -> tuple[Statement, ...]:
    return (
        Statement(
            between(when), "special measures", "count", number, 209, (), "", "n in all", "hsj", 1.0, "found"
        ),
    )


@pytest.mark.parametrize(
    ("number", "when", "verdict"),
    [
        (1, "2016-07-21", "agrees"),
        (0, "2016-07-21", "contradicts: the register has 1 more"),
        (3, "2016-07-21", "the register has 2 fewer: it is incomplete"),
        (1, "2016-07-20", "the register has 1 fewer: it is incomplete"),
        (2, "2017-01-15", "the register has 2 fewer, and does not know of 1"),
    ],
)
def test_a_published_count_beside_the_register(number: int, when: str, verdict: str) -> None:
    register = Register(tuple(events("99A entered 2016-07-21; 99A left 2017-01; 99C entered 2019-01-01")))
    (count,) = counts(register, said_of(number, when))
    assert count.verdict == verdict


@pytest.mark.parametrize(
    ("lines", "is_said"),
    [
        ("99A entered 2016-07-21; 99A left 2017-07-21", False),
        ("99A entered 2016-07-21; 99A left 2017-07-22", True),
        ("99A entered 2016-07; 99A left 2017-07", False),
        ("99A entered 2016-07-21; 99A extended 2017-07-10 until 2017-12-31; 99A left 2017-12-31", False),
        ("99A entered 2016-07-21; 99A extended 2017-07-10 until 2017-12-31; 99A left 2018-01-01", True),
    ],
)
def test_special_measures_beyond_their_year_are_said(lines: str, is_said: bool) -> None:
    assert bool(contradictions(Register(tuple(events(lines))), ())) == is_said


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"what": "lifted"}, "'lifted' does not happen in 'special measures'"),
        ({"day": Between(date(2016, 7, 2), date(2016, 7, 1))}, "its first day is after its last"),
        ({"what": "extended"}, "only an extension says until when, and each must"),
        ({"until": date(2017, 1, 1)}, "only an extension says until when, and each must"),
        ({"parts": ("winter",)}, "'winter' is no part"),
        ({"regime": "directions", "what": "lifted in part"}, "say in `parts` which part was lifted"),
    ],
)
def test_an_event_that_cannot_have_happened_is_refused(changes: dict[str, object], sentence: str) -> None:
    told = {"ccg_code": "99A", "day": between("2016-07-21"), "what": "entered", "regime": "special measures"}
    with pytest.raises(Fault, match=sentence):
        Event(**{**told, "source": "hsj", **changes})  # type: ignore[arg-type]  # faults on purpose
