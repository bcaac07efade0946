"""Frameworks that nobody here knew, written as data alone: hotels, countries and schools.

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
