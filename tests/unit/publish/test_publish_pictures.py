"""A bar chart is a whole SVG whose bars stand to each other as their counts, and is short."""

import re
from xml.etree import ElementTree

import pytest

from ccg_pipeline.publish.pictures import bar_chart

SVG = "{http://www.w3.org/2000/svg}"


def lengths(svg: str) -> list[int]:
    (bars,) = (path for path in ElementTree.fromstring(svg).iter(f"{SVG}path") if path.get("stroke"))
    return [int(length) for length in re.findall(r"h(\d+)", bars.get("d") or "")]


@pytest.mark.parametrize(
    ("counts", "bars"),
    [
        ({"worse": 50, "within": 200, "better": 100}, [70, 280, 140]),
        ({"shown": 0, "withheld": 6}, [0, 280]),
        ({"shown": 0}, [0]),
        ({}, []),
    ],
)
def test_bars_stand_to_each_other_as_their_counts(counts: dict[str, int], bars: list[int]) -> None:
    assert lengths(bar_chart(counts)) == bars


def test_every_bar_says_its_name_and_its_count() -> None:
    svg = ElementTree.fromstring(bar_chart({"A&E <4 h": 12_540, "it's": 1}))
    assert [text.text for text in svg.iter(f"{SVG}text")] == ["A&E <4 h: 12,540", "it's: 1"]


def test_no_bar_lies_outside_the_picture() -> None:
    svg = ElementTree.fromstring(bar_chart({str(place): place for place in range(45)}))
    ends = [int(text.get("y") or 0) for text in svg.iter(f"{SVG}text")]
    assert max(ends) < int(svg.get("height") or 0)
