"""Every edition that ships is read without a fault and is named as its folder; all have words for people."""

from pathlib import Path

import pytest

from ccg_pipeline.framework.edition import Edition
from ccg_pipeline.framework.families import DOCUMENT, edition_named, read_edition
from ccg_pipeline.framework.files import EDITIONS
from tests.support.notations.method_tables import lines

SHIPPED = sorted(one.parent.name for one in EDITIONS.glob(f"*/{DOCUMENT}"))


def test_nine_editions_ship() -> None:
    assert SHIPPED == [
        "assurance_2015_16",
        "cms_stars_2021_04",
        "hdi_2022",
        "health_index_2015",
        "iaf_2016_17",
        "nof_2025_26",
        "nof_2026_27",
        "points_league_2015",
        "scorecard_2015",
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_edition_has_no_fault_and_the_name_of_its_folder(name: str) -> None:
    edition, faults = read_edition(EDITIONS / name)
    assert (faults, edition and edition.key) == ([], name)


# the nodes between an indicator and its panel have no names of their own yet in the framework of 2016/17
@pytest.mark.parametrize("name", [one for one in SHIPPED if one != "iaf_2016_17"])
def test_nodes_rounds_and_leagues_have_words_for_people(name: str) -> None:
    edition = edition_named(name)
    assert [one.key for one in edition.nodes if not one.name] == []
    assert [one.key for one in edition.rounds if not one.title] == []
    assert [one.of for one in edition.leagues if not one.name] == []


# what is there | what is planted | how the sentence goes on after the line of the fault
FAULTS = """
    edition     | there                | planted               | said
    hdi_2022    | best: 85             | best: 20              | worst and best are the same
    hdi_2022    | better: higher       | better: lower         | the best goalpost lies on the other
    hdi_2022    | {node: health}       | {node: wealth}        | which is no node of the edition
    hdi_2022    | [0.8, 0.7, 0.55]     | [0.8, 0.9, 0.55]      | lines from the best grade on must fall
    hdi_2022    | [0.8, 0.7, 0.55]     | [0.9, 0.8, 0.7, 0.55] | 4 lines make 5 grades
    hdi_2022    | {of: hdi             | {of: hdj              | a league is of hdj, which is no node
    nof_2025_26 | {node: average}      | {node: segment}       | uses segment, which is below it
    nof_2025_26 | nof/{code}", better: | nof/{code}", worse:   | unknown key
    nof_2025_26 | better: lower, error | better: higher, error | turn one before they are combined
    nof_2026_27 | value: 1.925         | value: 2.925          | lines from the best grade on must rise
    nof_2026_27 | value: 3             | value: 6              | its scale has the grades 1 to 5
"""


def planted(folder: Path, name: str, there: str, instead: str) -> tuple[Edition | None, list[str]]:
    """A copy of an edition in which one text is another."""
    text = (EDITIONS / name / DOCUMENT).read_text(encoding="utf-8")
    assert there in text
    for path in (EDITIONS / name).glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / DOCUMENT).write_text(text.replace(there, instead, 1), encoding="utf-8")
    return read_edition(folder)


@pytest.mark.parametrize("given", lines(FAULTS), ids=lambda given: given["planted"])
def test_a_planted_fault_is_refused_with_its_line_and_offender(given: dict[str, str], tmp_path: Path) -> None:
    edition, faults = planted(tmp_path, given["edition"], given["there"], given["planted"])
    assert edition is None
    assert faults[0].startswith("edition.yaml, line ")
    assert given["said"] in faults[0]
