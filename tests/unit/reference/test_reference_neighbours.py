"""Who is next door to whom: known pairs, an island, CCGs that merged or were divided."""

import pytest

from ccg_pipeline.reference.neighbours import neighbours
from ccg_pipeline.reference.organisations import ccgs


def next_to(code: str, year: int = 2016) -> set[str]:
    found = neighbours(year)
    return set(found.loc[found["ccg_code"] == code, "neighbour_code"])


@pytest.mark.parametrize(
    ("one", "other", "is_next_door"),
    [
        ("11N", "99P", True),  # Kernow and Northern, Eastern and Western Devon
        ("02N", "03E", True),  # Airedale, and Harrogate
        ("02N", "02R", True),  # Airedale, and Bradford Districts
        ("07V", "07Q", True),  # Croydon and Bromley
        ("04C", "04V", True),  # Leicester City and West Leicestershire
        ("04C", "03W", True),  # Leicester City and East Leicestershire and Rutland
        ("05N", "05X", True),  # Shropshire, and Telford and Wrekin
        ("00L", "99C", True),  # Northumberland and North Tyneside
        ("08F", "08N", True),  # Havering and Redbridge
        ("99A", "01J", True),  # Liverpool and Knowsley
        ("99A", "12F", False),  # Liverpool and Wirral: the Mersey lies between
        ("11N", "11X", False),  # Kernow and Somerset
        ("02P", "03Y", False),  # Barnsley and Hardwick
    ],
)
def test_known_pairs(one: str, other: str, is_next_door: bool) -> None:
    assert (other in next_to(one), one in next_to(other)) == (is_next_door, is_next_door)


def test_an_island_has_no_neighbour_and_everybody_else_has() -> None:
    assert set(ccgs()["ccg_code"]) - set(neighbours()["ccg_code"]) == {"10L"}


def test_a_ccg_that_surrounds_nobody_is_not_its_own_neighbour() -> None:
    for year in (2016, 2018):
        found = neighbours(year)
        assert not (found["ccg_code"] == found["neighbour_code"]).any()


def test_a_merged_ccg_has_the_neighbours_of_all_its_parts() -> None:
    bristol = next_to("15C", 2018)  # of 11H Bristol, 11T North Somerset, 12A South Gloucestershire
    assert bristol == (next_to("11H") | next_to("11T") | next_to("12A")) - {"11H", "11T", "12A"}
    assert not {"11H", "11T", "12A"} & set(neighbours(2018)["neighbour_code"])


def test_of_a_ccg_that_was_divided_the_border_is_assumed() -> None:
    found = neighbours(2017).set_index(["ccg_code", "neighbour_code"])["provenance"]
    assert (
        found["02N", "01H"] == "assumed"
    )  # a part of Cumbria went to Morecambe Bay, perhaps all of this border
    assert found["11N", "99P"] == "derived"
