"""Laws of the register: the order of recording does not matter, and what is certain of a day is true."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ccg_pipeline.reference.special_measures.events import OF_REGIME, PARTS, Between, Event
from ccg_pipeline.reference.special_measures.replay import replay
from ccg_pipeline.reference.special_measures.spells import Spell

FIRST = date(2016, 1, 1)
DAYS = st.integers(0, 900).map(lambda number: FIRST + timedelta(days=number))


@st.composite
def an_event(draw: st.DrawFn) -> Event:
    regime = draw(st.sampled_from(sorted(OF_REGIME)))
    what = draw(st.sampled_from(OF_REGIME[regime]))
    first = draw(DAYS)
    parts = draw(st.sets(st.sampled_from(PARTS), min_size=what == "lifted in part", max_size=2))
    return Event(
        draw(st.sampled_from(["99A", "99C"])),
        Between(first, first + timedelta(days=draw(st.integers(0, 60)))),
        what,
        regime,
        draw(st.sampled_from(["one", "another"])),
        parts=tuple(sorted(parts)) if regime == "directions" else (),
        until=draw(DAYS) if what == "extended" else None,
    )


@given(st.lists(an_event(), max_size=10), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_any_order_of_recording_gives_the_same_state(events: list[Event], random: object) -> None:
    shuffled = [*events, *events[:2]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random
    assert replay(shuffled) == replay(events)


@given(st.lists(an_event(), max_size=10))
@settings(max_examples=60, deadline=None)
def test_nothing_is_dropped_and_what_is_certain_is_possible(events: list[Event]) -> None:
    spells = replay(events).spells
    assert {event for spell in spells for event in spell.events} == set(events)
    for spell in spells:
        if spell.certain is not None:
            first, last = spell.certain
            assert spell.possible[0] <= first <= last <= spell.possible[1]


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 40), st.data()), min_size=1, max_size=6), DAYS)
@settings(max_examples=60, deadline=None)
def test_an_answer_holds_whatever_day_each_event_was_on(
    gaps: list[tuple[int, int, st.DataObject]], day: date
) -> None:
    """Entered, left, entered, …: exact days within the recorded ones give no other answer."""
    recorded, exact, at = [], [], FIRST
    for number, (gap, length, data) in enumerate(gaps):
        first = at + timedelta(days=gap)
        at = first + timedelta(days=length)
        was = first + timedelta(days=data.draw(st.integers(0, length)))
        what = "left" if number % 2 else "entered"
        for found, days in ((recorded, Between(first, at)), (exact, Between(was, was))):
            found.append(Event("99A", days, what, "special measures", "one"))
    said, true = answers(replay(recorded).spells, day), answers(replay(exact).spells, day)
    assert said in (true, "not known") or true == "not known"


def answers(spells: tuple[Spell, ...], day: date) -> str:
    found = {spell.on(day) for spell in spells}
    return next((answer for answer in ("yes", "not known") if answer in found), "no")
