"""Special measures and directions: what each event makes of the days before, on and after it.

A line is an event: CCG, what happened, when. A day answers yes, no or ? (not known). Where a date is a month
or a year the event was on one of its days, and nobody knows on which.
"""

from datetime import date

import pytest

from ccg_pipeline.reference.special_measures.register import Register
from tests.support.notations.register_lines import events

SHORT = {"yes": "yes", "no": "no", "not known": "?"}
LATER = "; 99C entered 2019-01-01"
"""Another CCG's event, so that the register knows of days up to then."""


def answer(lines: str, day: str, regime: str = "special measures") -> str:
    standing = Register(tuple(events(lines + LATER))).standing("99A", regime, date.fromisoformat(day))  # type: ignore[arg-type]  # a regime
    return SHORT[standing.answer]


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        # on the day that it enters a CCG is in; on the day that it leaves it is not
        ("99A entered 2016-07-21", {"2016-07-20": "no", "2016-07-21": "yes", "2016-07-22": "yes"}),
        (
            "99A entered 2016-07-21; 99A left 2017-01-10",
            {"2017-01-09": "yes", "2017-01-10": "no", "2017-01-11": "no"},
        ),
        # a month: not known within it, certain from its last day on
        (
            "99A entered 2016-07",
            {"2016-06-30": "no", "2016-07-01": "?", "2016-07-30": "?", "2016-07-31": "yes"},
        ),
        (
            "99A entered 2016-07-21; 99A left 2017-01",
            {"2016-12-31": "yes", "2017-01-01": "?", "2017-01-30": "?", "2017-01-31": "no"},
        ),
        ("99A entered 2016", {"2015-12-31": "no", "2016-06-30": "?", "2016-12-31": "yes"}),
        # without a decision special measures are certain for their year, and then nobody knows
        ("99A entered 2016-07-21", {"2017-07-20": "yes", "2017-07-21": "?", "2018-12-31": "?"}),
        ("99A entered 2016-07", {"2017-06-30": "yes", "2017-07-01": "?"}),
        # an extension is certain until its last day, a review shows that they lasted that day
        (
            "99A entered 2016-07-21; 99A extended 2017-07-10 until 2017-12-31",
            {"2017-07-21": "yes", "2017-12-31": "yes", "2018-01-01": "?"},
        ),
        (
            "99A entered 2016-07-21; 99A reviewed 2017-08-15",
            {"2017-08-14": "yes", "2017-08-15": "yes", "2017-08-16": "?"},
        ),
        # a leaving shows that they lasted until then, however long that was
        (
            "99A entered 2016-07-21; 99A left 2018-10-01",
            {"2017-07-21": "yes", "2018-09-30": "yes", "2018-10-01": "no"},
        ),
        # and again
        (
            "99A entered 2016-01-10; 99A left 2016-06-10; 99A entered 2017-02-01",
            {"2016-06-09": "yes", "2016-06-10": "no", "2017-01-31": "no", "2017-02-01": "yes"},
        ),
        ("99A entered 2016-01-10; 99A left 2016-06-10; 99A entered 2016-06-10", {"2016-06-10": "yes"}),
        # seen in force: certain on that day only; between two such days it went on
        ("99A in_force 2016-07-21", {"2016-07-20": "?", "2016-07-21": "yes", "2016-07-22": "?"}),
        (
            "99A in_force 2016-07; 99A in_force 2016-10",
            {"2016-07-15": "?", "2016-07-31": "yes", "2016-10-01": "yes", "2016-10-02": "?"},
        ),
        # left, and nobody wrote down when it entered; nobody was in before there were special measures
        (
            "99A left 2016-07-21",
            {"2015-07-31": "no", "2015-08-01": "?", "2016-07-20": "?", "2016-07-21": "no"},
        ),
        ("99A entered 2016-07-21; 99A ended_by_merger 2017-04-01", {"2017-03-31": "yes", "2017-04-01": "no"}),
        # nothing is recorded of anybody after the last event
        ("", {"2018-12-31": "no", "2019-01-01": "no", "2019-01-02": "?"}),
    ],
)
def test_special_measures(lines: str, days: dict[str, str]) -> None:
    assert {day: answer(lines, day) for day in days} == days


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        # directions stand until they are lifted
        ("99A applied 2015-08-20", {"2015-08-19": "no", "2015-08-20": "yes", "2018-12-31": "yes"}),
        (
            "99A applied 2015-08-20; 99A lifted 2018-01",
            {"2017-12-31": "yes", "2018-01-15": "?", "2018-01-31": "no"},
        ),
        # lifted in part: under directions as long as any part stands
        (
            "99A applied 2015-08-20 of leadership,finance; 99A lifted_in_part 2018-01-10 of leadership",
            {"2018-01-09": "yes", "2018-01-10": "yes"},
        ),
        (
            "99A applied 2015-08-20 of leadership,finance; 99A lifted_in_part 2018-01-10 of leadership; "
            "99A lifted 2018-05-01",
            {"2018-04-30": "yes", "2018-05-01": "no"},
        ),
        # a part is lifted that nobody recorded: the directions are taken to go on
        ("99A applied 2015-08-20; 99A lifted_in_part 2018-01-10 of finance", {"2018-01-10": "yes"}),
        ("99A applied 2015-08-20; 99A ended_by_merger 2017-04-01 directions", {"2017-04-01": "no"}),
    ],
)
def test_directions(lines: str, days: dict[str, str]) -> None:
    assert {day: answer(lines, day, "directions") for day in days} == days


def test_the_regimes_stand_side_by_side() -> None:
    lines = "99A entered 2016-07-21; 99A applied 2015-08-20; 99A left 2017-01-10"
    assert answer(lines, "2016-07-21") == answer(lines, "2016-07-21", "directions") == "yes"
    assert answer(lines, "2017-01-10") == "no"
    assert answer(lines, "2017-01-10", "directions") == "yes"


@pytest.mark.parametrize(
    ("code", "day", "because"),
    [
        ("99P", "2019-04-01", "the CCG ended on 2019-03-31"),  # it merged into Devon
        ("15N", "2019-03-31", "the CCG began on 2019-04-01"),
        ("99P", "2013-03-31", "there were no directions before 2013-04-01"),
        ("00Z", "2016-01-01", "there was no such CCG"),
    ],
)
def test_nobody_is_under_directions_who_is_not_there(code: str, day: str, because: str) -> None:
    register = Register(tuple(events(f"{code} applied 2013-04-01{LATER}")))
    standing = register.standing(code, "directions", date.fromisoformat(day))
    assert (standing.answer, standing.because) == ("no", because)


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        ("99A entered 2016-07-21; 99A left 2016-07-31", (10, 10)),
        ("99A entered 2016-07; 99A left 2016-08-10", (10, 40)),
        ("99A entered 2016-07; 99A left 2016-07", (0, 30)),
        ("99A entered 2016-07-21", None),
        ("99A left 2016-07-21", None),
    ],
)
def test_how_long_a_spell_lasted_at_least_and_at_most(lines: str, days: tuple[int, int] | None) -> None:
    (spell,) = Register(tuple(events(lines))).history("99A")
    assert spell.days == days


@pytest.mark.parametrize(
    ("lines", "against"),
    [
        ("99A left 2016-07-21", "no beginning is recorded"),
        ("99A reviewed 2016-07-21", "no beginning is recorded"),
        (
            "99A entered 2016-01-10; 99A entered 2016-07-21",
            "it was so since 2016-01-10, and no end is recorded",
        ),
        ("99A in_force 2016-01-10 by hsj; 99A entered 2016-07-21", "it was so before, by hsj"),
        (
            "99A applied 2015-08-20; 99A lifted_in_part 2018-01-10 of finance",
            "no part finance of them is recorded, and they are taken to go on",
        ),
        ("99A entered 2016-01; 99A entered 2016-01-10; 99A left 2016-05-01; 99A left 2016-05", None),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_dropped(lines: str, against: str | None) -> None:
    register = Register(tuple(events(lines)))
    assert [one.against for one in register.replayed.remarks] == ([against] if against else [])
    told = {event for spell in register.replayed.spells for event in spell.events}
    assert told == set(events(lines))


def test_two_who_say_the_same_narrow_the_days() -> None:
    lines = "99A entered 2016-07 by one; 99A entered 2016-07-10..2016-08-10 by another; 99A left 2017-01-10"
    (spell,) = Register(tuple(events(lines))).history("99A")
    assert str(spell.begins) == "2016-07-10 to 2016-07-31"
    assert spell.sources == ("one", "another", "a newspaper")
