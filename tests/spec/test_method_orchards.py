"""A small framework as data: three levels, geometric means, goalposts, fixed cuts, labels that are its own.

Every figure of the tables can be worked out by hand: sugar 99 of 0 to 99 is 100, 0 is 1; a score is the
geometric mean of what is there, fruit counting three times as much as land.
"""

from pathlib import Path

import numpy as np
import pytest

from ccg_pipeline.framework.edition import Edition, Scale
from ccg_pipeline.framework.families import edition_in
from ccg_pipeline.framework.vocabulary.grading import Clusters
from ccg_pipeline.method.engine.facts import Facts
from ccg_pipeline.method.engine.run import Run
from tests.support.notations.method_tables import lines

ORCHARDS = edition_in(Path(__file__).parent / "orchards")
INDICATORS = ("sugar", "bruises", "tonnes", "worms", "salt")


def run(drawn: str, edition: Edition = ORCHARDS) -> Run:
    """The edition run on the values of a table; '-' is missing."""
    rows = lines(drawn)
    values = {
        f"orchards/{code}": np.array([[float(row[code].replace("-", "nan")) for row in rows]])
        for code in INDICATORS
    }
    regions = np.array([row.get("region", "") for row in rows], dtype=object)
    return Run(edition, Facts([row["orchard"] for row in rows], values, attributes={"region": regions}))


def label(found: Run, orchard: str) -> str:
    grade = found.states["award"].outcome[0, list(found.facts.organisations).index(orchard)]
    return found.edition.labels("award")[int(grade) - 1] if np.isfinite(grade) else ""


def why(found: Run, orchard: str) -> str:
    reasons = found.states["award"].why
    assert reasons is not None
    return str(reasons[list(found.facts.organisations).index(orchard)])


# Of bruises and salt lower is better.
RATED = """
    orchard | sugar | bruises | tonnes | worms | salt | taste | fruit  | land   | award  | label  | place
    best    | 99    | 0       | 99     | 99    | 0    | 100   | 100    | 100    | 100    | gold   | 1
    worst   | 0     | 99      | 0      | 0     | 99   | 1     | 1      | 1      | 1      | leaf   | 12
    sweet   | 99    | 99      | 0      | 0     | 99   | 10    | 3.1623 | 1      | 2.3714 | leaf   | 11
    rooted  | 0     | 99      | 0      | 99    | 0    | 1     | 1      | 100    | 3.1623 | leaf   | 10
    fruity  | 99    | 0       | 99     | 0     | 99   | 100   | 100    | 1      | 31.623 | bronze | 7
    halved  | 99    | -       | 99     | 99    | -    | 100   | 100    | 100    | 100    | gold   | 1
    edge    | 79    | 20      | 79     | 79    | 20   | 80    | 80     | 80     | 80     | gold   | 4
    below   | 79    | 20      | 79     | 79    | 21   | 80    | 80     | 79.498 | 79.874 | silver | 5
    second  | 39    | 60      | 39     | 39    | 60   | 40    | 40     | 40     | 40     | silver | 6
    third   | 9     | 90      | 9      | 9     | 90   | 10    | 10     | 10     | 10     | bronze | 8
    last    | 9     | 90      | 9      | 9     | 91   | 10    | 10     | 9.4868 | 9.8692 | leaf   | 9
    landed  | -     | -       | 99     | 99    | 0    | -     | 100    | 100    | 100    | gold   | 1
"""


@pytest.mark.parametrize("given", lines(RATED), ids=lambda given: given["orchard"])
def test_an_orchard_is_scored_labelled_and_placed_as_by_hand(given: dict[str, str]) -> None:
    found = run(RATED)
    here = list(found.facts.organisations).index(given["orchard"])
    for node in ("taste", "fruit", "land", "award"):
        expected = float(given[node].replace("-", "nan"))
        assert found.states[node].score[0, here] == pytest.approx(expected, rel=2e-5, nan_ok=True)
    assert label(found, given["orchard"]) == given["label"]
    assert why(found, given["orchard"]) == ""
    assert found.league(ORCHARDS.leagues[0])[0, here] == float(given["place"])


NOT_ENOUGH = "It has fewer than two themes, or neither taste nor soil"
UNRATED = """
    orchard | sugar | bruises | tonnes | worms | salt | why
    bare    | -     | -       | -      | -     | -    | no score
    scant   | 99    | 0       | -      | -     | -    | not enough
    heavy   | -     | -       | 99     | -     | -    | not enough
    fruit   | 99    | -       | 99     | -     | -    |
    earth   | -     | -       | 99     | -     | 0    |
    whole   | 99    | 0       | 99     | 99    | 0    |
"""


@pytest.mark.parametrize("given", lines(UNRATED), ids=lambda given: given["orchard"])
def test_who_is_not_rated_says_why_and_has_no_label(given: dict[str, str]) -> None:
    found = run(UNRATED)
    reasons = {"": "", "no score": "0 of 2 are there; without fruit, land", "not enough": NOT_ENOUGH}
    assert why(found, given["orchard"]) == reasons[given["why"]]
    assert (label(found, given["orchard"]) == "") == (given["why"] != "")


CLUSTERED = """
    orchard | sugar | bruises | tonnes | worms | salt | region | label
    a       | 99    | 0       | 99     | 99    | 0    | north  | ripe
    b       | 98    | 1       | 98     | 98    | 1    | north  | ripe
    c       | 50    | 49      | 50     | 50    | 49   | north  | unripe
    d       | 50    | 49      | 50     | 50    | 49   | south  | ripe
    e       | 9     | 89      | 9      | 9     | 89   | south  | unripe
    f       | 8     | 90      | 8      | 8     | 90   | south  | unripe
    g       | 99    | 0       | 99     | 99    | 0    | west   |
    h       | -     | -       | -      | -     | -    | east   |
    i       | 99    | 0       | 99     | 99    | 0    |        |
"""


def with_clusters(radius: float | None) -> Edition:
    """The orchards, ripe or unripe by groups of near neighbours within their region."""
    award = ORCHARDS.node["award"]
    clusters = Clusters(do="clusters", radius=radius, pool="region", provenance="assumed", source="Made up")
    steps = (*award.steps[:-1], clusters)
    changed = award.model_copy(update={"scale": "ripeness", "steps": steps})
    nodes = tuple(changed if node is award else node for node in ORCHARDS.nodes)
    scales = (Scale(key="ripeness", labels=("ripe", "unripe")),)
    return Edition.model_validate(
        {**ORCHARDS.model_dump(exclude_unset=True), "nodes": nodes, "scales": scales}
    )


@pytest.mark.parametrize("radius", [None, 1.0])
def test_clusters_are_found_within_each_pool(radius: float | None) -> None:
    found = run(CLUSTERED, with_clusters(radius))
    assert [label(found, row["orchard"]) for row in lines(CLUSTERED)] == [
        row["label"] for row in lines(CLUSTERED)
    ]
    # one of its kind, or of no region, is set against nobody, and is not called the worst
    assert why(found, "g") == "it has no peers that can be parted into 2 grades"
    assert why(found, "i") == "its region is unknown, so there is nobody to compare it with"
    assert why(found, "h") == "0 of 2 are there; without fruit, land"


def test_every_number_of_the_edition_says_where_it_comes_from() -> None:
    numbers = list(ORCHARDS.numbers())
    assert {number.provenance for number in numbers} == {"assumed"}
    said = {number.item: number.value for number in numbers}
    assert [value for item, value in said.items() if "award" in item and "at / " in item] == [80, 40, 10]
    assert [value for item, value in said.items() if "bruises" in item and "worst" in item] == [99]
