"""Frameworks that nobody here knew, written as data alone: hotels, countries, regions, schools, trusts.

Each folder of tests/spec/outsiders is an edition with its figures; what must come out was worked out by hand.
"""

from pathlib import Path

import pytest

from ccg_pipeline.cli.figures_file import read_figures
from ccg_pipeline.framework.families import edition_in
from ccg_pipeline.method.engine.rows import place_table, score_table
from ccg_pipeline.method.engine.run import Run

OUTSIDERS = Path(__file__).parent / "outsiders"


def run_of(name: str) -> Run:
    folder = OUTSIDERS / name
    edition, attributes = edition_in(folder), folder / "attributes.csv"
    figures = read_figures(folder / "figures.csv", edition, attributes if attributes.is_file() else None)
    return Run(edition, figures.facts)


OUTCOMES = [  # edition, node, organisation, score, label
    # 15 + 10 + 10 + 15 for what is found, and 20 for a room of 30 square metres
    ("hotel_stars", "class", "Grand", 70.0, "Five stars"),
    ("hotel_stars", "points", "Palace", 55.0, ""),  # no spa; 32 square metres earn no more than 30 do
    ("hotel_stars", "class", "Palace", 55.0, "Four stars"),
    ("hotel_stars", "must.5", "Palace", 0.0, ""),
    ("hotel_stars", "must.4", "Moderne", None, ""),  # whether there is a reception was not seen:
    ("hotel_stars", "class", "Moderne", 55.0, "Three stars"),  # a veto that is not refuted holds
    ("hotel_stars", "class", "Post", 29.0, "Three stars"),
    ("hotel_stars", "class", "Tower", 70.0, ""),  # not safe from fire: no class at all
    ("hotel_stars", "class", "Hut", 2.0, "One star"),
    # ln(1000 / 10) / ln(1000 / 10) = 1, and ln(100 / 10) / ln(100 / 1) = 0.5: 0.7 · 100 + 0.3 · 50
    ("environment_index", "air", "Aland", 85.0, ""),
    ("environment_index", "habitat", "Aland", 100.0, ""),  # beyond its target
    ("environment_index", "index", "Aland", 96.4, ""),  # 0.4 · (0.6 · 85 + 0.4 · 100) + 0.6 · 100
    ("environment_index", "air", "Bland", 50.0, ""),  # of fine dust alone
    ("environment_index", "index", "Bland", 50.0, ""),
    ("environment_index", "vitality", "Cland", 25.0, ""),  # of one issue of two
    ("environment_index", "index", "Cland", 15.0, ""),
    ("environment_index", "index", "Dland", None, ""),  # nothing is known of its people's health
    ("school_inspection", "profile", "Ash", 1.0, ""),  # 4 / 3
    ("school_inspection", "effectiveness", "Ash", 2.0, "Good"),  # no better than its quality of education
    ("school_inspection", "effectiveness", "Birch", 1.0, "Inadequate"),  # children are not safe
    ("school_inspection", "profile", "Cedar", 3.0, ""),  # 2.5, halves away from zero
    ("school_inspection", "effectiveness", "Cedar", 3.0, "Requires improvement"),
    ("school_inspection", "effectiveness", "Elm", None, ""),  # its behaviour was not judged
    ("school_inspection", "effectiveness", "Fir", 3.0, "Inadequate"),  # nobody leads it
    ("safe_regions", "rate", "B", 30.0, ""),  # 90 / 3
    ("safe_regions", "growth", "A", -0.2, ""),  # (20 - 25) / 25
    ("safe_regions", "growth", "E", -0.5, ""),
    ("safe_regions", "growth", "D", None, ""),
    # 20 lies below (30 + 50) / 2 = 40 by 20, and these are √200 apart
    ("safe_regions", "against", "A", -(2**0.5), "Better than its neighbours"),
    ("safe_regions", "against", "C", 25 / 50**0.5, "Worse than its neighbours"),
    ("safe_regions", "against", "B", None, ""),  # its only neighbour has no figure
    ("safe_regions", "high", "South", 0.5, ""),  # of two that have a figure
    ("safe_regions", "weighted", "North", 27.5, ""),  # (1 · 20 + 3 · 30) / 4
    ("safe_regions", "weighted", "South", 18.0, ""),  # (1 · 50 + 4 · 10) / 5
    ("safe_regions", "region_rate", "North", 27.5, ""),  # 110 / 4
    ("safe_regions", "region_rate", "South", None, ""),  # one of its three has no figure
    ("trust_finances", "margin", "Birch", -0.03, "One"),
    ("trust_finances", "margin", "Cedar", 0.0, "Two"),  # on a line: the worse
    ("trust_finances", "liquidity", "Birch", 3.0, "Two"),  # -8 days, an acute trust
    ("trust_finances", "liquidity", "Cedar", 1.0, "Four"),  # -5 days, a specialist one
    ("trust_finances", "score", "Ash", 1.0, "Four"),
    ("trust_finances", "score", "Birch", 4.0, "One"),  # 0.6 · 4 + 0.4 · 3 = 3.6
    ("trust_finances", "score", "Cedar", 2.0, "Three"),  # 0.6 · 3 + 0.4 · 1 = 2.2
    ("trust_finances", "score", "Elm", 2.0, "Two"),  # 0.6 · 1 + 0.4 · 4 = 2.2, and it has no liquidity
    ("trust_finances", "concern", "Elm", 3.0, "No concern"),
    ("trust_finances", "concern", "Birch", 4.0, "Concern"),
    ("trust_finances", "concern", "Fir", None, ""),  # what a day costs is not known
]


@pytest.mark.parametrize(("edition", "node", "organisation", "score", "label"), OUTCOMES)
def test_a_framework_gives_what_its_rules_say(
    edition: str, node: str, organisation: str, score: float | None, label: str
) -> None:
    table = score_table(run_of(edition))
    (row,) = table[(table["node"] == node) & (table["organisation"] == organisation)].to_dict("records")
    assert (row["score"] == pytest.approx(score)) if score is not None else row["why"] != ""
    assert row["label"] == label


PLACES = [  # edition, league, organisations in their order, places
    ("hotel_stars", "Class", "Grand Palace Tower Moderne Post Hut", [1, 2, None, 1, 2, None]),
    ("environment_index", "World", "Aland Bland Cland Dland", [1, 2, 3, None]),
    ("safe_regions", "Most offences first", "North South", [1, 2]),  # districts are in no league of regions
    ("trust_finances", "Days", "Elm Birch Cedar Ash Fir", [1, 2, 3, 4, None]),
    ("environment_index", "Region", "Aland Bland Cland Dland", [1, 1, 2, None]),
]


@pytest.mark.parametrize(("edition", "league", "organisations", "places"), PLACES)
def test_places_are_within_a_pool(
    edition: str, league: str, organisations: str, places: list[int | None]
) -> None:
    table = place_table(run_of(edition))
    own = table[table["league"] == league]
    assert list(own["organisation"]) == organisations.split()
    assert [None if place != place else place for place in own["place"]] == places


def test_an_edition_of_another_field_reads_what_it_names() -> None:
    assert set(edition_in(OUTSIDERS / "school_inspection").measures) == {
        f"inspection/{one}" for one in ("quality", "behaviour", "leadership", "sixth_form", "safeguarding")
    }
