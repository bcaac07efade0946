"""Pictures and comparisons: what is drawn and said of a spread, and what of two tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expert_panels.papers import Cut, Spread
from expert_panels.room.pages.changes import changes
from expert_panels.room.pages.pictures import HEIGHT, WIDTH, picture
from tests.support.worlds.room_cases import figure, organisation, table


def test_a_spread_is_said_segment_by_segment() -> None:
    cuts = (Cut(0.0, "reference"), Cut(2.0, "best"))
    drawn = picture(Spread("t", "s", (-1.0, 0.0, 1.0, 2.0, 5.0), cuts))
    assert drawn is not None
    assert drawn.said == ("1 below reference", "2 from reference to below best", "2 from best")
    assert [tick.label for tick in drawn.ticks] == ["−1", "5"]


def test_a_spread_without_cuts_or_values() -> None:
    assert picture(Spread("t", "s", (), (Cut(0.0, "reference"),))) is None
    drawn = picture(Spread("t", "s", (3.0, 3.0), ()))
    assert drawn is not None
    assert drawn.said == ("2 in all",)
    assert [bar.height for bar in drawn.bars] == [drawn.floor - drawn.top]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.lists(st.floats(-1e6, 1e6), max_size=3))
def test_everything_is_counted_once_and_stays_within_the_picture(
    values: list[float], cuts: list[float]
) -> None:
    lines = tuple(Cut(at, f"{at:g}") for at in sorted(set(cuts)))
    drawn = picture(Spread("t", "s", tuple(values), lines))
    assert drawn is not None
    assert sum(int(line.split()[0]) for line in drawn.said) == len(values)
    for bar in drawn.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT
    assert all(0 <= mark.x <= WIDTH for mark in (*drawn.cuts, *drawn.ticks))


def test_the_same_table_has_not_changed() -> None:
    assert changes(table("A"), table("B")) == ()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"rating": "Poor"}, "rating"),
        ({"score": "1.20"}, "rating"),
        ({"figures": (figure(61.0),)}, "m1"),
        ({"figures": (figure(60.0, reference="51.0 %, England"),)}, "m1"),
        ({"figures": (figure(60.0, period="2016"),)}, "m1"),
        ({"figures": (figure(60.0, counts="120 of 200"),)}, "m1"),
    ],
)
def test_one_thing_that_reads_otherwise_is_one_change(change: dict[str, object], what: str) -> None:
    others = [one for one in table("A").organisations if one.code != "A02"]
    (found,) = changes(table("A"), table("B", [*others, organisation("A02", 2, 60.0, **change)]))
    assert (found.code, found.what) == ("A02", what)
    assert found.before != found.after


def test_who_came_and_went_is_said() -> None:
    first, *others = table("A").organisations
    found = changes(table("A", others), table("B", [first, *others[1:]]))
    assert [(one.code, one.what, one.before, one.after) for one in found if one.what == "rating"] == [
        ("A01", "rating", "not in the table", "Best"),
        ("A02", "rating", "Good", "not in the table"),
    ]
